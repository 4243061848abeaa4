"""What is changed after printing and is no number of its own: names, texts, choices, empty places."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ingest.comparison.look import NameRead, misread
from ingest.comparison.pairing import Comparison, Likeness, compare
from ingest.comparison.printed import Print
from ingest.reading import Document, ScanLine, Seal
from rules.call import Call, Rendition, Role
from rules.facts import Fact, Value

NETWORK = "学校建有千兆校园网,出口带宽500兆,设专职网络管理员2名,每学期开展安全演练。"
PLATFORM = "全体教师使用国家平台备课,月活跃率达到91%,不存在收费应用,累计上传资源860节。"
BASIS = "我校未发生网络安全事故,数据中心不对外开放,设备总值35万元,生均0.8台终端。"
SUPPORT = "成立领导小组,每年安排运维经费35万元,教师培训不少于50学时,纳入年度考核。"
FILLED: dict[str, Value] = {
    "单位名称": "昆玉市和谐中学", "师市": "第十四师昆玉市", "学校类型": "初中", "教师人数": 112, "学生人数": 1530,
    "联系人": "郭建新", "联系电话": "13899061357", "电子邮箱": "hexie@example.cn", "职能部门": "信息中心",
    "网络条件": NETWORK, "平台应用": PLATFORM, "建设基础": BASIS, "保障措施": SUPPORT,
    "公示开始": "2024-08-05", "公示结束": "2024-08-11",
}  # fmt: skip
TEXTS = {"网络条件": NETWORK, "平台应用情况": PLATFORM, "智慧校园建设基础": BASIS, "保障措施": SUPPORT}  # fmt: skip


def cell(label: str, text: str, *, at_top: bool) -> str:
    """A text of eighteen characters a line beside its label."""
    lines = [text[start : start + 18] for start in range(0, len(text), 18)]
    row = 0 if at_top else len(lines) // 2
    return "\n".join(f"{label if each == row else ''}|{line}" for each, line in enumerate(lines))


def printed(*, at_top: bool = True, **changed: str) -> str:
    """The print of the form, some texts changed; rows on lines, columns between bars."""
    texts = [cell(label, changed.get(label, text), at_top=at_top) for label, text in TEXTS.items()]
    return "\n".join([
        "兵团首批智慧教育示范校申报书", "学校名称|昆玉市和谐中学|所属师市|第十四师昆玉市", "教师人数|112|学生人数|1530",
        "学校类型|□小学 ☑初中 □高中", "联系人|郭建新|联系电话|13899061357",
        "电子邮箱|hexie@example.cn|信息化职能部门|信息中心", *texts,
        "公示开始日期|2024年8月5日|公示结束日期|2024年8月11日", "公示结果|☑无异议 □有异议",
    ])  # fmt: skip


def scan_of(text: str, confidence: float = 0.99) -> Print:
    """Columns of 45 mm, rows of 5.5."""
    return Print([
        ScanLine(
            page=1, row=row, text=piece, confidence=confidence,
            box=(20 + 45 * column, 5.5 * row, 60 + 45 * column, 5.5 * row + 4),
        )
        for row, line in enumerate(text.splitlines(), 1)
        for column, piece in enumerate(line.split("|")) if piece
    ])  # fmt: skip


def word_of(blank: Sequence[str] = (), **changed: Value) -> Document:
    """The Word file of the school."""
    facts = {name: Fact.known(value) for name, value in (FILLED | changed).items()}
    return Document(
        part="1", name="a.docx", sha256="1", form="附件2", role=Role.APPLICATION, track="示范校",
        rendition=Rendition.EDITABLE, fields=facts | dict.fromkeys(blank, Fact.blank()),
        outline=(("兵团首批智慧教育示范校申报书", "学校名称", "所属师市", "教师人数"),),
    )  # fmt: skip


def named(found: Comparison) -> set[str]:
    """The fields something is said of."""
    return {each.field for each in (*found.differences, *found.passages)}


@pytest.mark.parametrize("at_top", [True, False])
def test_what_was_printed_is_the_same(call: Call, at_top: bool) -> None:
    """Labels at the top of their cells or in the middle."""
    found = compare(word_of(), scan_of(printed(at_top=at_top)), call)

    assert (found.outcome, named(found)) == (Likeness.SAME, set())


@pytest.mark.parametrize("at_top", [True, False])
@pytest.mark.parametrize(
    ("label", "field", "old", "new"),
    [
        ("保障措施", "保障措施", "35万元", "35元"),
        ("保障措施", "保障措施", "35万元", "350万元"),
        ("保障措施", "保障措施", "35万元", "3.5万元"),
        ("保障措施", "保障措施", "不少于", "少于"),
        ("保障措施", "保障措施", "纳入年度", "不纳入年度"),
        ("保障措施", "保障措施", "每年安排", "三年安排"),
        ("平台应用情况", "平台应用", "91%", "91‰"),
        ("平台应用情况", "平台应用", "91%", "9.1%"),
        ("平台应用情况", "平台应用", "不存在", "存在"),
        ("智慧校园建设基础", "建设基础", "未发生", "发生"),
        ("智慧校园建设基础", "建设基础", "不对外", "对外"),
        ("智慧校园建设基础", "建设基础", "0.8台", "8台"),
        ("网络条件", "网络条件", "千兆", "百兆"),
        ("网络条件", "网络条件", "2名", "12名"),
        ("网络条件", "网络条件", "专职", "兼职"),
        ("网络条件", "网络条件", "演练。", "演练。另有附设幼儿园一所。"),
    ],
)
def test_a_few_characters_that_say_something_else(
    call: Call, label: str, field: str, old: str, new: str, at_top: bool
) -> None:
    """A denial, a scale, a digit more or less, an opposite, a clause: for staff, by name."""
    text = TEXTS[label].replace(old, new)
    found = compare(word_of(), scan_of(printed(at_top=at_top, **{label: text})), call)

    assert (found.outcome, named(found)) == (Likeness.UNSURE, {field})


@pytest.mark.parametrize(
    "text",
    [
        SUPPORT.replace("领导", "领寻"),
        SUPPORT.replace("年度", "年庋"),
        SUPPORT.replace("教师", "教 师").replace(",", "·"),
        SUPPORT.replace("小组", "组"),
    ],
)
def test_a_misread_character_says_nothing_else(call: Call, text: str) -> None:
    """Nor does one that was not read, or other punctuation."""
    found = compare(word_of(), scan_of(printed(保障措施=text)), call)

    assert (found.outcome, named(found)) == (Likeness.SAME, set())


def test_a_denial_that_was_not_read_well_says_nothing(call: Call) -> None:
    """On a scan that is hard to read characters are lost."""
    page = scan_of(printed(保障措施=SUPPORT.replace("不少于", "少于")), 0.93)

    assert compare(word_of(), page, call).passages == ()


@pytest.mark.parametrize(
    ("field", "old", "new"),
    [
        ("联系人", "|郭建新|", "|郭建|"),
        ("联系人", "|郭建新|", "|郭建军|"),
        ("职能部门", "|信息中心", "|总务处"),
        ("联系人", "|郭建新|", "|郭新建|"),
        ("联系人", "|郭建新|", "||"),
        ("联系电话", "|13899061357", "|"),
        ("教师人数", "|112|", "||"),
        ("电子邮箱", "hexie@example.cn", "hexie2@example.cn"),
        ("电子邮箱", "hexie@example.cn", "zhang@example.cn"),
        ("电子邮箱", "hexie@example.cn", "hexie@example.com"),
        ("师市", "|第十四师昆玉市", "|第十三师新星市"),
        ("单位名称", "昆玉市和谐中学", "昆玉市和谐中学南校区"),
        ("单位名称", "昆玉市和谐中学", "昆玉市和谐中学（筹）"),
        ("单位名称", "昆玉市和谐中学", "昆玉市谐和中学"),
        ("单位名称", "昆玉市和谐中学", "昆玉市育才中学"),
        ("学校类型", "□小学 ☑初中", "☑小学 □初中"),
        ("学校类型", "□小学 ☑初中 □高中", "小学"),
        ("学校类型", "□小学 ☑初中 □高中", "小学\n|□初中 □高中"),
        ("学校类型", "□小学 ☑初中 □高中", "√小学\n|□初中\n|□高中"),
        ("公示结果", "☑无异议 □有异议", "□无异议有异议"),
        ("公示结果", "☑无异议 □有异议", "□无异议 ☑有异议"),
    ],
)
def test_a_short_entry_that_was_changed(call: Call, field: str, old: str, new: str) -> None:
    """A person, an address, a choice, the applicant itself: for staff, by name."""
    found = compare(word_of(公示结果="无异议"), scan_of(printed().replace(old, new)), call)

    assert (found.outcome, named(found)) == (Likeness.UNSURE, {field})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("hexie@example.cn", "hexle@examp1e.cn"),
        ("hexie@example.cn", "hexie@exampl.cn"),
        ("hexie@example.cn", "hexie example cn"),
        ("□小学 ☑初中", "口小学 初中"),
        ("☑初中", "□初中"),
        ("昆玉市和谐中学", "昆王市和谐中学"),
        ("信息中心", "值息中心"),
        ("|郭建新|", "|郭建新一|"),
        ("□小学 ☑初中 □高中", "初中\n|□小学 □高中"),
        ("□小学 ☑初中 □高中", "小学\n|初中 □高中"),
        ("□小学 ☑初中 □高中", "小学□\n|初中□\n|高中"),
        ("□小学 ☑初中 □高中", "小学\n|口初中\n|□高中"),
    ],
)
def test_a_short_entry_that_was_misread(call: Call, old: str, new: str) -> None:
    """Characters that look alike, a lost one, a mark nobody can tell."""
    found = compare(word_of(), scan_of(printed().replace(old, new)), call)

    assert (found.outcome, named(found)) == (Likeness.SAME, set())


@pytest.mark.parametrize(
    ("field", "old", "new"),
    [
        ("单位名称", "昆玉市和谐中学", "昆玉市和顺中学"),
        ("职能部门", "信息中心", "信息中队"),
        ("师市", "第十四师昆玉市", "第十四师昆仑市"),
        ("保障措施", "安排运维", "安推运维"),
    ],
)
def test_one_character_that_is_another(call: Call, field: str, old: str, new: str) -> None:
    """Where no character was read with a doubt; else it may be misread."""
    text = printed(保障措施=SUPPORT.replace(old, new)).replace(f"|{old}", f"|{new}")
    surely, else_ = (compare(word_of(), scan_of(text, sure), call) for sure in (0.9999, 0.99))

    assert (surely.outcome, named(surely)) == (Likeness.UNSURE, {field})
    assert (else_.outcome, named(else_)) == (Likeness.SAME, set())


@pytest.mark.parametrize(
    ("old", "new"), [("小组", "班子"), ("立领导", "员包括"), ("纳入年度", "列为学期")]
)
def test_two_characters_that_are_others(call: Call, old: str, new: str) -> None:
    """Anywhere in a line but at its ends."""
    found = compare(word_of(), scan_of(printed(保障措施=SUPPORT.replace(old, new))), call)

    assert (found.outcome, named(found)) == (Likeness.UNSURE, {"保障措施"})


def test_a_number_that_only_a_date_has(call: Call) -> None:
    """The eleventh of August is not eleven teachers."""
    found = compare(word_of(教师人数=11), scan_of(printed()), call)

    assert [(each.field, each.scan) for each in found.differences] == [("教师人数", "112")]


def test_another_name_on_a_cover_that_asks_for_the_seal_beside_it(call: Call) -> None:
    """The label is printed with what it says in brackets."""
    cover = "学校名称（盖章）|昆玉市育才中学"
    found = compare(word_of(), scan_of(f"{cover}\n{printed()}"), call)

    assert (found.outcome, named(found)) == (Likeness.UNSURE, {"单位名称"})


def test_a_number_that_the_seal_on_the_cover_hides_is_not_another(call: Call) -> None:
    """The name stands on the next page as it is."""
    own = printed().replace("昆玉市和谐中学", "昆玉市第五十一中学")
    cover = "学校名称（盖章）|昆玉市第五一中学"
    found = compare(word_of(单位名称="昆玉市第五十一中学"), scan_of(f"{cover}\n{own}"), call)

    assert (found.outcome, named(found)) == (Likeness.SAME, set())


@pytest.mark.parametrize("more", ["（筹）", "分校", "（东校区）"])
def test_a_name_of_which_the_scan_shows_less(call: Call, more: str) -> None:
    """In the Word file it is a part of the applicant, or one that is still being founded."""
    word = word_of(单位名称=f"昆玉市和谐中学{more}")
    found = compare(word, scan_of(printed()), call)
    elsewhere = compare(word, scan_of(f"{printed()}\n{more}"), call)

    assert (found.outcome, named(found)) == (Likeness.UNSURE, {"单位名称"})
    assert "单位名称" not in named(elsewhere)


def test_a_name_with_a_word_more_or_less_inside(call: Call) -> None:
    """和谐中学 and 和谐实验中学; characters lost at the front are not read."""
    less = compare(word_of(单位名称="昆玉市和谐实验中学"), scan_of(printed()), call)
    lost = compare(word_of(单位名称="第十四师昆玉市和谐中学"), scan_of(printed()), call)

    assert named(less) == {"单位名称"}
    assert named(lost) == set()


def test_another_s_cover_before_the_own_pages_is_named(call: Call) -> None:
    """The right name stands on the next sheet."""
    cover = "学校名称|昆玉市第二中学|所属师市|第十四师昆玉市"
    own = printed().replace("昆玉市和谐中学", "昆玉市第一中学")
    found = compare(word_of(单位名称="昆玉市第一中学"), scan_of(f"{cover}\n{own}"), call)

    assert (found.outcome, named(found)) == (Likeness.UNSURE, {"单位名称"})


def test_a_name_of_one_character_more(call: Call) -> None:
    """郭建 in the Word file, 郭建新 on the scan."""
    assert named(compare(word_of(联系人="郭建"), scan_of(printed()), call)) == {"联系人"}


@pytest.mark.parametrize(
    ("field", "word", "read"),
    [
        ("联系人", "李永敏", "李水敏"),
        ("联系人", "王思远", "王恩远"),
        ("职能部门", "未来教育科", "末来教育科"),
    ],
)
def test_characters_that_one_stroke_makes_each_other_are_misread(
    call: Call, field: str, word: str, read: str
) -> None:
    """However sure the engine is of the print of a poor scanner."""
    scan = printed().replace(str(FILLED[field]), read)

    assert named(compare(word_of(**{field: word}), scan_of(scan, 0.999), call)) == set()


def test_words_in_front_of_a_text(call: Call) -> None:
    """In the Word file or on the scan alone, where all of its lines were read."""
    more = f"经集体研究,{SUPPORT}"
    for word, scan in ((more, SUPPORT), (SUPPORT, more)):
        found = compare(word_of(保障措施=word), scan_of(printed(保障措施=scan)), call)
        assert (found.outcome, named(found)) == (Likeness.UNSURE, {"保障措施"})


def test_print_of_the_form_in_front_of_a_text_is_not_put_in(call: Call) -> None:
    """A label read in one piece with the text beside it."""
    found = compare(word_of(), scan_of(printed(保障措施=f"学校名称{SUPPORT}")), call)

    assert (found.outcome, named(found)) == (Likeness.SAME, set())


def test_dates_and_counts_that_changed_places(call: Call) -> None:
    """Both stand on the scan, each in the other's place; below a text a date is a date too."""
    swapped = printed().replace("|112|学生人数|1530", "|1530|学生人数|112")
    dated = printed().replace("2024年8月5日", "2024年8月6日")

    assert named(compare(word_of(), scan_of(swapped), call)) == {"教师人数", "学生人数"}
    assert named(compare(word_of(), scan_of(dated), call)) == {"公示开始"}


