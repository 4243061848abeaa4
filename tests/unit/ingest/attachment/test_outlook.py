"""Mails that Outlook saved: their attachments, and that nothing strange is let out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings

from ingest.attachment.limits import Budget
from ingest.attachment.unpack import unpack
from ingest.reading import Fate
from tests.parts.compound import Tree, message, ole
from tests.strange import RUNS, changes

PDF = b"%PDF-1.4 x" + bytes(5000)


def opened(tree: Tree, **budget: int) -> list[tuple[str, str, Fate | None, int]]:
    items = unpack(ole(tree), "转发.msg", "2", Budget(**budget))
    return [(item.path, item.name, item.fate, len(item.data)) for item in items][1:]


@pytest.mark.parametrize(
    ("codec", "page"),
    [("utf-16-le", 0), ("gb18030", 936), ("gb18030", 0), ("big5", 950), ("cp1252", 1252)],
)
def test_attachments_come_out_with_their_names(codec: str, page: int) -> None:
    """In Unicode, in the code page the message names, in none."""
    name = "a café.pdf" if codec == "cp1252" else "表一.pdf"

    assert opened(message({name: PDF, "b.pdf": b"%PDF-"}, codec, page=page)) == [
        (f"2/{name}", name, None, len(PDF)),
        ("2/b.pdf", "b.pdf", None, 5),
    ]


def test_a_message_attached_gives_its_own_attachments() -> None:
    """Also three deep; deeper than five nobody goes."""
    deep: Tree = message({"a.pdf": PDF}, head=24)
    for _ in range(2):
        deep = message({"转发": deep}, head=24)
    deeper = deep
    for _ in range(6):
        deeper = message({"转发": deeper}, head=24)

    assert [path for path, *_ in opened(deep)] == ["2/a.pdf"]
    assert opened(deeper) == []


def test_limits_are_those_of_every_container() -> None:
    """Entries and bytes."""
    files = message({"a.pdf": PDF, "b.pdf": PDF})

    assert [fate for *_, fate, _ in opened(files, entries_left=1)] == [None, Fate.LIMIT]
    assert [fate for *_, fate, _ in opened(files, bytes_left=6000)] == [None, Fate.LIMIT]


@settings(max_examples=RUNS, suppress_health_check=list(HealthCheck))
@given(change=changes())
def test_a_changed_message_has_a_fate(change: Callable[[bytes], bytes]) -> None:
    """Never an exception."""
    data = change(ole(message({"a.pdf": PDF, "转发": message({"b.pdf": b"%PDF"}, head=24)})))

    assert list(unpack(data, "转发.msg", "2", Budget()))
