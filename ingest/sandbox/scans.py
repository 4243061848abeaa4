"""The print on the scans of a mail, or on one scan, read in the OCR worker: the models are loaded
there alone.

Runs behind ``ingest/sandbox/mail.py`` and ``ingest/inspection/``, which name these functions and
never import them; which scans of a mail are worth reading is decided there.
"""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from pathlib import Path

from ingest.attachment.identify import identify
from ingest.attachment.unpack import mail_items
from ingest.document.print.ocr import OcrEngine
from ingest.document.print.scantask import ScanTask, ScanText
from ingest.document.print.scantext import Deadline, read_rings, read_scan
from ingest.message.parse import parse_mail
from ingest.message.structure import RawMail
from ingest.sandbox.budget import budget_of
from ingest.sandbox.context import ReadingContext
from rules.call import Call


def read_scans_of_file(
    path: Path, call: Call, context: ReadingContext, tasks: tuple[ScanTask, ...]
) -> tuple[ScanText, ...]:
    """:func:`read_scans` of the raw mail at ``path``, which is mapped, not loaded.

    Raises:
        UnreadableMessage, OcrMissingError: as there.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw:
        return read_scans(raw, call, context, tasks)


def read_scans(
    raw: RawMail,
    call: Call,
    context: ReadingContext,
    tasks: Sequence[ScanTask],
) -> tuple[ScanText, ...]:
    """Read the print of the files named in ``tasks``, until the time is used up.

    Raises:
        UnreadableMessage: it is no mail.
        OcrMissingError: there are no models.
    """
    engine, deadline = OcrEngine(), Deadline(context.ocr_seconds)
    wanted = {task.sha256: task for task in tasks}
    texts: list[ScanText] = []
    mail = parse_mail(raw)
    for item in mail_items(
        raw,
        mail.root,
        "",
        budget_of(mail, context),
    ):
        task = wanted.pop(item.sha256, None) if item.fate is None else None
        if task is not None:
            share = 1 / (len(wanted) + 1)
            texts.append(read_scan(task, item.kind, item.data, call, engine, deadline, share))
        if not wanted or deadline.passed:
            break
    return tuple(texts)


def read_one_scan(name: str, data: bytes, call: Call, task: ScanTask, seconds: int) -> ScanText:
    """The print on one file, as much as can be read in ``seconds``.

    Raises:
        OcrMissingError: there are no models.
    """
    return read_scan(task, identify(data, name), data, call, OcrEngine(), Deadline(seconds))


def read_rings_of_one(name: str, data: bytes, task: ScanTask) -> ScanText:
    """What stands along the rings of one file's seals.

    Raises:
        OcrMissingError: there are no models.
    """
    return read_rings(task, identify(data, name), data, OcrEngine())
