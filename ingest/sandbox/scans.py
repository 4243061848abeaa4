"""The print on a mail's scans: which of them are worth reading, reading them in the OCR worker, and filing what was read.

``read_scans`` runs in the worker, the rest in the parent; the models are loaded in the worker alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ingest.comparison.textlayer import settled_by_layer
from ingest.document.print.scantask import ScanTask, ScanText, with_print
from ingest.reading import Document, Reading
from ingest.sandbox.context import ReadingContext
from rules.call import Call, Rendition
from rules.facts import Knowledge

if TYPE_CHECKING:
    from ingest.message.structure import RawMail

MAX_SCANS = 40  #: of one mail


def scans_to_read(reading: Reading) -> tuple[ScanTask, ...]:
    """One task for every file that is a scan or may be one; an exported PDF has its text in itself.

    Of a scan whose text layer has shown already what it is, only the seals are read.
    """
    tasks = {
        document.sha256: ScanTask(
            sha256=document.sha256, form=document.form, seals=document.seal.seals if document.seal else (),
            seals_only=bool(document.pages_read),
        )
        for document in reading.documents
        if document.rendition is Rendition.STAMPED_SCAN and not _is_export(document)
    }  # fmt: skip
    return tuple(task for task in tasks.values() if task.seals or not task.seals_only)[:MAX_SCANS]


def with_layers_settled(reading: Reading, call: Call) -> Reading:
    """``reading`` with text layers kept where they show that a scan is a Word file of the same mail, dropped elsewhere."""
    words = [document for document in reading.documents if document.rendition is Rendition.EDITABLE]
    settled = tuple(
        settled_by_layer(document, words, call) if document.lines and not document.pages_read else document
        for document in reading.documents
    )
    return reading.model_copy(update={"documents": settled})


def _is_export(document: Document) -> bool:
    return document.is_scan.knowledge is Knowledge.KNOWN and document.is_scan.value is False


def read_scans(raw: RawMail, call: Call, context: ReadingContext, tasks: Sequence[ScanTask]) -> tuple[ScanText, ...]:
    """Read the print of the files named in ``tasks``, until the time is used up. Runs in the worker.

    Raises:
        UnreadableMessage: it is no mail.
        OcrMissingError: there are no models.
    """
    # Parsers and models are loaded by the worker alone.
    from ingest.attachment.limits import Budget  # noqa: PLC0415
    from ingest.attachment.unpack import mail_items  # noqa: PLC0415
    from ingest.document.print.ocr import OcrEngine  # noqa: PLC0415
    from ingest.document.print.scantext import Deadline, read_scan  # noqa: PLC0415
    from ingest.message.parse import parse_mail  # noqa: PLC0415

    engine, deadline = OcrEngine(), Deadline(context.ocr_seconds)
    wanted = {task.sha256: task for task in tasks}
    texts: list[ScanText] = []
    mail = parse_mail(raw)
    for item in mail_items(raw, mail.root, "", Budget(context.unpacked_bytes, context.entries, context.depth)):
        task = wanted.pop(item.sha256, None) if item.fate is None else None
        if task is not None:
            texts.append(read_scan(task, item.kind, item.data, call, engine, deadline))
        if not wanted or deadline.passed:
            break
    return tuple(texts)


def with_scan_texts(reading: Reading, texts: Sequence[ScanText], call: Call) -> Reading:
    """``reading`` with what was read put to its documents."""
    by_hash = {text.sha256: text for text in texts}
    return reading.model_copy(update={"documents": tuple(_with_texts(reading.documents, by_hash, call))})


def _with_texts(documents: Sequence[Document], texts: dict[str, ScanText], call: Call) -> Iterator[Document]:
    for document in documents:
        text = texts.get(document.sha256)
        scan = document.rendition is Rendition.STAMPED_SCAN
        yield with_print(document, text, call) if text is not None and scan else document
