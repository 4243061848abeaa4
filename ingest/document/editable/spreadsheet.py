"""Workbooks (.xlsx, .xls, .et) and CSV -> :class:`~ingest.document.content.Content`,
a table for each visible sheet.

The only module that imports ``python_calamine``. Formulas are not computed, macros not run:
the values that were saved are read. Which form it is does not come in.
"""

from __future__ import annotations

import contextlib
import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta

import python_calamine as calamine

from ingest.document.content import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, MAX_TEXT, Cell, Content, Table
from ingest.message.charsets import strict

#: bytes of all members of an .xlsx together, as their directory declares them
MAX_UNPACKED = 200 * 1024 * 1024
MAX_SHEETS = 50

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
    """The cells of all visible sheets.

    Raises:
        BrokenSheetError: it cannot be opened.
        SheetLimitError: it is larger than the limits.
    """
    try:
        if data.startswith(b"PK"):
            _check_size(data)
        with _no_panic(), calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            visible = calamine.SheetVisibleEnum.Visible
            shown = [sheet.name for sheet in book.sheets_metadata if sheet.visible == visible]
            if len(shown) > MAX_SHEETS:
                raise SheetLimitError
            sheets = map(book.get_sheet_by_name, shown)
            tables = [_table(number, sheet) for number, sheet in enumerate(sheets, 1)]
    except _BROKEN as error:
        raise BrokenSheetError(str(error)) from error
    return _checked(table for table in tables if table.cells)


def _check_size(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(info.file_size for info in archive.infolist()) > MAX_UNPACKED:
            raise SheetLimitError


def _table(number: int, sheet: calamine.CalamineSheet) -> Table:
    if sheet.total_height > MAX_ROWS * 50 or sheet.total_width > 16_384:
        raise SheetLimitError
    rows = sheet.to_python(skip_empty_area=False, nrows=MAX_ROWS + 1)
    while rows and not any(str(value).strip() for value in rows[-1]):
        rows.pop()
    if len(rows) > MAX_ROWS:
        raise SheetLimitError
    merged = {first: last for first, last in sheet.merged_cell_ranges or () if first != last}
    return Table(number, tuple(_cells(rows, merged)))


Place = tuple[int, int]


def _cells(rows: Sequence[Sequence[object]], merged: dict[Place, Place]) -> Iterable[Cell]:
    """Every cell, empty ones too, for an empty cell beside a label is an empty field;
    covered ones are left out.
    """
    width = max(
        (column + 1 for row in rows for column, value in enumerate(row) if str(value).strip()),
        default=0,
    )
    width = max([width, *(last[1] + 1 for first, last in merged.items() if first[0] < len(rows))])
    width = min(width, MAX_COLUMNS)
    covered: set[Place] = set()
    for row, values in enumerate(rows):
        for column in range(width):
            if (row, column) in covered:
                continue
            last = merged.get((row, column), (row, column))
            last = min(last[0], len(rows) - 1), min(last[1], width - 1)
            covered |= {(r, c) for r in range(row, last[0] + 1) for c in range(column, last[1] + 1)}
            text = _shown(values[column]) if column < len(values) else ""
            yield Cell(text, row, column, last[1] - column + 1, last[0] - row + 1)


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
    return _checked([Table(1, tuple(_cells(rows, {})))])


def _decoded(data: bytes) -> str:
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    codecs = ("utf-16",) if marked else ("utf-8-sig", "gb18030")
    text = next((text for codec in codecs if (text := strict(data, codec)) is not None), None)
    if text is None:
        raise BrokenSheetError("no text")
    return text


def _checked(tables: Iterable[Table]) -> Content:
    kept = tuple(tables)
    cells = [cell for table in kept for cell in table.cells]
    if len(cells) > MAX_CELLS or sum(len(cell.text) for cell in cells) > MAX_TEXT:
        raise SheetLimitError
    return Content(tables=kept)
