"""The command that most tests start (``tests/warm/``) against the installed one: neither the process
itself nor whoever starts it may see a difference.
"""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import socket
import stat
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ingest.judging.child import environment_of_child
from ingest.sandbox.server import clean_environment
from tests.desk.test_command import config, wait_for
from tests.environment import without_office
from tests.servers.ports import free_port
from tests.warm.command import INSTALLED, folder_of_the_run, mailroom, python, warm

__all__ = ["config"]  # a fixture
FORMS = Path(__file__).parents[2] / "config/calls/smart-education-2024/forms"
SEEN = """#!{python}
import gc, json, locale, os, random, signal, sys, tempfile, threading, time

def descriptors():
    for name in sorted(os.listdir("/proc/self/fd"), key=int):
        try:
            yield int(name), oct(os.fstat(int(name)).st_mode), os.get_inheritable(int(name))
        except OSError:
            pass

def stream(it):
    names = "name mode encoding errors newlines line_buffering write_through closed".split()
    raw = it and getattr(it.buffer, "raw", it.buffer)
    return it and [*(getattr(it, name) for name in names), it.isatty(), it.fileno(),
                   type(it.buffer).__name__, raw.name, raw.mode, raw.closefd]

open("made", "w").close()
os.mkdir("made-folder")
seen = dict(
    arguments=sys.argv, original=sys.orig_argv[1:], name=__name__, file=__file__, spec=str(__spec__),
    main=sys.modules["__main__"].__file__, path=sys.path, flags=str(sys.flags),
    environment=dict(os.environ), folder=os.getcwd(), zone=time.tzname,
    umask=os.umask(0), descriptors=list(descriptors()),
    streams=[stream(each) for each in (sys.stdin, sys.stdout, sys.stderr)],
    same=[sys.stdin is sys.__stdin__, sys.stdout is sys.__stdout__, sys.stderr is sys.__stderr__],
    signals=[str(signal.getsignal(each)).split(" at ")[0] for each in sorted(signal.valid_signals())],
    blocked=sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
    tasks=len(os.listdir("/proc/self/task")), threads=threading.active_count(),
    garbage=[gc.get_threshold(), gc.isenabled()], temporary=tempfile.gettempdir(),
    encodings=[sys.getfilesystemencoding(), locale.getpreferredencoding(), locale.setlocale(0)],
    strangers=sorted({{"hypothesis", "pytest", "tests"}} & set(sys.modules)),
    warnings=sys.warnoptions,
    children=open(f"/proc/self/task/{{os.getpid()}}/children").read(),
)
print(json.dumps(seen), file=open("seen.json", "w"))
print(random.random(), hash("x"), file=open("chance", "w"))
said = sys.stdin.read() if sys.stdin and not sys.stdin.isatty() else ""
print("output", said, "人")
print("error", said, "人", file=sys.stderr)
exec(os.environ.get("END", ""))
"""


@dataclass
class Both:
    """A program, and what stands for it."""

    cold: Path
    warm: Path
    folder: Path

    def __call__(self, start: Callable[[Path, Path], Any]) -> list[Any]:
        """What ``start`` made of each, in an empty folder of the same name."""
        told = []
        for program in (self.cold, self.warm):
            self.folder.mkdir()
            told.append((start(program, self.folder), modes(self.folder)))
            self.folder.rename(self.folder.with_name(f"{self.folder.name}-{len(told)}"))
        return told


