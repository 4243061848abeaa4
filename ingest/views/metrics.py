"""The state of the house for the textfile collector of Prometheus' node exporter. Pure.

Names, once here, keep their meaning. No word of an applicant is in it, only counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from ingest.views.records import QueueRecord, StatusReport

PREFIX = "mailroom_"


def metrics_text(report: StatusReport) -> str:
    """The report in the text format 0.0.4; every metric is a gauge with its help."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: StatusReport) -> Iterator[str]:
    yield from _gauge("messages", "Mails by state.", report["messages"], "state")
    yield from _gauge("cases", "Cases by the decision in force.", report["cases"], "decision")
    yield from _gauge("letters", "Letters by state.", report["outbox"], "state")
    plain = (
        ("cases_to_judge", "Cases that wait to be judged.", report["to_judge"]),
        ("server_messages", "Mails on the server at the last look.", report["server_count"]),
        ("recorded_messages", "Of these, mails in the ledger.", report["ledger_count"]),
        ("reconciled", "Whether both agree.", report["reconciled"]),
        ("stale", "Whether no look at the mailbox succeeded for too long.", bool(report["stale"])),
        ("outbound_held", "Whether letters are held by the hold file.", report["held"]),
        ("rules_refused", "Whether changed rule files are refused.", bool(report["rules_trouble"])),
        ("attention", "Things an administrator should look at.", len(report["attention"])),
        ("folder_errors", "Folders whose last look failed.", len(report["errors"])),
        ("ledger_events", "Rows of the ledger.", report["ledger"]["events"]),
        ("status_timestamp_seconds", "When this was written.", _seconds(report["now"])),
    )
    for name, about, value in plain:
        yield from _gauge(name, about, {"": value})
    yield from _queue(report["queue"])
    if report["last_poll"] is not None:
        about = "When the mailbox was last looked at."
        yield from _gauge("last_poll_timestamp_seconds", about, {"": _seconds(report["last_poll"])})


def _queue(queue: QueueRecord | None) -> Iterator[str]:
    if queue is None:
        return
    jobs = {
        "waiting": queue["waiting"],
        "doing": queue["doing"],
        "stuck": queue["stuck"],
        "failed": queue["failed"],
    }
    yield from _gauge("jobs", "Jobs of reading a mail, by state.", jobs, "state")
    yield from _gauge("workers", "Workers with a recent sign of life.", {"": queue["workers"]})
    about = "Seconds since the receiver's last sign of life."
    yield from _gauge("receiver_silent_seconds", about, {"": queue["receiver_silent"]})


def _gauge(name: str, about: str, values: Mapping[str, int], label: str = "") -> Iterator[str]:
    yield f"# HELP {PREFIX}{name} {about}"
    yield f"# TYPE {PREFIX}{name} gauge"
    for key, value in values.items():
        labelled = f'{{{label}="{key}"}}' if label else ""
        yield f"{PREFIX}{name}{labelled} {int(value)}"


def _seconds(instant: str) -> int:
    return int(datetime.fromisoformat(instant).timestamp())
