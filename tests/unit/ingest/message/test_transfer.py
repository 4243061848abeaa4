"""Transfer encodings and files inside a text, as senders' programs write them."""

from __future__ import annotations

import base64
import binascii
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.message.embedded import split_text
from ingest.message.transfer import decoded, from_base64, is_file_start

FILE = b"PK\x03\x04" + bytes(range(256)) * 9 + b" \0\0\0"


def lines(data: bytes, width: int = 57) -> bytes:
    return b"".join(
        base64.b64encode(data[at : at + width]) + b"\r\n" for at in range(0, len(data), width)
    )


def uu(data: bytes, *, end: bytes = b"`\r\nend\r\n") -> bytes:
    rows = (binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45))
    return b"begin 644 a.zip\r\n" + b"".join(row[:-1] + b"\r\n" for row in rows) + end


@given(st.binary(max_size=2000), st.integers(1, 90))
def test_base64_in_pieces_of_any_width_is_whole_again(data: bytes, width: int) -> None:
    """Each line padded by itself."""
    assert from_base64(lines(data, width)) == data


@given(st.binary(min_size=1, max_size=500))
def test_a_footer_below_the_code_is_no_part_of_the_file(data: bytes) -> None:
    """What a mailing list puts there."""
    footer = "\r\n_______\r\nThis list: x\r\n列表说明\r\n".encode()
    padded = data + b"x" * (1 - len(data) % 3 % 2)
    padded = padded if len(padded) % 3 else padded + b"y"  # so that padding shows the end

    assert from_base64(lines(padded) + footer) == padded


@given(st.binary(max_size=2000))
def test_uuencoded_files_come_out_byte_for_byte(data: bytes) -> None:
    """As the transfer encoding and among the words of a text."""
    split = split_text("请查收\r\n".encode() + uu(data) + "谢谢\r\n".encode())

    assert decoded(uu(data), "X-UUencode") == data
    assert [(file.name, file.data, file.whole) for file in split.files] == [("a.zip", data, True)]
    assert split.text.decode() == "请查收\r\n谢谢\r\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (FILE, "base64"),
        (FILE, "quoted-printable"),
        (lines(FILE), ""),
        (lines(FILE), "7bit"),
        (lines(FILE), "quoted-printable"),
        (lines(FILE), "BASE64 (comment)"),
        (lines(FILE), "x-base64"),
        (uu(FILE), "uuencode"),
    ],
)
def test_a_wrong_or_missing_name_of_the_encoding_is_seen_through(
    data: bytes, encoding: str
) -> None:
    """A file sent as it is, base64 that nobody declared."""
    assert decoded(data, encoding) == FILE


def test_words_that_only_look_like_code_stay_words() -> None:
    """A sentence with ``begin``, a line of letters, a table of numbers."""
    for text in (
        b"begin 644 tomorrow\r\nWe meet at noon\r\n",
        b"A" * 60 + b"\r\n",
        b"1234\r\n" * 50,
    ):
        assert split_text(text).files == ()
        assert split_text(text).text == text


def test_code_that_nobody_knows_is_told() -> None:
    """Many lines of it may be a file; a few are a key or a signature."""
    noise = lines(bytes(range(256)) * 10)

    assert [file.code for file in split_text(noise).files] == ["base64"]
    assert [file.code for file in split_text(b"=ybegin line=128 size=9 name=a\r\n").files] == [
        "yEnc"
    ]
    assert split_text(noise[:500]).files == ()


def test_what_did_not_arrive_whole_is_kept_and_told() -> None:
    """A uuencoded file without its end."""
    (file,) = split_text(uu(FILE, end=b"")[:900]).files

    assert not file.whole
    assert FILE.startswith(file.data[:400])
    assert is_file_start(file.data)


def test_a_closing_line_hung_on_the_code_is_no_part_of_it() -> None:
    """A gateway lost the line end before it; with and without padding."""
    for file in (FILE, FILE + b"1", FILE + b"12"):
        code = base64.encodebytes(file).rstrip(b"\n")
        assert decoded(code + b"--=_outer_0--\r\n", "base64") == file


@given(st.binary(max_size=400))
def test_nothing_a_stranger_writes_makes_it_raise(data: bytes) -> None:
    """Noise, and noise behind the marks that begin a file."""
    for head in (b"", b"begin 644 a\n", b"M", b"-----BEGIN PGP MESSAGE-----\n", b"UEsDBBQA\n"):
        split_text(head + data)
        for encoding in ("base64", "x-uue", "quoted-printable", ""):
            decoded(head + data, encoding)


def test_megabytes_of_code_take_no_time() -> None:
    """Also when they pretend: one pass, no going back."""
    started = time.process_time()
    for piece in (b"A" * 79 + b"\n", b"begin 644 a\n", b"=", b"M" * 61 + b"\n", b"\n", b"AAAA=\n"):
        data = piece * (3_000_000 // len(piece))
        split_text(data)
        decoded(data, "base64")

    assert time.process_time() - started < 20


@pytest.mark.parametrize(
    "code",
    [
        b"".join(b"> " + line + b"\r\n" for line in lines(FILE).splitlines()),
        b"This is a file:\r\n\r\n" + lines(FILE),
        lines(FILE).replace(b"\r\n", b" !\r\n"),
        base64.urlsafe_b64encode(FILE),
        lines(FILE).replace(b"\r\n", b"\r\n\r\n"),
    ],
    ids=["quoted", "a word before it", "signs behind it", "for links", "empty lines"],
)
def test_what_came_among_the_code_on_the_way_is_no_part_of_the_file(code: bytes) -> None:
    """Gateways, quoting programs and hurried hands."""
    assert from_base64(code) == FILE


def test_a_beginning_of_a_file_within_a_file_is_no_beginning() -> None:
    """Archives hold it in every member, at the start of a line by chance."""
    whole = bytes(57 * 3) + FILE

    assert from_base64(lines(whole)) == whole


def test_a_file_in_a_quoted_text_and_without_a_name_is_found() -> None:
    """As an answer quotes it."""
    quoted = b"".join(b"> " + line + b"\r\n" for line in uu(FILE).splitlines())
    (file,) = split_text(quoted).files
    (nameless,) = split_text(uu(FILE).replace(b"a.zip", b"")).files

    assert (file.data, nameless.data) == (FILE, FILE)
    assert nameless.name == ""


@pytest.mark.parametrize(
    "before", [b"\xef\xbb\xbf", b"\0\0", b"\r\n\r\n", b"> ", b"\xef\xbb\xbf\r\n"]
)
def test_marks_before_the_code_are_no_part_of_it(before: bytes) -> None:
    """Programs that take the code for a text put a byte order mark there; every line counts, also
    when a later one begins as a file does.
    """
    data = FILE[:57] * 12

    assert decoded(before + base64.encodebytes(data), "base64") == data
