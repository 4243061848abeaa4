"""Word against scan: values are compared, the three answers and the numbers."""

from __future__ import annotations

import pytest

from ingest.comparison.pairing import Likeness, compare, share_of_labels, shows_text
from ingest.comparison.printed import Print
from ingest.reading import Document, ScanLine
from rules.call import Call, Rendition, Role
from rules.facts import Fact, Value

FILLED: dict[str, Value] = {
    "单位名称": "第三师图木舒克市教育局", "师市": "第三师图木舒克市", "联系人": "麦玉清", "联系电话": "0998-4620033",
    "电子邮箱": "tmsks_jyj@example.cn", "职能部门": "电化教育中心", "教师账号开通率": 992_000, "学生账号开通率": 987_000,
    "公示开始": "2024-08-05",
}  # fmt: skip

PRINT = """第三师图木舒克市教育局|填报日期：2024年8月19日
申报单位|第三师图木舒克市教育局
所属师市|第三师图木舒克市|电子邮箱|tmsks_jyj@example.cn
联系人|麦玉清|联系电话|0998-4620033
教育信息化工作职能|电化教育中心
国家智慧教育平台教|99.2%|国家智慧教育平台|98.7%
师账号开通率||学生账号开通率|
教室多媒体设备完好率达到99%；由专人负责"""


def scan_of(text: str, confidence: float = 0.99) -> Print:
    """The print of a scan, rows on lines, columns of 45 mm divided by bars."""
    lines = [
        ScanLine(
            page=1, row=row, text=piece, confidence=confidence,
            box=(20 + 45 * column, 5.5 * row, 60 + 45 * column, 5.5 * row + 4),
        )
        for row, line in enumerate(text.splitlines(), 1)
        for column, piece in enumerate(line.split("|"))
        if piece
    ]  # fmt: skip
    return Print(lines)


def word_of(**changed: Value) -> Document:
    """The Word file of the bureau, with some values changed."""
    facts = {name: Fact.known(value) for name, value in (FILLED | changed).items()}
    return Document(
        part="1", name="a.docx", sha256="1", form="附件1", role=Role.APPLICATION, track="示范区",
        rendition=Rendition.EDITABLE, fields=facts,
    )  # fmt: skip


def test_the_same_document_is_known_by_its_values(call: Call) -> None:
    """All values stand on the scan, among them the numbers."""
    found = compare(word_of(), scan_of(PRINT), call)
    assert (
        found.outcome,
        found.score,
        found.missing,
        found.numbers_agree,
    ) == (Likeness.SAME, 1.0, (), True)
    assert {"教师账号开通率", "联系电话"} <= set(found.equal_numbers)


def test_a_few_misread_characters_do_not_divide_a_pair(call: Call) -> None:
    """水居克 for 木舒克, a lost stroke in the address: still the same document."""
    spoilt = PRINT.replace("图木舒克市教育局", "图水居克市教局").replace("tmsks_jyj", "tmsks jy")
    assert compare(word_of(), scan_of(spoilt), call).outcome is Likeness.SAME


def test_another_applicant_on_the_same_template_is_another_document(call: Call) -> None:
    """The labels agree, the values do not."""
    other = word_of(
        单位名称="第十师北屯市教育局", 联系人="古丽", 联系电话="0906-3371122", 电子邮箱="beitun@example.cn",
        职能部门="教研室", 教师账号开通率=976_000, 学生账号开通率=991_000,
    )  # fmt: skip
    found = compare(other, scan_of(PRINT), call)
    assert found.outcome is Likeness.OTHER
    assert found.differences == ()


def test_a_cover_alone_proves_nothing(call: Call) -> None:
    """Fields whose labels were not on the pages read are not held against the pair."""
    cover = (
        "兵团首批智慧教育\n示范区申报书\n申报单位|第三师图木舒克市教育局\n所属师市|第三师图木舒克市"
    )
    found = compare(word_of(), scan_of(cover), call)
    assert (found.outcome, found.score) == (Likeness.UNSURE, None)


@pytest.mark.parametrize("text", ["", "空白"])
def test_nothing_read_is_unsure(call: Call, text: str) -> None:
    """Uncertain is never no."""
    assert compare(word_of(), scan_of(text), call).outcome is Likeness.UNSURE


def test_a_number_changed_after_printing_is_a_difference(call: Call) -> None:
    """The scan clearly says 96.2 % where the Word file says 99.2 %."""
    found = compare(word_of(), scan_of(PRINT.replace("99.2%", "96.2%")), call)
    assert [(each.field, each.word, each.scan) for each in found.differences] == [
        ("教师账号开通率", "99.2%", "96.2%")
    ]
    assert (found.outcome, found.numbers_agree) == (Likeness.SAME, False)


