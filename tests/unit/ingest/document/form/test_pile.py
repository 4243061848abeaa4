"""Which sheets are which form, and which of them surely."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingest.document.form.pile import Leaf, Piece, sort_pile
from rules.call import Call

APPLICATION, ZONE, TABLE = "附件2", "附件1", "附件4"


def body(number: int, form: str = APPLICATION, *, of: int = 14) -> Leaf:
    """A sheet with the labels of a form, untitled."""
    return Leaf(number, labels={form: frozenset(f"栏目{at}" for at in range(of))})


def cover(number: int, form: str = APPLICATION, name: str = "") -> Leaf:
    """A sheet with a big title and no more than the applicant."""
    return Leaf(number, form, tall=True, name=name)


def end(number: int) -> Leaf:
    """The sheet with the opinions and the place for the seal."""
    return Leaf(number, asks=True)


def pages(pieces: tuple[Piece, ...]) -> list[tuple[str, tuple[int, ...]]]:
    """Form and pages of each."""
    return [(piece.form, piece.pages) for piece in pieces]


@pytest.fixture
def stack() -> list[Leaf]:
    """Two schools' forms of three sheets, scanned one after the other."""
    return [cover(1), body(2), end(3), cover(4), body(5), end(6)]


def test_a_stack_of_one_kind_is_cut_at_its_covers(call: Call, stack: list[Leaf]) -> None:
    """Names need not be legible under the seals on the covers."""
    found = sort_pile(stack, call)

    assert pages(found) == [(APPLICATION, (1, 2, 3)), (APPLICATION, (4, 5, 6))]
    assert found[0].sure == {1, 2, 3}


def test_another_form_begins_where_its_title_stands(call: Call) -> None:
    """The summary table behind the form, or in front of it."""
    behind = [cover(1, ZONE), body(2, ZONE), end(3), cover(4, "附件3")]
    before = [cover(1, "附件3"), cover(2, ZONE), body(3, ZONE)]

    assert pages(sort_pile(behind, call)) == [(ZONE, (1, 2, 3)), ("附件3", (4,))]
    assert pages(sort_pile(before, call)) == [("附件3", (1,)), (ZONE, (2, 3))]


def test_a_title_over_the_table_behind_the_cover_begins_nothing(call: Call) -> None:
    """Many forms repeat it."""
    again = replace(body(2), form=APPLICATION, tall=True)

    assert pages(sort_pile([cover(1), again, end(3)], call)) == [(APPLICATION, (1, 2, 3))]


@pytest.mark.parametrize(
    "head",
    [
        Leaf(3, APPLICATION, tall=False),
        Leaf(3, APPLICATION, labels={APPLICATION: frozenset(["栏目90"])}),
        replace(cover(3), printed=3),
    ],
    ids=["small print", "other labels", "page number"],
)
def test_a_running_head_begins_nothing(call: Call, head: Leaf) -> None:
    """Whatever of it tells."""
    first = replace(cover(1, name="甲团中学"), printed=1)

    second = replace(body(2), form=APPLICATION, tall=head.tall and False, printed=2)

    found = sort_pile([first, second, head], call)

    assert pages(found) == [(APPLICATION, (1, 2, 3))]


def test_small_print_is_no_running_head_where_it_does_not_run(call: Call) -> None:
    """A clerk's cover is not always in big letters."""
    found = sort_pile([cover(1), body(2), end(3), Leaf(4, APPLICATION, tall=False)], call)

    assert pages(found) == [(APPLICATION, (1, 2, 3)), (APPLICATION, (4,))]


def test_a_cover_that_was_copied_with_its_name_begins_the_next_form(call: Call) -> None:
    """Clerks fill in the table and forget the cover; where the cover is not in the file, the labels
    that come again tell.
    """
    one = [cover(1, name="甲团中学"), replace(body(2), name="甲团中学")]
    other = replace(body(4), name="乙团小学")

    found = sort_pile([*one, cover(3, name="甲团中学"), other], call)
    assert pages(found) == [(APPLICATION, (1, 2)), (APPLICATION, (3, 4))]
    found = sort_pile([*one, replace(other, number=3)], call)
    assert [(piece.pages, piece.sure) for piece in found] == [((1, 2), {1, 2}), ((3,), {3})]


@pytest.mark.parametrize(
    ("name", "forms"),
    [("", 1), ("甲团中学", 1), ("乙团小学", 2)],
    ids=["unread name", "the same name", "another's"],
)
def test_a_cover_behind_its_form_is_in_a_wrong_order(call: Call, name: str, forms: int) -> None:
    """Nothing follows it that could be the form it heads."""
    wrong = [replace(body(1), name="甲团中学"), end(2), cover(3, name=name)]

    found = sort_pile(wrong, call)

    assert len(found) == forms
    assert found[0].sure == ({1, 2, 3} if forms == 1 else {1})


