"""A plain mail around filled forms, each as Word file and as stamped scan. Which forms, and what
stands in them, is said by the invented offices of each call.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP

from samples.pdf import pictures_pdf
from samples.scan import Scanner, scan
from samples.sheet import Sheet
from samples.word import write_word

_WORD = "vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True)
class Cover:
    """What the mail itself says."""

    sender: str
    to: str
    subject: str
    identity: str  #: its Message-ID, which the boundary is made from as well
    received: datetime
    text: str


def form_mail(
    cover: Cover, papers: Iterable[tuple[str, Sheet]], author: str, written: datetime, seed: int
) -> bytes:
    """The mail; ``papers`` are file names without ending and what stands on them, each scanned with
    a ``seed`` one higher than the one before.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = cover.sender, cover.to, cover.subject
    mail["Message-ID"], mail["Date"] = cover.identity, cover.received
    mail.set_content(cover.text)
    for number, (name, sheet) in enumerate(papers):
        word = write_word(sheet, author, written)
        mail.add_attachment(word, maintype="application", subtype=_WORD, filename=f"{name}.docx")
        paper = pictures_pdf(scan(sheet, Scanner(seed=seed + number)), written)
        mail.add_attachment(
            paper, maintype="application", subtype="pdf", filename=f"{name}(盖章).pdf"
        )
    mail.set_boundary("=-" + hashlib.sha256(cover.identity.encode()).hexdigest()[:32])
    return mail.as_bytes()
