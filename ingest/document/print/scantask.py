"""What the OCR worker is asked and what it answers,
and how the answer is put to a document. Pure; loads no models.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from ingest.comparison.pairing import share_of_labels
from ingest.comparison.printed import plain
from ingest.comparison.sealplace import with_place
from ingest.document.content import Content, Line
from ingest.document.form.fields import extract_fields
from ingest.document.form.recognise import recognise
from ingest.reading import Document, ScanLine, Seal
from rules.call import SEAL_LABELS, Call, Form
from rules.facts import Fact

PRINT_TRUST = 0.6  #: of a field read from a picture
SURE_NAME = 0.95  #: the engine's confidence above which a name is believed
_TITLE_LABELS = 0.5  #: share of labels beside a title


class ScanTask(BaseModel):
    """One scan to be read, known by its hash."""

    model_config = ConfigDict(frozen=True)

    sha256: str
    form: str  #: id, "" when unknown
    seals: tuple[Seal, ...] = ()
    seals_only: bool = False  #: what is printed is known already


class ScanText(BaseModel):
    """What was read; ``writings`` belong to the task's first seals, "" where nothing is legible."""

    model_config = ConfigDict(frozen=True)

    sha256: str
    lines: tuple[ScanLine, ...] = ()
    pages: tuple[int, ...] = ()
    whole: bool = False  #: no page is missing among them but blank ones
    title_png: str = ""
    writings: tuple[str, ...] = ()


def text_content(lines: Sequence[ScanLine]) -> Content:
    """The print as lines of text:
    pieces of one row with a gap between them, as label and value stand.
    """
    rows: dict[tuple[int, int], list[str]] = {}
    for line in lines:
        rows.setdefault((line.page, line.row), []).append(line.text)
    return Content(
        tuple(
            Line("\t".join(texts), f"第{page}页 第{row}行") for (page, row), texts in rows.items()
        ),
    )


def recognise_print(lines: Sequence[ScanLine], call: Call) -> Form | None:
    """Which form the print is: by its title and half of its labels, else by its labels alone."""
    text = plain("".join(line.text for line in lines))
    titled = [form for form in call.forms if any(plain(title) in text for title in form.titles)]
    likely = [form for form in titled if share_of_labels(lines, form) >= _TITLE_LABELS]
    return likely[0] if len(likely) == 1 else recognise(text_content(lines), call).form


def with_print(document: Document, text: ScanText, call: Call) -> Document:
    """``document`` with its print, the writing of its seals,
    and the form and applicant if they were unknown.
    """
    seal = document.seal
    if seal is not None and text.writings:
        writings = [*text.writings, *[""] * len(seal.seals)]
        read = zip(seal.seals, writings, strict=False)
        marks = tuple(mark.model_copy(update={"writing": said}) for mark, said in read)
        seal = seal.model_copy(update={"seals": marks})
    more: dict[str, object] = {}
    if not document.pages_read:
        more |= {
            "lines": text.lines,
            "pages_read": text.pages,
            "read_whole": text.whole,
            "title_png": text.title_png,
        }
    form = next((form for form in call.forms if form.id == document.form), None)
    if form is None:
        form = recognise_print(text.lines, call)
        if form is not None:
            more |= {
                "form": form.id,
                "role": form.role,
                "track": form.track,
                "recognised_by": "ocr",
                "note": "",
            }
    labels = form.seal_labels if form is not None else SEAL_LABELS
    more["seal"] = with_place(seal, text.lines, labels) if seal is not None else None
    if form is not None and not document.applicant:
        more |= _applicant(document, text, form)
    return document.model_copy(update=more)


def _applicant(document: Document, text: ScanText, form: Form) -> dict[str, object]:
    """The applicant beside its label, if it was read clearly."""
    fact = extract_fields(text_content(text.lines), form, document.part, PRINT_TRUST).get(
        form.applicant,
    )
    name = fact.text if fact is not None else None
    if fact is None or not name:
        return {}
    if not any(line.confidence >= SURE_NAME and name in line.text for line in text.lines):
        return {}
    read = Fact.known(name, fact.provenance.model_copy(update={"method": "ocr"}))
    return {"applicant": name, "fields": {**document.fields, form.applicant: read}}
