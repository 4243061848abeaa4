"""OpenDocument texts (.odt, .ott, also flat .fodt) -> :class:`~ingest.document.content.Content`.

One pass over ``content.xml``, with the styles beside it. Deleted passages, comments and hidden text
are not what the document says; struck text and what is drawn are signs. Spreadsheets (.ods) are
read by ``spreadsheet.py``. Which form it is does not come in.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property

from lxml import etree

from ingest.document.content import INK, STRUCK, Content, ringed, words
from ingest.document.editable.opendrawings import (
    DRAWINGS,
    control_states,
    is_loose,
    says,
    shown_by_mark,
)
from ingest.document.editable.openlooks import OpenLooks, value_of
from ingest.document.editable.spans import TooMuchError, Writer
from ingest.document.editable.symbols import shown_in
from ingest.document.editable.wordlooks import PLAIN, Look, is_note

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
        return _Walk(root_of(data), _styles_of(data)).run()
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
    return _parsed(_content_xml(data))


def _parsed(xml: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    return etree.fromstring(xml, parser)


def _content_xml(data: bytes) -> bytes:
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return _member(package, "content.xml")


def _member(package: zipfile.ZipFile, name: str) -> bytes:
    if package.getinfo(name).file_size > MAX_XML:
        raise TextLimitError
    return package.read(name)


def _styles_of(data: bytes) -> etree._Element | None:
    """The styles that stand beside the content of a package; a flat file holds its own."""
    if not data.startswith(b"PK"):
        return None
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        if "styles.xml" not in package.namelist():
            return None
        return _parsed(_member(package, "styles.xml"))


def _name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def count_of(element: etree._Element, name: str) -> int:
    """A number in an attribute; 1 when it is none."""
    text = value_of(element, name)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 1


class _Walk:
    """One pass; elements are told by their name without namespace."""

    def __init__(self, root: etree._Element, styles: etree._Element | None) -> None:
        self._root = root
        self._writer = Writer()
        self._styles = OpenLooks(each for each in (styles, root) if each is not None)
        self._looks: list[Look] = [PLAIN]
        self._states = control_states(root)
        self._loose = 0
        self._starts: dict[str, Callable[[etree._Element], None]] = {
            "table": lambda _: self._writer.begin_table(),
            "table-row": lambda _: self._writer.begin_row(),
            "table-cell": self._cell,
            "s": lambda element: self._writer.add(" " * min(count_of(element, "c"), 500)),
            "tab": lambda _: self._writer.add("\t"),
            "line-break": lambda _: self._writer.add("\n"),
            "control": lambda element: self._add(
                self._states.get(value_of(element, "control"), "")
            ),
            "fieldmark": lambda element: self._add(shown_by_mark(element)),
            "fieldmark-start": lambda element: self._add(shown_by_mark(element)),
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
                if name in _WORDS:
                    self._looks.pop()
                self._say(element.tail, element.getparent())
                continue
            if name in _WORDS:
                self._looks.append(self._styles.within(element, self._looks[-1]))
            if _is_gone(element) or (name in DRAWINGS and self._is_only_drawn(element)):
                walk.skip_subtree()
            else:
                self._starts.get(name, _nothing)(element)
                self._say(element.text, element)
        content = self._writer.content(("是 OpenDocument 文档, 不是 Word 文件",))
        return replace(content, loose=self._loose)

    def _say(self, text: str | None, holder: etree._Element | None) -> None:
        """White space is one blank, and none outside of paragraphs (ODF 1.3 part 3, 6.1.2)."""
        if text and holder is not None and (text.strip() or _name(holder) in _WORDS):
            self._add(_SPACES.sub(" ", text))

    def _add(self, text: str) -> None:
        """Some text, with signs for how it looks."""
        look = self._looks[-1]
        if look.hidden or not text or (look.raised and is_note(text, words(self._writer.begun))):
            return
        if text.strip() and (look.struck or self._is_unseen(look)):
            self._writer.add(STRUCK)
            return
        text = shown_in(text, look.font) if look.font else text
        text = text.upper() if look.capitals else text
        self._writer.add(ringed(text) if look.ringed and text.strip("_＿ \t\u3000") else text)

    def _is_unseen(self, look: Look) -> bool:
        """Written, and on the paper nobody sees it; a mark behind it shows it."""
        return look.dust or (look.white and not look.ringed and self._bare)

    @cached_property
    def _bare(self) -> bool:
        return self._styles.are_on_bare_paper(self._root)

    def _cell(self, element: etree._Element) -> None:
        width = max(count_of(element, "number-columns-spanned"), 1)
        height = count_of(element, "number-rows-spanned")
        for _ in range(min(count_of(element, "number-columns-repeated"), MAX_REPEATED) - 1):
            self._writer.begin_cell()
        self._writer.begin_cell(width, height)

    def _is_only_drawn(self, drawing: etree._Element) -> bool:
        """Take down a drawing without words as a sign where it stands; it may be seen elsewhere."""
        self._writer.pictures += sum(1 for _ in drawing.iter("{*}image"))
        if says(drawing):
            return False
        parent = drawing.getparent()
        in_words = parent is not None and _name(parent) in _WORDS
        self._loose += is_loose(drawing) or not in_words
        if in_words:
            self._writer.add(INK)
        return True


def _is_gone(element: etree._Element) -> bool:
    """Whether an element is not shown, whatever it holds."""
    hidden = _name(element) == "section" and value_of(element, "display") == "none"
    return _name(element) in _UNSAID or hidden


def _nothing(_: etree._Element) -> None:
    """An element that is only around others."""


def _nothing_ends() -> None:
    """The same, at its end."""
