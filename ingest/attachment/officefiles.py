"""Files that were put as objects into a document of Word, Excel or LibreOffice: shown there as an
icon or a picture, opened by two clicks. Workbooks behind charts and formulas are none.

What cannot be taken out of an old document is told.
"""

from __future__ import annotations

import binascii
import io
import re
import zipfile
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import NamedTuple, TypeVar

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
OPEN = frozenset({Kind.ODT, Kind.ODS})
LEFT_INSIDE = "文档里以对象嵌入的文件, 不能自动取出, 由人工查看; 请作为普通附件重新发送"

_Members = dict[str, zipfile.ZipInfo]
_FILES = PAPERS | {Kind.JPEG}
_PACKED = _FILES | {Kind.PNG, Kind.IMAGE, Kind.HTML, Kind.CSV, Kind.TEXT, Kind.OFFICE}
"""What somebody may have put in by its name; programs and sounds are no papers."""
_UNREADABLE = (*DAMAGE, *OLE_ERRORS, RuntimeError, NotImplementedError)
_MOST_OBJECTS = 500
"""Looked at in one document; what comes behind them is told."""
_MOST_NAME = 1_000
_EMBEDDED = re.compile(r"(?:^|/)embeddings/[^/]+$", re.IGNORECASE)
_NAMED = re.compile(b"mbeddings|MBEDDINGS")
_OF_A_CHART = re.compile(r"(?:^|/)charts/_rels/[^/]+\.rels$", re.IGNORECASE)
_TARGET = re.compile(rb"embeddings[/\\]([^/\\\"'<>]{1,200})[\"']", re.IGNORECASE)
_PAPER = re.compile(
    r"\.(?:docx?|docm|wps|rtf|xlsx?|et|od[ts]|pdf|ofd|jpe?g|zip|rar|7z)$", re.IGNORECASE
)
_OPEN_OBJECT = re.compile(r"((?:[^/]+/)*[^/]+)/content\.xml")
_BESIDE = re.compile(r"(?:^|/)(?:ObjectReplacements|Thumbnails|META-INF|Configurations2)/")
"""Folders of an OpenDocument package that hold nothing anybody put in."""
_BODY = re.compile(rb"<(?:\w+:)?body[^>]*>\s*<(?:\w+:)?(text|spreadsheet)\b")
_MANIFEST = "META-INF/manifest.xml"
_LISTED = (
    b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    b'<manifest:file-entry manifest:full-path="/" manifest:media-type="%s"/></manifest:manifest>'
)
_INLINE = re.compile(rb"object-ole\b[^>]*>\s*<(?:\w+:)?binary-data>([^<]+)<")
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
    find = _finder(kind)
    try:
        looking = replace(budget)  # what is looked at and is no file has its bounds, too
        yield from _taken(find(data, looking) if find is not None else (), budget)
    except _UNREADABLE:
        return  # what the document says is told where it is read


_Find = Callable[[bytes, Budget], Iterable["_Found"]]
_T = TypeVar("_T")


def _finder(kind: Kind) -> _Find | None:
    finders: tuple[tuple[frozenset[Kind], _Find], ...] = (
        (PACKAGES, _in_package),
        (OLD, _in_old),
        (OPEN, _in_open_document),
        (frozenset({Kind.RTF}), _in_rich_text),
    )
    return next((find for kinds, find in finders if kind in kinds), None)


class _Found(NamedTuple):
    name: str
    content: bytes | None  #: None where there is too much of it
    inside: bool = False  #: laid out in storages, from which it cannot be taken
    more: bool = False  #: stands for all that were not looked at


def _in_each(places: Iterable[_T], find: Callable[[_T], Iterable[_Found]]) -> Iterator[_Found]:
    rest = iter(places)
    for place in islice(rest, _MOST_OBJECTS):
        yield from find(place)
    if next(rest, None) is not None:
        yield _Found("其余对象", None, more=True)


def _taken(found: Iterable[_Found], budget: Budget) -> Iterator[Member]:
    seen = set[str]()
    for number, each in enumerate(found, 1):
        path = unique(each.name or f"对象{number}", seen)
        if each.more or not budget.take_entry():
            yield Member(path, fate=Fate.LIMIT, reason=NO_ENTRIES)
            return
        if each.inside:
            yield Member(path, fate=Fate.UNSUPPORTED, reason=LEFT_INSIDE)
        else:
            yield member_of(path, each.content, budget)


def _in_package(data: bytes, budget: Budget) -> Iterator[_Found]:
    if _NAMED.search(data) is None or data.count(b"PK\x01\x02") > MAX_DIRECTORY:
        return
    with open_zip(data) as archive:
        members = {entry_name(info): info for info in archive.infolist()}
        charts = (info for name, info in members.items() if _OF_A_CHART.search(name))
        behind = _behind(archive, islice(charts, _MOST_OBJECTS))
        embedded = (info for name, info in members.items() if _EMBEDDED.search(name))
        yield from _in_each(embedded, lambda info: _in_member(archive, info, behind, budget))


