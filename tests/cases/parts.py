"""Mails whose files hide where a parser that follows the standard to the letter does not look."""

from __future__ import annotations

from tests.cases import claims as it
from tests.cases.case import Case
from tests.cases.made import (
    mail_of_files,
    sample_files,
)

CASES = (
    Case(
        "ordinary.eml",
        lambda: mail_of_files(sample_files("01")),
        (it.verdict("accepted"), it.documents(4), it.seal("stamped")),
        why="the measure itself: a complete mail is accepted",
    ),
)
