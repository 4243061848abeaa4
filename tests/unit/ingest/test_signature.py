"""A receipt's signature: over which words it stands, and what may be done to them."""

from __future__ import annotations

import hashlib
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.receipts.signature import check_signatures, signature_line, vouched
from ingest.receipts.signing import Receipt

RECEIPT = Receipt(
    "Q24-0007-K", 2, "accepted", datetime(2024, 8, 30, 2, 0, 1, tzinfo=UTC), "ab" * 32
)
WORDS = "某单位：\n  材料齐全，现予受理。\n收到的文件：a.docx｜72 KB\n"


def sign(data: bytes) -> bytes:
    """Stands in for a key: what it signs is what must be shown again."""
    return hashlib.sha512(data).digest()


def stands(signature: bytes, signed: bytes) -> bool:
    return signature == sign(signed)


LINE = signature_line(sign, vouched(RECEIPT), WORDS)


def told(text: str) -> list[bool]:
    return [each.holds for each in check_signatures(stands, text)]


def test_what_is_signed_is_said() -> None:
    """Each fact of the receipt, from the signature alone."""
    (checked,) = check_signatures(stands, WORDS + LINE)

    assert LINE.startswith("Q24-0007-K.2.accepted.20240830T020001Z.")
    assert checked.holds
    assert checked.facts == {
        "subject": "Q24-0007-K",
        "version": "2",
        "decision": "accepted",
        "received": "2024-08-30T02:00:01+00:00",
    }


@given(
    st.integers(min_value=1, max_value=80),
    st.sampled_from(["\n", "\n> ", " ", "\r\n", "　", "\n>> | "]),
)
def test_what_mail_programs_do_to_lines_does_no_harm(width: int, gap: str) -> None:
    """In the words, and in the signature itself."""
    text = "> 开头的话\n" + WORDS + LINE
    pieces = [text[start : start + width] for start in range(0, len(text), width)]

    assert told(gap.join(pieces) + "\nRegards 此致") == [True]


@pytest.mark.parametrize("at", range(0, len(LINE) - 1, 7))
def test_no_character_of_it_may_change(at: int) -> None:
    """Whatever is still taken for a signature does not hold."""
    other = "1" if LINE[at] != "1" else "2"

    assert True not in told(WORDS + LINE[:at] + other + LINE[at + 1 :])


def test_one_that_is_repeated_is_looked_at_once() -> None:
    """A letter of a megabyte of them takes no minute."""
    began = time.process_time()

    assert told(WORDS + f"{LINE}\n" * 7000) == [True]
    assert time.process_time() - began < 20
