"""What the unit tests of ``ingest/`` share: the shipped call; a bureau's clerk, a school, their
forms and scans.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ingest.reading import (
    Document,
    Envelope,
    Fate,
    Kind,
    Part,
    Reading,
    Screening,
    ScreeningKind,
    SealOutcome,
    SealReading,
)
from ingest.submission.case import ReceivedMail
from rules.call import Call, Rendition, Role
from rules.callfile import load_call
from rules.facts import Fact
from rules.vocabulary import BEIJING

CALL = Path(__file__).parents[3] / "config/calls/smart-education-2024"
MORNING = datetime(2024, 8, 20, 9, 0, tzinfo=BEIJING)


@pytest.fixture(scope="session")
def call() -> Call:
    """The shipped call."""
    return load_call("smart-education-2024", (CALL / "call.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def blank_forms() -> dict[str, bytes]:
    """The blank annexes by form id."""
    return {
        path.name[:3]: path.read_bytes() for path in sorted((CALL / "forms").glob("附件*.docx"))
    }


def make_word(
    applicant: str,
    track: str = "示范校",
    role: Role = Role.APPLICATION,
    name: str = "",
    **fields: str,
) -> Document:
    facts = {"单位名称": Fact.known(applicant)} if applicant and role is Role.APPLICATION else {}
    facts |= {key: Fact.known(value) for key, value in fields.items()}
    name = name or f"{applicant}申报书.docx"
    return Document(
        part=name,
        name=name,
        sha256="0",
        form="附件",
        role=role,
        track=track,
        rendition=Rendition.EDITABLE,
        fields=facts,
        applicant=applicant,
    )


def make_scan(
    applicant: str = "",
    track: str = "示范校",
    role: Role | None = Role.APPLICATION,
    name: str = "扫描.pdf",
    outcome: SealOutcome = SealOutcome.STAMPED,
) -> Document:
    return Document(
        part=name,
        name=name,
        sha256="1",
        form="",
        role=role,
        track=track,
        rendition=Rendition.STAMPED_SCAN,
        applicant=applicant,
        is_scan=Fact.known(True),
        seal=SealReading(outcome=outcome),
    )


def make_summary(*names: str, track: str = "示范校") -> Document:
    rows = tuple({"单位名称": Fact.known(name)} for name in names)
    return make_word("", track, Role.SUMMARY, "汇总表.docx").model_copy(update={"rows": rows})


def make_part(name: str, fate: Fate = Fate.DOCUMENT, kind: Kind = Kind.DOCX) -> Part:
    return Part(path=name, name=name, kind=kind, size=10, sha256="0", fate=fate)


@pytest.fixture
def mail() -> Callable[..., ReceivedMail]:
    """Builds a received mail; each one is a minute later than the one before."""
    made = 0

    def build(
        *documents: Document,
        text: str = "",
        name: str = "第八师石河子市教育局",
        address: str = "jyj@example.cn",
        received: datetime | None = None,
        parts: tuple[Part, ...] = (),
        subject: str = "",
        witness: datetime | None = None,
    ) -> ReceivedMail:
        nonlocal made
        made += 1
        envelope = Envelope(
            message_id=f"<m{made}@example.cn>",
            from_address=address,
            from_name=name,
            subject=subject,
            received=int(witness.timestamp()) if witness else None,
        )
        reading = Reading(
            envelope=envelope,
            screening=Screening(kind=ScreeningKind.PERSON, reply=True, reason=""),
            text=text,
            documents=documents,
            parts=(*(make_part(document.part) for document in documents), *parts),
        )
        return ReceivedMail(made, received or MORNING + timedelta(minutes=made), reading)

    return build


@pytest.fixture
def word() -> Callable[..., Document]:
    """Builds an editable form."""
    return make_word


@pytest.fixture
def scan() -> Callable[..., Document]:
    """Builds a stamped scan."""
    return make_scan


@pytest.fixture
def summary() -> Callable[..., Document]:
    """Builds an editable summary table with one row a name."""
    return make_summary


@pytest.fixture
def part() -> Callable[..., Part]:
    """Builds a part that is no document."""
    return make_part
