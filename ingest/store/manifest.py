"""What a backup says of itself, and the sums of its files. A backup without a manifest is none: it
is written last.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from ingest.errors import InputError
from ingest.store.beside import write_durably

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
DATABASE = "mailroom.db"
FILES = "files"
SEALED = "backup.tar.age"


@dataclass(frozen=True, slots=True)
class Manifest:
    """One backup."""

    identity: str  #: of the store
    key: str  #: fingerprint
    made_at: str  #: ISO 8601, UTC; no letter that left later is in it
    schema: str  #: revision
    events: int  #: lines of the ledger
    head: str  #: its last chain hash
    mails: int
    letters: int

    @property
    def made(self) -> datetime:
        """When it was made."""
        return datetime.fromisoformat(self.made_at)


def write_manifest(backup: Path, manifest: Manifest) -> None:
    """Raises OSError."""
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=2) + "\n"
    write_durably(backup / MANIFEST, text.encode())


def read_manifest(backup: Path) -> Manifest | None:
    """What a folder says of itself; None when it is no backup, or half of one."""
    try:
        return Manifest(**json.loads((backup / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def backups_in(directory: Path) -> list[tuple[Manifest, Path]]:
    """The whole backups in a directory, the oldest first."""
    found = [(read_manifest(path), path) for path in sorted(directory.glob("mailroom-*"))]
    whole = [(manifest, path) for manifest, path in found if manifest is not None]
    return sorted(whole, key=lambda each: each[0].made)


def find_backup(path: Path) -> tuple[Manifest, Path]:
    """The backup at ``path``, or the newest in it. Raises InputError when there is none."""
    manifest = read_manifest(path)
    if manifest is not None:
        return manifest, path
    inside = backups_in(path)
    if not inside:
        raise InputError(
            f"{path} 里没有完整的备份", "给出 mailroom backup 写的文件夹,里面有 manifest.json"
        )
    return inside[-1]


def sum_of(path: Path) -> str:
    """SHA-256 of a file. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_sums(backup: Path) -> None:
    """Every file is there and as it was written. Raises InputError with the first that is not."""
    try:
        lines = (backup / SUMS).read_text(encoding="utf-8").splitlines()
        for line in lines:
            wanted, _, name = line.partition("  ")
            if sum_of(backup / name) != wanted:
                raise InputError(f"备份不完整: {name} 已损坏", "换用另一份备份")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"备份不完整: {error}", "换用另一份备份") from error
