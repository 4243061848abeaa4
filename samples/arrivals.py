"""What a sample is: one arrival, the mail and what should follow from it; and how offices write
mails. Which samples there are is in ``cases.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeAlias

from rules.vocabulary import BEIJING
from samples.applicants import Bureau, School
from samples.package import Desk
from samples.post import File, Post, Program, write_mail
from samples.scan import Scanner

ACCEPTED, INCOMPLETE, REJECTED, REFERRED = "accepted", "incomplete", "rejected", "referred"
RECEIVED, NOTED, NONE = "received", "noted", "none"
ZONE, SCHOOL = "示范区", "示范校"


@dataclass(frozen=True)
class Entry:
    """One applicant and what is expected to be decided about it."""

    applicant: str
    track: str
    decision: str


Entries: TypeAlias = tuple[Entry, ...]


@dataclass(frozen=True)
class Sample:
    """One arrival: a file (None: the file of an earlier sample again) and what should follow from
    it.
    """

    number: str
    file: str
    received: datetime
    what: str
    letter: str
    raw: bytes | None
    entries: Entries = ()
    mentions: tuple[str, ...] = ()


def at(day: int, hour: int, minute: int, second: int = 0, month: int = 8) -> datetime:
    """A moment of 2024 by the server's clock in Beijing time."""
    return datetime(2024, month, day, hour, minute, second, tzinfo=BEIJING)


def desk(
    number: int,
    day: int,
    style: int,
    scanner: Scanner | None = None,
    *,
    exported: bool = False,
) -> Desk:
    """Files of case ``number``, made on a day of August 2024, scanned with this case's
    own scanner.
    """
    usual = Scanner(
        number,
        dpi=(100, 110, 104)[number % 3],
        quality=(44, 48, 42)[number % 3],
        skew=(0.4, -0.6, 0.25, 0.7)[number % 4],
    )
    return Desk(date(2024, 8, day), style, scanner or usual, exported)


@dataclass(frozen=True)
class Arrival:
    """Under which number, from which program and when a mail comes."""

    key: str
    program: Program
    received: datetime


def bureau_post(
    arrival: Arrival,
    bureau: Bureau,
    subject: str,
    body: str,
    files: tuple[File, ...],
) -> Post:
    """A bureau's mail: salutation, text, list of attachments, signature with unit, person and
    telephone.
    """
    clerk = bureau.clerk
    listed = "\n".join(f"{number}. {file.name}" for number, file in enumerate(files, 1))
    text = f"兵团教育局：\n    您好！{body}\n\n附件：\n{listed}\n\n{bureau.name}\n联系人：{clerk.name}\n电话：{clerk.telephone}"
    return any_post(arrival, bureau.name, clerk.address, (subject, text), files)


def school_post(
    arrival: Arrival,
    school: School,
    subject: str,
    body: str,
    files: tuple[File, ...],
) -> Post:
    """A school's mail, written by its own clerk."""
    clerk = school.clerk
    text = f"各位领导、老师：\n    你们好！{body}\n\n此致\n敬礼\n\n{school.name}\n{clerk.name}  {clerk.telephone}"
    return any_post(arrival, school.name, clerk.address, (subject, text), files)


def any_post(
    arrival: Arrival,
    name: str,
    address: str,
    words: tuple[str, str],
    files: tuple[File, ...] = (),
) -> Post:
    """A mail sent a few seconds before it arrives; ``words`` are its subject and its text."""
    sent = arrival.received - timedelta(seconds=9)
    return Post(arrival.key, arrival.program, name, address, *words, sent, arrival.received, files)


def sample_of(
    name: str,
    post: Post,
    what: str,
    letter: str,
    entries: Entries = (),
    *,
    mentions: tuple[str, ...] = (),
) -> Sample:
    """A sample under the name of its file, and what is expected of it."""
    return Sample(
        post.key,
        f"mails/{post.key}-{name}.eml",
        post.received,
        what,
        letter,
        write_mail(
            post,
        ),
        entries,
        mentions,
    )


def zone_entry(bureau: Bureau, decision: str) -> Entries:
    """The bureau itself applies."""
    return (Entry(bureau.name, ZONE, decision),)


def school_entries(decision: str, *schools: School) -> Entries:
    """Each school applies."""
    return tuple(Entry(school.name, SCHOOL, decision) for school in schools)
