"""Raw mails that lie among the files and no row speaks of: what a lost or older database leaves.
Looks only.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from ingest.store.files import Files
from ingest.store.tables import MessageRow


def stray_mails(session: Session, files: Files, before: datetime) -> list[str]:
    """Where those are that nobody has written since ``before``: a mail lies there a moment before
    its row does.
    """
    known = set(session.exec(select(col(MessageRow.sha256)).distinct()))
    return [files.where(sha256) for sha256 in files.hashes(before) if sha256 not in known]
