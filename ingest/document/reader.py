"""One part of a mail -> a :class:`~ingest.reading.Document`, or the reason why there is none.

The door of this package: opens nothing itself, knows which reader takes which kind, and turns every
way a file can be broken into a fate with a Chinese sentence. Runs in the disposable worker.
Containers are opened elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from ingest.document.content import Content
from ingest.document.editable.door import (
    EDITABLE,
    SHEETS,
    UnreadableError,
    read_editable,
    second_opinion,
)
from ingest.document.form.fields import extract_fields
from ingest.document.form.recognise import (
    Recognition,
    applicant_in_name,
    recognise,
    recognise_by_name,
)
from ingest.document.form.rows import extract_rows, struck_rows
from ingest.document.form.split import split
from ingest.document.paged.ofd import BrokenOfdError, Ofd, OfdLimitError, describe_ofd, read_ofd
from ingest.document.paged.otherpictures import PictureLimitError, readable
from ingest.document.paged.pdf import (
    MOST_PIXELS,
    BrokenPdfError,
    EncryptedPdfError,
    PageKind,
    Pdf,
    PdfLimitError,
    in_between,
    read_pdf,
)
from ingest.document.paged.pictures import UndrawableError, drawable_pages, pdf_pictures, photograph
from ingest.document.paged.textlayer import text_lines
from ingest.document.seal.page import look_for_seals
from ingest.document.seal.pixels import MAX_PIXELS, PageImage, picture_size
from ingest.reading import Document, Fate, Kind, SealOutcome, SealReading, Signature
from rules.call import Call, Form, Rendition
from rules.facts import Fact, Knowledge, Provenance

MAX_BYTES = 100 * 1024 * 1024  #: of one document
MAX_NOTES = 20  #: on rows that were struck
SMALL_PICTURE = 400  #: px on the longer side: logos and signatures of the mail itself

_ENDINGS_OF_PAPERS = (".doc", ".docx", ".wps", ".pdf", ".xls", ".xlsx", ".et", ".ofd")
TOO_SMALL = "图片太小, 看不清内容(可能只是缩略图); 请重新扫描成清楚的 PDF 后发送"

TEXT_LAYER_TRUST = 0.7  #: of what stands in a PDF: its cells are only guessed from gaps
FILE_NAME_TRUST = 0.5
DYNAMIC_FORM = (
    "PDF 是动态表单(XFA), 只有 Adobe 的程序能显示, 读不出内容; 请打印盖章后扫描成 PDF 再发"
)


@dataclass(frozen=True)
class DocumentReading:
    """The document, or None with the part's fate and one Chinese sentence why."""

    document: Document | None
    fate: Fate
    reason: str = ""
    more: tuple[Document, ...] = ()  #: the other forms in the same file

    @property
    def documents(self) -> tuple[Document, ...]:
        """All forms in the file, in their order."""
        return (self.document, *self.more) if self.document is not None else ()


_UNSUPPORTED = {
    Kind.OLE: "老版 Office 文件暂不能自动读取, 由工作人员查看",
}


def read_document(
    part_path: str, name: str, kind: Kind, data: bytes, call: Call, roots: Sequence[bytes] = ()
) -> DocumentReading:
    """Read one part: ``name`` is its file name as the sender wrote it,
    ``kind`` what its content is.

    ``roots`` are the certificates (PEM or DER) that signatures of PDFs may lead to.

    Never raises for whatever the bytes are, short of the worker's own limits.
    """
    if not data:
        return DocumentReading(None, Fate.EMPTY, "文件是空的, 没有任何内容")
    if len(data) > MAX_BYTES:
        return DocumentReading(None, Fate.LIMIT, "文件过大, 没有打开")
    part = _Part(part_path, name, data, call, tuple(roots))
    if kind in EDITABLE:
        return _read_editable(part, kind)
    if kind is Kind.PDF:
        return _read_pdf(part)
    if kind in (Kind.JPEG, Kind.PNG):
        return _read_picture(part)
    if kind is Kind.IMAGE:
        return _read_other_picture(part)
    if kind is Kind.ENCRYPTED_OFFICE:
        return DocumentReading(None, Fate.ENCRYPTED, "文件有打开密码, 无法读取")
    if kind is Kind.OFD:
        return _read_ofd(part)
    return DocumentReading(
        None, Fate.UNSUPPORTED, _UNSUPPORTED.get(kind, "不是可以读取的申报材料格式")
    )


