"""The embedded servers of the demo: up at once, silent, gone without a trace."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import UTC, datetime

import pytest

from ingest.demo.mailbox import EmbeddedMailbox
from ingest.demo.smtp_sink import SmtpSink
from ingest.errors import ConfigError, TemporaryError
from ingest.mailbox.imap import ImapMailbox

ARRIVED = datetime(2024, 8, 31, tzinfo=UTC)
_WHOLE_LIFE = """
from datetime import UTC, datetime
from ingest.demo.mailbox import EmbeddedMailbox
from ingest.demo.smtp_sink import SmtpSink
from ingest.errors import LoginRefusedError
from ingest.mailbox.imap import ImapMailbox
from notifier.smtp import SmtpTransport

def at(mailbox, password):
    account = dict(security="none", username="demo", password=password)
    return ImapMailbox(mailbox.host, mailbox.port, **account).session()

with EmbeddedMailbox() as mailbox, SmtpSink() as sink:
    mailbox.append(b"Subject: x\\r\\n\\r\\n", datetime(2024, 8, 31, tzinfo=UTC))
    try:
        with at(mailbox, "wrong"):
            pass
    except LoginRefusedError:
        pass
    with at(mailbox, "demo") as box:
        assert len(box.examine("INBOX").uids) == 1
        left_open = SmtpTransport(sink.host, sink.port, security="none").session()
        mail = b"Subject: y\\r\\n\\r\\n"
        left_open.__enter__().send("a@example.invalid", "b@example.invalid", mail)
assert len(sink.letters) == 1
"""


def test_a_whole_life_of_both_servers_writes_nothing_on_the_terminal() -> None:
    """A refused login and a session cut at the end included."""
    done = subprocess.run(
        [sys.executable, "-c", _WHOLE_LIFE],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_nothing_listens_and_no_thread_runs_afterwards() -> None:
    """The demo ends when it ends."""
    before = threading.active_count()
    with EmbeddedMailbox() as mailbox, SmtpSink():
        account = ImapMailbox(
            mailbox.host,
            mailbox.port,
            security="none",
            username=mailbox.username,
            password=mailbox.password,
            timeout=2.0,
        )
    with pytest.raises(TemporaryError), account.session():
        pass
    assert threading.active_count() == before


def test_two_mailboxes_live_side_by_side() -> None:
    """Ports are free ones and nothing is shared."""
    with EmbeddedMailbox() as one, EmbeddedMailbox("second", "word") as other:
        one.append(b"Subject: x\r\n\r\n", ARRIVED)
        account = ImapMailbox(
            other.host,
            other.port,
            security="none",
            username="second",
            password="word",
        )
        with account.session() as session:
            assert session.examine("INBOX").uids == ()


@pytest.mark.parametrize(
    ("server", "package"),
    [(EmbeddedMailbox, "pymap"), (SmtpSink, "aiosmtpd")],
)
def test_without_the_optional_package_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, server: type[EmbeddedMailbox | SmtpSink], package: str
) -> None:
    """A line an administrator can act on, no traceback."""
    for name in [package, *(name for name in sys.modules if name.startswith(package + "."))]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ConfigError, match="没有安装") as told, server():
        pass
    assert "mailroom[demo]" in told.value.hint
