"""Every word of the program's own that a person may meet has its Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import pytest

from ingest.reading import Fate, ScreeningKind
from ingest.store.tables import MessageState
from ingest.views.words import FATE_WORDS, LETTER_WORDS, MESSAGE_WORDS, SCREENING_WORDS, kind_word
from notifier.outbox import NOT_TO_APPLICANTS
from notifier.rendering import LETTER_KINDS
from rules.tasks import TASK_ADVICE, TASK_NAMES, TaskKind


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (MESSAGE_WORDS, MessageState),
        (SCREENING_WORDS, ScreeningKind),
        (FATE_WORDS, Fate),
        (TASK_NAMES, TaskKind),
        (TASK_ADVICE, TaskKind),
    ],
)
def test_no_word_is_left_without_chinese(words: Mapping[str, str], kind: type[StrEnum]) -> None:
    """A new member without its word would be shown as code."""
    assert set(words) == set(kind)
    assert all(not text.isascii() for text in words.values())


def test_every_kind_of_letter_has_its_word() -> None:
    """Those to the office itself as well."""
    assert {*LETTER_KINDS, *NOT_TO_APPLICANTS} <= set(LETTER_WORDS)


def test_kinds_of_files_are_called_by_their_extension_or_in_chinese() -> None:
    """PDF is what people say; ole is not."""
    assert (kind_word("pdf"), kind_word("ole")) == ("PDF", "旧格式文件")
