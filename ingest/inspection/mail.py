"""Look at one mail without any state: the JSON of ``message inspect``, which answers as the daemon
would.

What the daemon knows by its configuration is asked in the same place (``ingest/office.py``), and
decided by the same functions; what it knows by its ledger is not known here: the mail is the first
of its case. The untrusted bytes are read in the disposable worker. No database, no network, no key:
the letter bears no code that could be verified.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ingest.calls import CallFolder, usable_templates, with_place
from ingest.errors import InputError
from ingest.inspection.reports import document_json, entries_json, letter_json
from ingest.judging.cases import Surroundings, judge_case
from ingest.judging.judge import Judge
from ingest.message.errors import UnreadableMessage
from ingest.office import Office, describe_office
from ingest.reading import Envelope, Reading, ScreeningKind
from ingest.sandbox.mail import read_or_degrade
from ingest.sandbox.workers import WorkerDied, WorkerFailed
from ingest.scratch import scratch_folder
from ingest.settings import Settings
from ingest.submission.case import ReceivedMail, arrange
from ingest.submission.filing import Acknowledge, Arrived, Enter, Known, file_mail
from ingest.submission.letterrequest import (
    Reply,
    letter_request,
    noted_request,
    question_request,
    too_large_request,
)
from ingest.submission.routing import Referred, Route, Seen, joint_call, route
from ingest.submission.sender import who_sent
from notifier.letters import LetterRequest, compose
from notifier.wording import beijing

CODE_OF_NOTHING = "（试判，未立案）"
"""``message inspect`` opens no case, so its letters carry no code."""
HEADER_LIMIT = 256 * 1024
"""Bytes of the header block of a mail above the size limit that are read, as by the daemon."""


def inspect_message(
    path: Path,
    folder: CallFolder,
    settings: Settings | None,
    received: datetime | None,
    now: datetime,
    beside: Sequence[CallFolder] = (),
) -> dict[str, Any]:
    """What would become of the mail at ``path`` if it were the first of its case, where the mailbox
    serves the call of ``folder`` and those ``beside`` it.

    ``settings`` are those of the daemon; None: an office that has the call's published mailbox and
    the defaults. ``received`` (aware) stands in for the server's time; without it the topmost
    Received header, else the Date header, else ``now`` is taken; a time that is given is a
    supposition, so it is not compared with the headers.

    Raises:
        InputError: the file is no mail that can be read.
        ConfigError: the rule file or a template cannot be used.
    """
    chosen = _routed(path, [folder, *beside], settings, now)
    folder, office, reading = chosen.folder, chosen.office, chosen.reading
    too_large = path.stat().st_size > office.largest
    stamp = received or _own_time(reading.envelope, now)
    if received is not None:
        reading = reading.model_copy(
            update={"envelope": reading.envelope.model_copy(update={"received": None})}
        )
    report: dict[str, Any] = {
        "call": chosen.route.call or None,
        "screening": reading.screening.model_dump(mode="json"),
        "parts": [part.model_dump(mode="json", exclude={"link"}) for part in reading.parts],
        "documents": [document_json(document, folder.call) for document in reading.documents],
        "entries": [],
        "letter": None,
        "received": stamp.isoformat(),
        "note": (note := _too_early(settings, stamp)),
        "envelope": reading.envelope.model_dump(mode="json"),
    }
    if reading.screening.kind is ScreeningKind.PERSON and not note:
        requests = (
            [_too_large(reading, office, stamp)]
            if too_large
            else [_noted(reading, office, stamp)]
            if not chosen.route.call
            else _answers(report, reading, folder, office, stamp)
        )
        if reading.screening.reply:
            templates = usable_templates(folder)[0]
            report["letter"] = letter_json([compose(request, templates) for request in requests])
    return report


def _too_early(settings: Settings | None, stamp: datetime) -> str:
    """Why the daemon would not even fetch the mail; "" when it would."""
    if settings is None or stamp >= settings.mailbox.accept_since:
        return ""
    since = beijing(settings.mailbox.accept_since)
    return f"收到时间早于 [mailbox] accept_since({since:%Y-%m-%d %H:%M}),收发室不取这封信, 也不答复"


@dataclass(frozen=True)
class _Routed:
    """The call a mail is for, with the mail as that call has it read."""

    route: Route
    folder: CallFolder
    office: Office
    reading: Reading


def _routed(
    path: Path, folders: Sequence[CallFolder], settings: Settings | None, now: datetime
) -> _Routed:
    """By what the mail itself says, of the calls that the mailbox serves; no ledger is asked."""
    calls = [each.call for each in folders]
    offices = [describe_office(each, settings, calls) for each in folders]
    too_large = path.stat().st_size > offices[0].largest
    readings = [_read(path, office, header_only=too_large) for office in offices]
    if len(folders) == 1:
        return _Routed(Route(calls[0].id, ""), folders[0], offices[0], readings[0])
    found = route([Seen(*each) for each in zip(calls, readings, strict=True)], Referred())
    if found.call:
        number = [call.id for call in calls].index(found.call)
        return _Routed(found, folders[number], offices[number], readings[number])
    joint = replace(offices[0], call=joint_call(calls, now))
    return _Routed(found, folders[0], joint, readings[0])


def _read(path: Path, office: Office, *, header_only: bool) -> Reading:
    try:
        with _header_of(path) if header_only else _whole(path) as file:
            return read_or_degrade(file, office.call, office.reading, office.worker, office.prints)
    except (UnreadableMessage, WorkerDied, WorkerFailed) as error:
        reason = str(error).strip().splitlines()[-1]
        raise InputError(f"读不了邮件 {path}: {reason}", "确认这是一封完整的 .eml 邮件") from error


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    yield path


@contextmanager
def _header_of(path: Path) -> Iterator[Path]:
    """The header block in a file of its own: the daemon fetches no more of a mail that is too
    large.
    """
    with path.open("rb") as source, scratch_folder("header") as folder:
        raw = source.read(HEADER_LIMIT).replace(b"\r\n", b"\n")
        header = folder / "header.eml"
        header.write_bytes(raw.partition(b"\n\n")[0].replace(b"\n", b"\r\n") + b"\r\n\r\n")
        yield header


def _own_time(envelope: Envelope, now: datetime) -> datetime:
    seconds = envelope.received or envelope.date
    return datetime.fromtimestamp(seconds, now.tzinfo) if seconds else now


def _answers(
    report: dict[str, Any], reading: Reading, folder: CallFolder, office: Office, stamp: datetime
) -> list[LetterRequest]:
    """The letters a person's mail would get; what would be decided goes into ``report``.

    A mail for two tracks is judged for each.
    """
    call, arrived = folder.call, Arrived(1, stamp, stamp, timedelta())
    intents = file_mail(reading, call, Known(), arrived).intents
    if entering := [intent for intent in intents if isinstance(intent, Enter)]:
        return _judged(report, reading, entering, folder, office, stamp)
    return [
        replace(
            question_request(
                reading.envelope, stamp, call, _reply(reading, office, "", intent.submitter), stamp
            ),
            word=intent.word,
        )
        for intent in intents
        if isinstance(intent, Acknowledge)
    ]


def _judged(
    report: dict[str, Any],
    reading: Reading,
    entering: Sequence[Enter],
    folder: CallFolder,
    office: Office,
    stamp: datetime,
) -> list[LetterRequest]:
    call, sender, requests = folder.call, who_sent(reading, folder.call), []
    reply = _reply(reading, office, CODE_OF_NOTHING, sender.name)
    with with_place(
        folder.rules_path, folder.rules_source, lambda text: Judge(text, call)
    ) as judge:
        for intent in entering:
            case = arrange([ReceivedMail(1, stamp, reading)], intent.track, call)
            verdict = judge_case(judge, case, Surroundings(call, sender)).verdict
            report["entries"] += entries_json(verdict, intent.track)
            requests.append(letter_request(case, verdict, call, reply, stamp))
    return requests


def _noted(reading: Reading, office: Office, stamp: datetime) -> LetterRequest:
    """The receipt of a mail of which nobody can tell for which call it is."""
    reply = _reply(reading, office, "", "")
    return noted_request(reading.envelope, stamp, office.call, reply, stamp)


def _too_large(reading: Reading, office: Office, stamp: datetime) -> LetterRequest:
    reply = _reply(reading, office, "", "")
    return too_large_request(reading.envelope, stamp, office.call, reply, stamp, office.largest)


def _reply(reading: Reading, office: Office, code: str, submitter: str) -> Reply:
    address, name = reading.envelope.from_address, reading.envelope.from_name
    return Reply(code, submitter, address, name, office.from_address, "inspect")