def test_a_cover_with_its_own_form_behind_it_is_not_the_one_before(call: Call) -> None:
    """The one before has lost its cover."""
    found = sort_pile([body(1), end(2), cover(3), body(4)], call)

    assert pages(found) == [(APPLICATION, (1, 2)), (APPLICATION, (3, 4))]


def test_labels_that_come_again_without_a_name_are_unsure(call: Call) -> None:
    """The next school's, or a copy."""
    found = sort_pile([cover(1), body(2), body(3)], call)

    assert [(piece.pages, piece.sure) for piece in found] == [((1, 2), {1, 2}), ((3,), frozenset())]


@pytest.mark.parametrize(
    ("one", "other"),
    [("第八师第一中学", "第八师第二中学"), ("石河子市晨曦小学", "图木舒克市金穗初级中学")],
)
def test_another_name_is_another_form(call: Call, one: str, other: str) -> None:
    """Also one that differs in a numeral only."""
    found = sort_pile([cover(1, name=one), cover(2, name=other)], call)

    assert pages(found) == [(APPLICATION, (1,)), (APPLICATION, (2,))]


def test_a_name_that_may_be_misread_leaves_its_sheet_unsure(call: Call) -> None:
    """Neither the same nor clearly another."""
    found = sort_pile([cover(1, name="石河子市晨曦小学"), cover(2, name="石河子市最曦小字")], call)

    assert [piece.sure for piece in found] == [{1}, frozenset()]


def test_two_forms_of_one_sheet_each_without_heights(call: Call) -> None:
    """What is typed has no print to measure: labels that come again tell."""
    one = replace(body(1), form=APPLICATION)
    copies = sort_pile([one, replace(one, number=2)], call)

    assert [piece.pages for piece in copies] == [(1,), (2,)]


def test_half_a_form_whose_labels_come_again_is_unsure(call: Call) -> None:
    """A copy of the same page, or the next school's."""
    half = Leaf(1, APPLICATION, tall=True, labels={APPLICATION: frozenset("甲乙丙")})

    found = sort_pile([half, replace(half, number=2)], call)

    assert [piece.sure for piece in found] == [{1}, frozenset()]


def test_the_numbers_begin_again_with_the_next_form(call: Call) -> None:
    """Tables print their title on every sheet, and another office's begins with its own name."""
    first = Leaf(1, TABLE, tall=True, name="甲师教育局")
    goes_on = Leaf(2, TABLE, tall=True)
    other = Leaf(3, TABLE, tall=True, name="图木舒克市教育局")

    found = sort_pile([first, goes_on, other], call)

    assert pages(found) == [(TABLE, (1, 2)), (TABLE, (3,))]


def test_two_covers_in_a_row_are_not_one_form_s(call: Call) -> None:
    """Two copies fed together: first both covers, then both tables; whose the second is, is unsure."""
    asked = {APPLICATION: frozenset(["栏目90", "栏目91"])}
    covers = [replace(cover(1), labels=asked), replace(cover(2), labels=asked)]
    bodies = [replace(body(3), name="晨曦小学"), replace(body(4), name="金穗中学")]

    found = sort_pile([*covers, *bodies, end(5)], call)

    assert pages(found) == [(APPLICATION, (1,)), (APPLICATION, (2, 3)), (APPLICATION, (4, 5))]
    assert 2 not in found[1].sure
    follows = [replace(covers[0], printed=1), replace(covers[1], printed=2)]
    assert len(sort_pile(follows, call)) == 1


def test_a_table_under_another_name_than_the_cover_is_unsure(call: Call) -> None:
    """Whose the cover is, nobody can say; no seal on it counts for either."""
    covers = [cover(1, name="晨曦小学"), cover(2, name="金穗中学")]
    bodies = [replace(body(3), name="晨曦小学"), replace(body(4), name="金穗中学")]

    found = sort_pile([*covers, *bodies], call)

    assert [piece.pages for piece in found] == [(1,), (2,), (3,), (4,)]
    assert [bool(piece.sure) for piece in found] == [True, False, False, True]


COVER = {APPLICATION: frozenset(["栏目90", "栏目91"])}


@pytest.mark.parametrize("order", ["ABABAB", "ABBAAB", "ABAABB"])
@pytest.mark.parametrize("named", [True, False])
def test_sheets_of_two_forms_in_turn_are_nobody_s(call: Call, order: str, named: bool) -> None:
    """Two heaps pushed into one: the sheets that ask for the seal are surely neither's."""
    names, laid = {"A": "晨曦小学", "B": "金穗中学"}, list[str]()
    leaves = []
    for number, whose in enumerate(order, 1):
        name = names[whose] if named else ""
        asked = replace(cover(number, name=name), labels=COVER)
        sheets = [asked, body(number), end(number)]
        leaves.append(sheets[laid.count(whose)])
        laid.append(whose)

    found = sort_pile(leaves, call)

    assert not {leaf.number for leaf in leaves if leaf.asks} & frozenset[int]().union(
        *(piece.sure for piece in found)
    )


