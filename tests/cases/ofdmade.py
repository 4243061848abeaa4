"""附件1 of a bureau as an OFD package, put together by hand: text and ruling lines at their places."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

from tests.cases.written import title, zone_rows

_NAMESPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'
_HEIGHT, _LEFT, _MIDDLE, _RIGHT, _SIZE = 8.0, 20.0, 75.0, 190.0, 4.0
_NARROW = 12  #: characters in a line of a label
_WIDE = 26  #: characters in a line of a cell


@dataclass
class Habit:
    """How a program writes OFD."""

    repeated: bool = False  #: DeltaX as ``g n step``
    scaled: bool = False  #: letters of size 1 under a matrix, inside a block
    thin: bool = False  #: rules as thin rectangles
    absolute: bool = False  #: paths with a leading slash
    title_in_template: bool = False
    signed: int = 0
    spread: bool = False  #: every character an object of its own


@dataclass
class _Page:
    objects: list[str] = field(default_factory=list)


def zone_ofd(**habit: bool | int) -> bytes:
    """The filled form."""
    how = Habit(**habit)  # type: ignore[arg-type]
    pages, down = [_Page()], 25.0
    heading = _text(title(), 60.0, 18.0, how)
    if not how.title_in_template:
        pages[0].objects.append(heading)
    for label, text in zone_rows():
        lines = [piece for line in text.split("\n") for piece in _wrapped(line)] or [""]
        height = _HEIGHT + 5.0 * (max(len(lines), -(-len(label) // _NARROW)) - 1)
        if down + height > 280:
            pages.append(_Page())
            down = 25.0
        pages[-1].objects += _row(label, lines, down, height, how)
        down += height
    return _package(pages, heading if how.title_in_template else "", how)


def _wrapped(line: str) -> Iterator[str]:
    for start in range(0, len(line), _WIDE):
        yield line[start : start + _WIDE]


def _row(label: str, lines: list[str], top: float, height: float, how: Habit) -> Iterator[str]:
    for number in range(0, len(label), _NARROW):
        piece = label[number : number + _NARROW]
        yield _text(piece, _LEFT + 2, top + 5.5 + 5 * number / _NARROW, how)
    for number, line in enumerate(lines):
        if line:
            yield _text(line, _MIDDLE + 2, top + 5.5 + 5 * number, how)
    for x in (_LEFT, _MIDDLE, _RIGHT):
        yield _rule(x, top, 0, height, how)
    for y in (top, top + height):
        yield _rule(_LEFT, y, _RIGHT - _LEFT, 0, how)


def _rule(x: float, y: float, width: float, height: float, how: Habit) -> str:
    if how.thin:
        w, h = max(width, 0.2), max(height, 0.2)
        data = f"M 0 0 L {w} 0 L {w} {h} L 0 {h} C"
        kind = 'Fill="true" Stroke="false"'
    else:
        data, kind = f"M 0 0 L {width} {height}", 'LineWidth="0.2"'
    return (
        f'<ofd:PathObject {kind} Boundary="{x} {y} {width + 1} {height + 1}">'
        f"<ofd:AbbreviatedData>{data}</ofd:AbbreviatedData></ofd:PathObject>"
    )


def _text(text: str, x: float, y: float, how: Habit) -> str:
    if how.spread:
        return "".join(_object(char, x + _SIZE * at, y, how) for at, char in enumerate(text))
    return _object(text, x, y, how)


def _object(text: str, x: float, y: float, how: Habit) -> str:
    size = 1.0 if how.scaled else _SIZE
    matrix = f' CTM="{_SIZE} 0 0 {_SIZE} 0 0"' if how.scaled else ""
    steps = len(text) - 1
    deltas = f"g {steps} {size}" if how.repeated else " ".join([str(size)] * steps)
    made = (
        f'<ofd:TextObject ID="9" Boundary="{x} {y - _SIZE} {_SIZE * len(text)} 6" Size="{size}"{matrix}>'
        f'<ofd:TextCode X="0" Y="{size}"{f" DeltaX={chr(34)}{deltas}{chr(34)}" if steps else ""}>'
        f"{escape(text)}</ofd:TextCode></ofd:TextObject>"
    )
    return f"<ofd:PageBlock>{made}</ofd:PageBlock>" if how.scaled else made


def _package(pages: list[_Page], template: str, how: Habit) -> bytes:
    slash = "/" if how.absolute else ""
    signatures = (
        f"<ofd:Signatures>{slash}Doc_0/Signs/Signatures.xml</ofd:Signatures>" if how.signed else ""
    )
    parts = {
        "OFD.xml": f"<ofd:OFD {_NAMESPACE}><ofd:DocBody><ofd:DocRoot>{slash}Doc_0/Document.xml</ofd:DocRoot>"
        f"{signatures}</ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {_NAMESPACE}><ofd:CommonData><ofd:PageArea>"
        "<ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>"
        + ('<ofd:TemplatePage ID="2" BaseLoc="Tpls/Content.xml"/>' if template else "")
        + "</ofd:CommonData><ofd:Pages>"
        + "".join(
            f'<ofd:Page ID="{n}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(len(pages))
        )
        + "</ofd:Pages></ofd:Document>",
    }
    if template:
        parts["Doc_0/Tpls/Content.xml"] = _content(template, "")
    for number, page in enumerate(pages):
        used = '<ofd:Template TemplateID="2"/>' if template and number == 0 else ""
        parts[f"Doc_0/Pages/Page_{number}/Content.xml"] = _content("".join(page.objects), used)
    if how.signed:
        listed = "".join(
            f'<ofd:Signature ID="{n}" BaseLoc="Sign_{n}/Signature.xml"/>' for n in range(how.signed)
        )
        parts["Doc_0/Signs/Signatures.xml"] = (
            f"<ofd:Signatures {_NAMESPACE}>{listed}</ofd:Signatures>"
        )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts.items():
            package.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return out.getvalue()


def _content(objects: str, used: str) -> str:
    return (
        f'<ofd:Page {_NAMESPACE}>{used}<ofd:Content><ofd:Layer ID="3">{objects}</ofd:Layer>'
        "</ofd:Content></ofd:Page>"
    )
