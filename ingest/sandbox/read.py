"""Everything about one mail, read in the disposable worker: raw bytes in, a
:class:`~ingest.reading.Reading` out.

Whoever calls this bears the risk of hostile bytes and therefore names it to
``ingest/sandbox/workers.py`` instead of importing it (``ingest/sandbox/mail.py``).
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path

from ingest.attachment.cloud import cloud_files, link_in_file
from ingest.attachment.identify import identify, wrong_extension
from ingest.attachment.items import Item
from ingest.attachment.leaves import settled_leaf
from ingest.attachment.unpack import mail_items
from ingest.document.pasted import pasted_role
from ingest.document.reader import read_document
from ingest.message.bodies import body_html
from ingest.message.bounces import failed_message_ids, is_delay
from ingest.message.errors import UnreadableMessage
from ingest.message.linkedpictures import linked_pictures
from ingest.message.parse import Mail, parse_mail
from ingest.message.screening import screen, vouched_domain
from ingest.message.structure import RawMail, usual_line_ends
from ingest.reading import Document, Fate, Kind, Part, Pasted, Reading, Screening, ScreeningKind
from ingest.sandbox.budget import budget_of
from ingest.sandbox.context import ReadingContext
from rules.call import Call

_FILE_ENDINGS = (
    ".docx",
    ".doc",
    ".wps",
    ".pdf",
    ".zip",
    ".rar",
    ".7z",
    ".ofd",
    ".xlsx",
    ".xls",
    ".rtf",
    ".docm",
    ".dotx",
)
BLANK_WITHIN = "附在文件里面的空白表, 没有填写"
COPY_WITHIN = "嵌在文件里面的同一张表, 内容与打开文件就看到的相同"
OTHER_WITHIN = "嵌在文件里面的另一份填好的同一张表, 没有采用, 以打开文件就看到的为准; 由人工查看"
_READ_KINDS = frozenset({ScreeningKind.PERSON, ScreeningKind.FORGED, ScreeningKind.STAFF})


def read_file(path: Path, call: Call, context: ReadingContext) -> Reading:
    """:func:`read_message` of the raw mail at ``path``, mapped, not loaded: a 100 MB mail costs no
    memory by itself.

    Raises:
        UnreadableMessage: as there.
    """
    if path.stat().st_size == 0:
        raise UnreadableMessage("空文件, 不是一封邮件")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw:
        return read_message(raw, call, context)


def read_message(raw: RawMail, call: Call, context: ReadingContext) -> Reading:
    """Parse, screen, open and read one mail.

    Attachments of automatic mails are listed, not opened: nobody will be answered about them.

    Raises:
        UnreadableMessage: it is no mail, or one built to break parsers.
    """
    raw = usual_line_ends(raw)
    mail = parse_mail(raw)
    screening = _screen(mail, context)
    envelope = mail.envelope
    if screening.kind is ScreeningKind.BOUNCE:
        report = {
            "failed_message_ids": failed_message_ids(mail, raw),
            "delayed": is_delay(mail, raw),
            "vouched_domain": vouched_domain(mail.root.headers, context.trusted_authserv_ids),
        }
        envelope = envelope.model_copy(update=report)
    parts: list[Part] = []
    documents: list[Document] = []
    taken: set[str] = set()
    holders: dict[str, tuple[Document, ...]] = {}
    for item in _items(mail, raw, screening, context):
        part, found = _read_item(item, _unique(item.path, taken), call, context)
        if item.within and (again := _again(found, _holder(item.path, holders))):
            fate = Fate.INLINE if again == COPY_WITHIN else Fate.UNSUPPORTED
            part, found = part.model_copy(update={"fate": fate, "reason": again}), ()
        holders[item.path] = found
        parts.append(part)
        documents += found
    parts += _cloud_parts(mail, raw)
    return Reading(
        envelope=envelope,
        screening=screening,
        text=mail.text,
        parts=tuple(parts),
        documents=tuple(documents),
        notes=mail.notes,
        pasted=Pasted() if documents else _pasted(mail, raw, call),
    )


def _holder(path: str, found: dict[str, tuple[Document, ...]]) -> tuple[Document, ...]:
    """The documents of the file that something lies in; none where it is a letter or an archive."""
    above, _, _ = path.rpartition("/")
    while above and above not in found:
        above, _, _ = above.rpartition("/")
    return found.get(above, ())


def _again(found: tuple[Document, ...], around: tuple[Document, ...]) -> str:
    """Why documents in an object are none of their own: the file around it shows the same form,
    filled in; "" when it does not.
    """
    shown = [each for each in around if each.form and not each.says_nothing]
    forms = {(each.form, each.rendition) for each in shown}
    if not any((each.form, each.rendition) in forms for each in found):
        return ""
    told = [_told(each) for each in shown]
    return COPY_WITHIN if all(_told(each) in told for each in found) else OTHER_WITHIN


def _told(document: Document) -> tuple[object, ...]:
    """What a form says, wherever it stands."""
    facts = (document.fields, *document.rows)
    return document.form, [
        {name: fact.value or fact.provenance.raw for name, fact in each.items()} for each in facts
    ]


def _pasted(mail: Mail, raw: RawMail, call: Call) -> Pasted:
    """Looked for only where no document came: it is said of no other mail."""
    markup = body_html(mail.leaves, raw)
    return Pasted(role=pasted_role(markup, mail.text, call), pictures=linked_pictures(markup))


def _screen(mail: Mail, context: ReadingContext) -> Screening:
    carries = any(leaf.name.lower().endswith(_FILE_ENDINGS) for leaf in mail.leaves)
    return screen(
        mail.root.headers,
        context.own_addresses,
        context.trusted_authserv_ids,
        carries_files=carries,
        staff_addresses=context.staff_addresses,
    )


def _items(
    mail: Mail,
    raw: RawMail,
    screening: Screening,
    context: ReadingContext,
) -> Iterator[Item]:
    if screening.kind in _READ_KINDS:
        yield from mail_items(
            raw,
            mail.root,
            "",
            budget_of(mail, context),
        )
        return
    for number, leaf in enumerate(mail.leaves, 1):
        settled = settled_leaf(raw, leaf, str(number))
        if settled is not None:
            yield settled
            continue
        data = leaf.content(raw)
        yield Item(
            str(number),
            leaf.name,
            identify(data, leaf.name),
            data,
            Fate.UNSUPPORTED,
            "自动邮件的附件, 没有打开",
        )


def _unique(path: str, taken: set[str]) -> str:
    """A path of its own: an archive may hold ``a.zip`` with ``b`` in it beside an entry called
    ``a.zip/b``.
    """
    candidate, number = path, 2
    while candidate in taken:
        candidate, number = f"{path}#{number}", number + 1
    taken.add(candidate)
    return candidate


def _read_item(
    item: Item,
    path: str,
    call: Call,
    context: ReadingContext,
) -> tuple[Part, tuple[Document, ...]]:
    fate, reason, link = item.fate, item.reason, ""
    documents: tuple[Document, ...] = ()
    if fate is None and context.read_documents:
        reading = read_document(path, item.name, item.kind, item.data, call, context.trust_roots)
        fate, reason, documents = reading.fate, reading.reason, reading.documents
        if item.within and documents and all(each.says_nothing for each in documents):
            fate, reason, documents = Fate.UNRECOGNISED, BLANK_WITHIN, ()
    elif fate is None:
        fate, reason = Fate.LIMIT, context.unread_reason
    elif item.kind is Kind.TEXT and fate is Fate.UNRECOGNISED:
        linked = link_in_file(item.name, item.data)
        if linked is not None:
            fate, reason, link = Fate.CLOUD_LINK, linked.reason, linked.link
    part = Part(
        path=path,
        name=item.name,
        kind=item.kind,
        size=len(item.data),
        sha256=item.sha256,
        fate=fate,
        reason="; ".join(text for text in (reason, wrong_extension(item.kind, item.name)) if text),
        link=link,
    )
    return part, documents


def _cloud_parts(mail: Mail, raw: RawMail) -> list[Part]:
    files = cloud_files(body_html(mail.leaves, raw), mail.text)
    return [
        Part(
            path=f"链接/{number}",
            name=file.name,
            kind=Kind.CLOUD_LINK,
            size=file.size,
            sha256="",
            fate=Fate.CLOUD_LINK,
            reason=file.reason,
            link=file.link,
        )
        for number, file in enumerate(files, 1)
    ]
