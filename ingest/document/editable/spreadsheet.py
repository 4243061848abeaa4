"""Workbooks (.xlsx, .xls, .et) and CSV -> :class:`~ingest.document.content.Content`,
a table for each visible sheet.

The only module that imports ``python_calamine``. Formulas are not computed, macros not run:
the values that were saved are read. Which form it is does not come in.
"""

from __future__ import annotations

import contextlib
import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal

import python_calamine as calamine

from ingest.document.content import (
    INK,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_TEXT,
    STRUCK,
    Cell,
    Content,
    Table,
    signed,
    words,
)
from ingest.document.editable.officepackage import BROKEN, PackageLimitError
from ingest.document.editable.oldsheet import BROKEN as OLD_BROKEN
from ingest.document.editable.oldsheet import OldBook, has_strays
from ingest.document.editable.opendocument import BROKEN as OPEN_BROKEN
from ingest.document.editable.opendocument import TextLimitError
from ingest.document.editable.opensheet import OpenBook
from ingest.document.editable.sheetmarks import Marks, Place, SheetBook
from ingest.document.editable.sheetxml import sheets_of
from ingest.message.charsets import strict

#: bytes of all members of an .xlsx together, as their directory declares them
MAX_UNPACKED = 200 * 1024 * 1024
MAX_SHEETS = 50
_NO_SHARE = 1e20
_PICTURE = re.compile(r"=?(?:_xlfn\.)?DISPIMG\(", re.IGNORECASE)
"""What WPS writes into a cell that holds a picture."""
_MOST_PLACES = 30
"""Behind the point of a number; Excel has no more."""
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)

_BROKEN = (
    calamine.CalamineError,
    zipfile.BadZipFile,
    OSError,
    ValueError,
    IndexError,
    KeyError,
    TypeError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
)


_EXAMPLE = re.compile(r"示例|样例|范例|样表|填(?:写|表|报)说明")
"""Names of sheets that only show how another is to be filled in."""


class BrokenSheetError(Exception):
    """The file is no readable workbook."""


class SheetLimitError(Exception):
    """The workbook is larger than anything a form can be."""


@contextlib.contextmanager
def _no_panic() -> Iterator[None]:
    """Rust inside calamine panics on damaged files;
    that comes as an exception no ``except Exception`` catches.

    Its class cannot be imported, so it is told by its name.
    """
    with contextlib.ExitStack() as stack:
        stack.push(_refuse_panic)
        yield


def _refuse_panic(kind: type[BaseException] | None, error: BaseException | None, _: object) -> bool:
    if kind is not None and kind.__name__ == "PanicException":
        raise BrokenSheetError(str(error)) from error
    return False


def read_workbook(data: bytes) -> Content:
    """The cells of all visible sheets, without the rows and columns nobody sees.

    Raises:
        BrokenSheetError: it cannot be opened.
        SheetLimitError: it is larger than the limits.
    """
    try:
        if data.startswith(b"PK"):
            _check_size(data)
        elif has_strays(data):
            raise BrokenSheetError("a cell right of the last column")
        marks = _marks(data)
        with _no_panic(), calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            visible = calamine.SheetVisibleEnum.Visible
            shown = [sheet.name for sheet in book.sheets_metadata if sheet.visible == visible]
            if len(shown) > MAX_SHEETS:
                raise SheetLimitError
            shown = [name for name in shown if not _EXAMPLE.search(name)] or shown
            told = [marks.marks(name) if marks is not None else Marks() for name in shown]
            sheets = zip(map(book.get_sheet_by_name, shown), told, strict=True)
            tables = [_table(number, *sheet) for number, sheet in enumerate(sheets, 1)]
    except (*_BROKEN, *BROKEN, *OLD_BROKEN) as error:
        raise BrokenSheetError(str(error)) from error
    hidden = any(each.hidden_rows or each.hidden_columns for each in told)
    return _checked(
        (table for table in tables if table.cells),
        ("有隐藏的行或列(没有读取)",) if hidden else (),
    )


def _marks(data: bytes) -> SheetBook | OpenBook | OldBook | None:
    """What a workbook says of its cells besides their values; None when that cannot be followed."""
    try:
        if not data.startswith(b"PK"):
            return OldBook(data)
        is_open = zipfile.is_zipfile(io.BytesIO(data)) and "content.xml" in _names(data)
        return OpenBook(data) if is_open else SheetBook(data)
    except (*BROKEN, *OLD_BROKEN, *OPEN_BROKEN):
        return None
    except (PackageLimitError, TextLimitError) as error:
        raise SheetLimitError from error


