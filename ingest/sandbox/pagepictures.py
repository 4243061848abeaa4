"""One page of an attachment drawn as a picture for people, in the disposable worker.

Runs behind ``ingest/desk/pictures.py``, which names :func:`draw_page` and never imports it. What is
marked on the picture is not known here.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path

from ingest.attachment.items import Item
from ingest.attachment.limits import Budget
from ingest.attachment.unpack import mail_items
from ingest.document.print.sketch import page_picture
from ingest.message.parse import parse_mail
from ingest.message.structure import RawMail
from ingest.reading import Kind, PagePicture
from ingest.sandbox.context import ReadingContext

_DRAWN = frozenset({Kind.PDF, Kind.JPEG, Kind.PNG})


def draw_page(path: Path, sha256: str, number: int, context: ReadingContext) -> PagePicture:
    """Page ``number`` (from 1) of the attachment with this hash in the raw mail at ``path``.

    What cannot be shown is a picture without bytes that says why.

    Raises:
        UnreadableMessage: it is no mail.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw:
        item = next((item for item in _items(raw, context) if item.sha256 == sha256), None)
        if item is None or item.kind not in _DRAWN:
            return PagePicture(problem="这个附件不能显示成图像")
        return page_picture(item.kind, item.data, number)


def _items(raw: RawMail, context: ReadingContext) -> Iterator[Item]:
    mail = parse_mail(raw)
    budget = Budget(context.unpacked_bytes, context.entries, context.depth)
    return (item for item in mail_items(raw, mail.root, "", budget) if item.fate is None)
