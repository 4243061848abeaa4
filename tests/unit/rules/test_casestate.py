"""How entries stand, and that the machine undoes nobody's word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.casestate import (
    BY_STAFF,
    DECISIONS,
    JUDGED,
    TRANSITIONS,
    EntryStanding,
    Event,
    NotPossibleError,
    State,
    after,
    of_case,
    picture,
    possible,
)

ACCEPTED = EntryStanding(State.ACCEPTED)


def lived(*events: Event) -> EntryStanding:
    standing = EntryStanding()
    for event in events:
        standing = after(standing, event)
    return standing


def test_a_case_lives_through_correction_acceptance_withdrawal_and_return() -> None:
    """待补正 -> 受理 -> 撤回 -> 再报."""
    life = [Event.JUDGED_INCOMPLETE, Event.PAPERS, Event.JUDGED_ACCEPTED, Event.WITHDRAWAL_ASKED]

    assert lived(*life) == EntryStanding(State.ACCEPTED, withdrawal_asked=True)
    assert lived(*life, Event.WITHDRAWAL_CONFIRMED) == EntryStanding(State.WITHDRAWN)
    assert lived(*life, Event.WITHDRAWAL_CONFIRMED, Event.PAPERS) == EntryStanding(State.PENDING)
    assert lived(*life, Event.WITHDRAWAL_REFUSED) == ACCEPTED


def test_an_accepted_entry_stays_accepted_while_newer_papers_wait() -> None:
    """It is decided anew only by what is judged about itself."""
    assert after(ACCEPTED, Event.PAPERS) == ACCEPTED
    assert after(ACCEPTED, Event.JUDGED_INCOMPLETE).state is State.INCOMPLETE


@pytest.mark.parametrize("event", JUDGED.values())
@pytest.mark.parametrize("word", sorted(BY_STAFF - {Event.STAFF_PASSED_ON}))
def test_the_machine_does_not_undo_what_a_person_decided(word: Event, event: Event) -> None:
    """It may judge as often as it likes."""
    decided = lived(Event.JUDGED_REFERRED, word)

    assert decided.by_staff
    assert after(decided, event) == decided


def test_with_new_papers_the_rules_speak_again() -> None:
    """A person's word is about the papers it was given on; but of a 受理 only a person says whether
    newer ones are taken.
    """
    accepted = lived(Event.STAFF_ACCEPTED)
    assert lived(Event.STAFF_ACCEPTED, Event.PAPERS, Event.JUDGED_REJECTED) == accepted
    assert lived(Event.STAFF_REJECTED, Event.PAPERS) == EntryStanding(State.PENDING)
    assert lived(Event.STAFF_RETURNED, Event.PAPERS, Event.JUDGED_ACCEPTED) == ACCEPTED


def test_the_closing_run_ends_only_what_waits_for_the_applicant() -> None:
    """What staff have not looked at is not rejected by a date."""
    assert lived(Event.JUDGED_INCOMPLETE, Event.CLOSED).state is State.REJECTED
    assert [state for state in State if Event.CLOSED in possible(EntryStanding(state))] == [
        State.INCOMPLETE,
    ]


def test_a_withdrawal_that_nobody_asked_for_can_be_neither_confirmed_nor_refused() -> None:
    """Staff withdraw on somebody's word, and enter that first."""
    for event in (Event.WITHDRAWAL_CONFIRMED, Event.WITHDRAWAL_REFUSED):
        with pytest.raises(NotPossibleError, match="没有撤回申请"):
            after(ACCEPTED, event)


def test_the_mark_of_a_withdrawal_survives_judging_and_papers() -> None:
    """Only staff take it away."""
    asked = after(ACCEPTED, Event.WITHDRAWAL_ASKED)

    assert after(after(asked, Event.PAPERS), Event.JUDGED_REJECTED).withdrawal_asked
    assert not after(asked, Event.REOPENED).withdrawal_asked
    assert not after(asked, Event.REPLACEMENT_CONFIRMED).withdrawal_asked


@pytest.mark.parametrize("state", [State.WITHDRAWN, State.REPLACED, State.PASSED_ON])
def test_what_has_ended_is_judged_no_more_and_can_be_reopened(state: State) -> None:
    """By a person."""
    assert not {*JUDGED.values(), Event.CLOSED, *BY_STAFF} & set(possible(EntryStanding(state)))
    assert after(EntryStanding(state), Event.REOPENED) == EntryStanding(State.PENDING)


def test_what_cannot_happen_is_said_in_words() -> None:
    """For whoever gave the order."""
    with pytest.raises(NotPossibleError, match="已替换的申报项不能“人工受理”"):
        after(EntryStanding(State.REPLACED), Event.STAFF_ACCEPTED)


@pytest.mark.parametrize(
    ("states", "case"),
    [
        ([], State.PENDING),
        ([State.ACCEPTED, State.PENDING], State.PENDING),
        ([State.ACCEPTED, State.INCOMPLETE, State.REFERRED], State.INCOMPLETE),
        ([State.ACCEPTED, State.REFERRED], State.REFERRED),
        ([State.ACCEPTED, State.REJECTED], State.ACCEPTED),
        ([State.ACCEPTED, State.WITHDRAWN, State.REPLACED], State.ACCEPTED),
        ([State.REJECTED, State.WITHDRAWN], State.REJECTED),
        ([State.WITHDRAWN, State.REPLACED], State.WITHDRAWN),
        ([State.REPLACED], State.REPLACED),
        ([State.PASSED_ON, State.REPLACED], State.PASSED_ON),
    ],
)
def test_a_case_stands_as_its_entries_do(states: list[State], case: State) -> None:
    """What is to be done first, then what was reached."""
    assert of_case([EntryStanding(state) for state in states]) is case


@given(st.lists(st.sampled_from(Event), max_size=12))
def test_no_life_leaves_the_table(events: list[Event]) -> None:
    """Possible events are exactly those that happen; a person's word ends by a person's or by
    papers.
    """
    standing = EntryStanding()
    for event in events:
        if event not in possible(standing):
            with pytest.raises(NotPossibleError):
                after(standing, event)
            continue
        before, standing = standing, after(standing, event)
        if before.by_staff and event in JUDGED.values():
            assert standing == before


def test_every_state_is_reached_and_every_decision_is_a_state() -> None:
    """Nothing in the table is dead."""
    assert {State.PENDING, *TRANSITIONS.values()} == set(State)
    assert set(DECISIONS.values()) == set(JUDGED)


def test_the_picture_shows_every_state_and_no_arrow_that_is_not_in_the_table() -> None:
    """The document's diagram is made by it."""
    lines = picture().splitlines()
    arrows = [
        line.split(
            " : ",
        )[0].split()
        for line in lines
        if " --> " in line and "[*]" not in line
    ]

    assert all(any(line.strip() == f"{state.name} : {state}" for line in lines) for state in State)
    assert {(source, target) for source, _, target in arrows} == {
        (
            state.name,
            target.name,
        )
        for (state, _), target in TRANSITIONS.items()
        if target is not state
    }
