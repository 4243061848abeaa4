"""A mail read in disposable workers, as the parent sees it: what is asked, what is done when a
worker dies, what is put together.

No parser and no picture comes in here: the functions that open the mail are named, not imported, so
that the daemon never loads what only a worker may run (held by import-linter).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ingest.document.print.photographs import joined
from ingest.document.print.scantask import ScanTask, ScanText, with_print
from ingest.message.errors import UnreadableMessage
from ingest.reading import Document, Kind, Reading
from ingest.sandbox.context import ReadingContext
from ingest.sandbox.knownprint import KnownPrint
from ingest.sandbox.workers import WorkerDied, WorkerFailed, run_in_worker
from ingest.walls.limits import Limits, ocr_limits
from rules.call import Call, Rendition
from rules.facts import Knowledge

READ_FILE = "ingest.sandbox.read:read_file"
READ_SCANS = "ingest.sandbox.scans:read_scans_of_file"
MAX_SCANS = 40  #: of one mail
NOTHING_KNOWN = KnownPrint()
_PICTURES = (Kind.JPEG, Kind.PNG, Kind.IMAGE)


def read_file_in_worker(
    path: Path,
    call: Call,
    context: ReadingContext,
    limits: Limits | None = None,
) -> Reading:
    """Read the raw mail at ``path``; the worker opens the file, so that we never hold its bytes.

    Raises:
        UnreadableMessage: it is no mail.
        WorkerDied, WorkerFailed: as in :func:`ingest.sandbox.workers.run_in_worker`.
    """
    try:
        return run_in_worker(READ_FILE, path, call, context, returns=Reading, limits=limits)
    except WorkerFailed as error:
        if error.error_type == f"{UnreadableMessage.__module__}.{UnreadableMessage.__qualname__}":
            raise UnreadableMessage(error.message) from error
        raise


def read_or_degrade(
    path: Path,
    call: Call,
    context: ReadingContext,
    limits: Limits | None = None,
    prints: KnownPrint = NOTHING_KNOWN,
    *,
    patient: bool = False,
) -> Reading:
    """Read the mail; when a worker dies of it, once more with its documents only listed.

    Scans that ``prints`` knows are not read again. ``patient`` is for who can try again later: a
    worker that was killed from outside says nothing about the mail.

    So one hostile attachment never hides the mail or its other parts: they come back with
    ``Fate.LIMIT``.

    Raises:
        UnreadableMessage: it is no mail.
        WorkerDied: also the listing died; ``patient``, and the system killed a worker.
        WorkerFailed: a fault of ours.
    """
    try:
        reading = read_file_in_worker(path, call, context, limits)
    except WorkerDied as died:
        if patient and died.kind == "killed":
            raise
        reason = f"自动读取时{died.reason}, 没有读完, 由人工查看"
        listed = read_file_in_worker(
            path,
            call,
            replace(context, read_documents=False, unread_reason=reason),
            limits,
        )
        return _noted(listed, f"自动读取附件时{died.reason}, 附件只列名, 由人工查看")
    return _with_print(path, reading, call, context, prints, patient=patient)


def _with_print(
    path: Path,
    reading: Reading,
    call: Call,
    context: ReadingContext,
    prints: KnownPrint,
    *,
    patient: bool,
) -> Reading:
    """The reading with what stands on its scans, read in a worker of its own; without it when that
    fails.

    The print is evidence beside the rest: a mail is never lost for want of it, but staff are told.
    """
    tasks = scans_to_read(reading)
    if not context.ocr_seconds or not tasks:
        return reading
    before = prints.of_mail(path)
    known = before.known(tasks, call)
    unknown = tuple(task for task in tasks if task.sha256 not in {each.sha256 for each in known})
    try:
        texts = _read_print(path, call, context, unknown) if unknown else ()
    except WorkerDied as died:
        if patient and died.kind == "killed":
            raise
        return _noted(reading, f"识读扫描件文字时{died.reason}, 扫描件与Word版未能自动比对")
    except WorkerFailed as failed:
        return _noted(
            reading, f"未能识读扫描件文字({failed.error_type}), 扫描件与Word版未能自动比对"
        )
    before.keep(unknown, texts, call)
    return with_scan_texts(reading, (*known, *texts), call)


def _read_print(
    path: Path, call: Call, context: ReadingContext, tasks: tuple[ScanTask, ...]
) -> tuple[ScanText, ...]:
    limits = ocr_limits(context.ocr_seconds)
    returns = tuple[ScanText, ...]
    return run_in_worker(
        READ_SCANS, path, call, context, tasks, returns=returns, limits=limits, models=True
    )


def _noted(reading: Reading, note: str) -> Reading:
    return reading.model_copy(update={"notes": (*reading.notes, note)})


def scans_to_read(reading: Reading) -> tuple[ScanTask, ...]:
    """One task for every file that is a scan or may be one; exported PDFs and OFDs have their text
    in themselves. The text layer of a scan is left aside: nobody sees it.
    """
    texts = _own_texts(reading)
    tasks = {
        document.sha256: ScanTask(
            sha256=document.sha256,
            form=document.form,
            seals=document.seal.seals if document.seal else (),
            texts=texts,
        )
        for document in reading.documents
        if document.rendition is Rendition.STAMPED_SCAN
        and not document.pages_read
        and not _is_export(document)
    }
    return tuple(tasks.values())[:MAX_SCANS]


def _own_texts(reading: Reading) -> dict[str, tuple[str, ...]]:
    """The short texts of the Word files of each form that are no values: by them its sheets are
    known again.
    """
    words = (each for each in reading.documents if each.rendition is Rendition.EDITABLE)
    return {word.form: tuple(_texts_of(word)) for word in words}


def _texts_of(word: Document) -> Iterator[str]:
    values = "\n".join(fact.provenance.raw for fact in word.fields.values())
    yield from (text for chain in word.outline for text in chain if text not in values)


def _is_export(document: Document) -> bool:
    return document.is_scan.knowledge is Knowledge.KNOWN and document.is_scan.value is False


def with_scan_texts(reading: Reading, texts: Sequence[ScanText], call: Call) -> Reading:
    """``reading`` with what was read put to its documents."""
    by_hash = {text.sha256: text for text in texts}
    documents = tuple(_with_texts(reading.documents, by_hash, call))
    pictures = frozenset(part.path for part in reading.parts if part.kind in _PICTURES)
    together = joined(documents, pictures, call, _own_texts(reading))
    return reading.model_copy(update={"documents": together})


def _with_texts(
    documents: Sequence[Document],
    texts: dict[str, ScanText],
    call: Call,
) -> Iterator[Document]:
    for document in documents:
        text = texts.get(document.sha256)
        scan = document.rendition is Rendition.STAMPED_SCAN
        if text is not None and scan:
            yield from with_print(document, text, call)
        else:
            yield document
