"""A mail taken apart by offsets."""

from __future__ import annotations

import email
import time
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.message.errors import UnreadableMessage
from ingest.message.structure import (
    MAX_DEPTH,
    MAX_PARTS,
    parse_structure,
    usual_line_ends,
    walk,
)

NESTED = b"""From: a@example.cn
Content-Type: multipart/mixed; boundary="out"

preamble
--out
Content-Type: multipart/alternative; boundary="in"

--in
Content-Type: text/plain; charset=gbk
Content-Transfer-Encoding: quoted-printable

=C4=FA=BA=
=C3 =
x
--in
Content-Type: text/html

<p>x</p>
--in--
--out
Content-Type: application/pdf; name=a.pdf
Content-Transfer-Encoding: base64

JVBERi0x
--out--
epilogue
"""


def contents(raw: bytes) -> list[tuple[str, bytes]]:
    return [(leaf.media_type, leaf.content(raw)) for leaf in walk(parse_structure(raw))]


def by_library(raw: bytes) -> list[tuple[str, bytes]]:
    parts = [part for part in email.message_from_bytes(raw).walk() if not part.is_multipart()]
    return [
        (
            part.get_content_type(),
            bytes(part.get_payload(decode=True) or b""),
        )
        for part in parts
    ]  # type: ignore[arg-type]


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_leaves_are_what_the_standard_library_finds(line_end: bytes) -> None:
    """Nested multiparts, both transfer encodings, preamble and epilogue."""
    raw = NESTED.replace(b"\n", line_end)

    assert contents(raw) == by_library(raw)
    assert [leaf.name for leaf in walk(parse_structure(raw))] == ["", "", "a.pdf"]
    assert next(walk(parse_structure(raw))).text(raw, 100) == "您好 x"


def test_real_looking_mails_are_taken_apart_as_by_the_standard_library() -> None:
    """The samples, each leaf byte for byte."""
    mails = sorted((Path(__file__).parents[4] / "samples/mails").glob("*.eml"))
    plain = [path.read_bytes() for path in mails if b"message/" not in path.read_bytes()]

    assert len(plain) > 10
    for raw in plain:
        assert contents(raw) == by_library(raw)


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=4))
def test_attachments_come_out_byte_for_byte(files: list[bytes]) -> None:
    """Any bytes, built by the standard library."""
    message = EmailMessage()
    message["From"] = "a@example.cn"
    message.set_content("x")
    for number, data in enumerate(files):
        message.add_attachment(
            data,
            maintype="application",
            subtype="octet-stream",
            filename=f"{number}.bin",
        )

    raw = message.as_bytes()

    assert [content for _, content in contents(raw)[1:]] == files


def test_a_mail_cut_off_in_transit_keeps_what_arrived() -> None:
    """A missing closing line ends the part where the mail ends."""
    raw = NESTED[: NESTED.index(b"--out--")]

    assert contents(raw)[2] == ("application/pdf", b"%PDF-1")


def test_an_inner_multipart_that_never_closes_does_not_swallow_the_outer_one() -> None:
    """mail-parser crashes on it."""
    raw = NESTED.replace(b"--in--\n", b"")

    assert [media_type for media_type, _ in contents(raw)] == [
        "text/plain",
        "text/html",
        "application/pdf",
    ]


def test_a_mail_inside_a_mail_is_one_leaf_with_its_own_tree() -> None:
    """Whoever walks decides whether to go in."""
    raw = b"From: a@example.cn\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nSubject: inner\n\nhello\n--b--\n"

    (leaf,) = walk(parse_structure(raw))

    assert leaf.is_mail
    assert leaf.children[0].headers.text("subject") == "inner"
    assert leaf.children[0].content(raw) == b"hello"


def test_nesting_stops_at_its_cap_with_a_reason() -> None:
    """2,000 levels end the standard library in RecursionError."""
    raw = b"From: a@example.cn\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2000)
    )
    start = time.monotonic()

    (leaf,) = walk(parse_structure(raw))

    assert f"超过 {MAX_DEPTH} 层" in leaf.problem
    assert time.monotonic() - start < 2


def test_forwarding_without_end_stops_at_its_cap() -> None:
    """message/rfc822 in message/rfc822."""
    entity = parse_structure(
        b"From: a@example.cn\n" + b"Content-Type: message/rfc822\n\n" * 500 + b"x",
    )

    depth = 0
    while entity.children:
        entity, depth = entity.children[0], depth + 1
    assert depth == MAX_DEPTH
    assert entity.problem


