"""The walls around a worker, tried from inside: every attempt is refused, and what reading needs is
not.

Each worker is asked once; its answers are looked at one by one. Where the kernel lacks a wall, what
only that wall holds is skipped with the reason.
"""

from __future__ import annotations

import ctypes
import io
import json
import os
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest

from ingest.cli import run
from ingest.document.editable.libreoffice import convert, program
from ingest.errors import ConfigError
from ingest.sandbox import trial
from ingest.sandbox.trial import IN_ITS_CHILD, IN_THE_WORKER, require_walls, standing_walls
from ingest.sandbox.workers import run_in_worker
from ingest.walls import confinement as walls_module
from ingest.walls.confinement import Walls, keep_to_office, office_folder
from ingest.walls.limits import Limits, ocr_limits
from ingest.walls.probes import _FILES, _KERNEL, _NETWORK, _PROCESSES, _SECRETS, Targets, _refusal
from tests.integration.test_sandbox import ROOT, wait_until

NAMES = [what for table in (_FILES, _NETWORK, _PROCESSES, _KERNEL, _SECRETS) for what, _ in table]
WORKERS = {
    "reading": (IN_THE_WORKER, Limits()),
    "print": (IN_THE_WORKER, ocr_limits(1)),
    "child": (IN_ITS_CHILD, Limits()),
}


@cache
def answers(worker: str) -> dict[str, str]:
    return {each.what: each.refusal for each in trial.try_walls(*WORKERS[worker])}


@pytest.fixture(scope="module")
def walls() -> Walls:
    return standing_walls()


@pytest.mark.parametrize("what", NAMES)
def test_an_attempt_is_refused(what: str, walls: Walls) -> None:
    """With an error of its own, in a worker of each kind and in what it starts."""
    refusals = {worker: answers(worker)[what] for worker in WORKERS}
    if walls.gaps and not all(refusals.values()):
        pytest.skip(f"{what}: {'; '.join(walls.gaps)}")

    assert all(refusals.values()), refusals


def test_the_administrator_sees_every_attempt(
    walls: Walls, capsys: pytest.CaptureFixture[str]
) -> None:
    """``doctor --walls``: who tried what, and the error; red when one went through."""
    code = run(["doctor", "--walls", "--json"])

    shown = json.loads(capsys.readouterr().out)
    assert {(each["process"], each["attempt"]) for each in shown["attempts"]} == {
        (process, what) for process in ("读取进程", "它启动的程序") for what in NAMES
    }
    through = [each for each in shown["attempts"] if not each["refusal"]]
    assert (code, shown["gaps"]) == (1 if through else 0, list(walls.gaps))


def test_there_are_attempts_enough() -> None:
    assert len(NAMES) == len(set(NAMES)) >= 40


def test_without_walls_an_attempt_goes_through(tmp_path: Path) -> None:
    """So an attempt that is refused was refused by a wall."""
    with trial._targets() as targets:
        reached = {what: _refusal(probe, targets) for what, probe in _FILES[:9]}
        reached |= {what: _refusal(probe, targets) for what, probe in _NETWORK[:2]}

    assert {what for what, refusal in reached.items() if not refusal} >= {
        "读回执密钥",
        "改写回执密钥",
        "截短回执密钥",
        "删除回执密钥",
        "连本机 TCP",
    }


def test_nothing_of_the_targets_was_changed() -> None:
    """Harmless: the walls' own test shows that by the files it made."""
    with trial._targets() as targets:
        before = _state(targets)
        run_in_worker(IN_THE_WORKER, targets, returns=object)

        assert _state(targets) == before


def _state(targets: Targets) -> list[tuple[str, int, int, int]]:
    places = sorted(Path(targets.folder).iterdir())
    facts = [(path, path.stat()) for path in places]
    return [(path.name, stat.st_size, stat.st_mode, stat.st_mtime_ns) for path, stat in facts]


