"""Servers on loopback for every test that asks for one; nothing here is started unless it is asked
for.

With several workers (docs/testing.md) each has servers of its own, and what is made once for all is
asked of ``once``.
"""

from __future__ import annotations

import atexit
import gc
import logging
import multiprocessing
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import structlog

from ingest.demo.smtp_sink import SmtpSink
from ingest.sandbox.freed import keep_freed_memory
from tests.environment import KNOWN_PRINT
from tests.once import Once
from tests.servers.certificates import Certificates, make_certificates
from tests.servers.dovecot import DovecotAccount, DovecotServer, program
from tests.servers.folders import remove_behind
from tests.servers.objects import ObjectServer
from tests.servers.postgresql import INSTALLED, PostgresqlServer
from tests.statements import compile_once
from tests.temporary import lie_in_memory, remove_after_us
from tests.warm import command
from tests.workers import pytest_sessionstart, pytest_xdist_make_scheduler

__all__ = ["pytest_sessionstart", "pytest_xdist_make_scheduler"]

# How long an example takes says nothing while other workers use the same cores.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")

# what is read in this process is read as in a worker of the program
keep_freed_memory()

# a shell has what runs behind it ignore it, and what tests start and interrupt would, too
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# before anything asks where temporary files go; workers and what tests start inherit the answer
IN_MEMORY = None if "PYTEST_XDIST_WORKER" in os.environ else lie_in_memory()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Short paths: a socket's has 107 bytes, and tests have folders in folders."""
    if IN_MEMORY is not None and config.option.basetemp is None:
        config.option.basetemp = IN_MEMORY / "p"
    given = getattr(config, "workerinput", None)
    if given is not None:
        command.lives_for_a_run(Path(given["warm"]))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """A worker: what is loaded once for the run lies where we say."""
    node.workerinput["warm"] = str(command.folder_of_the_run())


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(exitstatus: int) -> None:
    """What a run left in memory goes, unless something failed and is to be looked at. pytest looks
    for garbage twice more when it ends, each time a second of every worker.
    """
    gc.collect()
    gc.freeze()
    if IN_MEMORY is not None and not exitstatus:
        remove_after_us(IN_MEMORY)


def _end_at_once() -> None:
    """The last thing a worker does: taking apart all it had loaded took seconds at the end of a run."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if "PYTEST_XDIST_WORKER" in os.environ and not command.measured():
    atexit.register(_end_at_once)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: pytest.ExitCode
) -> None:
    """Where it is to be looked at."""
    if IN_MEMORY is not None and exitstatus:
        terminalreporter.write_line(f"The files of this run are kept for now: {IN_MEMORY}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow ones first, so that no worker is left alone with one at the end."""
    # it holds the second it was packed in, and workers would find other tests
    archives = [item.nodeid for item in items if "PK\\x03\\x04\\x14" in item.nodeid]
    assert not archives, f"an archive is no name of a test, see ids of parametrize: {archives[0]}"
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection() -> None:
    """While tests are found nothing becomes garbage: looking for it took a fifth of the time."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Thousands of tests and the modules they came with are never garbage: they are not looked
    through again whenever something else may be.
    """
    gc.freeze()
    gc.enable()
    gc.set_threshold(10_000, 20)


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """What was made once for the whole run, by whichever worker."""
    base = tmp_path_factory.getbasetemp()
    return Once((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "once")


@pytest.fixture(scope="session", autouse=True)
def print_is_read_once(once: Once) -> Iterator[None]:
    """A scan whose print was read before in this run, by whichever worker or command, is not read
    again (``ingest/sandbox/knownprint.py``). Whoever purges has a folder of their own.
    """
    known = once.folder / "print"
    known.mkdir(parents=True, exist_ok=True)
    stays = known / "stays.print"
    stays.touch()
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(KNOWN_PRINT, str(known))
        yield
    assert stays.exists(), "a test purged what all tests share: see KNOWN_PRINT in tests/"


@pytest.fixture(scope="session", autouse=True)
def what_we_start_is_loaded() -> None:
    """Readers' servers and rule children of this process, too."""
    multiprocessing.set_executable(command.python())


@pytest.fixture
def what_we_start_is_not_loaded(what_we_start_is_loaded: None) -> Iterator[None]:
    """Where how it starts, or what it looks like from outside, is the point."""
    multiprocessing.set_executable(sys.executable)
    yield
    multiprocessing.set_executable(command.python())


@pytest.fixture(scope="session", autouse=True)
def statements_are_compiled_once() -> Iterator[None]:
    """For all the databases of a worker."""
    with pytest.MonkeyPatch.context() as patched:
        compile_once(patched)
        yield


def _log_plainly() -> None:
    """Tracebacks without the value of every variable: drawing those took longer than many a test."""
    structlog.reset_defaults()
    *before, _ = structlog.get_config()["processors"]
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*before, plain])


_log_plainly()


@pytest.fixture(autouse=True)
def the_log_is_heard_again() -> Iterator[None]:
    """Whatever a command carried out in this process had set up, or hushed."""
    handlers = logging.getLogger().handlers[:]
    yield
    logging.getLogger().handlers[:] = handlers
    _log_plainly()


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """A CA and a valid certificate for localhost and 127.0.0.1."""
    return make_certificates(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="session")
def object_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectServer]:
    """One S3 server for the whole run; each test takes a prefix of its own."""
    with ObjectServer(tmp_path_factory.mktemp("objects")) as server:
        yield server


@pytest.fixture(scope="session")
def dovecot_server() -> Iterator[DovecotServer]:
    """One Dovecot for the whole run; skips when it is not installed."""
    if program("dovecot") is None or program("doveadm") is None:
        pytest.skip("Dovecot is not installed (Debian package dovecot-imapd)")
    # Not below pytest's own directory: that is closed to the user Dovecot runs as, and too long for
    # a socket's name.
    base = Path(tempfile.mkdtemp(prefix="dovecot-"))
    server = DovecotServer(base)
    try:
        server.start()
        yield server
        server.stop()
    finally:
        remove_behind(base)


@pytest.fixture
def dovecot(dovecot_server: DovecotServer) -> DovecotAccount:
    """A fresh account with an empty INBOX."""
    return dovecot_server.new_account()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """One PostgreSQL for the whole run; skips when it is not installed."""
    if not INSTALLED:
        pytest.skip("PostgreSQL 15 is not installed (Debian package postgresql)")
    server = PostgresqlServer()
    try:
        server.start()
        yield server
        server.stop()
    finally:
        server.remove()


@pytest.fixture
def postgresql_url(postgresql_server: PostgresqlServer) -> str:
    """The address of a new, empty database."""
    return postgresql_server.new_database()


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    """A mail server that takes everything and keeps it."""
    with SmtpSink() as sink:
        yield sink
