"""Times of examples that move with their call; a shipped call whose deadline moves stays green."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from ingest.calls import read_call_text
from rules.authoring.examples import load_examples, run_examples
from rules.authoring.relative import Ends, clock
from rules.callfile import load_call
from rules.rulebook import load_rulebook
from rules.vocabulary import until_text
from tests.unit.rules.writing import at

CALLS = Path(__file__).parents[4] / "config/calls"
PUBLISHED = int(at("2024-08-08 10:00").timestamp())
MIDNIGHT = Ends(PUBLISHED, int(at("2024-09-01 00:00").timestamp()))
AFTERNOON = Ends(PUBLISHED, int(at("2024-08-31 17:30").timestamp()))


@pytest.mark.parametrize(
    ("raw", "ends", "meant"),
    [
        ("截止", MIDNIGHT, "2024-08-31 24:00"),
        ("截止前1秒", MIDNIGHT, "2024-08-31 23:59:59"),
        ("截止后1秒", AFTERNOON, "2024-08-31 17:30:01"),
        ("截止前1天2小时3分钟", AFTERNOON, "2024-08-30 15:27"),
        ("截止前11天 09:00", MIDNIGHT, "2024-08-20 09:00"),
        ("截止前11天 09:00:30", AFTERNOON, "2024-08-20 09:00:30"),
        ("截止 24:00", MIDNIGHT, "2024-08-31 24:00"),
        ("截止后2天 08:00", MIDNIGHT, "2024-09-02 08:00"),
        ("发布", MIDNIGHT, "2024-08-08 10:00"),
        ("发布后3天", MIDNIGHT, "2024-08-11 10:00"),
        ("发布 09:00", MIDNIGHT, "2024-08-08 09:00"),
    ],
)
def test_a_time_is_counted_from_the_ends_of_the_call(raw: str, ends: Ends, meant: str) -> None:
    """With an hour, 截止 is the last day that is in time: the 31st for 24:00 of the 31st."""
    assert ends.instant(raw) == clock(meant)


@pytest.mark.parametrize(
    "raw",
    [
        "截止前",
        "截止前一天",
        "截止1天",
        "截止前1小时 09:00",
        "截止 25:00",
        "之前1天",
        "截止前1天 9点",
    ],
)
def test_other_words_are_no_time(raw: str) -> None:
    """Nothing is guessed."""
    assert MIDNIGHT.instant(raw) is None


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("截止", "2024-08-31"),
        ("截止前13天", "2024-08-18"),
        ("发布后4天", "2024-08-12"),
        ("截止前1小时", None),
        ("截止 09:00", None),
        ("截至", None),
    ],
)
def test_a_day_is_counted_in_days(raw: str, day: str | None) -> None:
    """Hours make none."""
    assert MIDNIGHT.day(raw) == day


@pytest.mark.parametrize("name", [path.name for path in sorted(CALLS.iterdir())])
@pytest.mark.parametrize("later", [timedelta(days=7), timedelta(hours=-7), timedelta(days=30)])
def test_the_examples_of_a_shipped_call_stay_green_when_its_deadline_moves(
    name: str, later: timedelta
) -> None:
    """One line of call.yaml, and nothing else."""
    source = read_call_text(CALLS / name)
    call = load_call(name, source)
    moved = source.replace(
        f"截止: {until_text(call.deadline)}", f"截止: {until_text(call.deadline + later)}"
    )
    assert moved != source
    rulebook = load_rulebook(
        (CALLS / name / "rules.yaml").read_text("utf-8"), load_call(name, moved)
    )
    examples = load_examples((CALLS / name / "examples.yaml").read_text("utf-8"), rulebook)
    assert run_examples(rulebook, examples) == []
