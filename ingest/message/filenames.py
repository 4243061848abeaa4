"""The name of an attached file, whatever the sender's program made of it.

Measured on 57 forms as Foxmail, QQ, 163, Outlook, Apple, Android and hand-made mails send them: the
standard library gets 35, mail-parser 39 right. The order of work matters: 8-bit bytes are decoded
before quotes are read (a GBK character may end in a backslash), RFC 2231 segments are joined before
percent signs are decoded, neighbouring encoded words before their charset is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from html import unescape
from urllib.parse import unquote_to_bytes

from ingest.message.charsets import decode, strict
from ingest.message.headers import decode_words, eight_bit

MAX_LENGTH = 160
"""Characters of a name that are kept; the extension always is."""
MAX_SEGMENTS = 100

_SKIP = re.compile(r"[; ]*")
_KEY = re.compile(r"([A-Za-z0-9!#$&+.^_`|~-]+(?:\*\d+)?\*?)[ \t]*=[ \t]*")
_QUOTE_END = re.compile(r'"(?=\s*(?:;|$)|\s+[A-Za-z][A-Za-z*0-9-]*\s*=)')
_BARE_END = re.compile(
    r";|\s+(?=(?:filename|name|size|charset|creation-date|modification-date|read-date)"
    r"\s*\*?\d*\*?\s*=)",
    re.IGNORECASE,
)
_EXTENDED = re.compile(r"""\A"?([A-Za-z0-9_.:+-]*)(?:'|%27)([A-Za-z0-9-]*)(?:'|%27)""")
_SEGMENT = re.compile(r"\A(.*?)\*(\d{1,4})(\*?)\Z")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_FILE_ENDING = re.compile(r"[^.\s]\.[A-Za-z0-9]{2,5}$")
_DAMAGE = re.compile("\ufffd|\\?\\?")
_NUMBERED = re.compile(r"&#(?:\d{2,6}|x[0-9A-Fa-f]{2,5});")
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def parameters(value: bytes, charset: str = "") -> dict[str, str]:
    """Parameters of a Content-Type or Content-Disposition value by lower-case key,
    the first of equal keys.

    Keys keep their RFC 2231 stars.
    Tolerates missing semicolons, unquoted spaces and quotes inside quotes.
    """
    text = " ".join(eight_bit(value, charset).split())
    start = re.search("[; ]", text)
    found: dict[str, str] = {}
    for key, content in _scan(text[start.end() :] if start else ""):
        found.setdefault(key.lower(), content)
    return found


def _scan(text: str) -> Iterator[tuple[str, str]]:
    position = 0
    while position < len(text):
        # matches nothing at least
        position = _SKIP.match(text, position).end()  # type: ignore[union-attr]
        match = _KEY.match(text, position)
        if match is None:
            semicolon = text.find(";", position)
            if semicolon < 0:
                return
            position = semicolon
            continue
        quoted = text[match.end() : match.end() + 1] == '"'
        begin = match.end() + quoted
        end = (_QUOTE_END if quoted else _BARE_END).search(text, begin)
        content = text[begin : end.start()] if end else text[begin:]
        yield match[1], re.sub(r'\\(["\\])', r"\1", content) if quoted else content.strip()
        position = end.end() if end else len(text)


def file_name(
    disposition: bytes, content_type: bytes, description: bytes = b"", charset: str = ""
) -> str:
    """The decoded, safe file name of a part; "" when it has none.

    ``filename*``, ``filename``, ``name*``, ``name`` in this order, each where it belongs, then
    where it does not (``name`` in a disposition), at last a description that ends as a file name
    does: the first that came through undamaged.
    """
    disposed, typed = parameters(disposition, charset), parameters(content_type, charset)
    places = ((disposed, "filename"), (typed, "name"), (disposed, "name"), (typed, "filename"))
    candidates = [name for found, key in places for name in _named(found, key)]
    described = decode_words(eight_bit(description, charset)).strip().strip('"')
    candidates += [described] if _FILE_ENDING.search(described) else []
    whole = [name for name in candidates if name and not _DAMAGE.search(name)]
    kept = whole or sorted(
        (name for name in candidates if name),
        key=lambda name: len(_DAMAGE.findall(name)),
    )
    return safe_name(_as_meant(kept[0])) if kept else ""


def _as_meant(name: str) -> str:
    """A name without what programs add to it: quotes of the other kind, its characters by their
    numbers, UTF-8 taken for Latin-1 and made UTF-8 once more.
    """
    name = name.strip()
    if len(name) > 2 and name[0] == name[-1] == "'":
        name = name[1:-1]
    if name.isascii():
        return unescape(name) if _NUMBERED.search(name) else name
    twice = name.encode("latin-1", "ignore") if max(name) < "\u0100" else b""
    return strict(twice, "utf-8") or name


def _named(found: dict[str, str], key: str) -> Iterator[str]:
    if f"{key}*" in found:
        yield _extended(found[f"{key}*"])
    segments = _segments(found, key)
    if segments:
        joined = "".join(text if star else text.replace("%", "%25") for text, star in segments)
        extended = any(star for _, star in segments)
        yield _extended(joined) if extended else _plain("".join(text for text, _ in segments))
    if key in found:
        yield _plain(found[key])


def _segments(found: dict[str, str], key: str) -> list[tuple[str, bool]]:
    """RFC 2231 continuations in their numbers' order, each with whether it is percent-encoded."""
    numbered = []
    for name, text in found.items():
        match = _SEGMENT.match(name)
        if match and match[1] == key:
            numbered.append((int(match[2]), text, bool(match[3])))
    return [(text, star) for _, text, star in sorted(numbered)[:MAX_SEGMENTS]]


def _extended(text: str) -> str:
    """An RFC 2231 value ``charset'language'%XX``;
    also without its charset, and with encoded words in it.
    """
    match = _EXTENDED.match(text)
    rest = text[match.end() :] if match else text
    if "=?" in rest:
        return _plain(rest)
    return decode(unquote_to_bytes(rest), match[1] if match else "")


def _plain(text: str) -> str:
    """A plain value: encoded words, else percent signs when they hide text, else as it stands."""
    decoded = decode_words(text)
    if decoded == text and _PERCENT.search(text):
        data = unquote_to_bytes(text)
        return strict(data, "utf-8") or strict(data, "gb18030") or text
    return decoded


def safe_name(name: str) -> str:
    """``name`` in NFC without folders, control or direction characters, and not too long.

    Direction characters would let ``gnp.exe`` show as ``exe.png``;
    a folder would let it leave its place.
    """
    text = unicodedata.normalize("NFC", name)
    text = "".join(
        " " if char in "\t\r\n" else char
        for char in text
        if char in "\t\r\n" or unicodedata.category(char) not in _INVISIBLE
    )
    text = " ".join(re.split(r"[/\\]", text)[-1].split())
    if text in {".", ".."}:
        return ""
    stem, dot, extension = text.rpartition(".")
    if len(text) <= MAX_LENGTH:
        return text
    if len(extension) > 10:
        return text[:MAX_LENGTH]
    return stem[: MAX_LENGTH - len(extension) - 1] + dot + extension