def test_two_sheets_that_ask_for_the_same_seal_are_not_one_form_s(call: Call) -> None:
    """One of them slipped out of the form before."""
    asked = {APPLICATION: frozenset(["栏目91", "栏目92", "栏目93"])}
    ends = [replace(end(number), labels=asked) for number in (5, 6)]
    found = sort_pile([cover(1), body(2), cover(3), body(4), *ends], call)

    assert [piece.sure for piece in found] == [frozenset(), frozenset()]


def test_behind_mingled_sheets_a_title_begins_a_sure_form(call: Call) -> None:
    """A cover without its form, then two whole ones."""
    first, second, third = (replace(cover(number), labels=COVER) for number in (1, 2, 5))
    found = sort_pile([first, second, body(3), end(4), third, body(6), end(7)], call)

    assert [piece.pages for piece in found] == [(1,), (2, 3, 4), (5, 6, 7)]
    assert found[-1].sure == {5, 6, 7}


SHEETS = [cover(1), body(2, of=9), replace(body(3), labels=COVER), end(4)]
WHO = {"A": "晨曦小学", "B": "金穗中学", "C": "红柳中学"}


def laid(order: str, *, numbered: bool = False, named: bool = False) -> list[Leaf]:
    """Forms of four sheets; each letter is the next sheet of its school's, small ones from behind,
    T a summary table.
    """
    leaves, upper = [], str.upper(order)
    for at, letter in enumerate(order):
        if letter == "T":
            leaves.append(cover(at + 1, TABLE))
            continue
        before = upper[:at].count(letter.upper())
        place = before if letter.isupper() else 3 - before
        name = WHO[letter.upper()] if place < (2 if named else 1) else ""
        printed = place + 1 if numbered else None
        leaves.append(replace(SHEETS[place], number=at + 1, name=name, printed=printed))
    return leaves


@pytest.mark.parametrize("numbered", [True, False])
@pytest.mark.parametrize(
    "order", ["AAAABBBB", "AAAABBBBCCCC", "TAAAABBBB", "AAAATBBBB", "AAAABBBBT"]
)
def test_forms_one_after_the_other_are_sure(call: Call, order: str, numbered: bool) -> None:
    """With the summary table in front, between or behind."""
    found = sort_pile(laid(order, numbered=numbered), call)

    assert all(piece.sure == set(piece.pages) for piece in found)


@pytest.mark.parametrize("numbered", [True, False])
@pytest.mark.parametrize(
    "order",
    [
        "ABABABAB", "AABBAABB", "AAABBBAB", "AAABBBBA", "ABCABCABCABC", "AABBCCAABBCC", "ABAAABBB",
        "aaaabbbb", "aaaaBBBB", "AbAbAbAb", "AAAABBB", "AAABBBB", "AAABBBTAB", "ABTABABAB", "AATAABBBB",
        "AAAABBTBB",
    ],
)  # fmt: skip
def test_of_sheets_out_of_order_no_end_is_surely_anybody_s(
    call: Call, order: str, numbered: bool
) -> None:
    """Piles pushed into one, laid upside down, or with a sheet missing: a seal on a sheet that
    names nobody passes nobody.
    """
    leaves = laid(order, numbered=numbered)
    found = sort_pile(leaves, call)

    ends = {leaf.number for leaf in leaves if leaf.asks and not leaf.form}
    assert ends.isdisjoint(number for piece in found for number in piece.sure)


def test_a_table_under_another_s_cover_leaves_the_pile_unsure(call: Call) -> None:
    """The cover of one, the sheets of another."""
    leaves = laid("AAAABBBB", named=True)
    leaves[5] = replace(leaves[5], name=WHO["C"])

    assert not any(4 in piece.sure or 8 in piece.sure for piece in sort_pile(leaves, call))


def test_pages_that_skip_a_number_are_no_whole_form(call: Call) -> None:
    """What is between them may lie with the other."""
    leaves = laid("AAAABBBB", numbered=True)
    leaves[3] = replace(leaves[3], printed=5)

    assert not any(4 in piece.sure or 8 in piece.sure for piece in sort_pile(leaves, call))


def test_labels_in_another_order_than_the_next_form_s_are_unsure(call: Call) -> None:
    """Two sheets of one form have changed places."""
    leaves = laid("AAAABBBB")
    leaves[1:3] = [replace(leaves[2], number=2), replace(leaves[1], number=3)]
    more = {APPLICATION: COVER[APPLICATION] | {f"栏目{at}" for at in range(80, 84)}}
    leaves = [replace(leaf, labels=more) if leaf.number in (2, 7) else leaf for leaf in leaves]

    assert not any(4 in piece.sure or 8 in piece.sure for piece in sort_pile(leaves, call))


