"""Servers on loopback for every test that asks for one; nothing here is started unless it is asked for."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.demo.smtp_sink import SmtpSink
from tests.servers.certificates import Certificates, make_certificates
from tests.servers.dovecot import DovecotAccount, DovecotServer, program


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """A CA and a valid certificate for localhost and 127.0.0.1."""
    return make_certificates(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="session")
def dovecot_server() -> Iterator[DovecotServer]:
    """One Dovecot for the whole run; skips when it is not installed."""
    if program("dovecot") is None or program("doveadm") is None:
        pytest.skip("Dovecot is not installed (Debian package dovecot-imapd)")
    # Not below pytest's own directory: that is closed to the user Dovecot runs as, and too long for a socket's name.
    base = Path(tempfile.mkdtemp(prefix="dovecot-"))
    server = DovecotServer(base)
    try:
        server.start()
        yield server
        server.stop()
    finally:
        shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
def dovecot(dovecot_server: DovecotServer) -> DovecotAccount:
    """A fresh account with an empty INBOX."""
    return dovecot_server.new_account()


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    """A mail server that takes everything and keeps it."""
    with SmtpSink() as sink:
        yield sink
