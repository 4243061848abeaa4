"""Finding a form's values by their labels."""

from __future__ import annotations

import pytest

from ingest.document.content import Cell, Content, Line, Table
from ingest.document.editable.word import read_word
from ingest.document.form.fields import extract_fields
from ingest.document.form.rows import extract_rows
from rules.call import Call
from rules.facts import Fact, Knowledge
from tests.unit.ingest.document.words import ZONE, body, cell, table, word


def zone(call: Call, content: Content) -> dict[str, Fact]:
    """The fields of a zone application."""
    return extract_fields(content, call.form("附件1"), "2")


def test_a_filled_table_gives_typed_values_with_their_places(call: Call) -> None:
    """Value cells stand right of their labels; every fact says where it was found."""
    facts = zone(call, read_word(word([], ZONE)))
    assert facts["单位名称"].value == "第一师阿拉尔市教育局"
    assert facts["联系人"].value == "白杨"
    assert facts["教师账号开通率"].value == 986_000
    assert facts["学生账号开通率"].value == 980_000
    assert facts["支持边远薄弱团场"].value is True
    assert facts["公示结果"].value == "无异议"
    assert facts["公示开始"].value == "2024-08-12"
    assert facts["联系电话"].provenance.place == "表1 第2行 第4列"
    assert facts["学生账号开通率"].provenance.raw == "９８．０％"


def test_an_empty_place_is_blank_and_a_missing_label_unknown(call: Call) -> None:
    """Left open is the applicant's doing; not found may be ours."""
    facts = zone(call, read_word(word([], ZONE)))
    assert facts["公示结束"].knowledge is Knowledge.BLANK
    assert facts["保障措施"].knowledge is Knowledge.UNKNOWN


def test_a_value_may_stand_below_its_label_or_behind_a_colon(call: Call) -> None:
    """Column heads, and label and value in one cell."""
    heads = [
        ["联系人", "联系电话"],
        ["白杨", "13800001234"],
        ["电子邮箱：A@Example.cn", "所属师市：第一师阿拉尔市"],
    ]
    facts = zone(call, read_word(word([], heads)))
    assert [facts[name].value for name in ("联系人", "联系电话", "电子邮箱", "师市")] == [
        "白杨", "13800001234", "a@example.cn", "第一师阿拉尔市",
    ]  # fmt: skip


@pytest.mark.parametrize("label", ["所属师（市）", "师(市)", "所属 师 （ 市 ）"])
def test_what_a_label_has_in_brackets_may_be_of_the_word(call: Call, label: str) -> None:
    """师（市） is 师市; beside it stands the value."""
    facts = zone(call, read_word(word([], [["联系人", "白杨"], [label, "第一师阿拉尔市"]])))
    assert (facts["师市"].value, facts["联系人"].value) == ("第一师阿拉尔市", "白杨")


def test_lines_of_text_give_values_too(call: Call) -> None:
    """Cover pages have labels with rules, two to a line, with blanks inside the label."""
    lines = [
        "申报单位（盖章）：  第一师阿拉尔市教育局  ",
        "联 系 人： 白杨    联系电话：0997-4620012",
        "电子邮箱________",
        "所属师市\t第一师阿拉尔市",
    ]
    facts = zone(call, read_word(word(lines)))
    assert facts["单位名称"].value == "第一师阿拉尔市教育局"
    assert (facts["联系人"].value, facts["联系电话"].value) == ("白杨", "0997-4620012")
    assert facts["电子邮箱"].knowledge is Knowledge.BLANK
    assert facts["师市"].value == "第一师阿拉尔市"
    assert facts["联系人"].provenance.method == "text"


def test_a_value_that_may_go_on_under_its_line_is_unknown(call: Call) -> None:
    """A table without rules, as a page shows it; of two labels the last one's value is in doubt."""
    lines = (
        Line("联系人：白杨\t单位名称\t第三师图木舒克市第一高级中", "第1页 第1行", hangs=True),
        Line("学教育集团", "第1页 第2行"),
    )
    facts = zone(call, Content(lines=lines))
    assert facts["联系人"].value == "白杨"
    assert facts["单位名称"].knowledge is Knowledge.UNKNOWN


