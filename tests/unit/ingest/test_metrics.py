"""What ``status --prometheus`` prints is what a textfile collector reads."""

from __future__ import annotations

import re
from typing import Any

from ingest.views.metrics import metrics_text
from ingest.views.records import StatusReport
from tests.unit.ingest.test_cli_words import AT, STATUS


def metrics(**changes: Any) -> dict[str, int]:
    report: StatusReport = {**STATUS, **changes}  # type: ignore[typeddict-item]
    lines = metrics_text(report).splitlines()
    return {
        name: int(value)
        for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    }


def test_every_line_is_a_sample_or_says_what_one_is() -> None:
    """The text format 0.0.4: each metric with HELP and TYPE, once, before its samples."""
    seen: list[str] = []
    for line in metrics_text(STATUS).splitlines():  # type: ignore[arg-type]
        if line.startswith("# HELP"):
            assert re.fullmatch(r"# HELP mailroom_[a-z_]+ \S.*\.", line)
            seen.append(line.split()[2])
        elif line.startswith("# TYPE"):
            assert line == f"# TYPE {seen[-1]} gauge"
        else:
            assert re.fullmatch(rf'{seen[-1]}(\{{[a-z]+="[a-z_]+"\}})? \d+', line)
    assert len(seen) == len(set(seen))


def test_the_counts_are_those_of_the_status() -> None:
    """And signs of trouble are numbers that an alarm can be set on."""
    found = metrics()
    assert found['mailroom_cases{decision="accepted"}'] == 2
    assert found['mailroom_letters{state="uncertain"}'] == 3
    assert found["mailroom_last_poll_timestamp_seconds"] == int(AT.timestamp())
    assert (found["mailroom_stale"], found["mailroom_outbound_held"]) == (0, 1)
    assert found["mailroom_folder_errors"] == 1
    trouble = metrics(stale="没有收信", rules_trouble="x", reconciled=False, last_poll=None)
    assert (trouble["mailroom_stale"], trouble["mailroom_rules_refused"]) == (1, 1)
    assert trouble["mailroom_reconciled"] == 0
    assert "mailroom_last_poll_timestamp_seconds" not in trouble
