"""Ids of subjects: each kind has its own, so that a finding names one thing of a case and nothing
else.
"""

from __future__ import annotations

from rules.facts import Fact, Knowledge
from rules.subjects import (
    SUBMISSION_ID,
    SUMMARY_ID,
    SUMMARY_SCAN_ID,
    PartState,
    Subject,
    SubjectField,
    SubjectKind,
    accepted_id,
    entry_id,
    listed_entry_id,
    loose_scan_id,
    part_id,
    row_id,
    scan_id,
)


def test_no_two_subjects_of_a_case_share_an_id() -> None:
    """Among many entries, scans, rows, attachments and the one summary."""
    numbers = range(1, 60)
    entries = [make(number) for number in numbers for make in (entry_id, listed_entry_id)]
    others = [make(number) for number in numbers for make in (loose_scan_id, row_id, accepted_id)]
    parts = [part_id(mail, path) for mail in (1, 11) for path in ("1", "1-1", "11")]
    ids = [*entries, *map(scan_id, entries), *others, *parts, SUBMISSION_ID, SUMMARY_ID]
    assert len({*ids, SUMMARY_SCAN_ID}) == len(ids) + 1


def test_ids_are_written_as_letters_and_stored_verdicts_have_them() -> None:
    """They stand in stored decisions and in examples of rule files: another spelling would lose
    those.
    """
    made = [entry_id(1), scan_id(entry_id(1)), listed_entry_id(2), loose_scan_id(3), row_id(4)]
    assert [*made, accepted_id(5), part_id(6, "2/1")] == [
        "申1",
        "扫申1",
        "行2",
        "散3",
        "汇4",
        "台5",
        "附6-2/1",
    ]
    assert (SUBMISSION_ID, SUMMARY_ID, SUMMARY_SCAN_ID) == ("来件", "汇总表", "扫汇")


def test_a_field_nobody_has_looked_at_is_unknown() -> None:
    """Absent is not blank and not no."""
    subject = Subject(
        kind=SubjectKind.PART,
        id=part_id(1, "2"),
        fields={SubjectField.STATE: Fact.known(PartState.OFD)},
    )
    assert subject.fact(SubjectField.STATE).value == "OFD文件"
    assert subject.fact(SubjectField.NAME).knowledge is Knowledge.UNKNOWN