def test_lines_beside_a_label_alone_are_not_told_apart_from_the_next_ones(call: Call) -> None:
    """A long text beside a label in the middle of its height."""
    said = ("教育城域网连接所有学校", "网络条件", "每日零报告", "先打通数据")
    lines = (Line(each, f"第1页 第{at}行", hangs=at == 2) for at, each in enumerate(said, 1))
    assert zone(call, Content(lines=tuple(lines)))["网络条件"].knowledge is Knowledge.UNKNOWN


_HEAD = ["负责人", "王建国", "0993-2010001", "w@example.cn"]
_CONTACT = ["联系人", "白杨", "13999990001", "l@example.cn"]


@pytest.mark.parametrize("corner", ["", "类别", "人员"])
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([_HEAD, _CONTACT], ("13999990001", "l@example.cn")),
        ([_CONTACT, _HEAD], ("13999990001", "l@example.cn")),
        ([["校长", *_HEAD[1:]], _HEAD, _CONTACT], ("13999990001", "l@example.cn")),
        ([_HEAD, ["填表人", "甲", "13900000002", "j@example.cn"]], (None, None)),
    ],
)
def test_of_several_persons_in_rows_the_contact_is_reached(
    call: Call, corner: str, rows: list[list[str]], expected: tuple[str | None, str | None]
) -> None:
    """Whoever stands first under the head; where none is the contact nobody is."""
    heads = [corner, "姓名", "联系电话", "电子邮箱"]
    facts = zone(call, read_word(word([], [heads, *rows])))
    assert (facts["联系电话"].value, facts["电子邮箱"].value) == expected
    assert facts["联系电话"].knowledge is not Knowledge.BLANK


def test_a_filled_place_counts_before_an_empty_one(call: Call) -> None:
    """An empty cover line does not hide the value in the table, nor an unreadable one."""
    facts = zone(call, read_word(word(["联系人：______"], ZONE)))
    assert facts["联系人"].value == "白杨"
    twice = zone(call, read_word(word(["教师账号开通率：_____"], [["教师账号开通率", "全部开通"]])))
    assert twice["教师账号开通率"].knowledge is Knowledge.UNKNOWN
    assert twice["教师账号开通率"].provenance.raw == "全部开通"


def test_the_heading_of_a_group_of_rows_is_not_taken_for_a_label(call: Call) -> None:
    """平台应用 beside several labels heads them and has no value of its own."""
    rows = [
        [
            cell("平台应用", '<w:vMerge w:val="restart"/>'),
            cell("国家智慧教育平台教师账号开通率"),
            cell("99%"),
        ],
        [
            cell("", "<w:vMerge/>"),
            cell("国家智慧教育平台九大应用场景应用情况"),
            cell("备课、双师课堂常态应用"),
        ],
        [cell("建设情况"), cell("网络条件"), cell("千兆到校")],
    ]
    facts = zone(call, read_word(body(table(*rows))))
    assert facts["平台应用"].value == "备课、双师课堂常态应用"
    assert facts["教师账号开通率"].value == 990_000


def test_a_wide_label_and_a_value_over_merged_cells_belong_together(call: Call) -> None:
    """Spans do not shift the neighbour; a value in several rows beside a tall label is one text."""
    rows = [
        [
            cell("申报单位", '<w:gridSpan w:val="2"/>'),
            cell("第一师阿拉尔市教育局", '<w:gridSpan w:val="3"/>'),
        ],
        [cell("保障措施", '<w:vMerge w:val="restart"/>'), cell("政策", '<w:gridSpan w:val="4"/>')],
        [cell("", "<w:vMerge/>"), cell("资金", '<w:gridSpan w:val="4"/>')],
    ]
    facts = zone(call, read_word(body(table(*rows))))
    assert facts["单位名称"].value == "第一师阿拉尔市教育局"
    assert facts["保障措施"].value == "政策\n资金"


def test_long_answers_may_be_paragraphs_under_a_heading(call: Call) -> None:
    """A numbered heading that is a label owns the lines up to the next label."""
    facts = zone(
        call,
        read_word(word(["四、工作思路", "第一段。", "第二段。", "五、保障措施", "经费列入预算。"])),
    )
    assert facts["工作思路"].value == "第一段。\n第二段。"
    assert facts["保障措施"].value == "经费列入预算。"


