"""The forms and scans of the sample mails are read as what they are."""

from __future__ import annotations

import email
from collections.abc import Iterator
from email.header import decode_header, make_header
from pathlib import Path

import pytest

from ingest.document.reader import read_document
from ingest.reading import Document, Kind, SealOutcome
from rules.call import Call, Rendition
from rules.facts import Knowledge
from tests.unit.ingest.document.signing import authority, bureau, signed

MAILS = Path(__file__).parents[4] / "samples" / "mails"
SEALS = {
    "04": SealOutcome.NOT_STAMPED,
    "05": SealOutcome.NOT_STAMPED,
    "20": SealOutcome.UNCERTAIN,
    "24": SealOutcome.UNCERTAIN,
}
"""What is not stamped: an export, an unstamped scan, grey ones."""


def attachments(mail: Path) -> Iterator[tuple[str, bytes]]:
    """File name and bytes of the Word and PDF parts."""
    for part in email.message_from_bytes(mail.read_bytes()).walk():
        name = str(make_header(decode_header(part.get_filename() or "")))
        data = part.get_payload(decode=True)
        if name.endswith((".docx", ".pdf")) and isinstance(data, bytes):
            yield name, data


def documents(mail: Path, call: Call) -> list[Document]:
    """What is read in one mail."""
    kinds = {"docx": Kind.DOCX, "pdf": Kind.PDF}
    readings = [
        read_document(
            "2",
            name,
            kinds[name.rpartition(".")[2]],
            data,
            call,
        )
        for name, data in attachments(mail)
    ]
    assert all(reading.document for reading in readings), readings
    return [reading.document for reading in readings if reading.document]


@pytest.mark.parametrize("mail", sorted(MAILS.glob("*.eml")), ids=lambda mail: mail.stem)
def test_every_form_and_scan_of_the_samples_is_read(mail: Path, call: Call) -> None:
    """Forms by their titles with every field known; scans by name with the right answer about the
    seal.
    """
    for read in documents(mail, call):
        # two forms in one scan under a name that says neither: their print tells
        both = mail.name[:2] == "26" and read.rendition is not Rendition.EDITABLE
        assert bool(read.form) is not both
        if read.rendition is Rendition.EDITABLE:
            assert read.recognised_by == "title"
            assert {
                name for name, fact in read.fields.items() if fact.knowledge is not Knowledge.KNOWN
            } == set()
            assert bool(read.rows) == bool(call.form(read.form).columns)
        else:
            assert read.seal is not None
            assert read.seal.outcome is SEALS.get(mail.name[:2], SealOutcome.STAMPED)
            assert read.is_scan.value is (mail.name[:2] != "04")
            assert read.applicant


def test_of_a_grey_scan_only_what_is_a_seal_is_shown(call: Call) -> None:
    """The form is stamped on its first and its third page, the table on its only one; rules and
    print are no rings.
    """
    shown = [read.seal.seals for read in documents(next(MAILS.glob("20-*.eml")), call) if read.seal]
    assert sorted(sorted(seal.page for seal in seals) for seals in shown) == [[1], [1, 3]]
    assert all(38 < seal.diameter_mm < 46 for seals in shown for seal in seals)


def test_a_signed_export_is_neither_unstamped_nor_stamped_and_brings_its_own_text(
    call: Call,
) -> None:
    """Its seal is uncertain whatever the call makes of the signature; nothing of it needs to be
    read from pixels.
    """
    files = dict(attachments(next(MAILS.glob("04-*.eml"))))
    name, data = next((name, data) for name, data in files.items() if name.endswith(".pdf"))
    read = read_document(
        "2",
        name,
        Kind.PDF,
        signed(data, bureau(), visible_on=1),
        call,
        [authority().pem],
    ).document
    assert read is not None
    assert read.seal is not None
    assert (read.is_scan.value, read.seal.outcome) == (False, SealOutcome.UNCERTAIN)
    assert "电子签章" in read.seal.reason
    assert [signature.trusted for signature in read.signatures] == [True]
    assert read.pages_read == tuple(range(1, (read.pages or 0) + 1))
    assert read.applicant in {line.text for line in read.lines}
    assert Document.model_validate_json(read.model_dump_json()) == read
