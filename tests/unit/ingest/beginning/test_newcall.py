"""A new call's folder: accepted as it is written, whatever names are given."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from ingest.beginning.newcall import NewCall, call_files, end_of, scalar, start_of
from ingest.errors import UsageError
from rules.authoring.examples import load_examples, run_examples
from rules.callfile import check_call, load_call
from rules.rulebook import check_rulebook, load_rulebook
from rules.vocabulary import BEIJING

NEW = NewCall(
    title="关于征集2027年示例项目的通知: “第一批”",
    authority="某某办公室",
    published=datetime(2027, 1, 4, 9, tzinfo=BEIJING),
    deadline=datetime(2027, 4, 1, tzinfo=BEIJING),
    office="某某办公室项目科",
    telephone="010-5550100",
    mailbox="a@office.example",
    tracks=("甲类项目", "乙类: 培育"),
    units=("第一单位", "10号单位", "#三单位"),
)


@pytest.mark.parametrize("new", [NEW, replace(NEW, tracks=("申报",))], ids=["two", "one"])
def test_the_folder_is_accepted_as_it_stands(new: NewCall) -> None:
    """Call, rules and examples, with every rule tried by an example."""
    files = call_files(new)
    assert check_call("x", files["call.yaml"]) == []
    call = load_call("x", files["call.yaml"])
    assert (call.deadline, call.title) == (new.deadline, new.title)
    assert [track.name for track in call.tracks] == list(new.tracks)
    assert [unit.name for unit in call.units] == list(new.units)
    assert check_rulebook(files["rules.yaml"], call) == []
    rulebook = load_rulebook(files["rules.yaml"], call)
    assert all(rule.id in files["examples.yaml"] for rule in rulebook.rules)
    assert run_examples(rulebook, load_examples(files["examples.yaml"], rulebook)) == []


@pytest.mark.parametrize("text", ["是", "a: b", "# x", "10", "[x]", '"', "{a}", "甲、乙"])
def test_a_text_stays_text_in_yaml(text: str) -> None:
    """Colons, hashes and brackets of a title are no syntax."""
    call = load_call("x", call_files(replace(NEW, authority=text))["call.yaml"])
    assert call.authority == text
    assert scalar("某办") == "某办"


def test_a_day_begins_and_ends() -> None:
    """A deadline that is a day includes it."""
    assert start_of("2027-03-31") == datetime(2027, 3, 31, tzinfo=BEIJING)
    assert end_of("2027-03-31") == datetime(2027, 4, 1, tzinfo=BEIJING)
    assert end_of("2027-03-31 17:30") == datetime(2027, 3, 31, 17, 30, tzinfo=BEIJING)
    with pytest.raises(UsageError):
        end_of("三月底")