@pytest.mark.parametrize("left", ["", "无", "/"])
def test_of_a_long_text_that_was_not_read_nothing_is_said(call: Call, left: str) -> None:
    """It may run over lines none of which was among those that are read."""
    found = compare(
        word_of(), scan_of(printed().replace(cell("保障措施", SUPPORT, at_top=True), f"保障措施|{left}")), call
    )  # fmt: skip

    assert (found.outcome, found.passages) == (Likeness.SAME, ())


def test_texts_that_changed_places(call: Call) -> None:
    """Each stands in the other's cell."""
    found = compare(
        word_of(网络条件=SUPPORT, 保障措施=NETWORK), scan_of(printed(at_top=False)), call
    )

    assert (found.outcome, named(found)) == (Likeness.UNSURE, {"网络条件", "保障措施"})


def test_of_an_end_that_was_not_read_nothing_is_said(call: Call) -> None:
    """Of a long text only some lines are read: the last one may stand there."""
    longer = f"{SUPPORT}另由师市财政每年追加专项资金用于更新设备。"
    found = compare(word_of(保障措施=longer), scan_of(printed()), call)

    assert (found.outcome, named(found)) == (Likeness.SAME, set())


def test_of_a_beginning_that_was_not_read_nothing_is_said(call: Call) -> None:
    """Even where a character of it stands by chance at the beginning of what was read."""
    first = SUPPORT[0]
    longer = f"{first}市教育局成立专门工作组并由主要领导担任组长统筹推进各项任务，{SUPPORT}"
    found = compare(word_of(保障措施=longer), scan_of(printed()), call)

    assert (found.outcome, named(found)) == (Likeness.SAME, set())


