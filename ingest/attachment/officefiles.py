"""Files that were put as objects into a document of Word or Excel: shown there as an icon or a
picture, opened by two clicks. Workbooks behind charts and formulas are none.

What cannot be taken out of an old document is told.
"""

from __future__ import annotations

import binascii
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

import olefile

from ingest.attachment.identify import OLE_ERRORS, PAPERS, identify
from ingest.attachment.limits import MAX_DIRECTORY, Budget
from ingest.attachment.members import (
    DAMAGE,
    NO_ENTRIES,
    Member,
    member_of,
    read_limited,
    unique,
)
from ingest.attachment.zipnames import entry_name, open_zip
from ingest.message.charsets import decode
from ingest.message.filenames import safe_name
from ingest.reading import Fate, Kind

PACKAGES = frozenset({Kind.DOCX, Kind.DOTX, Kind.DOCM, Kind.XLSX, Kind.OFFICE})
OLD = frozenset({Kind.DOC, Kind.WPS, Kind.XLS})
LEFT_INSIDE = "文档里以对象嵌入的文件, 不能自动取出, 由人工查看; 请作为普通附件重新发送"

_FILES = PAPERS | {Kind.JPEG}
_UNREADABLE = (*DAMAGE, *OLE_ERRORS, RuntimeError, NotImplementedError)
_MOST_OBJECTS = 50
_MOST_NAME = 1_000
_EMBEDDED = re.compile(r"(?:^|/)embeddings/[^/]+$", re.IGNORECASE)
_OF_A_CHART = re.compile(r"(?:^|/)charts/_rels/[^/]+\.rels$", re.IGNORECASE)
_TARGET = re.compile(rb"embeddings[/\\]([^/\\\"'<>]{1,200})[\"']", re.IGNORECASE)
_PAPER = re.compile(
    r"\.(?:docx?|docm|wps|rtf|xlsx?|et|od[ts]|pdf|ofd|jpe?g|zip|rar|7z)$", re.IGNORECASE
)
_OBJECT_DATA = re.compile(rb"\\objdata[ \r\n]*([0-9a-fA-F\s]+)")
_BLANKS = re.compile(rb"\s+")
_NATIVE = "\x01ole10native"
_WHOLE = frozenset({"package", "contents", "embeddedodf"})
"""Streams that hold a whole file: a package, a paper of Acrobat, one of LibreOffice."""
_POOLS = ("ObjectPool".encode("utf-16-le"), "MBD".encode("utf-16-le"))
"""Storages in which Word and Excel keep objects."""
_LAID_OUT = ("00020906-", "00020907-", "00020820-", "00020810-")
"""Class identifiers of papers that are laid out in storages: Word's and Excel's."""


def files_in_office(kind: Kind, data: bytes, budget: Budget) -> Iterator[Member]:
    """The documents and archives among the objects."""
    try:
        if kind in PACKAGES and b"mbeddings" in data:
            yield from _taken(_in_package(data, budget), budget)
        elif kind is Kind.RTF and b"\\objdata" in data:
            yield from _taken(_in_rich_text(data), budget)
        elif kind in OLD and any(pool in data for pool in _POOLS):
            yield from _taken(_in_old(data), budget)
    except _UNREADABLE:
        return  # what the document says is told where it is read


class _Found(NamedTuple):
    name: str
    content: bytes | None  #: None where there is too much of it
    inside: bool = False  #: laid out in storages, from which it cannot be taken


def _taken(found: Iterable[_Found], budget: Budget) -> Iterator[Member]:
    seen = set[str]()
    for number, each in enumerate(found, 1):
        path = unique(each.name or f"对象{number}", seen)
        if not budget.take_entry():
            yield Member(path, fate=Fate.LIMIT, reason=NO_ENTRIES)
            return
        if each.inside:
            yield Member(path, fate=Fate.UNSUPPORTED, reason=LEFT_INSIDE)
        else:
            yield member_of(path, each.content, budget)


