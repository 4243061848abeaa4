"""Word value beside scan value: what is called the same, what differs, and where it stands."""

from __future__ import annotations

from typing import Any

from ingest.calls import default_config, open_call
from ingest.comparison.sightings import Agreement, Sighting, sightings
from ingest.reading import Document, ScanLine
from rules.call import Rendition, Role
from rules.facts import Fact

CALL = open_call(default_config() / "calls", "smart-education-2024").call
VALUES = {
    "单位名称": "第一师阿拉尔市教育局",
    "联系人": "麦玉清",
    "联系电话": "0997-4620033",
    "电子邮箱": "a@example.cn",
    "职能部门": "教育信息化科",
    "教师账号开通率": 992000,
    "学生账号开通率": 987000,
    "公示结果": "无异议",
}


def document(rendition: Rendition, **about: Any) -> Document:
    given = {"part": "1", "name": "x", "sha256": "0", "form": "附件1", "role": Role.APPLICATION,
             "track": "示范区", "rendition": rendition}  # fmt: skip
    return Document.model_validate(given | about)


def word(**changes: Any) -> Document:
    fields = {name: Fact.known(value) for name, value in (VALUES | changes).items()}
    return document(Rendition.EDITABLE, fields=fields, applicant=VALUES["单位名称"])


def scan(*pairs: tuple[str, str], page: int = 2) -> Document:
    """A page with labels on the left and values beside them, 10 mm apart."""
    lines = []
    for row, (label, text) in enumerate(pairs, 1):
        top = 20.0 + 10 * row
        lines += [
            ScanLine(page=page, row=row, text=label, confidence=0.99, box=(20, top, 60, top + 6)),
            ScanLine(page=page, row=row, text=text, confidence=0.99, box=(70, top, 120, top + 6)),
        ]
    return document(Rendition.STAMPED_SCAN, lines=tuple(lines))


def labels_of(name: str) -> str:
    form = CALL.form("附件1")
    return next(field.labels[0] for field in form.fields if field.name == name)


def shown() -> list[tuple[str, str]]:
    """The page as it was printed from the Word file."""
    texts = {**VALUES, "教师账号开通率": "99.2%", "学生账号开通率": "98.7%",
             "公示结果": "☑无异议 □有异议"}  # fmt: skip
    return [(labels_of(name), str(text)) for name, text in texts.items()]


def by_name(word_: Document | None, scan_: Document | None) -> dict[str, Sighting]:
    return {item.name: item for item in sightings(word_, scan_, CALL)}


def test_a_value_is_found_beside_its_label_with_its_place() -> None:
    """The box is around what was read, in millimetres: left, top, width, height."""
    found = by_name(word(), scan(*shown()))["联系人"]

    assert (found.word, found.scan, found.agreement) == ("麦玉清", "麦玉清", Agreement.SAME)
    assert (found.page, found.box) == (2, (70.0, 40.0, 50.0, 6.0))


def test_another_number_is_different() -> None:
    pairs = [(label, "96.2%" if text == "99.2%" else text) for label, text in shown()]
    found = by_name(word(), scan(*pairs))["教师账号开通率"]

    assert (found.word, found.scan, found.agreement) == ("99.2%", "96.2%", Agreement.DIFFERENT)
    assert found.box is not None


def test_a_choice_is_not_called_the_same_because_it_is_printed() -> None:
    """All options are printed, ticked or not."""
    assert by_name(word(), scan(*shown()))["公示结果"].agreement is Agreement.OPEN


def test_a_value_whose_label_was_read_and_which_is_not_there_is_unseen() -> None:
    pairs = [(label, "乙丙丁" if text == "麦玉清" else text) for label, text in shown()]
    found = by_name(word(), scan(*pairs))["联系人"]

    assert found.agreement in (Agreement.UNSEEN, Agreement.DIFFERENT)
    assert found.scan == "乙丙丁"


def test_what_is_blank_or_unread_in_the_word_file_is_said() -> None:
    made = word()
    fields = made.fields | {"联系人": Fact.blank(), "职能部门": Fact.unknown()}
    found = by_name(made.model_copy(update={"fields": fields}), scan(*shown()))

    assert found["联系人"].word == "(未填)"
    assert found["职能部门"].word == "(未能识别)"