HEAD = ["序号", "申报单位", "师市", "教师账号开通率", "学生账号开通率", "联系人", "联系电话"]


def test_a_summary_table_gives_one_row_an_applicant(call: Call) -> None:
    """Rows with a number only, totals and notes are no applicants; an unreadable rate stays
    unknown.
    """
    rows = [
        HEAD, ["1", "第一师阿拉尔市教育局", "第一师阿拉尔市", "99.1%", "已全部", "白杨", "0997-4620012"], ["2", "", "", "", "", "", ""],
        ["合计", "1", "", "", "", "", ""], ["备注：以上数据截至7月", "x", "", "", "", "", ""],
    ]  # fmt: skip
    found = extract_rows(read_word(word([], rows)), call.form("附件3"), "3")
    assert len(found) == 1
    assert found[0]["单位名称"].value == "第一师阿拉尔市教育局"
    assert found[0]["教师账号开通率"].value == 991_000
    assert found[0]["学生账号开通率"].knowledge is Knowledge.UNKNOWN
    assert found[0]["联系电话"].provenance.place == "表1 第2行 第7列"


def test_a_value_merged_over_rows_counts_for_each_of_them(call: Call) -> None:
    """One 师市 written beside several schools; a repeated head is no applicant."""
    heads = ["学校名称", "师市", "学校类型", "联系人", "联系电话"]
    rows = [[cell(text) for text in heads]]
    for number, school in enumerate(("晨光小学", "晨光中学")):
        merge = '<w:vMerge w:val="restart"/>' if number == 0 else "<w:vMerge/>"
        rows.append(
            [
                cell(school),
                cell("第八师石河子市" if number == 0 else "", merge),
                cell("小学"),
                cell("甲"),
                cell("13800001234"),
            ]
        )
    rows.append([cell(text) for text in heads])
    rows.append(
        [cell("晨光学校"), cell("第八师石河子市"), cell("☐小学 ☑初中"), cell("乙"), cell("")]
    )
    found = extract_rows(read_word(body(table(*rows))), call.form("附件4"), "3")
    assert [row["单位名称"].value for row in found] == ["晨光小学", "晨光中学", "晨光学校"]
    assert [row["师市"].value for row in found] == ["第八师石河子市"] * 3
    assert found[2]["学校类型"].value == "初中"
    assert found[2]["联系电话"].knowledge is Knowledge.BLANK


@pytest.mark.parametrize("form", ["附件1", "附件2", "附件3", "附件4"])
def test_every_field_of_a_blank_annex_is_found_and_blank(
    call: Call,
    blank_forms: dict[str, bytes],
    form: str,
) -> None:
    """The labels of call.yaml are the labels of the annexes we hand out."""
    facts = extract_fields(read_word(blank_forms[form]), call.form(form), "2")
    assert {name for name, fact in facts.items() if fact.knowledge is not Knowledge.BLANK} == set()
    assert extract_rows(read_word(blank_forms[form]), call.form(form), "2") == ()


def known(call: Call, content: Content, name: str) -> object:
    """A field's value, or its knowledge when it has none."""
    fact = zone(call, content)[name]
    return fact.value if fact.knowledge is Knowledge.KNOWN else fact.knowledge


def test_a_label_of_no_field_is_never_the_value_of_the_label_before_it(call: Call) -> None:
    """Heads the call does not ask for stand between those it does; the values are in the
    row below.
    """
    content = read_word(
        word([], [("联系人", "职务", "联系电话", "传真"), ("张三", "科员", "0997-4620012", "")])
    )

    assert known(call, content, "联系人") == "张三"
    assert known(call, content, "联系电话") == "0997-4620012"


def test_a_value_ends_where_the_next_label_begins(call: Call) -> None:
    """One cell with a value and the next pair; with nothing before the pair it is not clear what
    the cell says.
    """
    rows = [
        ("联系人", "张三    联系电话：0997-4620012"),
        ("所属师市", "电子邮箱：a@b.cn"),
        ("职能部门", "姓名：李四"),
    ]
    content = read_word(word([], rows))

    assert known(call, content, "联系人") == "张三"
    assert known(call, content, "联系电话") == "0997-4620012"
    assert known(call, content, "师市") is Knowledge.UNKNOWN
    assert known(call, content, "电子邮箱") == "a@b.cn"
    assert known(call, content, "职能部门") is Knowledge.UNKNOWN


