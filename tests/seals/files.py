"""Page pictures wrapped as scanners wrap them: one JPEG, strips, palettes, layers, fax coding, an
OCR layer, /Rotate.

Knows PDF, not what is on the pages.
"""

from __future__ import annotations

import io
import re
import struct
import zlib

import numpy as np
from PIL import Image, TiffImagePlugin

from samples.pdf import MILLIMETRE, Writer
from tests.seals.paper import Pixels

Paper = tuple[float, float]


def jpeg(pixels: Pixels, quality: int) -> bytes:
    """RGB or grey as JPEG."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=quality, subsampling=2 if quality < 80 else 0)
    return out.getvalue()


class _File:
    """Pages are added to one tree; the catalogue comes last."""

    def __init__(self) -> None:
        self.writer = Writer()
        self.tree = self.writer.add(b"")
        self.kids: list[int] = []

    def image(self, head: str, size: tuple[int, int], data: bytes) -> int:
        return self.writer.stream(
            f"/Type /XObject /Subtype /Image /Width {size[0]} /Height {size[1]} {head}",
            data,
        )

    def page(self, paper: Paper, content: bytes, images: dict[str, int], more: str = "") -> None:
        drawn = self.writer.stream("/Filter /FlateDecode", zlib.compress(content))
        named = " ".join(f"/{name} {number} 0 R" for name, number in images.items())
        fonts = "/Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
        box = f"/MediaBox [0 0 {paper[0] * MILLIMETRE:.2f} {paper[1] * MILLIMETRE:.2f}]"
        head = f"<< /Type /Page /Parent {self.tree} 0 R {box} {more}"
        self.kids.append(
            self.writer.add(
                f"{head} /Resources << /XObject << {named} >> {fonts} >> /Contents {drawn} 0 R >>".encode()
            )
        )

    def finish(self) -> bytes:
        kids = " ".join(f"{kid} 0 R" for kid in self.kids)
        self.writer.objects[self.tree - 1] = (
            f"<< /Type /Pages /Kids [{kids}] /Count {len(self.kids)} >>".encode()
        )
        root = self.writer.add(f"<< /Type /Catalog /Pages {self.tree} 0 R >>".encode())
        return self.writer.finish(root, self.writer.add(b"<< /Producer (Scanner) >>"))


def _whole(paper: Paper, name: str = "I") -> bytes:
    return f"q {paper[0] * MILLIMETRE:.2f} 0 0 {paper[1] * MILLIMETRE:.2f} 0 0 cm /{name} Do Q\n".encode()


def _coded(pixels: Pixels, quality: int) -> tuple[str, bytes]:
    """Dictionary entries and data of a picture in colour or grey."""
    space = "/DeviceGray" if pixels.ndim == 2 else "/DeviceRGB"
    return f"/ColorSpace {space} /BitsPerComponent 8 /Filter /DCTDecode", jpeg(pixels, quality)


def _size(pixels: Pixels) -> tuple[int, int]:
    return pixels.shape[1], pixels.shape[0]


def scan(pages: list[Pixels], paper: Paper, quality: int) -> bytes:
    """One full-page JPEG a page: what most scanners and programs write."""
    file = _File()
    for pixels in pages:
        file.page(paper, _whole(paper), {"I": file.image(*_placed(pixels, quality))})
    return file.finish()


def _placed(pixels: Pixels, quality: int) -> tuple[str, tuple[int, int], bytes]:
    head, data = _coded(pixels, quality)
    return head, _size(pixels), data


def with_ocr_layer(pixels: Pixels, paper: Paper, quality: int) -> bytes:
    """A scan with invisible text over it."""
    file = _File()
    text = (
        b"BT 3 Tr /F 11 Tf 1 0 0 1 60 700 Tm ("
        + b"recognised words of the page " * 6
        + b") Tj ET\n"
    )
    file.page(paper, _whole(paper) + text, {"I": file.image(*_placed(pixels, quality))})
    return file.finish()


def rotated(pixels: Pixels, paper: Paper, quality: int, turns: int) -> bytes:
    """The picture lies on its side or head, and /Rotate sets it upright."""
    file = _File()
    turned = np.ascontiguousarray(np.rot90(pixels, turns))
    lying = paper if turns % 2 == 0 else (paper[1], paper[0])
    file.page(
        lying,
        _whole(lying),
        {"I": file.image(*_placed(turned, quality))},
        f"/Rotate {turns % 4 * 90}",
    )
    return file.finish()


def strips(pixels: Pixels, paper: Paper, quality: int, count: int = 9) -> bytes:
    """The page cut into bands, each a picture of its own."""
    file = _File()
    wide, high = (side * MILLIMETRE for side in paper)
    content, images = b"", {}
    edges = [len(pixels) * number // count for number in range(count + 1)]
    for number in range(count):
        band = np.ascontiguousarray(pixels[edges[number] : edges[number + 1]])
        images[f"I{number}"] = file.image(*_placed(band, quality))
        bottom = high * (1 - edges[number + 1] / len(pixels))
        content += f"q {wide:.2f} 0 0 {high * len(band) / len(pixels):.2f} 0 {bottom:.2f} cm /I{number} Do Q\n".encode()
    file.page(paper, content, images)
    return file.finish()


def palette(pixels: Pixels, paper: Paper, colours: int = 255) -> bytes:
    """Indexed colours without JPEG."""
    file = _File()
    indexed = Image.fromarray(pixels).quantize(
        colours,
        Image.Quantize.FASTOCTREE,
        dither=Image.Dither.NONE,
    )
    table = bytes(indexed.getpalette() or [])[: 3 * colours].hex()
    head = f"/ColorSpace [/Indexed /DeviceRGB {len(table) // 6 - 1} <{table}>] /BitsPerComponent 8 /Filter /FlateDecode"
    data = zlib.compress(np.asarray(indexed, np.uint8).tobytes(), 3)
    file.page(paper, _whole(paper), {"I": file.image(head, _size(pixels), data)})
    return file.finish()


def layers(pixels: Pixels, paper: Paper, quality: int) -> bytes:
    """MRC: print as a stencil in fax coding over a coarse coloured background, as copiers with
    small files write.
    """
    file = _File()
    dark = pixels.max(axis=2) < 90
    ground = pixels.copy()
    ground[dark] = 255
    coarse = np.asarray(Image.fromarray(ground).reduce(2))
    head, data = _coded(coarse, quality)
    below = file.image(head, _size(coarse), data)
    stencil = ((~dark) * 255).astype(np.uint8)
    over = file.image(f"/ImageMask true {_fax_head(stencil)}", _size(stencil), _fax(stencil))
    file.page(paper, _whole(paper) + b"0.1 g\n" + _whole(paper, "M"), {"I": below, "M": over})
    return file.finish()


def wavelets(pixels: Pixels, paper: Paper) -> bytes:
    """JPEG 2000, which says its colours itself."""
    file = _File()
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG2000", quality_mode="rates", quality_layers=[12])
    image = file.image("/Filter /JPXDecode", _size(pixels), out.getvalue())
    file.page(paper, _whole(paper), {"I": image})
    return file.finish()


def four_colours(pixels: Pixels, paper: Paper, quality: int) -> bytes:
    """A JPEG in CMYK, kept the other way round as Adobe's programs keep it and turned by /Decode."""
    file = _File()
    out = io.BytesIO()
    Image.fromarray(pixels).convert("CMYK").save(out, "JPEG", quality=quality)  # turns it over
    head = (
        "/ColorSpace /DeviceCMYK /BitsPerComponent 8 /Filter /DCTDecode /Decode [1 0 1 0 1 0 1 0]"
    )
    file.page(paper, _whole(paper), {"I": file.image(head, _size(pixels), out.getvalue())})
    return file.finish()