@dataclass(frozen=True)
class _Part:
    path: str
    name: str
    data: bytes
    call: Call
    roots: tuple[bytes, ...]


# --- Word -----------------------------------------------------------------------------------------


def _read_editable(part: _Part, kind: Kind) -> DocumentReading:
    """Our own readers first; LibreOffice is asked only about old files of which
    they left something open.
    """
    try:
        content = read_editable(kind, part.data)
    except UnreadableError as error:
        return DocumentReading(None, error.fate, error.reason)
    reading = _read_content(part, kind, content)
    if not _unread(reading):
        return reading
    other = second_opinion(kind, part.data)
    again = _read_content(part, kind, other) if other is not None else reading
    if again.document is None or _unread(again) >= _unread(reading):
        return reading
    return _still_filled(again, reading)


def _still_filled(again: DocumentReading, first: DocumentReading) -> DocumentReading:
    """The second opinion, but that nothing is empty where the first reader saw something that it
    could not read: other programs lose formulas, form fields and drawings.
    """
    if first.document is None or again.document is None:
        return again
    seen = {
        name: fact
        for name, fact in first.document.fields.items()
        if fact.knowledge is Knowledge.UNKNOWN and fact.provenance.raw
    }
    fields = {
        name: seen.get(name, fact) if fact.knowledge is Knowledge.BLANK else fact
        for name, fact in again.document.fields.items()
    }
    return replace(again, document=again.document.model_copy(update={"fields": fields}))


def _unread(reading: DocumentReading) -> int:
    facts = (fact for document in reading.documents for fact in document.fields.values())
    return sum(fact.knowledge is Knowledge.UNKNOWN for fact in facts)


def _read_content(part: _Part, kind: Kind, content: Content) -> DocumentReading:
    forms = split(content, part.call)
    return _numbered([_read_form(part, kind, form) for form in forms])


def _numbered(readings: Sequence[DocumentReading]) -> DocumentReading:
    """The forms of one file as one reading; each says which it is."""
    documents = [document for reading in readings for document in reading.documents]
    if len(documents) < 2:
        return readings[0]
    numbered = [
        document.model_copy(
            update={
                "number": number,
                "note": _joined_notes(f"同一文件里的第{number}份表", document),
            }
        )
        for number, document in enumerate(documents, 1)
    ]
    return DocumentReading(numbered[0], Fate.DOCUMENT, more=tuple(numbered[1:]))


def _joined_notes(note: str, document: Document) -> str:
    return "; ".join(text for text in (note, document.note) if text)


def _read_form(part: _Part, kind: Kind, content: Content) -> DocumentReading:
    recognition = recognise(content, part.call)
    form = recognition.form
    if form is None:
        return DocumentReading(None, Fate.UNRECOGNISED, _why_not(content, recognition, kind))
    fields = extract_fields(content, form, part.path)
    rows = extract_rows(content, form, part.path) if form.columns else ()
    struck = struck_rows(content, form) if form.columns else ()
    kinds = ["是电子表格, 不是 Word 文件"] if kind in SHEETS else []
    note = "; ".join((*kinds, *content.notes, *struck[:MAX_NOTES]))
    return _document(
        part,
        Rendition.EDITABLE,
        recognition,
        fields=fields,
        rows=rows,
        note=note,
        outline=content.outline(),
    )


def _why_not(content: Content, recognition: Recognition, kind: Kind) -> str:
    if kind in SHEETS:
        return recognition.reason
    if content.pictures and content.characters < 50:
        return "Word 文件里只有图片, 没有可以编辑的文字"
    if not content.characters:
        return "Word 文件里没有文字"
    return recognition.reason


def _document(
    part: _Part,
    rendition: Rendition,
    recognition: Recognition,
    **more: object,
) -> DocumentReading:
    form = recognition.form
    fields = more.get("fields")
    named = fields.get(form.applicant) if form and isinstance(fields, dict) else None
    applicant = named.text if isinstance(named, Fact) and named.text else ""
    facts = {
        "part": part.path,
        "name": part.name,
        "sha256": hashlib.sha256(part.data).hexdigest(),
        "rendition": rendition,
        "form": form.id if form else "",
        "role": form.role if form else None,
        "track": form.track if form else "",
        "recognised_by": recognition.by,
        "applicant": applicant,
    }
    return DocumentReading(Document.model_validate(facts | more), Fate.DOCUMENT)


# --- PDF ------------------------------------------------------------------------------------------

_PAPER = frozenset({PageKind.SCAN, PageKind.SCAN_WITH_OCR, PageKind.PHOTO})