# --- what stays allowed ---------------------------------------------------------------------------


def test_it_reads_the_file_it_was_given_and_writes_in_its_own_folder(tmp_path: Path) -> None:
    """A neighbour of that file is none of its business."""
    for name in ("mail.eml", "neighbour.eml"):
        (tmp_path / name).write_text("x")

    assert run_in_worker(f"{__name__}:_look_around", tmp_path / "mail.eml", returns=object) == [
        "mail.eml: x",
        "neighbour.eml: PermissionError",
        "own: True",
    ]


def _look_around(mail: Path) -> list[str]:
    seen = [f"{mail.name}: {mail.read_text()}"]
    try:
        seen.append(mail.with_name("neighbour.eml").read_text())
    except PermissionError:
        seen.append("neighbour.eml: PermissionError")
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"x")
        own = Path(file.name).parent == Path.cwd() == Path(os.environ["HOME"])
    return [*seen, f"own: {own}"]


def test_libreoffice_has_narrower_walls_than_the_worker(tmp_path: Path, walls: Walls) -> None:
    """Of the mail it is given what it converts, in a folder of its own."""
    if not walls.landlock:
        pytest.skip(walls.files)
    mail = tmp_path / "mail.eml"
    mail.write_text("x")

    within, beside = run_in_worker(f"{__name__}:_in_the_office", mail, returns=object)
    assert beside == {"mail": "", "code": "", "scratch": "", "own": "", "program": "", "fonts": ""}
    assert within == {
        "mail": "PermissionError",
        "code": "PermissionError",
        "scratch": "PermissionError",
        "own": "",
        "program": "PermissionError",
        "fonts": "",
    }


def _in_the_office(mail: Path) -> list[dict[str, str]]:
    """What the child that becomes LibreOffice may open, and what the worker that starts it may."""
    office = office_folder()
    assert office is not None
    scratch = office.parent / "part.doc"
    scratch.write_text("x")

    def looked() -> dict[str, str]:
        return {
            "mail": _refused(mail.read_text),
            "code": _refused(lambda: Path(walls_module.__file__).read_text()),
            "scratch": _refused(scratch.read_text),
            "own": _refused(lambda: (office / "x").write_text("x")),
            "program": _refused(lambda: Path("/usr/bin/env").read_bytes()),
            "fonts": _refused(lambda: list(Path("/usr/share").iterdir())),
        }

    reader, writer = os.pipe()
    if os.fork() == 0:
        keep_to_office()
        os.write(writer, json.dumps(looked()).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        within: dict[str, str] = json.load(answer)
    return [within, looked()]


def _refused(ask: Callable[[], object]) -> str:
    try:
        ask()
    except OSError as error:
        return type(error).__name__
    return ""


@pytest.mark.skipif(program() is None, reason="LibreOffice (libreoffice-writer-nogui) is missing")
def test_libreoffice_works_within_them() -> None:
    """On a profile, with fonts, and a socket of its own."""
    text = rb"{\rtf1\ansi Hello\par World}"
    made = run_in_worker(f"{__name__}:_converted", text, returns=object)
    assert "Hello" in made
    assert "World" in made


def _converted(text: bytes) -> str:
    [made] = convert([("rtf", text)])
    assert made is not None
    return zipfile.ZipFile(io.BytesIO(made)).read("word/document.xml").decode()


def test_a_thread_may_be_started() -> None:
    """The OCR and LibreOffice need some; the C library falls back to the older call."""
    assert run_in_worker(f"{__name__}:_in_a_thread", returns=object) == ["ran"]


def _in_a_thread() -> list[str]:
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append("ran"))
    thread.start()
    thread.join()
    return found


# --- its end --------------------------------------------------------------------------------------


def test_nothing_it_started_outlives_it() -> None:
    """Also a grandchild that nobody waits for: the whole group is ended."""
    child = run_in_worker(f"{__name__}:_leave_someone_behind", returns=int)

    assert wait_until(lambda: not _alive(child))


