"""The disposable worker: its limits, its walls and its end. Real processes, real signals."""

from __future__ import annotations

import contextlib
import io
import operator
import os
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from ingest.document.form import fields
from ingest.message.errors import UnreadableMessage
from ingest.reading import Fate, Reading
from ingest.sandbox.context import ReadingContext
from ingest.sandbox.mail import read_file_in_worker, read_or_degrade
from ingest.sandbox.workers import WorkerDied, WorkerFailed, run_in_worker
from ingest.walls.limits import Limits
from rules.call import Call
from rules.callfile import load_call

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "config/calls/smart-education-2024"
MB = 1024**2


@pytest.fixture(scope="module")
def call() -> Call:
    return load_call("smart-education-2024", (FOLDER / "call.yaml").read_text(encoding="utf-8"))


def run(function: Callable[..., object], *args: object, limits: Limits | None = None) -> Any:
    """``function(*args)`` in a worker, named as a caller names what it does not import."""
    return run_in_worker(
        f"{function.__module__}:{function.__qualname__}",
        *args,
        returns=object,
        limits=limits,
    )


def died(
    function: Callable[..., object],
    *args: object,
    limits: Limits | None = None,
) -> WorkerDied:
    with pytest.raises(WorkerDied) as caught:
        run(function, *args, limits=limits or Limits())
    return caught.value


def test_a_result_comes_back() -> None:
    """As plain data when the caller does not say its type."""
    assert run(sorted, [3, 1, 2]) == [1, 2, 3]


@pytest.mark.parametrize(("length", "said"), [(75, "3"), (76, "最多 75 个字节")])
def test_a_folder_with_too_long_a_path_is_told_before_anything_is_read(
    length: int, said: str
) -> None:
    """A socket's path has 107 bytes; with one less for the folder there is a worker."""
    short = Path(tempfile.mkdtemp(prefix="t"))
    folder = short / ("x" * (length - len(str(short)) - 1))
    folder.mkdir()
    asked = (
        "from ingest.sandbox.workers import run_in_worker as run;"
        "print(run('operator:add', 1, 2, returns=int))"
    )
    told = subprocess.run(
        [sys.executable, "-c", asked],
        env={**os.environ, "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    shutil.rmtree(short)

    assert said in told.stdout + told.stderr


def test_a_result_that_is_not_of_the_type_asked_for_is_no_result() -> None:
    """A worker that was taken over may send what it likes."""
    with pytest.raises(WorkerDied, match="不合格式"):
        run_in_worker("os:getcwd", returns=int)


def test_a_name_nobody_bears_is_a_fault_of_ours() -> None:
    """Names are not looked at before the worker starts, because the parent must not import what
    they name.
    """
    with pytest.raises(WorkerFailed, match="no_such_name"):
        run_in_worker("ingest.sandbox.read:no_such_name", returns=object)


def test_each_call_has_a_process_of_its_own() -> None:
    """Nothing survives from one mail to the next."""
    pids = {run(os.getpid) for _ in range(3)}

    assert len(pids) == 3
    assert os.getpid() not in pids


def test_calls_may_run_side_by_side() -> None:
    """Two threads, two workers."""
    results: list[object] = []
    threads = [threading.Thread(target=lambda: results.append(run(os.getpid))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(results)) == 2


def test_memory_is_limited() -> None:
    """Ten gigabytes are asked for."""
    assert died(bytes, 10**10).kind == "memory"


def test_processor_time_is_limited() -> None:
    """An endless loop that never sleeps."""
    assert died(sum, range(10**13), limits=Limits(cpu=1)).kind == "time"


def test_the_wall_clock_is_limited() -> None:
    """A worker that only sleeps costs no processor time; it is killed all the same."""
    assert died(time.sleep, 60, limits=Limits(wall=1)).kind == "time"


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, 40])
def test_a_crash_is_told_by_its_name(number: int) -> None:
    """Whatever C code dies of."""
    error = died(signal.raise_signal, number)

    assert error.kind == "crash"
    assert "崩溃" in error.reason


def test_a_kill_from_outside_is_told_from_a_limit_of_its_own() -> None:
    """The kernel's way when the machine is full, whoever filled it; and what is heard when the
    server is gone.
    """
    assert died(signal.raise_signal, signal.SIGKILL).kind == "killed"
    assert died(os._exit, 255).kind == "killed"


def test_output_is_limited() -> None:
    """A hundred megabytes of result."""
    assert died(operator.mul, "x", 10**8).kind == "output"


def test_leaving_without_a_word_is_a_crash() -> None:
    """Exit code 0 and nothing said."""
    assert died(os._exit, 0).kind == "crash"


def test_an_ordinary_exception_comes_back_as_text() -> None:
    """Ours to mend: the traceback with its last line."""
    with pytest.raises(WorkerFailed) as caught:
        run(operator.truediv, 1, 0)

    assert str(caught.value).strip().splitlines()[-1] == "ZeroDivisionError: division by zero"
    assert caught.value.error_type == "builtins.ZeroDivisionError"


def test_files_it_writes_are_limited() -> None:
    """A full disk is not reached."""
    with pytest.raises(WorkerFailed, match="File too large"):
        run(_write, 2 * MB, limits=Limits(file_bytes=MB))


def test_all_it_writes_together_is_limited() -> None:
    """Many files, each of a size that is allowed."""
    assert died(_write_and_wait, 8, MB, limits=Limits(scratch=4 * MB)).kind == "output"


def _write(size: int) -> None:
    Path("x").write_bytes(bytes(size))


def _write_and_wait(files: int, size: int) -> None:
    for number in range(files):
        Path(str(number)).write_bytes(bytes(size))
    time.sleep(60)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("RLIMIT_AS", 1536 * MB),
        ("RLIMIT_DATA", 1536 * MB),
        ("RLIMIT_CPU", 60),
        ("RLIMIT_FSIZE", 128 * MB),
        ("RLIMIT_NOFILE", 64),
        ("RLIMIT_CORE", 0),
    ],
)
def test_the_system_s_limits_are_set(name: str, expected: int) -> None:
    """Asked for inside."""
    assert run(resource.getrlimit, getattr(resource, name))[0] == expected


