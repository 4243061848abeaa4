"""Single pieces as JSON (an entry, a letter, a document, a field), and one file without any state:
``document inspect``.

Everything untrusted is still read in the disposable worker. No database, no network, no clock of
its own.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from ingest.calls import CallFolder, read_roots
from ingest.document.print.scantask import ScanTask, ScanText, with_print
from ingest.inspection.files import bytes_of, in_worker
from ingest.reading import Document, FileReading, SealOutcome, Signature
from ingest.submission.digitalseal import describe
from notifier.letters import Letter
from rules.call import APPLICANT_NAME, Call
from rules.facts import Fact, Knowledge
from rules.verdict import Outcome, Verdict
from rules.vocabulary import Field, show_value


def entries_json(verdict: Verdict, track: str) -> list[dict[str, Any]]:
    """The contract's ``entries``; findings about the whole case stand under every entry."""
    whole = [finding for finding in verdict.findings if finding.outcome is not Outcome.REMIND]
    entries = [
        (
            entry.applicant,
            entry.decision,
            [*entry.findings, *whole],
        )
        for entry in verdict.entries
    ]
    return [
        {
            "applicant": applicant,
            "track": track,
            "verdict": decision.value,
            "findings": [
                {
                    "rule": finding.rule,
                    "outcome": finding.outcome.value,
                    "text": finding.text,
                    "clause": finding.clause,
                }
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
    scan = document.is_scan
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
        "own_pages": list(document.own_pages),
        "is_scan": scan.value if scan.knowledge is Knowledge.KNOWN else None,
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
        "seals": [
            seal.model_dump(
                mode="json",
                exclude={"crop_png"},
            )
            for seal in document.seal.seals
        ],
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
    data, roots = bytes_of(path), read_roots(folder.path)
    reading = in_worker(
        path, data, "ingest.sandbox.files:read_one", folder.call, roots, returns=FileReading
    )
    documents = [
        document_json(each, folder.call)
        for one in reading.documents
        for each in _with_rings(path, data, one, folder.call)
    ]
    shown = documents[0] if documents else {}
    return {
        "kind": reading.kind.value,
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
        **({"documents": documents} if len(documents) > 1 else {}),
    }


def _with_rings(path: Path, data: bytes, document: Document, call: Call) -> tuple[Document, ...]:
    """What stands along the ring of a seal that is too pale to say by itself whose side it is on,
    as the print of a mail's scans says it.
    """
    seal = document.seal
    if seal is None or seal.outcome is not SealOutcome.STAMPED or not seal.seals[0].pale:
        return (document,)
    task = ScanTask(sha256=document.sha256, form=document.form, seals=seal.seals)
    rings = in_worker(
        path, data, "ingest.sandbox.scans:read_rings_of_one", task, returns=ScanText, ocr=True
    )
    return with_print(document, rings, call)
