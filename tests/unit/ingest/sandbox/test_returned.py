"""What a worker hands back is believed only when our own code could have sent it."""

from __future__ import annotations

import base64
import json
from typing import Any

import cv2
import numpy as np
import pytest
from pydantic import TypeAdapter

from ingest.document.print.scantask import PrintedForm, ScanText
from ingest.reading import PagePicture, Seal, SealOutcome, SealReading
from ingest.sandbox.returned import (
    LARGEST_CROP,
    Failure,
    UntrueResultError,
    believed,
    cleaned,
    sound_png,
)

ANY: TypeAdapter[Any] = TypeAdapter(object)
PIXELS = np.zeros((8, 8, 3), np.uint8)
PNG = base64.b64encode(cv2.imencode(".png", PIXELS)[1].tobytes()).decode()
JPEG = base64.b64encode(cv2.imencode(".jpg", PIXELS)[1].tobytes()).decode()
HARMFUL = [*range(9), 11, 12, *range(14, 32), *range(0x7F, 0xA0), 0x202A, 0x202E, 0x2066, 0x2069]


@pytest.mark.parametrize("escaped", [True, False], ids=["escaped", "as it is"])
@pytest.mark.parametrize("code", HARMFUL, ids=hex)
def test_control_characters_are_taken_out_and_never_believed(code: int, *, escaped: bool) -> None:
    """However they are written; as themselves those below the space are no JSON at all."""
    text = f"\\u{code:04X}" if escaped else chr(code)
    payload = f'["a{text}b"]'.encode()

    with pytest.raises(UntrueResultError):
        believed(payload, ANY)
    if escaped or code >= 0x7F:
        assert believed(cleaned(payload), ANY) == ["ab"]


@pytest.mark.parametrize("short", [r"\b", r"\f"])
def test_short_escapes_of_control_characters_too(short: str) -> None:
    payload = f'["a{short}b"]'.encode()

    with pytest.raises(UntrueResultError):
        believed(payload, ANY)
    assert believed(cleaned(payload), ANY) == ["ab"]


@pytest.mark.parametrize(
    "text",
    ["一行\n两行\t“引号”·—…", r"C:\u0007\b", "\\\\u001b", '"', "é\u00a0\u2028", "\U0001f600", "/"],
)
def test_what_people_write_is_left_alone(text: str) -> None:
    """A backslash before the letter u is two characters and no control character."""
    for payload in (json.dumps([text]).encode(), json.dumps([text], ensure_ascii=False).encode()):
        assert cleaned(payload) == payload
        assert believed(payload, ANY) == [text]


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"garbage",
        b'{"a": 1',
        b"[" * 10_000 + b"]" * 10_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b'["\xff"]',
        rb'["\ud800"]',
    ],
    ids=["empty", "garbage", "cut", "nested lists", "nested objects", "no UTF-8", "half"],
)
def test_what_is_no_json_is_not_believed(payload: bytes) -> None:
    """The error quotes nothing of it."""
    with pytest.raises(UntrueResultError) as caught:
        believed(payload, TypeAdapter(list[str]))

    assert str(caught.value) == "格式"
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "told",
    [
        {"traceback": "x" * 20_001, "type": "a.B", "message": ""},
        {"traceback": "", "type": "a" * 201, "message": ""},
        {"traceback": "", "type": ["a"], "message": ""},
        {"traceback": "", "type": "a"},
    ],
)
def test_a_failure_is_told_in_few_words(told: dict[str, object]) -> None:
    with pytest.raises(UntrueResultError):
        believed(json.dumps(told).encode(), TypeAdapter(Failure))


def page(jpeg: str) -> bytes:
    return PagePicture(jpeg=jpeg, width_mm=1, height_mm=1).model_dump_json().encode()


def seals(crop: str) -> SealReading:
    seal = Seal(
        page=1, bbox=(0, 0, 1, 1), diameter_mm=1, shape="circle", confidence=1, crop_png=crop
    )
    return SealReading(outcome=SealOutcome.STAMPED, seals=(seal,))


def test_a_page_must_be_a_plain_picture() -> None:
    adapter = TypeAdapter(PagePicture)

    assert believed(page(JPEG), adapter).jpeg == JPEG
    assert believed(page(""), adapter).jpeg == ""
    for wrong in (PNG, "not base64!", base64.b64encode(b"<html>").decode()):
        with pytest.raises(UntrueResultError, match="图像"):
            believed(page(wrong), adapter)


@pytest.mark.parametrize("wrong", [JPEG, "not base64!", "A" * (LARGEST_CROP * 2)])
def test_every_small_picture_must_be_one(wrong: str) -> None:
    """Beside the print: its title, the titles and seals of its forms."""
    adapter = TypeAdapter(tuple[ScanText, ...])

    def told(text: ScanText) -> bytes:
        return adapter.dump_json((text,))

    def form(title: str, crop: str) -> PrintedForm:
        return PrintedForm(form="a", pages=(1,), seal=seals(crop), title_png=title)

    assert believed(told(ScanText(sha256="a", title_png=PNG, forms=(form(PNG, PNG),))), adapter)
    for text in (
        ScanText(sha256="a", title_png=wrong),
        ScanText(sha256="a", forms=(form(wrong, PNG),)),
        ScanText(sha256="a", forms=(form(PNG, wrong),)),
    ):
        with pytest.raises(UntrueResultError, match="图像"):
            believed(told(text), adapter)


def test_a_picture_in_base64_is_given_as_bytes() -> None:
    assert sound_png(PNG) == base64.b64decode(PNG)
    assert sound_png(JPEG) is None
    assert sound_png("?") is None
