"""What a worker hands back, looked at before anybody believes it: it may have been taken over.

The worker cleans what it sends, so whatever the parent still finds was put there on purpose. What
is wrong is one error, :class:`UntrueResultError`; its text is ours, nothing of the result is in it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import TypeVar

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from ingest.document.print.scantask import PrintedForm, ScanText
from ingest.reading import Document, FileReading, PagePicture, Reading, SealReading
from ingest.sandbox.pictures import is_plain_jpeg, is_plain_png

_T = TypeVar("_T")

MAX_TRACEBACK, MAX_MESSAGE, MAX_TYPE = 20_000, 20_000, 200
LARGEST_CROP = 512 * 1024  #: bytes of a picture beside a reading
#: a JSON escape, pairs of backslashes among them; a control character or one that turns writing
#: around, as it is
_ESCAPE = re.compile(rb"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)
_BARE = tuple(
    re.compile(each)
    for each in (
        rb"\x7f",
        rb"\xc2[\x80-\x9f]",
        rb"\xe2\x80[\xaa-\xae]",
        rb"\xe2\x81[\xa6-\xa9]",
    )
)
_KEPT = {0x09, 0x0A, 0x0D}
_TURNING = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}


class UntrueResultError(Exception):
    """What came back is not what our own code would have sent."""


class Failure(BaseModel):
    """An exception of the worker, told in words."""

    traceback: str = Field(max_length=MAX_TRACEBACK)
    type: str = Field(max_length=MAX_TYPE)
    message: str = Field(max_length=MAX_MESSAGE)


def cleaned(payload: bytes) -> bytes:
    """JSON without control characters in its texts, line breaks and tabs apart, and without those
    that turn writing around.
    """
    if b"\\" in payload:
        payload = _ESCAPE.sub(lambda found: b"" if _is_control(found) else found[0], payload)
    for pattern in _BARE:
        payload = pattern.sub(b"", payload)
    return payload


def believed(payload: bytes, adapter: TypeAdapter[_T]) -> _T:
    """The result in ``payload``.

    Raises:
        UntrueResultError: it is no JSON, nested too deep, of another type, holds what
            :func:`cleaned` takes out, a file name of two lines, or a picture that is none.
    """
    if _unclean(payload):
        raise UntrueResultError("控制字符")
    try:
        value = adapter.validate_json(payload)
    except (ValidationError, RecursionError):
        # its text quotes the result
        raise UntrueResultError("格式") from None
    if isinstance(value, Reading) and not all(map(_is_one_line, _names(value))):
        raise UntrueResultError("文件名")
    if not all(map(_is_sound, filter(None, _crops(value)))):
        raise UntrueResultError("图像")
    if isinstance(value, PagePicture) and value.jpeg and not _is_page(value.jpeg):
        raise UntrueResultError("图像")
    return value


def sound_png(text: str) -> bytes | None:
    """A PNG given in base64; None when it is none that we would have written."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if is_plain_png(data) else None


def _is_control(found: re.Match[bytes]) -> bool:
    if found[1] is None:
        return found[0] in (rb"\b", rb"\f")
    code = int(found[1], 16)
    plain = code >= 0x20 and not 0x7F <= code < 0xA0
    return not (plain or code in _KEPT) or code in _TURNING


def _unclean(payload: bytes) -> bool:
    if b"\\" in payload and any(map(_is_control, _ESCAPE.finditer(payload))):
        return True
    return any(pattern.search(payload) for pattern in _BARE)


def _names(reading: Reading) -> Iterator[str]:
    for part in reading.parts:
        yield from (part.name, part.path)
    yield from (document.name for document in reading.documents)


def _is_one_line(name: str) -> bool:
    return not set(name) & {"\t", "\n", "\r"}


def _is_sound(text: str) -> bool:
    return len(text) <= LARGEST_CROP * 4 // 3 and sound_png(text) is not None


def _is_page(text: str) -> bool:
    try:
        return is_plain_jpeg(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        return False


def _crops(value: object) -> Iterator[str]:
    """The small pictures beside a result, in base64; of tuples, those of their members."""
    match value:
        case Reading() | FileReading():
            yield from _crops(value.documents)
        case Document():
            yield from _crops([value.seal])
            yield value.title_png
        case ScanText():
            yield value.title_png
            yield from _crops(value.forms)
        case PrintedForm():
            yield value.title_png
            yield from _crops([value.seal])
        case SealReading():
            yield from (seal.crop_png for seal in value.seals)
        case tuple() | list():
            for each in value:
                yield from _crops(each)
        case _:
            return