def _names(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.namelist()


def _check_size(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(info.file_size for info in archive.infolist()) > MAX_UNPACKED:
            raise SheetLimitError


def _table(number: int, sheet: calamine.CalamineSheet, marks: Marks) -> Table:
    if sheet.total_height > MAX_ROWS * 50 or sheet.total_width > 16_384:
        raise SheetLimitError
    rows = sheet.to_python(skip_empty_area=False, nrows=MAX_ROWS + 1)
    texts = [
        [_said(value, (row, column), marks) for column, value in enumerate(values[:_WIDEST])]
        for row, values in enumerate(rows)
    ]
    for row, column in marks.unsaid:  # formulas at the end of a row, where no value stands
        if row < len(texts) and column < _WIDEST:
            texts[row] += [""] * (column + 1 - len(texts[row]))
            texts[row][column] = INK
    while texts and not any(map(str.strip, texts[-1])):
        texts.pop()
    if len(texts) > MAX_ROWS:
        raise SheetLimitError
    merged = {first: last for first, last in sheet.merged_cell_ranges or () if first != last}
    merged |= marks.merged  # calamine tells none of an OpenDocument workbook
    _draw_over(texts, merged, marks)
    return Table(number, tuple(_cells(*_visible(texts, merged, marks))))


def _draw_over(texts: list[list[str]], merged: _Merged, marks: Marks) -> None:
    """Set a sign into every cell over which something is drawn: what looks empty may be filled in
    there.
    """
    if not marks.drawn and not marks.everywhere:
        return
    width = max((at + 1 for row in texts for at, text in enumerate(row) if text.strip()), default=0)
    places = {(row, column) for row in range(len(texts)) for column in range(width)}
    under = places if marks.everywhere else places & marks.drawn
    under |= {first for first, last in merged.items() if _reaches(under, first, last)} & places
    for row, column in under:
        texts[row] += [""] * (column + 1 - len(texts[row]))
        texts[row][column] += INK


def _reaches(places: set[Place], first: Place, last: Place) -> bool:
    """Whether one of them lies in a merged cell."""
    return any(first[0] <= row <= last[0] and first[1] <= at <= last[1] for row, at in places)


_WIDEST = 4 * MAX_COLUMNS
_Merged = dict[Place, Place]


def _visible(
    texts: list[list[str]], merged: _Merged, marks: Marks
) -> tuple[list[list[str]], _Merged]:
    """What is left when the rows and columns nobody sees are taken out; merged cells shrink."""
    if not marks.hidden_rows and not marks.hidden_columns:
        return texts, merged
    rows = [row for row in range(len(texts)) if row not in marks.hidden_rows]
    width = max(map(len, texts), default=0)
    columns = [column for column in range(width) if column not in marks.hidden_columns]
    smaller: _Merged = {}
    for first, last in merged.items():
        down = [at for at, row in enumerate(rows) if first[0] <= row <= last[0]]
        across = [at for at, column in enumerate(columns) if first[1] <= column <= last[1]]
        if down and across:
            texts[rows[down[0]]] += [""] * (width - len(texts[rows[down[0]]]))
            texts[rows[down[0]]][columns[across[0]]] = texts[first[0]][first[1]]
            smaller[down[0], across[0]] = down[-1], across[-1]
    kept = [
        [texts[row][column] if column < len(texts[row]) else "" for column in columns]
        for row in rows
    ]
    return kept, {first: last for first, last in smaller.items() if first != last}


def _cells(rows: Sequence[Sequence[str]], merged: _Merged) -> Iterable[Cell]:
    """Every cell, empty ones too, for an empty cell beside a label is an empty field;
    covered ones are left out.
    """
    width = max(
        (column + 1 for row in rows for column, text in enumerate(row) if text.strip()),
        default=0,
    )
    width = max([width, *(last[1] + 1 for first, last in merged.items() if first[0] < len(rows))])
    width = min(width, MAX_COLUMNS)
    covered: set[Place] = set()
    for row, texts in enumerate(rows):
        for column in range(width):
            if (row, column) in covered:
                continue
            last = merged.get((row, column), (row, column))
            last = min(last[0], len(rows) - 1), min(last[1], width - 1)
            covered |= {(r, c) for r in range(row, last[0] + 1) for c in range(column, last[1] + 1)}
            said = texts[column] if column < len(texts) else ""
            size = last[1] - column + 1, last[0] - row + 1
            yield Cell(words(said).strip(), row, column, *size, signed(said))


def _said(value: object, place: Place, marks: Marks) -> str:
    """A value as it is shown, with signs: struck, a formula whose result nobody knows."""
    if place in marks.unsaid:
        return INK
    if place in marks.texts:
        return marks.texts[place]
    if isinstance(value, int | float) and not isinstance(value, bool) and place in marks.formats:
        text = _share(value, marks.formats[place])
    else:
        text = _shown(value)
    if _PICTURE.match(text):
        return INK
    return STRUCK if text and place in marks.struck else text


def _share(value: float, code: str) -> str:
    """A number shown as a percentage, with the places its format has. One beyond all shares, which
    only a damaged file holds, is there and unknown.
    """
    if not abs(value) < _NO_SHARE:
        return INK
    plain = re.sub(r"\[[^\]]*\]|\"[^\"]*\"|\\.", "", code.partition(";")[0])
    if "%" not in plain:
        return f"{_shown(value)}{'‰' if '‰' in code else '%'}"  # a sign that is only written behind
    places = re.search(r"\.([0#?]+)", plain)
    step = Decimal(1).scaleb(-min(len(places[1]), _MOST_PLACES)) if places else Decimal(1)
    shown = _EXACT.quantize(Decimal(repr(value)) * 100, step)
    return f"{_EXACT.normalize(shown):f}%"


def _shown(value: object) -> str:
    """A value as people would write it;
    a telephone number saved as a number has no decimal point.
    """
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < 1e15
        return str(int(value)) if whole else repr(round(value, 10))
    if isinstance(value, datetime):
        if value.time() == time():
            return value.date().isoformat()
        return value.isoformat(" ", "minutes")
    if isinstance(value, date | time | timedelta):
        return str(value)
    return str(value).strip()


def read_csv(data: bytes) -> Content:
    """A table of comma, semicolon or tab separated values in UTF-8, UTF-16 or GB18030.

    Raises:
        BrokenSheetError: it is no text.
        SheetLimitError: it is larger than the limits.
    """
    text = _decoded(data)
    if len(text) > MAX_TEXT:
        raise SheetLimitError
    head = text[:4000]
    delimiter = max(",\t;，", key=head.count)
    try:
        read = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows = [row for row in read if any(map(str.strip, row))]
    except csv.Error as error:
        raise BrokenSheetError(str(error)) from error
    if len(rows) > MAX_ROWS:
        raise SheetLimitError
    return _checked([Table(1, tuple(_cells(rows, {})))], ())


def read_sheet_xml(data: bytes) -> Content:
    """The cells of a workbook that is one XML text.

    Raises:
        BrokenSheetError: it cannot be followed.
        SheetLimitError: it is larger than the limits.
    """
    try:
        sheets = sheets_of(data)
    except ValueError as error:
        raise BrokenSheetError(str(error)) from error
    if len(sheets) > MAX_SHEETS or any(len(sheet.rows) > MAX_ROWS for sheet in sheets):
        raise SheetLimitError
    tables = [
        Table(number, tuple(_cells(*_visible(sheet.rows, sheet.merged, sheet.marks))))
        for number, sheet in enumerate(sheets, 1)
    ]
    return _checked((table for table in tables if table.cells), ("是电子表格, 不是 Word 文件",))


def _decoded(data: bytes) -> str:
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    codecs = ("utf-16",) if marked else ("utf-8-sig", "gb18030")
    text = next((text for codec in codecs if (text := strict(data, codec)) is not None), None)
    if text is None:
        raise BrokenSheetError("no text")
    return text


def _checked(tables: Iterable[Table], notes: tuple[str, ...]) -> Content:
    kept = tuple(tables)
    cells = [cell for table in kept for cell in table.cells]
    if len(cells) > MAX_CELLS or sum(len(cell.text) for cell in cells) > MAX_TEXT:
        raise SheetLimitError
    return Content(tables=kept, notes=notes)
