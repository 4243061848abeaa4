"""Every word of the program's own that a person may meet has its Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import pytest

from ingest.reading import Fate, ScreeningKind
from ingest.store.tables import MessageState
from ingest.views.words import FATE_WORDS, MESSAGE_WORDS, SCREENING_WORDS
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
