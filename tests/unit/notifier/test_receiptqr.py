"""The receipt's code as a picture: read again by a QR reader, and only where it is asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import cv2
import numpy as np

from notifier.letters import MAX_LETTER, compose, mail_size
from notifier.mime import build_letter
from notifier.receiptqr import RECEIPT_CID, qr_png
from notifier.rendering import Templates
from tests.unit.notifier.invented import RequestMaker

CODE = "X24-0007-K.1.ABCD-EFGH-IJKL-MNOP"
DATE = datetime(2024, 8, 30, 8, 6, 9, tzinfo=UTC)


def read_qr(png: bytes) -> str:
    """What a reader sees."""
    pixels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    return str(cv2.QRCodeDetector().detectAndDecode(pixels)[0])


def parts_of(data: bytes) -> dict[str, EmailMessage]:
    """The parts of a mail by their types."""
    mail = message_from_bytes(data, policy=policy.default)
    return {part.get_content_type(): part for part in mail.walk()}


def test_the_picture_says_the_code() -> None:
    """In a few hundred bytes."""
    assert read_qr(qr_png(CODE)) == CODE
    assert len(qr_png(CODE)) < 1000


def test_a_letter_shows_it_where_it_is_asked_for(
    request_for: RequestMaker, templates: Templates
) -> None:
    """Inside of the HTML's own part, so that no program lists it as an attachment."""
    letter = compose(request_for(receipt_code=CODE, receipt_qr=True), templates)
    data = build_letter(letter, "收发室", "apply@office.example", DATE)
    parts = parts_of(data)

    assert f'src="cid:{RECEIPT_CID}"' in letter.html
    assert [each.get_content_type() for each in parts["multipart/related"].iter_parts()] == [
        "text/html",
        "image/png",
    ]
    assert parts["image/png"]["Content-ID"] == f"<{RECEIPT_CID}>"
    picture = parts["image/png"].get_content()
    assert isinstance(picture, bytes)
    assert read_qr(picture) == CODE
    assert len(data) <= mail_size(letter) <= MAX_LETTER


def test_no_other_letter_has_one(request_for: RequestMaker, templates: Templates) -> None:
    """Off, without a code, or where only plain text has room."""
    for request in (request_for(receipt_code=CODE), request_for(receipt_qr=True)):
        letter = compose(request, templates)
        assert letter.qr == b""
        assert RECEIPT_CID not in letter.html
    many = request_for().files * 60
    letter = compose(request_for(receipt_code=CODE, receipt_qr=True, files=many), templates)
    assert (letter.html, letter.qr) == ("", b"")