@pytest.mark.parametrize("table_form", [True, False])
def test_labels_quoted_in_a_long_text_are_no_labels(call: Call, table_form: bool) -> None:
    """Whatever stands there is about somebody else, and the text goes on behind it."""
    text = "三年内建成，联系人：某某，联系电话：13900000001。分步推进"
    rows = [("联系人", ""), ("工作思路", text)]
    content = read_word(
        word([], rows) if table_form else word([f"{label}：{value}" for label, value in rows])
    )

    assert known(call, content, "联系人") is Knowledge.BLANK
    assert known(call, content, "联系电话") is Knowledge.UNKNOWN
    assert known(call, content, "工作思路") == text


def test_a_line_below_a_label_is_its_value_only_when_it_has_that_shape(call: Call) -> None:
    """An address is one; a name might be anything."""
    content = read_word(
        word(
            [
                "一、电子邮箱",
                "a@b.cn",
                "二、联系人",
                "二〇二四年八月",
                "三、所属师市：第一师阿拉尔市",
            ]
        )
    )

    assert known(call, content, "电子邮箱") == "a@b.cn"
    assert known(call, content, "联系人") is Knowledge.UNKNOWN
    assert known(call, content, "师市") == "第一师阿拉尔市"


def test_a_row_that_only_shows_how_to_fill_in_is_no_applicant(call: Call) -> None:
    """示例 stands where the number would."""
    heads = [field.labels[0] for field in call.form("附件3").columns]
    example = ["示例", *["甲"] * len(heads)]
    rows = [["序号", *heads], example, ["1", *["乙"] * len(heads)]]

    assert len(extract_rows(read_word(word([], rows)), call.form("附件3"), "3")) == 1


def test_a_value_in_an_inner_table_is_read_without_its_neighbours(call: Call) -> None:
    """姓名｜张三｜职务｜副校长 in the cell of 联系人; which of two names it is, nobody knows."""
    shapes = [
        ["郭建新", "职务", "副校长"],
        ["姓名", "郭建新", "职务", "副校长"],
        ["郭建新", "马晓燕"],
    ]
    read = []
    for shape in shapes:
        inner = table([cell(text) for text in shape])
        outer = f"<w:tbl><w:tr>{cell('联系人')}<w:tc><w:tcPr/>{inner}<w:p/></w:tc></w:tr></w:tbl>"
        read.append(known(call, read_word(body(outer)), "联系人"))

    assert read == ["郭建新", "郭建新", Knowledge.UNKNOWN]


def test_a_label_that_only_says_name_stands_between_a_label_and_its_value(call: Call) -> None:
    """联系人 | 姓名 | 张三; and 联系人 | 姓名：张三  职务：副校长."""
    apart = read_word(word([], [["联系人", "姓名", "郭建新", "职务", "副校长"]]))
    inside = read_word(word([], [["联系人", "姓名：郭建新  职务：副校长"]]))

    assert known(call, apart, "联系人") == "郭建新"
    assert known(call, inside, "联系人") == "郭建新"


@pytest.mark.parametrize(
    "dress", ["【甲】联系人", "填表须知：联系人", "«1»联系人", "请核对 联系人："]
)
def test_the_answer_beside_a_label_in_unknown_dress_is_not_overlooked(
    call: Call, dress: str
) -> None:
    """The place is beside it, and it is not empty."""
    facts = zone(call, read_word(word([], [[dress, "白杨"], ["«2»电子邮箱", "a@example.cn"]])))

    assert facts["联系人"].value == "白杨"
    assert facts["电子邮箱"].value == "a@example.cn"


def test_a_long_text_does_not_take_labels_in_unknown_dress_for_its_lines(call: Call) -> None:
    """They are asked beside it."""
    rows = [
        ["国家智慧教育平台应用情况", "«1»教师账号开通率", "98%"],
        ["", "«2»学生账号开通率", "97%"],
    ]
    facts = zone(call, read_word(word([], rows)))

    assert facts["平台应用"].knowledge is not Knowledge.KNOWN


