"""A worker that has been taken over and answers what it likes: its mail goes to staff, the parent
goes on as if nothing had been.

Each of these functions runs in a real worker and writes to the parent by itself.
"""

from __future__ import annotations

import os
import stat
from email.message import EmailMessage
from pathlib import Path

import pytest

from ingest.calls import default_config, open_call
from ingest.reading import Fate, Kind, Part, Reading
from ingest.sandbox import mail
from ingest.sandbox.context import ReadingContext
from ingest.sandbox.mail import read_or_degrade
from ingest.sandbox.read import read_file
from ingest.sandbox.workers import WorkerDied, run_in_worker
from rules.call import Call


@pytest.fixture(scope="module")
def call() -> Call:
    return open_call(default_config() / "calls", "smart-education-2024").call


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    message = EmailMessage()
    message["From"] = "zhang@example.com"
    message["Subject"] = "申报"
    message.set_content("您好")
    message.add_attachment(b"x", maintype="text", subtype="plain", filename="a.txt")
    (tmp_path / "a.eml").write_bytes(message.as_bytes())
    return tmp_path / "a.eml"


def _say(*pieces: bytes) -> None:
    """Past all our own code, straight to the parent; then gone with code 0."""
    for number in range(3, 64):
        try:
            if not stat.S_ISFIFO(os.fstat(number).st_mode):
                continue
        except OSError:
            continue
        for piece in pieces:
            view = memoryview(piece)
            while view:
                view = view[os.write(number, view) :]
        os._exit(0)


def garbage() -> None:
    _say(os.urandom(1000))


def gigabyte() -> None:
    _say(b"R", *([bytes(1024**2)] * 1024))


def nested() -> None:
    _say(b"R", b"[" * 10_000, b"]" * 10_000)


def nested_failure() -> None:
    _say(b'F{"traceback":', b"[" * 10_000, b"]" * 10_000, b"}")


def wrong_failure() -> None:
    _say(b'F{"traceback": 1}')


def long_failure() -> None:
    _say(b'F{"type":"a","message":"m","traceback":"', b"x" * 1_000_000, b'"}')


def cut() -> None:
    _say(b'R{"mail"')


def nothing() -> None:
    _say(b"R")


CASES = {
    garbage: "崩溃|格式",
    gigabyte: "结果过大",
    nested: "格式",
    nested_failure: "格式",
    wrong_failure: "格式",
    long_failure: "格式",
    cut: "格式",
    nothing: "格式",
}


@pytest.mark.parametrize("says", CASES, ids=lambda says: says.__name__)
def test_what_it_says_is_named_as_its_failure(says: object) -> None:
    """By kind; nothing it said is quoted."""
    with pytest.raises(WorkerDied, match=CASES[says]) as caught:  # type: ignore[index]
        run_in_worker(f"{__name__}:{says.__name__}", returns=list[str])  # type: ignore[attr-defined]

    assert len(str(caught.value)) < 60


def read_falsely(path: Path, call: Call, context: ReadingContext) -> Reading | None:
    """The first attempt lies; the second, which only lists, is read by our own code."""
    reading = read_file(path, call, context)
    if not context.read_documents:
        return reading
    _say(b"R" + _spoilt(reading, path.stem).encode())
    return None


def _spoilt(reading: Reading, how: str) -> str:
    part = Part(path="9", name="x", kind=Kind.PDF, size=1, sha256="", fate=Fate.LIMIT)
    spoilt = {
        "line": part.model_copy(update={"name": "a.pdf\nBcc: x@example.com"}),
        "escape": part.model_copy(update={"name": "\x1b]0;x\x07"}),
        "turned": part.model_copy(update={"name": "\u202egnp.exe"}),
        "size": part.model_copy(update={"size": "many"}),
    }[how]
    told = reading.model_copy(update={"parts": (*reading.parts, spoilt)})
    return told.model_dump_json(warnings=False)


@pytest.mark.parametrize("how", ["line", "escape", "turned", "size"])
def test_a_mail_whose_reader_lies_is_listed_and_shown_to_staff(
    how: str, letter: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its name stands in no list; the note says that its documents were not read."""
    monkeypatch.setattr(mail, "READ_FILE", f"{__name__}:read_falsely")
    reading = read_or_degrade(letter.rename(letter.with_stem(how)), call, ReadingContext())

    assert [part.name for part in reading.parts] == ["", "a.txt"]
    assert any("不合格式" in note and "由人工查看" in note for note in reading.notes)