def test_a_letter_is_no_sheet_of_the_form(call: Call) -> None:
    """Nor is what follows it, unless it shows the form's labels."""
    letter = Leaf(1, foreign=True)
    stamped_proof = Leaf(4, foreign=True)
    found = sort_pile([letter, cover(2), body(3), stamped_proof, Leaf(5), body(6, of=3)], call)

    assert pages(found) == [("", (1,)), (APPLICATION, (2, 3, 6)), ("", (4, 5))]
    assert not any(5 in piece.sure for piece in found)


def test_a_form_behind_a_letter_is_a_piece_though_untitled(call: Call) -> None:
    """Its labels show it; which form is told by the file's name."""
    found = sort_pile([Leaf(1, foreign=True), body(2), end(3)], call, APPLICATION)

    assert pages(found) == [("", (1,)), (APPLICATION, (2, 3))]
    assert found[1].sure == {2, 3}


def test_a_sheet_that_shows_nothing_is_unsure(call: Call) -> None:
    """It may be a certificate's back, or running text of the form."""
    found = sort_pile([cover(1), body(2), Leaf(3), Leaf(4, read=False)], call)

    assert (found[0].pages, found[0].sure) == ((1, 2, 3, 4), {1, 2})


def test_texts_of_the_word_file_and_page_numbers_show_it_too(call: Call) -> None:
    """Running text has no labels."""
    known = Leaf(2, known=frozenset([APPLICATION]), printed=2)

    (found,) = sort_pile([cover(1), known, Leaf(3, printed=3)], call)

    assert found.sure == {1, 2, 3}


def test_an_untitled_front_is_the_form_behind_it(call: Call) -> None:
    """The title on the cover may be illegible; what shows nothing at all stays nobody's."""
    front = body(1, of=3)

    assert pages(sort_pile([front, cover(2)], call)) == [(APPLICATION, (1, 2))]
    assert pages(sort_pile([Leaf(1), cover(2)], call)) == [("", (1,)), (APPLICATION, (2,))]


def test_a_sheet_under_two_titles_is_in_both_and_sure_in_neither(call: Call) -> None:
    """The table begins below the end of the form."""
    shared = replace(end(3), below="附件3")

    found = sort_pile([cover(1, ZONE), body(2, ZONE), shared, body(4, "附件3")], call)

    assert pages(found) == [(ZONE, (1, 2, 3)), ("附件3", (3, 4))]
    assert [piece.sure for piece in found] == [{1, 2}, {4}]


def test_a_sheet_of_a_form_behind_a_letter_is_no_sheet_of_the_letter(call: Call) -> None:
    """Nobody can tell whose it is; a sheet that shows nothing goes on with the letter."""
    letter, blank = Leaf(1, foreign=True), Leaf(2)
    found = sort_pile([letter, blank, body(3, of=1), cover(4, ZONE)], call)
    assert pages(found) == [("", (1, 2)), ("", (3,)), (ZONE, (4,))]
    assert [piece.sure for piece in found[:2]] == [{1}, frozenset()]
    assert [piece.foreign for piece in found] == [True, False, False]


def test_a_second_cover_whose_title_could_not_be_read_is_not_surely_the_first_ones(
    call: Call,
) -> None:
    """The applicant is asked for once more when the body has been seen."""
    applicant = call.form(APPLICATION).applicant
    again = Leaf(3, labels={APPLICATION: frozenset({applicant})})
    (found,) = sort_pile([cover(1), body(2), again], call)
    assert (found.pages, found.sure) == ((1, 2, 3), {1, 2})


def test_a_name_read_with_a_sign_more_is_the_same_name(call: Call) -> None:
    """Numerals are compared place by place only in names of one length."""
    name = "第一师阿拉尔市塔里木高级中学校"
    once, again = replace(body(2), name=name), replace(body(3), name=f"{name}区")
    assert pages(sort_pile([cover(1), once, again], call)) == [(APPLICATION, (1, 2, 3))]

    other = replace(again, name=name.replace("一", "二"))
    assert len(sort_pile([cover(1), once, other], call)) == 2


def test_untitled_sheets_are_the_form_expected_where_they_show_it(call: Call) -> None:
    """A letter among them is none; a titled sheet says more than the file's name."""
    letter = Leaf(1, foreign=True)
    first, second = sort_pile([letter, body(2, of=1), Leaf(3)], call, APPLICATION)
    assert (first.form, second.form, second.pages) == ("", APPLICATION, (2, 3))
    assert second.sure == {2}

    assert pages(sort_pile([cover(1, ZONE), Leaf(2)], call, APPLICATION)) == [(ZONE, (1, 2))]
