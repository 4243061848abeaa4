"""Everything inside a mail, containers opened, one item at a time,
each with its place and (if settled) its fate.

Everything that is found comes out, also what may not be opened, and what stands in no part at all.
All containers of a mail share one budget. Documents are not read here.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from ingest.attachment.archives import CONTAINERS, is_volume, open_archive
from ingest.attachment.identify import identify
from ingest.attachment.items import ENCRYPTED_MAIL, Item, left_behind, settled_kind
from ingest.attachment.leaves import CALENDAR, files_in_text, is_dress, settled_leaf, stray_items
from ingest.attachment.limits import Budget
from ingest.attachment.members import VOLUME, Member, Opened, member_of, unique
from ingest.attachment.ofdfiles import files_in_ofd
from ingest.attachment.officefiles import files_in_office
from ingest.attachment.pdffiles import files_in_pdf
from ingest.attachment.smime import is_enveloped, is_signed, signed_mail
from ingest.attachment.trailing import file_behind
from ingest.attachment.unlocking import unlocked, unprotected
from ingest.attachment.volumes import Pieces, joined, piece_of, sets_of, told
from ingest.attachment.webarchives import files_in_web_archive
from ingest.message.bodies import body_html
from ingest.message.embedded import Embedded
from ingest.message.errors import UnreadableMessage
from ingest.message.filenames import parameters
from ingest.message.structure import Entity, RawMail, parse_structure, usual_line_ends, walk
from ingest.reading import Fate, Kind

_CONTENT_ID = re.compile(r"cid:([^\"'>\s)]{1,300})", re.IGNORECASE)
_APPLE_SINGLE = b"\0\x05\x16\0"
_PICTURES = frozenset({Kind.JPEG, Kind.PNG, Kind.IMAGE})
MAX_PIECES = 99
"""Of one mail that was sent in several."""


def unpack(data: bytes, name: str, path: str, budget: Budget, depth: int = 0) -> Iterator[Item]:
    """``data`` itself and, when it is a container, everything inside, depth first.

    The consumer drops each item before it asks for the next,
    so that never all contents are in memory. Never raises.
    """
    kind = identify(data, name)
    if aside := left_behind(name, kind, data):
        yield Item(path, name, kind, data, Fate.INLINE, aside)
        return
    if kind is Kind.EML:
        yield from _saved_mail(data, name, path, budget, depth)
        return
    if (plain := unlocked(kind, data, budget.keys)) is not None and depth < budget.max_depth:
        yield Item(path, name, kind, data, Fate.UNPACKED, "文件设有密码或保护, 已打开")
        yield from unpack(plain, name, f"{path}/{name or '文件'}", budget, depth + 1)
        return
    if wrapped := _in_wrapper(data, name, path, budget, depth):
        yield from wrapped
        return
    if kind in CONTAINERS and depth >= budget.max_depth:
        yield Item(path, name, kind, data, Fate.LIMIT, "压缩包套得太深, 里面的没有打开")
        return
    opened = open_archive(kind, data, name, budget)
    if _is_piece(data, name, kind, opened):
        yield Item(path, name, kind, data, Fate.UNSUPPORTED, VOLUME)
        return
    if opened is None:
        yield Item(path, name, kind, data, *settled_kind(name, kind, data))
    else:
        yield Item(path, name, kind, data, opened.fate, opened.reason)
    if opened is not None:
        yield from _items_of(opened.entries, path, budget, depth)
    elif depth < budget.max_depth:
        carried = _items_of(_carried(kind, data, budget), path, budget, depth)
        yield from (replace(item, within=True) for item in carried)


def _items_of(entries: Iterable[Member], path: str, budget: Budget, depth: int) -> Iterator[Item]:
    for entry in entries:
        inner = entry.path.rpartition("/")[2]
        if entry.fate is None:
            yield from unpack(entry.data, inner, f"{path}/{entry.path}", budget, depth + 1)
        else:
            yield Item(f"{path}/{entry.path}", inner, Kind.OTHER, b"", entry.fate, entry.reason)


def _carried(kind: Kind, data: bytes, budget: Budget) -> Iterator[Member]:
    """Files beside the pages of a document."""
    if kind is Kind.PDF:
        return chain(files_in_pdf(unprotected(data), budget), file_behind(data, budget))
    if kind in _PICTURES:
        return file_behind(data, budget)
    if kind is Kind.HTML:
        return chain(_in_links(data, budget), files_in_web_archive(data, budget))
    return files_in_ofd(data, budget) if kind is Kind.OFD else files_in_office(kind, data, budget)


def _in_links(data: bytes, budget: Budget) -> Iterator[Member]:
    """Files that stand in the links of an attached page; its pictures are the page's own."""
    seen = set[str]()
    if b";base64," in data and budget.take_entry():
        for number, file in enumerate(files_in_text(Item("", "", Kind.HTML, data)), 1):
            if not file.code and identify(file.data, file.name) not in _PICTURES:
                path = unique(file.name or f"第{number}个", seen)
                yield member_of(path, file.data, budget)


