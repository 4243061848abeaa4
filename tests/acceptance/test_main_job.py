"""The main job with the installed command, a real IMAP server and a real SMTP peer."""

from __future__ import annotations

import email
from collections import Counter
from email.header import decode_header, make_header
from email.message import Message

import pytest

from ingest.demo.mails import Sample, load_samples
from tests.acceptance.conftest import Office
from tests.warm.command import INSTALLED

SAMPLES = {sample.number: sample for sample in load_samples()}
LATER = ("10", "12", "24", "25", "29")
"""Supplements, the newer version, the impostor: they arrive after the first letters have gone
out.
"""


def original(sample: Sample) -> Message:
    return email.message_from_bytes(sample.path.read_bytes())


def body(letter: Message) -> str:
    part = next(part for part in letter.walk() if part.get_content_type() == "text/plain")
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode("utf-8")


def subject(letter: Message) -> str:
    return str(make_header(decode_header(letter["Subject"])))


def deliver(office: Office, *numbers: str) -> None:
    for number in numbers:
        office.account.append(SAMPLES[number].path.read_bytes(), SAMPLES[number].received)


def letters(office: Office) -> dict[str, Message]:
    """The letters sent so far by the Message-ID they answer; digests by their own."""
    mails = [
        (
            taken.recipients,
            email.message_from_bytes(taken.data),
        )
        for taken in office.sink.letters
    ]
    assert all(len(recipients) == 1 and recipients[0] in mail["To"] for recipients, mail in mails)
    return {mail["In-Reply-To"] or mail["Message-ID"]: mail for _, mail in mails}


@pytest.mark.slow
@pytest.mark.dovecot
@pytest.mark.timeout(400)
def test_every_sample_gets_the_letter_it_should_and_a_second_round_sends_nothing(
    office: Office,
) -> None:
    """Recipients, kinds, thread headers, faults, digest numbers; then silence. By the installed
    command itself.
    """
    office.command = INSTALLED
    deliver(office, *(number for number in SAMPLES if number not in LATER))
    first = office.run("run", "--once")
    assert first.returncode == 0, first.stderr
    deliver(office, *LATER)
    second = office.run("run", "--once")
    assert second.returncode == 0, second.stderr

    sent = letters(office)
    outbox = {letter["message_id"]: letter for letter in office.json("outbox", "list")}
    for sample in SAMPLES.values():
        mail = original(sample)
        letter = sent.get(mail["Message-ID"])
        if sample.letter == "none":
            assert letter is None or sample.number == "19", sample.what  # 19 is 18 delivered again
            continue
        assert letter is not None, sample.what
        assert outbox[letter["Message-ID"]]["kind"] == sample.letter, sample.what
        assert letter["To"].endswith(f"<{outbox[letter['Message-ID']]['recipient']}>")
        assert mail["Message-ID"] in letter["References"]
        assert letter["Auto-Submitted"] == "auto-replied"
        for word in sample.mentions:
            assert word in body(letter), (sample.number, word)
        for applicant, _, _ in sample.entries:
            assert applicant in body(letter), sample.number
    answered = [sample for sample in SAMPLES.values() if sample.letter != "none"]
    kinds = Counter(each["kind"] for each in outbox.values())
    assert kinds == Counter(sample.letter for sample in answered) + Counter(("digest", "informed"))

    digests = [mail for mail in sent.values() if mail["Auto-Submitted"] == "auto-generated"]
    assert [mail["To"] for mail in digests] == ["staff@office.example"]

    count = len(office.sink.letters)
    third = office.run("run", "--once")
    assert third.returncode == 0, third.stderr
    assert len(office.sink.letters) == count


@pytest.mark.dovecot
@pytest.mark.slow
def test_the_digest_counts_what_the_ledger_holds(office: Office) -> None:
    """Server count and ledger count are equal and printed; the decided cases are counted."""
    deliver(office, "01", "03", "15", "16", "20")
    assert office.run("run", "--once").returncode == 0

    status = office.json("status")
    assert status["server_count"] == status["ledger_count"] == 5
    assert (
        status["cases"]["accepted"],
        status["cases"]["incomplete"],
        status["cases"]["referred"],
    ) == (1, 1, 1)
    digest = next(
        mail
        for mail in letters(
            office,
        ).values()
        if mail["Auto-Submitted"] == "auto-generated"
    )
    assert "新收 5 件 · 受理 1 · 待补正 1 · 转人工 1" in subject(digest)
    assert "服务器 5 封，台账 5 封，一致" in body(digest)


@pytest.mark.dovecot
@pytest.mark.slow
def test_a_mail_nobody_can_parse_is_set_aside_and_the_next_one_is_answered(office: Office) -> None:
    """Poison waits for nobody and nobody waits for it."""
    office.account.append(b"\x00" * 2000, SAMPLES["15"].received)
    deliver(office, "15")
    assert office.run("run", "--once").returncode == 0

    states = office.json("status")["messages"]
    assert states["read"] + states["set_aside"] == 2
    assert original(SAMPLES["15"])["Message-ID"] in letters(office)


@pytest.mark.dovecot
def test_the_hold_file_silences_letters_but_not_intake(office: Office) -> None:
    """A kill switch for mouths, not ears."""
    (office.directory / "outbound.hold").touch()
    deliver(office, "15")
    assert office.run("run", "--once").returncode == 0
    assert (office.sink.letters, office.json("status")["messages"]["read"]) == ([], 1)

    (office.directory / "outbound.hold").unlink()
    assert office.run("run", "--once").returncode == 0
    assert original(SAMPLES["15"])["Message-ID"] in letters(office)


@pytest.mark.dovecot
def test_the_first_letters_wait_for_approval_when_asked(office: Office) -> None:
    """approve_first keeps them until a person releases them."""
    office.configure(approve_first=1)
    deliver(office, "15")
    assert office.run("run", "--once").returncode == 0
    held = office.json("outbox", "list", "--state", "held")
    assert len(held) == 1

    assert office.run("outbox", "release", str(held[0]["id"])).returncode == 0
    assert office.run("run", "--once").returncode == 0
    assert original(SAMPLES["15"])["Message-ID"] in letters(office)


@pytest.mark.dovecot
def test_mail_older_than_the_cutoff_is_registered_and_never_answered(office: Office) -> None:
    """accept_since makes a first start on a full mailbox safe."""
    text = office.config.read_text(encoding="utf-8").replace(
        "2024-08-08T00:00:00+08:00",
        "2024-08-13T00:00:00+08:00",
    )
    office.config.write_text(text, encoding="utf-8")
    deliver(office, "15")
    assert office.run("run", "--once").returncode == 0
    assert office.json("status")["messages"]["before_cutoff"] == 1
    assert all(mail["Auto-Submitted"] == "auto-generated" for mail in letters(office).values())