@pytest.mark.parametrize(
    "field", ["联系人", "联系电话", "电子邮箱", "教师人数", "职能部门", "保障措施"]
)
def test_what_only_the_scan_has_is_named(call: Call, field: str) -> None:
    """Filled in by hand after printing."""
    found = compare(word_of(blank=[field]), scan_of(printed()), call)

    assert [(each.field, each.word) for each in found.passages] == [(field, "未填")]
    assert found.outcome is Likeness.UNSURE


@pytest.mark.parametrize("print_", ["年  月  日", "申报书"])
def test_what_is_printed_on_the_form_was_not_filled_in(call: Call, print_: str) -> None:
    """A prompt of the form."""
    page = printed().replace("2024年8月5日", print_).replace("信息中心", print_)

    found = compare(word_of(blank=["公示开始", "职能部门", "学校类型"]), scan_of(page), call)
    assert found.passages == ()


# --- rows -----------------------------------------------------------------------------------------

ROWS = (
    ("第八师石河子市第七中学", "郭建新", "18099335120"),
    ("第八师石河子市第二十小学", "贺兰", "13999330077"),
    ("石河子高级中学", "麦玉清", "13999330078"),
)


def table(rows: Sequence[Sequence[str]]) -> str:
    """The print of a summary table."""
    lines = [f"{name}|第八师石河子市|初中|{who}|{number}" for name, who, number in rows]
    return "\n".join(["学校名称|师市|学校类型|联系人|联系电话", *lines])


