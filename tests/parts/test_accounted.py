"""Bytes in, bytes accounted for: of every sample, every made part and every case of a mail."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from ingest.attachment.limits import Budget
from ingest.attachment.unpack import mail_items
from ingest.message.structure import Entity, parse_structure, strays, usual_line_ends, walk
from tests.cases.case import all_cases
from tests.parts.made import mail, parts

SAMPLES = Path(__file__).parents[2] / "samples/mails"
_FRAME = re.compile(rb"(?:[!-9;-~]+[ \t]*:.*|[ \t].*|--.*|From .*|)\r?\n?", re.DOTALL)


def mails() -> Iterator[tuple[str, bytes]]:
    """Name and bytes."""
    for path in sorted(SAMPLES.glob("*.eml")):
        yield path.name, path.read_bytes()
    for name, part in parts().items():
        yield name, mail(part)
    for group, case in all_cases():
        if case.name.endswith(".eml"):
            yield f"{group}/{case.name}", case.make()


def _outside(raw: bytes, root: Entity) -> bytes:
    """What lies in no leaf and is not told as a stray: headers and boundary lines."""
    spans = [(leaf.start, leaf.end) for leaf in walk(root)] + list(strays(root))
    edges = [(0, 0), *sorted(spans), (len(raw), len(raw))]
    assert all(before[1] <= after[0] for before, after in pairwise(edges)), "leaves overlap"
    return b"".join(raw[before[1] : after[0]] for before, after in pairwise(edges))


def _octets(raw: bytes, leaf: Entity) -> int:
    """How many bytes a leaf's content is, reckoned by the standard library alone."""
    data = raw[leaf.start : leaf.end]
    encoding = leaf.headers.plain("content-transfer-encoding").strip().lower()
    if encoding == "base64":
        return sum(
            len(base64.b64decode(re.sub(rb"[^A-Za-z0-9+/]", b"", p) + b"==")) for p in [data]
        )
    if encoding == "x-uuencode":
        return sum(len(binascii.a2b_uu(line)) for line in data.splitlines()[1:-2])
    return len(quopri.decodestring(data)) if encoding == "quoted-printable" else len(data)


def _is_lie(raw: bytes, leaf: Entity) -> bool:
    """Sent otherwise than declared: what the product makes of it is looked at by the case itself."""
    data = raw[leaf.start : leaf.end]
    encoding = leaf.headers.plain("content-transfer-encoding").strip().lower()
    if encoding == "base64":
        code = re.sub(rb"[\s]", b"", data)
        return not re.fullmatch(rb"[A-Za-z0-9+/]*={0,2}", code) or data.startswith(b"PK")
    return data.startswith((b"UEsD", b"JVBE"))


@pytest.mark.slow
def test_every_octet_of_every_mail_is_in_a_part_or_has_a_fate_of_its_own() -> None:
    """No byte outside of leaves and strays but headers, boundaries and blank lines; and what comes
    out of a leaf is as long as what went in.
    """
    counted = 0
    for name, sent in mails():
        raw = bytes(usual_line_ends(sent))
        root = parse_structure(raw)
        frame = _outside(raw, root)
        assert all(_FRAME.fullmatch(line) for line in frame.splitlines(keepends=True)), name
        sizes = {item.path: len(item.data) for item in mail_items(raw, root, "", Budget())}
        for number, leaf in enumerate(walk(root), 1):
            if not _is_lie(raw, leaf):
                counted += 1
                assert sizes[str(number)] == _octets(raw, leaf), f"{name} {number}"

    assert counted > 500
