"""How fast and how lean is intake: our durable pull against mbsync's, with fsync on, of one mailbox
on one server.

    make bench-pull                              1,000 small and 60 application mails
    make bench-pull ARGS="--small 20000"         the long form

Every pull runs in a process of its own, into an empty store on the same disk, in turns; the median
counts. Ours writes the raw mail, its row and its line in the hash-chained ledger; mbsync writes the
raw mail and its own list. Then: the most memory a pull ever held, and what a look costs that finds
nothing new. Needs Dovecot and mbsync (Debian packages dovecot-imapd, isync); loopback only. Nothing
that a test relies on belongs here.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import insert

from bench.main_job import ROOT, dovecot
from bench.timing import core_of_children, median_milliseconds
from ingest.app import App, Unconnected, build
from ingest.mailbox.imap import ImapMailbox
from ingest.settings import Settings
from ingest.steps.receive import receive_all
from ingest.store.tables import MessageRow, MessageState
from tests.servers.dovecot import DovecotAccount, program

SINCE = "2024-08-08T00:00:00+08:00"
_MBSYNC = """
FSync yes

IMAPAccount office
Host {host}
Port {port}
User {user}
Pass {password}
SSLType None
AuthMechs LOGIN

IMAPStore far
Account office

MaildirStore near
Path {folder}/
Inbox {folder}/INBOX

Channel all
Far :far:
Near :near:
Sync Pull
Create Near
SyncState *
CopyArrivalDate yes
"""


def small_mails(count: int) -> Iterable[bytes]:
    """Mails of 2 KB, all different."""
    for number in range(count):
        body = random.Random(number).randbytes(800).hex()  # noqa: S311 - no secret
        yield f"From: a{number}@example.invalid\r\nSubject: mail {number}\r\n\r\n{body}\r\n".encode()


def large_mails(count: int, size: int) -> Iterable[bytes]:
    """Mails of ``size`` bytes with lines of 76 characters, as base64 has them."""
    line = b"\r\n"
    for number in range(count):
        body = random.Random(number).randbytes(size // 2).hex().encode()  # noqa: S311 - no secret
        text = line.join(body[at : at + 76] for at in range(0, len(body), 76))
        yield b"From: b%d@example.invalid\r\nSubject: application\r\n\r\n" % number + text + line


def deliver(account: DovecotAccount, mails: Iterable[bytes]) -> int:
    """Put mails where a delivery agent would: twenty thousand APPENDs would take longer than the
    measurement.
    """
    home = account.server.base / "home" / account.username
    folders = [home / "Maildir" / name for name in ("cur", "new", "tmp")]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    number = -1
    for number, mail in enumerate(mails):
        (folders[1] / f"{1_800_000_000 + number}.{number}.bench").write_bytes(
            mail.replace(b"\r\n", b"\n"),
        )
    if os.getuid() == 0:
        subprocess.run(["chown", "-R", home.owner(), str(home / "Maildir")], check=True)
    return number + 1


def house(account: dict[str, Any], folder: Path) -> App:
    """An office whose mailbox is the account."""
    settings = Settings.model_validate(
        {
            "mailbox": {
                "host": account["host"],
                "username": account["username"],
                "accept_since": SINCE,
                "max_message_size": "1GB",
            },
            "smtp": {"host": "127.0.0.1", "username": ""},
            "store": {
                "database": f"sqlite:///{folder}/mailroom.db",
                "files": str(folder / "files"),
            },
            "calls": {
                "directory": str(ROOT / "config" / "calls"),
                "active": ["smart-education-2024"],
            },
        }
    )
    mailbox = ImapMailbox(**account, security="none", max_message_size=1024**3)
    return build(settings, mailbox=mailbox, transport=Unconnected())


def pull_here(account: dict[str, Any], folder: Path) -> dict[str, float]:
    """One pull in this process: mails, seconds, seconds of a core, and its memory before and at
    most, in bytes.
    """
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    app = house(account, folder)
    before = _memory()
    start, core = time.perf_counter(), time.process_time()
    count = receive_all(app.inlet)
    seconds, core = time.perf_counter() - start, time.process_time() - core
    app.close()
    return {
        "mails": count, "seconds": seconds, "core": core, "before": before, "peak": _memory(),
    }  # fmt: skip


def _memory() -> int:
    """The most this process has held since it began; not ru_maxrss, which counts its parent's
    memory too.
    """
    text = Path("/proc/self/status").read_text(encoding="ascii")
    return int(text.partition("VmHWM:")[2].split()[0]) * 1024


def ours(account: DovecotAccount) -> dict[str, float]:
    """One pull in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="bench-ours-") as folder:
        code = "import json,sys;from pathlib import Path;from bench.pull import pull_here;print(json.dumps(pull_here(json.loads(sys.argv[1]),Path(sys.argv[2]))))"
        done = subprocess.run(
            [sys.executable, "-c", code, json.dumps(_address(account)), folder],
            cwd=ROOT, check=True, capture_output=True, text=True,
        )  # fmt: skip
        return dict(json.loads(done.stdout))


