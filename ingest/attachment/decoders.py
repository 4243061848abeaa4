"""The two programs that unpack what Python cannot:
``bsdtar`` (libarchive-tools) and ``unar``, both optional.

Each misses something the other knows (measured on 64 archives: bsdtar no solid or old RAR, unar no
RAR5 with folders), so a reader asks the one, then the other. They run in the disposable worker and
inherit its limits and its lack of a network; they get the archive as an anonymous file and answer
through a pipe, so nothing is left on disk. What an archive means is not known here. The only module
that starts unpackers.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import shutil
import signal
import subprocess
import tarfile
import time
from collections.abc import Generator, Iterator
from typing import IO, TypeAlias, cast

SECONDS = 20.0
"""Wall clock for one archive, both programs together."""

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


Members: TypeAlias = Generator[tuple[tarfile.TarInfo, IO[bytes] | None], None, None]
"""Members of an archive in their order, each with its content; None for what is no file."""


class DecoderError(Exception):
    """The program is absent, broke off, or took too long."""


class HandedOver:
    """An archive as other programs can open it:
    an anonymous file in memory that is gone with the process.
    """

    def __init__(self, data: bytes) -> None:
        self.descriptor = os.memfd_create("archive")
        self.deadline = time.monotonic() + SECONDS
        view = memoryview(data)
        while view:
            view = view[os.write(self.descriptor, view) :]

    def close(self) -> None:
        """Give the memory back."""
        os.close(self.descriptor)


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


def _die_with_us() -> None:
    """In the child: a worker that is killed takes its unpacker with it."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


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
    os.lseek(archive.descriptor, 0, os.SEEK_SET)
    with subprocess.Popen(  # noqa: S603 - a fixed program, its arguments are ours
        [path, *arguments],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=[archive.descriptor],
        env={"LC_ALL": "C.UTF-8", "PATH": os.defpath},
        preexec_fn=_die_with_us,  # noqa: PLW1509 - the worker has one thread
    ) as process:
        try:
            yield cast("IO[bytes]", _Output(cast("IO[bytes]", process.stdout), archive.deadline))
        finally:
            process.kill()


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
        archive.descriptor,
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
    target = f"/proc/self/fd/{archive.descriptor}"
    chunks, size = [], 0
    with _running(
        "unar",
        ["-q", "-nr", "-k", "skip", "-o", "-", "-i", target, str(index)],
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
