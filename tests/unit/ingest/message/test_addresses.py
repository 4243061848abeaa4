"""Addresses in headers."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.message.addresses import MAX_ADDRESSES, addresses, untagged


@pytest.mark.parametrize(
    ("value", "address", "name"),
    [
        (b"a@example.cn", "a@example.cn", ""),
        (b"<A@Example.CN>", "a@example.cn", ""),
        (b'"=?gb18030?B?1cWGtA==?=" <a@example.cn>', "a@example.cn", "张喆"),
        (b"=?gb18030?B?1cWGtA==?= <a@example.cn>", "a@example.cn", "张喆"),
        ("张喆".encode("gbk") + b" <a@example.cn>", "a@example.cn", "张喆"),
        (b'"Li, Ming" <a@example.cn>', "a@example.cn", "Li, Ming"),
        (b'"boss@example.org" <a@example.cn>', "a@example.cn", "boss@example.org"),
        (b"boss@example.org <a@example.cn>", "a@example.cn", "boss@example.org"),
        (b"a@example.cn (Li Ming)", "a@example.cn", ""),
        (b"(x@example.org) a@example.cn", "a@example.cn", ""),
        (b'"quote \\" inside" <a@example.cn>', "a@example.cn", "quote inside"),
        (b"<a@example.cn", "a@example.cn", ""),
        (b"<<a@example.cn>>", "a@example.cn", ""),
        (b"a@example.cn.", "a@example.cn", ""),
        (b"<a@example.cn> (Li, Ming)", "a@example.cn", ""),
    ],
)
def test_the_sender_is_found(value: bytes, address: str, name: str) -> None:
    """What stands in angle brackets is the address, whatever the name pretends."""
    assert [tuple(found) for found in addresses(value)] == [(address, name)]


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"undisclosed-recipients:;",
        b"<>",
        b"someone",
        b"a@b.cn c@d.cn",
        b"@example.cn",
        b"a@",
        b"<a@b@c>",
        b"a@b@c",
        b"<a b@c>",
        b"((((",
    ],
)
def test_what_is_no_usable_address_is_passed_over(value: bytes) -> None:
    """A letter must never go to a guess."""
    assert addresses(value) == []


def test_a_forgotten_comma_does_not_make_one_of_two_authors_the_only_one() -> None:
    """Both are found, so that neither is answered."""
    assert [found.address for found in addresses(b"Li <a@example.cn> <b@example.cn>")] == [
        "a@example.cn",
        "b@example.cn",
    ]


def test_a_tag_belongs_to_the_mailbox_without_it() -> None:
    """Subaddressing: what reads as another address ends in the same folder."""
    assert untagged("office+a+b@example.cn") == untagged("office@example.cn") == "office@example.cn"


def test_a_group_gives_its_members() -> None:
    """RFC 5322 groups are rare, but legal."""
    assert [found.address for found in addresses(b"Team: a@example.cn, B <b@example.cn>;")] == [
        "a@example.cn",
        "b@example.cn",
    ]


@pytest.mark.parametrize(
    "value",
    [
        b"(" * 30_000,
        b"<" * 30_000,
        b'"' * 30_001,
        b"a@b.cn," * 4_000,
        b"\\" * 30_000,
        b"@" * 30_000,
        b"a@" * 15_000,
    ],
)
def test_hostile_headers_take_no_time(value: bytes) -> None:
    """The standard library ends in RecursionError at 341 bytes of parentheses."""
    start = time.monotonic()

    assert len(addresses(value)) <= MAX_ADDRESSES
    assert time.monotonic() - start < 2


@given(st.binary(max_size=200))
def test_addresses_never_hold_what_would_break_a_header(value: bytes) -> None:
    """No line break, no space, no bracket, no comma: nothing that adds a recipient."""
    for found in addresses(value):
        assert not set(found.address) & set(' \r\n\t,;<>"\0')
        assert "\n" not in found.name
        assert "\r" not in found.name
