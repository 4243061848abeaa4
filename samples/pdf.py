"""Writes PDF files: pages that are pictures (what a scanner makes) and pages with text (what "save
as PDF" makes).

A minimal writer of its own, so that every byte is decided here. Layout and pictures come from
outside.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from samples.fontfile import Subset
from samples.scan import Picture

MILLIMETRE = 72 / 25.4


@dataclass
class Writer:
    """Numbers objects, remembers where they begin, ends with the cross-reference table."""

    objects: list[bytes] = field(default_factory=list)

    def add(self, body: bytes) -> int:
        """Append an object and return its number."""
        self.objects.append(body)
        return len(self.objects)

    def stream(self, entries: str, data: bytes) -> int:
        """Append a stream object; ``entries`` are those of its dictionary without the length."""
        return self.add(
            f"<< {entries} /Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream",
        )

    def finish(self, root: int, info: int) -> bytes:
        """The file. Its identifier follows from its content."""
        out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
        offsets = []
        for number, body in enumerate(self.objects, 1):
            offsets.append(len(out))
            out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
        start = len(out)
        name = hashlib.sha256(out).hexdigest()[:32]
        out += f"xref\n0 {len(offsets) + 1}\n0000000000 65535 f \n".encode()
        out += b"".join(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
        trailer = f"<< /Size {len(offsets) + 1} /Root {root} 0 R /Info {info} 0 R /ID [<{name}> <{name}>] >>"
        return bytes(out) + f"trailer\n{trailer}\nstartxref\n{start}\n%%EOF\n".encode()


def _finish(
    writer: Writer,
    tree: int,
    pages: Sequence[int],
    producer: str,
    written: datetime,
) -> bytes:
    """Page tree, catalogue and information; ``tree`` is the number that was kept free for the page
    tree.
    """
    kids = " ".join(f"{page} 0 R" for page in pages)
    writer.objects[tree - 1] = f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode()
    root = writer.add(f"<< /Type /Catalog /Pages {tree} 0 R >>".encode())
    stamp = written.strftime("D:%Y%m%d%H%M%S+08'00'")
    info = writer.add(
        f"<< /Producer ({producer}) /CreationDate ({stamp}) /ModDate ({stamp}) >>".encode(),
    )
    return writer.finish(root, info)


def _media(paper: tuple[float, float]) -> str:
    return f"/MediaBox [0 0 {paper[0] * MILLIMETRE:.2f} {paper[1] * MILLIMETRE:.2f}]"


def pictures_pdf(pictures: Sequence[Picture], written: datetime) -> bytes:
    """One page a picture, filled by it to the edges, as office scanners write it. ``written`` is
    Beijing time.
    """
    writer = Writer()
    tree = writer.add(b"")
    pages = []
    for picture in pictures:
        space = "/DeviceGray" if picture.grey else "/DeviceRGB"
        size = f"/Width {picture.pixels[0]} /Height {picture.pixels[1]} /BitsPerComponent 8"
        image = writer.stream(
            f"/Type /XObject /Subtype /Image {size} /ColorSpace {space} /Filter /DCTDecode",
            picture.jpeg,
        )
        wide, high = (side * MILLIMETRE for side in picture.paper)
        drawn = writer.stream("", f"q {wide:.2f} 0 0 {high:.2f} 0 0 cm /Im0 Do Q".encode())
        resources = f"/Resources << /XObject << /Im0 {image} 0 R >> >>"
        page = f"<< /Type /Page /Parent {tree} 0 R {_media(picture.paper)} {resources} /Contents {drawn} 0 R >>"
        pages.append(writer.add(page.encode()))
    return _finish(writer, tree, pages, "Office Scan Utility 3.1", written)


def _font(writer: Writer, subset: Subset) -> int:
    """A composite font whose character numbers are the subset's own, with the table that leads back
    to Unicode.
    """
    sfnt = subset.sfnt()
    program = writer.stream(f"/Length1 {len(sfnt)} /Filter /FlateDecode", zlib.compress(sfnt, 9))
    name = "/SMPLAA+ARPLUMingCN"
    box = "/FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 700 /StemV 60"
    descriptor = writer.add(
        f"<< /Type /FontDescriptor /FontName {name} /Flags 4 {box} /FontFile2 {program} 0 R >>".encode()
    )
    widths = " ".join(str(width) for width in subset.widths())
    kind = "/Type /Font /Subtype /CIDFontType2 /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>"
    descendant = f"<< {kind} /BaseFont {name} /FontDescriptor {descriptor} 0 R /CIDToGIDMap /Identity /DW 1000 /W [0 [{widths}]] >>"
    inner = writer.add(descendant.encode())
    unicode_map = writer.stream("", subset.to_unicode())
    top = f"<< /Type /Font /Subtype /Type0 /BaseFont {name} /Encoding /Identity-H"
    return writer.add(
        f"{top} /DescendantFonts [{inner} 0 R] /ToUnicode {unicode_map} 0 R >>".encode(),
    )


def text_pdf(
    contents: Sequence[bytes],
    paper: tuple[float, float],
    subset: Subset,
    written: datetime,
) -> bytes:
    """One page a content stream; the streams name the font ``/F1``. ``written`` is Beijing time."""
    writer = Writer()
    tree = writer.add(b"")
    font = _font(writer, subset)
    pages = []
    for content in contents:
        drawn = writer.stream("", content)
        resources = f"/Resources << /Font << /F1 {font} 0 R >> >>"
        pages.append(
            writer.add(
                f"<< /Type /Page /Parent {tree} 0 R {_media(paper)} {resources} /Contents {drawn} 0 R >>".encode()
            )
        )
    return _finish(writer, tree, pages, "Office Writer PDF Export", written)
