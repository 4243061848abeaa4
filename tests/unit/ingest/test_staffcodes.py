"""办理码: only ours hold, for exactly what they were made for, and only where a person put them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.receipts.staffcodes import (
    Reaction,
    StaffCode,
    Target,
    find_codes,
    is_ours,
    reason_in,
    staff_code,
)

KEY, UNTIL = b"k" * 32, date(2024, 8, 27)
ONE = Target(12, 3, "Q24-0001-S", "第五师双河市教育局")
CODE = StaffCode(Reaction.ACCEPT, UNTIL, (ONE,))


def test_a_code_is_found_again_in_subject_or_at_the_beginning_of_a_line() -> None:
    text = staff_code(KEY, CODE)

    (in_subject,) = find_codes(f"回复: 受理 Q24-0001-S {text}", "")
    (in_body,) = find_codes("", f"理由：核对过\n\n  {text}\n")

    assert in_subject == in_body
    assert in_subject.text == text
    assert is_ours(KEY, in_subject, CODE.targets)


def test_a_digest_quoted_along_asks_for_nothing() -> None:
    """There its codes stand inside of links."""
    text = staff_code(KEY, CODE)

    assert (
        find_codes("回复: 收件日报", f"   受理：mailto:a@b.cn?subject={text}&body=x\n> {text}")
        == ()
    )


def test_a_code_copied_by_hand_is_borne() -> None:
    text = staff_code(KEY, CODE).lower().replace("-", "－")

    assert [found.text for found in find_codes(text, "")] == [staff_code(KEY, CODE)]


@pytest.mark.parametrize(
    "other",
    [
        replace(CODE, reaction=Reaction.REJECT),
        replace(CODE, until=date(2025, 8, 27)),
        replace(CODE, targets=(replace(ONE, task=13),)),
        replace(CODE, targets=(replace(ONE, version=4),)),
        replace(CODE, targets=(replace(ONE, case="Q24-0002-K"),)),
        replace(CODE, targets=(replace(ONE, entry=""),)),
        replace(CODE, targets=(ONE, replace(ONE, task=13))),
    ],
)
def test_the_seal_of_one_code_is_worth_nothing_on_another(other: StaffCode) -> None:
    """Action, day, task, version, case and entry are all under it."""
    stolen = staff_code(KEY, CODE).rsplit("-", 1)[1]
    forged = staff_code(KEY, other).rsplit("-", 1)[0] + f"-{stolen}"

    (found,) = find_codes(forged, "")

    assert not is_ours(KEY, found, other.targets)
    assert not is_ours(b"j" * 32, find_codes(staff_code(KEY, CODE), "")[0], CODE.targets)


@pytest.mark.parametrize("text", ["MR-Z-240827-1.1-" + "A" * 16, "MR-A-241327-1.1-" + "A" * 16])
def test_what_is_no_code_is_not_found(text: str) -> None:
    assert find_codes(text, text) == ()


@given(
    st.sampled_from(Reaction),
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.lists(st.tuples(st.integers(0, 10**9 - 1), st.integers(0, 10**6 - 1)), min_size=1, max_size=30),
)  # fmt: skip
def test_every_code_that_is_made_is_found(
    reaction: Reaction, until: date, tasks: list[tuple[int, int]]
) -> None:
    targets = tuple(Target(task, version) for task, version in tasks)
    text = staff_code(KEY, StaffCode(reaction, until, targets))

    (found,) = find_codes("", text)

    assert (found.reaction, found.until, found.tasks) == (reaction, until, tuple(tasks))
    assert is_ours(KEY, found, targets)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("理由：印章看不清\n\n※ 请写理由\n※ Q24：受理\n", "印章看不清"),
        ("理由：\n印章看不清，\n请重扫\n\n李\n发自我的手机", "印章看不清， 请重扫"),
        ("理由: \n\n※ 请写理由\n", ""),
        ("理由：\n\n印章看不清\n※ 请写\n", "印章看不清"),
        ("可以\nMR-A-240827-1.1-AAAAAAAAAAAAAAAA", "可以"),
        ("印章看不清，请重扫\n\n理由：\n\n※ 请写理由\n", "印章看不清，请重扫"),
        ("理由：印章看不清\n发自我的iPhone", "印章看不清"),
        ("理由：印章看不清 ※ 请写理由 ※ Q24：受理", "印章看不清"),
        ("【理由】印章看不清", "印章看不清"),
        ("理由充分，请予受理", "理由充分，请予受理"),
        ("", ""),
    ],
)
def test_the_reason_is_what_was_written_for_it(words: str, reason: str) -> None:
    assert reason_in(words) == reason


def test_a_code_that_a_mail_program_broke_or_decorated_is_found() -> None:
    """Over lines, with spaces, in asterisks; what is quoted is none."""
    code = staff_code(KEY, StaffCode(Reaction.ACCEPT, UNTIL, (ONE,) * 3))
    for spoilt in (f"{code[:30]}\n{code[30:]}", code.replace("-", " - "), f"*{code}*\n理由"):
        assert [found.text for found in find_codes("", spoilt)] == [code]
    assert find_codes("", f"> {code}") == ()
