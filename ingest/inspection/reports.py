"""Look at one mail or one file without any state: the JSON of ``message inspect`` and ``document inspect``.

Everything untrusted is still read in the disposable worker. No database, no network, no clock of its own.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingest.attachment.identify import identify
from ingest.calls import CallFolder, default_config, read_roots, template_texts
from ingest.clock import SystemClock
from ingest.document.reader import DocumentReading, read_document
from ingest.errors import InputError
from ingest.judging.judge import Judge
from ingest.reading import Document, Reading, Signature
from ingest.sandbox.context import ReadingContext
from ingest.sandbox.workers import Limits, WorkerDied, WorkerFailed, read_or_degrade, run_in_worker
from ingest.submission.digitalseal import describe
from ingest.submission.dossier import Dossier, ReceivedMail, arrange, parts_of_matter
from ingest.submission.joining import tracks_of
from ingest.submission.replies import Reply, letter_request, question_request
from ingest.submission.sender import Sender, who_sent
from ingest.submission.subjects import subjects_of, verdict_of
from notifier.letters import Letter, compose
from notifier.rendering import Templates
from rules.call import APPLICANT_NAME, Call
from rules.facts import Fact, Knowledge
from rules.verdict import Outcome, Verdict
from rules.vocabulary import Field, show_value

OCR_SECONDS = 60  #: for the print on the scans of one mail

CODE_OF_NOTHING = "（试判，未立案）"
"""``message inspect`` opens no case, so its letters carry no code."""


def inspect_message(path: Path, folder: CallFolder, received: datetime | None) -> dict[str, Any]:
    """What would become of the mail at ``path`` if it were the first of its case.

    ``received`` (aware) stands in for the server's time; without it the topmost Received header, else the Date
    header, else the present is taken; a time that is given is a supposition, so it is not compared with the headers.

    Raises:
        InputError: the file is no mail that can be read.
    """
    call = folder.call
    try:
        context = ReadingContext(
            own_addresses=(call.contact.mailbox.lower(),), trust_roots=read_roots(folder.path), ocr_seconds=OCR_SECONDS
        )
        reading = read_or_degrade(path, call, context, Limits())
    except (WorkerDied, WorkerFailed) as error:
        raise InputError(
            f"读不了邮件 {path}: {str(error).strip().splitlines()[-1]}", "确认这是一封完整的 .eml 邮件"
        ) from error
    stamp = received or _own_time(reading)
    if received is not None:
        reading = reading.model_copy(update={"envelope": reading.envelope.model_copy(update={"received": None})})
    report: dict[str, Any] = {
        "screening": reading.screening.model_dump(mode="json"),
        "parts": [part.model_dump(mode="json", exclude={"link"}) for part in reading.parts],
        "documents": [document_json(document, call) for document in reading.documents],
        "entries": [],
        "letter": None,
        "received": stamp.isoformat(),
        "envelope": reading.envelope.model_dump(mode="json"),
    }
    if reading.screening.kind == "person":
        _judge_into(report, reading, stamp, folder)
    return report


def _own_time(reading: Reading) -> datetime:
    seconds = reading.envelope.received or reading.envelope.date
    return datetime.fromtimestamp(seconds, UTC) if seconds else SystemClock().now()


def _judge_into(report: dict[str, Any], reading: Reading, stamp: datetime, folder: CallFolder) -> None:
    """Add entries and letter; a mail for two tracks is judged for each, its letters' texts joined."""
    call, sender = folder.call, who_sent(reading, folder.call)
    templates = Templates({**template_texts(default_config() / "templates"), **folder.templates})
    reply = Reply(
        CODE_OF_NOTHING,
        sender.name,
        reading.envelope.from_address,
        reading.envelope.from_name,
        call.contact.mailbox.lower(),
        "inspect",
    )
    letters: list[Letter] = []
    if parts_of_matter(reading):
        with Judge(folder.rules_source, call) as judge:
            for track in tracks_of(reading, call):
                dossier = arrange([ReceivedMail(1, stamp, reading)], track, call)
                verdict = judge_dossier(dossier, call, sender, judge, stamp)
                report["entries"] += entries_json(verdict, track)
                letters.append(compose(letter_request(dossier, verdict, call, reply, stamp), templates))
    else:
        letters.append(compose(question_request(reading.envelope, stamp, call, reply, stamp), templates))
    if reading.screening.reply:
        report["letter"] = letter_json(letters)


def judge_dossier(dossier: Dossier, call: Call, sender: Sender, judge: Judge, received: datetime) -> Verdict:
    """The verdict on a dossier that stands alone: nothing was decided before, nothing else was accepted."""
    subjects = subjects_of(dossier, call, sender, decided_before=False, ledger=())
    judgement = judge.judge(subjects, received)
    return verdict_of(dossier, judgement.findings, judgement.rules_sha256)


