"""Transfer encodings taken off, also where a sender's program wrote them oddly or forgot to say so.

Bytes in, bytes out; what the bytes are is not decided here, but for the few first bytes by which a
file is told from text. Linear, never raises.
"""

from __future__ import annotations

import binascii
import re

from ingest.message.headers import unbase64, unquote

FILE_STARTS = (
    b"PK\x03\x04", b"%PDF-", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c", b"{\\rtf", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"\x1f\x8b\x08",
    b"\x78\x9f\x3e\x22", b"II*\0", b"MM\0*",
)  # fmt: skip
"""First bytes that no text of a mail has: of documents, archives and pictures."""

# The same in base64, as far as whole groups of three bytes go.
_ENCODED_STARTS = tuple(
    binascii.b2a_base64(start[: len(start) // 3 * 3], newline=False) for start in FILE_STARTS
)
_BASE64_LINE = re.compile(rb"[> \t]*[A-Za-z0-9+/=]+[! \t]*\r?\Z")
_FIRST_CODE = re.compile(
    rb"^[> \t]*(?=%b)" % b"|".join(map(re.escape, _ENCODED_STARTS)), re.MULTILINE
)
_FOR_URLS = re.compile(rb"[\w=\s-]+", re.ASCII)
"""The alphabet of RFC 4648 section 5, which is safe in links."""
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]+")
_PADDED = re.compile(rb"[A-Za-z0-9+/]+=*")
_SOFT_BREAK = re.compile(rb"=[ \t]*\r?\n")
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{0,300}?)[ \t]*\r*\n", re.MULTILINE)
_UU_LINE = re.compile(rb"[ -`]+")
_STILL = (b"heic", b"heix", b"mif1", b"msf1")


def is_file_start(head: bytes) -> bool:
    """Whether bytes begin as a document, an archive or a picture does."""
    return head.startswith(FILE_STARTS) or (head[4:8] == b"ftyp" and head[8:12] in _STILL)


def decoded(data: bytes, encoding: str) -> bytes:
    """``data`` without the transfer encoding that is named; damaged encodings give what can be had.

    Two lies of sender's programs are seen through: a file sent as it is under the name of an
    encoding, and base64 under none.
    """
    name = re.sub(r"[^a-z0-9]", "", encoding.partition(";")[0].partition("(")[0].lower())
    if name in {"xuuencode", "uuencode", "xuue", "uue"}:
        return _whole_uu(data)
    if is_file_start(data[:16]):
        return data
    if name in {"base64", "xbase64"}:
        return from_base64(data)
    if name == "quotedprintable":
        data = unquote(_SOFT_BREAK.sub(b"", data))
    return from_base64(data) if is_bare_base64(data) else data


def from_base64(data: bytes) -> bytes:
    """Base64 decoded, in pieces where a padded one is followed by more.

    What follows the padding counts only in lines of nothing but base64, so that a footer put under
    the code by a mailing list is no part of the file.
    """
    data = _before_glued_mark(_from_first_code(data))
    if re.search(rb"[-_]", data) and _FOR_URLS.fullmatch(data):
        data = data.translate(_OF_MAILS)
    end = data.find(b"=")
    if end < 0 or not data[end:].strip(b"= \t\r\n"):
        return unbase64(data)
    line = data.rfind(b"\n", 0, end) + 1
    pieces = [data[:line]]
    pieces += (each for each in data[line:].split(b"\n") if _BASE64_LINE.match(each))
    pieces = [_NOT_BASE64.sub(b"", piece) for piece in pieces]
    groups = _PADDED.findall(b"".join(pieces))
    # after a padded piece what is no whole number of groups is a word that looks like base64
    more = (each for each in groups[1:] if len(each) % 4 == 0)
    return b"".join(unbase64(each) for each in (*groups[:1], *more))


_GLUED = re.compile(rb"(?<=[A-Za-z0-9+/=])--\S{1,70}--\s*\Z")
"""A closing line that a gateway hung on the last line of the code."""


def _before_glued_mark(data: bytes) -> bytes:
    tail = max(0, len(data) - 100)
    glued = _GLUED.search(data, tail)
    return data[: glued.start()] if glued else data


_BEFORE_CODE = b"> \t\r\n\0\xef\xbb\xbf"
_OF_MAILS = bytes.maketrans(b"-_", b"+/")


def _from_first_code(data: bytes) -> bytes:
    """The code without words that somebody put in front of it."""
    if data[:64].lstrip(_BEFORE_CODE).startswith(_ENCODED_STARTS):
        return data.lstrip(_BEFORE_CODE)
    first = _FIRST_CODE.search(data, 0, 4096)
    if first is None:
        return data
    before = (line for line in data[: first.start()].split(b"\n") if line.strip())
    return data if all(map(_BASE64_LINE.match, before)) else data[first.end() :]


def is_bare_base64(data: bytes) -> bool:
    """Whether the whole is the base64 of a file, although nothing says so."""
    head = data[:256].lstrip()
    if not head.startswith(_ENCODED_STARTS):
        return False
    return all(_BASE64_LINE.match(line) for line in data.strip().split(b"\n"))


def _whole_uu(data: bytes) -> bytes:
    match = _UU_BEGIN.search(data)
    return from_uu(data, match.end() if match else 0)[0]


def uu_begins(data: bytes) -> list[re.Match[bytes]]:
    """Lines that begin a uuencoded file; group 1 is its raw name."""
    return list(_UU_BEGIN.finditer(data))


def from_uu(data: bytes, start: int) -> tuple[bytes, int, bool]:
    """The file whose uuencoded lines begin at ``start``, where they end, and whether its end was
    there.
    """
    chunks: list[bytes] = []
    position = start
    while position < len(data):
        stop = data.find(b"\n", position)
        stop = len(data) if stop < 0 else stop + 1
        line = data[position:stop].rstrip(b"\r\n")
        if line.strip() == b"end":
            return b"".join(chunks), stop, True
        chunk = _uu_line(line)
        if chunk is None:
            break
        chunks.append(chunk)
        position = stop
    return b"".join(chunks), position, False


def _uu_line(line: bytes) -> bytes | None:
    """One line; None when it is none. Blanks at its end may have been cut off on the way, and some
    programs write one character too many.
    """
    if not line.strip():
        return b""
    count = (line[0] - 32) & 63
    length = (count + 2) // 3 * 4
    missing = length + 1 - len(line)
    if not _UU_LINE.fullmatch(line) or missing < -1 or (missing > 8 and line[:1] != b"M"):
        return None
    body = line[1 : 1 + length].ljust(length)
    try:
        return binascii.a2b_uu(line[:1] + body)
    except binascii.Error:
        return None
