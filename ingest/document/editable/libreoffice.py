"""LibreOffice, where it is installed:
turns what our own readers cannot follow (Word 6, damaged .doc) into .docx.

The only module that starts it. It runs in the disposable worker with the worker's limits and
without a network, on a profile of its own that is thrown away. It converts anything, a program or
an empty file too, so what a file is must be known before; and its answer is no better than a second
opinion: it was seen to lose every table of a .doc it had written itself, which is why ``olddoc.py``
and ``richtext.py`` are asked first.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from ingest.walls import children
from ingest.walls.callfilter import converter_filter, load_filter
from ingest.walls.confinement import keep_to_office, office_folder
from ingest.walls.systemcalls import ARCHITECTURES

SECONDS = 40.0
"""Wall clock for one call: 2 s for four forms, 4 s at most for one file (measured)."""

_PREFIX = "office-"
#: exit code of a first start that has set up its profile and wants to be started again
_RESTART = 81
#: A profile that no version was used with before, or an older one: at each start LibreOffice then
#: draws on pictures of up to 4,096 x 4,096 pixels to see whether it can. That took two thirds of a
#: conversion and half a gigabyte (findings/libreoffice-draws-before-it-converts.sh).
_USED_BEFORE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Setup/Product"><prop oor:name="ooSetupLastVersion" oor:op="fuse">
<value>999.0</value></prop></item>
</oor:items>
"""


def program() -> str | None:
    """LibreOffice's own binary; the script around it would survive a kill."""
    script = shutil.which("soffice")
    binary = Path(script).resolve().with_name("soffice.bin") if script else None
    return str(binary) if binary is not None and binary.is_file() else None


def make_profile(place: Path) -> str:
    """A new profile in the folder ``place``, as the option that names it."""
    settings = place / "profile/user/registrymodifications.xcu"
    settings.parent.mkdir(parents=True)
    settings.write_text(_USED_BEFORE, encoding="utf-8")
    return f"-env:UserInstallation=file://{place}/profile"


def convert(files: Sequence[tuple[str, bytes]]) -> list[bytes | None]:
    """Each file (extension without its dot, content) as .docx;
    None where LibreOffice makes nothing of it. Never raises.
    """
    binary = program()
    if binary is None or not files:
        return [None] * len(files)
    try:
        with tempfile.TemporaryDirectory(
            prefix=_PREFIX, dir=office_folder(), ignore_cleanup_errors=True
        ) as place:
            return _convert(binary, Path(place), files)
    except OSError:
        return [None] * len(files)


def _convert(binary: str, place: Path, files: Sequence[tuple[str, bytes]]) -> list[bytes | None]:
    made = place / "docx"
    made.mkdir()
    names = [place / f"{number}.{extension}" for number, (extension, _) in enumerate(files)]
    for name, (_, data) in zip(names, files, strict=True):
        name.write_bytes(data)
    command = [
        binary,
        "--headless",
        "--norestore",
        "--nolockcheck",
        "--nodefault",
        "--nofirststartwizard",
        make_profile(place),
        "-env:OSL_SOCKET_PATH=.",  # a socket's whole path has 108 bytes at most
        "--convert-to",
        "docx:Office Open XML Text",
        "--outdir",
        str(made),
        *map(str, names),
    ]
    deadline = time.monotonic() + SECONDS
    for _ in range(3):
        if _run(command, place, deadline - time.monotonic()) != _RESTART:
            break
    results = [made / f"{name.stem}.docx" for name in names]
    return [result.read_bytes() if result.is_file() else None for result in results]


def _run(command: list[str], place: Path, seconds: float) -> int:
    with children.start(command, seconds, home=place, before=_narrowed) as process:
        try:
            return process.wait(max(0.0, seconds))
        except subprocess.TimeoutExpired:
            children.end(process)
            return -signal.SIGKILL


def _narrowed() -> None:
    """In the child: narrower walls than the worker's; and its socket belongs into our folder, not
    into /tmp, which the walls close.
    """
    keep_to_office()
    machine = os.uname().machine
    if machine in ARCHITECTURES:
        load_filter(converter_filter(machine))
