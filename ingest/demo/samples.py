"""The sample mails that ship with the program and what is expected of each. Reads two files, decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import ingest
from rules.yaml_text import Mapping, Sequence, Text, load_tree


@dataclass(frozen=True)
class Sample:
    """One sample mail with its expected fate."""

    number: str
    path: Path
    received: datetime  #: aware: what the mail server's clock says
    what: str  #: in Chinese
    letter: str  #: kind of the letter it should get, ``none`` for silence
    mentions: tuple[str, ...]
    entries: tuple[tuple[str, str, str], ...]  #: applicant, track, decision


def samples_directory() -> Path:
    """Where the samples lie: inside the wheel, or beside the packages in a checkout."""
    packaged = Path(ingest.__file__).parent / "_samples"
    return packaged if packaged.is_dir() else Path(ingest.__file__).parents[1] / "samples"


def load_samples(directory: Path | None = None) -> tuple[Sample, ...]:
    """All samples, by their number."""
    root = directory or samples_directory()
    top = load_tree((root / "expected.yaml").read_text(encoding="utf-8"))
    assert isinstance(top, Mapping)
    mails = top[Text("mails")]
    assert isinstance(mails, Sequence)
    return tuple(_sample(root, mail) for mail in mails if isinstance(mail, Mapping))


def _sample(root: Path, mail: Mapping) -> Sample:
    def text(key: str) -> str:
        value = mail[Text(key)]
        assert isinstance(value, Text)
        return str(value)

    mentions, entries = mail[Text("mentions")], mail[Text("entries")]
    assert isinstance(mentions, Sequence)
    assert isinstance(entries, Sequence)
    return Sample(
        number=text("number"), path=root / text("file"), received=datetime.fromisoformat(text("received")), what=text("what"),
        letter=text("letter"), mentions=tuple(str(word) for word in mentions),
        entries=tuple(tuple(str(entry[Text(key)]) for key in ("applicant", "track", "decision")) for entry in entries if isinstance(entry, Mapping)),  # type: ignore[misc]
    )  # fmt: skip