def _read_pdf(part: _Part) -> DocumentReading:
    pdf = _opened_pdf(part)
    return _document_in(pdf, part) if isinstance(pdf, Pdf) else pdf


def _opened_pdf(part: _Part) -> Pdf | DocumentReading:
    """The file's pages, or why there are none."""
    try:
        return read_pdf(part.data)
    except EncryptedPdfError:
        return DocumentReading(
            None, Fate.ENCRYPTED, "PDF 有打开密码, 无法读取, 请取消 PDF 的密码后重发"
        )
    except PdfLimitError as error:
        return DocumentReading(None, Fate.LIMIT, f"PDF {error}, 没有读取")
    except BrokenPdfError:
        pages = drawable_pages(part.data)
        if not pages:
            return DocumentReading(None, Fate.DAMAGED, "PDF 文件损坏, 打不开")
        # another program can open it: not for us to call it broken, staff look
        return Pdf(pages, ())


def _document_in(pdf: Pdf, part: _Part) -> DocumentReading:
    is_scan = _is_scan(pdf, part.path)
    content = pdf.content
    recognition = recognise(content, part.call)
    signatures = _signatures(part)
    is_export = is_scan.value is False
    if recognition.form is None and is_export:
        if not signatures and _is_dynamic_form(part.data, content):
            return DocumentReading(None, Fate.UNSUPPORTED, DYNAMIC_FORM)
        if not signatures:
            return DocumentReading(None, Fate.UNRECOGNISED, recognition.reason)
        # programs that seal may write text nobody can extract
        if recognise_by_name(part.name, part.call).form is None:
            return DocumentReading(
                None, Fate.UNRECOGNISED, f"{recognition.reason}; PDF 带有电子签章"
            )
    seal = _seal_of_pdf(part.data, pdf, is_scan)
    more: dict[str, object] = {"signatures": signatures}
    if is_export and signatures:
        seal = SealReading(
            outcome=SealOutcome.UNCERTAIN,
            seals=seal.seals,
            reason="PDF 带有电子签章, 不是盖章后的扫描件",
        )
        more |= {"lines": text_lines(pdf), "pages_read": tuple(page.number for page in pdf.pages)}
    pieces = split(content, part.call) if is_export else (content,)
    readings = (
        _scan(part, is_scan, recognition, piece, seal=seal, pages=pdf.page_count, **more)
        for piece, recognition in _recognised(pieces, recognition, part.call)
    )
    return _numbered(list(readings))


def _recognised(
    pieces: Sequence[Content], whole: Recognition, call: Call
) -> Iterator[tuple[Content, Recognition]]:
    """Each form of a file, and which it is."""
    for piece in pieces:
        yield piece, whole if len(pieces) == 1 else recognise(piece, call)


def _is_dynamic_form(data: bytes, content: Content) -> bool:
    """Whether the file is a form of XFA that only Adobe's own program shows; the page others see
    asks to wait.
    """
    said = " ".join(line.text for line in content.lines[:20])
    return content.characters < 800 and (b"/XFA" in data or "Please wait" in said)


def _signatures(part: _Part) -> tuple[Signature, ...]:
    """The certificate signatures; a file that can have none costs no second."""
    if b"/ByteRange" not in part.data:
        return ()
    # a second and 20 MB that few files need
    from ingest.document.paged.signatures import read_signatures  # noqa: PLC0415

    return read_signatures(part.data, part.roots)


def _is_scan(pdf: Pdf, path: str) -> Fact:
    """True when every page looked at is a picture of paper,
    False when none is and no page is in doubt.
    """
    kinds = [page.kind for page in pdf.pages if page.kind is not PageKind.BLANK]
    said = "、".join(sorted({kind.value for kind in kinds}))
    at = Provenance(
        part=path,
        place=f"第1-{pdf.page_count}页",
        method="pdf structure",
        confidence=0.95,
        raw=said,
    )
    if kinds and all(kind in _PAPER for kind in kinds):
        return Fact.known(True, at)
    if kinds and all(kind is PageKind.DIGITAL for kind in kinds):
        return Fact.known(False, at)
    return Fact.unknown(at)


