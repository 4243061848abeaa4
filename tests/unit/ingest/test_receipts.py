"""Codes of receipts and tokens of Message-IDs: what this office made holds, what anybody else made
does not.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.receipts.signing import (
    PrintedCode,
    Receipt,
    find_receipt_codes,
    holds,
    mail_subject,
    own_serial,
    receipt_code,
    signed_serial,
)
from tests.letters import ANY

KEY, OTHER = b"k" * 32, b"o" * 32
RECEIPT = Receipt(
    "Q24-0007-K",
    2,
    "accepted",
    datetime(2024, 8, 30, 2, 0, 1, tzinfo=UTC),
    "ab" * 32,
)
CODE = receipt_code(KEY, RECEIPT)


def found(text: str) -> PrintedCode:
    (code,) = find_receipt_codes(text)
    return code


def test_a_receipts_code_holds_for_exactly_that_receipt() -> None:
    """Every single thing it vouches for matters, and so does the key."""
    code = found(CODE)

    assert (code.subject, code.version) == ("Q24-0007-K", 2)
    assert holds(KEY, code, RECEIPT)
    assert not holds(OTHER, code, RECEIPT)
    for change in (
        {"subject": "Q24-0008-K"},
        {"version": 3},
        {"decision": "rejected"},
        {"received": RECEIPT.received + timedelta(seconds=1)},
        {"listing_sha256": "ac" * 32},
    ):
        assert not holds(KEY, code, replace(RECEIPT, **change))  # type: ignore[arg-type]


def test_an_instant_is_the_same_in_every_time_zone() -> None:
    """The database gives UTC back for what came with +08:00."""
    local = replace(RECEIPT, received=RECEIPT.received.astimezone(timezone(timedelta(hours=8))))

    assert receipt_code(KEY, local) == CODE


@pytest.mark.parametrize(
    "text",
    [
        CODE,
        f"回执校验码：{CODE}\n联系单位",
        f"> {CODE.lower()}",
        CODE.replace(".", ".\n").replace("-", "-\n", 5).replace("Q24-\n0007-\nK", "Q24-0007-K"),
        "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in CODE),
        f"{CODE} {CODE}",
    ],
    ids=["alone", "in a letter", "quoted in lower case", "broken lines", "full width", "twice"],
)
def test_a_code_is_found_however_it_was_pasted(text: str) -> None:
    """As people copy it from their mail program."""
    assert holds(KEY, found(text), RECEIPT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "案卷编号：Q24-0007-K",
        CODE[:-1],
        "7" + CODE,
        CODE + "7",
        "Q24-0007-K.2.1111-1111-1111-1111",
    ],
)
def test_what_is_no_code_is_not_found(text: str) -> None:
    """Half a code, or one inside a longer word."""
    assert find_receipt_codes(text) == ()


def test_a_mail_without_a_case_has_a_code_too() -> None:
    """It is named by its raw bytes."""
    receipt = replace(RECEIPT, subject=mail_subject("0123456789abcdef" * 4), version=1)

    assert holds(KEY, found(receipt_code(KEY, receipt)), receipt)


def test_a_message_id_of_ours_is_known_again() -> None:
    """The serial comes back; a guessed token, another key or another shape gives nothing."""
    serial = signed_serial(KEY, "Q24-0007-K.2")
    message_id = f"<mailroom.{serial}@office.example>"

    assert own_serial(KEY, message_id) == "Q24-0007-K.2"
    assert own_serial(OTHER, message_id) is None
    assert own_serial(KEY, message_id.replace("K.2", "K.3")) is None
    for strange in (
        "",
        "<a@b.cn>",
        "<mailroom.Q24-0007-K.2@office.example>",
        message_id[1:],
        message_id + "x",
    ):
        assert own_serial(KEY, strange) is None


def test_a_token_is_no_receipt_and_a_receipt_no_token() -> None:
    """Both are made with the same key, for purposes that are told apart."""
    assert signed_serial(KEY, "x") != signed_serial(KEY, "x.") != signed_serial(OTHER, "x.")
    fields = replace(RECEIPT, subject="1", version=23), replace(RECEIPT, subject="12", version=3)
    assert receipt_code(KEY, fields[0]).split(".")[2] != receipt_code(KEY, fields[1]).split(".")[2]


@pytest.mark.timeout(10)
def test_hostile_text_takes_no_time() -> None:
    """What looks like a code and goes on and on: one code, cut off at its length, or none."""
    texts = (
        "Q24-0007-K.1." + "A    " * 20_000,
        "Q24-0007-K" + " " * 100_000,
        "Q24-0007-K." * 10_000,
    )

    assert [[code.seal for code in find_receipt_codes(text)] for text in texts] == [
        ["A" * 16],
        [],
        [],
    ]


@given(st.text(ANY, max_size=300))
def test_any_text_can_be_searched_for_codes(text: str) -> None:
    """What people paste is anything."""
    assert all(len(code.seal) == 16 for code in find_receipt_codes(text))
    assert own_serial(KEY, text) is None
