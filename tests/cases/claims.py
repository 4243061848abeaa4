"""The words in which the right outcome of a case is written: each gives a claim about a report.

Whoever writes cases adds a word here only when none of these says it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tests.cases.case import Claim, Outcome, Report

RIGHT, UNSURE, WRONG = Outcome


def _else_staff(right: bool, report: Report) -> Outcome:
    if right:
        return RIGHT
    return UNSURE if report.to_staff else WRONG


# --- parts ----------------------------------------------------------------------------------------


def part(name: str = "", kind: str = "", fate: str = "", sha256: str = "") -> Claim:
    """A part of this name, kind, fate and (beginning of a) hash is there."""

    def claim(report: Report) -> Outcome:
        return _else_staff(any(_is(each) for each in report.parts), report)

    def _is(each: dict[str, Any]) -> bool:
        return (
            (not name or each.get("name") == name)
            and (not kind or each["kind"] == kind)
            and (not fate or each["fate"] == fate)
            and each["sha256"].startswith(sha256)
        )

    return claim


def parts(count: int, kind: str) -> Claim:
    """So many parts of this kind."""
    return lambda report: _else_staff(
        sum(each["kind"] == kind for each in report.parts) == count, report
    )


def documents(count: int, form: str = "") -> Claim:
    """So many documents (of this form)."""
    return lambda report: _else_staff(
        sum(not form or each["form"] == form for each in report.documents) == count, report
    )


def no_part_for_staff(name: str) -> Claim:
    """The part of this name is set aside: nobody is bothered with it."""
    aside = {"unsupported", "body", "inline", "unpacked"}

    def claim(report: Report) -> Outcome:
        found = [
            each for each in report.parts if each["path"].endswith(name) or each.get("name") == name
        ]
        quiet = all(each["fate"] in aside and "人工" not in each["reason"] for each in found)
        return RIGHT if quiet else WRONG

    return claim


# --- verdicts and letters -------------------------------------------------------------------------


def verdict(*wanted: str) -> Claim:
    """Every entry gets one of these verdicts."""
    return lambda report: _else_staff(
        bool(report.verdicts) and set(report.verdicts) <= set(wanted), report
    )


def never(verdict_: str) -> Claim:
    """No entry gets this verdict."""
    return lambda report: WRONG if verdict_ in report.verdicts else RIGHT


def staff() -> Claim:
    """A person looks at it."""
    return lambda report: RIGHT if report.to_staff else WRONG


def said(*texts: str) -> Claim:
    """One of these words is said, to the applicant or to staff."""
    return lambda report: RIGHT if any(text in report.said for text in texts) else WRONG


def unsaid(*texts: str) -> Claim:
    """None of these words is said."""
    return lambda report: WRONG if any(text in report.said for text in texts) else RIGHT


# --- values ---------------------------------------------------------------------------------------


def _facts(report: Report, name: str, rendition: str) -> list[dict[str, Any]]:
    return [
        document["fields"][name]
        for document in report.documents
        if document["rendition"] == rendition and name in document["fields"]
    ]


def field(name: str, *values: object, rendition: str = "editable") -> Claim:
    """The field has one of these values (as stored or as shown) wherever it stands; None: blank."""

    def claim(report: Report) -> Outcome:
        found = _facts(report, name, rendition)
        if not found:
            return UNSURE if report.to_staff else WRONG
        return max(map(_one, found))

    def _one(fact: dict[str, Any]) -> Outcome:
        if fact["knowledge"] == "unknown":
            return UNSURE
        stated = {fact["value"] if isinstance(fact["value"], int) else str(fact["value"])}
        return RIGHT if (stated | {fact["shown"]}) & _values(values) else WRONG

    return claim


def _values(values: Iterable[object]) -> set[object]:
    return {value if isinstance(value, int) else str(value) for value in values}


def unknown(name: str) -> Claim:
    """The field is not known, wherever it stands; to know it would be a guess."""

    def claim(report: Report) -> Outcome:
        facts = [*_facts(report, name, "editable"), *_of_rows(report, name)]
        return RIGHT if all(fact["knowledge"] == "unknown" for fact in facts) else WRONG

    return claim


def not_blank(name: str) -> Claim:
    """The field is filled in: whatever else is said, not that it is empty."""

    def claim(report: Report) -> Outcome:
        facts = [*_facts(report, name, "editable"), *_of_rows(report, name)]
        return WRONG if any(fact["knowledge"] == "blank" for fact in facts) else RIGHT

    return claim


def known_fields(count: int) -> Claim:
    """At least so many fields of the (one) editable document are known."""

    def claim(report: Report) -> Outcome:
        counts = [
            sum(fact["knowledge"] == "known" for fact in document["fields"].values())
            for document in report.documents
            if document["rendition"] == "editable"
        ]
        return _else_staff(max(counts, default=0) >= count, report)

    return claim


def _of_rows(report: Report, name: str) -> Iterator[dict[str, Any]]:
    for document in report.documents:
        for row in document.get("rows", []):
            if name in row:
                yield row[name]


def rows(*names: str, column: str = "单位名称") -> Claim:
    """The summary table's rows have these names, in this order."""

    def claim(report: Report) -> Outcome:
        found = [fact["shown"] for fact in _of_rows(report, column)]
        return _else_staff(found == list(names), report)

    return claim


# --- seals ----------------------------------------------------------------------------------------


def seal(*wanted: str, diameter: float = 0.0) -> Claim:
    """Every scan's seal has one of these outcomes (and a diameter within 15 %)."""

    def claim(report: Report) -> Outcome:
        found = [document["seal"] for document in report.documents if document["seal"]]
        if not found:
            return UNSURE if report.to_staff else WRONG
        return max(map(_one, found))

    def _one(reading: dict[str, Any]) -> Outcome:
        sizes = [each["diameter_mm"] for each in reading["seals"]]
        sized = not diameter or any(abs(size / diameter - 1) < 0.15 for size in sizes)
        if reading["outcome"] in wanted:
            return RIGHT if sized else WRONG
        return UNSURE if reading["outcome"] == "uncertain" else WRONG

    return claim