def _scan(
    part: _Part,
    is_scan: Fact,
    recognition: Recognition,
    content: Content,
    *,
    seal: SealReading,
    pages: int,
    **more: object,
) -> DocumentReading:
    """A document in the stamped rendition;
    form and applicant from its text layer, else from its file name.
    """
    form = recognition.form
    fields = _text_layer_fields(content, form, part.path) if form else {}
    rows = extract_rows(content, form, part.path, TEXT_LAYER_TRUST) if form and form.columns else ()
    if form is None:
        recognition = recognise_by_name(part.name, part.call)
        form = recognition.form
    named = applicant_in_name(part.name, part.call)
    stated = None
    if form:
        fields = _with_applicant(fields, form, named, part)
        stated = fields[form.applicant].text if form.applicant in fields else None
    return _document(
        part,
        Rendition.STAMPED_SCAN,
        recognition,
        fields=fields,
        rows=rows,
        is_scan=is_scan,
        seal=seal,
        pages=pages,
        applicant=stated or named,
        note="" if form else recognition.reason,
        **more,
    )


def _with_applicant(
    fields: dict[str, Fact],
    form: Form,
    named: str,
    part: _Part,
) -> dict[str, Fact]:
    """``fields``, the applicant in them if only the file's name tells it."""
    told = form.applicant in fields and fields[form.applicant].text
    if not named or told or form.applicant not in {field.name for field in form.fields}:
        return fields
    provenance = Provenance(
        part=part.path,
        place="文件名",
        method="file name",
        confidence=FILE_NAME_TRUST,
        raw=part.name,
    )
    return {**fields, form.applicant: Fact.known(named, provenance)}


def _text_layer_fields(content: Content, form: Form, path: str) -> dict[str, Fact]:
    """Fields of a text layer; an empty place there proves nothing,
    for its cells are only guessed.
    """
    fields = extract_fields(content, form, path, TEXT_LAYER_TRUST)
    return {
        name: Fact.unknown(fact.provenance) if fact.knowledge is Knowledge.BLANK else fact
        for name, fact in fields.items()
    }


def _seal_of_pdf(data: bytes, pdf: Pdf, is_scan: Fact) -> SealReading:
    if not pdf.pages:
        return SealReading(outcome=SealOutcome.UNCERTAIN, reason="PDF 结构有损坏, 不能自动查看印章")
    if is_scan.value is False:
        return _seal_of_export(pdf, _look(pdf_pictures(data, pdf)))
    pages = _Pages(data, pdf)
    seal = _look(pages)
    known = Knowledge.KNOWN
    on_paper = is_scan.knowledge is known and _is_scan(pages.pdf, "").knowledge is known
    if seal.outcome is SealOutcome.STAMPED and not on_paper:
        return SealReading(
            outcome=SealOutcome.UNCERTAIN,
            seals=seal.seals,
            reason="有印章图样, 但不能确定页面是纸质文件的扫描",
        )
    if seal.outcome is SealOutcome.NOT_STAMPED and not pages.pdf.complete:
        seen = len(pages.pdf.pages)
        return SealReading(
            outcome=SealOutcome.UNCERTAIN,
            reason=f"共{pdf.page_count}页, 只查看了其中{seen}页, 没有发现印章",
        )
    return seal


class _Pages:
    """The pictures of a scan's pages:
    first those that matter, then, if nobody has seen enough by then, those in between.
    """

    def __init__(self, data: bytes, pdf: Pdf) -> None:
        self._data = data
        self.pdf = pdf  #: grows with the pages looked at

    def __iter__(self) -> Iterator[PageImage]:
        yield from pdf_pictures(self._data, self.pdf)
        if self.pdf.complete:
            return
        try:
            between = read_pdf(self._data, in_between).pages
        except (BrokenPdfError, PdfLimitError) as error:
            raise UndrawableError("PDF 中间的页面打不开, 没有全部查看") from error
        sizes = (sum(image.width_px * image.height_px for image in page.images) for page in between)
        costs = zip(between, accumulate(sizes), strict=True)
        affordable = tuple(page for page, so_far in costs if so_far <= MOST_PIXELS)
        self.pdf = self.pdf.with_pages(affordable)
        yield from pdf_pictures(self._data, Pdf(self.pdf.page_count, affordable))


def _seal_of_export(pdf: Pdf, seal: SealReading) -> SealReading:
    """A born-digital file bears no stamp; a picture of one pasted into it is for staff to judge."""
    if seal.seals or any(page.seal_sized_picture for page in pdf.pages):
        reason = "不是扫描件, 页面里有贴上去的印章图样"
        return SealReading(outcome=SealOutcome.UNCERTAIN, seals=seal.seals, reason=reason)
    if not pdf.complete or any(page.truncated for page in pdf.pages):
        return SealReading(
            outcome=SealOutcome.UNCERTAIN, reason="不是扫描件, 页数或内容过多, 没有全部查看"
        )
    return SealReading(
        outcome=SealOutcome.NOT_STAMPED, reason="是由电子文档直接导出的 PDF, 不是盖章后的扫描件"
    )


