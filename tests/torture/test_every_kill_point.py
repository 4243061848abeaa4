"""SIGKILL once at every named place, then until the work is done: nothing lost, nobody answered
twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from ingest.demo.smtp_sink import SmtpSink
from ingest.killpoints import POINTS
from tests.servers.dovecot import DovecotAccount
from tests.torture.check import always, at_rest, on_server, tally
from tests.torture.mails import mixed, question, sample
from tests.torture.runs import KILLED, KilledOffice, Zygote

ONCE = {"fetched", "stored", "recording", "recorded", "folder_saved", "digest_queued", "dot"}
"""The others kill at their second time: the first mail then gets on, and none dies three times
(that is poison).
"""

WINDOW = {"sending", "dot", "handed_over"}
"""Deaths between the claim of a letter and the journal's note that it left: the one window nobody can
close.
"""


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    with Zygote() as zygote:
        yield zygote


@pytest.fixture
def office(
    tmp_path: Path,
    dovecot: DovecotAccount,
    smtp_sink: SmtpSink,
    zygote: Zygote,
) -> KilledOffice:
    return KilledOffice(tmp_path / "office", dovecot, smtp_sink, zygote)


@pytest.mark.slow
@pytest.mark.dovecot
@pytest.mark.timeout(400)
def test_killed_once_at_every_point_the_office_ends_as_if_nothing_had_happened(
    office: KilledOffice,
) -> None:
    """One mailbox, a death at each point in turn, the invariants after each; afterwards the folder
    is renumbered.
    """
    mails = iter([*mixed(40), sample("03"), sample("15")])
    for name in (*POINTS, "dot"):
        office.post(islice(mails, 2))
        assert office.run(name if name in ONCE else f"{name}:2") == KILLED, name
        assert always(office) == [], name
    office.post(mails)
    assert office.run() == 0, office.log.read_text("utf-8")
    assert at_rest(office) == []
    found = tally(office)
    assert found["uncertain"] == len(WINDOW)
    assert found["arrived"] == len(WINDOW - {"sending"})
    assert found["set_aside"] == 0

    letters = len(office.taken)
    office.account.renumber(4_000_000_001)
    office.post([question(900)])
    assert office.run("recorded") == KILLED
    assert office.run() == 0
    assert at_rest(office) == []
    assert len(office.taken) == letters + 1
    assert {mail.uidvalidity for mail in on_server(office.account)} == {4_000_000_001}
