"""Old and other editable files: what is in them, and that no damage to them gets out."""

from __future__ import annotations

import contextlib
import io
import random
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
import xlsxwriter

from ingest.document.content import Content
from ingest.document.editable.door import UnreadableError, read_editable
from ingest.document.editable.olddoc import BrokenDocError, DocLimitError, read_doc
from ingest.document.editable.richtext import BrokenRtfError, RtfLimitError, read_rtf
from ingest.document.editable.spreadsheet import (
    BrokenSheetError,
    SheetLimitError,
    read_csv,
    read_workbook,
)
from ingest.reading import Fate, Kind

KEPT = sorted((Path(__file__).parents[4] / "extraction" / "files").glob("*.doc"))
RTF = (
    rb"{\rtf1\ansi\ansicpg936{\fonttbl{\f0\fcharset134 SimSun;}{\f1\fcharset2 Wingdings;}}\f0 \'c9\'ea\'b1\'a8\'ca\'e9\par"
    rb"\trowd\cellx2000\cellx6000\intbl \u30003?\'aa\cell {\f1\'fe}\u26159?{\deleted old}new\cell\row"
    rb"\trowd\clvmrg\cellx2000\cellx6000\intbl\cell b\par c\cell\row\pard end\par}"
)


def texts(content: Content) -> dict[tuple[int, int, int, int], str]:
    return {
        (
            cell.row,
            cell.column,
            cell.width,
            cell.height,
        ): cell.text
        for cell in content.tables[0].cells
    }


def test_rich_text_gives_its_lines_and_its_table_with_merged_cells() -> None:
    """GBK bytes, Unicode escapes, symbol fonts; deleted text is not read."""
    content = read_rtf(RTF)

    assert [line.text for line in content.lines] == ["申报书", "end"]
    assert texts(content)[0, 1, 1, 1] == "☑是new"
    assert texts(content)[1, 1, 1, 1] == "b\nc"
    assert any(place[:2] == (0, 0) and place[3] == 2 for place in texts(content))


def test_characters_beyond_the_basic_plane_survive_rich_text() -> None:
    """They come as two escapes, halves of one character."""
    assert read_rtf(rb"{\rtf1\uc1 \u-10174?\u-8265?}").lines[0].text == "𠮷"


@pytest.mark.parametrize(
    "hostile",
    [
        b"{\\rtf1" + b"{" * 100_000,
        b"{\\rtf1" + b"\\cell" * 60_000,
        b"{\\rtf1\\bin99999999999 x}",
        b"{\\rtf1" + b"\\row" * 3000,
        b"{\\rtf1 " + b"a" * 3_000_000 + b"}",
    ],
    ids=["groups", "cells", "binary", "rows", "text"],
)
def test_rich_text_that_never_ends_is_stopped(hostile: bytes) -> None:
    """A limit, or nothing at all; never a hang."""
    with contextlib.suppress(RtfLimitError, BrokenRtfError):
        assert read_rtf(hostile).characters == 0


def test_an_old_word_file_gives_its_merged_cells() -> None:
    """The tall cell on the left of the kept form covers its rows."""
    (table,) = read_doc(KEPT[0].read_bytes()).tables

    assert max(cell.height for cell in table.cells if cell.column == 0) == 5


def survived(
    read: Callable[[bytes], Content],
    damaged: Iterable[bytes],
    *errors: type[Exception],
) -> set[bool]:
    """Whether each was read or refused with one of ``errors``; whatever else is raised gets out and
    fails the test.
    """
    seen = set()
    for data in damaged:
        try:
            seen.add(isinstance(read(data), Content))
        except errors:
            seen.add(False)
    return seen


def damaged_doc(whole: bytes) -> Iterable[bytes]:
    chance = random.Random(1)
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        yield bytes(data[: chance.randrange(len(data))]) if chance.random() < 0.3 else bytes(data)


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_no_damage_to_an_old_word_file_gets_out(path: Path) -> None:
    """Any byte anywhere, and any cut: a content, or one of two errors."""
    assert survived(
        read_doc,
        damaged_doc(path.read_bytes()),
        BrokenDocError,
        DocLimitError,
    ) == {True, False}


def damaged_rtf() -> Iterable[bytes]:
    chance = random.Random(2)
    for _ in range(500):
        data = bytearray(RTF)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(6, len(data))] = chance.choice(b"{}\\'*0aZ\xff")
        yield bytes(data)


def test_no_damage_to_rich_text_gets_out() -> None:
    """The same for its tokens."""
    assert True in survived(read_rtf, damaged_rtf(), BrokenRtfError, RtfLimitError)


def workbook() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 2, "汇总表")
        sheet.write_row(1, 0, ["电话", "比率", "日期"])
        sheet.write_number(2, 0, 13900000001)
        sheet.write_number(2, 1, 0.985, book.add_format({"num_format": "0.0%"}))
        sheet.write_number(2, 2, 45516, book.add_format({"num_format": "yyyy-mm-dd"}))
        book.add_worksheet("隐藏").hide()
    return out.getvalue()


def test_a_workbook_gives_values_as_people_write_them() -> None:
    """A telephone number without a point, a share by its format, a date as a day; hidden sheets are
    left out.
    """
    content = read_workbook(workbook())

    assert len(content.tables) == 1
    assert texts(content) | {(0, 0, 3, 1): "汇总表"} == texts(content)
    assert [content.tables[0].at(2, column).text for column in range(3)] == [
        "13900000001",
        "98.5%",
        "2024-08-12",
    ]  # type: ignore[union-attr]


def damaged_workbook() -> Iterable[bytes]:
    whole, chance = workbook(), random.Random(3)
    for _ in range(200):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        yield bytes(data)


def test_no_damage_to_a_workbook_gets_out() -> None:
    """Not even a panic of the library's Rust, which is no Exception."""
    assert survived(
        read_workbook,
        damaged_workbook(),
        BrokenSheetError,
        SheetLimitError,
    ) == {True, False}


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_is_read_in_every_code_excel_saves(codec: str) -> None:
    """With its delimiter found."""
    content = read_csv("学校,师市\r\n第九中学,第八师\r\n".encode(codec))

    assert content.tables[0].at(1, 0).text == "第九中学"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("kind", "data", "fate"),
    [
        (Kind.DOC, KEPT[0].read_bytes()[:4000], Fate.DAMAGED),
        (Kind.RTF, b"nothing", Fate.DAMAGED),
        (Kind.XLSX, b"PK\x03\x04", Fate.DAMAGED),
        (Kind.CSV, b"\xff\xfe\0", Fate.DAMAGED),
        (Kind.RTF, b"{\\rtf1" + b"\\cell" * 60_000, Fate.LIMIT),
    ],
)
def test_what_cannot_be_read_says_why(kind: Kind, data: bytes, fate: Fate) -> None:
    """One exception for all readers."""
    with pytest.raises(UnreadableError) as caught:
        read_editable(kind, data)

    assert caught.value.fate is fate