def test_a_number_among_values_that_are_hard_to_read_is_for_staff(call: Call) -> None:
    """Ink or blur may have made it another: nobody says that it is."""
    lines = scan_of(PRINT.replace("99.2%", "96.2%")).lines
    page = Print([
        line if line.text == "96.2%" or line.box[0] < 60 else line.model_copy(update={"confidence": 0.85})
        for line in lines
    ])  # fmt: skip
    found = compare(word_of(), page, call)

    assert (found.outcome, found.numbers_agree) == (Likeness.UNSURE, True)
    assert ("教师账号开通率", "读不清(像是“96.2%”)") in [(e.field, e.scan) for e in found.passages]


def test_what_is_not_read_well_and_does_not_agree_is_shown_to_people(call: Call) -> None:
    """On a blurred photograph nobody says that a number or a short name is another one."""
    text = PRINT.replace("0998-4620033", "0998-4620088").replace("麦玉清", "麦王清")
    found = compare(word_of(), scan_of(text, confidence=0.8), call)
    same = compare(word_of(), scan_of(PRINT, confidence=0.8), call)

    assert "联系人(像是“麦王清”)" in found.remarks[0]
    assert "联系电话" in found.remarks[0] + "".join(each.field for each in found.passages)
    assert same.remarks == ()


def test_boxes_to_tick_beside_a_number_do_not_hide_it(call: Call) -> None:
    """The options of the next cell stand in the same row of print."""
    found = compare(word_of(), scan_of(PRINT.replace("98.7%", "其他□ 96.2% □幼儿园")), call)
    assert [(each.field, each.word, each.scan) for each in found.differences] == [
        ("学生账号开通率", "98.7%", "96.2%")
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [("0998-4620033", "0998-46200331"), ("0998-4620033", "0998-462003"), ("99.2%", "199.2%")],
)
def test_a_number_with_a_digit_more_is_a_difference(old: str, new: str, call: Call) -> None:
    """Though it can be no number of its kind; print that was read badly says nothing."""
    found = compare(word_of(), scan_of(PRINT.replace(old, new)), call)

    assert [(each.word, each.scan) for each in found.differences] == [(old, new)]
    badly = scan_of(PRINT.replace(old, new), confidence=0.9)
    assert compare(word_of(), badly, call).differences == ()


def test_a_changed_telephone_is_a_difference(call: Call) -> None:
    """One digit."""
    found = compare(word_of(联系电话="0998-4620038"), scan_of(PRINT), call)
    assert [each.scan for each in found.differences] == ["0998-4620033"]


@pytest.mark.parametrize(
    ("print_", "confidence"),
    [
        (PRINT.replace("99.2%", "96.2%"), 0.8),
        (PRINT.replace("99.2%", "9?.2"), 0.99),
        (PRINT.replace("99.2%|", ""), 0.99),
    ],
    ids=["uncertain print", "not a number", "not there"],
)
def test_a_number_that_is_not_clearly_another_says_nothing(
    call: Call,
    print_: str,
    confidence: float,
) -> None:
    """99 % in running text is no rate, and a doubtful digit is no difference."""
    assert compare(word_of(), scan_of(print_, confidence), call).differences == ()


def test_numbers_spelt_differently_are_equal(call: Call) -> None:
    """98 % is 98.0 %, a mobile number with dashes is one without."""
    word = word_of(学生账号开通率=980_000, 联系电话="13800008801")
    page = PRINT.replace("98.7%", "98.0％").replace("0998-4620033", "138~0000-8801")
    assert compare(word, scan_of(page), call).numbers_agree is True


def test_rows_of_a_summary_table_are_compared(call: Call) -> None:
    """Names, contacts and telephones of every row count."""
    rows = [("晨曦小学", "靳晓棠", "13800008801"), ("金穗初级中学", "褚文涛", "13800008802")]
    facts = tuple(
        {"单位名称": Fact.known(a), "联系人": Fact.known(b), "联系电话": Fact.known(c)}
        for a, b, c in rows
    )
    word = word_of().model_copy(
        update={"form": "附件4", "role": Role.SUMMARY, "fields": {}, "rows": facts}
    )
    page = "学校名称|联系人|联系电话\n1|晨曦小学|靳晓棠|138-0000-8801\n2|金穗初级中学|褚文涛|138-0000-8802"
    assert compare(word, scan_of(page), call).outcome is Likeness.SAME
    other = page.replace("晨曦小学|靳晓棠", "天山学校|罗一").replace(
        "金穗初级中学|褚文涛", "红柳中学|于欢"
    )
    assert (
        compare(
            word,
            scan_of(other.replace("138-0000-88", "139-1234-45")),
            call,
        ).outcome
        is Likeness.OTHER
    )


