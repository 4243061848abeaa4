"""Why a case was decided as it was, from what was stored with the decision: nothing is judged again
here.

Reads the store; how it is printed is ``ingest/cli/rules_at_work.py``.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from datetime import datetime
from typing import Any, TypedDict

from sqlmodel import Session

from ingest.errors import UsageError
from ingest.store.cases import (
    decisions_of_case,
    find_case_row,
    load_subjects,
    load_verdict,
    messages_of_case,
    readings_of_case,
)
from ingest.store.messages import load_reading
from ingest.store.rulefiles import files_of_decision
from ingest.store.tables import DecisionRow
from ingest.submission.case import parts_of_matter
from rules.call import APPLICANT_NAME
from rules.subjects import SubjectField
from rules.verdict import Outcome, decision_name

MAX_NAMED = 5  #: rules named in the answer's second line


class FileRecord(TypedDict):
    """A file that places in conditions speak of by its path in the mail."""

    message: int
    part: str
    name: str


class DecisionExplanation(TypedDict):
    """What ``rules explain --json`` prints: a decision with every rule that applied, as kept with
    it.
    """

    case: str
    submitter: str
    track: str
    version: int
    decision: str
    decided: datetime
    received: datetime
    rules_sha256: str
    call_sha256: str
    rules_kept: bool
    rules_accepted: datetime | None
    names: dict[str, str]  #: by id of a subject what a person calls it
    files: list[FileRecord]
    rules: list[dict[str, Any]]  #: as the engine's trace was kept
    beyond_rules: list[dict[str, Any]]  #: findings that no rule gave, as they write themselves


def explain_decision(
    session: Session,
    code: str,
    version: int | None = None,
    rule: str = "",
) -> DecisionExplanation:
    """Every rule that applied to a case, every condition with its value and its place, as kept with
    the decision.

    ``version`` names an earlier decision than the one in force, ``rule`` a single rule.

    Raises:
        UsageError: there is no such case, decision or rule.
    """
    case = find_case_row(session, code)
    decision = _decision(decisions_of_case(session, case.id), case.code, version)
    rules = [row for row in json.loads(decision.trace) if not rule or row["rule"] == rule]
    if rule and not rules:
        raise UsageError(f"这次裁定没有用到规则“{rule}”", "不写 --rule 可列出全部规则")
    kept = files_of_decision(session, decision)
    return {
        "case": case.code,
        "submitter": case.submitter,
        "track": case.track,
        "version": decision.version,
        "decision": decision.decision.value,
        "decided": decision.decided_at,
        "received": decision.received_at,
        "rules_sha256": decision.rules_sha256,
        "call_sha256": decision.call_sha256,
        "rules_kept": kept is not None,
        "rules_accepted": kept.accepted_at if kept is not None else None,
        "names": _names(decision),
        "files": _files(session, case.id),
        "rules": rules,
        "beyond_rules": _beyond_rules(decision),
    }


def _decision(decisions: list[DecisionRow], code: str, version: int | None) -> DecisionRow:
    wanted = [row for row in decisions if version in (None, row.version)]
    if not wanted:
        raise UsageError(
            f"案卷 {code} " + ("还没有裁定" if version is None else f"没有第 {version} 次裁定")
        )
    return wanted[-1]


def _names(decision: DecisionRow) -> dict[str, str]:
    """申报书“示例小学” for 申1, and so on; the kind alone for what has no name."""
    found = {}
    for subject in load_subjects(decision):
        called = subject.fact(APPLICANT_NAME).text or subject.fact(SubjectField.NAME).text
        found[subject.id] = f"{subject.kind}“{called}”" if called else subject.kind
    return found


SEVERITY = {
    str(outcome): number
    for number, outcome in enumerate(
        (Outcome.REJECT, Outcome.RETURN, Outcome.REFER, Outcome.REMIND, "")
    )
}
"""The gravest first."""


def by_gravity(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rules something followed from before those that passed, the gravest first; else in their
    order.
    """
    return sorted(rules, key=lambda row: SEVERITY[row["outcome"]])


def answer(report: DecisionExplanation) -> list[str]:
    """The decision in three lines: what, why, and how many rules said what."""
    told = [row for row in by_gravity(report["rules"]) if row["outcome"]]
    weighty = [row for row in told if row["outcome"] != Outcome.REMIND]
    named = dict.fromkeys(f"{row['rule']} {row['title']} -> {row['outcome']}" for row in weighty)
    why = [finding["title"] for finding in report["beyond_rules"]] + list(named)
    more = "等" if len(why) > MAX_NAMED else ""
    counted = Counter(row["truth"] for row in report["rules"])
    decision = f"{decision_name(report['decision'])}(第 {report['version']} 次裁定)"
    return [
        f"案卷 {report['case']}  {report['submitter']}  {report['track']}: {decision}",
        "因为: " + ("；".join(why[:MAX_NAMED]) + more or "没有一条规则不满足"),
        "规则: " + "、".join(f"{truth} {count}" for truth, count in counted.items()),
    ]


def called(report: DecisionExplanation, row: dict[str, Any]) -> str:
    """The subjects a rule spoke of, as people call them."""
    return "、".join(report["names"].get(one, one) for one in row["subjects"])


def _files(session: Session, case_id: int) -> list[FileRecord]:
    """The names of the files that the places in the conditions speak of by their path in
    the mail.
    """
    return [
        {"message": message.id, "part": part.path, "name": part.name}
        for message, _ in messages_of_case(session, case_id)
        if (reading := load_reading(message)) is not None
        for part in parts_of_matter(reading)
    ]


def _beyond_rules(decision: DecisionRow) -> list[dict[str, Any]]:
    """Findings that no rule of the file gave: engine and interpreter differed, or there were no
    rules.
    """
    verdict = load_verdict(decision)
    return [finding.model_dump(mode="json") for finding in verdict.findings if not finding.line]


def evidence_pictures(session: Session, code: str) -> dict[str, bytes]:
    """Small cut-outs of titles and seals on the scans of a case, by file name; never a whole page.

    Raises:
        UsageError: there is no such case.
    """
    case = find_case_row(session, code)
    pictures: dict[str, bytes] = {}
    for message, reading in readings_of_case(session, case.id):
        for number, document in enumerate(reading.documents, 1):
            stem = f"{case.code}-来件{message.id}-文档{number}"
            crops = {"标题": document.title_png}
            crops |= {
                f"第{seal.page}页印章{at}": seal.crop_png
                for at, seal in enumerate(document.seal.seals if document.seal else (), 1)
            }
            pictures |= {
                f"{stem}-{what}.png": base64.b64decode(
                    text,
                )
                for what, text in crops.items()
                if text
            }
    return pictures
