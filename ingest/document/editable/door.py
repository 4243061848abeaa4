"""Files in which text can be edited,
whatever program made them -> :class:`~ingest.document.content.Content`.

Knows which reader takes which kind, and which may be asked for a second opinion. Every way a file
can be broken comes out as one exception with a fate and a Chinese sentence. What a form is does not
come in.
"""

from __future__ import annotations

from collections.abc import Callable

from ingest.document.bytesaround import bare_package
from ingest.document.content import Content
from ingest.document.editable.libreoffice import convert
from ingest.document.editable.markup import BrokenMarkupError, MarkupLimitError, read_markup
from ingest.document.editable.officepackage import PackageLimitError
from ingest.document.editable.officexml import is_office_xml, read_office_xml
from ingest.document.editable.olddoc import BrokenDocError, DocLimitError, is_word, read_doc
from ingest.document.editable.opendocument import (
    BrokenTextError,
    TextLimitError,
    read_opendocument,
)
from ingest.document.editable.richtext import BrokenRtfError, RtfLimitError, read_rtf
from ingest.document.editable.sheetxml import is_sheet_xml
from ingest.document.editable.spreadsheet import (
    BrokenSheetError,
    SheetLimitError,
    read_csv,
    read_sheet_xml,
    read_workbook,
)
from ingest.document.editable.word import BrokenWordError, read_word
from ingest.reading import Fate, Kind


def _read_page(data: bytes) -> Content:
    if is_sheet_xml(data):
        return read_sheet_xml(data)
    return read_office_xml(data) if is_office_xml(data) else read_markup(data)


_READERS: dict[Kind, Callable[[bytes], Content]] = {
    Kind.DOCX: read_word,
    Kind.DOTX: read_word,
    Kind.DOCM: read_word,
    Kind.DOC: read_doc,
    Kind.WPS: read_doc,
    Kind.RTF: read_rtf,
    Kind.HTML: _read_page,
    Kind.ODT: read_opendocument,
    Kind.ODS: read_workbook,
    Kind.XLSX: read_workbook,
    Kind.XLS: read_workbook,
    Kind.CSV: read_csv,
}
_BROKEN = (
    BrokenWordError,
    BrokenDocError,
    BrokenRtfError,
    BrokenSheetError,
    BrokenMarkupError,
    BrokenTextError,
)
_LIMIT = (
    PackageLimitError,
    DocLimitError,
    RtfLimitError,
    SheetLimitError,
    MarkupLimitError,
    TextLimitError,
)

EDITABLE = frozenset(_READERS)
SHEETS = frozenset({Kind.ODS, Kind.XLSX, Kind.XLS, Kind.CSV})
_PACKAGES = frozenset({Kind.DOCX, Kind.DOTX, Kind.DOCM, Kind.ODT, Kind.ODS, Kind.XLSX})
_CONVERTED = {Kind.DOC: "doc", Kind.WPS: "doc", Kind.RTF: "rtf"}
"""What LibreOffice may be asked about, by the extension it is given:
it decides by it between doc and works.
"""


class UnreadableError(Exception):
    """Nothing could be read; ``fate`` and the message say why."""

    def __init__(self, fate: Fate, reason: str) -> None:
        super().__init__(reason)
        self.fate = fate
        self.reason = reason


def read_editable(kind: Kind, data: bytes) -> Content:
    """What is written in a file of one of the kinds in ``EDITABLE``.

    Raises:
        UnreadableError: damaged or too large.
    """
    what = "表格" if kind in SHEETS else "Word"
    try:
        return _READERS[kind](bare_package(data) if kind in _PACKAGES else data)
    except _LIMIT as error:
        raise UnreadableError(Fate.LIMIT, f"{what} 文件内容过大, 没有读取") from error
    except _BROKEN as error:
        content = second_opinion(kind, data)
        if content is not None:
            return content
        if isinstance(error, BrokenDocError) and is_word(data):
            raise UnreadableError(
                Fate.UNSUPPORTED,
                "这个老版 Word 文件不能自动读取, 由工作人员查看; 可用 Word 另存为 .docx 后重发",
            ) from error
        if isinstance(error, BrokenMarkupError):
            raise UnreadableError(
                Fate.UNSUPPORTED, "网页格式的文件, 读不出内容; 请用 Word 另存为 .docx 后重发"
            ) from error
        raise UnreadableError(Fate.DAMAGED, f"{what} 文件损坏, 打不开") from error


def second_opinion(kind: Kind, data: bytes) -> Content | None:
    """What LibreOffice makes of the file;
    None when it is not installed, not for this kind, or makes nothing of it.
    """
    extension = _CONVERTED.get(kind)
    if extension is None:
        return None
    if not (is_word(data) if extension == "doc" else data.startswith(b"{\\rtf")):
        return None  # LibreOffice would show the bytes of whatever it is as text
    (converted,) = convert([(extension, data)])
    try:
        content = read_word(converted) if converted else None
    except (BrokenWordError, PackageLimitError):
        return None
    return content if content is not None and content.characters else None
