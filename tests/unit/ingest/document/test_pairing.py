"""Word against scan: values are compared, the three answers and the numbers."""

from __future__ import annotations

import pytest

from ingest.document.pairing import Likeness, compare, share_of_labels, shows_text
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
师账号开通率|学生账号开通率
教室多媒体设备完好率达到99%；由专人负责"""


def scan_of(text: str, confidence: float = 0.99) -> Document:
    """A scan with this print, rows on lines, pieces divided by bars."""
    lines = [
        ScanLine(page=1, row=row, text=piece, confidence=confidence)
        for row, line in enumerate(text.splitlines(), 1)
        for piece in line.split("|")
    ]
    return Document(
        part="2", name="scan.pdf", sha256="2", form="", role=None, track="", rendition=Rendition.STAMPED_SCAN,
        lines=tuple(lines), pages_read=(1,),
    )  # fmt: skip


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
    assert (found.outcome, found.score, found.missing, found.numbers_agree) == (Likeness.SAME, 1.0, (), True)
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
    cover = "兵团首批智慧教育\n示范区申报书\n申报单位|第三师图木舒克市教育局\n所属师市|第三师图木舒克市"
    found = compare(word_of(), scan_of(cover), call)
    assert (found.outcome, found.score) == (Likeness.UNSURE, None)


@pytest.mark.parametrize("text", ["", "空白"])
def test_nothing_read_is_unsure(call: Call, text: str) -> None:
    """Uncertain is never no."""
    assert compare(word_of(), scan_of(text), call).outcome is Likeness.UNSURE


def test_a_number_changed_after_printing_is_a_difference(call: Call) -> None:
    """The scan clearly says 96.2 % where the Word file says 99.2 %."""
    found = compare(word_of(), scan_of(PRINT.replace("99.2%", "96.2%")), call)
    assert [(each.field, each.word, each.scan) for each in found.differences] == [("教师账号开通率", "99.2%", "96.2%")]
    assert (found.outcome, found.numbers_agree) == (Likeness.SAME, False)


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
def test_a_number_that_is_not_clearly_another_says_nothing(call: Call, print_: str, confidence: float) -> None:
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
    facts = tuple({"单位名称": Fact.known(a), "联系人": Fact.known(b), "联系电话": Fact.known(c)} for a, b, c in rows)
    word = word_of().model_copy(update={"form": "附件4", "role": Role.SUMMARY, "fields": {}, "rows": facts})
    page = "学校名称|联系人|联系电话\n1|晨曦小学|靳晓棠|138-0000-8801\n2|金穗初级中学|褚文涛|138-0000-8802"
    assert compare(word, scan_of(page), call).outcome is Likeness.SAME
    other = page.replace("晨曦小学|靳晓棠", "天山学校|罗一").replace("金穗初级中学|褚文涛", "红柳中学|于欢")
    assert compare(word, scan_of(other.replace("138-0000-88", "139-1234-45")), call).outcome is Likeness.OTHER


def test_labels_tell_how_much_of_the_form_was_seen(call: Call) -> None:
    """Labels broken over two rows count."""
    form = call.form("附件1")
    assert share_of_labels(scan_of(PRINT).lines, form) == 1.0
    assert share_of_labels(scan_of("申报单位|某教育局").lines, form) < 0.3


def test_a_name_is_found_on_the_scan_or_not() -> None:
    """Nearly right is right enough, another name is not."""
    assert shows_text(scan_of(PRINT), "第三师 图木舒克市教育局")
    assert not shows_text(scan_of(PRINT), "第十师北屯市教育局")
    assert not shows_text(scan_of(""), "第十师北屯市教育局")
