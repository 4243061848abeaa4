"""A case's explanation as plain text, from its papers to its letters. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ingest.handover.contents import Paper
from ingest.views.records import CaseExplanation, Dumped, EntryRecord
from ingest.views.words import FATE_WORDS, LETTER_WORDS, SCREENING_WORDS, fact_text, kind_word
from notifier.outboxstates import STATE_NAMES, OutboxState
from notifier.wording import exact_moment, size_text
from rules.verdict import decision_name
from rules.vocabulary import Field

Vocabulary = Mapping[str, Mapping[str, Field]]


def explanation_text(
    case: CaseExplanation, papers: tuple[Paper, ...], vocabulary: Vocabulary
) -> str:
    """What the experts, and whoever is asked years later, read of a case."""
    return "\n".join(_lines(case, papers, vocabulary)) + "\n"


def _lines(
    case: CaseExplanation, papers: tuple[Paper, ...], vocabulary: Vocabulary
) -> Iterator[str]:
    yield f"案卷 {case['code']}　{case['submitter']}　{case['track']}"
    yield f"裁定: {decision_name(case['decision'])}（第 {case['version']} 次）"
    if case["rules_sha256"]:
        yield f"规则文件 SHA-256: {case['rules_sha256']}"
    yield from _findings(case["entries"])
    yield "\n【文件】"
    for paper in papers:
        yield f"{paper.place.name}　{paper.role}　{size_text(paper.size)}　原名 {paper.name}"
        yield f"  SHA-256 {paper.sha256}"
    yield "\n【来件】"
    for mail in case["mails"]:
        kind = SCREENING_WORDS.get(mail["screening"] or "", "尚未读取")
        yield f"{exact_moment(mail['received'])}　{mail['from']}　{mail['subject']}（{kind}）"
        for part in mail["parts"]:
            fate = FATE_WORDS.get(part["fate"], part["fate"])
            name = part["name"] or part["path"]
            yield f"  {name}　{kind_word(part['kind'])}　{fate}　{part['reason']}".rstrip("　")
    yield "\n【读出的内容】"
    for subject in case["subjects"]:
        yield from _subject(subject, vocabulary.get(subject["kind"], {}))
    yield "\n【信函】"
    for letter in case["letters"]:
        name = LETTER_WORDS.get(letter["kind"], letter["kind"])
        state = STATE_NAMES[OutboxState(letter["state"])]
        yield f"{name}　{state}　{letter['recipient']}　{letter['subject']}"
    yield "\n【经过】"
    for event in case["events"]:
        yield f"{exact_moment(event['at'])}　{event['text']}"


def _findings(entries: list[EntryRecord]) -> Iterator[str]:
    for entry in entries:
        yield f"\n{entry['applicant'] or '整份材料'}: {decision_name(entry['verdict'])}"
        for finding in entry["findings"]:
            yield f"  [{finding['rule']} {finding['outcome']}] {finding['text']}"
            yield f"    依据: {finding['clause']}"
            yield from (f"    {line}" for line in finding["evidence"])


def _subject(subject: Dumped, known: Mapping[str, Field]) -> Iterator[str]:
    yield f"{subject['kind']} {subject['id']}"
    for name, fact in subject["fields"].items():
        place = f"{fact['provenance']['part']} {fact['provenance']['place']}".strip()
        yield f"  {name} = {fact_text(fact, known.get(name))}　{place}".rstrip("　")