def test_it_inherits_neither_sockets_nor_the_database(tmp_path: Path) -> None:
    """Neither what is open now nor what was open when the server started."""
    with (
        socket.create_server(
            ("127.0.0.1", 0),
        ),
        contextlib.closing(sqlite3.connect(tmp_path / "x.db")) as database,
    ):
        database.execute("create table a (b)")
        links = run(_open_descriptors)

    # where the kernel has Landlock, also the narrower wall that waits for LibreOffice
    ready = {link for link in links if link.startswith("anon_inode:") and "landlock" in link}
    assert len(ready) <= 1
    assert {link.partition(":")[0] for link in set(links) - ready} == {"/dev/null", "pipe"}


def _open_descriptors() -> list[str]:
    """Of this process; its walls do not let it list them, so each number is tried."""
    found = []
    for number in range(1024):
        with contextlib.suppress(OSError):
            found.append(str(Path(f"/proc/self/fd/{number}").readlink()))
    return found


def test_its_chatter_does_not_reach_our_output(capfd: pytest.CaptureFixture[str]) -> None:
    """--json prints one document and nothing else."""
    run(print, "chatter")
    run(os.write, 1, b"chatter")
    run(os.write, 2, b"chatter")

    assert "chatter" not in "".join(capfd.readouterr())


def test_the_network_is_closed_where_the_system_allows_it() -> None:
    """A namespace of its own without any way out; where it may not be made, the unit's own wall
    stands.
    """
    ours, theirs = str(Path("/proc/self/ns/net").readlink()), run(os.readlink, "/proc/self/ns/net")
    if ours == theirs:
        pytest.skip("this system allows no network namespace")

    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        pytest.raises(
            WorkerFailed,
            match=r"unreachable|refused|not permitted",
        ),
    ):
        run(socket.create_connection, server.getsockname())


def test_libraries_are_loaded_before_the_worker_starts() -> None:
    """So that a mail costs a fork and not two seconds of imports."""
    assert "ingest.document.reader" in str(run(_loaded_modules))


def test_a_worker_starts_with_everything_read_once() -> None:
    """What only a first mail costs (patterns, codecs) was paid before the fork."""
    assert run(_patterns_made_ready) > 0


def _patterns_made_ready() -> int:
    return fields._words.cache_info().currsize


def _loaded_modules() -> list[str]:
    return sorted(sys.modules)


