"""What was read of print before: by what it is known, and when it is not."""

from __future__ import annotations

import base64
import hashlib
import os
import resource
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.calls import default_config, open_call
from ingest.document.print.scantask import ScanTask, ScanText
from ingest.reading import ScanLine, Seal
from ingest.sandbox import knownprint
from ingest.sandbox.knownprint import BETWEEN_LOOKS, KEPT_FOR, KnownPrint
from rules.call import Call

SCAN = b"%PDF-1.7 a scan"
NAME = hashlib.sha256(SCAN).hexdigest()
TASK = ScanTask(sha256=NAME, form="附件1", texts={"附件1": ("申报书",)})
TEXT = ScanText(sha256=NAME, lines=(ScanLine(page=1, row=1, text="申报书", confidence=0.9),))


@pytest.fixture(scope="module")
def call() -> Call:
    return open_call(default_config() / "calls", "smart-education-2024").call


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    path = tmp_path / "a.eml"
    path.write_bytes(b"Subject: a\n\n" + base64.encodebytes(SCAN))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "print"


def entries(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.print"))


def test_what_was_kept_is_known_to_the_next_mail_with_that_scan(
    folder: Path, mail: Path, call: Call
) -> None:
    """And nobody else of the machine may read it."""
    prints = KnownPrint(folder)
    assert prints.of_mail(mail).known([TASK], call) == ()
    prints.of_mail(mail).keep([TASK], [TEXT], call)

    again = mail.with_name("b.eml")
    again.write_bytes(b"Subject: b\n\nwords\n\n" + base64.encodebytes(SCAN) + b"\n")
    assert prints.of_mail(again).known([TASK], call) == (TEXT,)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [each.stat().st_mode & 0o777 for each in entries(folder)] == [0o600]


def test_another_question_is_another_entry(folder: Path, mail: Path, call: Call) -> None:
    """The form expected, the seals, the Word file's texts, the call's forms: all may change what is
    read.
    """
    known = KnownPrint(folder).of_mail(mail)
    known.keep([TASK], [TEXT], call)
    seal = Seal(page=1, bbox=(0, 0, 40, 40), diameter_mm=40, shape="circle", confidence=0.9)
    for changed in ({"form": "附件2"}, {"seals": (seal,)}, {"texts": {}}):
        assert known.known([TASK.model_copy(update=changed)], call) == ()
    assert known.known([TASK], replace(call, forms=call.forms[1:])) == ()
    assert known.known([TASK], replace(call, id="another-call")) == (TEXT,)


def test_another_version_of_the_program_reads_anew(
    folder: Path, mail: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it reads may be better."""
    KnownPrint(folder).of_mail(mail).keep([TASK], [TEXT], call)
    monkeypatch.setattr(knownprint, "program", lambda: "another")
    assert KnownPrint(folder).of_mail(mail).known([TASK], call) == ()


@pytest.mark.parametrize("damage", [b"", b"x", None])
def test_a_damaged_entry_is_as_if_it_were_not_there(
    folder: Path, mail: Path, call: Call, damage: bytes | None
) -> None:
    """Cut off, or with one byte changed."""
    known = KnownPrint(folder).of_mail(mail)
    known.keep([TASK], [TEXT], call)
    [entry] = entries(folder)
    content = entry.read_bytes()
    entry.write_bytes(content[:-1] + b"?" if damage is None else damage)
    assert known.known([TASK], call) == ()
    known.keep([TASK], [TEXT], call)
    assert known.known([TASK], call) == (TEXT,)


def test_an_entry_under_the_name_of_another_is_not_believed(
    folder: Path, mail: Path, call: Call
) -> None:
    """Its checksum is right, its scan is not."""
    known = KnownPrint(folder).of_mail(mail)
    known.keep([TASK], [TEXT], call)
    [entry] = entries(folder)
    other = hashlib.sha256(b"other").hexdigest()
    elsewhere = mail.with_name("other.eml")
    elsewhere.write_bytes(b"Subject: a\n\n" + base64.encodebytes(b"other"))
    task = TASK.model_copy(update={"sha256": other})
    of_other = KnownPrint(folder).of_mail(elsewhere)
    of_other.keep([task], [TEXT.model_copy(update={"sha256": other})], call)
    [place] = set(entries(folder)) - {entry}
    place.write_bytes(entry.read_bytes())
    assert of_other.known([task], call) == ()


def test_no_mail_says_what_is_printed_on_a_scan_it_does_not_hold(
    folder: Path, mail: Path, call: Call
) -> None:
    """A worker that was taken over reports any hash it likes."""
    liar = mail.with_name("liar.eml")
    liar.write_bytes(f"Subject: {NAME}\n\n{NAME}\n".encode())
    KnownPrint(folder).of_mail(liar).keep([TASK], [TEXT], call)
    assert entries(folder) == []
    KnownPrint(folder).of_mail(mail).keep([TASK], [TEXT], call)
    assert KnownPrint(folder).of_mail(liar).known([TASK], call) == ()


def test_what_the_time_cut_short_is_not_kept(folder: Path, mail: Path, call: Call) -> None:
    """With more time there may be more."""
    hurried = TEXT.model_copy(update={"hurried": True})
    KnownPrint(folder).of_mail(mail).keep([TASK], [hurried], call)
    assert entries(folder) == []


def test_without_a_folder_nothing_is_kept_and_trouble_with_one_is_none(
    tmp_path: Path, mail: Path, call: Call
) -> None:
    """Also when the mail is gone, or the folder is a file."""
    (tmp_path / "file").write_text("")
    for prints in (KnownPrint(), KnownPrint(tmp_path / "file" / "print")):
        prints.of_mail(mail).keep([TASK], [TEXT], call)
        assert prints.of_mail(mail).known([TASK], call) == ()
        assert prints.forget_all() == 0
    gone = KnownPrint(tmp_path / "print").of_mail(tmp_path / "gone.eml")
    gone.keep([TASK], [TEXT], call)
    assert gone.known([TASK], call) == ()


def test_what_does_not_fit_on_the_disk_leaves_nothing(folder: Path, mail: Path, call: Call) -> None:
    """Half an entry neither."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, hard))
    try:
        KnownPrint(folder).of_mail(mail).keep([TASK], [TEXT], call)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(folder.iterdir()) == []


def test_entries_nobody_asks_for_any_more_go(folder: Path, mail: Path, call: Call) -> None:
    """Looked for once a day, not with every scan."""
    known = KnownPrint(folder).of_mail(mail)
    known.keep([TASK], [TEXT], call)
    [old] = entries(folder)
    now = old.stat().st_mtime
    os.utime(old, (now - KEPT_FOR - 10,) * 2)
    task = TASK.model_copy(update={"form": "附件2"})
    known.keep([task], [TEXT], call)
    assert old.exists()
    os.utime(folder / "looked", (now - BETWEEN_LOOKS - 10,) * 2)
    known.keep([task], [TEXT], call)
    assert not old.exists()
    assert len(entries(folder)) == 1


def test_it_can_be_emptied(folder: Path, mail: Path, call: Call) -> None:
    """What a purge does."""
    prints = KnownPrint(folder)
    prints.of_mail(mail).keep([TASK], [TEXT], call)
    assert prints.forget_all() == 1
    assert prints.of_mail(mail).known([TASK], call) == ()