def _is_piece(data: bytes, name: str, kind: Kind, opened: Opened | None) -> bool:
    """Whether a file is one of the pieces of an archive that was cut in several: only the first
    looks like one at all, or like a Word file that was stored in it.
    """
    named = piece_of(name) is not None
    if opened is not None:
        return named and opened.fate is Fate.DAMAGED
    if kind is Kind.OTHER and name.lower().endswith(".zip") and is_volume(data):
        return True  # the last one, which has the name of the whole
    return named and (kind is Kind.OTHER or data.startswith(b"PK"))


def _in_wrapper(
    data: bytes, name: str, path: str, budget: Budget, depth: int
) -> Iterator[Item] | None:
    """What is inside a wrapper around one file or one mail; None when it is no wrapper."""
    if is_enveloped(data):
        reason = ENCRYPTED_MAIL.format("S/MIME")
        return iter((Item(path, name, Kind.OTHER, data, Fate.ENCRYPTED, reason),))
    if is_signed(data):
        return _signed(data, name, path, budget, depth)
    fork = _data_fork(data) if data.startswith(_APPLE_SINGLE) else b""
    return _apple_single(fork, Item(path, name, Kind.OTHER, data), budget, depth) if fork else None


def _apple_single(fork: bytes, item: Item, budget: Budget, depth: int) -> Iterator[Item]:
    if depth >= budget.max_depth:
        yield replace(item, fate=Fate.LIMIT, reason="套得太深, 里面的没有打开")
        return
    yield replace(item, fate=Fate.UNPACKED, reason="苹果电脑的包装, 里面的文件已取出")
    yield from unpack(fork, item.name, f"{item.path}/{item.name or '文件'}", budget, depth + 1)


def _data_fork(data: bytes) -> bytes:
    """The file inside an AppleSingle wrapper (RFC 1740 appendix A); "" when there is none."""
    for number in range(min(int.from_bytes(data[24:26], "big"), 20)):
        entry = data[26 + 12 * number : 38 + 12 * number]
        identifier, offset, length = struct.unpack(">III", entry) if len(entry) == 12 else (0, 0, 0)
        if identifier == 1:
            return data[offset : offset + length]
    return b""


def _signed(data: bytes, name: str, path: str, budget: Budget, depth: int) -> Iterator[Item]:
    """A mail inside its signature."""
    try:
        inner = signed_mail(data)
    except UnreadableMessage as error:
        reason = f"{error.message}, 打不开, 请重新发送"
        yield Item(path, name, Kind.OTHER, data, Fate.DAMAGED, reason)
        return
    yield from _mail_of(
        inner, Item(path, name, Kind.OTHER, data), "带数字签名的邮件", budget, depth
    )


def _saved_mail(data: bytes, name: str, path: str, budget: Budget, depth: int) -> Iterator[Item]:
    """An .eml file."""
    yield from _mail_of(data, Item(path, name, Kind.EML, data), "保存的邮件", budget, depth)


