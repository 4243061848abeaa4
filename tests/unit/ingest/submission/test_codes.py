"""Case codes: made, found again, and never taken for another one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.submission.codes import CHECK_ALPHABET, code_number, find_codes, make_code

TRACKS = st.from_regex(r"[A-Z]{1,4}", fullmatch=True)
YEARS = st.integers(2000, 2099)
NUMBERS = st.integers(1, 999_999)


@given(TRACKS, YEARS, NUMBERS)
def test_every_code_is_found_again(track: str, year: int, number: int) -> None:
    """What is made can be read back, with its number."""
    code = make_code(track, year, number)
    assert re.fullmatch(rf"{track}{year % 100:02d}-{number:04d}-[{CHECK_ALPHABET}]", code)
    assert find_codes(f"案卷编号{code}。") == (code,)
    assert code_number(code) == number


def test_a_code_looks_as_letters_promise() -> None:
    """Track, year of the call, four digits and a check character."""
    assert re.fullmatch(r"Q24-0007-[2-9A-HJKMNP-TV-Y]", make_code("Q", 2024, 7))
    assert not set("0O1ILUZ") & set(CHECK_ALPHABET)


def test_a_digit_of_a_long_number_is_not_taken_for_the_check_character() -> None:
    """Q16-74998-? with its last character wrong is not Q16-7499-8 with something behind it."""
    assert find_codes("Q16-74998-I") == ()
    assert find_codes("Q16-7499-8") == ("Q16-7499-8",)
    assert find_codes("Q1674998") == ("Q16-7499-8",)


@given(YEARS, NUMBERS, st.data())
def test_one_wrong_character_is_never_a_code(year: int, number: int, data: st.DataObject) -> None:
    """Every exchange of one character is found out."""
    code = make_code("Q", year, number)
    place = data.draw(st.sampled_from([index for index, char in enumerate(code) if char != "-"]))
    same = (
        "0123456789"
        if code[place].isdigit()
        and place
        < len(
            code,
        )
        - 1
        else "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    )
    other = data.draw(st.sampled_from([char for char in same if char != code[place]]))
    assert find_codes(code[:place] + other + code[place + 1 :]) == ()


@given(YEARS, NUMBERS, st.data())
def test_two_swapped_digits_are_never_a_code(year: int, number: int, data: st.DataObject) -> None:
    """Every swap of two unequal neighbours in the number is found out."""
    code = make_code("X", year, number)
    swaps = [i for i in range(4, 4 + len(code.split("-")[1]) - 1) if code[i] != code[i + 1]]
    if swaps:
        i = data.draw(st.sampled_from(swaps))
        assert find_codes(code[:i] + code[i + 1] + code[i] + code[i + 2 :]) == ()


CODE = make_code("Q", 2024, 7)
CHECK = CODE[-1]


@pytest.mark.parametrize(
    "text",
    [
        f"回复:【补正通知】案卷编号 {CODE} 自动回复",
        CODE.lower(),
        f"Q24—0007—{CHECK}",
        f"q24 0007 {CHECK.lower()}",
        f"Q24 - 0007 - {CHECK}",
        f"Q240007{CHECK}",
        "".join(chr(ord(char) + 0xFEE0) for char in CODE),
        f"案卷编号{CODE},请查收",
        f"{CODE}\n再说一遍:{CODE}",
    ],
)
def test_what_people_make_of_a_code_is_understood(text: str) -> None:
    """Full width, lower case, other dashes, spaces or none."""
    assert find_codes(text) == (CODE,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Q24-0007",
        f"A{CODE}X",
        f"{CODE}2",
        f"1Q24-00072-{CHECK}",
        "电话 0991-8878035",
        "2024-08-31",
    ],
)
def test_what_is_no_code_is_not_found(text: str) -> None:
    """Telephone numbers, dates and parts of longer words are left alone."""
    assert find_codes(text) == ()


def test_several_codes_keep_their_order() -> None:
    """A bureau may speak of two cases in one mail."""
    first, second = make_code("X", 2024, 12), make_code("Q", 2024, 3)
    assert find_codes(f"{first} 和 {second}, 另 {first}") == (first, second)


@pytest.mark.parametrize(
    ("track", "number"), [("", 1), ("q", 1), ("示", 1), ("ABCDE", 1), ("Q", 0), ("Q", 1_000_000)]
)
def test_no_code_is_made_of_nonsense(track: str, number: int) -> None:
    """A code nobody could find again is refused when it is made."""
    with pytest.raises(ValueError, match=r"track code|out of range"):
        make_code(track, 2024, number)