def test_labels_tell_how_much_of_the_form_was_seen(call: Call) -> None:
    """Labels broken over two rows count."""
    form = call.form("附件1")
    assert share_of_labels(scan_of(PRINT).lines, form) == 8 / 18
    assert share_of_labels(scan_of("申报单位|某教育局").lines, form) < 0.1


def test_a_name_is_found_on_the_scan_or_not() -> None:
    """Nearly right is right enough, another name is not."""
    assert shows_text(scan_of(PRINT), "第三师 图木舒克市教育局")
    assert not shows_text(scan_of(PRINT), "第十师北屯市教育局")
    assert not shows_text(scan_of(""), "第十师北屯市教育局")


SCHOOL = """学校名称|石河子市第一中学|所属师市|第八师石河子市
教师人数|112|学生人数|1530
联系人|褚文涛|联系电话|138-0000-8802
电子邮箱|jinsui@example.cn
教育信息化工作职能部门|信息中心"""


def school(**changed: Value) -> Document:
    """The Word file of a school, with some values changed."""
    facts: dict[str, Value] = {
        "单位名称": "石河子市第一中学", "师市": "第八师石河子市", "教师人数": 112, "学生人数": 1530, "联系人": "褚文涛",
        "联系电话": "13800008802", "电子邮箱": "jinsui@example.cn", "职能部门": "信息中心",
    }  # fmt: skip
    known = {name: Fact.known(value) for name, value in (facts | changed).items()}
    return word_of().model_copy(update={"form": "附件2", "track": "示范校", "fields": known})


def test_a_neighbour_that_shares_the_clerk_is_another_applicant(call: Call) -> None:
    """第二中学 is not 第一中学, though office, clerk and telephone are the same."""
    found = compare(
        school(单位名称="石河子市第二中学", 教师人数=98, 学生人数=1201), scan_of(SCHOOL), call
    )
    assert found.outcome is Likeness.OTHER


def test_a_name_that_alone_is_different_is_for_staff(call: Call) -> None:
    """Everything else agrees: a slip of the pen or another school, nobody knows."""
    assert (
        compare(school(单位名称="石河子市第二中学"), scan_of(SCHOOL), call).outcome
        is Likeness.UNSURE
    )


@pytest.mark.parametrize("read", ["石河子市第中学", "石何子市第一中学", "石河孑市第一中字"])
def test_a_name_with_a_misread_character_is_the_same_name(call: Call, read: str) -> None:
    """A lost stroke of 一 is no other school."""
    assert (
        compare(school(), scan_of(SCHOOL.replace("石河子市第一中学", read)), call).outcome
        is Likeness.SAME
    )


@pytest.mark.parametrize("shown", ["石河子市第十一中学", "石河子市第一中学东城校区"])
def test_a_longer_name_is_not_the_same_name(call: Call, shown: str) -> None:
    """With other counts it is not accepted as this school's."""
    print_ = SCHOOL.replace("石河子市第一中学", shown).replace("112", "98").replace("1530", "1201")
    assert compare(school(), scan_of(print_), call).outcome is not Likeness.SAME


def test_a_number_is_compared_at_its_own_place(call: Call) -> None:
    """The same number in another place does not hide the difference."""
    found = compare(school(教师人数=1530), scan_of(SCHOOL), call)
    assert [(each.field, each.scan) for each in found.differences] == [("教师人数", "112")]


def test_a_number_that_moved_is_no_difference(call: Call) -> None:
    """The form asks for it twice, once it stands under another label: it is there."""
    moved = SCHOOL.replace("教师人数|112", "教师人数|另附").replace("信息中心", "信息中心\n112")
    assert compare(school(), scan_of(moved), call).differences == ()


def test_digits_of_a_badly_read_scan_are_no_difference(call: Call) -> None:
    """Where names come out wrong, a different digit proves nothing."""
    spoilt = (
        SCHOOL.replace("褚文涛", "诸夂寿")
        .replace("jinsui@example.cn", "iinsu1exmp1")
        .replace("1530", "1580")
    )
    assert compare(school(), scan_of(spoilt), call).differences == ()


def test_another_contact_on_the_scan_is_for_staff(call: Call) -> None:
    """An older version."""
    found = compare(school(), scan_of(SCHOOL.replace("褚文涛", "靳晓棠")), call)
    assert found.outcome is Likeness.UNSURE
    assert [(each.word, each.scan) for each in found.passages] == [("褚文涛", "靳晓棠")]


