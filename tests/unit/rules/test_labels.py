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


@pytest.mark.parametrize(
    "dress",
    ["★", "※", "▲ ", "（必填）", "【必填】", "其中：", "其中", "Ⅱ.", "A.", "1-1", "1.2.1 ", "第一项", "第3条、", "● ",
     "➢", "§", "△", "-", "☆(一)", "①", "⑵ ", "2 ", "B、", "iv.", "▶ 1）", "*", "◎", "（*）", "[2]", "➤ ", "Ａ．", "No.1 ", "№1",
     "项目一：", "表1-", "*必填*", "必填：", "（1/3）", "Q1：", "甲、", "01", "附："],
)  # fmt: skip
def test_whatever_stands_in_front_of_a_label_is_no_part_of_it(dress: str) -> None:
    """Stars for what is required, bullets, numbers of every kind."""
    assert label_key(f"{dress}联系人") == "联系人"


@pytest.mark.parametrize(
    ("text", "key"),
    [("2023年总收入", "2023年总收入"), ("QQ号", "qq号"), ("E-mail：", "e-mail"), ("占比%", "占比%"),
     ("十二年一贯制", "十二年一贯制"), ("联系人【必填】", "联系人"), ("联系人 ★", "联系人"), ("—", "—"), ("（一）", "(一)"),
     ("联系人①", "联系人"), ("联系人／Name", "联系人"), ("联系人 Contact person", "联系人"), ("联系QQ", "联系qq"), ("联系人ː", "联系人")],
)  # fmt: skip
def test_what_belongs_to_a_label_stays(text: str, key: str) -> None:
    """A year, a letter of the word, a sign alone."""
    assert label_key(text) == key


@pytest.mark.parametrize("colon", ["∶", "꞉", "︰", "："])
def test_what_looks_like_a_colon_counts_as_one(colon: str) -> None:
    """Chinese input methods offer the ratio sign for it."""
    assert label_key(f"联系人{colon}") == "联系人"


@pytest.mark.parametrize("text", ["（盖章）", "(必填)"])
def test_a_label_that_is_nothing_but_a_remark_stays(text: str) -> None:
    """Taking it away would leave a label that is the same as no label."""
    assert label_key(text).strip("()") in text
