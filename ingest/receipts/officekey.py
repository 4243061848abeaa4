"""The key pair (Ed25519) with which an office signs receipts for those who have neither its ledger
nor its secret: whoever has the published half can check a letter. The one door to Ed25519.

The private half lies beside ``secret.key``, made by a person's command and by nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from ingest.errors import ConfigError, InputError, StorageError
from ingest.receipts.key import make_private_file

OFFICE_KEY_FILE = "office.key"
MAX_PUBLIC_KEY = 10_000  #: bytes


def make_office_key(directory: Path) -> None:
    """A new key in ``directory``.

    Raises:
        InputError: there is one; letters have been signed with it.
        StorageError: it cannot be written.
    """
    path = directory / OFFICE_KEY_FILE
    if path.exists():
        raise InputError(
            f"已有签名密钥 {path}", "要换新的, 先把旧的移到别处保管; 旧公钥仍要公布, 用来核验旧信"
        )
    new = Ed25519PrivateKey.generate()
    try:
        make_private_file(
            path, new.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
    except OSError as error:
        raise StorageError(
            f"签名密钥 {path} 写不了: {error.strerror}", "请检查目录权限和磁盘"
        ) from error


def office_signer(directory: Path) -> Callable[[bytes], bytes]:
    """What signs with the key in ``directory``: 64 bytes each time. Raises as
    :func:`public_pem`.
    """
    return _load(directory).sign


def public_pem(directory: Path) -> str:
    """The half that is published, as PEM.

    Raises:
        ConfigError: there is no key.
        StorageError: it cannot be read, or is none.
    """
    public = _load(directory).public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def key_mark(pem: str) -> str:
    """By what people compare published keys over the telephone: 32 hexadecimal characters."""
    lines = [line for line in pem.splitlines() if line and not line.startswith("-")]
    mark = hashlib.sha256("".join(lines).encode()).hexdigest()[:32]
    return " ".join(mark[at : at + 4] for at in range(0, 32, 4))


def published_check(path: Path) -> Callable[[bytes, bytes], bool]:
    """What says whether a signature (first) stands on some bytes (second), by the public key in a
    file. Raises InputError.
    """
    try:
        with path.open("rb") as file:
            public = load_pem_public_key(file.read(MAX_PUBLIC_KEY))
    except OSError as error:
        raise InputError(f"读不了公钥文件 {path}: {error.strerror}", "检查路径和权限") from error
    except (ValueError, UnsupportedAlgorithm):
        public = None
    if not isinstance(public, Ed25519PublicKey):
        raise InputError(
            f"{path} 不是签名公钥", "向出具回执的单位索取公钥(PEM, 以 BEGIN PUBLIC KEY 开头)"
        )

    def stands(signature: bytes, signed: bytes) -> bool:
        try:
            public.verify(signature, signed)
        except InvalidSignature:
            return False
        return True

    return stands


def _load(directory: Path) -> Ed25519PrivateKey:
    path = directory / OFFICE_KEY_FILE
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except FileNotFoundError as error:
        raise ConfigError(
            f"没有签名密钥 {path}", "用 mailroom receipt key --new 建立, 或从备份取回"
        ) from error
    except OSError as error:
        raise StorageError(
            f"签名密钥 {path} 读不了: {error.strerror}", "请检查权限(应为 0600)"
        ) from error
    except (ValueError, TypeError, UnsupportedAlgorithm):  # its bytes are secret: no cause is kept
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise StorageError(f"签名密钥 {path} 已损坏", "请从备份恢复")
    return key