def summary() -> Document:
    """The Word file of the same."""
    rows = tuple(
        {
            "单位名称": Fact.known(name), "学校类型": Fact.known("初中"),
            "联系人": Fact.known(who), "联系电话": Fact.known(number),
        }
        for name, who, number in ROWS
    )  # fmt: skip
    return word_of().model_copy(
        update={"form": "附件4", "role": Role.SUMMARY, "fields": {}, "rows": rows}
    )


def test_a_table_printed_as_it_is(call: Call) -> None:
    """Nothing is said of it."""
    found = compare(summary(), scan_of(table(ROWS)), call)
    assert (found.outcome, named(found)) == (Likeness.SAME, set())


@pytest.mark.parametrize(
    ("order", "rows"), [((1, 0, 2), "1、2"), ((0, 2, 1), "2、3"), ((2, 1, 0), "1、2")]
)
def test_rows_in_another_order_are_for_staff(call: Call, order: tuple[int, ...], rows: str) -> None:
    """They may stand in the order in which they are recommended."""
    turned = [ROWS[at] for at in order]
    other = [(name, who, number.replace("1", "7", 1)) for name, who, number in turned]
    found, changed = (compare(summary(), scan_of(table(each)), call) for each in (turned, other))
    assert (found.outcome, named(found)) == (Likeness.UNSURE, {"各行的次序"})
    assert "像是只换了次序" in found.passages[0].scan
    assert f"第{rows}行的次序" in named(changed)


