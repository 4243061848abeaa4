"""Rule files change while the office works: good ones go in force, bad ones change nothing, old
decisions stand.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from ingest import daemon
from ingest.calls import default_config, open_call
from ingest.cli import run as command
from ingest.daemon import Daemon, start
from ingest.errors import ConfigError, TemporaryError, UsageError
from ingest.judging.judge import Judge
from ingest.judging.refer import ReferEverything
from ingest.rulefiles.explaining import explain_decision
from ingest.rulefiles.replay import judge_again
from ingest.rulefiles.report import replay_as_decided, replay_new_file, rules_status
from ingest.steps.judge import OnPurpose
from ingest.store.cases import decisions_in_force, decisions_of_case, load_subjects
from ingest.store.rulefiles import files_of_decision, keep_rule_files, last_good
from ingest.store.tables import RuleFilesRow
from ingest.views.systemstate import system_state
from notifier.outboxstates import OutboxState
from rules.verdict import Decision
from tests.integration.house import House

CALL = "smart-education-2024"
Open = Callable[..., House]


@dataclass
class RuleFile:
    """The call's own folder of this test, to be edited."""

    folder: Path

    @property
    def rules(self) -> Path:
        return self.folder / "rules.yaml"

    def replace(self, old: str, new: str, name: str = "rules.yaml") -> None:
        text = (self.folder / name).read_text("utf-8")
        assert old in text
        (self.folder / name).write_text(text.replace(old, new), "utf-8")

    def without_examples(self) -> None:
        """Examples would notice the changes these tests make."""
        (self.folder / "examples.yaml").unlink()


@pytest.fixture
def files(tmp_path: Path) -> RuleFile:
    """A copy of the shipped call."""
    shutil.copytree(default_config() / "calls" / CALL, tmp_path / "calls" / CALL)
    return RuleFile(tmp_path / "calls" / CALL)


@pytest.fixture
def office(open_one: Open, files: RuleFile) -> House:
    """An office that serves the copy, its rules in force."""
    files.without_examples()
    house = open_one(calls_={"directory": files.folder.parent})
    house.settle_rules()
    return house


def again(open_one: Open, files: RuleFile) -> House:
    """The same office after a restart."""
    return open_one(calls_={"directory": files.folder.parent})


BROKEN = ("申报书.教师账号开通率 不低于 开通率下限", "申报书.教师帐号开通率 不低于 开通率下限")
STRICTER = ("值: 98%", "值: 99%")
"""Sample 07 has exactly 98 %."""


def decide_sample(house: House, number: str) -> None:
    house.arrive_sample(number)
    house.settle_and_decide()


def test_a_changed_file_goes_in_force_without_a_restart(office: House, files: RuleFile) -> None:
    """The next case is judged by it, the one before keeps its decision, and both name their
    rules.
    """
    decide_sample(office, "07")
    files.replace(*STRICTER)
    assert office.look_at_rules()
    assert not office.look_at_rules()
    office.decide()
    assert [case.decision for case in office.cases()] == [Decision.ACCEPTED]
    event = office.events("rules_accepted")[-1]
    assert "1 个会有变化" in event.text
    assert office.cases()[0].code in event.text
    with office.store() as session:
        kept = last_good(session, CALL)
        assert kept is not None
        assert (kept.rules_source, event.sha256) == (
            files.rules.read_text("utf-8"),
            kept.rules_sha256,
        )


def test_a_file_that_lost_its_end_between_two_rules_is_told(office: House, files: RuleFile) -> None:
    """It reads as well as ever, and may be meant: it goes in force, and people read what is gone."""
    whole = files.rules.read_text("utf-8")
    files.rules.write_text(whole[: whole.index("  - 编号: Q01")], "utf-8")
    assert office.look_at_rules()
    [event] = office.events("alarm")
    assert "Q01" in event.text
    assert "C09" not in event.text
    files.rules.write_text(whole, "utf-8")
    assert office.look_at_rules()
    assert office.events("alarm") == [event]


