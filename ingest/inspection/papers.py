"""Single files looked at closely, without any state: do a Word file and a scan belong together, and
what was seen on a page.

Everything untrusted is opened in disposable workers. The JSON of ``document inspect`` itself is
``inspection.py``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ingest.comparison.pageorder import PageOrder, page_order
from ingest.comparison.pairing import Comparison, compare
from ingest.comparison.printed import Print
from ingest.document.print.scantask import ScanTask, ScanText, with_print
from ingest.errors import InputError
from ingest.inspection.files import OCR_SECONDS, bytes_of, in_worker
from ingest.reading import Document, FileReading
from ingest.sandbox.returned import sound_png
from rules.call import Call, Rendition


def pair_files(word: Path, scan: Path, call: Call) -> dict[str, Any]:
    """How far the values of a Word file stand on a scan.

    Raises:
        InputError: one of the files is no such document or cannot be read.
    """
    editable, printed = (
        _document(
            word,
            call,
            Rendition.EDITABLE,
        ),
        _document(scan, call, Rendition.STAMPED_SCAN),
    )
    if not printed.pages_read:
        printed = _printed_as(editable, printed, _print_of(scan, printed, call), call)
    page = Print.of(printed)
    return _pair_json(
        editable,
        printed,
        compare(editable, page, call),
        page_order(editable, printed, page, call),
    )


def _printed_as(word: Document, scan: Document, text: ScanText, call: Call) -> Document:
    """Of several forms in the scan the first of the Word file's kind, else the first."""
    found = with_print(scan, text, call)
    return next((each for each in found if each.form == word.form), found[0])


def _pair_json(
    word: Document,
    scan: Document,
    found: Comparison,
    order: PageOrder,
) -> dict[str, Any]:
    return {
        "word": {"name": word.name, "form": word.form, "applicant": word.applicant or None},
        "scan": {"name": scan.name, "form": scan.form or None, "pages_read": list(scan.pages_read)},
        "outcome": found.outcome.value,
        "similarity": found.score,
        "agreeing": list(found.agreeing),
        "missing": list(found.missing),
        "numbers_agree": found.numbers_agree,
        "differing": [
            {"field": each.field, "word": each.word, "scan": each.scan}
            for each in (*found.differences, *found.passages)
        ],
        "remarks": list(found.remarks),
        "complete": order.complete,
        "ordered": order.ordered,
        "pages": order.reason,
    }


def _document(path: Path, call: Call, wanted: Rendition) -> Document:
    reading = in_worker(
        path, bytes_of(path), "ingest.sandbox.files:read_one", call, returns=FileReading
    )
    document = reading.document
    if document is None or document.rendition is not wanted:
        what = "可编辑的申报表" if wanted is Rendition.EDITABLE else "扫描件"
        hint = "先写 Word 版, 再写扫描件" if document is not None else ""
        raise InputError(f"{path} 不是{what}: {reading.reason or '版式不对'}", hint)
    return document


def _print_of(path: Path, document: Document, call: Call) -> ScanText:
    task = ScanTask(
        sha256=document.sha256,
        form=document.form,
        seals=document.seal.seals if document.seal else (),
    )
    return in_worker(
        path,
        bytes_of(path),
        "ingest.sandbox.scans:read_one_scan",
        call,
        task,
        OCR_SECONDS,
        returns=ScanText,
        ocr=True,
    )


def draw_picture(path: Path, call: Call) -> bytes:
    """The pages of a PDF or picture that bear seal-like marks (else the first one), the marks
    framed; a PNG.

    Raises:
        InputError: nothing of the file can be drawn.
    """
    text, reason = in_worker(
        path, bytes_of(path), "ingest.sandbox.files:draw", call, returns=tuple[str, str]
    )
    if not text:
        raise InputError(f"{path} 画不出来: {reason or '只有 PDF 和图片可以画出看到的印章'}")
    picture = sound_png(text)
    if picture is None:
        raise InputError(f"{path} 画不出来: 读取进程交回的不是图像")
    return picture
