"""The judge with its child process: agreement, death, hanging, nonsense, absence of the engine."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from ingest.judging.child import Child, ChildDiedError
from ingest.judging.judge import SYSTEM_RULE, Judge, Judgement
from rules.authoring.examples import load_examples
from rules.call import Call
from rules.callfile import load_call
from rules.engine.durable import engine_available
from rules.facts import Fact
from rules.rulebook import load_rulebook
from rules.subjects import Subject
from rules.verdict import Outcome, Truth
from rules.vocabulary import BEIJING

pytestmark = pytest.mark.usefixtures("what_we_start_is_not_loaded")
FOLDER = Path(__file__).parents[2] / "config/calls/smart-education-2024"
RULES = (FOLDER / "rules.yaml").read_text(encoding="utf-8")
IN_TIME = datetime(2024, 8, 20, 9, tzinfo=BEIJING)
CASE = (
    Subject(
        kind="来件", id="来件", fields={"发件方": Fact.known("学校"), "性质": Fact.known("首次")}
    ),
    Subject(
        kind="附件", id="件1", fields={"名称": Fact.known("甲.docx"), "状态": Fact.known("有密码")}
    ),
)


@pytest.fixture(scope="module")
def call() -> Call:
    """The call that is shipped."""
    return load_call("smart-education-2024", (FOLDER / "call.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def judge(call: Call) -> Iterator[Judge]:
    """A judge with the real child."""
    with Judge(RULES, call) as judge:
        yield judge


def judge_with(
    code: str,
    call: Call,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    timeout: float = 2.0,
) -> Judge:
    """A judge whose child runs ``code``."""
    (folder / "odd_worker.py").write_text(code, encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))
    return Judge(RULES, call, timeout=timeout, worker="odd_worker")


def assert_referred(judgement: Judgement) -> None:
    """The interpreter's findings are there, and the whole case goes to staff besides."""
    assert {finding.rule for finding in judgement.findings} >= {"S01", "A02", SYSTEM_RULE}
    system = judgement.findings[-1]
    assert (system.rule, system.outcome, system.subjects) == (SYSTEM_RULE, Outcome.REFER, ())
    assert judgement.disagreement


def alive(pid: int) -> bool:
    """Whether the process still runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_engine_and_interpreter_agree_on_every_golden_case(judge: Judge, call: Call) -> None:
    """The shipped rules and examples: no disagreement, whatever the decision."""
    examples = load_examples(
        (FOLDER / "examples.yaml").read_text(encoding="utf-8"),
        load_rulebook(RULES, call),
    )
    for example in examples:
        assert judge.judge(example.subjects, example.received).disagreement == "", example.name

    assert judge.engine is engine_available()


def test_a_judgement_carries_findings_trace_and_the_hash_of_the_rules(judge: Judge) -> None:
    """Findings in file order; the record is plain data with what was met."""
    judgement = judge.judge(CASE, IN_TIME)

    lines = [finding.line for finding in judgement.findings]
    assert lines == sorted(lines)
    assert "A02" in {finding.rule for finding in judgement.findings}
    assert len(judgement.rules_sha256) == 64
    row = next(row for row in judgement.results if row["rule"] == "A02")
    assert row["truth"] == Truth.VIOLATED
    assert "实际: 有密码" in row["trace"][0]


def test_the_child_does_not_see_our_environment(
    judge: Judge,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A password in our environment does not reach the child."""
    monkeypatch.setenv("MAILROOM_MAILBOX__PASSWORD", "secret")
    judge.judge(CASE, IN_TIME)

    assert b"secret" not in Path(f"/proc/{judge.worker_pid}/environ").read_bytes()


def test_a_killed_child_is_replaced_and_the_case_judged(judge: Judge) -> None:
    """SIGKILL between two cases costs one restart and nothing else."""
    before = judge.judge(CASE, IN_TIME)
    pid = judge.worker_pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    after = judge.judge(CASE, IN_TIME)

    assert after == before
    assert after.disagreement == ""
    assert judge.worker_pid != pid


def test_a_stopped_child_is_killed_replaced_and_the_case_judged(call: Call) -> None:
    """A child that hangs is not waited for beyond the time limit; this one would for ever."""
    with Judge(RULES, call, timeout=6.0) as judge:
        before = judge.judge(CASE, IN_TIME)
        pid = judge.worker_pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        after = judge.judge(CASE, IN_TIME)

        assert after == before
        assert not alive(pid)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)", "中断(退出码 -11)"),
        ("import sys\nsys.stdin.readline()\nprint('{\"engine\": true}', flush=True)\nsys.stdin.readline()\nraise SystemExit(3)", "中断(退出码 3)"),
        ("import time\ntime.sleep(60)", "超时"),
        ("print('no json', flush=True)\nimport time\ntime.sleep(60)", "通信"),
        ("import os, time\nos.close(1)\ntime.sleep(60)", "中断(不听也不答)"),
    ],
    ids=["dies at start", "dies at the case", "hangs", "speaks nonsense", "closes its mouth"],
)  # fmt: skip
def test_a_child_that_fails_twice_sends_the_case_to_staff(
    code: str, reason: str, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After one restart and one retry the case is referred; its findings are kept."""
    seconds = 1.0 if reason == "超时" else 60.0  # a busy machine takes a second to start a child
    with judge_with(code, call, tmp_path, monkeypatch, timeout=seconds) as judge:
        judgement = judge.judge(CASE, IN_TIME)

    assert_referred(judgement)
    assert reason in judgement.disagreement


@pytest.mark.parametrize(
    "code", ["raise SystemExit(3)", "import sys\nsys.stdin.buffer.read1(9)\nraise SystemExit(3)"]
)
def test_a_child_that_dies_before_it_has_heard_all_is_told_as_dead(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However busy we are between starting and asking it: its exit code, no "broken pipe"."""
    (tmp_path / "odd_worker.py").write_text(code, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    with Child("odd_worker") as child:
        if "stdin" not in code:
            child._process.wait()
        with pytest.raises(ChildDiedError, match=r"中断\(退出码 3\)"):
            child.ask("x" * 1_000_000, 60)


ANSWERS = """
import sys
print('{"engine": true}', flush=True) if sys.stdin.readline() else None
for line in sys.stdin:
    print('{"hits": []}', flush=True)
"""


def test_an_engine_that_disagrees_sends_the_case_to_staff(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An engine that finds nothing wrong is contradicted by the interpreter, rule by rule."""
    with judge_with(ANSWERS, call, tmp_path, monkeypatch, timeout=60.0) as judge:
        judgement = judge.judge(CASE, IN_TIME)

    assert_referred(judgement)
    assert "A02" in judgement.disagreement
    assert "引擎判未违反" in judgement.disagreement


def test_without_the_engine_the_interpreter_decides_alone(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where durable-rules does not load, nothing is referred for that reason."""
    code = ANSWERS.replace("true", "false")
    with judge_with(code, call, tmp_path, monkeypatch, timeout=60.0) as judge:
        judgement = judge.judge(CASE, IN_TIME)

    assert judge.engine is False
    assert judgement.disagreement == ""
    assert SYSTEM_RULE not in {finding.rule for finding in judgement.findings}


def test_the_child_ends_with_its_judge(call: Call) -> None:
    """Closing leaves no process behind."""
    judge = Judge(RULES, call)
    judge.judge(CASE, IN_TIME)
    pid = judge.worker_pid
    judge.close()

    assert pid is not None
    assert not alive(pid)
    assert judge.worker_pid is None
