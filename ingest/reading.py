"""What was read in one mail: the plain values that leave the disposable worker and are stored.

Nothing here opens a file or decides anything. Every class survives a round trip through JSON,
because readings cross a process border and lie in the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict

from rules.call import Rendition, Role
from rules.facts import Fact, Knowledge


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Kind(StrEnum):
    """What a part is, by its content and never by its extension."""

    DOCX = "docx"
    DOTX = "dotx"
    DOCM = "docm"
    DOC = "doc"
    WPS = "wps"
    RTF = "rtf"
    ODT = "odt"
    ODS = "ods"
    XLSX = "xlsx"
    XLS = "xls"
    CSV = "csv"
    PDF = "pdf"
    OFD = "ofd"
    JPEG = "jpeg"
    PNG = "png"
    IMAGE = "image"
    ZIP = "zip"
    RAR = "rar"
    SEVEN_ZIP = "7z"
    TAR = "tar"
    GZIP = "gzip"
    BZIP2 = "bzip2"
    XZ = "xz"
    EML = "eml"
    TNEF = "tnef"
    MSG = "msg"  #: a mail that Outlook saved
    HTML = "html"
    TEXT = "text"
    ENCRYPTED_OFFICE = "encrypted_office"
    OLE = "ole"
    OFFICE = "office"  #: pptx, ppt and other Office files that no form is made of
    PROGRAM = "program"
    VIDEO = "video"
    CLOUD_LINK = "cloud_link"
    EMPTY = "empty"
    OTHER = "other"


class Fate(StrEnum):
    """What became of a part; every part has exactly one."""

    DOCUMENT = "document"  #: recognised as one of the call's forms
    UNPACKED = "unpacked"  #: a container whose contents follow as parts of their own
    BODY = "body"  #: the mail's own text
    INLINE = "inline"  #: a picture of the mail's own dress: logo, signature
    UNRECOGNISED = "unrecognised"  #: opened, but none of the call's forms
    UNSUPPORTED = "unsupported"  #: a kind that is not opened (yet); staff look
    ENCRYPTED = "encrypted"  #: needs a password
    DAMAGED = "damaged"  #: could not be opened
    EMPTY = "empty"  #: no bytes at all
    CLOUD_LINK = "cloud_link"  #: 超大附件: a link, not a file
    STRAY = "stray"  #: bytes of the mail that no part explains; staff look
    LIMIT = "limit"  #: a budget ran out (size, depth, time, memory) before it was read


class Part(_Frozen):
    """附件: anything inside a mail, archives opened."""

    path: str  #: place in the mail, unique: ``2``, ``2/附件1.docx`` inside an archive
    name: str  #: file name as the sender wrote it, decoded and made safe; "" when there is none
    kind: Kind
    size: int  #: bytes
    sha256: str
    fate: Fate
    reason: str = ""  #: one Chinese sentence for staff and, where it matters, for the applicant
    link: str = ""  #: of a cloud attachment: where staff may find it; never fetched by the program


class SealOutcome(StrEnum):
    """盖章: the three answers. ``uncertain`` always goes to staff."""

    STAMPED = "stamped"
    NOT_STAMPED = "not_stamped"
    UNCERTAIN = "uncertain"


class Seal(_Frozen):
    """One seal-like mark."""

    page: int  #: from 1
    bbox: tuple[float, float, float, float]  #: left, top, width, height in millimetres on the page
    diameter_mm: float
    shape: str  #: ``circle``, ``ellipse``, ``square``
    confidence: float
    crop_png: str = ""  #: base64 PNG, at most about 20 kB: evidence for the digest
    writing: str = ""  #: what was read along its ring; "" when nobody tried or it is not legible
    mirrored: bool = False  #: its writing is legible only in a mirror, or pale and not at all
    pale: bool = False  #: so pale that its writing alone tells whether it is this side's


class SealReading(_Frozen):
    """What was seen of seals in a scan."""

    outcome: SealOutcome
    seals: tuple[Seal, ...] = ()
    reason: str = ""  #: one Chinese sentence


class Integrity(StrEnum):
    """Whether what was signed is what is there."""

    INTACT = "intact"
    BROKEN = "broken"  #: bytes or digest are not what was signed
    UNVERIFIABLE = (
        "unverifiable"  #: nobody could tell: 国密, an unknown or a broken structure, a limit
    )


class Later(StrEnum):
    """What was put to the file after a signature."""

    NOTHING = "nothing"  #: the signature covers the whole file
    #: further signatures and what archives keep; what was signed is still shown as signed
    ADDITIONS = "additions"
    CHANGES = "changes"  #: something else; what is shown may not be what was signed


class Signature(_Frozen):
    """电子签章: one certificate signature of a PDF, as the worker found it; whether it counts is decided elsewhere."""

    field: str  #: its name in the file
    signer: str = ""  #: common name in the certificate, else the name the file claims
    organisation: str = ""
    issuer: str = ""  #: common name of who issued the certificate
    signed_at: AwareDatetime | None = None
    #: ``signed_at`` is a trusted authority's; otherwise the signer's own claim
    timestamped: bool = False
    integrity: Integrity = Integrity.UNVERIFIABLE
    later: Later = Later.CHANGES
    trusted: bool = False  #: chain to a root the call names, at the time of signing
    certificate_from: AwareDatetime | None = None
    certificate_until: AwareDatetime | None = None
    national: bool = False  #: 国密: SM2, SM3
    page: int | None = None  #: from 1, where it is to be seen; None when it is not
    problem: str = ""  #: Chinese, why it could not be verified or is not trusted

    @property
    def valid_when_signed(self) -> bool | None:
        """Whether the certificate was valid at ``signed_at``; None when one of the times is
        missing.
        """
        if self.signed_at is None:
            return None
        if self.certificate_from is None or self.certificate_until is None:
            return None
        return self.certificate_from <= self.signed_at <= self.certificate_until


class ScanLine(_Frozen):
    """One piece of print that was read from the picture of a page."""

    page: int  #: from 1
    row: int  #: pieces of one row stand level on the page
    text: str
    confidence: float  #: the engine's own, 0..1; 0 in a file's own text layer
    #: left, top, right, bottom in mm; nothing when not known
    box: tuple[float, float, float, float] = (0, 0, 0, 0)


def page_list(pages: Sequence[int]) -> str:
    """Page numbers for people: ``1-3、5``."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][-1] + 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    return "、".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


