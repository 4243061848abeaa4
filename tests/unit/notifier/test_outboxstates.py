"""What follows from one attempt to send a letter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.outboxstates import (
    LIFETIME,
    STATE_NAMES,
    OutboxState,
    Settlement,
    after_restart,
    next_attempt,
)
from notifier.transport import SendOutcome

NOW = datetime(2024, 8, 30, 9, 0, tzinfo=UTC)


def settle(
    outcome: SendOutcome,
    attempts: int = 1,
    now: datetime = NOW,
    queued_at: datetime = NOW,
) -> Settlement:
    return next_attempt(OutboxState.SENDING, attempts, outcome, now, queued_at + LIFETIME)


def test_a_taken_letter_is_sent() -> None:
    """A 250 after the final dot ends the matter."""
    assert settle(SendOutcome.SENT) == Settlement(OutboxState.SENT)


@pytest.mark.parametrize(
    ("attempts", "minutes"),
    [(1, 1), (2, 5), (3, 15), (4, 60), (5, 240), (6, 240), (20, 240)],
)
def test_temporary_trouble_waits_longer_each_time(attempts: int, minutes: int) -> None:
    """1, 5, 15, 60 minutes, then every four hours."""
    assert settle(
        SendOutcome.RETRY,
        attempts,
    ) == Settlement(OutboxState.RETRY, NOW + timedelta(minutes=minutes))


def test_temporary_trouble_ends_in_failure_after_five_days() -> None:
    """Played to its end, a letter is tried for nearly five days and never beyond."""
    tries = [NOW]
    settlement = settle(SendOutcome.RETRY, 1, NOW, NOW)
    while settlement.next_attempt_at is not None:
        tries.append(settlement.next_attempt_at)
        settlement = settle(SendOutcome.RETRY, len(tries), tries[-1], NOW)
    assert settlement == Settlement(OutboxState.FAILED)
    assert NOW + timedelta(days=4, hours=20) <= tries[-1] < NOW + LIFETIME
    assert all(earlier < later for earlier, later in pairwise(tries))


def test_a_used_up_quota_waits_for_the_next_beijing_morning() -> None:
    """23:30 UTC is 07:30 Beijing time of the following day, so the next morning there is a day
    further on.
    """
    evening = settle(SendOutcome.TOMORROW, now=datetime(2024, 8, 30, 15, 30, tzinfo=UTC))
    before_eight = settle(SendOutcome.TOMORROW, now=datetime(2024, 8, 30, 23, 30, tzinfo=UTC))
    assert evening.next_attempt_at == datetime(2024, 8, 31, 0, 0, tzinfo=UTC)
    assert before_eight.next_attempt_at == datetime(2024, 9, 1, 0, 0, tzinfo=UTC)


def test_quota_days_do_not_go_on_for_ever() -> None:
    """A letter whose next morning lies beyond its life has failed."""
    assert (
        settle(
            SendOutcome.TOMORROW,
            now=NOW + timedelta(days=4, hours=20),
        ).state
        is OutboxState.FAILED
    )


def test_a_refused_letter_has_failed_at_once() -> None:
    """What is refused for good is not tried again."""
    assert settle(SendOutcome.REFUSED) == Settlement(OutboxState.FAILED)


def test_a_wrong_configuration_raises_the_alarm_and_does_not_age_the_letter() -> None:
    """However old the letter is, it waits an hour for somebody to mend the settings."""
    late = NOW + timedelta(days=30)
    expected = Settlement(OutboxState.RETRY, late + timedelta(hours=1), alarm=True)
    assert settle(SendOutcome.CONFIGURATION, 700, late) == expected


def test_an_uncertain_letter_is_not_tried_again_by_itself() -> None:
    """Nobody knows whether it was taken, so nothing is due."""
    assert settle(SendOutcome.UNCERTAIN) == Settlement(OutboxState.UNCERTAIN)


@given(
    st.sampled_from(SendOutcome),
    st.integers(1, 200),
    st.timedeltas(timedelta(0), timedelta(days=40)),
)
def test_a_next_attempt_lies_ahead_exactly_when_the_letter_waits(
    outcome: SendOutcome, attempts: int, age: timedelta
) -> None:
    """A letter to be retried always has a time, later than now; any other never has one."""
    now = NOW + age
    settlement = settle(outcome, attempts, now, NOW)
    assert (settlement.state is OutboxState.RETRY) == (settlement.next_attempt_at is not None)
    assert settlement.next_attempt_at is None or settlement.next_attempt_at > now


@pytest.mark.parametrize(
    "state",
    [state for state in OutboxState if state is not OutboxState.SENDING],
)
def test_only_a_letter_being_sent_can_be_settled(state: OutboxState) -> None:
    """A second answer for the same attempt must not overwrite the first."""
    with pytest.raises(ValueError, match="no attempt"):
        next_attempt(state, 1, SendOutcome.SENT, NOW, NOW + LIFETIME)


def test_only_letters_found_being_sent_become_uncertain_at_start() -> None:
    """A restart changes no other state."""
    changed = {
        state: after_restart(
            state,
        )
        for state in OutboxState
        if after_restart(state) is not state
    }
    assert changed == {OutboxState.SENDING: OutboxState.UNCERTAIN}


def test_every_state_has_its_words_for_staff() -> None:
    """A new one would be missing on the desk."""
    assert set(STATE_NAMES) == set(OutboxState)