def mbsync(account: DovecotAccount) -> tuple[float, float]:
    """Seconds of one pull by mbsync, and seconds of a core."""
    with tempfile.TemporaryDirectory(prefix="bench-mbsync-") as folder:
        configuration = Path(folder) / "mbsyncrc"
        address = _address(account)
        configuration.write_text(
            _MBSYNC.format(
                host=address["host"],
                port=address["port"],
                user=address["username"],
                password=address["password"],
                folder=folder,
            )
        )
        start, core = time.perf_counter(), core_of_children()
        subprocess.run(["mbsync", "-c", str(configuration), "-a"], check=True, capture_output=True)
        return time.perf_counter() - start, core_of_children() - core


def _address(account: DovecotAccount) -> dict[str, Any]:
    return {
        "host": account.host,
        "port": account.server.port,
        "username": account.username,
        "password": account.password,
    }


def race(name: str, account: DovecotAccount, count: int, rounds: int) -> None:
    """Ours and mbsync in turns; the server's caches are warm for both."""
    ours(account)
    mbsync(account)
    results = [(ours(account), mbsync(account)) for _ in range(rounds)]
    mine = statistics.median(result["seconds"] for result, _ in results)
    theirs = statistics.median(seconds for _, (seconds, _) in results)
    core = statistics.median(result["core"] / used for result, (_, used) in results)
    peak = max(result["peak"] for result, _ in results)
    grown = max(result["peak"] - result["before"] for result, _ in results)
    assert all(result["mails"] == count for result, _ in results)
    print(
        f"{name}: 收发室 {count / mine:.0f} 封/秒,mbsync {count / theirs:.0f} 封/秒,收发室是它的 {theirs / mine:.2f} 倍,处理器用 {core:.1f} 倍;"
        f"内存最多 {peak / 1e6:.0f} MB,比开始时多 {grown / 1e6:.1f} MB"
    )


def fill(app: App, rows: int) -> None:
    """So many mails in the ledger that the server does not hold any more, below the uids
    it does.
    """
    now, base = app.clock.now(), 1_000_000
    row = {
        "folder": "INBOX",
        "uidvalidity": _validity(app),
        "incarnation": 0,
        "size": 1,
        "announced_size": 1,
        "dated": True,
        "sha256": "",
        "received_at": now - timedelta(days=1),
        "fetched_at": now,
        "state": MessageState.READ,
        "attempts": 0,
        "error": "",
        "message_id_header": "",
        "from_address": "",
        "from_name": "",
        "subject": "",
        "screening_kind": "",
        "screening_reply": False,
        "screening_reason": "",
        "answered": True,
    }
    with app.database.writing() as session:
        for start in range(0, rows, 5000):
            session.connection().execute(
                insert(
                    MessageRow,
                ),
                [row | {"uid": base + at} for at in range(start, min(rows, start + 5000))],
            )


def _validity(app: App) -> int:
    with app.mailbox.session() as session:
        return session.examine("INBOX").uidvalidity


def empty_looks(account: DovecotAccount, rows: Iterable[int]) -> None:
    """What a look costs that finds nothing, by what the ledger holds; beside it the bare
    session.
    """
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    for count in rows:
        with tempfile.TemporaryDirectory(prefix="bench-empty-") as folder:
            app = house(_address(account), Path(folder))
            fill(app, count)
            receive_all(app.inlet)
            bare = median_milliseconds(partial(_validity, app), 15)
            whole = median_milliseconds(partial(receive_all, app.inlet), 15)
            print(f"空查一次: 台账另有 {count} 行时 {whole:.1f} ms,其中登录与列表 {bare:.1f} ms")
            app.close()


def main() -> None:
    """Race, memory, empty looks."""
    parser = argparse.ArgumentParser(description="收信的速度与内存")
    parser.add_argument("--small", type=int, default=1000, help="2 KB 的邮件数")
    parser.add_argument("--large", type=int, default=60, help="3.3 MB 的邮件数")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--rows", type=int, nargs="*", default=[100, 100_000], help="空查时台账另有的行数"
    )
    options = parser.parse_args()
    if program("mbsync") is None:
        sys.exit("缺少 mbsync: apt-get install isync")
    with dovecot() as account:
        server = account.server
        race(
            f"{options.small} 封 2 KB",
            account,
            deliver(account, small_mails(options.small)),
            options.rounds,
        )
        applications = server.new_account()
        race(
            f"{options.large} 封 3.3 MB",
            applications,
            deliver(applications, large_mails(options.large, 3_300_000)),
            options.rounds,
        )
        giant = server.new_account()
        race("1 封 100 MB", giant, deliver(giant, large_mails(1, 100_000_000)), options.rounds)
        quiet = server.new_account()
        deliver(quiet, small_mails(100))
        empty_looks(quiet, options.rows)
        empty_looks(account, [0])