def test_each_setting_that_ends_something_has_its_line_when_it_changes(
    office: House, files: RuleFile
) -> None:
    """Whoever asks years later why a case was closed on a Monday finds who could have known."""
    assert office.events("call_changed") == []
    files.replace("截止: 2024-08-31 24:00", "截止: 2024-09-07 24:00", "call.yaml")
    files.replace("宽限: 1 ", "宽限: 3 ", "call.yaml")
    files.replace("提醒: [7, 3, 1]", "提醒: []", "call.yaml")
    assert office.look_at_rules()

    assert [event.text for event in office.events("call_changed")] == [
        "征集设置“截止”由“2024-09-01 00:00”改为“2024-09-08 00:00”",
        "征集设置“宽限”由“1 个工作日”改为“3 个工作日”",
        "征集设置“提醒”由“前 7 个工作日、前 3 个工作日、前 1 个工作日”改为“不提醒”",
    ]
    files.replace("值: 98%", "值: 99%")
    assert office.look_at_rules()
    assert len(office.events("call_changed")) == 3


def test_a_kept_call_that_is_read_no_longer_stops_nothing(office: House, files: RuleFile) -> None:
    """An older program may have kept what this one refuses: there is nothing to compare with."""
    with office.app.database.writing() as session:
        row = last_good(session, CALL)
        assert row is not None
        older = {**row.model_dump(exclude={"id"}), "call_source": "标题: 旧"}
        keep_rule_files(session, RuleFilesRow(**older))
    files.replace("宽限: 1 ", "宽限: 3 ", "call.yaml")

    assert office.look_at_rules()
    assert office.events("call_changed") == []


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("rules.yaml", *BROKEN),
        ("rules.yaml", "版本: 1", "版本: ["),
        ("call.yaml", "种类: 汇总表", "种类: 汇总标"),
    ],
    ids=["unknown word", "no yaml", "call.yaml"],
)
def test_a_broken_edit_changes_nothing_and_is_told_with_its_line(
    office: House, files: RuleFile, name: str, old: str, new: str
) -> None:
    """The last good rules judge on; the digest and the status name file and line until it is
    mended.
    """
    before, judge = office.app.rules.folder, office.app.rules.judge
    whole = (files.folder / name).read_text("utf-8")
    files.replace(old, new, name)
    assert not office.look_at_rules()
    assert (office.app.rules.folder, office.app.rules.judge) == (before, judge)
    [event] = office.events("rules_refused")
    assert f"{name}:" in event.text
    with office.store() as session:
        assert (
            event.text in system_state(session, office.app.settings, office.app.clock.now()).errors
        )
    decide_sample(office, "07")
    assert [case.decision for case in office.cases()] == [Decision.ACCEPTED]

    (files.folder / name).write_text(whole, "utf-8")
    office.look_at_rules(closely=True)
    with office.store() as session:
        assert (
            event.text
            not in system_state(session, office.app.settings, office.app.clock.now()).errors
        )
    assert len(office.events("rules_refused")) == 1


def test_rules_that_fail_their_own_examples_are_refused(open_one: Open, files: RuleFile) -> None:
    """The office's golden cases speak before any applicant is touched."""
    house = again(open_one, files)
    house.settle_rules()
    assert isinstance(house.app.rules.judge, Judge)
    files.replace("不满足: 不予受理", "不满足: 提醒")
    assert not house.look_at_rules()
    assert "案例“" in house.app.rules.trouble
    assert "examples.yaml:" in house.app.rules.trouble


def test_a_file_that_is_gone_changes_nothing(office: House, files: RuleFile) -> None:
    """Somebody moves it away to edit it elsewhere."""
    files.rules.unlink()
    assert not office.look_at_rules()
    assert isinstance(office.app.rules.judge, Judge)
    assert "rules.yaml" in office.app.rules.trouble


@pytest.mark.parametrize("name", ["rules.yaml", "call.yaml"])
def test_a_start_with_a_broken_file_uses_the_last_good_one_from_the_store(
    office: House, open_one: Open, files: RuleFile, name: str
) -> None:
    """A restart at night must not stop the office, nor let everybody pass; twice started, once
    told.
    """
    sha256 = office.app.rules.judge.rules_sha256
    (files.folder / name).write_text("版本: [", "utf-8")
    start(again(open_one, files).app)
    house = again(open_one, files)
    start(house.app)
    assert house.app.rules.judge.rules_sha256 == sha256
    assert len(house.events("rules_refused")) == 1
    assert f"{name}:1" in house.events("rules_refused")[0].text
    decide_sample(house, "07")
    assert [case.decision for case in house.cases()] == [Decision.ACCEPTED]


