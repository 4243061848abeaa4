"""A typed file is taken apart where another form begins, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from ingest.document.content import Cell, Content, Line, Table
from ingest.document.form.fields import extract_fields, found_labels
from ingest.document.form.recognise import recognise, title_over
from ingest.document.form.split import MOST_BLOCKS, split
from rules.call import Call

SCHOOL = ("兵团智慧教育示范校申报书",)
HEADS = ["序号", "学校名称", "师市", "学校类型", "联系人", "联系电话"]
ZONES = ["序号", "申报单位", "师市", "教师账号开通率", "学生账号开通率", "联系人", "联系电话"]


def grid(rows: Sequence[Sequence[str]], after: int, number: int) -> Table:
    """A plain table."""
    cells = (Cell(text, r, c) for r, row in enumerate(rows) for c, text in enumerate(row))
    return Table(number, tuple(cells), after)


def typed(*blocks: str | list[list[str]]) -> Content:
    """Lines and tables in their order."""
    lines: list[Line] = []
    tables: list[Table] = []
    for block in blocks:
        if isinstance(block, str):
            lines.append(Line(block, f"第{len(lines) + 1}段"))
        else:
            tables.append(grid(block, len(lines), len(tables) + 1))
    return Content(tuple(lines), tuple(tables))


def body(call: Call, applicant: str, form: str = "附件2") -> list[list[str]]:
    """A form's table, filled in by ``applicant``; "" fills in nothing."""
    fields = call.form(form).fields
    rows = [[field.labels[0], "甲" if applicant else ""] for field in fields]
    return [[fields[0].labels[0], applicant], *rows[1:]]


def rows(heads: list[str], *names: str) -> list[list[str]]:
    """A summary table."""
    return [heads, *([str(n), name, *["甲"] * (len(heads) - 2)] for n, name in enumerate(names, 1))]


def forms(content: Content, call: Call) -> list[str]:
    """The forms found, "" for what is none."""
    found = (recognise(each, call).form for each in split(content, call))
    return [form.id if form else "" for form in found]


def test_both_annexes_in_one_word_file(call: Call) -> None:
    """With or without a title over the second."""
    form = body(call, "甲团教育局", "附件1")
    table = rows(ZONES, "甲团教育局")
    titled = typed(
        "兵团智慧教育示范区申报书", form, "兵团智慧教育示范区申报汇总表", table, "填报单位：甲"
    )

    assert forms(titled, call) == ["附件1", "附件3"]
    assert forms(typed("兵团智慧教育示范区申报书", form, table), call) == ["附件1", "附件3"]
    assert [line.text for line in split(titled, call)[1].lines] == [
        "兵团智慧教育示范区申报汇总表",
        "填报单位：甲",
    ]


@pytest.mark.parametrize("title", [SCHOOL, ("兵团首批", "智慧教育", "示范校申报书"), ()])
def test_two_schools_in_one_word_file(call: Call, title: tuple[str, ...]) -> None:
    """Also where the second cover still has the first one's name, or there are no covers."""
    content = typed(
        *title, "学校名称：甲团中学", body(call, "甲团中学"), *title, "学校名称：甲团中学",
        body(call, "乙团小学"),
    )  # fmt: skip

    found = split(content, call)

    assert [each.tables[0].cells[1].text for each in found] == ["甲团中学", "乙团小学"]


def test_a_blank_annex_behind_the_own_is_no_second_one(call: Call) -> None:
    """It came with the template."""
    content = typed(*SCHOOL, body(call, "甲团中学"), *SCHOOL, body(call, ""))

    assert [each.tables[0].cells[1].text for each in split(content, call)] == ["甲团中学"]


def test_a_form_over_several_tables_stays_whole(call: Call) -> None:
    """With its title on the cover and over the table."""
    whole = body(call, "甲团中学")
    content = typed(
        "附件2", *SCHOOL, "学校名称：甲团中学", *SCHOOL, whole[:9], "二、建设情况", whole[9:]
    )

    assert split(content, call) == (content,)


def test_a_notice_that_quotes_the_titles_stays_whole(call: Call) -> None:
    """So does a list of annexes in front of a form."""
    listed = (
        "附件：1.兵团智慧教育示范区申报书",
        "2.兵团智慧教育示范校申报书",
        "附件3 兵团智慧教育示范区申报汇总表",
    )
    notice, front = typed("通知", *listed), typed(*listed, *SCHOOL, body(call, "甲团中学"))

    assert split(notice, call) == (notice,)
    assert split(front, call) == (front,)


def test_both_tables_in_one_workbook(call: Call) -> None:
    """Each sheet by its heads; two sheets of one table are one."""
    schools = rows(HEADS, "甲团中学", "乙团小学")
    more = rows(HEADS, "丙团中学")

    both = split(typed(schools, rows(ZONES, "甲师教育局")), call)

    assert [len(each.tables) for each in both] == [1, 1]
    assert forms(typed(schools, rows(ZONES, "甲师教育局")), call) == ["附件4", "附件3"]
    assert forms(typed(schools, more), call) == ["附件4"]


def test_more_blocks_than_a_form_has_are_left_together(call: Call) -> None:
    """Whatever it is, it costs no time."""
    content = typed(*[text for _ in range(150) for text in (SCHOOL[0], "学校名称：甲")])

    assert split(content, call) == (content,)


