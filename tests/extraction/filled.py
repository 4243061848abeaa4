"""Invented filled forms in the shapes offices send them, each with what stands in it. Layouts here,
values below.

A layout takes (label, text) pairs and gives a file; it does not know what a field means, so it
cannot help the reader.
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from xml.sax.saxutils import escape

import docx
import xlsxwriter

from rules.call import Call, Form
from rules.facts import Value
from rules.vocabulary import Field, FieldType
from tests.extraction.layouts import MORE_LAYOUTS
from tests.extraction.libreoffice import saved_by_libreoffice
from tests.extraction.wordml import Layout, Pairs, cell, paragraph, rows_of, runs
from tests.unit.ingest.document.words import body, replaced, saved


@dataclass(frozen=True)
class Filled:
    """One file and what it states; None for a field left empty."""

    name: str
    extension: str
    data: bytes
    form: str
    expected: dict[str, Value | None]


# --- values: how people write them, and what is meant ---------------------------------------------

_PLAIN: dict[FieldType, list[tuple[str, Value]]] = {
    FieldType.PERCENT: [("98.5%", 985000), ("100%", 1000000), ("98%", 980000)],
    FieldType.DATE: [("2024年8月12日", "2024-08-12"), ("2024年8月20日", "2024-08-20")],
    FieldType.INTEGER: [("128", 128), ("2360", 2360)],
    FieldType.TELEPHONE: [("13900000001", "13900000001")],
    FieldType.EMAIL: [("zhangsan@example.cn", "zhangsan@example.cn")],
}
_VARIED: dict[FieldType, list[tuple[str, Value]]] = {
    FieldType.PERCENT: [("９８．５％", 985000), ("百分之九十八点五", 985000), ("0.985", 985000), ("98.50 %", 985000)],
    FieldType.DATE: [
        ("2024.8.12", "2024-08-12"), ("2024 年 8 月 12 日", "2024-08-12"), ("二〇二四年八月十二日", "2024-08-12"),
        ("2024-08-12", "2024-08-12"), ("2024/8/12", "2024-08-12"),
    ],
    FieldType.INTEGER: [("128人", 128), ("１２８", 128), ("2,360 人", 2360)],
    FieldType.TELEPHONE: [("0991-2345678", "0991-2345678"), ("139 0000 0002", "13900000002")],
    FieldType.EMAIL: [("ＬＩＳＩ@example.cn", "lisi@example.cn"), ("lisi@example.cn ", "lisi@example.cn")],
}  # fmt: skip
_NAMES = {"单位名称": ["第三师图木舒克市教育局", "第八师石河子市第九中学"], "师市": ["第三师图木舒克市", "第八师石河子市"],
          "联系人": ["王小明", "欧阳春花"], "职能部门": ["电化教育馆", "信息化中心"], "填报单位": ["第八师石河子市教育局"]}  # fmt: skip
_LONG = [
    "建有千兆校园网，出口带宽1000M，已通过等级保护测评。",
    "面向边远团场开展专递课堂；\n每周两次教研，覆盖全部学校。",
    "按照“应用为王”的思路，分三年推进。第一年：打基础。第二年：促应用。",
]


def _written(field: Field, chance: random.Random, *, varied: bool) -> tuple[str, Value]:
    table_of_values = _VARIED if varied else _PLAIN
    if field.type in table_of_values:
        return chance.choice(table_of_values[field.type])
    if field.type is FieldType.YES_NO:
        return chance.choice(
            [("☑是　☐否", True), ("是□ 否☑", False), ("是", True), ("(√)是 ( )否", True)]
        )
    if field.type is FieldType.CHOICE:
        chosen = chance.choice(field.options)
        boxes = "  ".join(("☑" if option == chosen else "□") + option for option in field.options)
        return (boxes if varied else chosen), chosen
    if field.type is FieldType.CHOICES:
        picked = [option for option in field.options if chance.random() < 0.5] or [field.options[0]]
        mark = chance.choice(["☑", "√", "■", "[√]"])
        empty = "[ ]" if mark == "[√]" else "□"
        return "\n".join(
            (mark if option in picked else empty) + option for option in field.options
        ), tuple(picked)
    if field.type is FieldType.LONG_TEXT:
        text = chance.choice(_LONG)
        return text, text
    text = chance.choice(_NAMES.get(field.name, ["甲乙丙"]))
    return (" ".join(text) if varied and len(text) < 5 else text), text


def pairs_of(
    form: Form, seed: int, *, varied: bool, empty: int = 2, shuffled: bool = False
) -> tuple[Pairs, dict[str, Value | None]]:
    """Labels with what is written beside them, and what is meant."""
    chance = random.Random(seed)
    fields = list(form.fields)
    if shuffled:
        chance.shuffle(fields)
    skipped = {
        field.name
        for field in chance.sample(
            fields[1:],
            min(empty, max(0, len(fields) - 3)),
        )
    }
    pairs, expected = [], {}
    for field in fields:
        label = chance.choice(field.labels) if varied else field.labels[0]
        text, value = (
            ("", None)
            if field.name in skipped
            else _written(
                field,
                chance,
                varied=varied,
            )
        )
        pairs.append((label, text))
        expected[field.name] = value
    return pairs, expected


# --- layouts --------------------------------------------------------------------------------------


def two_columns(title: str, pairs: Pairs) -> bytes:
    """Label left, value right."""
    return body(
        paragraph(
            title,
        )
        + rows_of([cell(paragraph(label)) + cell(paragraph(text)) for label, text in pairs])
    )


def four_columns(title: str, pairs: Pairs) -> bytes:
    """Two labels a row; long texts over the whole width."""
    rows, waiting = [], ""
    for label, text in pairs:
        if len(text) > 15:
            rows.append(cell(paragraph(label)) + cell(paragraph(text), 3))
        elif waiting:
            rows.append(waiting + cell(paragraph(label)) + cell(paragraph(text)))
            waiting = ""
        else:
            waiting = cell(paragraph(label)) + cell(paragraph(text))
    if waiting:
        rows.append(waiting + cell(paragraph(""), 2))
    return body(paragraph(title) + rows_of(rows))


def group_column(title: str, pairs: Pairs) -> bytes:
    """A tall cell with the name of the group on the left."""
    rows = []
    for number, (label, text) in enumerate(pairs):
        merge = '<w:vMerge w:val="restart"/>' if number % 5 == 0 else "<w:vMerge/>"
        rows.append(
            cell(paragraph("基本情况" if number % 5 == 0 else ""), 1, merge)
            + cell(paragraph(label))
            + cell(paragraph(text), 2)
        )
    return body(paragraph(title) + rows_of(rows))


def heads_above(title: str, pairs: Pairs) -> bytes:
    """Labels in one row, values in the next, three at a time."""
    rows = []
    for start in range(0, len(pairs), 3):
        three = [*pairs[start : start + 3]]
        while len(three) < 3:
            three.append(("备注", ""))
        rows.append("".join(cell(paragraph(label)) for label, _ in three))
        rows.append("".join(cell(paragraph(text)) for _, text in three))
    return body(paragraph(title) + rows_of(rows))


def same_cell(title: str, pairs: Pairs) -> bytes:
    """Label, colon and value in one cell."""
    return body(
        paragraph(title) + rows_of([cell(paragraph(f"{label}：{text}")) for label, text in pairs])
    )


def value_below_in_cell(title: str, pairs: Pairs) -> bytes:
    """One wide cell; the label with its colon on the first line, the value in the
    paragraphs below.
    """
    return body(
        paragraph(title)
        + rows_of([cell(paragraph(f"{label}：") + paragraph(text)) for label, text in pairs])
    )


def lines(title: str, pairs: Pairs) -> bytes:
    """No table at all."""
    return body(paragraph(title) + "".join(paragraph(f"{label}：{text}") for label, text in pairs))


def underscores(title: str, pairs: Pairs) -> bytes:
    """No table, values on ruled blanks; long texts under their heading."""
    rows = [paragraph(f"{label}：") + "".join(map(paragraph, text.split("\n"))) if len(text) > 20 else paragraph(f"{label}：__{text or '______'}__")
            for label, text in pairs]  # fmt: skip
    return body(paragraph(title) + "".join(rows))


def numbered(title: str, pairs: Pairs) -> bytes:
    """Numbers, stars and blanks in the labels."""
    marks = ["{n}. {l}", "（{n}）{l}", "{n}、{l}", "*{l}", "{l}：", "{s}"]
    rows = []
    for number, (label, text) in enumerate(pairs, 1):
        shown = marks[number % len(marks)].format(
            n=number,
            l=label,
            s=" ".join(label) if len(label) < 5 else label,
        )
        rows.append(cell(paragraph(shown)) + cell(paragraph(text)))
    return body(paragraph(title) + rows_of(rows))


def broken_labels(title: str, pairs: Pairs) -> bytes:
    """Labels over two lines, as narrow columns make them."""
    rows = [
        cell(
            paragraph(label[: len(label) // 2]) + paragraph(label[len(label) // 2 :]),
        )
        + cell(paragraph(text))
        for label, text in pairs
    ]
    return body(paragraph(title) + rows_of(rows))


def run_by_run(title: str, pairs: Pairs) -> bytes:
    """WPS: every character a run of its own, spelling marks and bookmarks between."""

    def scattered(text: str) -> str:
        single = '<w:proofErr w:type="spellStart"/><w:bookmarkStart w:id="1" w:name="_x"/>'.join(
            "<w:r><w:br/></w:r>"
            if char == "\n"
            else f'<w:r><w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr><w:t xml:space="preserve">{escape(char)}</w:t></w:r>'
            for char in text
        )
        return f"<w:p><w:smartTag>{single}</w:smartTag></w:p>"

    return body(
        scattered(
            title,
        )
        + rows_of([cell(scattered(label)) + cell(scattered(text)) for label, text in pairs])
    )


def content_controls(title: str, pairs: Pairs) -> bytes:
    """Values in content controls; empty ones show their prompt."""

    def control(text: str) -> str:
        if not text:
            return "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:p><w:r><w:t>单击此处输入文字。</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        return f"<w:sdt><w:sdtPr/><w:sdtContent>{paragraph(text)}</w:sdtContent></w:sdt>"

    rows = [
        cell(
            paragraph(label),
        )
        + f"<w:tc><w:tcPr/>{control(text)}<w:p/></w:tc>"
        for label, text in pairs
    ]
    return body(paragraph(title) + rows_of(rows))


def tracked(title: str, pairs: Pairs) -> bytes:
    """What stood there first is struck out, the value is inserted."""
    rows = [
        cell(paragraph(label))
        + cell(
            f'<w:p><w:del w:id="1" w:author="x"><w:r><w:delText>原来写错的内容</w:delText></w:r></w:del>'
            f'<w:ins w:id="2" w:author="x">{runs(text)}</w:ins></w:p>'
        )
        for label, text in pairs
    ]
    return body(paragraph(title) + rows_of(rows))


def nested(title: str, pairs: Pairs) -> bytes:
    """The form is a table in a cell of a frame."""
    inner = rows_of([cell(paragraph(label)) + cell(paragraph(text)) for label, text in pairs])
    return body(paragraph(title) + rows_of([cell(inner + paragraph(""))]))


def text_box(title: str, pairs: Pairs) -> bytes:
    """Everything in a text box, which Word stores twice."""
    inner = "".join(paragraph(f"{label}：{text}") for label, text in pairs)
    box = f"<w:txbxContent>{inner}</w:txbxContent>"
    return body(
        paragraph(title)
        + f"<w:p><w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )


def split_values(title: str, pairs: Pairs) -> bytes:
    """A tall label beside several rows; a long value goes over them."""
    rows = []
    for label, text in pairs:
        parts = text.split("\n")
        for number, part in enumerate(parts):
            merge = '<w:vMerge w:val="restart"/>' if number == 0 else "<w:vMerge/>"
            rows.append(
                cell(paragraph(label if number == 0 else ""), 1, merge if len(parts) > 1 else "")
                + cell(paragraph(part))
            )
    return body(paragraph(title) + rows_of(rows))


def wingdings(title: str, pairs: Pairs) -> bytes:
    """Boxes as symbols of the font Wingdings."""
    codes = {"☑": "F0FE", "□": "F0A8", "☐": "F0A8", "√": "F0FC", "■": "F06E"}

    def marked(text: str) -> str:
        symbols = "".join(
            f'<w:r><w:sym w:font="Wingdings" w:char="{codes[char]}"/></w:r>'
            if char in codes
            else runs(char)
            if char != "\n"
            else "<w:r><w:br/></w:r>"
            for char in text
        )
        return f"<w:p>{symbols}</w:p>"

    return body(
        paragraph(
            title,
        )
        + rows_of([cell(paragraph(label)) + cell(marked(text)) for label, text in pairs])
    )


def shifted(title: str, pairs: Pairs) -> bytes:
    """Rows that begin one column further right, spans that differ from row to row."""
    rows = []
    for number, (label, text) in enumerate(pairs):
        before = '<w:trPr><w:gridBefore w:val="1"/></w:trPr>' if number % 3 == 1 else ""
        lead = "" if number % 3 == 1 else cell(paragraph(str(number + 1)))
        rows.append(
            before
            + lead
            + cell(
                paragraph(label),
                1 + number % 2,
            )
            + cell(paragraph(text), 3 - number % 2)
        )
    return body(paragraph(title) + rows_of(rows))


def by_python_docx(title: str, pairs: Pairs) -> bytes:
    """Merged with python-docx, title as a heading."""
    document = docx.Document()
    document.add_heading(title, 1)
    grid = document.add_table(len(pairs), 4)
    for row, (label, text) in zip(grid.rows, pairs, strict=True):
        row.cells[0].merge(row.cells[1]).text = label
        row.cells[2].merge(row.cells[3]).text = text
    return saved(document)


def title_in_table(title: str, pairs: Pairs) -> bytes:
    """The title is the table's first row."""
    return body(
        rows_of(
            [
                cell(paragraph(title), 2),
            ]
            + [cell(paragraph(label)) + cell(paragraph(text)) for label, text in pairs]
        )
    )