def test_ten_thousand_parts_become_500_and_a_reason() -> None:
    """The rest is named, not silently dropped."""
    raw = (
        b"From: a@example.cn\nContent-Type: multipart/mixed; boundary=b\n\n"
        + b"--b\n\nx\n" * 10_000
    )

    leaves = list(walk(parse_structure(raw)))

    assert len(leaves) == MAX_PARTS + 1
    assert f"超过 {MAX_PARTS} 个" in leaves[-1].problem


@pytest.mark.parametrize(
    "raw", [b"", b"\r\n\r\n", b"\0\1\2" * 100, b"PK\x03\x04junk\n\nmore", b"just text\n\nmore text"]
)
def test_what_has_no_header_is_no_mail(raw: bytes) -> None:
    """Set aside for staff, with a reason."""
    with pytest.raises(UnreadableMessage, match="不是一封邮件"):
        parse_structure(raw)


def test_a_header_block_above_its_cap_is_refused() -> None:
    """256 KB are a hundred times an honest mail's."""
    with pytest.raises(UnreadableMessage, match="256 KB"):
        parse_structure(b"From: a@example.cn\n" + b"X: " + b"y" * 300_000 + b"\n\nbody")


def test_a_part_with_too_long_a_header_does_not_hide_its_neighbours() -> None:
    """Only that part is left closed."""
    raw = (
        b"From: a@example.cn\nContent-Type: multipart/mixed; boundary=b\n\n--b\nX: "
        + b"y" * 300_000
        + b"\n\nz\n--b\n\nhello\n--b--\n"
    )

    first, second = walk(parse_structure(raw))

    assert first.problem
    assert second.content(raw) == b"hello"


@given(st.binary(max_size=400))
def test_any_bytes_after_a_header_give_leaves_within_the_mail(body: bytes) -> None:
    """Offsets never leave the raw bytes."""
    raw = b"From: a@example.cn\nContent-Type: multipart/mixed; boundary=b\n\n--b\n" + body.replace(
        b"x",
        b"\n--b\n",
    )

    for leaf in walk(parse_structure(raw)):
        assert 0 <= leaf.start <= leaf.end <= len(raw)
        leaf.content(raw)


@pytest.mark.parametrize(
    "separator",
    [b"\n", b"\r\n", b"From a@example.cn Fri Aug 30 10:00:00 2024\n"],
)
def test_what_stands_before_the_headers_is_passed_over(separator: bytes) -> None:
    """Empty lines and an mbox separator."""
    root = parse_structure(separator + b"Subject: x\n\nbody")

    assert root.headers.text("subject") == "x"


@pytest.mark.parametrize("end", [b"\r", b"\r\r\n"])
def test_lines_that_a_program_ended_otherwise_are_lines(end: bytes) -> None:
    """Where every header shows it; a mail as usual is left alone."""
    usual = b"From: a@example.cn\r\nSubject: x\r\nTo: b@example.cn\r\n\r\nwords\r\n"
    root = parse_structure(usual_line_ends(usual.replace(b"\r\n", end)))

    assert root.headers.plain("subject") == "x"
    assert usual_line_ends(usual) is usual


def test_a_part_whose_blank_line_was_forgotten_has_its_content() -> None:
    """Its headers end where no header follows."""
    raw = (
        b'From: a@example.cn\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n'
        b"--x\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
        b"UEsDBAAA\r\n--x--\r\n"
    )
    (part,) = walk(parse_structure(raw))

    assert part.content(raw) == b"PK\x03\x04\0\0"


def test_boundaries_that_were_set_in_are_boundaries() -> None:
    """By a gateway that sets in every line."""
    raw = (
        b'From: a@example.cn\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n'
        b" --x\r\n\r\none\r\n --x\r\n\r\ntwo\r\n --x--\r\n"
    )

    assert [leaf.content(raw) for leaf in walk(parse_structure(raw))] == [b"one", b"two"]


@pytest.mark.parametrize("line", [b"see --x", b"--x and more", b"---x", b">--x--", b"     --x"])
def test_a_boundary_within_a_line_is_text(line: bytes) -> None:
    """Only a line of its own divides."""
    raw = (
        b'From: a@example.cn\nContent-Type: multipart/mixed; boundary="x"\n\n'
        b"--x\n\n" + line + b"\n--x\n\ntwo\n--x--\n"
    )

    assert [leaf.content(raw) for leaf in walk(parse_structure(raw))] == [line, b"two"]
