"""Lists whose options have letters or numbers: an answer that names one is read, nothing is guessed."""

from __future__ import annotations

import pytest

from ingest.document.form.lettered import answered_by_name

OPTIONS = ("小学", "初中", "普通高中")


@pytest.mark.parametrize(
    "text",
    [
        "A.小学 B.初中 C.普通高中    选：B", "A.小学 B.初中 C.普通高中（B）", "A小学  B初中  C普通高中    ____B____", "（B） A.小学 B.初中 C.普通高中",
        "B   （A.小学 B.初中 C.普通高中）", "1.小学 2.初中 3.普通高中   （2）", "（ 2 ）①小学 ②初中 ③普通高中", "①小学 ②初中 ③普通高中 （②）",
        "a、小学 b、初中 c、普通高中\n答案：b", "A.小学（） B.初中（B） C.普通高中（）", "□A.小学 □B.初中 □C.普通高中  选择 B", "(1)小学 (2)初中 (3)普通高中　选2。",
    ],
)  # fmt: skip
def test_an_answer_names_its_option(text: str) -> None:
    """In front of the list or behind it, in brackets, on a rule."""
    assert answered_by_name(text, OPTIONS) == ("初中",)


@pytest.mark.parametrize(
    "text", ["A.小学 B.初中 C.普通高中 选A、C", "（A C）A小学 B初中 C普通高中"]
)
def test_several_are_read_in_the_order_of_the_answer(text: str) -> None:
    """Whether several may be chosen, the field knows."""
    assert answered_by_name(text, OPTIONS) == ("小学", "普通高中")


@pytest.mark.parametrize(
    "text",
    [
        "A.小学 B.初中 C.普通高中", "A.小学 B.初中 C.普通高中 选D", "A.小学 C.初中 选A", "小学 初中 B", "B", "A.小学 选A", "A.小学 B.初中 不选B",
        "A.小学 √B.初中 A", "1.小学 2 2.初中 3.普通高中", "1.小学 1 2.初中 2 3.普通高中 1", "A.小学 C B.初中 C.普通高中", "1.小学 2.初中 3.普通高中 共3所", "A.小学 B.初中部 A", "A.小学 B.初中 12",
    ],
)  # fmt: skip
def test_what_is_not_clear_names_none(text: str) -> None:
    """No answer, one that no option bears, a list with gaps, other marks and words."""
    assert answered_by_name(text, OPTIONS) == ()