def inline_pairs(title: str, pairs: Pairs) -> bytes:
    """Two short fields on one line, divided by blanks."""
    rows, waiting = [], ""
    for label, text in pairs:
        item = f"{label}：{text}"
        if len(text) > 12:
            rows.append(paragraph(item))
        elif waiting:
            rows.append(paragraph(f"{waiting}        {item}"))
            waiting = ""
        else:
            waiting = item
    return body(paragraph(title) + "".join(rows) + paragraph(waiting))


def template(title: str, pairs: Pairs) -> bytes:
    """Saved as .dotx."""
    return replaced(
        two_columns(title, pairs), "x", None,
        Types=(b"wordprocessingml.document.main", b"wordprocessingml.template.main"),
    )  # fmt: skip


def strict_names(title: str, pairs: Pairs) -> bytes:
    """Strict Open XML: other namespaces."""
    data = two_columns(title, pairs)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        main = archive.read("word/document.xml")
    new = main.replace(
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
    return replaced(data, "word/document.xml", new)


LAYOUTS: dict[str, Layout] = {
    layout.__name__: layout
    for layout in (
        two_columns,
        four_columns,
        group_column,
        heads_above,
        same_cell,
        value_below_in_cell,
        lines,
        underscores,
        numbered,
        broken_labels,
        run_by_run,
        content_controls,
        tracked,
        nested,
        text_box,
        split_values,
        wingdings,
        shifted,
        by_python_docx,
        title_in_table,
        inline_pairs,
        strict_names,
        template,
    )
}
OLD_FORMATS = (
    "two_columns",
    "four_columns",
    "group_column",
    "heads_above",
    "same_cell",
    "lines",
    "numbered",
    "split_values",
    "tracked",
    "wingdings",
    "nested",
    "shifted",
    "run_by_run",
    "value_in_inner_table",
    "hidden_text",
)
"""Layouts that are also sent as .doc and .rtf."""


def _as_workbook(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """A merged title, a line for the office, the table, a line for the total."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.merge_range(0, 0, 0, len(heads), title)
    sheet.merge_range(
        1, 0, 1, len(heads), "填报单位（盖章）：第八师石河子市教育局      填报日期：2024年8月21日"
    )
    for column, head in enumerate(["序号", *heads]):
        sheet.write_string(2, column, head)
    for number, texts in enumerate(rows, 1):
        sheet.write_number(2 + number, 0, number)
        for column, text in enumerate(texts, 1):
            sheet.write_number(2 + number, column, int(text)) if text.isdecimal() else sheet.write(
                2 + number, column, text
            )
    sheet.write(3 + len(rows), 0, "合计")
    book.add_worksheet("没用的").hide()
    book.close()
    return out.getvalue()


def _as_csv(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """What Excel saves in China: GBK, commas."""
    lines_ = [
        title,
        "填报单位：第八师石河子市教育局,,填报日期：2024年8月21日",
        ",".join(heads),
        *map(",".join, rows),
    ]
    return "\r\n".join(lines_).encode("gbk")


def _as_word(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """A table under its title."""
    table_rows = ["".join(cell(paragraph(text)) for text in row) for row in (heads, *rows)]
    return body(
        paragraph(title)
        + paragraph("填报单位：第八师石河子市教育局    填报日期：2024年8月21日")
        + rows_of(table_rows)
    )


def summaries(call: Call) -> list[Filled]:
    """Summary tables as Word, workbook and CSV, their heads in the form's order and in another; one
    applicant a row.
    """
    made = []
    for form in (form for form in call.forms if form.columns):
        for seed, (
            extension,
            writer,
        ) in enumerate((("docx", _as_word), ("xlsx", _as_workbook), ("csv", _as_csv))):
            for varied in (False, True):
                chance = random.Random(seed)
                columns = (
                    chance.sample(
                        form.columns,
                        len(form.columns),
                    )
                    if varied
                    else list(form.columns)
                )
                heads = [column.labels[-1 if varied else 0] for column in columns]
                written = [
                    [
                        _written(
                            column,
                            chance,
                            varied=varied and extension == "docx",
                        )
                        for column in columns
                    ]
                    for _ in range(5)
                ]
                data = writer(form.titles[0], heads, [[text for text, _ in row] for row in written])
                expected: dict[str, Value | None] = {
                    "填报单位": "第八师石河子市教育局",
                    "填报日期": "2024-08-21",
                }
                for number, row in enumerate(written):
                    expected |= {
                        f"{number}.{column.name}": value
                        for column, (_, value) in zip(
                            columns,
                            row,
                            strict=True,
                        )
                    }
                made.append(
                    Filled(
                        f"汇总-{'varied' if varied else 'plain'}-{form.id}",
                        extension,
                        data,
                        form.id,
                        expected,
                    )
                )
    return made


def old_formats(call: Call) -> list[Filled]:
    """The same forms as LibreOffice saves them as .doc and .rtf; nothing when it is not
    installed.
    """
    forms = [form for form in filled_forms(call) if form.name.partition("-")[0] in OLD_FORMATS]
    made = []
    for extension, target in (("doc", "doc:MS Word 97"), ("rtf", "rtf:Rich Text Format")):
        for form, data in zip(
            forms,
            saved_by_libreoffice([form.data for form in forms], target),
            strict=True,
        ):
            made += [Filled(form.name, extension, data, form.form, form.expected)] if data else []
    return made


@cache
def filled_forms(call: Call) -> Sequence[Filled]:
    """Every layout for both application forms, plainly and variously written."""
    made = []
    for form in (form for form in call.forms if not form.columns):
        for number, (name, layout) in enumerate((LAYOUTS | MORE_LAYOUTS).items()):
            for varied in (False, True):
                pairs, expected = pairs_of(
                    form,
                    100 * number + varied,
                    varied=varied,
                    shuffled=number % 2 == 1,
                )
                case = f"{name}-{form.id}-{'varied' if varied else 'plain'}"
                made.append(Filled(case, "docx", layout(form.titles[0], pairs), form.id, expected))
    return tuple(made)
