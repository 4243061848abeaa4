"""What a power cut would leave: the order of the system calls of one run, as strace sees them.

SIGKILL loses nothing the kernel has been given, so no death of a process shows a missing fsync. The
order does.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.demo.smtp_sink import SmtpSink
from tests.servers.dovecot import DovecotAccount, program
from tests.torture.mails import application, question
from tests.torture.runs import KilledOffice, Zygote

CALLS = "syncfs,fsync,fdatasync,sync_file_range,rename,renameat,renameat2,unlink,sendto,sendmsg,write,openat"
PATTERNS = {
    "new_raw": r'openat\(.*"[^"]*/files/incoming/(?P<name>[^"/]+)".*O_CREAT',
    "sync_all": r"syncfs\(\d+<[^>]*/files/.*= 0",
    "fsync_raw": r"f(?:data)?sync\(\d+<[^>]*/files/incoming/(?P<name>[^>/]+)>",
    "rename_raw": r'rename\w*\(.*"[^"]*/files/incoming/(?P<name>[^"/]+)".*"[^"]*/files/(?P<shard>[0-9a-f]{2})/[0-9a-f]{64}\.eml"',
    "fsync_dir": r"f(?:data)?sync\(\d+<[^>]*/files/(?P<shard>[0-9a-f]{2})>",
    "commit": r"f(?:data)?sync\(\d+<[^>]*mailroom\.db-wal>",
    "data": r'(?:sendto|sendmsg|write)\(\d+<(?:socket|TCP)[^>]*>.*"DATA\\r\\n"',
}


def events(trace: str) -> list[tuple[str, dict[str, str]]]:
    """The calls that matter, in order."""
    found = []
    for line in trace.splitlines():
        for kind, pattern in PATTERNS.items():
            if match := re.search(pattern, line):
                found.append((kind, match.groupdict()))
    return found


def violations(found: list[tuple[str, dict[str, str]]]) -> list[str]:
    """fsync(raw) < rename < fsync(directory) < fdatasync(WAL) < DATA, for every mail and every
    letter.
    """
    return nameless(found) + unclaimed(found)


def nameless(found: list[tuple[str, dict[str, str]]]) -> list[str]:
    """Bytes before names, names before rows. syncfs(2) stands for the fsync of everything that is
    there.
    """
    raw, synced, unsynced_folders, wrong = set[str](), set[str](), set[str](), list[str]()
    for number, (kind, about) in enumerate(found):
        match kind:
            case "new_raw":
                raw.add(about["name"])
            case "sync_all":
                synced |= raw
                unsynced_folders.clear()
            case "fsync_raw":
                synced.add(about["name"])
            case "rename_raw":
                if about["name"] not in synced:
                    wrong.append(
                        f"{number}: {about['name']} got its name before its bytes were durable",
                    )
                unsynced_folders.add(about["shard"])
            case "fsync_dir":
                unsynced_folders.discard(about["shard"])
            case "commit" if unsynced_folders:
                wrong.append(
                    f"{number}: a row was committed while the names in {unsynced_folders} were not durable"
                )
    return wrong


def unclaimed(found: list[tuple[str, dict[str, str]]]) -> list[str]:
    """A claim before each letter, and what became of the one before it."""
    commits, needed, wrong = 0, 1, list[str]()
    for number, (kind, _) in enumerate(found):
        commits += kind == "commit"
        if kind == "data":
            if commits < needed:
                wrong.append(f"{number}: a letter was handed over without a claim of its own")
            commits, needed = 0, 2
    return wrong


@pytest.mark.slow
@pytest.mark.dovecot
@pytest.mark.timeout(400)
def test_bytes_names_rows_and_claims_are_durable_each_before_what_rests_on_it(
    tmp_path: Path, dovecot: DovecotAccount, smtp_sink: SmtpSink
) -> None:
    """Also for small mails that are taken in by the group, and for the one that comes alone."""
    if program("strace") is None:
        pytest.skip("strace is not installed (Debian package strace)")
    office = KilledOffice(tmp_path / "office", dovecot, smtp_sink, Zygote())
    office.post([question(1), question(2), application(3)])
    found = traced(office)
    office.post([question(4)])
    found += traced(office)
    office.post([question(number) for number in range(5, 15)])
    found += traced(office)

    kinds = [kind for kind, _ in found]
    assert (kinds.count("rename_raw"), kinds.count("data")) == (14, len(office.taken)), kinds
    assert kinds.count("sync_all") == 2, "the ten came by the group"
    assert kinds.count("commit") > 8
    assert violations(found) == []


def traced(office: KilledOffice) -> list[tuple[str, dict[str, str]]]:
    """One run of the installed command under strace; the worker and the rule child are not
    followed.
    """
    trace = office.directory / "trace"
    command = Path(sys.executable).parent / "mailroom"
    done = subprocess.run(
        ["strace", "-qq", "-y", "-f", "--seccomp-bpf", "-s", "300", "-e", f"trace={CALLS}", "-o", str(trace),
         str(command), "run", "--once", "--config", str(office.directory / "mailroom.toml")],
        capture_output=True, text=True, timeout=100, check=False, cwd="/",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return events(trace.read_text("utf-8", errors="replace"))


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ([("rename_raw", {"name": "a", "shard": "0f"})], "got its name before"),
        (
            [
                ("fsync_raw", {"name": "a"}),
                ("rename_raw", {"name": "a", "shard": "0f"}),
                ("commit", {}),
            ],
            "not durable",
        ),
        (
            [
                ("sync_all", {}),
                ("new_raw", {"name": "a"}),
                ("rename_raw", {"name": "a", "shard": "0f"}),
            ],
            "got its name",
        ),
        ([("commit", {}), ("data", {}), ("commit", {}), ("data", {})], "without a claim"),
    ],
)
def test_the_wrong_order_would_be_noticed(
    wrong: list[tuple[str, dict[str, str]]],
    what: str,
) -> None:
    """The test above can fail."""
    assert len(violations(wrong)) == 1
    assert what in violations(wrong)[0]
