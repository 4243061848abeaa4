"""How the characters of an old Word file (.doc) look as far as it changes what they say: deleted,
hidden, struck, white, too small, underlined, a symbol. Their own properties before those of their
styles, as Word resolves them ([MS-DOC] 2.4.6).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ingest.document.content import STRUCK, ringed
from ingest.document.editable.symbols import symbol

MAX_STYLES, MAX_CHAIN = 4000, 20

_OPERAND = (1, 1, 2, 4, 2, 2, 0, 3)
_BROKEN = (struct.error, IndexError)


def modifiers(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Single property modifiers (2.2.5, 2.6) with their operands."""
    position = 0
    while position + 2 <= len(raw):
        code = struct.unpack_from("<H", raw, position)[0]
        position += 2
        size = _OPERAND[code >> 13]
        if code == 0xD608:  # sprmTDefTable: two bytes of length, one too many
            size = struct.unpack_from("<H", raw, position)[0] + 1 if position + 2 <= len(raw) else 0
        elif not size:
            size = raw[position] + 1 if position < len(raw) else 0
        if size <= 0:
            return
        yield code, raw[position : position + size]
        position += size


@dataclass(frozen=True)
class Run:
    """What the properties of some characters say."""

    gone: bool = False  #: deleted with tracked changes, or hidden
    struck: bool = False
    capitals: bool = False
    ringed: bool = False  #: underlined, framed or shaded
    white: bool = False  #: seen only on something dark
    dust: bool = False  #: too small to be seen
    symbol: str = ""
    data: int = -1  #: where in the Data stream lies what the character stands for
    is_data: bool = False  #: that is what a form field holds, and no picture

    def shown(self, text: str) -> str:
        """Text with signs for how it looks; white as if the paper were white."""
        if text.strip() and (self.struck or self.dust or self.white):
            return STRUCK
        text = text.upper() if self.capitals else text
        return ringed(text) if self.ringed and text.strip("_＿ \t\n\u3000") else text


_TOGGLES = {
    0x0800: "gone", 0x083C: "hidden",  # sprmCFRMarkDel, sprmCFVanish
    0x0837: "struck", 0x2A53: "struck",  # sprmCFStrike, sprmCFDStrike
    0x083A: "capitals", 0x083B: "capitals",  # sprmCFSmallCaps, sprmCFCaps
    0x0806: "is_data",  # sprmCFData
}  # fmt: skip
_UNDONE = ("hidden", "struck", "capitals")  #: two styles that say the same undo each other
_RINGS = frozenset({0x2A3E, 0x2A0C, 0x6865, 0x2A34})
"""sprmCKul, sprmCHighlight, sprmCBrc80, sprmCKcd: underlined, marked, framed, dotted."""
_AS_STYLE, _OTHER_THAN_STYLE = b"\x80", b"\x81"
_DUST = 2  #: half points: letters nobody can read

Told = Mapping[str, bool | str | int]
"""What properties say of :class:`Run`; what they do not name is left as it was."""


def _told_by(raw: bytes, below: Told) -> dict[str, bool | str | int]:
    told: dict[str, bool | str | int] = {}
    for code, operand in modifiers(raw):
        if code in _TOGGLES:
            name = _TOGGLES[code]
            told[name] = bool(told.get(name)) or _is_on(operand, bool(below.get(name)))
        elif code in _RINGS:
            told["ringed"] = bool(told.get("ringed")) or any(operand)
        elif code == 0x6A09 and len(operand) == 4:  # sprmCSymbol: font, character
            told["symbol"] = symbol(struct.unpack_from("<H", operand, 2)[0])
        elif code == 0x6A03 and len(operand) == 4:  # sprmCPicLocation
            told["data"] = struct.unpack("<i", operand)[0]
        elif code == 0x2A42:  # sprmCIco
            told["white"] = operand == b"\x08"
        elif code == 0x6870:  # sprmCCv
            told["white"] = operand == b"\xff\xff\xff\0"
        elif code == 0x4A43 and len(operand) == 2:  # sprmCHps: half points
            told["dust"] = 0 < struct.unpack("<H", operand)[0] <= _DUST
    return told


def _is_on(operand: bytes, below: bool) -> bool:  # noqa: FBT001 - what the style says
    if operand[:1] in {_AS_STYLE, _OTHER_THAN_STYLE}:
        return below != (operand[:1] == _OTHER_THAN_STYLE)
    return operand[:1] == b"\1"