class Document(_Frozen):
    """文档: a part, or some of its pages, recognised as one form in one rendition."""

    part: str  #: path of the part
    name: str  #: file name of the part
    sha256: str
    form: str  #: id of the form, ``附件1``; "" when it is a scan whose form nobody could tell
    role: Role | None  #: 申报书, 汇总表 or unknown
    track: str  #: "" when unknown
    rendition: Rendition
    recognised_by: str = ""  #: ``title``, ``labels``, ``file name``, "" when it was not
    fields: dict[str, Fact] = {}  #: by field name; only fields the form has
    rows: tuple[dict[str, Fact], ...] = ()  #: of a summary table, one mapping an applicant
    #: of a Word file: its short texts in order, outside tables and by table
    outline: tuple[tuple[str, ...], ...] = ()
    applicant: str = ""  #: the applicant's name as written; "" when unknown
    pages: int | None = None
    number: int = 1  #: of the forms in its part, counted from 1
    #: the pages of the part that are this form's; empty: all of them, nothing else is in it
    own_pages: tuple[int, ...] = ()
    is_scan: Fact = Fact.unknown()  #: 是扫描: pages are pictures of paper (False: born digital)
    seal: SealReading | None = None
    signatures: tuple[Signature, ...] = ()  #: certificate signatures of a PDF
    #: what stands on a scan, read from its picture; of a signed export its own text
    lines: tuple[ScanLine, ...] = ()
    pages_read: tuple[int, ...] = ()  #: the pages ``lines`` come from; empty when nobody tried
    bare_pages: tuple[int, ...] = ()  #: those that bear hardly anything but a place for a seal
    read_whole: bool = False  #: ``lines`` come from every page that is not blank
    #: base64 PNG of the title on a scan, at most about 20 kB: evidence for the digest
    title_png: str = ""
    note: str = ""  #: anything staff should know, in Chinese
    #: paths of further parts whose pages go on with this one's: photographs of one form
    more_parts: tuple[str, ...] = ()

    @property
    def says_nothing(self) -> bool:
        """Whether all that it asks for is empty: the office's own form, as it was sent out."""
        facts = self.fields.values()
        empty = all(fact.knowledge is Knowledge.BLANK for fact in facts)
        return self.rendition is Rendition.EDITABLE and empty and not self.rows

    @property
    def parts(self) -> tuple[str, ...]:
        """Every part it stands in."""
        return (self.part, *self.more_parts)