def _mail_of(data: bytes, item: Item, what: str, budget: Budget, depth: int) -> Iterator[Item]:
    """``item`` with its fate, then everything in the mail ``data`` that it holds."""
    path, name, kind = item.path, item.name, item.kind
    if depth >= budget.max_depth:
        yield Item(path, name, kind, item.data, Fate.LIMIT, "邮件套得太深, 里面的没有打开")
        return
    data = bytes(usual_line_ends(data))
    try:
        root = parse_structure(data)
    except UnreadableMessage as error:
        yield Item(path, name, kind, item.data, Fate.DAMAGED, f"{what}打不开: {error.message}")
        return
    yield Item(path, name, kind, item.data, Fate.UNPACKED, f"{what}, 里面的附件已取出")
    yield from mail_items(data, root, f"{path}/", budget, depth + 1)


def mail_items(
    raw: RawMail,
    root: Entity,
    prefix: str,
    budget: Budget,
    depth: int = 0,
) -> Iterator[Item]:
    """Everything in a mail, its leaves numbered from 1 after ``prefix``; behind them what was put
    together of several leaves, and what belongs to none.
    """
    leaves = tuple(walk(root))
    shown = {match[1] for match in _CONTENT_ID.finditer(body_html(leaves, raw))}
    together = _in_pieces(raw, leaves, prefix, budget, depth)
    for place, leaf in enumerate(leaves):
        items = _leaf_items(raw, leaf, f"{prefix}{place + 1}", shown, budget, depth)
        yield from together.of_leaf(place, items)
    yield from together.wholes()
    yield from _joined(raw, leaves, prefix, budget, depth)
    for stray in stray_items(raw, root, prefix):
        if stray.fate is None:
            yield from unpack(stray.data, "", stray.path, budget, depth)
        else:
            yield stray
            yield from _embedded(files_in_text(stray), stray.path, budget, depth)


def _leaf_items(
    raw: RawMail,
    leaf: Entity,
    path: str,
    shown: set[str],
    budget: Budget,
    depth: int,
) -> Iterator[Item]:
    settled = settled_leaf(raw, leaf, path)
    if settled is not None:
        yield settled
        if leaf.is_mail and leaf.children:
            yield from mail_items(raw, leaf.children[0], f"{path}/", budget, depth)
        elif settled.fate is Fate.BODY and settled.reason in {"", CALENDAR}:
            yield from _embedded(files_in_text(settled), path, budget, depth)
        return
    data, name = leaf.content(raw), leaf.name
    kind = identify(data, name)
    if is_dress(leaf, kind, len(data), shown):
        reason = "邮件正文里的小图片(徽标、签名之类)"
        yield Item(path, name, kind, data, Fate.INLINE, reason)
        return
    coded = Item(path, name, kind, data, Fate.UNPACKED, "编码的文件, 已解开")
    if kind is Kind.TEXT and (files := tuple(files_in_text(coded))):
        yield coded
        yield from _embedded(files, path, budget, depth)
        return
    yield from unpack(data, name, path, budget, depth)


def _embedded(files: Iterable[Embedded], path: str, budget: Budget, depth: int) -> Iterator[Item]:
    """Files that stood in a text."""
    for number, file in enumerate(files, 1):
        place = f"{path}/{file.name or f'第{number}个'}"
        if not file.code:
            yield from unpack(file.data, file.name, place, budget, depth)
        elif file.code == "PGP":
            reason = ENCRYPTED_MAIL.format("PGP")
            yield Item(place, "", Kind.TEXT, file.data, Fate.ENCRYPTED, reason)
        elif file.code == "base64":
            reason = "正文里有一大段编码的内容, 认不出是什么文件, 由人工查看"
            yield Item(place, "", Kind.OTHER, file.data, Fate.STRAY, reason)
        else:
            reason = (
                f"正文里有 {file.code} 编码的文件, 不能自动解开, 由人工查看; 请作为普通附件重新发送"
            )
            yield Item(place, "", Kind.OTHER, file.data, Fate.UNSUPPORTED, reason)


# --- an archive that was sent in several files ----------------------------------------------------

