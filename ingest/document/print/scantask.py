"""What the OCR worker is asked and what it answers,
and how the answer is put to a document. Pure; loads no models.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ConfigDict

from ingest.comparison.pairing import share_of_labels
from ingest.comparison.printed import plain
from ingest.comparison.sealplace import by_writing, with_place, with_red_print
from ingest.document.form.fields import extract_fields
from ingest.document.form.recognise import recognise
from ingest.document.print.leaves import own_name, text_content
from ingest.reading import Document, ScanLine, Seal, SealOutcome, SealReading, page_list
from rules.call import SEAL_LABELS, Call, Form, Role
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
    #: short texts of the Word files of the same mail, by form: what else stands on that form
    texts: dict[str, tuple[str, ...]] = {}


class PrintedForm(BaseModel):
    """One of several forms in a pile: its pages, and what was seen of seals on them."""

    model_config = ConfigDict(frozen=True)

    form: str  #: id; "" for pages of which nobody can tell whose they are
    pages: tuple[int, ...]
    seal: SealReading  #: its seals' writings in it
    title_png: str = ""
    bare: tuple[int, ...] = ()  #: pages that bear hardly anything but a seal


class ScanText(BaseModel):
    """What was read; ``writings`` belong to the task's first seals, "" where nothing is legible."""

    model_config = ConfigDict(frozen=True)

    sha256: str
    lines: tuple[ScanLine, ...] = ()
    pages: tuple[int, ...] = ()
    whole: bool = False  #: no page is missing among them but blank ones
    title_png: str = ""
    writings: tuple[str, ...] = ()
    mirrored: tuple[int, ...] = ()  #: places of the seals that are legible only in a mirror
    bare: tuple[int, ...] = ()  #: pages that bear hardly anything but a place for a seal
    further: tuple[Seal, ...] = ()  #: with their writing, on those pages
    #: when the pages are several forms' or some are nobody's; else empty: all are one form
    forms: tuple[PrintedForm, ...] = ()
    red_print: tuple[int, ...] = ()  #: pages with some where the form asks for a seal
    unseen: tuple[int, ...] = ()  #: pages behind those, which nobody had the time to look at
    hurried: bool = False  #: the time may have cut it short; with more there may be more


def recognise_print(lines: Sequence[ScanLine], call: Call) -> Form | None:
    """Which form the print is: by its title and half of its labels, else by its labels alone."""
    text = plain("".join(line.text for line in lines))
    titled = [form for form in call.forms if any(plain(title) in text for title in form.titles)]
    likely = [form for form in titled if share_of_labels(lines, form) >= _TITLE_LABELS]
    return likely[0] if len(likely) == 1 else recognise(text_content(lines), call).form


def with_print(document: Document, text: ScanText, call: Call) -> tuple[Document, ...]:
    """``document`` with its print, the writing of its seals, and the form and applicant if they
    were unknown; one document for each form where the pages are several forms'.
    """
    if text.forms:
        return tuple(_piles(document, text, call))
    seal = with_red_print(document.seal, text.red_print) if document.seal else None
    if seal is not None and text.writings:
        writings = [*text.writings, *[""] * len(seal.seals)]
        read = enumerate(zip(seal.seals, writings, strict=False))
        marks = tuple(
            mark.model_copy(update={"writing": said, "mirrored": at in text.mirrored})
            for at, (mark, said) in read
        )
        seal = seal.model_copy(update={"seals": marks})
    if seal is not None and seal.outcome is SealOutcome.STAMPED and text.further:
        seal = seal.model_copy(update={"seals": (*seal.seals, *text.further)})
    more: dict[str, object] = {
        "seal": seal,
        "lines": text.lines,
        "pages_read": text.pages,
        "read_whole": text.whole,
        "bare_pages": text.bare,
        "title_png": text.title_png,
    }
    printed = recognised(document.model_copy(update=more), text.lines, call)
    return (printed, *_loose(document, text.unseen))


def recognised(document: Document, lines: Sequence[ScanLine], call: Call) -> Document:
    """``document`` with form, applicant and the remark on its seal's place, as its print says."""
    more: dict[str, object] = {}
    form = next((form for form in call.forms if form.id == document.form), None)
    if form is None:
        form = recognise_print(lines, call)
        if form is not None:
            more |= of_form(form)
    labels = form.seal_labels if form is not None else SEAL_LABELS
    seal = document.seal
    more["seal"] = with_place(by_writing(seal), lines, labels) if seal is not None else None
    if form is not None and not document.applicant:
        more |= _applicant(document, lines, form)
    return document.model_copy(update=more)