def _leave_someone_behind() -> int:
    reader, writer = os.pipe()
    if os.fork() == 0:
        grandchild = os.fork()
        if grandchild == 0:
            time.sleep(600)
        else:
            os.write(writer, str(grandchild).encode())
        os._exit(0)
    return int(os.read(reader, 20))


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_its_folder_is_gone_afterwards(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whatever it left in it."""
    run_in_worker("os:getpid", returns=int)  # the server is there, with a folder of its own
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    run_in_worker(f"{__name__}:_litter", returns=object)

    assert list(tmp_path.iterdir()) == []


def _litter() -> None:
    Path("a/b").mkdir(parents=True)
    Path("a/b/c").write_text("x")
    Path("closed/d").mkdir(parents=True)
    os.umask(0o777)
    Path("closed/d/e").mkdir()


# --- secrets --------------------------------------------------------------------------------------


def test_no_child_of_the_program_is_given_a_password(tmp_path: Path) -> None:
    """Neither in what it sees as its environment nor in what it was started with."""
    script = tmp_path / "program.py"
    script.write_text(
        textwrap.dedent("""
        import os
        from pathlib import Path
        from ingest.sandbox.workers import run_in_worker

        def mine(entry):
            try:
                status = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:  # others end while we look
                return False
            return int(status[1]) == os.getpid()

        if __name__ == "__main__":
            print(run_in_worker("builtins:dict", [], returns=object))
            print(run_in_worker("os:getenv", "MAILROOM_MAILBOX__PASSWORD", returns=object))
            children = [e for e in Path("/proc").iterdir() if e.name.isdigit() and mine(e)]
            print(len(children), [b"hunter2" in (e / "environ").read_bytes() for e in children])
        """)
    )
    done = subprocess.run(
        [sys.executable, script],
        env={**os.environ, "MAILROOM_MAILBOX__PASSWORD": "hunter2", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert done.stdout.splitlines() == ["{}", "None", "1 [False]"], done.stderr


# --- walls that are missing -----------------------------------------------------------------------


def test_a_missing_wall_is_told_and_can_be_made_a_reason_to_stop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each by name."""
    there = Walls(files="内核没有 Landlock (需 5.13 以上)", calls="", network="")
    monkeypatch.setattr(trial, "standing_walls", lambda: there)

    with pytest.raises(
        ConfigError, match=r"文件: 内核没有 Landlock[^\n]*\n[^\n]*require_confinement"
    ):
        require_walls()


def test_the_kernel_says_which_walls_stand(walls: Walls, tmp_path: Path) -> None:
    """As it tells about the process itself."""
    status = _status_of_a_worker(tmp_path / "seen")

    assert status["NoNewPrivs"] == "1"
    assert (status["Seccomp"] == "2") == (walls.calls == "")
    assert int(status["CapEff"], 16) & ~(1 << 2) == 0


def _status_of_a_worker(seen: Path) -> dict[str, str]:
    """It stays until ``seen`` says something."""
    seen.touch()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(run_in_worker, f"{__name__}:_be_seen", seen, returns=object)
        while not (status := _status_of("mailroom-look")) and not asked.done():
            time.sleep(0.01)
        seen.write_text("seen", encoding="ascii")
        asked.result()
    lines = (line.partition(":") for line in status.splitlines())
    return {name: value.strip() for name, _, value in lines}


def _status_of(name: str) -> str:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _name(entry) == name:
            return (entry / "status").read_text()
    return ""


def _name(entry: Path) -> str:
    try:
        return (entry / "comm").read_text().strip()
    except OSError:
        return ""


def _be_seen(seen: Path) -> None:
    ctypes.CDLL(None).prctl(15, b"mailroom-look", 0, 0, 0)
    while not seen.read_text(encoding="ascii"):
        time.sleep(0.01)