def test_a_title_is_known_where_it_begins(call: Call) -> None:
    """Alone on its lines, with the number of the annex in front."""
    assert title_over(["附件2", "兵团智慧教育", "示范校申报书", "学校名称"], call) == (3, "附件2")
    assert title_over(["兵团智慧教育示范校申报书的说明"], call) is None
    assert title_over(["", "兵团智慧教育示范校申报书"], call) is None


@pytest.mark.parametrize(
    "between",
    [
        ("兵团教育局 制",),
        ("兵团教育局 制", "2024年8月"),
        ("（盖章）", "2024年8月19日", "附件4"),
        (),
    ],
)
def test_a_title_behind_a_table_is_not_looked_for_before_it(
    call: Call, between: tuple[str, ...]
) -> None:
    """A few lines of the last form's cover, its table, the next title: the form keeps its table."""
    last = len(between) - (between[-1:] == ("附件4",))
    content = typed(
        *SCHOOL, body(call, "甲团学校"), *SCHOOL, *between[:last], body(call, "乙团学校"), *between[last:],
        "兵团智慧教育示范校申报汇总表", rows(HEADS, "甲团学校", "乙团学校"),
    )  # fmt: skip

    assert forms(content, call) == ["附件2", "附件2", "附件4"]
    assert "乙团学校" in [cell.text for cell in split(content, call)[1].tables[0].cells]


@pytest.mark.parametrize(
    "between", [[], [["兵团智慧教育示范校申报书", ""]], [["", ""]], [["附件2", ""]]]
)
def test_two_forms_in_one_table_are_two(call: Call, between: list[list[str]]) -> None:
    """Word joins tables when the line between them is deleted."""
    joined = [*body(call, "甲团学校"), *between, *body(call, "乙团学校")]
    content = typed(*SCHOOL, joined)

    assert forms(content, call) == ["附件2", "附件2"]
    last = split(content, call)[1].tables[0].cells
    assert ("乙团学校", len(joined) - len(body(call, ""))) in [
        (cell.text, cell.row) for cell in last
    ]


def test_a_form_that_asks_twice_for_the_name_alone_is_one(call: Call) -> None:
    """As in the place for the seal."""
    again = [call.form("附件2").fields[0].labels[0], "甲团学校"]

    assert forms(typed(*SCHOOL, [*body(call, "甲团学校"), again]), call) == ["附件2"]


def test_what_looks_like_several_and_is_cut_nowhere_stays_whole(call: Call) -> None:
    """One table whose labels stand twice; and a file of far more titles than forms."""
    once = body(call, "甲校")
    doubled = typed([[*row, *row] for row in once])
    titles = typed(*["兵团智慧教育示范校申报书"] * 2 * MOST_BLOCKS)

    assert split(doubled, call) == (doubled,)
    assert split(titles, call) == (titles,)


def test_a_table_said_to_stand_behind_lines_that_are_not_there_is_the_last(call: Call) -> None:
    """Lines may have been left out since the tables were placed."""
    table = rows(ZONES, "甲团教育局")
    whole = typed(*SCHOOL, body(call, "甲校"), table)
    moved = replace(whole, tables=(whole.tables[0], replace(whole.tables[1], after=9)))

    assert forms(moved, call) == forms(whole, call) == ["附件2", "附件3"]


def lines_of(call: Call, applicant: str) -> list[str]:
    """A form without a table: a label, a colon and the value in each line."""
    return [f"{label}：{text}" for label, text in body(call, applicant)]


def applicants(content: Content, call: Call) -> list[object]:
    """Whose the forms are."""
    form = call.form("附件2")
    return [extract_fields(each, form, "")["单位名称"].value for each in split(content, call)]


@pytest.mark.parametrize("title", [(), SCHOOL])
def test_two_forms_of_lines_are_two(call: Call, title: tuple[str, ...]) -> None:
    """Whether their title comes again or not."""
    content = typed(*SCHOOL, *lines_of(call, "晨光小学"), *title, *lines_of(call, "金穗中学"))

    assert applicants(content, call) == ["晨光小学", "金穗中学"]


def test_a_cover_that_asks_for_the_same_begins_no_other_form(call: Call) -> None:
    """Few of its labels come again."""
    content = typed(
        *SCHOOL,
        "学校名称：晨光小学",
        "联系人：甲",
        "联系电话：0993-2012345",
        body(call, "晨光小学"),
    )

    assert applicants(content, call) == ["晨光小学"]


@pytest.mark.parametrize("again", [f"{SCHOOL[0]}（续）", SCHOOL[0]])
def test_a_title_repeated_over_the_rest_of_a_form_begins_none(call: Call, again: str) -> None:
    """What it heads was not asked yet, nor does it say whose it is."""
    table = body(call, "晨光小学")
    content = typed(*SCHOOL, table[:9], again, table[9:])

    assert applicants(content, call) == ["晨光小学"]
    assert found_labels(split(content, call)[0], call.form("附件2")) == {
        field.name for field in call.form("附件2").fields
    }


def test_the_same_form_twice_counts_once(call: Call) -> None:
    """Pasted twice; with another word in it, it is another one."""
    form = body(call, "晨光小学")
    other = [[label, "乙" if text == "甲" else text] for label, text in form]

    assert len(split(typed(*SCHOOL, form, *SCHOOL, form), call)) == 1
    assert len(split(typed(*SCHOOL, form, *SCHOOL, other), call)) == 2
