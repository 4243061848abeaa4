"""Passwords that a mail tells, and the files they open."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings

from ingest.attachment.keys import MAX_KEYS, passwords_in
from ingest.attachment.limits import Budget
from ingest.attachment.unpack import unpack
from ingest.reading import Fate
from tests.cases.locked import aes_zip, locked_pdf, locked_word
from tests.cases.made import FORM, zone_form
from tests.parts.containers import seven_zip
from tests.strange import RUNS, changes


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("解压密码：a1B2c3。", "a1B2c3"),
        ("密码是123456", "123456"),
        ("附件密码统一为“Zh@2024”，请查收", "Zh@2024"),
        ("password: abc123", "abc123"),
        ("材料(密码8888).zip", "8888"),
        ("材料 密码8888.zip", "8888"),
        ("压缩包密码　１２３４５６", "１２３４５６"),
        ("没有别的话, 编号 65001234", "65001234"),
    ],
)
def test_what_is_called_a_password_comes_first(text: str, first: str) -> None:
    """With the words people use; numbers of the mail after it."""
    found = passwords_in([text])

    assert found[0] == first or first in found[:2]


def test_few_are_tried() -> None:
    """Half a second each is a lot for a mail full of numbers."""
    assert len(passwords_in([" ".join(str(10_000 + n) for n in range(500))])) == MAX_KEYS
    assert passwords_in(["您好，材料见附件。"]) == ()


def fates(data: bytes, name: str, *keys: str) -> list[tuple[str, Fate | None]]:
    return [(item.name, item.fate) for item in unpack(data, name, "2", Budget(keys=keys))]


def test_a_right_password_opens_and_is_told_to_nobody() -> None:
    """ZIP, 7z, Word, PDF; the one that is right may be the last."""
    keys = ("falsch", "8888", "Zh@2024")
    for data, name in (
        (aes_zip("Zh@2024"), "材料.zip"),
        (seven_zip({FORM: zone_form()}, "Zh@2024"), "材料.7z"),
        (seven_zip({FORM: zone_form()}, "Zh@2024", locked=True), "材料.7z"),
        (locked_word("Zh@2024"), FORM),
        (locked_pdf("Zh@2024"), "扫描.pdf"),
    ):
        items = list(unpack(data, name, "2", Budget(keys=keys)))

        assert items[0].fate is Fate.UNPACKED, name
        assert items[-1].fate is None
        assert not any("Zh@2024" in item.reason for item in items)


def test_without_the_right_one_it_stays_locked() -> None:
    """None told, or a wrong one: never called damaged."""
    for keys in ((), ("1234",)):
        assert fates(aes_zip("8888"), "材料.zip", *keys)[-1] == (FORM, Fate.ENCRYPTED)
        assert fates(seven_zip({FORM: b"x" * 99}, "8888"), "a.7z", *keys)[-1] == (
            FORM,
            Fate.ENCRYPTED,
        )
        assert fates(seven_zip({FORM: b"x" * 99}, "8888", locked=True), "a.7z", *keys) == [
            ("a.7z", Fate.ENCRYPTED)
        ]
        assert fates(locked_word("8888"), FORM, *keys) == [(FORM, Fate.ENCRYPTED)]
        assert fates(locked_pdf("8888"), "a.pdf", *keys) == [("a.pdf", None)]


@settings(max_examples=RUNS, suppress_health_check=list(HealthCheck))
@given(change=changes())
def test_a_changed_file_with_a_password_has_a_fate(change: Callable[[bytes], bytes]) -> None:
    """Never an exception."""
    for data, name in (
        (aes_zip("8888"), "a.zip"),
        (locked_word("8888", spins=100), "a.docx"),
        (locked_pdf("8888"), "a.pdf"),
    ):
        assert list(unpack(change(data), name, "2", Budget(keys=("8888",))))
