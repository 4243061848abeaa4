"""The end of the ledger is stamped by an authority: a real one by OpenSSL, asked over HTTP."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ingest.receipts.stamping import statement
from tests.integration.test_recovery_commands import Told, config, office, told
from tests.servers.timestamps import TimestampAuthority

__all__ = ["config", "office", "told"]  # fixtures


@pytest.fixture
def authority(tmp_path: Path, office: Path) -> Iterator[TimestampAuthority]:
    """It answers, and the office's configuration names it."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed (Debian package openssl)")
    with TimestampAuthority(tmp_path / "tsa") as authority:
        believe(office, authority, authority.root)
        yield authority


def believe(office: Path, authority: TimestampAuthority, root: Path) -> None:
    """The office asks it and believes that root."""
    path = office / "mailroom.toml"
    kept = [
        line for line in path.read_text("utf-8").splitlines() if not line.startswith("timestamp_")
    ]
    at = kept.index("[store]") + 1
    kept[at:at] = [f'timestamp_url = "{authority.url}"', f'timestamp_ca = "{root}"']
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")


def head(told: Told) -> tuple[int, str]:
    """Of the ledger, as it is printed."""
    audit = json.loads(told("audit", "verify", "--json")[1])
    return audit["events"], audit["head"]


def test_an_authority_vouches_for_the_end_of_the_ledger(
    told: Told, authority: TimestampAuthority
) -> None:
    """It is told a hash and nothing else; the stamp is the ledger's next line and is verified with
    it.
    """
    events, chain = head(told)

    code, said = told("audit", "stamp")

    assert (code, f"第 {events} 行" in said) == (0, True), said
    assert hashlib.sha512(statement(events, chain)).digest() in authority.asked[0]
    assert len(authority.asked[0]) < 150
    assert head(told)[0] == events + 1
    audit = json.loads(told("audit", "verify", "--json")[1])
    assert (audit["ok"], [each["events"] for each in audit["stamps"]]) == (True, [events])
    code, said = told("audit", "verify")
    assert (code, f"时间戳 1 个, 最近的证明第 {events} 行" in said) == (0, True)


def test_a_ledger_written_anew_cannot_have_its_stamp(
    told: Told, office: Path, authority: TimestampAuthority
) -> None:
    """The line that was stamped bears another hash."""
    told("audit", "stamp")
    with closing(sqlite3.connect(office / "mailroom.db")) as database, database:
        database.execute("DROP TRIGGER events_no_update")
        database.execute("UPDATE events SET chain = ? WHERE id = 1", ("0" * 64,))

    code, said = told("audit", "verify")

    assert (code, "台账第 1 行的时间戳与它不符" in said) == (1, True)


def test_what_is_no_stamp_of_this_is_not_taken(
    told: Told, authority: TimestampAuthority, tmp_path: Path, office: Path
) -> None:
    """An answer to something else, nonsense, another authority's, nobody there: nothing is
    written.
    """
    before = head(told)
    told("audit", "stamp")
    assert head(told)[0] == before[0] + 1
    before = head(told)
    authority.answer = authority.reply(authority.asked[0])
    assert told("audit", "stamp")[0] == 65
    authority.answer = b"nonsense"
    code, said = told("audit", "stamp")
    assert (code, "时间戳不成立" in said) == (65, True)
    authority.answer = None
    other = TimestampAuthority(tmp_path / "other")
    believe(office, authority, other.root)
    assert told("audit", "stamp")[0] == 65
    believe(office, authority, tmp_path / "nothing.pem")
    assert told("audit", "stamp")[0] == 78
    authority.url = "http://127.0.0.1:1/"
    believe(office, authority, authority.root)
    assert told("audit", "stamp")[0] == 69
    assert head(told) == before


def test_without_an_authority_it_is_told_what_to_write(told: Told, office: Path) -> None:
    """Nothing is asked by itself."""
    code, said = told("audit", "stamp")
    assert (code, "timestamp_url" in said) == (78, True)
    assert json.loads(told("audit", "verify", "--json")[1])["stamps"] == []