def bilevel(pixels: Pixels, paper: Paper) -> bytes:
    """Black and white in JBIG2: page and picture in the stream, a remark in the globals beside it
    (ITU-T T.88, 7.2-7.4).
    """
    file = _File()
    wide, high = _size(pixels)
    shape = struct.pack(">II", wide, high)
    page = shape + bytes(8) + b"\x40" + bytes(2)  # resolution unknown, lossless
    region = shape + bytes(9) + b"\x01" + _fax(255 - pixels)  # one generic region, coded as a fax
    data = _segment(1, 48, 1, page) + _segment(2, 38, 1, region)
    remark = _segment(0, 62, 0, b"\x20\0\0\0Scanner\0x\0\0")
    number = file.writer.stream("", remark)
    head = f"/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /JBIG2Decode /DecodeParms << /JBIG2Globals {number} 0 R >>"
    file.page(paper, _whole(paper), {"I": file.image(head, (wide, high), data)})
    return file.finish()


def _segment(number: int, kind: int, page: int, data: bytes) -> bytes:
    return struct.pack(">IBBBI", number, kind, 0, page, len(data)) + data


def fax(pixels: Pixels, paper: Paper, *, ones_black: bool = True) -> bytes:
    """Black and white in CCITT group 4, kept either way."""
    file = _File()
    head = f"/ColorSpace /DeviceGray /BitsPerComponent 1 {_fax_head(pixels)}"
    if not ones_black:
        head = head.replace("/BlackIs1 true", "/BlackIs1 false")
        pixels = 255 - pixels
    file.page(paper, _whole(paper), {"I": file.image(head, _size(pixels), _fax(pixels))})
    return file.finish()