@pytest.mark.parametrize("broken", [True, False], ids=["broken", "missing"])
def test_without_any_good_rules_every_case_goes_to_staff(
    open_one: Open, files: RuleFile, broken: bool
) -> None:
    """Never "no rules, so accepted"; the mended file goes in force at the next look."""
    good = files.rules.read_text("utf-8")
    if broken:
        files.replace(*BROKEN)
    else:
        files.rules.unlink()
    house = again(open_one, files)
    start(house.app)
    assert isinstance(house.app.rules.judge, ReferEverything)
    decide_sample(house, "07")
    assert [case.decision for case in house.cases()] == [Decision.REFERRED]
    assert [letter.kind for letter in house.letters()] == ["referred"]
    assert "全部案卷转人工" in house.events("rules_refused")[0].text

    files.rules.write_text(good, "utf-8")
    assert house.look_at_rules()
    decide_sample(house, "06")
    assert [case.decision for case in house.cases()] == [Decision.REFERRED, Decision.REJECTED]


def test_files_that_were_in_force_are_not_examined_again(
    office: House, open_one: Open, files: RuleFile
) -> None:
    """A restart adds no row and no event."""
    house = again(open_one, files)
    house.settle_rules()
    assert len(house.events("rules_accepted")) == 1
    assert house.app.rules.judge.rules_sha256 == office.app.rules.judge.rules_sha256


def test_a_decision_can_be_made_again_from_what_is_stored_alone(
    office: House, files: RuleFile
) -> None:
    """Stored subjects, stored received time, stored rule file and call: the same findings, years
    later.
    """
    for number in ("06", "07", "03"):
        decide_sample(office, number)
    files.replace(*STRICTER)
    files.replace("截止: 2024-08-31 24:00", "截止: 2024-08-10 24:00", "call.yaml")
    assert office.look_at_rules()
    with office.store() as session:
        steps: list[tuple[int, int]] = []
        found = replay_as_decided(
            session, office.app.rules.folder, None, lambda *step: steps.append(step)
        )
        assert steps == [(number, found.cases) for number in range(1, found.cases + 1)]
        assert (found.cases, found.changes, found.without_rules) == (3, (), ())
        for _, decision in decisions_in_force(session, CALL):
            row = files_of_decision(session, decision)
            assert row is not None
            assert "2024-08-31 24:00" in row.call_source


def test_replay_shows_only_what_changes_and_writes_nothing(
    office: House, files: RuleFile, tmp_path: Path
) -> None:
    """By case and rule; with the same rules nothing."""
    for number in ("01", "06", "07"):
        decide_sample(office, number)
    events, letters = len(office.events()), len(office.letters())
    other = tmp_path / "new.yaml"
    other.write_text(files.rules.read_text("utf-8").replace(*STRICTER), "utf-8")
    with office.store() as session:
        assert replay_new_file(session, office.app.rules.folder, files.rules, None).changes == ()
        changes = replay_new_file(session, office.app.rules.folder, other, None).changes
        assert (
            replay_new_file(
                session, office.app.rules.folder, other, office.clock.instant.replace(year=2025)
            ).cases
            == 0
        )
    first, rejected, exactly = (case.code for case in office.cases())
    found = {change.case: change for change in changes}
    assert exactly in found
    assert rejected not in found  # it was and would be
    assert set(found) <= {first, exactly}
    for change in changes:
        assert (change.before, change.after) == (Decision.ACCEPTED, Decision.REJECTED)
        assert [(one.rule, one.before, one.after) for one in change.rules] == [
            ("Z02", "通过", "不予受理(不满足)")
        ]
    assert (len(office.events()), len(office.letters())) == (events, letters)


def test_a_replayed_batch_keeps_each_applicants_verdict_apart(office: House) -> None:
    """Rows of the summary table find their entries again: the decision is the stored one."""
    decide_sample(office, "02")
    with office.store() as session:
        [(case, decision)] = decisions_in_force(session, CALL)
        assert judge_again(case, decision, office.app.rules.judge, office.app.rules.call) is None
        assert len([item for item in load_subjects(decision) if item.kind == "汇总行"]) > 1