def test_the_order_of_rows_on_different_pages_is_the_pages(call: Call) -> None:
    """Which page comes first is said elsewhere; rows level with each other have no order."""
    lines = scan_of(table(ROWS[::-1])).lines
    apart = [line.model_copy(update={"page": line.row}) for line in lines]
    assert "次序" not in "".join(named(compare(summary(), Print(apart), call)))


def test_a_place_under_a_seal_is_not_said_to_be_empty(call: Call) -> None:
    """A seal at its height may cover what stands there; one elsewhere does not."""
    gone = table(ROWS).replace("|18099335120", "|").replace("郭建新", "郭建")
    lines = scan_of(gone).lines
    over, below = ((100, 0, 41, 12), (100, 60, 41, 41))

    def said(*box: float) -> set[str]:
        mark = Seal(page=1, bbox=box, diameter_mm=41, shape="circle", confidence=1)  # type: ignore[arg-type]
        return named(compare(summary(), Print(lines, [mark]), call))

    assert said(*over) == set()
    assert said(*below) == {"第1行联系人", "第1行联系电话"}


def test_cells_that_are_hard_to_read_do_not_make_it_another_document(call: Call) -> None:
    """Title and heads are larger than what was filled in."""
    others = [(f"北屯市红柳{kind}", "于欢", "13999330079") for kind in ("小学", "中学", "学校")]
    title = "兵团首批智慧教育示范校申报汇总表" * 8
    lines = scan_of(f"{title}\n{table(others)}").lines
    faint = [
        line.model_copy(update={"confidence": 0.6}) if line.row > 2 else line for line in lines
    ]

    assert compare(summary(), Print(lines), call).outcome is Likeness.OTHER
    assert compare(summary(), Print(faint), call).outcome is Likeness.UNSURE