def _look(pages: Iterable[PageImage]) -> SealReading:
    try:
        return look_for_seals(pages)
    except UndrawableError as error:
        return SealReading(outcome=SealOutcome.UNCERTAIN, reason=str(error))


# --- OFD ------------------------------------------------------------------------------------------


def _read_ofd(part: _Part) -> DocumentReading:
    """Its text is read; a stamp on paper it cannot bear, and what its digital seals are worth
    nobody here can tell: staff look.
    """
    try:
        found = read_ofd(part.data)
    except OfdLimitError:
        return DocumentReading(None, Fate.LIMIT, "OFD 文件内容过大, 没有读取")
    except BrokenOfdError:
        return DocumentReading(None, Fate.UNSUPPORTED, describe_ofd(part.data))
    readings = [_read_form_of_ofd(part, ofd, form) for ofd in found for form in _forms(part, ofd)]
    documents = [reading for reading in readings if reading.documents]
    return _numbered(documents) if documents else readings[0]


def _forms(part: _Part, ofd: Ofd) -> Iterable[Content]:
    return split(ofd.pages.content, part.call)


def _read_form_of_ofd(part: _Part, ofd: Ofd, content: Content) -> DocumentReading:
    recognition = recognise(content, part.call)
    named = recognise_by_name(part.name, part.call)
    if recognition.form is None and (named.form is not None or content.characters < 50):
        return DocumentReading(None, Fate.UNSUPPORTED, describe_ofd(part.data))
    if recognition.form is None:
        return DocumentReading(None, Fate.UNRECOGNISED, recognition.reason)
    signed = f"带有 {ofd.signatures} 个电子签章" if ofd.signatures else "没有电子签章"
    seal = SealReading(
        outcome=SealOutcome.UNCERTAIN,
        reason=f"OFD 文件, {signed}, 不是盖章后的扫描件; 由工作人员核验",
    )
    at = Provenance(part=part.path, method="ofd structure", confidence=0.95)
    return _scan(
        part,
        Fact.unknown(at),
        recognition,
        content,
        seal=seal,
        pages=ofd.pages.page_count,
        lines=text_lines(ofd.pages),
        pages_read=tuple(page.number for page in ofd.pages.pages),
    )


# --- pictures -------------------------------------------------------------------------------------


def _read_other_picture(part: _Part) -> DocumentReading:
    """A TIFF or HEIC: read as what it is turned into, known by its own hash."""
    try:
        made = readable(part.data)
    except PictureLimitError:
        return DocumentReading(None, Fate.LIMIT, "图片像素过多, 没有打开")
    if made is None:
        reason = "这种图片打不开, 由工作人员查看; 请合并成一个 PDF 后重发"
        return DocumentReading(None, Fate.UNSUPPORTED, reason)
    kind, data = made
    turned = replace(part, data=data)
    reading = _read_pdf(turned) if kind is Kind.PDF else _read_picture(turned)
    own = {"sha256": hashlib.sha256(part.data).hexdigest()}
    documents = [document.model_copy(update=own) for document in reading.documents]
    if not documents:
        return reading
    return replace(reading, document=documents[0], more=tuple(documents[1:]))


def _is_called_a_paper(part: _Part) -> bool:
    """Whether a file is called a form of the call, or as documents are; a logo is not."""
    return (
        part.name.lower().endswith(_ENDINGS_OF_PAPERS)
        or recognise_by_name(part.name, part.call).form is not None
    )


def _read_picture(part: _Part) -> DocumentReading:
    size = picture_size(part.data)
    if size is None:
        return DocumentReading(None, Fate.DAMAGED, "图片损坏, 打不开")
    if max(size.width, size.height) < SMALL_PICTURE:
        if _is_called_a_paper(part):
            return DocumentReading(None, Fate.UNRECOGNISED, TOO_SMALL)
        return DocumentReading(None, Fate.INLINE, "邮件里的小图片")
    if size.width * size.height > MAX_PIXELS:
        return DocumentReading(None, Fate.LIMIT, "图片像素过多, 没有打开")
    seal = _look(photograph(part.data))
    at = Provenance(part=part.path, method="picture", confidence=0.9)
    return _scan(part, Fact.known(True, at), Recognition(None), Content(), seal=seal, pages=1)
