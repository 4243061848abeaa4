"""Readers of other formats on files that were changed at random: content, or a reason; nothing else.

MAILROOM_FUZZ_READERS=10000 runs the long form.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.document.content import Content
from ingest.document.editable.door import UnreadableError, read_editable
from ingest.reading import Kind
from ingest.sandbox.workers import WorkerDied, WorkerFailed, run_in_worker
from tests.cases import written
from tests.strange import RUNS, changes, old_workbook, rich_text

FILES: dict[str, tuple[Kind, Callable[[], bytes]]] = {
    "html": (Kind.HTML, written.word_html),
    "controls": (Kind.HTML, written.input_html),
    "nested": (Kind.HTML, written.nested_html),
    "mht": (Kind.HTML, written.mht),
    "flat package": (Kind.HTML, written.flat_package),
    "Word 2003": (Kind.HTML, written.word_2003_xml),
    "odt": (Kind.ODT, written.odt),
    "ods": (Kind.ODS, written.ods),
    "xls": (Kind.XLS, old_workbook),
    "rtf": (Kind.RTF, rich_text),
}


def came_of(kind: Kind, data: bytes) -> Content | str:
    """Content, or the reason why there is none."""
    try:
        return read_editable(kind, data)
    except UnreadableError as error:
        return error.reason


@pytest.mark.parametrize("name", [name for name in FILES if name != "xls"])
@settings(max_examples=RUNS, suppress_health_check=list(HealthCheck))
@given(change=changes())
def test_a_changed_file_gives_content_or_a_reason(
    name: str, change: Callable[[bytes], bytes]
) -> None:
    """Never another exception."""
    kind, make = FILES[name]

    assert came_of(kind, change(make()))


@pytest.mark.slow
@settings(max_examples=RUNS, suppress_health_check=list(HealthCheck), deadline=None)
@given(change=changes())
def test_a_changed_old_workbook_gives_content_or_a_reason_within_the_limits(
    change: Callable[[bytes], bytes],
) -> None:
    """Where it is opened: some damage makes its reader ask for more memory than there is, and only
    a worker of its own can end of that.
    """
    kind, make = FILES["xls"]
    reader = "ingest.document.editable.door:read_editable"
    end: object = ""
    try:
        assert run_in_worker(reader, kind, change(make()), returns=Content)
    except WorkerFailed as failed:
        end = failed.error_type.rpartition(".")[2]
    except WorkerDied as died:
        end = died.kind

    assert end in {"", "UnreadableError", "memory", "crash"}


@pytest.mark.parametrize("kind", [Kind.HTML, Kind.ODT, Kind.ODS, Kind.XLS, Kind.RTF])
@settings(max_examples=RUNS, suppress_health_check=list(HealthCheck))
@given(data=st.binary(max_size=600))
def test_noise_gives_content_or_a_reason(kind: Kind, data: bytes) -> None:
    """Also behind the marks by which a file is known."""
    for head in (
        b"",
        b"<html>",
        b"PK\x03\x04",
        b"<pkg:package",
        b"<w:wordDocument",
        b"A: b\n\n",
        b"{\\rtf1 ",
    ):
        assert came_of(kind, head + data)
