"""When two names mean the same applicant."""

from __future__ import annotations

import pytest

from ingest.submission.applicants import file_stem, same_applicant
from rules.call import Call


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("第八师石河子市第一中学", "石河子第一中学"),
        ("第八师 石河子市 第一中学", "第八师石河子第一中学"),
        ("图木舒克市教育局", "第三师图木舒克市教育局"),
        ("第三师教育局（盖章）", "第三师图木舒克市教育局"),
        ("一四三团第一中学", "第八师一四三团第一中学"),
    ],
)
def test_one_applicant_under_two_names(call: Call, first: str, second: str) -> None:
    """The 师市 before a name, spaces and brackets make no difference."""
    assert same_applicant(first, second, call)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("石河子第一中学", "石河子第二中学"),
        ("石河子第一中学", "石河子第一中学分校"),
        ("第三师教育局", "第四师教育局"),
        ("第一师教育局", "第十一师教育局"),
        ("", ""),
    ],
)
def test_two_applicants_are_not_taken_for_one(call: Call, first: str, second: str) -> None:
    """A shared beginning is not enough, and nobody is not somebody."""
    assert not same_applicant(first, second, call)


def test_file_stems_forget_what_only_says_the_rendition() -> None:
    """Word and scan of one form have one stem."""
    assert file_stem("附件2-143团一中申报书（盖章扫描件）20240820.pdf") == file_stem(
        "附件2 143团一中申报书（可编辑版）.docx"
    )
