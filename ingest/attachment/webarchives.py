"""Documents and archives that a web archive (MHT) holds beside its page: what the page links to."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.attachment.identify import PAPERS, identify
from ingest.attachment.limits import Budget
from ingest.attachment.members import NO_ENTRIES, Member, member_of, unique
from ingest.message.errors import UnreadableMessage
from ingest.message.filenames import safe_name
from ingest.message.structure import Entity, parse_structure, walk
from ingest.reading import Fate


def files_in_web_archive(data: bytes, budget: Budget) -> Iterator[Member]:
    """The files; pictures, styles and themes are the page's own."""
    if b"multipart/" not in data[:8192].lower():
        return
    try:
        leaves = list(walk(parse_structure(data)))
    except UnreadableMessage:
        return  # said where the page is read
    seen = set[str]()
    for leaf in leaves:
        if leaf.media_type.startswith(("text/", "image/", "multipart/")):
            continue
        content, name = leaf.content(data), _name(leaf)
        if identify(content, name) not in PAPERS:
            continue
        path = unique(name or "附带的文件", seen)
        if not budget.take_entry():
            yield Member(path, fate=Fate.LIMIT, reason=NO_ENTRIES)
            return
        yield member_of(path, content, budget)


def _name(leaf: Entity) -> str:
    place = leaf.headers.plain("content-location").replace("\\", "/")
    return leaf.name or safe_name(place.rpartition("/")[2])