def _in_member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, behind: Container[str], budget: Budget
) -> list[_Found]:
    own = safe_name(entry_name(info).rpartition("/")[2])
    if own.lower() in behind:
        return []
    try:
        return list(_files_of(own, _unpacked(archive, info, budget)))
    except _UNREADABLE:
        return [_Found(own, b"", inside=True)]


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


def _in_open_document(data: bytes, budget: Budget) -> Iterator[_Found]:
    """Objects of an OpenDocument text or workbook: packages of its own kind laid out in folders,
    and whole files of other programs.
    """
    if not data.startswith(b"PK"):
        yield from _in_flat(data)
    elif data.count(b"PK\x01\x02") <= MAX_DIRECTORY:
        with open_zip(data) as archive:
            members = {entry_name(info): info for info in archive.infolist()}
            found = (match[1] for name in members if (match := _OPEN_OBJECT.fullmatch(name)))
            yield from _in_each(found, lambda each: _laid_out(archive, members, each, budget))
            whole = (name for name in members if not _is_own(name))
            yield from _in_each(whole, lambda each: _whole(archive, members, each, budget))


def _in_flat(data: bytes) -> Iterator[_Found]:
    codes = enumerate(_INLINE.finditer(data), 1)
    yield from _in_each(
        codes, lambda each: _files_of(f"对象{each[0]}", binascii.a2b_base64(each[1][1]))
    )


def _whole(
    archive: zipfile.ZipFile, members: _Members, name: str, budget: Budget
) -> Iterator[_Found]:
    """A member that is a file of its own; a photograph in a folder is of the text."""
    content = _unpacked(archive, members[name], budget)
    picture = content is not None and identify(content, "") is Kind.JPEG
    if not picture or "/" not in name:
        yield from _files_of(safe_name(name.rpartition("/")[2]), content)


def _is_own(name: str) -> bool:
    """Whether a member is of the package, or of an object laid out in it."""
    return name.endswith(("/", ".xml", ".rdf", "mimetype")) or bool(_BESIDE.search(name))


def _laid_out(
    archive: zipfile.ZipFile, members: _Members, folder: str, budget: Budget
) -> Iterator[_Found]:
    """The text or workbook in a folder, as a package; charts, formulas and drawings are none."""
    content = _unpacked(archive, members[f"{folder}/content.xml"], budget)
    kind = _BODY.search(content) if content is not None else None
    if content is None or kind is None:
        return
    media_type = b"application/vnd.oasis.opendocument." + kind[1]
    parts = {"mimetype": media_type, "content.xml": content, _MANIFEST: _LISTED % media_type}
    if (looks := members.get(f"{folder}/styles.xml")) is not None:
        parts["styles.xml"] = _unpacked(archive, looks, budget) or b"<styles/>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, data in parts.items():
            package.writestr(name, data)
    extension = "odt" if kind[1] == b"text" else "ods"
    yield _Found(f"{safe_name(folder.rpartition('/')[2])}.{extension}", out.getvalue())


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> bytes | None:
    with archive.open(info) as stream:
        content = read_limited(stream, budget.most(info.compress_size))
    budget.spend(len(content or b""))
    return content


def _in_old(data: bytes, budget: Budget) -> Iterator[_Found]:
    del budget
    if not any(pool in data for pool in _POOLS):
        return
    with olefile.OleFileIO(io.BytesIO(data)) as ole:
        yield from _in_streams(ole)
        for path in ole.listdir(streams=False, storages=True)[:MAX_DIRECTORY]:
            if str(ole.getclsid(path)).upper().startswith(_LAID_OUT):
                yield _Found("", b"", inside=True)


def _in_streams(ole: olefile.OleFileIO) -> Iterator[_Found]:
    """Files that lie whole in a stream of an object."""
    for path in ole.listdir()[:MAX_DIRECTORY]:
        last = path[-1].lower()
        if last in _WHOLE:
            content = ole.openstream(path).read()
            if identify(content, "") in _FILES:
                yield _Found("", content)
        elif last == _NATIVE:
            yield from _packed_in(ole.openstream(path).read())


def _packed_in(stream: bytes) -> Iterator[_Found]:
    """What the Object Packager packed, told by its name where it was cut off."""
    name, content = native_file(stream)
    if identify(content, name) in _PACKED:
        yield _Found(name, content)
    elif not content and _PAPER.search(label := _label(stream)):
        yield _Found(label, b"", inside=True)


def _in_rich_text(data: bytes, budget: Budget) -> Iterator[_Found]:
    del budget
    yield from _in_each(_OBJECT_DATA.finditer(data), _in_digits)


def _in_digits(match: re.Match[bytes]) -> Iterator[_Found]:
    digits = _BLANKS.sub(b"", match[1])
    native = _native_of(binascii.unhexlify(digits[: len(digits) // 2 * 2]))
    name, content = native_file(bytes(4) + native)
    if content and identify(content, name) in _PACKED:
        yield _Found(name, content)
    else:
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
