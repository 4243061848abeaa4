"""Labels are the same words whatever they are dressed in."""

from __future__ import annotations

import pytest

from rules.labels import label_key


@pytest.mark.parametrize(
    "text", ["联 系 人：", "3.联系人", "（一）联系人", "联系人（必填）:", "联系人*", "  联系人\n"]
)
def test_labels_are_the_same_with_numbering_colons_and_remarks(text: str) -> None:
    """The dress of a label does not matter."""
    assert label_key(text) == "联系人"


@pytest.mark.parametrize("colon", ["∶", "꞉", "︰", "："])
def test_what_looks_like_a_colon_counts_as_one(colon: str) -> None:
    """Chinese input methods offer the ratio sign for it."""
    assert label_key(f"联系人{colon}") == "联系人"


@pytest.mark.parametrize("text", ["（盖章）", "(必填)"])
def test_a_label_that_is_nothing_but_a_remark_stays(text: str) -> None:
    """Taking it away would leave a label that is the same as no label."""
    assert label_key(text).strip("()") in text