@pytest.fixture
def orphan_maker(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A program that hangs in a worker, and the mark its whole family carries in its
    environment.
    """
    script = tmp_path / "program.py"
    script.write_text(
        textwrap.dedent("""
        import time
        from ingest.sandbox.workers import run_in_worker
        if __name__ == "__main__":
            run_in_worker("time:sleep", 80, returns=object)
        """)
    )
    mark = uuid.uuid4().hex
    # a name that the server's own environment keeps
    environment = {**os.environ, "PYTHONUSERBASE": f"/{mark}", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, str(script)], env=environment) as program:
        yield program, mark
        program.kill()


def family(mark: str) -> set[int]:
    found = set()
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and mark.encode() in (entry / "environ").read_bytes():
                found.add(int(entry.name))
    return found


def wait_until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 30
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def test_the_worker_ends_when_the_daemon_is_killed(
    orphan_maker: tuple[subprocess.Popen[bytes], str],
) -> None:
    """SIGKILL of the parent leaves nobody behind."""
    program, mark = orphan_maker
    # the program, the server, the worker
    assert wait_until(lambda: len(family(mark)) == 3)

    program.kill()

    assert wait_until(lambda: not family(mark) - {program.pid})


def test_a_worker_ignores_the_sigterm_of_the_whole_group(
    orphan_maker: tuple[subprocess.Popen[bytes], str],
) -> None:
    """Systemd sends it to everybody; the daemon finishes its mail first."""
    program, mark = orphan_maker
    assert wait_until(lambda: len(family(mark)) == 3)
    before = family(mark)

    for pid in before - {program.pid}:
        os.kill(pid, signal.SIGTERM)
    time.sleep(0.5)

    assert family(mark) == before


# --- mails ----------------------------------------------------------------------------------------


def written(path: Path, **files: bytes) -> Path:
    message = EmailMessage()
    message["From"] = "zhang@example.com"
    message["Subject"] = "申报"
    message.set_content("您好")
    for name, data in files.items():
        message.add_attachment(
            data,
            maintype="application",
            subtype="octet-stream",
            filename=name.replace("_", "."),
        )
    path.write_bytes(message.as_bytes())
    return path


def form() -> bytes:
    return (FOLDER / "forms/附件1 兵团智慧教育示范区申报书.docx").read_bytes()


def long_form(number: int) -> bytes:
    """The form with 40,000 paragraphs more: a third of a second or more for its reader, wherever
    the tests run.
    """
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(form())) as source,
        zipfile.ZipFile(
            buffer,
            "w",
            zipfile.ZIP_DEFLATED,
        ) as target,
    ):
        for name in source.namelist():
            data = source.read(name)
            if name == "word/document.xml":
                more = b"<w:p><w:r><w:t>%d</w:t></w:r></w:p>" % number * 40_000
                data = data.replace(b"</w:body>", more + b"</w:body>")
            target.writestr(name, data)
    return buffer.getvalue()


def test_a_mail_is_read_in_the_worker(tmp_path: Path, call: Call) -> None:
    """The same reading as everywhere, through the pipe."""
    reading = read_file_in_worker(
        written(tmp_path / "a.eml", form_docx=form()),
        call,
        ReadingContext(),
    )

    assert isinstance(reading, Reading)
    assert [document.form for document in reading.documents] == ["附件1"]


def test_what_is_no_mail_is_refused_by_the_same_name(tmp_path: Path, call: Call) -> None:
    """Across the border."""
    path = tmp_path / "a.eml"
    for data in (b"", b"\0" * 100):
        path.write_bytes(data)
        with pytest.raises(UnreadableMessage, match="不是一封邮件"):
            read_or_degrade(path, call, ReadingContext())


def test_a_mail_that_kills_its_reader_is_still_listed(tmp_path: Path, call: Call) -> None:
    """More forms than can be read in the time; the second attempt only lists, so that nothing is
    hidden.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(50):
            archive.writestr(f"{number}.docx", long_form(number))
    path = written(tmp_path / "a.eml", many_zip=buffer.getvalue(), note_txt=b"hello")

    reading = read_or_degrade(path, call, ReadingContext(), Limits(cpu=1))

    assert [(part.name, part.fate) for part in reading.parts[:2]] == [
        ("", Fate.BODY),
        ("many.zip", Fate.UNPACKED),
    ]
    assert {part.fate for part in reading.parts[2:52]} == {Fate.LIMIT}
    assert reading.parts[2].reason == "自动读取时超出时间限制, 没有读完, 由人工查看"
    assert reading.parts[52].name == "note.txt"
    assert any("只列名" in note for note in reading.notes)


def test_a_mail_that_kills_even_the_listing_is_told_to_the_caller(
    tmp_path: Path,
    call: Call,
) -> None:
    """Then the step sets it aside."""
    with pytest.raises(WorkerDied, match="时间"):
        read_or_degrade(written(tmp_path / "a.eml"), call, ReadingContext(), Limits(wall=0))


def _size_of_an_idle_worker() -> int:
    status = str(run(Path.read_text, Path("/proc/self/status")))
    return (
        int(
            next(line.split()[1] for line in status.splitlines() if line.startswith("VmSize")),
        )
        * 1024
    )


def test_a_mail_of_60_megabytes_fits_a_small_worker(tmp_path: Path, call: Call) -> None:
    """The standard library's parser holds eight times the mail; here it is mapped and read part by
    part.
    """
    path = written(tmp_path / "a.eml", big_bin=os.urandom(45 * MB))
    limits = Limits(memory=_size_of_an_idle_worker() + 250 * MB)

    reading = read_file_in_worker(path, call, ReadingContext(), limits)

    assert [(part.name, part.size) for part in reading.parts][1] == ("big.bin", 45 * MB)