def modes(folder: Path) -> list[tuple[str, str]]:
    return sorted(
        (str(path.relative_to(folder)), stat.filemode(path.lstat().st_mode))
        for path in folder.rglob("*")
    )


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A program that tells all it sees."""
    place = tmp_path_factory.mktemp("script") / "seen"
    place.write_text(SEEN.format(python=sys.executable), "utf-8")
    place.chmod(0o755)
    modules = ("json", "locale", "random", "tempfile", "threading", "ingest.exitcodes")
    with pytest.MonkeyPatch.context() as patched:
        patched.delenv("PYTHONUNBUFFERED", raising=False)
        return place, warm(place.with_name("warm"), place, modules)


@pytest.fixture
def seen(script: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Both:
    """It buffers, whatever the shell of this run says."""
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    return Both(*script, tmp_path / "here")


@pytest.fixture
def commands(tmp_path: Path) -> Both:
    return Both(INSTALLED, mailroom(), tmp_path / "here")


def loaded(folder: Path) -> Any:
    text = json.loads((folder / "seen.json").read_text("utf-8"))
    # made by what the server has loaded, and by what a command loads first of all
    for name in ("ORT_DISABLE_TELEMETRY", "PYDANTIC_DISABLE_PLUGINS"):
        text["environment"].pop(name, None)
    return text


WAYS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "arguments": {"more": ["a b", "", "人", b"\xff"]},
    "another environment": {"change": {"HOME": "/nowhere", "人": "\udcff", "MAILROOM_CALL": "x"}},
    "nearly none": {"only": ("PATH", "PYTHONPATH", "LANG")},
    "another time zone": {"change": {"TZ": "America/St_Johns"}},
    "another folder for temporary files": {"change": {"TMPDIR": "/var/tmp"}},
    "another encoding": {"change": {"PYTHONIOENCODING": "gbk:replace"}},
    "no UTF-8": {"change": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}},
    "its own modules": {"change": {"PYTHONPATH": "/nowhere"}},
    "input": {"input": "人\r\n\n".encode()},
    "no input": {"stdin": subprocess.DEVNULL},
    "a mask": {"umask": 0o027},
    "a session": {"start_new_session": True},
    "input closed": {"shell": 'exec "$0" "$@" <&-'},
    "output closed": {"shell": 'exec "$0" "$@" >&-'},
    "errors closed": {"shell": 'exec "$0" "$@" 2>&-'},
    "all closed": {"shell": 'exec "$0" "$@" <&- >&- 2>&-'},
    "a file more": {"shell": 'exec "$0" "$@" 7</dev/null'},
    "a full disk": {"shell": 'exec "$0" "$@" >/dev/full'},
    "nobody listens": {"shell": '{ "$0" "$@"; echo $? >code; } | true'},
    "in the background": {"shell": '"$0" "$@" & wait $!'},
    "a signal ignored": {"shell": "trap '' INT HUP; exec \"$0\" \"$@\""},
    "ends by words": {"end": "sys.exit('never')"},
    "ends by a number": {"end": "sys.exit(300)"},
    "ends by nothing": {"end": "sys.exit()"},
    "says farewell": {"end": "import atexit; atexit.register(lambda: print('farewell', flush=True))"},
    "a thread goes on": {
        "end": "import time\nthreading.Thread(target=lambda: (time.sleep(.2), print(1))).start()\n"
        "sys.exit(3)"
    },
    "dies": {"end": "os.kill(os.getpid(), signal.SIGTERM); time.sleep(60)"},
    "is killed": {"end": "os.kill(os.getpid(), signal.SIGKILL)"},
    "aborts at once": {"end": "os._exit(7)"},
    "has its output closed": {"end": "sys.stdout.close(); sys.exit(2)"},
    "has a child": {"end": "import subprocess; subprocess.run(['sh', '-c', 'echo $TZ; cat; pwd'])"},
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_process_sees_what_a_fresh_one_sees_and_ends_as_it_ends(
    seen: Both, way: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything that makes up a process, its standard streams, and how it is heard to end."""

    def start(program: Path, folder: Path) -> Any:
        environment = {
            name: text for name, text in os.environ.items() if name in way.get("only", (name,))
        } | {"END": way.get("end", ""), **way.get("change", {})}
        words = [program, *way.get("more", ["one"])]
        if "shell" in way:
            words = ["sh", "-c", way["shell"], *words]
        given = {"stdin": way["stdin"]} if "stdin" in way else {"input": way.get("input", b"")}
        done = subprocess.run(
            words, cwd=folder, env=environment, capture_output=True, check=False, timeout=60,
            umask=way.get("umask", -1), start_new_session="start_new_session" in way, **given,
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr, loaded(folder)

    cold, as_warm = seen(start)

    assert as_warm == cold
    assert cold[0][3]["arguments"][1:2] == ["one"] or "more" in way


def test_a_process_that_does_not_buffer_does_not(
    seen: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the shells of container images want it."""
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    both = Both(
        seen.cold, warm(seen.warm.with_name("unbuffered"), seen.cold, ("json",)), seen.folder
    )

    def start(program: Path, folder: Path) -> Any:
        done = subprocess.run(
            [program], cwd=folder, env=os.environ | {"END": "os._exit(0)"},
            stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=60,
        )  # fmt: skip
        return done, loaded(folder)["streams"]

    cold, as_warm = both(start)

    assert (as_warm[0][0].stdout, as_warm[0][1]) == (cold[0][0].stdout, cold[0][1])


def test_a_process_ends_by_its_own_mistake_as_a_fresh_one(seen: Both) -> None:
    """A traceback, less the lines of whoever started it."""

    def start(program: Path, folder: Path) -> Any:
        done = subprocess.run(
            [program], cwd=folder, env=os.environ | {"END": "1 / 0"}, stdin=subprocess.DEVNULL,
            capture_output=True, check=False, timeout=60,
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr.splitlines()[-1]

    cold, as_warm = seen(start)

    assert as_warm == cold
    assert cold[0][2] == b"ZeroDivisionError: division by zero"


def test_chance_is_another_in_each_process(seen: Both) -> None:
    """Nobody draws what was drawn before."""

    def start(program: Path, folder: Path) -> str:
        subprocess.run([program], cwd=folder, stdin=subprocess.DEVNULL, check=True, timeout=60)
        return (folder / "chance").read_text().split()[0]

    drawn = [start(seen.warm, made(seen.folder, each)) for each in ("a", "b", "c")]
    assert len({*drawn}) == 3


def made(folder: Path, name: str) -> Path:
    place = folder.with_name(name)
    place.mkdir()
    return place


def test_a_terminal_is_a_terminal(seen: Both) -> None:
    """Each stream by itself, and what is written comes through it."""

    def start(program: Path, folder: Path) -> Any:
        ours, theirs = pty.openpty()
        done = subprocess.run(
            [program], cwd=folder, stdin=theirs, stdout=theirs, stderr=subprocess.PIPE,
            check=False, timeout=60,
        )  # fmt: skip
        os.close(theirs)
        said = os.read(ours, 65_536)
        os.close(ours)
        return done.returncode, said, done.stderr, loaded(folder)

    cold, as_warm = seen(start)

    assert as_warm == cold
    assert cold[0][3]["streams"][0][8] is True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGUSR1])
@pytest.mark.parametrize("heard", [True, False], ids=["heard", "not heard"])
def test_signals_come_through(seen: Both, number: int, heard: bool) -> None:
    """Handled by the process, or its death."""
    end = "time.sleep(30)"
    if heard:
        end = (
            f"signal.signal({int(number)}, lambda *_: (print('told'), sys.exit(5)));"
            "open('ready', 'w').close(); time.sleep(30)"
        )

    def start(program: Path, folder: Path) -> Any:
        with not_ignored(number), subprocess.Popen(
            [program], cwd=folder, env=os.environ | {"END": f"open('ready', 'w').close();{end}"},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as process:  # fmt: skip
            wait_until((folder / "ready").exists)
            time.sleep(0.05)
            process.send_signal(number)
            output, errors = process.communicate(timeout=20)
        return process.returncode, output, errors.splitlines()[-1:]

    cold, as_warm = seen(start)

    assert as_warm == cold


def test_whoever_is_killed_is_dead(seen: Both, tmp_path: Path) -> None:
    """The process behind, too, and what it holds is free."""
    place = tmp_path / "socket"
    end = (
        f"import socket; s = socket.socket(socket.AF_UNIX); s.bind({str(place)!r}); s.listen();"
        "time.sleep(60)"
    )
    folder = made(seen.folder, "killed")
    with subprocess.Popen(
        [seen.warm], cwd=folder, env=os.environ | {"END": end}, stdin=subprocess.DEVNULL
    ) as process:
        wait_until(lambda: answers(place))
        process.kill()
        assert process.wait(30) == -signal.SIGKILL

    wait_until(lambda: not answers(place))


@contextmanager
def not_ignored(number: int) -> Iterator[None]:
    """What is started here has it as usual, though we ignore it, as whatever ``nohup`` starts does
    with a hang-up: it would sleep to its end.
    """
    before = signal.getsignal(number)
    if before is signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)
    yield
    signal.signal(number, before)


def answers(place: Path) -> bool:
    with closing(socket.socket(socket.AF_UNIX)) as line:
        line.setblocking(False)
        try:
            line.connect(str(place))
        except BlockingIOError:
            return True  # nobody takes up, and the queue is full
        except OSError:
            return False
        return True


def wait_until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < ends, "it never came"
        time.sleep(0.02)


LINES = {
    "help": ["--help"],
    "nothing": [],
    "version": ["--version"],
    "an unknown command": ["fly"],
    "an unknown option": ["status", "--nonsense"],
    "no configuration": ["status"],
    "a configuration that is not there": ["status", "--config", "/nowhere/mailroom.toml"],
    "a mail that is not there": ["message", "inspect", "/nowhere/x.eml", "--json"],
    "a form": ["document", "inspect", str(FORMS / "附件1 兵团智慧教育示范区申报书.docx"), "--json"],
    "rules": ["rules", "check", str(FORMS.with_name("rules.yaml")), "--json"],
    "an office": ["init", "office"],
    "a list": ["--config", "mailroom.toml", "case", "list", "--json"],
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_command_says_and_makes_the_same(commands: Both, line: list[str]) -> None:
    """Exit code, both streams byte for byte, files and their modes."""

    def start(program: Path, folder: Path) -> Any:
        done = subprocess.run(
            [program, *line], cwd=folder, env=without_office(), stdin=subprocess.DEVNULL,
            capture_output=True, check=False, timeout=60, umask=0,
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr

    cold, as_warm = commands(start)

    assert as_warm == cold
    assert cold[0][1] + cold[0][2]


def test_a_service_comes_up_and_leaves_the_same(commands: Both, config: Path) -> None:
    """With its threads, its log on standard error and its farewell."""
    port = free_port()

    def start(program: Path, folder: Path) -> Any:
        environment = without_office() | {"MAILROOM_DESK__PORT": str(port)}
        with subprocess.Popen(
            [program, "--config", config, "desk"], cwd=folder, env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as process:  # fmt: skip
            wait_for(port)
            started = Path(f"/proc/{process.pid}/cmdline").read_bytes()
            assert (b"-IS" in started) == (program == commands.warm)  # not what it falls back to
            process.send_signal(signal.SIGTERM)
            output, errors = process.communicate(timeout=40)
        return process.returncode, output, re.sub(rb"at='[^']*'", b"at=''", errors)

    cold, as_warm = commands(start)

    assert as_warm == cold
    assert cold[0][2]


@pytest.mark.parametrize(
    ("words", "module", "environment"),
    [
        ("['ingest.preload.reading']", "ingest.sandbox.workers", clean_environment),
        ("['ingest.preload.print']", "onnxruntime", clean_environment),
        ("ingest.judging.worker", "durable.engine", environment_of_child),
        ("tests.torture.zygote", "ingest.moving", os.environ.copy),
    ],
)
def test_what_is_started_is_loaded(
    words: str, module: str, environment: Callable[[], dict[str, str]]
) -> None:
    """Or all this were for nothing. What else is started with that Python is started by it."""
    code = f"import sys; print({module!r} in sys.modules)"
    told = [
        subprocess.run(
            [python(), "-c", each], env=environment(), capture_output=True, text=True, check=True
        ).stdout
        for each in (f"{code}  # {words}", code)
    ]
    assert told == ["True\n", "False\n"]


def test_a_module_that_is_started_sees_what_it_sees_of_a_fresh_python() -> None:
    """``-P -m``, as rule children are."""
    code = """
        main = sys.modules["__main__"]
        seen = [main.__name__, main.__file__, main.__package__, main.__spec__.name]
        print(sys.argv, sys.orig_argv[1:], sys.path, seen, flush=True)
        os._exit(3)  # ingest.judging.worker
    """
    told = [
        subprocess.run(
            [program, "-P", "-m", "timeit", "-s", "import os, sys", textwrap.dedent(code)],
            env=environment_of_child(),
            capture_output=True,
            text=True,
            check=False,
        )
        for program in (sys.executable, python())
    ]
    assert (told[0].returncode, told[0].stderr) == (3, "")
    assert told[1].stdout == told[0].stdout
    assert (told[1].returncode, told[1].stderr) == (3, "")


def test_what_is_loaded_is_loaded_once_for_a_run() -> None:
    """A worker is told where, and asks for the very same servers."""
    code = (
        "import sys; sys.path[:] = sys.argv[2:]\n"
        "from pathlib import Path; from tests.warm import command\n"
        "command.lives_for_a_run(Path(sys.argv[1])); command.python(); command.mailroom()"
    )
    lies = folder_of_the_run()
    python(), mailroom()
    before = sorted(lies.rglob("*"))
    subprocess.run([sys.executable, "-c", code, lies, *sys.path], check=True)
    assert sorted(lies.rglob("*")) == before
