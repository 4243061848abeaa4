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
from itertools import product

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", OPENCV_FOR_THREADS_NUM="1")
signal.signal(signal.SIGTERM, signal.SIG_IGN)
gc.disable()  # while modules are loaded nothing becomes garbage

import numpy.ma  # noqa: E402 - the environment stands first; numpy loads it at its first median

import ingest.sandbox.workers  # noqa: E402 - as above
from ingest.calls import default_config, open_call, shipped_call  # noqa: E402 - as above
from ingest.document.form.recognise import (  # noqa: E402 - as above
    applicant_in_name,
    recognise_by_name,
)
from ingest.document.reader import read_document  # noqa: E402 - as above
from ingest.errors import ConfigError  # noqa: E402 - as above
from ingest.reading import Kind  # noqa: E402 - as above
from ingest.sandbox.context import ReadingContext  # noqa: E402 - as above
from ingest.sandbox.freed import keep_freed_memory  # noqa: E402 - as above
from ingest.sandbox.read import read_message  # noqa: E402 - as above
from ingest.walls.confinement import prepare  # noqa: E402 - as above
from rules.call import Form  # noqa: E402 - as above
from rules.vocabulary import parse_value  # noqa: E402 - as above

__all__ = ["ingest", "multiprocessing", "numpy"]

_MAIL = b"""From: =?gb18030?B?yeqxqA==?= <a@example.invalid>
Message-ID: <a@example.invalid>
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: base64

aHR0cHM6Ly9wYW4uYmFpZHUuY29tL3Mv
--b
Content-Disposition: attachment; filename*=UTF-8''a.txt

a
--b--
"""
#: no value of any type, so that every way of reading one is tried
_ANSWER = "十 五 所。2024"
_ANSWERS = ("2024年8月3日", "二〇二四年八月三日", "百分之十")  #: some ways go further


def _filled(form: Form) -> bytes:
    """The form as a page of the web, its answers those of nobody."""
    rows = (f"<tr><td>{each.labels[0]}<td>{_ANSWER}" for each in form.fields if each.labels)
    heads = [each.labels[0] for each in form.columns if each.labels]
    table = "<tr><td>" + "<td>".join(heads) + "<tr>" + f"<td>{_ANSWER}" * len(heads)
    page = f"<p>{form.titles[0]}<table>{''.join(rows)}</table><table>{table}</table>"
    return f"<!DOCTYPE html><meta charset=utf-8>{page}".encode()


def _use_once() -> None:
    """Read a mail and forms of our own, blank ones and filled ones, never a stranger's.

    What only a first reading costs (patterns, codecs, late imports: three times the reading of one
    form) is paid before the fork.
    """
    folder = open_call(default_config() / "calls", shipped_call())
    read_message(_MAIL, folder.call, ReadingContext())
    for form in sorted((folder.path / "forms").glob("*.docx")):
        read_document("1", form.name, Kind.DOCX, form.read_bytes(), folder.call)
    for each in folder.call.forms:
        recognise_by_name(each.id, folder.call)
        applicant_in_name(each.id, folder.call)
        for field, answer in product(each.fields, _ANSWERS):
            parse_value(field, answer)
        name = f"{each.id} {each.titles[0]}.html"
        read_document("1", name, Kind.HTML, _filled(each), folder.call)


gc.freeze()  # next to nothing that is loaded is garbage: it is not looked through
# without them workers are slower, without this there would be none
with contextlib.suppress(ConfigError, OSError):
    _use_once()
prepare()
keep_freed_memory()
gc.collect()
gc.enable()
gc.freeze()  # children share these pages instead of copying them at their first collection