def test_explain_shows_every_condition_with_value_place_and_clause(
    office: House, files: RuleFile
) -> None:
    """From the record, also when the rules have changed since."""
    decide_sample(office, "06")
    code = office.cases()[0].code
    files.replace(*STRICTER)
    office.look_at_rules()
    with office.store() as session:
        report = explain_decision(session, code, rule="Z02")
        with pytest.raises(UsageError, match="没有用到规则"):
            explain_decision(session, code, rule="Z99")
        with pytest.raises(UsageError, match="没有第 2 次裁定"):
            explain_decision(session, code, version=2)
    [rule] = report["rules"]
    condition = next(one for one in rule["conditions"] if "教师账号开通率" in one["text"])
    assert (rule["outcome"], report["rules_kept"]) == ("不予受理", True)
    assert "98%以上" in rule["clause"]
    assert condition["mark"] in ("✓", "✗")
    assert condition["actual"] == "97.6%，差0.4个百分点"
    assert "表" in condition["origin"]
    assert {"message", "part", "name"} == set(report["files"][0])


def test_a_case_is_judged_again_only_on_purpose(office: House, files: RuleFile) -> None:
    """A new version, a held letter, who and why in the ledger; the first decision stays as it
    was.
    """
    decide_sample(office, "07")
    files.replace(*STRICTER)
    office.look_at_rules()
    office.decide()
    row = office.rejudge(office.cases()[0], OnPurpose("李主任", "标准已更正"))
    assert (row.version, row.decision) == (2, Decision.REJECTED)
    with office.store() as session:
        versions = [item.decision for item in decisions_of_case(session, row.case_id)]
    assert versions == [Decision.ACCEPTED, Decision.REJECTED]
    states = [letter.state for letter in office.letters()]
    assert states == [OutboxState.SUPERSEDED, OutboxState.HELD]
    assert "李主任" in office.events("rejudged")[0].text
    assert "标准已更正" in office.events("rejudged")[0].text
    first = next(item for item in load_subjects(row) if item.kind == "来件")
    assert (
        first.fact("性质").value == "首次"
    )  # nothing new has come in since, so it is no supplement


def test_a_case_judged_again_with_leave_sends_its_letter(office: House) -> None:
    """``--send``; the first letter, which has not left, is made untrue by it and never leaves."""
    decide_sample(office, "07")
    office.rejudge(office.cases()[0], OnPurpose("李主任", "复核", send=True))
    states = [letter.state for letter in office.letters()]
    assert states == [OutboxState.SUPERSEDED, OutboxState.QUEUED]


def test_a_case_that_waits_for_its_judgement_is_not_judged_again(office: House) -> None:
    """It will be judged by the rules in force anyway; and one that changes meanwhile is left
    alone.
    """
    office.arrive_sample("07")
    office.take_in()
    with pytest.raises(UsageError, match="正等待裁定"):
        office.rejudge(office.cases()[0], OnPurpose("a", "b"))
    office.settle_and_decide()
    old = office.cases()[0]
    office.rejudge(old, OnPurpose("a", "b"))
    with pytest.raises(TemporaryError, match="刚有新情况"):
        office.rejudge(old, OnPurpose("a", "b"))


def test_a_command_beside_the_office_uses_the_rules_in_force(
    office: House, open_one: Open, files: RuleFile
) -> None:
    """Not a file that the office has not taken up."""
    files.replace(*STRICTER)
    house = again(open_one, files)
    house.use_rules_in_force()
    assert house.app.rules.judge.rules_sha256 == office.app.rules.judge.rules_sha256


def test_a_command_before_the_first_start_has_no_rules(open_one: Open, files: RuleFile) -> None:
    """It says what to do."""
    with pytest.raises(ConfigError, match="还没有启用过"):
        again(open_one, files).use_rules_in_force()


def test_the_status_tells_what_is_in_force_and_what_is_not(office: House, files: RuleFile) -> None:
    """In words for people, and the same as values."""

    def mode() -> str:
        with office.store() as session:
            folder = open_call(files.folder.parent, CALL)
            return str(rules_status(session, files.folder, folder)["mode"])

    assert mode() == "现行规则"
    files.replace(*STRICTER)
    assert mode() == "待启用新规则"
    office.look_at_rules()
    assert mode() == "现行规则"
    files.replace(*BROKEN)
    assert mode() == "上一版规则"


