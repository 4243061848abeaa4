"""Imported once by the fork server, so that each worker starts with its libraries loaded and used
once. Never imported elsewhere.

It changes the process it is imported into: one thread for numerical libraries (their pools count
against the memory limit), and no reaction to SIGTERM, which systemd sends to the whole group while
the daemon wants to finish its mail; the server ends when the daemon does, because its pipe closes.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing.popen_forkserver
import os
import signal

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", OPENCV_FOR_THREADS_NUM="1")
signal.signal(signal.SIGTERM, signal.SIG_IGN)

import ingest.sandbox.workers  # noqa: E402 - the environment stands before numpy
from ingest.calls import default_config, open_call, shipped_call  # noqa: E402 - as above
from ingest.document.reader import read_document  # noqa: E402 - as above
from ingest.errors import ConfigError  # noqa: E402 - as above
from ingest.reading import Kind  # noqa: E402 - as above
from ingest.sandbox.context import ReadingContext  # noqa: E402 - as above
from ingest.sandbox.freed import keep_freed_memory  # noqa: E402 - as above
from ingest.sandbox.read import read_message  # noqa: E402 - as above
from ingest.walls.confinement import prepare  # noqa: E402 - as above

__all__ = ["ingest", "multiprocessing"]

_MAIL = b"""From: =?gb18030?B?yeqxqA==?= <a@example.invalid>
Message-ID: <a@example.invalid>
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8

a
--b
Content-Disposition: attachment; filename*=UTF-8''a.txt

a
--b--
"""


def _use_once() -> None:
    """Read a mail and the blank forms of our own, never a stranger's.

    What only a first reading costs (patterns, codecs, late imports: three times the reading of one
    form) is paid before the fork.
    """
    folder = open_call(default_config() / "calls", shipped_call())
    read_message(_MAIL, folder.call, ReadingContext())
    for form in sorted((folder.path / "forms").glob("*.docx")):
        read_document("1", form.name, Kind.DOCX, form.read_bytes(), folder.call)


# without them workers are slower, without this there would be none
with contextlib.suppress(ConfigError, OSError):
    _use_once()
prepare()
keep_freed_memory()
gc.collect()
gc.freeze()  # children share these pages instead of copying them at their first collection
