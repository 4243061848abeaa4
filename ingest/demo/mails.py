"""The mails of a demo: those that ship with the program and what is expected of each, or an
office's own. Decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.parser import BytesHeaderParser
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path

import ingest
from ingest.errors import ConfigError
from rules.call import Call
from rules.vocabulary import BEIJING
from rules.yaml_text import Mapping, Sequence, Text, load_tree


@dataclass(frozen=True)
class Sample:
    """One sample mail with its expected fate."""

    number: str
    path: Path
    received: datetime  #: aware: what the mail server's clock says
    what: str  #: in Chinese
    letter: str  #: kind of the letter it should get, ``none`` for silence, "" when nobody has said
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


#: as late as a mail of one's own may come in a demo, so that it has an end
AFTER_THE_DEADLINE = timedelta(days=7)


def own_samples(folder: Path, call: Call) -> tuple[Sample, ...]:
    """The .eml files of ``folder``; each comes when its Date says, within the call's own days.

    Raises:
        ConfigError: there is none.
    """
    paths = sorted(path for path in folder.glob("*.eml") if path.is_file())
    if not paths:
        raise ConfigError(f"{folder} 里没有 .eml 文件", "把试发的邮件另存为 .eml 放进去")
    return tuple(_own_sample(path, call) for path in paths)


def message_id_of(sample: Sample) -> str:
    """The Message-ID of a sample's mail; "" when it has none."""
    with sample.path.open("rb") as mail:
        return str(BytesHeaderParser(policy=default).parse(mail)["Message-ID"] or "").strip()


def _own_sample(path: Path, call: Call) -> Sample:
    with path.open("rb") as mail:
        headers = BytesHeaderParser(policy=default).parse(mail)
    try:
        sent = parsedate_to_datetime(str(headers["Date"]))
    except ValueError:
        sent = call.published
    aware = sent if sent.tzinfo else sent.replace(tzinfo=BEIJING)
    received = min(
        max(aware, call.published),
        call.deadline + AFTER_THE_DEADLINE,
    ).astimezone(BEIJING)
    return Sample(path.stem, path, received, str(headers["Subject"] or ""), "", (), ())


def _sample(root: Path, mail: Mapping) -> Sample:
    def text(key: str) -> str:
        value = mail[Text(key)]
        assert isinstance(value, Text)
        return str(value)

    mentions, entries = mail[Text("mentions")], mail[Text("entries")]
    assert isinstance(mentions, Sequence)
    assert isinstance(entries, Sequence)
    return Sample(
        number=text("number"),
        path=root / text("file"),
        received=datetime.fromisoformat(text("received")),
        what=text("what"),
        letter=text("letter"),
        mentions=tuple(str(word) for word in mentions),
        entries=tuple(_entry(entry) for entry in entries if isinstance(entry, Mapping)),
    )


def _entry(tree: Mapping) -> tuple[str, str, str]:
    return str(tree[Text("applicant")]), str(tree[Text("track")]), str(tree[Text("decision")])