def test_a_list_to_tick_may_go_over_several_cells(call: Call) -> None:
    """The tick in the last one is not lost; what is no option ends the list."""
    spread = read_word(word([], [["公示结果", "□有异议", "☑无异议", "备注", "☑有异议"]]))
    boxes = read_word(word([], [["公示结果", "☐", "有异议", "☑", "无异议"]]))

    assert known(call, spread, "公示结果") == "无异议"
    assert known(call, boxes, "公示结果") == "无异议"


def test_only_a_place_that_can_be_named_is_empty(call: Call) -> None:
    """A label with labels all around it has no place: nothing is known, nothing is missed."""
    content = read_word(word([], [["联系人", "联系电话"], ["电子邮箱", "所属师市"]]))

    assert known(call, content, "联系人") is Knowledge.UNKNOWN


@pytest.mark.parametrize(
    "drawing", ["<w:pict><v:oval xmlns:v='v' style='position:absolute'/></w:pict>"]
)
def test_a_box_is_not_left_open_where_something_is_drawn(call: Call, drawing: str) -> None:
    """A ring drawn over an option is anchored beside the label, or outside of the table."""
    value = cell("□无异议 □有异议")
    drawn = f"<w:tc><w:p><w:r><w:t>公示结果</w:t>{drawing}</w:r></w:p></w:tc>"
    beside = f"<w:tbl><w:tr>{drawn}{value}</w:tr></w:tbl>"
    outside = (
        f"<w:p><w:r>{drawing}</w:r></w:p><w:tbl><w:tr>{cell('公示结果')}{value}</w:tr></w:tbl>"
    )
    plain = f"<w:tbl><w:tr>{cell('公示结果')}{value}</w:tr></w:tbl>"

    found = [known(call, read_word(body(xml)), "公示结果") for xml in (beside, outside, plain)]

    assert found == [Knowledge.UNKNOWN, Knowledge.UNKNOWN, Knowledge.BLANK]


def test_a_telephone_beside_the_name_fills_the_open_place(call: Call) -> None:
    """And is no part of the name."""
    content = read_word(word([], [["联系人", "郭建新 18099335120", "联系电话", ""]]))

    assert known(call, content, "联系人") == "郭建新"
    assert known(call, content, "联系电话") == "18099335120"


def test_a_label_written_again_in_its_own_cell_is_no_value(call: Call) -> None:
    """Nor is the next label behind it."""
    rows = [["联系人", "联系人：麦玉清 联系电话：13800001234"], ["职能部门", "基教科"]]
    facts = zone(call, read_word(word([], rows)))
    assert (facts["联系人"].value, facts["职能部门"].value) == ("麦玉清", "基教科")


def test_a_name_in_running_text_ends_at_the_next_word_with_a_colon(call: Call) -> None:
    """Also at one that the form does not ask for."""
    facts = zone(call, read_word(word(["联系人：麦玉清 职务：主任"])))
    assert facts["联系人"].value == "麦玉清"


def test_lines_below_the_last_of_several_labels_are_not_clearly_its_own(call: Call) -> None:
    """One line is; two may be anything."""
    one, two = (
        zone(call, read_word(body(f"<w:p><w:r>{said}</w:r></w:p>")))
        for said in (
            "<w:t>联系电话：13800001234 联系人：</w:t><w:br/><w:t>麦玉清</w:t>",
            "<w:t>联系电话：13800001234 联系人：</w:t><w:br/><w:t>麦玉清</w:t><w:br/><w:t>白杨</w:t>",
        )
    )
    assert one["联系人"].value == "麦玉清"
    assert two["联系人"].knowledge is not Knowledge.KNOWN
    assert one["联系电话"].value == two["联系电话"].value == "13800001234"


def test_values_beside_a_tall_label_end_where_the_column_has_no_cell(call: Call) -> None:
    """A row of such a table may be shorter."""
    cells = (
        Cell("保障措施", 0, 0, height=3),
        Cell("经费由团场列支，逐年增长。", 0, 1),
        Cell("教研员每周到校一次。", 1, 1),
        Cell("联系人", 3, 0),
        Cell("白杨", 3, 1),
    )
    facts = zone(call, Content(tables=(Table(1, cells),)))
    assert facts["保障措施"].value == "经费由团场列支，逐年增长。\n教研员每周到校一次。"
    assert facts["联系人"].value == "白杨"
