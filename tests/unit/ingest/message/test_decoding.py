"""Header text and charsets."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.message.charsets import canonical, decode
from ingest.message.headers import (
    MAX_FIELDS,
    MAX_VALUE,
    Headers,
    decode_text,
    parse_headers,
    unbase64,
)
from tests.letters import ANY


def word(text: str, label: str, charset: str) -> bytes:
    return f"=?{label}?B?{base64.b64encode(text.encode(charset)).decode()}?=".encode()


@pytest.mark.parametrize(
    "label",
    [
        "gb2312",
        "GBK",
        "gb18030",
        "x-gbk",
        "cp936",
        "windows-936",
        "GB_2312-80",
        "gb2312-charset",
        "euc-cn",
        "us-ascii",
        "",
        "nonsense",
    ],
)
def test_every_gb_label_gives_the_whole_text(label: str) -> None:
    """Python's own gb2312 loses 喆 and turns the dash into another one."""
    assert decode("张喆—志".encode("gbk"), label) == "张喆—志"


@pytest.mark.parametrize(
    ("data", "label", "expected"),
    [
        ("中文".encode(), "gb2312", "中文"),
        ("申报材料".encode("gbk"), "utf-8", "申报材料"),
        ("申报材料".encode("gbk"), "iso-8859-1", "申报材料"),
        (b"Fr\xfcchte", "iso-8859-1", "Früchte"),
        (b"caf\xe9", "windows-1252", "café"),
        (b"\xef\xbb\xbfabc", "utf-8", "abc"),
        ("中文".encode("utf-16"), "utf-16", "中文"),
        ("資料".encode("big5"), "big5", "資料"),
        (b"~{VPND~}", "hz-gb-2312", "中文"),
    ],
)
def test_bytes_are_read_for_what_they_are(data: bytes, label: str, expected: str) -> None:
    """The label is a hint; bytes that prove another charset win."""
    assert decode(data, label) == expected


@pytest.mark.parametrize(
    "name",
    [
        "zlib",
        "hex",
        "rot13",
        "unicode_escape",
        "idna",
        "punycode",
        "undefined",
        "base64",
        "../x",
        "a" * 5000,
        "\0",
    ],
)
def test_names_that_are_no_text_encoding_reach_no_decoder(name: str) -> None:
    """A mail chooses among text encodings, not among everything Python can decode."""
    assert canonical(name) is None


@given(st.binary(max_size=200), st.text(ANY, max_size=30))
def test_decoding_never_raises_and_is_always_storable(data: bytes, label: str) -> None:
    """Text that cannot be written as UTF-8 would stop the store."""
    decode_text(data).encode()
    assert isinstance(decode(data, label), str)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"=?gb18030?B?1cWGtA==?=", "张喆"),
        (b'"=?gb18030?B?1cWGtA==?="', '"张喆"'),
        ("关于申报".encode("gbk"), "关于申报"),
        ("关于申报".encode(), "关于申报"),
        (b"Re: " + word("申报", "gb2312", "gbk"), "Re: 申报"),
        (word("申报", "utf-8", "utf-8") + b"\t" + word("材料", "utf-8", "utf-8"), "申报材料"),
        (word("申报", "gbk", "gbk") + b" " + word("材料", "utf-8", "utf-8"), "申报材料"),
        ("转发 ".encode("gbk") + word("申报", "gbk", "gbk"), "转发 申报"),
        (b"=?utf-8?Q?a=0D=0ABcc:_x?=", "a Bcc: x"),
        (b"=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        (b"=?utf-8?B??=", ""),
    ],
)
def test_header_text_is_decoded_as_chinese_mail_programs_mean_it(
    value: bytes,
    expected: str,
) -> None:
    """Quoted words, raw bytes and mixtures; never a line break."""
    assert decode_text(value) == expected


def test_a_subject_of_8000_encoded_words_costs_next_to_nothing() -> None:
    """The standard library's modern policy takes 553 MB for it."""
    block = b"Subject: " + b"\r\n ".join([word("申", "utf-8", "utf-8")] * 8000) + b"\r\n\r\n"
    start = time.monotonic()

    text = parse_headers(block).text("subject")

    assert len(text) > 1000
    assert time.monotonic() - start < 2


def test_headers_are_unfolded_and_the_topmost_wins() -> None:
    """A second From below the first is the sender's trick, not ours."""
    headers = parse_headers(
        b"From: a@example.cn\r\nSubject: one\r\n two\r\nFROM: b@example.cn\r\nnonsense\r\n",
    )

    assert headers.text("from") == "a@example.cn"
    assert headers.text("subject") == "one two"
    assert headers.all("from") == [b"a@example.cn", b"b@example.cn"]


def test_header_values_and_their_number_are_capped() -> None:
    """Whatever is sent, the block stays small."""
    headers = parse_headers(b"A: " + b"x" * 100_000 + b"\r\n" + b"B: y\r\n" * 5000)

    assert len(headers.raw("a")) == MAX_VALUE
    assert len(headers.items) == MAX_FIELDS


def test_an_absent_header_is_empty_text() -> None:
    """Nobody needs to look before asking."""
    assert Headers().text("subject") == ""
    assert not Headers().has("subject")


def test_damaged_base64_gives_what_can_be_had() -> None:
    """A PDF with one bad line is still worth a look."""
    whole = base64.b64encode(b"0123456789" * 30)

    assert unbase64(whole[:-3]) == (b"0123456789" * 30)[:-3]
    assert unbase64(b"*" + whole[:40]) == (b"0123456789" * 30)[:30]