def of_form(form: Form) -> dict[str, object]:
    """What a document is told that is ``form`` by its print."""
    return {
        "form": form.id,
        "role": form.role,
        "track": form.track,
        "recognised_by": "ocr",
        "note": "",
    }


def _applicant(document: Document, lines: Sequence[ScanLine], form: Form) -> dict[str, object]:
    """The applicant beside its label, if it was read clearly."""
    fact = extract_fields(text_content(lines), form, document.part, PRINT_TRUST).get(
        form.applicant,
    )
    name = own_name(fact.text or "") if fact is not None else ""
    if fact is None or not name:
        return {}
    if not any(line.confidence >= SURE_NAME and name in line.text for line in lines):
        return {}
    read = Fact.known(name, fact.provenance.model_copy(update={"method": "ocr"}))
    return {"applicant": name, "fields": {**document.fields, form.applicant: read}}


# --- several forms in one file --------------------------------------------------------------------


def _piles(document: Document, text: ScanText, call: Call) -> Iterator[Document]:
    """A document for each form; what the file is called names an applicant only where one form of
    an applicant is in it.
    """
    applications = [each for each in text.forms if _role(each.form, call) is Role.APPLICATION]
    for number, each in enumerate(text.forms, 1):
        alone = len(applications) < 2 or each not in applications
        named = alone and each.form == document.form
        yield _one_of(document.model_copy(update={"number": number}), each, text, call, named=named)
    last = document.model_copy(update={"number": len(text.forms)})
    yield from _loose(last, text.unseen)


def _role(form: str, call: Call) -> Role | None:
    return call.form(form).role if form else None


def _one_of(
    document: Document, printed: PrintedForm, text: ScanText, call: Call, *, named: bool
) -> Document:
    lines = tuple(line for line in text.lines if line.page in printed.pages)
    more: dict[str, object] = {
        **_ONE_OF_NOTHING,
        "own_pages": printed.pages,
        "pages": len(printed.pages),
        "seal": _on_paper(document, printed.seal),
        "lines": lines,
        "pages_read": tuple(page for page in text.pages if page in printed.pages),
        "read_whole": set(printed.pages) <= set(text.pages),
        "title_png": printed.title_png,
        "bare_pages": printed.bare,
        "signatures": tuple(
            each for each in document.signatures if each.page in (None, *printed.pages)
        ),
        "note": f"同一文件的第{page_list(printed.pages)}页",
    }
    if named:
        more |= {"fields": document.fields, "applicant": document.applicant}
    form = call.form(printed.form) if printed.form else None
    more |= {**of_form(form), "note": more["note"]} if form else {}
    return recognised(document.model_copy(update=more), lines, call)


_ONE_OF_NOTHING: dict[str, object] = {
    "form": "",
    "role": None,
    "track": "",
    "recognised_by": "",
    "fields": {},
    "rows": (),
    "applicant": "",
}


def _on_paper(document: Document, seal: SealReading) -> SealReading:
    """A stamp counts only on what certainly is paper."""
    if seal.outcome is not SealOutcome.STAMPED or document.is_scan.value is True:
        return seal
    reason = "有印章图样, 但不能确定页面是纸质文件的扫描"
    return SealReading(outcome=SealOutcome.UNCERTAIN, seals=seal.seals, reason=reason)


def _loose(document: Document, pages: tuple[int, ...]) -> Iterator[Document]:
    """Pages nobody looked at: what seems to be missing may be among them."""
    if pages:
        reason = f"第{page_list(pages)}页没有逐页查看, 可能还有别的表"
        seal = SealReading(outcome=SealOutcome.UNCERTAIN, reason=reason)
        number = document.number + 1
        more = {
            "number": number,
            "own_pages": pages,
            "pages": len(pages),
            "seal": seal,
            "note": reason,
        }
        yield document.model_copy(
            update={**_ONE_OF_NOTHING, **more, "signatures": (), "lines": (), "pages_read": ()}
        )
