"""Files that an OFD carries beside its pages (GB/T 33190, 14): a form in Word that was attached to
what was sealed. Pictures, fonts and seals of the pages are none.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator

from ingest.attachment.identify import PAPERS, identify
from ingest.attachment.limits import Budget
from ingest.attachment.members import (
    DAMAGE,
    NO_ENTRIES,
    Member,
    member_of,
    read_limited,
    unique,
)
from ingest.attachment.zipnames import entry_name, open_zip, safe_path
from ingest.reading import Fate

_MOST_MEMBERS = 5_000


def files_in_ofd(data: bytes, budget: Budget) -> Iterator[Member]:
    """The documents and archives in the package."""
    try:
        with open_zip(data) as archive:
            yield from _files(archive, budget)
    except (*DAMAGE, RuntimeError):
        return  # what its pages are is said where they are read


def _files(archive: zipfile.ZipFile, budget: Budget) -> Iterator[Member]:
    seen = set[str]()
    for info in archive.infolist()[:_MOST_MEMBERS]:
        name = safe_path(entry_name(info))
        if info.is_dir() or name.lower().endswith(".xml"):
            continue
        with archive.open(info) as stream:
            content = read_limited(stream, budget.most(info.compress_size))
        if content is not None and identify(content, name) not in PAPERS:
            continue
        path = unique(name.rpartition("/")[2], seen)
        if not budget.take_entry():
            yield Member(path, fate=Fate.LIMIT, reason=NO_ENTRIES)
            return
        yield member_of(path, content, budget)
