"""OpenDocument texts (.odt, .ott, also flat .fodt) -> :class:`~ingest.document.content.Content`.

One pass over ``content.xml``. Deleted passages, comments, hidden and struck text are not what the
document says. Spreadsheets (.ods) are read by ``spreadsheet.py``. Which form it is does not come
in.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable

from lxml import etree

from ingest.document.content import Content
from ingest.document.editable.spans import TooMuchError, Writer

MAX_XML = 48 * 1024 * 1024  #: bytes of content.xml
MAX_REPEATED = 200  #: of one row or cell that says it stands several times

BROKEN = (
    etree.LxmlError, zipfile.BadZipFile, zlib.error, OSError, EOFError, KeyError, ValueError,
    NotImplementedError, RuntimeError,
)  # fmt: skip
_WORDS = frozenset({"p", "h", "span", "a"})
_SPACES = re.compile(r"[ \t\r\n]+")
_UNSAID = frozenset({
    "tracked-changes", "annotation", "annotation-end", "ruby-text", "hidden-text", "forms",
    "sequence-decls", "note-citation", "desc", "title", "script", "placeholder",
    "covered-table-cell",
})  # fmt: skip


class BrokenTextError(Exception):
    """The file is no readable OpenDocument text."""


class TextLimitError(Exception):
    """The file is larger than anything a form can be."""


def read_opendocument(data: bytes) -> Content:
    """The text and tables of an OpenDocument text.

    Raises:
        BrokenTextError: it cannot be opened.
        TextLimitError: it is larger than the limits.
    """
    try:
        return _Walk(root_of(data)).run()
    except TooMuchError as error:
        raise TextLimitError from error
    except BROKEN as error:
        raise BrokenTextError(str(error)) from error


def root_of(data: bytes) -> etree._Element:
    """The content of a package, or of a flat file.

    Raises:
        TextLimitError: it is larger than anything a form can be.
        Exception: one of :data:`BROKEN`.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    return etree.fromstring(_content_xml(data), parser)


def _content_xml(data: bytes) -> bytes:
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        if package.getinfo("content.xml").file_size > MAX_XML:
            raise TextLimitError
        return package.read("content.xml")


def _name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def value_of(element: etree._Element, name: str) -> str:
    """An attribute by its name without namespace; "" when it is not there."""
    found = (str(text) for key, text in element.attrib.items() if _local(str(key)) == name)
    return next(found, "")


def _local(key: str) -> str:
    return key.rpartition("}")[2]


def count_of(element: etree._Element, name: str) -> int:
    """A number in an attribute; 1 when it is none."""
    text = value_of(element, name)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 1


class _Walk:
    """One pass; elements are told by their name without namespace."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._writer = Writer()
        self._unseen = {
            value_of(style, "name")
            for style in root.iter("{*}style")
            if any(_hides(properties) for properties in style.iter("{*}text-properties"))
        }
        self._states = {
            value_of(box, "id"): "☑" if _is_on(box) else "☐"
            for box in root.iter("{*}checkbox", "{*}radio")
        }
        self._starts: dict[str, Callable[[etree._Element], None]] = {
            "table": lambda _: self._writer.begin_table(),
            "table-row": lambda _: self._writer.begin_row(),
            "table-cell": self._cell,
            "s": lambda element: self._writer.add(" " * min(count_of(element, "c"), 500)),
            "tab": lambda _: self._writer.add("\t"),
            "line-break": lambda _: self._writer.add("\n"),
            "image": self._picture,
            "control": lambda element: self._writer.add(
                self._states.get(value_of(element, "control"), "")
            ),
        }
        self._ends: dict[str, Callable[[], None]] = {
            "p": lambda: self._writer.end_paragraph(always=True),
            "h": self._writer.end_paragraph,
            "table-cell": self._writer.end_cell,
            "table": self._writer.end_table,
        }

    def run(self) -> Content:
        body = next(self._root.iter("{*}text"), None)
        if body is None:
            raise BrokenTextError("no text in it")
        walk = etree.iterwalk(body, events=("start", "end"))
        for event, element in walk:
            name = _name(element)
            if event == "end":
                self._ends.get(name, _nothing_ends)()
                self._say(element.tail, element.getparent())
            elif name in _UNSAID or value_of(element, "style-name") in self._unseen:
                walk.skip_subtree()
            else:
                self._starts.get(name, _nothing)(element)
                self._say(element.text, element)
        return self._writer.content(("是 OpenDocument 文档, 不是 Word 文件",))

    def _say(self, text: str | None, holder: etree._Element | None) -> None:
        """White space is one blank, and none outside of paragraphs (ODF 1.3 part 3, 6.1.2)."""
        if text and holder is not None and (text.strip() or _name(holder) in _WORDS):
            self._writer.add(_SPACES.sub(" ", text))

    def _cell(self, element: etree._Element) -> None:
        width = max(count_of(element, "number-columns-spanned"), 1)
        height = count_of(element, "number-rows-spanned")
        for _ in range(min(count_of(element, "number-columns-repeated"), MAX_REPEATED) - 1):
            self._writer.begin_cell()
        self._writer.begin_cell(width, height)

    def _picture(self, _: etree._Element) -> None:
        self._writer.pictures += 1


def _nothing(_: etree._Element) -> None:
    """An element that is only around others."""


def _nothing_ends() -> None:
    """The same, at its end."""


def _hides(properties: etree._Element) -> bool:
    return value_of(properties, "display") == "none" or is_struck(properties)


def is_struck(properties: etree._Element) -> bool:
    """Whether text properties strike what is written."""
    line = value_of(properties, "text-line-through-style") or value_of(
        properties, "text-line-through-type"
    )
    return line not in {"", "none"}


def _is_on(box: etree._Element) -> bool:
    state = value_of(box, "current-state") or value_of(box, "state")
    return state == "checked" or "true" in {
        value_of(box, "current-selected"),
        value_of(box, "selected"),
    }
