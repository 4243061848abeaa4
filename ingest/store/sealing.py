"""A folder as one file that only the holder of a private key can open: a tar inside age
(https://age-encryption.org/v1). The one door to pyrage; what the folder means is not known here.

Read and written in pieces, so that a store of any size passes through.
"""

from __future__ import annotations

import io
import os
import shutil
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

import pyrage

from ingest.errors import ConfigError, InputError

_PIECE = 1024 * 1024


def require_recipients(recipients: Sequence[str]) -> None:
    """Raises ConfigError when one is no public key of age."""
    _public(recipients)


def seal(folder: Path, target: Path, recipients: Sequence[str]) -> None:
    """Write the files of ``folder`` into ``target``, which must not be there, durably, mode 0600.

    Raises:
        ConfigError: a recipient is no public key of age.
        OSError: the disk does not take it.
    """
    keys = _public(recipients)
    reader = io.BufferedReader(_Pieces(_tar(folder)), _PIECE)
    with os.fdopen(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        pyrage.encrypt_io(reader, file, keys)
        file.flush()
        os.fsync(file.fileno())


def unseal(source: Path, folder: Path, identity: Path) -> None:
    """Put the files of a sealed folder into ``folder``, which must be empty.

    Raises:
        InputError: the key file is none, or another one; the sealed file is not whole.
        OSError: the disk does not take it.
    """
    keys, archive = _private(identity), folder.with_name(f"{folder.name}.tar")
    try:
        with (
            source.open("rb") as sealed,
            os.fdopen(os.open(archive, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as plain,
        ):
            pyrage.decrypt_io(sealed, plain, keys)
        with tarfile.open(archive) as tar:
            _untar(tar, folder)
    except (pyrage.DecryptError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:  # the disk's, not the content's
            raise
        raise InputError(
            f"{source} 解不开: {_because(error)}", "换用备份时那把公钥的私钥文件, 或另一份备份"
        ) from error
    except tarfile.TarError as error:
        raise InputError(f"{source} 里的内容不完整: {error}", "换用另一份备份") from error
    finally:
        archive.unlink(missing_ok=True)


def _because(error: Exception) -> str:
    return "私钥不是这一把" if "No matching keys" in str(error) else f"文件不完整 ({error})"


def _public(recipients: Sequence[str]) -> list[pyrage.x25519.Recipient]:
    keys = []
    for text in recipients:
        try:
            keys.append(pyrage.x25519.Recipient.from_str(text.strip()))
        except pyrage.RecipientError as error:
            raise ConfigError(
                f"[store] backup_recipients 里的 {text[:8]!r}... 不是 age 公钥",
                "公钥以 age1 开头; 私钥(AGE-SECRET-KEY-)不要写进配置",
            ) from error
    return keys


def _private(identity: Path) -> list[pyrage.x25519.Identity]:
    """The keys of a file as age-keygen writes it: one a line, comments begin with ``#``."""
    try:
        lines = identity.read_text(encoding="utf-8").splitlines()
        words = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
        keys = [pyrage.x25519.Identity.from_str(word) for word in words]
    except (OSError, UnicodeDecodeError, pyrage.IdentityError) as error:
        raise InputError(
            f"私钥文件 {identity} 读不了: {error}", "用 age-keygen 写的那个文件"
        ) from error
    if not keys:
        raise InputError(f"私钥文件 {identity} 里没有私钥", "用 age-keygen 写的那个文件")
    return keys


# --- a tar that is never whole in memory or on the disk -------------------------------------------


def _tar(folder: Path) -> Iterator[bytes]:
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        entry = tarfile.TarInfo(path.relative_to(folder).as_posix())
        entry.size, entry.mode = path.stat().st_size, 0o600
        yield entry.tobuf(tarfile.GNU_FORMAT)
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece
        yield bytes(-entry.size % tarfile.BLOCKSIZE)
    yield bytes(2 * tarfile.BLOCKSIZE)


def _untar(tar: tarfile.TarFile, folder: Path) -> None:
    """What ``_tar`` wrote: plain files within ``folder``, nothing else.

    ``extractall`` can be held to that from Python 3.11.4 on only; Debian 12 has 3.11.2.
    """
    for entry in tar:
        name = PurePosixPath(entry.name)
        plain = entry.isreg() and not name.is_absolute() and ".." not in name.parts
        content = tar.extractfile(entry) if plain else None
        if content is None:
            raise tarfile.ReadError(f"{entry.name!r} 不是备份里的文件")
        place = folder / name
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (
            content,
            os.fdopen(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file,
        ):
            shutil.copyfileobj(content, file, _PIECE)


class _Pieces(io.RawIOBase):
    """Pieces of bytes, read as a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._left = pieces, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._left:
            try:
                self._left = next(self._pieces)
            except StopIteration:
                return 0
        count = min(len(buffer), len(self._left))
        buffer[:count], self._left = self._left[:count], self._left[count:]
        return count
