"""The files of a store as its settings say: a folder, or an object store. The only place that
chooses; an object store's library is loaded by nobody else's need.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import ConfigError
from ingest.settings import StoreSettings
from ingest.store.files import Files, FileStore

if TYPE_CHECKING:
    from ingest.store.bucket import Address


def open_files(settings: StoreSettings) -> Files:
    """Where the raw mails are kept; connects to nobody yet.

    Raises:
        ConfigError: what an object store needs is not installed, or not configured.
        StorageError: its certificate cannot be read.
    """
    if not settings.objects:
        return FileStore(settings.files)
    return objects_at(settings.objects, settings.files, settings)


def objects_at(url: str, folder: Path, settings: StoreSettings) -> Files:
    """Mails in the object store at ``url`` (``s3://bucket/prefix/``), ``folder`` on this machine.

    Raises:
        ConfigError, StorageError: see :func:`open_files`.
    """
    try:
        from ingest.store.bucket import Bucket  # noqa: PLC0415 - an extra, for who has such a store
        from ingest.store.objects import ObjectFiles  # noqa: PLC0415 - see above
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"对象存储需要 Python 包 {error.name}", "请安装 mailroom[objects]"
        ) from error
    return ObjectFiles(Bucket(_address(url, settings)), folder)


def _address(url: str, settings: StoreSettings) -> Address:
    from ingest.store.bucket import Address  # noqa: PLC0415 - see above

    for key in ("objects_endpoint", "objects_key_id"):
        if not getattr(settings, key):
            raise ConfigError(
                f"[store] files 是对象存储, 却没有写 {key}",
                "写上 objects_endpoint(服务器地址)、objects_key_id 和 objects_secret_file",
            )
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    return Address(
        bucket=bucket,
        prefix=prefix,
        endpoint=settings.objects_endpoint,
        region=settings.objects_region,
        key_id=settings.objects_key_id,
        secret=settings.secret_of_objects(),
        virtual=settings.objects_style == "virtual",
        ca_file=settings.objects_ca_file,
    )
