"""Attachments taken out of a mail as they are, in the disposable worker.

Runs behind ``ingest/handover/``, which names :func:`take_parts` and never imports it.
"""

from __future__ import annotations

import base64
import mmap
from pathlib import Path

from ingest.attachment.unpack import mail_items
from ingest.message.parse import parse_mail
from ingest.sandbox.budget import budget_of
from ingest.sandbox.context import ReadingContext


def take_parts(path: Path, wanted: tuple[str, ...], context: ReadingContext) -> dict[str, str]:
    """The bytes, in base64, of the attachments with these hashes in the raw mail at ``path``; those
    that are not found are left out.

    Raises:
        UnreadableMessage: it is no mail.
    """
    found: dict[str, str] = {}
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw:
        mail = parse_mail(raw)
        for item in mail_items(raw, mail.root, "", budget_of(mail, context)):
            sha256 = item.sha256
            if sha256 in wanted and sha256 not in found:
                found[sha256] = base64.b64encode(item.data).decode("ascii")
            if len(found) == len(set(wanted)):
                break
    return found
