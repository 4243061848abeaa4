"""One bucket of an S3-compatible object store: bytes by name. The one door to obstore, imported by
whoever has such a store and by nobody else.

Which class obstore raises does not tell what happened (a bucket that is not there and an object
that is not there are the same class; a refused signature is another one when listing than when
writing): the server's own code in the text does.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from obstore.exceptions import BaseError
from obstore.store import S3Store

from ingest.errors import StorageError, StoreAwayError, StoreBusyError, TemporaryError
from ingest.exitcodes import ExitCode

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

PATIENCE = timedelta(seconds=20)
"""Until a server that is away is given up, and asked again in a later round."""
_PIECE = 8 * 1024 * 1024  #: of a large mail; two are on the way at once
_SERVERS_WORD = re.compile(r"<Code>(\w+)</Code>")
_STATUS = re.compile(r"status code: (\d{3})")


@dataclass(frozen=True)
class Address:
    """Which bucket, and how it is spoken to."""

    bucket: str
    prefix: str  #: "" or with a slash at its end
    endpoint: str  #: ``https://host:port``
    region: str
    key_id: str
    secret: str = field(repr=False)
    virtual: bool = False  #: the bucket is part of the host's name
    ca_file: Path | None = None


class Entry(NamedTuple):
    """An object."""

    name: str
    written: datetime


class RefusedError(StorageError):
    """The object store refuses our key, or what we want to do with it."""

    exit_code = ExitCode.LOGIN_REFUSED


class NoBucketError(StorageError):
    """There is no such bucket."""

    exit_code = ExitCode.CONFIGURATION


class Bucket:
    """Objects by name, below the address's prefix. Safe to share between threads.

    Every method raises :class:`RefusedError`, :class:`NoBucketError`, :class:`StorageError` when
    the server does not take or give it, and :class:`TemporaryError` when it is away.
    """

    def __init__(self, address: Address) -> None:
        """Connects to nobody yet. Raises StorageError when the certificate cannot be read."""
        self._address = address
        with _variables_aside():
            self._store = self._connected(address)

    @staticmethod
    def _connected(address: Address) -> S3Store:
        return S3Store(
            address.bucket,
            prefix=address.prefix,
            endpoint=_endpoint(address),
            region=address.region,
            access_key_id=address.key_id,
            secret_access_key=address.secret,
            virtual_hosted_style_request=address.virtual,
            client_options=_client(address),
            retry_config=_retries(PATIENCE),
        )

    def __str__(self) -> str:
        return f"s3://{self._address.bucket}/{self._address.prefix}"

    def put(self, name: str, data: bytes | Path) -> None:
        """Write an object, in place of an earlier one; whole or not at all."""
        with self._troubles():
            self._store.put(name, data, chunk_size=_PIECE, max_concurrency=2)

    def pieces(self, name: str) -> Iterator[bytes]:
        """The bytes of an object, a piece at a time. Raises FileNotFoundError."""
        with self._troubles():
            for piece in self._store.get(name).stream(min_chunk_size=1 << 20):
                yield bytes(piece)

    def get(self, name: str) -> bytes | None:
        """An object; None when there is none."""
        try:
            return b"".join(self.pieces(name))
        except FileNotFoundError:
            return None

    def has(self, name: str) -> bool:
        """Whether there is such an object."""
        try:
            with self._troubles():
                self._store.head(name)
        except FileNotFoundError:
            return False
        return True

    def entries(self, prefix: str = "") -> Iterator[Entry]:
        """All objects whose name begins with ``prefix`` (whole folders), asked for as they are
        taken.
        """
        with self._troubles():
            for part in self._store.list(prefix or None):
                yield from (Entry(each["path"], each["last_modified"]) for each in part)

    def remove(self, name: str) -> None:
        """The object is not there any more."""
        try:
            with self._troubles():
                self._store.delete(name)
        except FileNotFoundError:
            return

    @contextmanager
    def _troubles(self) -> Iterator[None]:
        try:
            yield
        except (BaseError, FileNotFoundError) as error:
            trouble = _in_words(
                str(error), self._address, missing=isinstance(error, FileNotFoundError)
            )
            if trouble is None:
                raise
            # obstore's text holds the whole request: not kept as the cause
            raise trouble from None


@contextmanager
def _variables_aside() -> Iterator[None]:
    """Obstore takes AWS_SKIP_SIGNATURE, AWS_SESSION_TOKEN and their like from the environment, also
    beside the key it is given: what is not in our configuration shall not count.
    """
    aside = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("AWS_")}
    try:
        yield
    finally:
        os.environ.update(aside)


def _endpoint(address: Address) -> str:
    if not address.virtual:
        return address.endpoint
    scheme, _, host = address.endpoint.partition("://")
    return f"{scheme}://{address.bucket}.{host}"


def _client(address: Address) -> ClientConfig:
    options: ClientConfig = {
        "allow_http": address.endpoint.startswith("http://"),
        "connect_timeout": timedelta(seconds=10),
        "read_timeout": timedelta(seconds=30),
        "timeout": timedelta(minutes=10),  # a whole mail over a thin line
    }
    if address.ca_file is not None:
        try:
            options["root_certificate"] = address.ca_file.read_bytes()
        except OSError as error:
            raise StorageError(
                f"证书 {address.ca_file} 读不了: {error.strerror}", "检查 [store] objects_ca_file"
            ) from error
    return options


def _retries(patience: timedelta) -> RetryConfig:
    return {
        "max_retries": 4,
        "retry_timeout": patience,
        "backoff": {
            "init_backoff": timedelta(milliseconds=200),
            "max_backoff": patience / 4,
            "base": 3,
        },
    }


_REFUSED = {"SignatureDoesNotMatch", "InvalidAccessKeyId", "AccessDenied", "InvalidToken"}
_FULL = {"EntityTooLarge", "QuotaExceeded", "XMinioStorageFull", "InsufficientCapacity"}


def _in_words(
    text: str, address: Address, *, missing: bool
) -> StorageError | TemporaryError | None:
    """What the server's answer means for an administrator; None: that there is no such object."""
    word = found[1] if (found := _SERVERS_WORD.search(text)) else ""
    status = found[1] if (found := _STATUS.search(text)) else ""
    if word == "NoSuchBucket":
        return NoBucketError(
            f"对象存储里没有存储桶 {address.bucket}", "检查 [store] files, 或先在服务器上建立它"
        )
    if missing:
        return None
    if word == "RequestTimeTooSkewed":
        return StorageError("对象存储拒绝: 本机时钟与它相差太多", "先对准本机时钟")
    if word in _REFUSED or status in {"401", "403"}:
        return RefusedError(
            f"对象存储拒绝了密钥或这个操作 ({word or status})",
            "检查 [store] objects_key_id、objects_secret_file, 该密钥要能读、写、列出、删除; "
            "并检查本机时钟",
        )
    if word in _FULL or status in {"507", "413"}:
        return StorageError(
            f"对象存储放不下了 ({word or status})", "请扩充容量或配额; 在此之前不会再收取邮件"
        )
    if not status:
        return StoreAwayError(f"连不上对象存储 {address.endpoint}", "检查网络和它的服务; 稍后再试")
    if status.startswith("5") or status == "429":
        return StoreBusyError(f"对象存储正忙或出错 ({word or status})", "稍后会再试")
    return StorageError(
        f"对象存储拒绝了请求 ({word or status})", "检查 [store] 的 files 与 objects_ 各项"
    )
