"""The package of an Office file (.docx, .xlsx): its parts by name, what they refer to, its limits.

The only module that imports ``docx``, for the rules by which names of parts are made; python-docx
itself opens and parses every part, which took most of the time (measured: 5 of 7 ms), and refuses
packages whose other parts dangle (``word/NULL`` of WPS), which Word opens. What is written in the
parts is ``word.py`` and ``sheetmarks.py``.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from functools import cached_property

from docx.exceptions import PythonDocxError
from docx.opc.exceptions import OpcError
from docx.opc.packuri import PACKAGE_URI, PackURI
from lxml import etree

MAX_UNPACKED = 200 * 1024 * 1024  #: bytes of all members together, as their directory declares them
MAX_MAIN_PART = 48 * 1024 * 1024  #: bytes of word/document.xml
MAX_MEMBERS = 5_000

BROKEN = (
    PythonDocxError,
    OpcError,
    etree.LxmlError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    AssertionError,
    NotImplementedError,
    RuntimeError,
)
"""What python-docx, zipfile and lxml were seen to raise on broken packages
(RuntimeError: an encrypted member).
"""
_USUAL = ("/word/document.xml", "/xl/workbook.xml")
_RELATIONSHIP = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")


class PackageLimitError(Exception):
    """The file is larger than anything a form can be."""


@dataclass(frozen=True)
class Relation:
    """One reference from a part to another."""

    kind: str  #: last word of its type: ``officeDocument``, ``styles``, ``aFChunk``
    target: str  #: name of a part; "" when it is elsewhere


class Package:
    """The parts of an opened package. Names are compared as Word does: without case, with either
    slash, with or without one in front.

    Raises:
        PackageLimitError: it unpacks to more than the limits.
    """

    def __init__(self, data: bytes) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(data))
        members = self._archive.infolist()
        self._members = {_key(info.filename): info for info in reversed(members)}
        # a cap: zipfile never unpacks more of a member than its directory entry declares
        texts = (info.file_size for name, info in self._members.items() if _is_text(name))
        unpacked = sum(info.file_size for info in members)
        if (
            len(members) > MAX_MEMBERS
            or unpacked > MAX_UNPACKED
            or max(texts, default=0) > MAX_MAIN_PART
        ):
            raise PackageLimitError

    def read(self, name: str) -> bytes | None:
        """The bytes of a part, None when there is no such part."""
        info = self._members.get(_key(name))
        return None if info is None else self._archive.read(info)

    def xml(self, name: str) -> etree._Element | None:
        """The root of a part; None when it is not there or no XML."""
        data = self.read(name)
        try:
            return None if data is None else parse(data)
        except etree.LxmlError:
            return None

    def relations(self, part: str) -> dict[str, Relation]:
        """What a part (``/`` is the package) refers to, by identifier."""
        uri = PACKAGE_URI if part == "/" else PackURI(f"/{part.lstrip('/')}")
        root = self.xml(uri.rels_uri.membername)
        found = {}
        for each in root if root is not None else ():
            kind, target = (value(each, name) for name in ("Type", "Target"))
            outside = value(each, "TargetMode") == "External"
            name = "" if outside else PackURI.from_rel_ref(uri.baseURI, target.replace("\\", "/"))
            found[value(each, "Id")] = Relation(kind.rpartition("/")[2], name)
        return found

    @cached_property
    def main_name(self) -> str:
        """The main part; Word's or Excel's usual one when the package does not say which it is."""
        try:
            told = (each.target for each in self.relations("/").values() if _is_document(each))
            name = next(told)
        except (*BROKEN, StopIteration):
            name = ""
        if name and _key(name) in self._members:
            return name
        return next((usual for usual in _USUAL if _key(usual) in self._members), _USUAL[0])

    def main(self) -> etree._Element:
        """The root of the main part. Raises KeyError or an error of lxml."""
        data = self.read(self.main_name)
        if data is None:
            raise KeyError(self.main_name)
        return parse(data)

    @cached_property
    def main_relations(self) -> dict[str, Relation]:
        """What the main part refers to; nothing when its references cannot be followed."""
        try:
            return self.relations(self.main_name)
        except BROKEN:
            return {}

    def related(self, kind: str) -> etree._Element | None:
        """The root of the part that the main part names as its ``styles``, ``numbering`` ..."""
        targets = (each.target for each in self.main_relations.values() if each.kind == kind)
        folder = self.main_name.rpartition("/")[0]
        return self.xml(next(targets, f"{folder}/{kind}.xml"))

    def names(self) -> tuple[str, ...]:
        """The parts' names in small letters."""
        return tuple(self._members)

    def notes(self) -> tuple[str, ...]:
        """Macros, and pictures or templates fetched from elsewhere; neither is run nor fetched."""
        told = ("word/_rels/document.xml.rels", "word/_rels/settings.xml.rels")
        tags = _RELATIONSHIP.findall(b"".join(self.read(name) or b"" for name in told))
        external = [tag for tag in tags if b'"External"' in tag and b"/hyperlink" not in tag]
        macros = any(name.endswith("vbaproject.bin") for name in self._members)
        return (
            *(["文件带有宏(没有运行)"] if macros else []),
            *(["文件引用了外部链接(没有打开)"] if external else []),
        )


def _key(name: str) -> str:
    return posixpath.normpath("/" + name.replace("\\", "/")).lstrip("/").lower()


def _is_text(name: str) -> bool:
    return name.endswith((".xml", ".rels"))


def _is_document(relation: Relation) -> bool:
    return relation.kind == "officeDocument" and bool(relation.target)


def parse(xml: bytes) -> etree._Element:
    """The root of an XML text; no entity is fetched or expanded. Raises errors of lxml."""
    return etree.fromstring(
        xml,
        etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False),
    )


def name_of(element: etree._Element) -> str:
    """The tag without its namespace, for strict OOXML has another one."""
    # a comment's tag is a function: its name matches nothing
    return str(element.tag).rpartition("}")[2]


def value(element: etree._Element, name: str) -> str:
    """The attribute called ``name`` in whatever namespace; "" when there is none."""
    behind = f"}}{name}"
    for key, said in element.attrib.items():
        if key == name or str(key).endswith(behind):
            return str(said)
    return ""


def child(element: etree._Element | None, *path: str) -> etree._Element | None:
    """The first child of that name, and so on down the path."""
    for name in path:
        if element is None:
            return None
        element = next((each for each in element if name_of(each) == name), None)
    return element


def is_on(element: etree._Element | None) -> bool:
    """Whether a switch is there and not set off."""
    return element is not None and value(element, "val") not in {"0", "false", "off", "none"}
