"""Raw mails that lie among the files and no row speaks of: what a lost or older database leaves.
Looks only.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, select

from ingest.store.files import FileStore
from ingest.store.tables import MessageRow


def stray_mails(session: Session, files: FileStore, before: datetime) -> list[Path]:
    """Those nobody has written since ``before``: a mail lies there a moment before its row does."""
    known = set(session.exec(select(col(MessageRow.sha256)).distinct()))
    paths = (files.path(sha256) for sha256 in files.hashes() if sha256 not in known)
    return [path for path in paths if path.stat().st_mtime < before.timestamp()]