def configured(office: House, tmp_path: Path) -> list[str]:
    """The office's settings as a file, for the command line."""
    settings = office.app.settings
    text = f"""
[mailbox]
host = "localhost"
username = "shenbao"
accept_since = "2024-08-08T00:00:00+08:00"
[smtp]
host = "localhost"
from_address = "mailroom@office.example"
[store]
database = "{settings.store.database}"
files = "{settings.store.files}"
[calls]
directory = "{settings.calls.directory}"
active = ["{CALL}"]
"""
    (tmp_path / "mailroom.toml").write_text(text, "utf-8")
    return ["--config", str(tmp_path / "mailroom.toml")]


def test_the_commands_print_what_they_found_and_exit_with_it(
    office: House, files: RuleFile, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """status, replay, explain and rejudge through the door people use."""
    decide_sample(office, "07")
    code, config = office.cases()[0].code, configured(office, tmp_path)

    def mailroom(*words: str) -> tuple[int, str]:
        status = command([*config, *words])
        return status, capsys.readouterr().out

    assert mailroom("rules", "status")[0] == 0
    assert json.loads(mailroom("rules", "status", "--json")[1])["mode"] == "现行规则"
    assert mailroom("rules", "replay") == (0, "重判 1 个案卷,0 个会改变\n")
    status, text = mailroom("rules", "explain", code)
    lines = text.splitlines()
    assert (status, lines[0].endswith("受理(第 1 次裁定)"), lines[1].startswith("因为: ")) == (
        0,
        True,
        True,
    )
    assert "依据: 三(一)4" not in text
    assert "--all" in text
    status, text = mailroom("rules", "explain", code, "--all")
    assert (status, "依据: 三(一)4" in text, "，table，" in text) == (0, True, False)
    assert "Z02 师生账号开通率达98%以上(申报书“" in text
    files.replace(*STRICTER)
    status, text = mailroom("rules", "replay", "--against", str(files.rules))
    assert (status, "受理 -> 不予受理" in text) == (1, True)
    report = json.loads(mailroom("rules", "replay", "--against", str(files.rules), "--json")[1])
    assert report["changes"][0]["rules"][0]["rule"] == "Z02"
    assert mailroom("case", "rejudge", code)[0] == 64
    assert mailroom("case", "rejudge", code, "--reason", " ")[0] == 64
    status, text = mailroom("case", "rejudge", code, "--reason", "复核", "--who", "李主任")
    assert (status, "受理 -> 受理" in text) == (0, True)  # the stricter file is not in force yet
    files.replace(*BROKEN)
    status, text = mailroom("rules", "status")
    assert (status, "rules.yaml:" in text) == (1, True)


@pytest.fixture
def signals() -> Iterator[None]:
    """The handlers as they were before."""
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.usefixtures("signals")
def test_a_hangup_has_the_files_looked_at_at_once(
    office: House, files: RuleFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when neither time nor size of the file has changed; no tick of the loop comes in this
    test.
    """
    monkeypatch.setattr(daemon, "WORK_EVERY", timedelta(hours=1))
    office.app.rules.use(office.app.rules.folder, ReferEverything("not started yet"))
    before = files.rules.stat()

    def until(condition: Callable[[], object]) -> None:
        limit = time.monotonic() + 60
        while not condition() and time.monotonic() < limit:
            time.sleep(0.02)

    def administrator() -> None:
        until(lambda: isinstance(office.app.rules.judge, Judge))
        files.replace(*STRICTER)
        os.utime(files.rules, ns=(before.st_atime_ns, before.st_mtime_ns))
        signal.pthread_kill(main, signal.SIGHUP)
        until(lambda: len(office.events("rules_accepted")) == 2)
        signal.pthread_kill(main, signal.SIGTERM)

    main = threading.get_ident()
    thread = threading.Thread(target=administrator)
    thread.start()
    Daemon(office.app).run()
    thread.join()
    assert len(office.events("rules_accepted")) == 2
    assert STRICTER[1] in office.app.rules.folder.rules_source
