"""Staff at work with the installed command: nothing happens before --yes, and then all of it."""

from __future__ import annotations

import email

import pytest

from ingest.demo.mails import load_samples
from tests.acceptance.conftest import Office

GREY = next(sample for sample in load_samples() if sample.number == "20")


@pytest.mark.slow
@pytest.mark.dovecot
@pytest.mark.timeout(400)
def test_a_clerk_decides_what_the_program_could_not(office: Office) -> None:
    """The letter is shown, refused without --yes, sent with it; task and case say so."""
    office.account.append(GREY.path.read_bytes(), GREY.received)
    assert office.run("run", "--once").returncode == 0
    (task, *_) = office.json("task", "list")
    code, before = task["case"], len(office.sink.letters)
    assert task["asks"] == "人工核验"
    decide = ("case", "decide", code, "受理", "--because", "原件已核对", "--who", "李经办")

    shown = office.run(*decide)

    assert shown.returncode == 64
    assert "【受理回执】" in shown.stdout
    assert "--yes" in shown.stderr
    assert office.json("case", "show", code)["state"] == "转人工"
    done = office.json(*decide, "--yes")
    assert [each["after"] for each in done["cases"]] == ["受理"]
    assert [each["kind"] for each in done["letters"]] == ["受理回执"]
    assert office.run("run", "--once").returncode == 0
    (letter,) = office.sink.letters[before:]
    assert letter.recipients == (email.message_from_bytes(letter.data)["To"].split("<")[1][:-1],)
    detail = office.json("case", "show", code)
    assert (detail["state"], detail["tasks"]) == ("受理", [])
    assert [each["who"] for each in detail["staff"]] == ["李经办"]
    assert office.json("task", "list") == []
    again = office.run(*decide, "--version", "1", "--yes")
    assert again.returncode == 64
    assert "李经办" in again.stderr
