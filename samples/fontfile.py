"""Cuts the glyphs a text needs out of a TrueType collection, for embedding in a PDF.

Source: the OpenType specification (tables cmap format 4, glyf, head, hhea, hmtx, loca, maxp).
Reading one known Debian font is all this is for: no untrusted file comes in here.
"""

from __future__ import annotations

import struct
from pathlib import Path

_STAND_INS = {"☐": "□", "☑": "■"}
"""The font has no ballot boxes: these are drawn, while the text layer keeps the box."""

_COMPOSITE_MORE, _COMPOSITE_WORDS, _SCALE, _SCALE_XY, _SCALE_2X2 = 0x20, 0x01, 0x08, 0x40, 0x80


class FontFile:
    """The first face of a TrueType collection."""

    def __init__(self, path: Path) -> None:
        self.data = path.read_bytes()
        start = struct.unpack_from(">I", self.data, 12)[0]
        count = struct.unpack_from(">H", self.data, start + 4)[0]
        self.tables: dict[str, tuple[int, int]] = {}
        for number in range(count):
            tag, _, offset, length = struct.unpack_from(
                ">4sIII",
                self.data,
                start + 12 + 16 * number,
            )
            self.tables[tag.decode()] = (offset, length)
        self.units = struct.unpack_from(">H", self.table("head"), 18)[0]
        self.long_loca = struct.unpack_from(">h", self.table("head"), 50)[0] == 1
        self.metrics = struct.unpack_from(">H", self.table("hhea"), 34)[0]
        self._cmap = self._format_4()

    def table(self, tag: str) -> bytes:
        """A table's bytes."""
        offset, length = self.tables[tag]
        return self.data[offset : offset + length]

    def _format_4(self) -> bytes:
        cmap = self.table("cmap")
        for number in range(struct.unpack_from(">H", cmap, 2)[0]):
            platform, encoding, offset = struct.unpack_from(">HHI", cmap, 4 + 8 * number)
            if (platform, encoding) == (3, 1) and struct.unpack_from(">H", cmap, offset)[0] == 4:
                return cmap[offset:]
        raise ValueError("the font has no Windows Unicode map of format 4")

    def glyph_of(self, char: str) -> int:
        """The glyph number of a character; 0 when the font has none."""
        code, table = ord(char), self._cmap
        segments = struct.unpack_from(">H", table, 6)[0] // 2
        for number in range(segments):
            end = struct.unpack_from(">H", table, 14 + 2 * number)[0]
            if code <= end:
                start, delta, reach = (
                    struct.unpack_from(
                        ">H",
                        table,
                        16 + 2 * (number + k * segments),
                    )[0]
                    for k in (1, 2, 3)
                )
                if code < start:
                    return 0
                if reach == 0:
                    return int((code + delta) % 65536)
                place = 16 + 2 * (number + 3 * segments) + reach + 2 * (code - start)
                glyph = struct.unpack_from(">H", table, place)[0]
                return int((glyph + delta) % 65536) if glyph else 0
        return 0

    def outline(self, glyph: int) -> bytes:
        """The glyph's entry of the glyf table."""
        loca = self.tables["loca"][0]
        if self.long_loca:
            begin, end = struct.unpack_from(">II", self.data, loca + 4 * glyph)
        else:
            begin, end = (
                2 * half
                for half in struct.unpack_from(
                    ">HH",
                    self.data,
                    loca + 2 * glyph,
                )
            )
        base = self.tables["glyf"][0]
        return self.data[base + begin : base + end]

    def advance(self, glyph: int) -> tuple[int, int]:
        """Advance width and left bearing in font units."""
        hmtx = self.tables["hmtx"][0]
        if glyph < self.metrics:
            width, bearing = struct.unpack_from(">Hh", self.data, hmtx + 4 * glyph)
            return width, bearing
        width = struct.unpack_from(">H", self.data, hmtx + 4 * (self.metrics - 1))[0]
        return width, struct.unpack_from(
            ">h",
            self.data,
            hmtx + 4 * self.metrics + 2 * (glyph - self.metrics),
        )[0]