def _fax_head(pixels: Pixels) -> str:
    columns = f"/K -1 /BlackIs1 true /Columns {pixels.shape[1]} /Rows {pixels.shape[0]}"
    return f"/BitsPerComponent 1 /Filter /CCITTFaxDecode /DecodeParms << {columns} >>"


def _fax(pixels: Pixels) -> bytes:
    """The strip of a TIFF file, which is the very coding a PDF holds."""
    out = io.BytesIO()
    picture = Image.fromarray(pixels).convert("1", dither=Image.Dither.NONE)
    picture.save(
        out,
        "TIFF",
        compression="group4",
        tiffinfo={TiffImagePlugin.ROWSPERSTRIP: pixels.shape[0]},
    )
    with Image.open(out) as tiff:
        offset, length = (
            tiff.tag_v2[TiffImagePlugin.STRIPOFFSETS][0],
            tiff.tag_v2[TiffImagePlugin.STRIPBYTECOUNTS][0],
        )
    return out.getvalue()[offset : offset + length]


def pasted(
    exported: bytes,
    picture: Pixels,
    at: tuple[float, float] = (120, 60),
    side_mm: float = 42,
) -> bytes:
    """A born-digital file with a picture laid on its last page (from the lower left corner, mm), as
    an update at its end.
    """
    found = list(
        re.finditer(
            rb"(\d+) 0 obj\n(<< /Type /Page /Parent.*?)/Contents (\d+) 0 R >>\nendobj",
            exported,
        )
    )[-1]
    count = int(re.findall(rb"/Size (\d+)", exported)[-1])
    root = re.findall(rb"/Root (\d+ 0 R)", exported)[-1]
    start = re.findall(rb"startxref\n(\d+)", exported)[-1]
    side, x, y = (value * MILLIMETRE for value in (side_mm, *at))
    head = f"/Type /XObject /Subtype /Image /Width {picture.shape[1]} /Height {picture.shape[0]}"
    update = Writer()
    update.stream(
        f"{head} /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode",
        zlib.compress(picture.tobytes()),
    )
    update.stream("", f"q {side:.2f} 0 0 {side:.2f} {x:.2f} {y:.2f} cm /Pasted Do Q".encode())
    resources = found[2].replace(
        b"/Resources <<",
        b"/Resources << /XObject << /Pasted %d 0 R >>" % count,
    )
    page = resources + b"/Contents [%s 0 R %d 0 R] >>" % (found[3], count + 1)
    out, table = bytearray(exported), b"xref\n"
    for number, body in (
        (int(found[1]), page),
        (count, update.objects[0]),
        (count + 1, update.objects[1]),
    ):
        table += b"%d 1\n%010d 00000 n \n" % (number, len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    trailer = b"trailer\n<< /Size %d /Root %b /Prev %b >>\nstartxref\n%d\n%%%%EOF\n" % (
        count + 2,
        root,
        start,
        len(out),
    )
    return bytes(out) + table + trailer
