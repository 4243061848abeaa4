"""Does the text layer of a scan already show that it is a Word file's? Then its picture need not be
read.

Pure. A layer can show that a scan is a Word file's, never that it is not: programs write poor
layers, and nobody sees them. How the lines are taken out of a PDF is
``ingest/document/paged/textlayer.py``.
"""

from __future__ import annotations

from collections.abc import Iterable

from ingest.comparison.pairing import Likeness, compare
from ingest.comparison.printed import Print
from ingest.reading import Document
from rules.call import Call


def settled_by_layer(scan: Document, words: Iterable[Document], call: Call) -> Document:
    """``scan`` with its layer as what was read, if that shows it to be one of ``words``; without it
    otherwise.
    """
    page = Print(scan.lines)
    if any(_shows(word, page, call) for word in words):
        return scan.model_copy(
            update={"pages_read": tuple(sorted({line.page for line in scan.lines}))},
        )
    return scan.model_copy(update={"lines": ()})


def _shows(word: Document, page: Print, call: Call) -> bool:
    """Whether every value of the Word file that counts, and every number, stands in the scan's text
    layer.
    """
    found = compare(word, page, call)
    return found.outcome is Likeness.SAME and not found.missing and not found.absent_numbers
