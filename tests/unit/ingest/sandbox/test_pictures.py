"""Pictures that a worker hands back: only the two plain kinds our own code writes pass."""

from __future__ import annotations

import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from ingest.sandbox.pictures import is_plain_jpeg, is_plain_png

GREY = np.arange(120 * 80, dtype=np.uint32).reshape(120, 80).astype(np.uint8)
COLOUR = np.dstack([GREY, GREY.T.reshape(120, 80), GREY])


def png(pixels: np.ndarray) -> bytes:
    return cv2.imencode(".png", pixels)[1].tobytes()


def jpeg(pixels: np.ndarray) -> bytes:
    return cv2.imencode(".jpg", pixels)[1].tobytes()


def chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


def made(header: bytes, *pieces: bytes, end: bytes = b"") -> bytes:
    inner = b"".join(chunk(b"IDAT", piece) for piece in pieces)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + inner + chunk(b"IEND", end)


HEADER = struct.pack(">IIBBBBB", 4, 4, 8, 0, 0, 0, 0)
PIXELS = zlib.compress(bytes(4 * 5))


@pytest.mark.parametrize("pixels", [GREY, COLOUR, GREY[:1, :1]], ids=["grey", "colour", "dot"])
def test_what_we_write_passes(pixels: np.ndarray) -> None:
    assert is_plain_png(png(pixels))
    assert is_plain_jpeg(jpeg(pixels))


def test_a_large_page_passes() -> None:
    """Unpacked piece by piece."""
    page = np.full((3508, 2480, 3), 255, np.uint8)

    assert is_plain_png(png(page))
    assert is_plain_jpeg(jpeg(page))


def test_the_smallest_is_made_of_three_parts() -> None:
    assert is_plain_png(made(HEADER, PIXELS))
    assert is_plain_png(made(HEADER, PIXELS[:5], PIXELS[5:]))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n",
        png(GREY)[:-1],
        png(GREY)[:-12],
        png(GREY) + b"x",
        png(GREY).replace(b"IDAT", b"IDAU", 1),
        made(HEADER[:-1], PIXELS),
        made(HEADER, PIXELS, end=b"x"),
        made(HEADER),
        made(HEADER, zlib.compress(bytes(19))),
        made(HEADER, zlib.compress(bytes(21))),
        made(HEADER, zlib.compress(bytes(50 * 1024 * 1024), 1)),
        made(HEADER, PIXELS[:-1]),
        made(HEADER, PIXELS + b"x"),
        made(HEADER, PIXELS, b"x"),
        made(HEADER, b"no stream"),
        made(struct.pack(">IIBBBBB", 0, 4, 8, 0, 0, 0, 0), PIXELS),
        made(struct.pack(">IIBBBBB", 4, 1 << 30, 8, 0, 0, 0, 0), PIXELS),
        made(struct.pack(">IIBBBBB", 4, 4, 16, 0, 0, 0, 0), PIXELS),
        made(struct.pack(">IIBBBBB", 4, 4, 8, 3, 0, 0, 0), PIXELS),
        made(struct.pack(">IIBBBBB", 4, 4, 8, 0, 0, 0, 1), PIXELS),
    ],
    ids=range(22),
)
def test_what_is_no_plain_png_does_not(data: bytes) -> None:
    """Cut, longer, of another kind, with something behind it, or much more than it says."""
    assert not is_plain_png(data)


def test_a_png_with_notes_does_not() -> None:
    """Text and animations travel in parts of their own."""
    picture = png(GREY)
    noted = picture[:33] + chunk(b"tEXt", b"Comment\0hello") + picture[33:]

    assert not is_plain_png(noted)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8\xff\xd9",
        jpeg(GREY)[:-2],
        jpeg(GREY) + b"<html>",
        jpeg(GREY) + jpeg(GREY),
        jpeg(GREY)[:20],
        jpeg(GREY).replace(b"\xff\xc0", b"\xff\xc2", 1),
        jpeg(GREY)[:2] + b"\xff\xfe\x00\x07hello" + jpeg(GREY)[2:],
        jpeg(GREY)[:2] + b"\xff\xe0\x00\x01" + jpeg(GREY)[2:],
        jpeg(GREY).replace(b"\xff\xc0\x00\x0b\x08", b"\xff\xc0\x00\x0b\x0c", 1),
        jpeg(GREY).replace(b"\xff\xc0\x00\x0b\x08\x00\x78", b"\xff\xc0\x00\x0b\x08\xff\xff", 1),
    ],
    ids=range(11),
)
def test_what_is_no_plain_jpeg_does_not(data: bytes) -> None:
    """No notes, no thumbnails, nothing behind the end."""
    assert not is_plain_jpeg(data)


def test_a_photograph_with_its_notes_does_not() -> None:
    """A camera's own file is never handed back as it is."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "hello"
    Image.fromarray(COLOUR).save(out, "JPEG", exif=exif)

    assert not is_plain_jpeg(out.getvalue())
