"""Small mails that are cheap to read and still go every way through the house. Every name in them
is invented.
"""

from __future__ import annotations

import email.policy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage

from ingest.demo.mails import load_samples
from rules.vocabulary import BEIJING

FIRST = datetime(2024, 8, 20, 9, 0, tzinfo=BEIJING)
_SAMPLES = {sample.number: sample for sample in load_samples()}


@dataclass(frozen=True)
class Posted:
    """A mail as it lies on the server."""

    raw: bytes
    received: datetime
    answered: bool  #: it asks for a letter of its own
    what: str


def _mail(number: int, subject: str, text: str, **headers: str) -> EmailMessage:
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"] = f"教师{number} <t{number}@school{number}.example.cn>"
    mail["To"] = "shenbao@office.example"
    mail["Message-ID"] = f"<m{number}@school{number}.example.cn>"
    mail["Subject"] = subject
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def question(number: int) -> Posted:
    """A person asks something: one receipt, decided while the mail is read."""
    raw = _mail(number, f"咨询第 {number} 问", "请问申报何时截止?").as_bytes()
    return Posted(raw, FIRST + timedelta(minutes=number), answered=True, what="question")


def application(number: int) -> Posted:
    """Papers nobody can open: a case of its own, and a letter that asks for them again."""
    mail = _mail(number, f"示范校申报 第{number}中学", "申报材料见附件。")
    data = b"not a document " + str(number).encode()
    mail.add_attachment(
        data, maintype="application", subtype="octet-stream", filename=f"第{number}中学申报书.docx"
    )
    return Posted(
        mail.as_bytes(),
        FIRST + timedelta(minutes=number),
        answered=True,
        what="application",
    )


def out_of_office(number: int) -> Posted:
    """A machine speaks: kept, never answered."""
    raw = _mail(number, "自动回复", "我在休假。", Auto_Submitted="auto-replied").as_bytes()
    return Posted(raw, FIRST + timedelta(minutes=number), answered=False, what="out of office")


def twin(number: int) -> Posted:
    """The Message-ID of mail ``number - 1`` with other contents: a mail in its own right."""
    mail = _mail(number, f"再问 {number}", "同一个 Message-ID, 另一封信。")
    del mail["Message-ID"]
    mail["Message-ID"] = f"<m{number - 1}@school{number - 1}.example.cn>"
    return Posted(
        mail.as_bytes(),
        FIRST + timedelta(minutes=number),
        answered=True,
        what="same Message-ID",
    )


def sample(number: str) -> Posted:
    """One of the shipped samples that is answered."""
    found = _SAMPLES[number]
    return Posted(found.path.read_bytes(), found.received, answered=True, what=found.what)


_MIX: tuple[Callable[[int], Posted], ...] = (
    question,
    application,
    out_of_office,
    question,
    twin,
    application,
)


def mixed(count: int) -> list[Posted]:
    """``count`` mails of all kinds; every tenth lies in the mailbox twice, byte for byte."""
    mails: list[Posted] = []
    for number in range(1, count + 1):
        if number % 10 == 0:
            again = mails[number - 4]
            mails.append(Posted(again.raw, again.received, answered=False, what="delivered twice"))
        else:
            mails.append(_MIX[(number - 1) % len(_MIX)](number))
    return mails