class RunLooks:
    """The styles of a file (2.9.271 STSH), asked for the look of characters."""

    def __init__(self, sheet: bytes) -> None:
        self._own: dict[int, tuple[bytes, int]] = {}
        try:
            for number, style in enumerate(_styles(sheet)):
                if style:
                    self._own[number] = _character_part(style)
        except _BROKEN:  # what was read till then holds
            pass
        self.of_run = lru_cache(maxsize=4096)(self._of_run)

    def _style(self, number: int) -> Told:
        chain: list[bytes] = []
        while number in self._own and len(chain) < MAX_CHAIN:
            own, number = self._own[number]
            chain.append(own)
        told: dict[str, bool | str | int] = {}
        for own in reversed(chain):
            told |= _told_by(own, told)
        return told

    def _of_run(self, raw: bytes, paragraph_style: int) -> Run:
        """The look of characters with these properties in a paragraph of this style."""
        below = self._style(paragraph_style)
        named = [operand for code, operand in modifiers(raw) if code == 0x4A30]  # sprmCIstd
        number = struct.unpack("<H", named[-1])[0] if named and len(named[-1]) == 2 else -1
        middle = self._style(number)
        undone = {name: False for name in _UNDONE if below.get(name) and middle.get(name)}
        under = {**below, **middle, **undone}
        told = {**under, **_told_by(raw, under)}
        told["gone"] = bool(told.get("gone")) or bool(told.pop("hidden", False))
        return Run(**told)  # type: ignore[arg-type]


def _styles(sheet: bytes) -> Iterator[bytes]:
    """Each style of the sheet, b"" where a number is not used (2.9.135 LPStd)."""
    head = struct.unpack_from("<H", sheet, 0)[0]
    count, base = struct.unpack_from("<HH", sheet, 2)
    at = 2 + head
    for _ in range(min(count, MAX_STYLES)):
        size = struct.unpack_from("<H", sheet, at)[0]
        style = sheet[at + 2 : at + 2 + size]
        yield struct.pack("<H", base) + style if size else b""
        at += 2 + size + size % 2


def _character_part(style: bytes) -> tuple[bytes, int]:
    """What a style says of characters, and the style it is based on (2.9.260 STD)."""
    base = struct.unpack_from("<H", style, 0)[0]
    kind = struct.unpack_from("<H", style, 4)[0]
    name = 2 + base
    at = name + 2 + 2 * struct.unpack_from("<H", style, name)[0] + 2
    parts: list[bytes] = []
    while at + 2 <= len(style):
        size = struct.unpack_from("<H", style, at)[0]
        parts.append(style[at + 2 : at + 2 + size])
        at += 2 + size + size % 2
    which = {1: 1, 2: 0}.get(kind & 0xF, -1)
    return (parts[which] if 0 <= which < len(parts) else b""), kind >> 4


# --- what lies behind letters ---------------------------------------------------------------------

_SHADES_80 = frozenset({0x4866, 0x442D, 0xD609, 0xD60E, 0xD617})
"""sprmCShd80, sprmPShd80, sprmTDefTableShd80 and the two that go on with it."""
_SHADES = frozenset({0xCA71, 0xC64D, 0xD612, 0xD616, 0xD60C})
"""sprmCShd, sprmPShd, sprmTDefTableShd and the two that go on with it."""
_PLAIN_COLOURS = frozenset({b"\0\0\0\xff", b"\xff\xff\xff\0", b"\xff\xff\xff\xff"})


def is_filled(raw: bytes) -> bool:
    """Whether properties of characters, paragraphs or rows put a colour behind letters."""
    for code, operand in modifiers(raw):
        if code in _SHADES_80:
            shades = operand if code in {0x4866, 0x442D} else operand[1:]
            if any(map(_is_shade_80, _in_pieces(shades, 2))):
                return True
        elif code in _SHADES and any(map(_is_shade, _in_pieces(operand[1:], 10))):
            return True
    return False


def _in_pieces(raw: bytes, size: int) -> Iterator[bytes]:
    return (raw[at : at + size] for at in range(0, len(raw) - size + 1, size))


def _is_shade_80(raw: bytes) -> bool:
    """2.9.246 Shd80: colours of the pattern and behind it, the pattern."""
    bits = struct.unpack("<H", raw)[0]
    return bits != 0xFFFF and (bits >> 10 != 0 or bits >> 5 & 31 not in {0, 8})


def _is_shade(raw: bytes) -> bool:
    """2.9.245 Shd."""
    pattern = struct.unpack_from("<H", raw, 8)[0]
    return pattern not in {0, 0xFFFF} or raw[4:8] not in _PLAIN_COLOURS
