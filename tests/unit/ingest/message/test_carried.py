"""Which files a raw mail certainly carries."""

from __future__ import annotations

import base64
import hashlib
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from ingest.message.carried import carried_hashes

SCAN = bytes(range(256)) * 40
OTHER = b"%PDF-1.7 another"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def mail(*files: bytes) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "材料"
    message.set_content("见附件\n")
    for data in files:
        message.add_attachment(data, maintype="application", subtype="pdf", filename="扫描件.pdf")
    return message


def written(folder: Path, raw: bytes) -> Path:
    path = folder / "a.eml"
    path.write_bytes(raw)
    return path


def test_attachments_are_carried_however_lines_end(tmp_path: Path) -> None:
    """Also when the mail lies forwarded in another one."""
    forwarded = mail()
    forwarded.add_attachment(mail(SCAN))
    for raw in (
        bytes(mail(SCAN, OTHER)),
        mail(SCAN, OTHER).as_bytes(policy=SMTP),
        bytes(forwarded) + bytes(mail(OTHER)),
    ):
        assert {sha256(SCAN), sha256(OTHER)} <= carried_hashes(written(tmp_path, raw))


def test_a_hash_that_is_only_named_is_not_carried(tmp_path: Path) -> None:
    """What is said about a file is no file."""
    raw = f"Subject: a\n\n{sha256(SCAN)}\n".encode()
    assert sha256(SCAN) not in carried_hashes(written(tmp_path, raw))


def test_what_is_cut_off_or_no_base64_is_not_carried(tmp_path: Path) -> None:
    """It does not hurt the others either."""
    body = base64.encodebytes(SCAN)
    raw = b"A: b\n\nabcde\n\n" + body[:-3] + b"\n\nwords\n\n" + base64.encodebytes(OTHER)
    found = carried_hashes(written(tmp_path, raw))
    assert sha256(OTHER) in found
    assert sha256(SCAN) not in found


def test_an_empty_file_carries_nothing(tmp_path: Path) -> None:
    """It cannot be mapped."""
    assert carried_hashes(written(tmp_path, b"")) == frozenset()