def test_a_rewritten_text_makes_it_unsure(call: Call) -> None:
    """Some lines of running text are read; they must belong to the Word file."""
    text = "校园网主干万兆,班班通千兆,无线网覆盖教学区,出口统一认证。"
    page = SCHOOL + f"\n网络条件|{text}"
    assert compare(school(网络条件=text), scan_of(page), call).outcome is Likeness.SAME
    older = school(网络条件="正在申请专线,计划于明年完成全部教室的改造,目前使用公共宽带。")
    found = compare(older, scan_of(page), call)
    assert (found.outcome, [each.field for each in found.passages]) == (
        Likeness.UNSURE,
        ["网络条件"],
    )


ROWS = "学校名称|联系人|联系电话\n晨曦小学|靳晓棠|138-0000-8801\n金穗初级中学|褚文涛|138-0000-8802"


def table(*rows: tuple[str, str, str]) -> Document:
    """The Word file of a summary table."""
    facts = tuple(
        {"单位名称": Fact.known(a), "联系人": Fact.known(b), "联系电话": Fact.known(c)}
        for a, b, c in rows
    )
    return word_of().model_copy(
        update={"form": "附件4", "role": Role.SUMMARY, "fields": {}, "rows": facts}
    )


def test_a_row_that_only_the_word_file_has_is_named(call: Call) -> None:
    """Added after stamping; the school before it has a similar name."""
    word = table(
        ("晨曦小学", "靳晓棠", "13800008801"), ("金穗初级中学", "褚文涛", "13800008802"), ("金谷初级中学", "童慧敏", "13800008803"),
    )  # fmt: skip
    found = compare(word, scan_of(ROWS), call)
    assert found.outcome is Likeness.UNSURE
    assert ("第3行单位名称", "未见") in [(each.field, each.scan) for each in found.passages]


def test_a_row_that_only_the_scan_has_is_named(call: Call) -> None:
    """A remark below the table is no row."""
    found = compare(
        table(("晨曦小学", "靳晓棠", "13800008801")), scan_of(ROWS + "\n说明:本表一式两份"), call
    )
    assert [(each.field, each.scan) for each in found.passages] == [
        ("扫描件上多出的一行", "金穗初级中学")
    ]


def test_what_stands_above_the_table_is_no_row(call: Call) -> None:
    """The reporting unit's name, broken off."""
    word = table(("晨曦小学", "靳晓棠", "13800008801"), ("金穗初级中学", "褚文涛", "13800008802"))
    word = word.model_copy(update={"fields": {"填报单位": Fact.known("第七师胡杨河市教育局")}})
    assert compare(word, scan_of(ROWS + "\n第七师胡杨河市"), call).passages == ()
    assert [
        each.scan for each in compare(word, scan_of(ROWS + "\n第八师石河子市"), call).passages
    ] == ["第八师石河子市"]


def test_an_illegible_scan_is_never_another_document(call: Call) -> None:
    """It is for staff."""
    other = word_of(单位名称="第十师北屯市教育局", 联系人="古丽", 联系电话="0906-3371122", 电子邮箱="beitun@example.cn",
                    职能部门="教研室", 教师账号开通率=976_000, 学生账号开通率=991_000)  # fmt: skip
    assert compare(other, scan_of(PRINT, 0.6), call).outcome is Likeness.UNSURE


@pytest.mark.parametrize(
    "extra", ["第八师石河子市第五中学", "第八师石河子市向阳小学", "石河子市第一高级中学"]
)
def test_a_row_whose_name_shares_the_division_s_is_another_row(call: Call, extra: str) -> None:
    """What is left without the division's name is compared: 第五中学 is not 第七中学."""
    word = table(
        ("第八师石河子市第七中学", "郭建新", "18099335120"),
        ("第八师石河子市第二十小学", "贺兰", "13999330077"),
    )
    head = "学校名称|师市|学校类型|联系人|联系电话"
    rows = [
        "第八师石河子市第七中学|第八师石河子市|初中|郭建新|18099335120",
        "第八师石河子市第二十小学|第八师石河子市|小学|贺兰|13999330077",
    ]
    same = compare(word, scan_of("\n".join([head, *rows])), call)
    more = compare(
        word,
        scan_of("\n".join([head, *rows, f"{extra}|第八师石河子市|初中|陶志刚|13579752266"])),
        call,
    )

    assert same.passages == ()
    assert more.outcome is not Likeness.SAME
    assert [each.scan for each in more.passages] == [extra]


def test_a_name_whose_characters_changed_places_is_another_name(call: Call) -> None:
    """No misreading turns 麦玉清 into 麦清玉."""
    found = compare(word_of(), scan_of(PRINT.replace("麦玉清", "麦清玉")), call)

    assert [(each.field, each.scan) for each in found.passages] == [("联系人", "麦清玉")]
    assert found.outcome is Likeness.UNSURE
