"""Whether database, files and key are one store, and what becomes of letters after a takeover: every
answer of two pure decisions.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ingest.store.identity import ADOPTABLE, AT_WORK, WORDS, Claim, Fit, Mark, Parts, fit
from ingest.store.recalling import ECHO, Due, Recall, Takeover, recall

NOTHING = Parts(None, 0, 0, None, False, "", False)
WHOLE = Parts(Claim("a", "k", True), 9, 3, Mark("a", "k"), True, "k", False)
NOW = datetime(2024, 8, 22, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (NOTHING, Fit.NEW),
        (replace(NOTHING, key="k"), Fit.NEW),  # broken off before anything else was made
        (WHOLE, Fit.WELL),
        (replace(WHOLE, claim=Claim("a", "k", False), mark=None), Fit.UNBOUND),
        (replace(WHOLE, claim=None, mark=None), Fit.UNBOUND),  # before there was an identity
        (replace(WHOLE, claim=None), Fit.UNBOUND),
        (replace(WHOLE, claim=None, behind=True), Fit.BEHIND),
        (replace(WHOLE, claim=None, mark=None, kept=False, key=""), Fit.NO_FILES),
        (replace(NOTHING, kept=True), Fit.NO_RECORDS),
        (replace(NOTHING, mark=Mark("a", "k")), Fit.NO_RECORDS),
        (replace(WHOLE, mark=None), Fit.NO_FILES),
        (replace(WHOLE, mark=Mark("b", "k")), Fit.FOREIGN),
        (replace(WHOLE, key=""), Fit.NO_KEY),
        (replace(WHOLE, key="l"), Fit.OTHER_KEY),
        (replace(WHOLE, behind=True), Fit.BEHIND),
    ],
)
def test_how_the_parts_go_together(parts: Parts, expected: Fit) -> None:
    """One answer for each state a slip or a crash can leave."""
    assert fit(parts) is expected


def test_whoever_is_refused_is_told_what_to_do() -> None:
    """Every misfit has its words, and each names a command; what may be adopted says how."""
    assert set(Fit) - AT_WORK == set(WORDS)
    assert all("mailroom restore" in hint for said, hint in WORDS.items() for hint in [hint[1]]
               if said not in (Fit.BEHIND, Fit.MOVED, Fit.ARRIVING))  # fmt: skip
    assert all("adopt --after-restore" in WORDS[each][1] for each in ADOPTABLE - AT_WORK)


LETTER = Due(False, False, False, False, NOW - 3 * HOUR, NOW)
COVERED = Takeover(NOW - HOUR, NOW - HOUR)
GAP = Takeover(NOW - HOUR, NOW - 20 * HOUR)


@pytest.mark.parametrize(
    ("letter", "takeover", "expected"),
    [
        (LETTER, COVERED, Recall.NEW),
        (replace(LETTER, sent=True), COVERED, Recall.SENT),
        (replace(LETTER, begun=True), COVERED, Recall.UNSURE),
        (replace(LETTER, sent=True, begun=True), GAP, Recall.SENT),
        (replace(LETTER, answered=True), COVERED, Recall.WAIT),
        (LETTER, GAP, Recall.WAIT),
        (LETTER, Takeover(NOW - HOUR, None), Recall.WAIT),
        (replace(LETTER, answers_mail_of=NOW), GAP, Recall.NEW),
        (replace(LETTER, answers_mail_of=None), GAP, Recall.WAIT),
        (replace(LETTER, answers_mail_of=None, queued_at=NOW + ECHO), GAP, Recall.NEW),
        (replace(LETTER, for_office=True, answered=True), GAP, Recall.NEW),
        (replace(LETTER, for_office=True, sent=True), GAP, Recall.SENT),
    ],
)
def test_what_becomes_of_a_letter_after_a_takeover(
    letter: Due, takeover: Takeover, expected: Recall
) -> None:
    """Known to have left: never again. Nobody can tell: a person. Certainly new: it leaves."""
    assert recall(letter, takeover) is expected