@pytest.mark.parametrize(
    ("confidence", "outcome"), [(0.99, Likeness.OTHER), (0.5, Likeness.UNSURE)]
)
def test_values_that_are_hard_to_read_do_not_make_it_another_document(
    call: Call, confidence: float, outcome: Likeness
) -> None:
    """The labels of the form are read well either way."""
    own = (
        "昆玉市和谐中学",
        "第十四师昆玉市",
        "112",
        "1530",
        "郭建新",
        "13899061357",
        "hexie@example.cn",
        "信息中心",
    )
    theirs = (
        "北屯市红柳小学",
        "第十师北屯市",
        "98",
        "1201",
        "于欢",
        "13999330079",
        "bt@example.cn",
        "教务处",
    )
    text = printed()
    for one, other in zip(own, theirs, strict=True):
        text = text.replace(one, other)
    lines = [
        line.model_copy(update={"confidence": confidence}) if line.text in theirs else line
        for line in scan_of(text).lines
    ]

    assert compare(word_of(), Print(lines), call).outcome is outcome


def test_a_column_without_a_head_does_not_lengthen_the_names(call: Call) -> None:
    """师市 read as 市: what stands below it is not a part of the name beside it, and telephones that
    nobody could read do not make it another document.
    """
    rows = [(name, "", "") for name, *_ in ROWS]
    word = summary()
    facts = tuple(row | {"师市": Fact.known("第八师石河子市")} for row in word.rows)
    page = scan_of(table(rows).replace("学校名称|师市", "学校名称|市"))

    found = compare(word.model_copy(update={"rows": facts}), page, call)

    assert found.outcome is Likeness.UNSURE


@pytest.mark.parametrize(
    ("field", "old", "new"),
    [
        ("第1行联系人", "|郭建新|", "|郭建军|"),
        ("第1行联系人", "|郭建新|", "||"),
        ("第1行联系电话", "|18099335120", "|"),
        ("第3行单位名称", "石河子高级中学|", "石河子高级中学分校|"),
        ("第1行学校类型", "第七中学|第八师石河子市|初中", "第七中学|第八师石河子市|小学"),
        ("扫描件上多出的一行", "|13999330078", "|13999330078\n石河子高中|第八师石河子市|初中|于欢|13999330079"),
    ],
)  # fmt: skip
def test_a_cell_or_a_row_that_was_changed(call: Call, field: str, old: str, new: str) -> None:
    """For staff, by row and column."""
    found = compare(summary(), scan_of(table(ROWS).replace(old, new)), call)

    assert (found.outcome, named(found)) == (Likeness.UNSURE, {field})


