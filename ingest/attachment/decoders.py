"""The two programs that unpack what Python cannot:
``bsdtar`` (libarchive-tools) and ``unar``, both optional.

Each misses something the other knows (measured on 64 archives: bsdtar no solid or old RAR, unar no
RAR5 with folders), so a reader asks the one, then the other. They run in the disposable worker and
inherit its limits and its walls (``ingest/walls/children.py``); they get the archive as a file in
the worker's own folder and answer through a pipe. What an archive means is not known here. The only
module that starts unpackers.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Generator, Iterator
from typing import IO, TypeAlias, cast

from ingest.walls import children

SECONDS = 20.0
"""Wall clock for one archive, both programs together."""

Members: TypeAlias = Generator[tuple[tarfile.TarInfo, IO[bytes] | None], None, None]
"""Members of an archive in their order, each with its content; None for what is no file."""


class DecoderError(Exception):
    """The program is absent, broke off, or took too long."""


class HandedOver:
    """An archive as other programs can open it: a file in the folder for temporary ones, which is
    the worker's own.
    """

    def __init__(self, data: bytes) -> None:
        self.file = tempfile.NamedTemporaryFile(prefix="archive-")  # noqa: SIM115 - see close()
        self.deadline = time.monotonic() + SECONDS
        self.file.write(data)
        self.file.flush()

    def close(self) -> None:
        """Give the space back."""
        self.file.close()


class _Output:
    """What a program writes, as it comes; reading stops at the deadline."""

    def __init__(self, pipe: IO[bytes], deadline: float) -> None:
        self._descriptor = pipe.fileno()
        self._deadline = deadline

    def read(self, size: int) -> bytes:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0 or not select.select([self._descriptor], [], [], remaining)[0]:
            raise TimeoutError
        return os.read(self._descriptor, size)


@contextlib.contextmanager
def _running(
    program: str,
    arguments: list[str],
    archive: HandedOver,
    stdin: int,
) -> Iterator[IO[bytes]]:
    path = shutil.which(program)
    if path is None:
        raise DecoderError(f"{program} is not installed")
    archive.file.seek(0)
    seconds = archive.deadline - time.monotonic()
    with children.start(
        [path, *arguments],
        seconds,
        stdin=stdin,
        stdout=subprocess.PIPE,
    ) as process:
        try:
            yield cast("IO[bytes]", _Output(cast("IO[bytes]", process.stdout), archive.deadline))
        finally:
            children.end(process)


def members(archive: HandedOver) -> Members:
    """The members of any archive libarchive knows, in their order,
    each with its content (None for what is no file).

    bsdtar turns the archive into a tar stream.
    A content must be read before the next member is asked for.

    Raises:
        DecoderError: from the member on that it could not unpack.
    """
    with _running(
        "bsdtar",
        ["-cf", "-", "--format=pax", "@-"],
        archive,
        archive.file.fileno(),
    ) as output:
        try:
            with tarfile.open(fileobj=output, mode="r|") as stream:
                for member in stream:
                    yield member, stream.extractfile(member) if member.isreg() else None
        except (tarfile.TarError, OSError, ValueError, EOFError) as error:
            raise DecoderError(str(error)) from error


def single(archive: HandedOver, index: int, most: int) -> bytes | None:
    """What unar makes of the archive's entry ``index`` (from 0, folders count);
    None when it is more than ``most`` bytes.

    Raises:
        DecoderError: it made nothing of it.
        The bytes of a damaged entry may come out short: compare the checksum.
    """
    chunks, size = [], 0
    with _running(
        "unar",
        ["-q", "-nr", "-k", "skip", "-o", "-", "-i", archive.file.name, str(index)],
        archive,
        subprocess.DEVNULL,
    ) as output:
        try:
            while chunk := output.read(1024 * 1024):
                chunks.append(chunk)
                size += len(chunk)
                if size > most:
                    return None
        except OSError as error:
            raise DecoderError(str(error)) from error
    return b"".join(chunks)


def any_installed() -> bool:
    """Whether one of the programs is there."""
    return any(shutil.which(program) for program in ("bsdtar", "unar"))
