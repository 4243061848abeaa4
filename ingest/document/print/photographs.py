"""Photographs of one form, a picture for each sheet, put together to one document as if they were
the pages of a scan. Pure.

Nothing in the files says that they belong together; their order is that of the numbers in their
names where the names are alike otherwise, else that of the mail. Only a picture that surely shows
a sheet of the form is taken: others stay what they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ingest.document.form.pile import Piece, sort_pile
from ingest.document.print.leaves import leaf_of
from ingest.document.print.scantask import of_form, recognised
from ingest.reading import Document, Seal, SealOutcome, SealReading, page_list
from rules.call import Call


def joined(
    documents: Sequence[Document],
    pictures: frozenset[str],
    call: Call,
    texts: Mapping[str, Sequence[str]],
) -> tuple[Document, ...]:
    """``documents`` with those of ``pictures`` (paths of parts) put together that are one form's.

    ``texts`` are short texts of the Word files of the mail, by form.
    """
    sheets = _in_order([d for d in documents if d.part in pictures and d.lines])
    leaves = [leaf_of(number, sheet.lines, call, texts) for number, sheet in enumerate(sheets)]
    forms = {sheet.form for sheet in sheets} - {""}
    expected = forms.pop() if len(forms) == 1 else ""
    merged: dict[str, Document | None] = {}
    for piece in sort_pile(leaves, call, expected):
        own = [sheets[number] for number in piece.pages if number in piece.sure]
        if piece.form and len(own) > 1:
            merged |= dict.fromkeys((sheet.part for sheet in own), None)
            merged[own[0].part] = _one(own, piece, call)
    kept = (merged.get(document.part, document) for document in documents)
    return tuple(document for document in kept if document is not None)


def _in_order(sheets: Sequence[Document]) -> list[Document]:
    """By the number in which their names differ, if they differ in nothing else."""
    shapes = {re.sub(r"\d+", "#", sheet.name) for sheet in sheets}
    if len(shapes) != 1:
        return list(sheets)
    return sorted(sheets, key=lambda sheet: [int(n) for n in re.findall(r"\d+", sheet.name)])


def _one(sheets: Sequence[Document], piece: Piece, call: Call) -> Document:
    lines = tuple(
        line.model_copy(update={"page": page})
        for page, sheet in enumerate(sheets, 1)
        for line in sheet.lines
    )
    more = {
        **of_form(call.form(piece.form)),
        "more_parts": tuple(sheet.part for sheet in sheets[1:]),
        "pages": len(sheets),
        "lines": lines,
        "pages_read": tuple(range(1, len(sheets) + 1)),
        "read_whole": all(sheet.read_whole for sheet in sheets),
        "title_png": next((sheet.title_png for sheet in sheets if sheet.title_png), ""),
        "applicant": next((sheet.applicant for sheet in sheets if sheet.applicant), ""),
        "fields": {name: fact for sheet in reversed(sheets) for name, fact in sheet.fields.items()},
        "seal": _seal(sheets),
        "note": f"{len(sheets)}张图片合为一份",
    }
    return recognised(sheets[0].model_copy(update=more), lines, call)


def _seal(sheets: Sequence[Document]) -> SealReading:
    """What the pictures say together, their numbers those of the pages."""
    readings = [(page, sheet.seal) for page, sheet in enumerate(sheets, 1) if sheet.seal]
    for outcome in (SealOutcome.STAMPED, SealOutcome.UNCERTAIN):
        those = [(page, seal) for page, seal in readings if seal.outcome is outcome]
        if those:
            seals: list[Seal] = []
            for page, seal in those:
                seals += (mark.model_copy(update={"page": page}) for mark in seal.seals)
            pages = page_list([page for page, _ in those])
            reason = (
                f"第{pages}张图片有清晰的红色印章"
                if outcome is SealOutcome.STAMPED
                else those[0][1].reason
            )
            return SealReading(outcome=outcome, seals=tuple(seals), reason=reason)
    return SealReading(outcome=SealOutcome.NOT_STAMPED, reason="彩色页面上没有发现红色印章")