def entries_json(verdict: Verdict, track: str) -> list[dict[str, Any]]:
    """The contract's ``entries``; findings about the whole case stand under every entry."""
    whole = [finding for finding in verdict.findings if finding.outcome is not Outcome.REMIND]
    entries = [(entry.applicant, entry.decision, [*entry.findings, *whole]) for entry in verdict.entries]
    return [
        {
            "applicant": applicant,
            "track": track,
            "verdict": decision.value,
            "findings": [
                {"rule": finding.rule, "outcome": finding.outcome.value, "text": finding.text, "clause": finding.clause}
                for finding in findings
            ],
        }
        for applicant, decision, findings in entries or [("", verdict.decision, whole)]
    ]


def letter_json(letters: list[Letter]) -> dict[str, Any] | None:
    """The contract's ``letter``: the only one, or the first with the texts of all."""
    if not letters:
        return None
    first = letters[0]
    return {
        "kind": first.kind,
        "to": first.to_address,
        "subject": first.subject,
        "text": "\n\n".join(letter.text for letter in letters),
    }


def document_json(document: Document, call: Call) -> dict[str, Any]:
    """A document as the contract prints it."""
    words: dict[str, Field] = {}
    for form in call.forms:
        if form.id == document.form:
            words = {field.name: field for field in (*form.fields, *form.columns)}
            words[APPLICANT_NAME] = words[form.applicant]
    return {
        "part": document.part,
        "name": document.name,
        "form": document.form or None,
        "role": str(document.role) if document.role else None,
        "track": document.track or None,
        "rendition": document.rendition.value,
        "recognised_by": document.recognised_by,
        "applicant": document.applicant or None,
        "pages": document.pages,
        "is_scan": document.is_scan.value if document.is_scan.knowledge is Knowledge.KNOWN else None,
        "seal": _seal_json(document),
        "signatures": [signature_json(signature) for signature in document.signatures],
        "fields": fields_json(document.fields, words),
        "rows": [fields_json(row, words) for row in document.rows],
        "note": document.note,
    }


def fields_json(fields: dict[str, Fact], words: dict[str, Field]) -> dict[str, Any]:
    """Facts with their value as stored, as shown to people, and where they come from."""
    shown = {}
    for name, fact in fields.items():
        known = fact.knowledge is Knowledge.KNOWN and fact.value is not None
        word = words.get(name)
        shown[name] = {
            "knowledge": fact.knowledge.value,
            "value": fact.value,
            "shown": show_value(word, fact.value)
            if known and word and fact.value is not None
            else ("未填写" if fact.knowledge is Knowledge.BLANK else "未能识别"),
            **fact.provenance.model_dump(mode="json"),
        }
    return shown


def _seal_json(document: Document) -> dict[str, Any] | None:
    if document.seal is None:
        return None
    return {
        "outcome": document.seal.outcome.value,
        "reason": document.seal.reason,
        "seals": [seal.model_dump(mode="json", exclude={"crop_png"}) for seal in document.seal.seals],
    }


def signature_json(signature: Signature) -> dict[str, Any]:
    """A certificate signature as it was found, and in one Chinese sentence."""
    found = signature.model_dump(mode="json")
    return {**found, "valid_when_signed": signature.valid_when_signed, "text": describe(signature)}


def inspect_document(path: Path, folder: CallFolder) -> dict[str, Any]:
    """What is in one file.

    Raises:
        InputError: the file cannot be read even in the worker.
    """
    try:
        data = path.read_bytes()
        reading: DocumentReading = run_in_worker(
            _read_file, path.name, data, folder.call, read_roots(folder.path), limits=Limits()
        )
    except OSError as error:
        raise InputError(f"读不了文件 {path}: {error.strerror}") from error
    except (WorkerDied, WorkerFailed) as error:
        raise InputError(
            f"读不了文件 {path}: {str(error).strip().splitlines()[-1]}", "文件可能已损坏或超出限制"
        ) from error
    document = reading.document
    shown = document_json(document, folder.call) if document else {}
    return {
        "kind": identify(data, path.name).value,
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "fate": reading.fate.value,
        "reason": reading.reason,
        "pages": shown.get("pages"),
        "form": shown.get("form"),
        "rendition": shown.get("rendition"),
        "applicant": shown.get("applicant"),
        "seal": shown.get("seal"),
        "signatures": shown.get("signatures", []),
        "fields": shown.get("fields", {}),
        "rows": shown.get("rows", []),
        "note": shown.get("note", ""),
    }


def _read_file(name: str, data: bytes, call: Call, roots: tuple[bytes, ...]) -> DocumentReading:
    """Runs in the worker."""
    return read_document(name, name, identify(data, name), data, call, roots)
