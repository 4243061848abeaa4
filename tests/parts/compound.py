"""OLE2 files with storages in storages, and Outlook messages in them, put together byte by byte."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from itertools import pairwise
from typing import TypeAlias

Tree: TypeAlias = "Mapping[str, bytes | Tree]"
"""Streams by name; a mapping is a storage."""

_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SECTOR, _MINI, _CUT = 512, 64, 4096


def ole(tree: Tree) -> bytes:
    """The file."""
    return _Writer().write(tree)


class _Writer:
    def __init__(self) -> None:
        self.fat: list[int] = []
        self.sectors = b""
        self.mini_fat: list[int] = []
        self.mini = b""
        self.entries: list[bytes] = []

    def _chain(self, data: bytes) -> int:
        if not data:
            return _END
        first = len(self.fat)
        count = -(-len(data) // _SECTOR)
        self.fat += [first + step + 1 for step in range(count - 1)] + [_END]
        self.sectors += data.ljust(count * _SECTOR, b"\0")
        return first

    def _mini_chain(self, data: bytes) -> int:
        if not data:
            return _END
        first = len(self.mini_fat)
        count = -(-len(data) // _MINI)
        self.mini_fat += [first + step + 1 for step in range(count - 1)] + [_END]
        self.mini += data.ljust(count * _MINI, b"\0")
        return first

    def _add(self, tree: Tree) -> int:
        """Number of the first child of a storage; siblings hang on each other's right."""
        numbers = []
        for name, content in tree.items():
            numbers.append(len(self.entries))
            self.entries.append(b"")
            if isinstance(content, bytes):
                start = (self._mini_chain if len(content) < _CUT else self._chain)(content)
                self.entries[numbers[-1]] = _entry(name, 2, _FREE, start, len(content))
            else:
                self.entries[numbers[-1]] = _entry(name, 1, self._add(content), 0, 0)
        for left, right in pairwise(numbers):
            entry = bytearray(self.entries[left])
            struct.pack_into("<I", entry, 72, right)
            self.entries[left] = bytes(entry)
        return numbers[0] if numbers else _FREE

    def write(self, tree: Tree) -> bytes:
        self.entries.append(b"")
        child = self._add(tree)
        start = self._chain(self.mini)
        self.entries[0] = _entry("Root Entry", 5, child, start, len(self.mini))
        mini_fat = self._chain(b"".join(struct.pack("<I", each) for each in self.mini_fat))
        directory = self._chain(b"".join(self.entries))
        count = 1
        while (len(self.fat) + count) * 4 > count * _SECTOR:
            count += 1
        places = [len(self.fat) + number for number in range(count)]
        self.fat += [_FAT] * count
        table = b"".join(struct.pack("<I", each) for each in self.fat)
        header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
        header += struct.pack(
            "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, count, directory, 0, _CUT,
            mini_fat, -(-len(self.mini_fat) * 4 // _SECTOR), _END, 0,
        )  # fmt: skip
        header += b"".join(struct.pack("<I", place) for place in places).ljust(436, b"\xff")
        return header + self.sectors + table.ljust(count * _SECTOR, b"\xff")


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le")
    return encoded.ljust(64, b"\0") + struct.pack(
        "<HBBIII36xIQ", len(encoded) + 2, kind, 1, _FREE, _FREE, child, start, size
    )


def _properties(values: Mapping[int, int], head: int) -> bytes:
    return bytes(head) + b"".join(
        struct.pack("<IIQ", tag, 6, value) for tag, value in values.items()
    )


def _text(tag: int, text: str, codec: str) -> dict[str, bytes]:
    if codec == "utf-16-le":
        return {f"__substg1.0_{tag:04X}001F": text.encode(codec)}
    return {f"__substg1.0_{tag:04X}001E": text.encode(codec) + b"\0"}


def message(
    files: Mapping[str, bytes | Tree], codec: str = "utf-16-le", *, page: int = 0, head: int = 32
) -> Tree:
    """An Outlook message with these attachments; a mapping is a message attached. With another
    codec its strings are in a code page, as Outlook 2003 wrote them.
    """
    tree: dict[str, bytes | Tree] = {
        "__properties_version1.0": _properties({0x3FFD0003: page} if page else {}, head),
        "__nameid_version1.0": {"__substg1.0_00020102": b""},
        **_text(0x0037, "papers", codec),
        **_text(0x1000, "see within", codec),
    }
    for number, (name, content) in enumerate(files.items()):
        attachment: dict[str, bytes | Tree] = dict(_text(0x3707, name, codec))
        method = 1 if isinstance(content, bytes) else 5
        key = "37010102" if isinstance(content, bytes) else "3701000D"
        attachment[f"__substg1.0_{key}"] = content
        attachment["__properties_version1.0"] = _properties({0x37050003: method}, 8)
        tree[f"__attach_version1.0_#{number:08X}"] = attachment
    return tree