def _in_package(data: bytes, budget: Budget) -> Iterator[_Found]:
    if data.count(b"PK\x01\x02") > MAX_DIRECTORY:
        return
    with open_zip(data) as archive:
        members = {entry_name(info): info for info in archive.infolist()}
        charts = [info for name, info in members.items() if _OF_A_CHART.search(name)]
        behind = _behind(archive, charts[:_MOST_OBJECTS])
        embedded = [(name, info) for name, info in members.items() if _EMBEDDED.search(name)]
        for name, info in embedded[:_MOST_OBJECTS]:
            own = safe_name(name.rpartition("/")[2])
            if own.lower() in behind:
                continue
            try:
                with archive.open(info) as stream:
                    content = read_limited(stream, budget.most(info.compress_size))
                found = list(_files_of(own, content))
            except _UNREADABLE:
                found = [_Found(own, b"", inside=True)]
            yield from found


def _behind(archive: zipfile.ZipFile, charts: Iterable[zipfile.ZipInfo]) -> frozenset[str]:
    """Names of the workbooks that charts are drawn from."""
    said = (archive.open(info).read(64 * 1024) for info in charts)
    return frozenset(decode(each).lower() for text in said for each in _TARGET.findall(text))


def _files_of(name: str, content: bytes | None) -> Iterator[_Found]:
    if content is None or identify(content, name) in _FILES:
        yield _Found(name, content)
    elif content.startswith(olefile.MAGIC):
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            yield from _in_streams(ole)


def _in_old(data: bytes) -> Iterator[_Found]:
    with olefile.OleFileIO(io.BytesIO(data)) as ole:
        yield from _in_streams(ole)
        for path in ole.listdir(streams=False, storages=True)[:MAX_DIRECTORY]:
            if str(ole.getclsid(path)).upper().startswith(_LAID_OUT):
                yield _Found("", b"", inside=True)


def _in_streams(ole: olefile.OleFileIO) -> Iterator[_Found]:
    """Files that lie whole in a stream of an object."""
    for path in ole.listdir()[:MAX_DIRECTORY]:
        last = path[-1].lower()
        if last not in _WHOLE and last != _NATIVE:
            continue
        content = ole.openstream(path).read()
        label = _label(content) if last == _NATIVE else ""
        name, content = native_file(content) if last == _NATIVE else ("", content)
        if identify(content, name) in _FILES:
            yield _Found(name, content)
        elif not content and _PAPER.search(label):
            yield _Found(label, b"", inside=True)


def _in_rich_text(data: bytes) -> Iterator[_Found]:
    for match in islice(_OBJECT_DATA.finditer(data), _MOST_OBJECTS):
        digits = _BLANKS.sub(b"", match[1])
        native = _native_of(binascii.unhexlify(digits[: len(digits) // 2 * 2]))
        name, content = native_file(bytes(4) + native)
        yield from _files_of(name, content or native)


def _native_of(data: bytes) -> bytes:
    """The object's own data behind its header, three texts and their lengths ([MS-OLEDS] 2.2.5)."""
    position = 8
    for _ in range(3):
        position += 4 + int.from_bytes(data[position : position + 4], "little")
    size = int.from_bytes(data[position : position + 4], "little")
    return data[position + 4 : position + 4 + size]


def native_file(data: bytes) -> tuple[str, bytes]:
    """Name and content of what the Object Packager put into a stream ([MS-OLEDS] 2.3.6); nothing
    where its lengths do not fit.
    """
    _, position = _text(data, 6)
    _, position = _text(data, position)
    _, position = _text(data, position + 8)
    size = int.from_bytes(data[position : position + 4], "little")
    content = data[position + 4 : position + 4 + size]
    return (_label(data), content) if size and len(content) == size else ("", b"")


def _label(data: bytes) -> str:
    """What the Object Packager calls the file, also where its lengths do not fit."""
    return safe_name(decode(_text(data, 6)[0]))


def _text(data: bytes, start: int) -> tuple[bytes, int]:
    end = data.find(b"\0", start, start + _MOST_NAME)
    return (data[start:end], end + 1) if end >= 0 else (b"", len(data))
