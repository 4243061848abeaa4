"""An archive or Word file that hangs on the end of a picture or a PDF: programs show only what
stands in front, and people who join files so mean both.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.attachment.limits import MAX_DIRECTORY, Budget
from ingest.attachment.members import DAMAGE, NO_ENTRIES, Member, member_of
from ingest.attachment.zipnames import open_zip
from ingest.document.bytesaround import END, LONGEST_END
from ingest.reading import Fate

_NAME = "接在后面的文件"


def file_behind(data: bytes, budget: Budget) -> Iterator[Member]:
    """The ZIP archive, mostly a Word file, behind the end of another file, if there is one."""
    if data.rfind(END, max(0, len(data) - LONGEST_END)) < 0 or b"EmbeddedFile" in data:
        return  # what a PDF carries is found where it lists it
    begin = _begin(data)
    if begin <= 0:
        return
    if budget.take_entry():
        yield member_of(_NAME, data[begin:], budget)
    else:
        yield Member(_NAME, fate=Fate.LIMIT, reason=NO_ENTRIES)


def _begin(data: bytes) -> int:
    """Where the archive's first member stands; -1 without any."""
    if data.count(b"PK\x01\x02") > MAX_DIRECTORY:
        return -1
    try:
        with open_zip(data) as archive:
            return min((info.header_offset for info in archive.infolist()), default=-1)
    except (*DAMAGE, RuntimeError, NotImplementedError):
        return -1
