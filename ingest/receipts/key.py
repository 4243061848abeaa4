"""The key that signs what this office must recognise as its own: receipts, Message-IDs, canaries.
Nothing is signed here.

The key lies beside the raw mails, not in the database: who can change the ledger alone cannot forge
a receipt.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path

from ingest.errors import StorageError

KEY_FILE = "secret.key"
KEY_BYTES = 32


def fingerprint(key: bytes) -> str:
    """What may be shown of a key: it tells one from another and nothing else."""
    return hashlib.sha256(b"mailroom key\n" + key).hexdigest()[:16]


def fingerprint_of_key_in(directory: Path) -> str:
    """Of the key in ``directory``; "" when there is none. Raises :class:`StorageError`."""
    return fingerprint(load_or_make_key(directory)) if (directory / KEY_FILE).exists() else ""


def load_key(directory: Path) -> bytes:
    """The key, for whoever only looks: none is made. Raises :class:`StorageError` when there is
    none, too.
    """
    if not (directory / KEY_FILE).exists():
        raise StorageError(
            f"没有密钥文件 {directory / KEY_FILE}", "检查 [store] files; 丢失的从备份取回"
        )
    return load_or_make_key(directory)


def load_or_make_key(directory: Path) -> bytes:
    """The 32 bytes of ``secret.key`` in ``directory``; made at the first call, durable before they
    are returned.

    Two programs that make it at once end with the same key. Raises :class:`StorageError` when it
    cannot be read or written, or is no key: a new one is never put in place of a damaged one,
    because old receipts hang on it.
    """
    path = directory / KEY_FILE
    try:
        if not path.exists():
            make_private_file(path, secrets.token_bytes(KEY_BYTES))
        key = path.read_bytes()
    except OSError as error:
        raise StorageError(
            f"密钥文件 {path} 读写不了: {error.strerror}", "请检查目录权限和磁盘"
        ) from error
    if len(key) != KEY_BYTES:
        raise StorageError(
            f"密钥文件 {path} 已损坏", "请从备份恢复; 换用新密钥会使已发出的回执无法核验"
        )
    return key


def make_private_file(path: Path, content: bytes) -> None:
    """A file of mode 0600. Complete under another name first, then linked into place: half a key is
    never seen, an existing one is kept. Raises OSError.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