class FileReading(_Frozen):
    """One file that came in no mail."""

    kind: Kind
    fate: Fate
    reason: str  #: one Chinese sentence why there is no document, or about it
    document: Document | None
    more: tuple[Document, ...] = ()  #: the other forms in the file

    @property
    def documents(self) -> tuple[Document, ...]:
        """All forms in the file, in their order."""
        return (self.document, *self.more) if self.document is not None else ()


class ScreeningKind(StrEnum):
    """Who or what wrote a mail."""

    PERSON = "person"
    AUTOMATIC = "automatic"  #: out-of-office and other machines
    BOUNCE = "bounce"
    RECEIPT = "receipt"  #: read or delivery notification
    COMPLAINT = "complaint"
    LIST = "list"
    OWN = "own"
    FORGED = "forged"
    STAFF = "staff"  #: from a configured staff address


class Screening(_Frozen):
    """Whether a mail may be answered, and why (not)."""

    kind: ScreeningKind
    reply: bool
    reason: str  #: one Chinese sentence


class Envelope(_Frozen):
    """The headers of a mail that anything depends on, decoded."""

    message_id: str  #: with angle brackets; "" when missing
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    from_address: str = ""  #: lower case; "" when there is no usable one
    from_name: str = ""
    to_addresses: tuple[str, ...] = ()
    subject: str = ""
    date: int | None = None  #: Date header, epoch seconds; evidence only, never used for lateness
    received: int | None = None  #: topmost Received header, epoch seconds: the second witness
    failed_message_ids: tuple[str, ...] = ()  #: of a bounce: Message-IDs of the letters it reports
    delayed: bool = False  #: a bounce that only says that a letter is late (RFC 3464 2.3.3)
    #: of a bounce: the domain that a trusted server says it really comes from (DMARC), else ""
    vouched_domain: str = ""


class Pasted(_Frozen):
    """What stands in a mail's own text as if it were a file."""

    role: Role | None = None  #: of a form that is filled in there
    pictures: int = 0  #: that its markup only links to: they did not come with the mail


class Reading(_Frozen):
    """Everything read in one mail."""

    envelope: Envelope
    screening: Screening
    text: str  #: the body as plain text, at most 20,000 characters
    parts: tuple[Part, ...] = ()
    documents: tuple[Document, ...] = ()
    notes: tuple[str, ...] = ()  #: anything odd about the mail itself, in Chinese
    pasted: Pasted = Pasted()


class PagePicture(_Frozen):
    """One page of an attachment as a picture for people; drawn when somebody looks, kept nowhere
    in the database.
    """

    jpeg: str = ""  #: base64; "" when there is no picture
    width_mm: float = 0
    height_mm: float = 0
    problem: str = ""  #: one Chinese sentence why there is none; "" when there is one
