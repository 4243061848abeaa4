"""Values a person read (人工), laid over what the program read of the same papers. Pure.

A value counts for the papers the person had before them: when a newer file of the same form comes
in, what stands in it is read afresh. What fields there are is the vocabulary's; nothing is judged
here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from ingest.errors import UsageError
from ingest.submission.case import Case, Entry, Filed
from rules.call import Call, vocabulary_of
from rules.facts import Fact, Provenance
from rules.subjects import (
    SUBMISSION_ID,
    SUMMARY_ID,
    SUMMARY_SCAN_ID,
    Subject,
    SubjectField,
    SubjectKind,
    scan_id,
)
from rules.vocabulary import Field, FieldType, parse_value

BY_HAND = "人工"
"""The method by which such a fact is known."""
OF_SUMMARY = str(SubjectKind.SUMMARY)
"""What stands for an entry's name where the summary table is meant."""
_KINDS = (
    SubjectKind.APPLICATION,
    SubjectKind.SCAN,
    SubjectKind.ROW,
    SubjectKind.SUMMARY,
    SubjectKind.SUBMISSION,
)
_NOT_BY_HAND = {
    SubjectField.ID,
    SubjectField.TRACK,
    SubjectField.RECEIVED,
    SubjectField.NATURE,
    SubjectField.BELONGS_TO,
    SubjectField.FORM,
    SubjectField.EDITABLE,
}
"""What a file or the server says of itself; a person moves mails instead, or decides."""


@dataclass(frozen=True)
class HandFact:
    """A value a person read."""

    entry: str  #: the applicant's name; 汇总表; "" = of the only entry, or of the whole case
    field: str
    value: str  #: as the person wrote it
    who: str
    at: datetime


def fields_by_hand(call: Call) -> dict[str, Field]:
    """Every field a person may fill in, by its name; where forms type one differently, the
    application's.
    """
    words = vocabulary_of(call)
    return {
        name: field
        for kind in reversed(_KINDS)
        for name, field in words[kind].items()
        if name not in _NOT_BY_HAND
    }


def require_readable(call: Call, field: str, value: str) -> None:
    """Refuse what could not be judged.

    Raises:
        UsageError: there is no such field, or the value is none of its type.
    """
    known = fields_by_hand(call)
    if field not in known:
        alike = [name for name in known if field and (field in name or name in field)]
        hint = f"可填的事项: {'、'.join(alike or known)}"
        raise UsageError(f"没有可以人工填写的事项“{field}”", hint)
    if parse_value(known[field], value) is None:
        raise UsageError(f"“{value}”不能作为“{field}”的值", _how_to_write(known[field]))


def _how_to_write(field: Field) -> str:
    examples = {
        FieldType.PERCENT: "写成 98.9%",
        FieldType.INTEGER: "写成整数, 如 1200",
        FieldType.DECIMAL: "写成 12.5",
        FieldType.MONEY: "写成 12.5万元 或 125000元",
        FieldType.DATE: "写成 2024-08-31",
        FieldType.YES_NO: "写 是 或 否",
        FieldType.TELEPHONE: "写成 0991-1234567 或手机号码",
        FieldType.EMAIL: "写成 name@example.cn",
    }
    if field.options:
        return f"可用: {'、'.join(field.options)}"
    return examples.get(field.type, "写出内容, 不能为空")


def with_hand_facts(
    subjects: Sequence[Subject], case: Case, facts: Sequence[HandFact], call: Call
) -> tuple[Subject, ...]:
    """``subjects`` with what people read (``facts``: the oldest first); the latest of a field
    counts.
    """
    if not facts:
        return tuple(subjects)
    words = vocabulary_of(call)
    papers = dict(_papers(case))
    return tuple(
        subject.model_copy(update={"fields": {**subject.fields, **found}})
        if (found := dict(_facts_of(subject, words, case, facts, papers)))
        else subject
        for subject in subjects
    )


def _facts_of(
    subject: Subject,
    words: dict[str, dict[str, Field]],
    case: Case,
    facts: Sequence[HandFact],
    papers: dict[str, Filed | None],
) -> Iterator[tuple[str, Fact]]:
    fields = words.get(subject.kind, {})
    for fact in facts:
        field = fields.get(fact.field)
        if field is None or fact.field in _NOT_BY_HAND:
            continue
        if not _is_about(fact, subject.id, case) or _is_older(fact, subject.id, case, papers):
            continue
        value = parse_value(field, fact.value)
        if value is not None:
            source = Provenance(method=BY_HAND, place=f"人工：{fact.who}", raw=fact.value)
            yield fact.field, Fact.known(value, source)


def _is_about(fact: HandFact, subject: str, case: Case) -> bool:
    """Whether a subject is one the person meant. Without a name a scan is the applicant's, not the
    summary table's: seals are asked of both.
    """
    if subject == SUBMISSION_ID:
        return not fact.entry
    if subject == SUMMARY_ID:
        return fact.entry in ("", OF_SUMMARY)
    if subject == SUMMARY_SCAN_ID:
        return fact.entry == OF_SUMMARY
    return any(subject in _ids(entry) for entry in _meant(fact, case))


def _meant(fact: HandFact, case: Case) -> list[Entry]:
    if not fact.entry:
        return case.entries if len(case.entries) == 1 else []
    return [each for each in case.entries if case.names.alike(each.applicant, fact.entry)]


def _ids(entry: Entry) -> set[str]:
    return {entry.id, scan_id(entry.id), *entry.rows}


def _papers(case: Case) -> Iterator[tuple[str, Filed | None]]:
    """The file a subject was read from, by the subject's id."""
    table = case.table
    yield SUMMARY_ID, table
    yield SUMMARY_SCAN_ID, case.summary_scan
    for entry in case.entries:
        yield entry.id, entry.editable or entry.scan
        yield scan_id(entry.id), entry.scan
        yield from ((row, table) for row in entry.rows)


def _is_older(fact: HandFact, subject: str, case: Case, papers: dict[str, Filed | None]) -> bool:
    """Whether the paper came in after the person had looked."""
    paper = papers.get(subject)
    return fact.at < (case.last.received if paper is None else paper.mail.received)