_OPENED = frozenset({Fate.UNPACKED, Fate.EMPTY, Fate.ENCRYPTED, Fate.LIMIT})


@dataclass(frozen=True)
class _Together:
    """The archives of one mail that came in pieces, those first that could be put together."""

    sets: tuple[tuple[Pieces, Iterator[Item] | None], ...] = ()

    def of_leaf(self, place: int, items: Iterator[Item]) -> Iterator[Item]:
        """What is said of a leaf: of a piece, what became of the whole."""
        for pieces, whole in self.sets:
            if place in pieces.places.values():
                for item in items:
                    yield _as_piece(item, pieces, place, opened=whole is not None)
                    if whole is not None:
                        return
                return
        yield from items

    def wholes(self) -> Iterator[Item]:
        """What was put together, and everything in it."""
        for _, whole in self.sets:
            yield from whole or ()


def _as_piece(item: Item, pieces: Pieces, place: int, *, opened: bool) -> Item:
    if opened:
        return replace(item, fate=Fate.UNPACKED, reason=told(pieces, place, opened=True))
    piece = item.reason == VOLUME
    return replace(item, reason=told(pieces, place, opened=False)) if piece else item


def _in_pieces(
    raw: RawMail, leaves: tuple[Entity, ...], prefix: str, budget: Budget, depth: int
) -> _Together:
    found = []
    for number, pieces in enumerate(sets_of([leaf.name for leaf in leaves]), 1):
        whole = _put_together(raw, leaves, pieces, f"{prefix}卷{number}", budget, depth)
        found.append((pieces, whole))
    return _Together(tuple(found))


def _put_together(
    raw: RawMail,
    leaves: tuple[Entity, ...],
    pieces: Pieces,
    path: str,
    budget: Budget,
    depth: int,
) -> Iterator[Item] | None:
    """The whole and everything in it; None when the pieces do not make one."""
    if len(pieces.places) < 2 or pieces.missing:
        return None
    parts = [leaves[place].content(raw) for _, place in sorted(pieces.places.items())]
    data = None if any(_is_whole(part) for part in parts) else joined(parts)
    if data is None:
        return None
    del parts
    items = unpack(data, pieces.whole, path, budget, depth)
    first = next(items)
    return chain((first,), items) if first.fate in _OPENED else None


def _is_whole(data: bytes) -> bool:
    """Whether it opens by itself: people call archives parts of something that are none."""
    kind = identify(data, "")
    opened = open_archive(kind, data, "", Budget()) if kind in CONTAINERS else None
    return opened is not None and opened.fate is Fate.UNPACKED


# --- a mail that was sent in several --------------------------------------------------------------


def _joined(
    raw: RawMail, leaves: tuple[Entity, ...], prefix: str, budget: Budget, depth: int
) -> Iterator[Item]:
    """Mails whose pieces (message/partial, RFC 2046 5.2.2) are all here, as somebody forwards them
    who received them so.
    """
    pieces: dict[str, dict[int, Entity]] = {}
    totals: dict[str, int] = {}
    for leaf in _partial(leaves):
        given = parameters(leaf.headers.raw("content-type"))
        number, total = (_number(given.get(key, "")) for key in ("number", "total"))
        pieces.setdefault(given.get("id", ""), {}).setdefault(number, leaf)
        totals[given.get("id", "")] = max(totals.get(given.get("id", ""), 0), total)
    for count, (identifier, found) in enumerate(pieces.items(), 1):
        if set(found) != set(range(1, totals[identifier] + 1)):
            continue
        whole = b"".join(raw[found[each].start : found[each].end] for each in sorted(found))
        item = Item(f"{prefix}合{count}", "", Kind.EML, whole)
        yield from _mail_of(whole, item, "由几封拆开的邮件合并而成", budget, depth)


def _partial(leaves: Iterable[Entity]) -> Iterator[Entity]:
    for leaf in leaves:
        if leaf.media_type == "message/partial":
            yield leaf
        elif leaf.is_mail and leaf.children:
            yield from _partial(walk(leaf.children[0]))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and int(text[:4]) <= MAX_PIECES else 0
