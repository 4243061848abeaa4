"""More shapes of forms: what people do who fill in by hand, and what stands around the fields that
a reader must not take.

As in ``filled.py`` a layout takes (label, text) pairs and knows nothing of fields. The pieces of
XML are ``wordml.py``.
"""

from __future__ import annotations

from itertools import cycle

from tests.extraction.wordml import Layout, Pairs, cell, is_short, paragraph, rows_of, runs
from tests.unit.ingest.document.words import body

_OTHERS = ("职务", "职称", "通讯地址", "邮政编码", "传真")
_COLONS = "∶︰﹕꞉："


def several_in_one_cell(title: str, pairs: Pairs) -> bytes:
    """Three labels with their values in one cell, a line each; long texts in cells of their own."""
    short = [f"{label}：{text}" for label, text in pairs if is_short(text)]
    cells = [
        cell("".join(map(paragraph, short[start : start + 3])))
        for start in range(
            0,
            len(short),
            3,
        )
    ]
    long = [cell(paragraph(f"{label}：\n{text}")) for label, text in pairs if not is_short(text)]
    return body(paragraph(title) + rows_of([*cells, *long]))


def spread_labels(title: str, pairs: Pairs) -> bytes:
    """Ideographic blanks between the characters of short labels and around values."""
    rows = [
        cell(paragraph("　".join(label) if len(label) < 6 else f"{label}　"))
        + cell(paragraph(f"　{text}　"))
        for label, text in pairs
    ]
    return body(paragraph("　".join(title)) + rows_of(rows))


def odd_colons(title: str, pairs: Pairs) -> bytes:
    """Ratio signs and the like for colons, in one cell with the value and in the label's own."""
    rows = [
        cell(paragraph(f"{label}{colon}{text}"), 2)
        if number % 2
        else cell(paragraph(label + colon)) + cell(paragraph(text))
        for number, ((label, text), colon) in enumerate(zip(pairs, cycle(_COLONS), strict=False))
    ]
    return body(paragraph(title) + rows_of(rows))


def value_in_inner_table(title: str, pairs: Pairs) -> bytes:
    """Every value in a table of one cell inside the value's cell."""
    rows = [
        cell(
            paragraph(label),
        )
        + cell(rows_of([cell(paragraph(text))]) + paragraph(""))
        for label, text in pairs
    ]
    return body(paragraph(title) + rows_of(rows))


def controls_around_rows(title: str, pairs: Pairs) -> bytes:
    """Content controls around whole rows and cells, as repeating sections have them."""

    def control(content: str) -> str:
        return f"<w:sdt><w:sdtPr/><w:sdtContent>{content}</w:sdtContent></w:sdt>"

    rows = [
        control(
            f"<w:tr>{cell(paragraph(label))}{control(cell(paragraph(text)))}</w:tr>",
        )
        for label, text in pairs
    ]
    return body(f"{paragraph(title)}<w:tbl>{''.join(rows)}</w:tbl>")


def other_labels_between(title: str, pairs: Pairs) -> bytes:
    """Two pairs a row, the second one of no field of the call."""
    rows = [
        cell(paragraph(label))
        + cell(paragraph(text))
        + cell(paragraph(other))
        + cell(paragraph("某某"))
        if is_short(text)
        else cell(paragraph(label)) + cell(paragraph(text), 3)
        for (label, text), other in zip(pairs, cycle(_OTHERS), strict=False)
    ]
    return body(paragraph(title) + rows_of(rows))


def other_heads_between(title: str, pairs: Pairs) -> bytes:
    """Labels above values, every second one of no field of the call."""
    rows = []
    for start in range(0, len(pairs), 2):
        two = list(zip(pairs[start : start + 2], cycle(_OTHERS), strict=False))
        rows.append(
            "".join(cell(paragraph(label)) + cell(paragraph(other)) for (label, _), other in two),
        )
        rows.append(
            "".join(cell(paragraph(text)) + cell(paragraph("某某")) for (_, text), _ in two)
        )
    return body(paragraph(title) + rows_of(rows))


def chapters(title: str, pairs: Pairs) -> bytes:
    """No table: numbered headings, long texts and addresses below them, short values
    after a colon.
    """
    lines = []
    for number, (label, text) in zip(
        "一二三四五六七八九十一二三四五六七八九十", pairs, strict=False
    ):
        head = f"{number}、{label}"
        lines += (
            [head, *text.split("\n")] if len(text) > 15 or "\n" in text else [f"{head}：{text}"]
        )
    return body("".join(map(paragraph, [title, *lines])))


def hidden_text(title: str, pairs: Pairs) -> bytes:
    """An older value behind each, formatted as hidden."""
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏的旧内容</w:t></w:r>"
    return body(
        paragraph(title)
        + rows_of(
            [
                cell(
                    paragraph(label),
                )
                + cell(f"<w:p>{runs(text)}{hidden}</w:p>")
                for label, text in pairs
            ]
        )
    )


def cover_left_empty(title: str, pairs: Pairs) -> bytes:
    """A cover with the first labels over ruled blanks nobody filled in; the same labels in the
    table.
    """
    cover = "".join(paragraph(f"{label}：________________") for label, _ in pairs[:4])
    return body(
        paragraph(
            title,
        )
        + cover
        + rows_of([cell(paragraph(label)) + cell(paragraph(text)) for label, text in pairs])
    )


def next_label_in_value(title: str, pairs: Pairs) -> bytes:
    """A value's cell that also holds the next label and its value."""
    rows, waiting = [], None
    for label, text in pairs:
        if not text or not is_short(text):
            rows.append(cell(paragraph(label)) + cell(paragraph(text)))
        elif waiting is None:
            waiting = (label, text)
        else:
            rows.append(
                cell(paragraph(waiting[0])) + cell(paragraph(f"{waiting[1]}    {label}：{text}"))
            )
            waiting = None
    rows += [cell(paragraph(waiting[0])) + cell(paragraph(waiting[1]))] if waiting else []
    return body(paragraph(title) + rows_of(rows))


MORE_LAYOUTS: dict[str, Layout] = {
    layout.__name__: layout
    for layout in (
        several_in_one_cell,
        spread_labels,
        odd_colons,
        value_in_inner_table,
        controls_around_rows,
        other_labels_between,
        other_heads_between,
        chapters,
        hidden_text,
        cover_left_empty,
        next_label_in_value,
    )
}
