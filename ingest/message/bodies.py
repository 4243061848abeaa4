"""The mail's own text, for people: from text/plain or HTML, whatever its charset claims.
Markup is only stripped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html.parser import HTMLParser

from ingest.message.charsets import decode
from ingest.message.embedded import split_text
from ingest.message.structure import Entity, RawMail
from ingest.message.transfer import is_file_start

MAX_TEXT = 20_000
"""Characters of body text that are kept."""
MAX_HTML = 512 * 1024
"""Bytes of one body part that are looked at."""

_HIDDEN = frozenset({"script", "style", "head", "title"})
_BLOCKS = frozenset(
    {"p", "div", "br", "tr", "li", "table", "h1", "h2", "h3", "h4", "blockquote", "hr"},
)


class _Stripper(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.hidden += tag in _HIDDEN
        if tag in _BLOCKS:
            self.pieces.append("\n")
        elif tag == "td":
            self.pieces.append("\t")

    def handle_endtag(self, tag: str) -> None:
        self.hidden = max(0, self.hidden - (tag in _HIDDEN))
        if tag in {"p", "div", "tr"}:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.pieces.append(data)


def html_text(markup: str) -> str:
    """Readable text of an HTML body."""
    stripper = _Stripper()
    try:
        stripper.feed(markup[:MAX_HTML])
        stripper.close()
    except (AssertionError, ValueError):  # the parser's own signs of markup it cannot follow
        pass
    return tidy("".join(stripper.pieces))


def _is_shown(char: str) -> bool:
    """Neither a control character nor half of a surrogate pair."""
    return char >= " " and char != "\x7f" and not "\ud800" <= char <= "\udfff"


def tidy(text: str) -> str:
    """Text without control characters, with at most one empty line in a row."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
    text = "".join(char for char in text if char in "\n\t" or _is_shown(char))
    lines = (re.sub(r"[ \t]+", " ", line).strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def is_body(leaf: Entity, raw: RawMail) -> bool:
    """Whether a leaf is the mail's own text and not an attached file, whatever it is called."""
    named_text = (
        leaf.media_type in {"text/plain", "text/html"}
        and leaf.disposition != "attachment"
        and not leaf.name
        and not leaf.problem
    )
    return named_text and not is_file_start(leaf.head(raw))


def body_text(leaves: Iterable[Entity], raw: RawMail) -> str:
    """The mail's text, at most 20,000 characters: the plain parts, else the HTML ones."""
    bodies = [leaf for leaf in leaves if is_body(leaf, raw)]
    texts = (_words(leaf, raw) for leaf in bodies if leaf.media_type == "text/plain")
    plain = "\n\n".join(map(tidy, texts)).strip()
    if plain:
        return plain[:MAX_TEXT]
    return "\n\n".join(
        html_text(leaf.text(raw, MAX_HTML)) for leaf in bodies if leaf.media_type == "text/html"
    ).strip()[:MAX_TEXT]


def _words(leaf: Entity, raw: RawMail) -> str:
    """The text without the files that stand in it."""
    return decode(split_text(leaf.content(raw)).text[:MAX_HTML], leaf.charset)


def body_html(leaves: Iterable[Entity], raw: RawMail) -> str:
    """The markup of the HTML bodies, for what only shows there:
    links to files kept elsewhere, embedded pictures.
    """
    marked_up = (leaf for leaf in leaves if is_body(leaf, raw) and leaf.media_type == "text/html")
    return "\n".join(leaf.text(raw, MAX_HTML) for leaf in marked_up)