class Subset:
    """The glyphs used so far, numbered anew in the order of their first use; glyph 0 stays the
    missing one.
    """

    def __init__(self, font: FontFile) -> None:
        self.font = font
        self.glyphs = [0]
        self.numbers: dict[str, int] = {}

    def encode(self, text: str) -> str:
        """The text as the hexadecimal string a content stream shows with this font."""
        return "".join(f"{self._number(char):04X}" for char in text)

    def _number(self, char: str) -> int:
        if char not in self.numbers:
            self.numbers[char] = len(self.glyphs)
            self.glyphs.append(self.font.glyph_of(_STAND_INS.get(char, char)))
        return self.numbers[char]

    def widths(self) -> list[int]:
        """Advance widths in thousandths of an em, by new number."""
        return [self.font.advance(glyph)[0] * 1000 // self.font.units for glyph in self.glyphs]

    def to_unicode(self) -> bytes:
        """The CMap that leads from new numbers back to characters (PDF 1.4, 9.10.3)."""
        pairs = [f"<{number:04X}> <{ord(char):04X}>" for char, number in self.numbers.items()]
        blocks = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
        body = "\n".join(
            f"{len(block)} beginbfchar\n"
            + "\n".join(
                block,
            )
            + "\nendbfchar"
            for block in blocks
        )
        head = "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapName /Sample-UCS def\n/CMapType 2 def\n"
        space = "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        return f"{head}{space}{body}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n".encode()

    def sfnt(self) -> bytes:
        """A TrueType file with these glyphs only."""
        outlines = self._outlines()
        loca, glyf = [0], bytearray()
        for outline in outlines:
            glyf += outline + b"\0" * (-len(outline) % 4)
            loca.append(len(glyf))
        head = bytearray(self.font.table("head"))
        struct.pack_into(">h", head, 50, 1)
        hhea = bytearray(self.font.table("hhea"))
        struct.pack_into(">H", hhea, 34, len(self.glyphs))
        maxp = bytearray(self.font.table("maxp"))
        struct.pack_into(">H", maxp, 4, len(self.glyphs))
        hmtx = b"".join(struct.pack(">Hh", *self.font.advance(glyph)) for glyph in self.glyphs)
        places = struct.pack(f">{len(loca)}I", *loca)
        return _assemble(
            {
                "glyf": bytes(glyf),
                "head": bytes(head),
                "hhea": bytes(hhea),
                "hmtx": hmtx,
                "loca": places,
                "maxp": bytes(maxp),
            }
        )

    def _outlines(self) -> list[bytes]:
        """Outlines by new number; parts of composite glyphs join the end of the list while it is
        walked.
        """
        outlines: list[bytes] = []
        while len(outlines) < len(self.glyphs):
            outlines.append(self._renumbered(self.font.outline(self.glyphs[len(outlines)])))
        return outlines

    def _renumbered(self, outline: bytes) -> bytes:
        if len(outline) < 10 or struct.unpack_from(">h", outline)[0] >= 0:
            return outline
        changed, place, more = bytearray(outline), 10, True
        while more:
            flags, part = struct.unpack_from(">HH", outline, place)
            struct.pack_into(">H", changed, place + 2, len(self.glyphs))
            self.glyphs.append(part)
            place += 8 if flags & _COMPOSITE_WORDS else 6
            place += (
                2
                * bool(
                    flags & _SCALE,
                )
                + 4 * bool(flags & _SCALE_XY)
                + 8 * bool(flags & _SCALE_2X2)
            )
            more = bool(flags & _COMPOSITE_MORE)
        return bytes(changed)


def _checksum(data: bytes) -> int:
    padded = data + b"\0" * (-len(data) % 4)
    words: tuple[int, ...] = struct.unpack(f">{len(padded) // 4}I", padded)
    return sum(words) % 2**32


def _assemble(tables: dict[str, bytes]) -> bytes:
    count = len(tables)
    power = 2 ** (count.bit_length() - 1)
    header = struct.pack(
        ">IHHHH",
        0x00010000,
        count,
        power * 16,
        power.bit_length() - 1,
        (count - power) * 16,
    )
    directory, body, offset = b"", b"", 12 + 16 * count
    for tag, data in sorted(tables.items()):
        directory += struct.pack(
            ">4sIII",
            tag.encode(),
            _checksum(data),
            offset + len(body),
            len(data),
        )
        body += data + b"\0" * (-len(data) % 4)
    return header + directory + body
