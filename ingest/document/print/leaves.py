"""What a sheet shows of the form it belongs to, told by its print: a title at its head, labels, the
applicant, a page number.

Pure. What follows from the sheets together is ``form/pile.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from statistics import median
from typing import NamedTuple

from rapidfuzz import fuzz

from ingest.comparison.pageorder import printed_number
from ingest.comparison.printed import Print, label_keys, nfkc, plain
from ingest.comparison.sealplace import asks_for_seal
from ingest.document.content import Content, Line
from ingest.document.form.fields import extract_fields
from ingest.document.form.pile import Leaf
from ingest.reading import ScanLine
from rules.call import Call, Form
from rules.labels import label_key
from rules.vocabulary import Field

TITLE_ROWS = 4  #: that a big title is broken into
HEAD_ROWS = 6  #: rows at the top of a sheet where its title begins
HEAD_ROWS_FOREIGN = 3
ALIKE = 88  #: per cent of likeness of a title: one misread character in ten
PREFIX = 16  #: characters before a title in its row: 附件2, a year, a division
LEAST_LABEL = 4  #: characters; 电话 and 师市 stand everywhere
FEW_LABELS, TELLING_LABEL = 2, 6  #: so many labels tell a form's sheet, or one so long
LEAST_HEADS = 3  #: of columns in one row: a summary table
TALL = 1.2  #: times the height of the other print: a heading
MOST_HEADING = 40  #: characters

_NO_TITLE = re.compile("关于|报送|提交|按照|根据|填写|随文|一并")
_NUMBERED = re.compile(r"^附[件表]\d{0,2}")
_BRACKET = re.compile(r"\([^()]*\)\s*$")
_SEAL_ASKED = re.compile(r"^(?:[(\uff08]?盖章[)\uff09]?|章[)\uff09])[:\uff1a]?")
_CONTINUED = re.compile(r"续表|\(续\)|续$")
_OPINION_LABEL = re.compile(r"意见[::(]?$")
_OPINION = re.compile(r"意见[::(]?$|负责人\(?(?:签字|签名|签章)|(?:经办|填表)人\(?(?:签字|签名)")
_FOREIGN = re.compile(
    "(?:函|证明|证明书|承诺书|承诺函|公示|通知|请示|报告|证书|聘书|许可证|执照|协议|协议书|合同|文件|简介|清单)$"
)


def leaf_of(
    page: int, lines: Sequence[ScanLine], call: Call, texts: Mapping[str, Sequence[str]]
) -> Leaf:
    """What stands on one sheet; ``lines`` are the pieces of print on it.

    ``texts`` are short texts that stand in Word files of each form beside its labels.
    """
    if not lines:
        return Leaf(page, read=False)
    rows = [[*row] for _, row in groupby(lines, key=lambda line: line.row)]
    read = ["".join(map(nfkc, row)) for row in rows]
    page_print = Print(lines)
    unopined = Print([line for line in lines if not _ends_in_opinion(nfkc(line))])
    labels = {form.id: _labels(page_print, unopined, form) for form in call.forms}
    titles = list(_titles(read, call, labels))
    first = next((title for title in titles if title.row < HEAD_ROWS), None)
    heading = first.form if first else _by_heads(rows, call)
    telling = any(_telling(form, labels[form.id]) for form in call.forms)
    below = (title.form for title in titles if title.row >= HEAD_ROWS)
    later = (each for each in below if each != heading and len(labels[each]) >= FEW_LABELS)
    form = call.form(heading) if heading else _best(call, labels)
    return Leaf(
        page,
        heading,
        tall=_is_tall(first.of(rows), rows) if first else None,
        below=next(later, ""),
        foreign=not heading and not telling and _is_foreign(rows, read),
        name=_applicant(lines, form),
        labels={each.id: labels[each.id] for each in call.forms if _telling(each, labels[each.id])},
        printed=printed_number(lines),
        asks=asks_for_seal(lines, form.seal_labels) or any(map(_OPINION.search, read)),
        known=frozenset(each for each, own in texts.items() if _shows_some(page_print, own)),
    )


def _labels(page: Print, unopined: Print, form: Form) -> frozenset[str]:
    """The fields whose label stands here; labels of two or three characters say nothing.
    申报单位意见 at a form's end, left out of ``unopined``, is no 申报单位.
    """
    return frozenset(
        field.name
        for field in (*form.fields, *form.columns)
        if any(
            (page if _ends_in_opinion(key) else unopined).shows(key) for key in _long_keys(field)
        )
    )


def _ends_in_opinion(text: str) -> bool:
    return _OPINION_LABEL.search(text) is not None


def _long_keys(field: Field) -> Iterator[str]:
    return (key for key in label_keys(field) if len(key) >= LEAST_LABEL)


def _telling(form: Form, names: frozenset[str]) -> bool:
    if len(names) >= FEW_LABELS:
        return True
    fields = (field for field in (*form.fields, *form.columns) if field.name in names)
    return any(len(label_keys(field)[0]) >= TELLING_LABEL for field in fields)


def _shows_some(page: Print, texts: Sequence[str]) -> bool:
    keys = {plain(text) for text in texts}
    return sum(page.shows(key) for key in keys if len(key) >= TELLING_LABEL) >= FEW_LABELS


def _by_heads(rows: Sequence[Sequence[ScanLine]], call: Call) -> str:
    """The summary table whose column heads stand in one row; "" when two fit alike."""
    keys = [{plain(label_key(nfkc(line))) for line in row} for row in rows]
    ranked = sorted(
        (
            (max((_heads(row, form) for row in keys), default=0), form.id)
            for form in call.forms
            if form.columns
        ),
        reverse=True,
    )
    if not ranked or ranked[0][0] < LEAST_HEADS:
        return ""
    return ranked[0][1] if len(ranked) < 2 or ranked[0][0] > ranked[1][0] else ""


def _heads(row: set[str], form: Form) -> int:
    """How many columns have their head in a row; 0 when they are fewer than half."""
    heads = sum(not row.isdisjoint(label_keys(field)) for field in form.columns)
    return heads if 2 * heads >= len(form.columns) else 0


def _best(call: Call, labels: Mapping[str, frozenset[str]]) -> Form:
    return max(call.forms, key=lambda form: len(labels[form.id]))


# --- titles ---------------------------------------------------------------------------------------


class _Title(NamedTuple):
    """A title over some rows."""

    row: int
    height: int  #: rows
    form: str

    def of(self, rows: Sequence[Sequence[ScanLine]]) -> list[ScanLine]:
        """Its pieces."""
        return [line for row in rows[self.row : self.row + self.height] for line in row]


def _titles(
    rows: Sequence[str], call: Call, labels: Mapping[str, frozenset[str]]
) -> Iterator[_Title]:
    """The titles on a sheet; of forms that share one, that whose labels stand here."""
    row = 0
    while row < len(rows):
        found = _title_from(row, rows[row : row + TITLE_ROWS], call, labels)
        if found is not None:
            yield found
        row += found.height if found else 1


def _title_from(
    row: int, rows: Sequence[str], call: Call, labels: Mapping[str, frozenset[str]]
) -> _Title | None:
    best: tuple[float, int, int, str] | None = None
    for count in range(1, len(rows) + 1):
        text = _as_title("".join(rows[:count]))
        for form in call.forms:
            score = max((_likeness(text, plain(title)) for title in form.titles), default=0.0)
            each = (score, len(labels[form.id]), -count, form.id)
            if score >= ALIKE and (best is None or each > best):
                best = each
    return _Title(row, -best[2], best[3]) if best else None


def _as_title(text: str) -> str:
    whole = text.strip().strip("《》")
    if _CONTINUED.search(whole):
        return ""
    return plain(_BRACKET.sub("", whole) or whole)


def _likeness(text: str, title: str) -> float:
    """How far a row is a title, perhaps with a little in front of it."""
    text = _NUMBERED.sub("", text)
    if not len(title) - 1 <= len(text) <= len(title) + PREFIX:
        return 0.0
    front, tail = text[: -len(title)], text[-len(title) :]
    return 0.0 if _NO_TITLE.search(front) else float(fuzz.ratio(tail, title))


def _is_tall(pieces: Sequence[ScanLine], rows: Sequence[Sequence[ScanLine]]) -> bool | None:
    """Whether print is taller than that of its sheet, as a heading is; None when no heights are
    known.
    """
    usual = median(_height(line) for row in rows for line in row)
    return max(map(_height, pieces)) >= TALL * usual if usual else None


def _height(line: ScanLine) -> float:
    return line.box[3] - line.box[1]


def _is_foreign(rows: Sequence[Sequence[ScanLine]], texts: Sequence[str]) -> bool:
    """Whether a sheet is headed as something that is no form."""
    headings = zip(rows[:HEAD_ROWS_FOREIGN], texts, strict=False)
    return any(
        len(text) <= MOST_HEADING and _FOREIGN.search(text) and _is_tall(row, rows)
        for row, text in headings
    )


# --- what is written ------------------------------------------------------------------------------


def text_content(lines: Sequence[ScanLine]) -> Content:
    """The print as lines of text:
    pieces of one row with a gap between them, as label and value stand.
    """
    rows: dict[tuple[int, int], list[str]] = {}
    for line in lines:
        rows.setdefault((line.page, line.row), []).append(line.text)
    return Content(
        tuple(
            Line("\t".join(texts), f"第{page}页 第{row}行") for (page, row), texts in rows.items()
        ),
    )


def _applicant(lines: Sequence[ScanLine], form: Form) -> str:
    """The applicant's name beside its label, for comparing."""
    fact = extract_fields(text_content(lines), form, "").get(form.applicant)
    return plain(own_name(fact.text)) if fact is not None and fact.text else ""


def own_name(read: str) -> str:
    """A name without what is left in front of it of the bracket in which its label asks for a seal:
    where the seal lies over label and name, both are one piece of print.
    """
    return _SEAL_ASKED.sub("", read)


__all__ = ["leaf_of", "own_name", "text_content"]