@pytest.mark.parametrize("column", ["联系人", "联系电话", "学校类型"])
def test_a_cell_that_only_the_scan_has(call: Call, column: str) -> None:
    """It is empty in the Word file's row."""
    word = summary()
    first = word.rows[0] | {column: Fact.blank()}
    found = compare(
        word.model_copy(update={"rows": (first, *word.rows[1:])}), scan_of(table(ROWS)), call
    )

    empty = table([(ROWS[0][0], "", ""), *ROWS[1:]]).replace("初中", "", 1)
    both = compare(word.model_copy(update={"rows": (first, *word.rows[1:])}), scan_of(empty), call)

    assert (found.outcome, named(found)) == (Likeness.UNSURE, {f"第1行{column}"})
    assert f"第1行{column}" not in named(both)


def test_a_row_that_the_reporting_unit_has_itself(call: Call) -> None:
    """Its name stands above the table, too; a piece beside another name is that one's cell."""
    own = word_of().fields | {"填报单位": Fact.known("石河子高级中学")}
    word = summary().model_copy(update={"fields": {"填报单位": own["填报单位"]}})
    without = word.model_copy(update={"rows": word.rows[:2]})

    assert named(compare(without, scan_of(table(ROWS)), call)) == {"扫描件上多出的一行"}
    assert named(compare(word, scan_of(table(ROWS)), call)) == set()


def test_one_badly_read_name_does_not_hide_a_telephone(call: Call) -> None:
    """Where all else is clear."""
    text = table(ROWS).replace("|郭建新|", "|郭健新|").replace("18099335120", "18099335721")
    page = scan_of(text)

    found = compare(summary(), page, call)

    assert [each.field for each in found.differences] == ["第1行联系电话"]


def test_a_row_that_stands_twice(call: Call) -> None:
    """On the scan, or in the Word file."""
    scan = compare(summary(), scan_of(table([*ROWS, ROWS[1]])), call)
    word = summary()
    twice = word.model_copy(update={"rows": (*word.rows, word.rows[1])})
    listed = compare(twice, scan_of(table(ROWS)), call)

    assert (scan.outcome, named(scan)) == (Likeness.UNSURE, {"扫描件上多出的一行"})
    assert listed.outcome is Likeness.UNSURE
    assert [each.scan for each in listed.passages] == ["只有一行"]


def test_a_misread_name_is_not_put_to_its_neighbour_s_row(call: Call) -> None:
    """Both are as like it; the neighbour's was read as it is."""
    rows = (("图木舒克市第八小学", *ROWS[0][1:]), ("图木舒克市第一小学", *ROWS[1][1:]))
    facts = [
        row | {"单位名称": Fact.known(name)}
        for row, (name, *_) in zip(summary().rows, rows, strict=False)
    ]
    word = summary().model_copy(update={"rows": tuple(facts)})
    found = compare(word, scan_of(table(rows).replace("图木舒克市第一", "图本舒克市第一")), call)

    assert (found.outcome, named(found)) == (Likeness.SAME, set())


def test_contacts_that_changed_rows(call: Call) -> None:
    """Names and numbers all stand on the scan."""
    (one, who, number), (two, other, its), third = ROWS
    found = compare(summary(), scan_of(table([(one, other, its), (two, who, number), third])), call)

    assert found.outcome is Likeness.UNSURE
    assert named(found) == {"第1行联系人", "第2行联系人", "第1行联系电话", "第2行联系电话"}


@pytest.mark.parametrize(
    ("read", "said"),
    [
        ("石河子第二中学", NameRead.DIFFERENT), ("石河子第十一中学", NameRead.DIFFERENT),
        ("石河子中学", NameRead.NEAR), ("石河子第一小学", NameRead.DIFFERENT), ("石问了第一中学", NameRead.FAR),
    ],
)  # fmt: skip
def test_how_a_name_was_read(read: str, said: NameRead) -> None:
    """A number tells, a lost stroke does not."""
    assert misread("石河子第一中学", read) is said
    assert misread("石河子第二中学", "石河子第中学") is NameRead.DIFFERENT


def test_a_table_without_heads_has_no_rows_too_many(call: Call) -> None:
    """Where the column of names is not known, what stands on the pages still counts."""
    found = compare(summary(), scan_of(table(ROWS).partition("\n")[2]), call)

    assert found.passages == ()