def test_without_a_scan_or_without_a_word_file_the_other_is_shown_alone() -> None:
    alone = by_name(word(), None)["联系人"]
    read = by_name(None, scan(*shown()))["联系人"]

    assert (alone.word, alone.scan, alone.agreement) == ("麦玉清", "", Agreement.OPEN)
    assert (read.word, read.scan, read.agreement) == ("", "麦玉清", Agreement.OPEN)


def test_a_form_nobody_knows_has_no_fields_to_lay_out() -> None:
    assert sightings(None, document(Rendition.STAMPED_SCAN, form=""), CALL) == ()


def test_a_value_is_found_elsewhere_when_its_label_was_not_read() -> None:
    """The first piece that holds it."""
    pairs = [("其他", text) if text == "麦玉清" else (label, text) for label, text in shown()]
    found = by_name(word(), scan(*pairs))["联系人"]

    assert (found.scan, found.page) == ("麦玉清", 2)


def test_long_values_are_cut() -> None:
    found = by_name(word(职能部门="很" * 500), None)["职能部门"]

    assert len(found.word) == 160
    assert found.word.endswith("…")


def test_places_that_were_not_kept_are_not_marked() -> None:
    """A file's own text layer says what, not where."""
    made = scan(*shown())
    flat = [line.model_copy(update={"box": (0, 0, 0, 0)}) for line in made.lines]
    joined = [flat[0].model_copy(update={"text": "联系人：麦玉清"})]
    found = by_name(word(), made.model_copy(update={"lines": tuple(joined)}))["联系人"]

    assert (found.scan, found.page, found.box) == ("麦玉清", 0, None)


SCHOOLS = (("晨光小学", "贺兰", "13999330077"), ("金穗中学", "陶志刚", "13999330078"))


def table() -> Document:
    """A summary table with two schools."""
    names = ("单位名称", "联系人", "联系电话")
    rows = tuple(dict(zip(names, map(Fact.known, row), strict=True)) for row in SCHOOLS)
    about = {"form": "附件4", "role": Role.SUMMARY, "track": "示范校"}
    return document(Rendition.EDITABLE, rows=rows, **about)


def printed(*rows: tuple[str, ...], confidence: float = 0.99) -> Document:
    """Its scan, a piece a cell."""
    lines = tuple(
        ScanLine(page=1, row=row, text=text, confidence=confidence,
                 box=(20 + 50 * at, 20 + 10 * row, 60 + 50 * at, 26 + 10 * row))
        for row, texts in enumerate((("学校名称", "联系人", "联系电话"), *rows), 1)
        for at, text in enumerate(texts)
    )  # fmt: skip
    return document(
        Rendition.STAMPED_SCAN, form="附件4", role=Role.SUMMARY, track="示范校", lines=lines,
        pages_read=(1,), read_whole=True,
    )  # fmt: skip


def test_a_table_is_laid_out_row_by_row_and_a_row_too_many_behind_it() -> None:
    """Each cell with its place."""
    found = by_name(table(), printed(*SCHOOLS, ("石河子第一高级中学", "白杨", "13999330055")))
    second = found["第2行联系电话"]

    assert (second.word, second.scan) == ("13999330078", "13999330078")
    assert (second.agreement, second.page, second.box) == (Agreement.SAME, 1, (120, 50, 40, 6))
    beyond = found["扫描件上多出的一行"]
    assert (beyond.scan, beyond.agreement) == ("石河子第一高级中学", Agreement.DIFFERENT)


def test_a_number_that_is_not_there_is_not_the_same_for_one_like_it_elsewhere() -> None:
    """The next school's telephone differs in its last digit."""
    first, second = SCHOOLS
    empty = by_name(table(), printed(first, second[:2]))["第2行联系电话"]
    other = by_name(table(), printed(first, (*second[:2], "13999330079")))["第2行联系电话"]
    faint = by_name(table(), printed(first, (*second[:2], "13999330079"), confidence=0.6))

    assert (empty.scan, empty.agreement) == ("", Agreement.UNSEEN)
    assert (other.scan, other.agreement) == ("13999330079", Agreement.DIFFERENT)
    assert faint["第2行联系电话"].agreement is not Agreement.SAME


def test_words_that_were_not_compared_are_the_same_where_they_stand() -> None:
    """As much of a long text as was read beside its label."""
    said = "构建数字校园" * 30
    found = by_name(word(保障措施=said), scan((labels_of("保障措施"), said[:40])))["保障措施"]

    assert (found.scan, found.agreement) == (said[:40], Agreement.SAME)
