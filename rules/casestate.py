"""How an entry (申报项) stands and what moves it: every transition in one table. Pure.

Events, never deletions: what was accepted stays in the ledger when it is withdrawn or replaced. The
decision is about entries; a case's own is derived from theirs (``of_case``). Who may cause an event
is ``rules.standing``; what the machine judges is ``rules.verdict``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from rules.verdict import DECISION_NAMES, Decision, decide_case


class State(StrEnum):
    """Where an entry stands."""

    PENDING = "待裁定"
    INCOMPLETE = DECISION_NAMES[Decision.INCOMPLETE]
    REFERRED = DECISION_NAMES[Decision.REFERRED]
    ACCEPTED = DECISION_NAMES[Decision.ACCEPTED]
    REJECTED = DECISION_NAMES[Decision.REJECTED]
    PASSED_ON = "已转交"  #: for another office to decide
    WITHDRAWN = "已撤回"
    REPLACED = "已替换"  #: renamed, or dropped for another entry


class Event(StrEnum):
    """What can happen to an entry."""

    PAPERS = "来件"  #: papers of this very entry, by one who may add or replace them
    JUDGED_ACCEPTED = "机器受理"
    JUDGED_INCOMPLETE = "机器退回补正"
    JUDGED_REJECTED = "机器不予受理"
    JUDGED_REFERRED = "机器转人工"
    STAFF_ACCEPTED = "人工受理"
    STAFF_RETURNED = "人工退回补正"
    STAFF_REJECTED = "人工不予受理"
    STAFF_PASSED_ON = "人工转交"
    REOPENED = "人工重新审查"
    WITHDRAWAL_ASKED = "申请撤回"
    WITHDRAWAL_CONFIRMED = "确认撤回"
    WITHDRAWAL_REFUSED = "驳回撤回"
    REPLACEMENT_CONFIRMED = "确认替换"
    CLOSED = "截止清办"  #: released by an administrator


BY_STAFF = frozenset({
    Event.STAFF_ACCEPTED, Event.STAFF_RETURNED, Event.STAFF_REJECTED, Event.STAFF_PASSED_ON,
})  # fmt: skip
JUDGED = MappingProxyType(
    {
        Decision.ACCEPTED: Event.JUDGED_ACCEPTED,
        Decision.INCOMPLETE: Event.JUDGED_INCOMPLETE,
        Decision.REJECTED: Event.JUDGED_REJECTED,
        Decision.REFERRED: Event.JUDGED_REFERRED,
    }
)
"""The event that a verdict of the rules is."""

DECISIONS = MappingProxyType(
    {
        State.INCOMPLETE: Decision.INCOMPLETE,
        State.REFERRED: Decision.REFERRED,
        State.ACCEPTED: Decision.ACCEPTED,
        State.REJECTED: Decision.REJECTED,
    }
)
"""The states that are a decision on the entry."""

_OPEN = (State.PENDING, State.INCOMPLETE, State.REFERRED, State.ACCEPTED, State.REJECTED)
_ENDED = (State.WITHDRAWN, State.REPLACED, State.PASSED_ON)


def _from_each(
    states: Collection[State],
    event: Event,
    target: State | None,
) -> dict[tuple[State, Event], State]:
    return {(state, event): target or state for state in states}


TRANSITIONS: Mapping[tuple[State, Event], State] = MappingProxyType(
    {
        **_from_each(
            (State.PENDING, State.INCOMPLETE, State.REFERRED, State.REJECTED),
            Event.PAPERS,
            State.PENDING,
        ),
        # What is accepted stays so until its newer papers have been judged.
        (State.ACCEPTED, Event.PAPERS): State.ACCEPTED,
        # Somebody who comes back begins anew; what was withdrawn stays in the ledger.
        (State.WITHDRAWN, Event.PAPERS): State.PENDING,
        (State.REPLACED, Event.PAPERS): State.PENDING,
        (State.PASSED_ON, Event.PAPERS): State.PASSED_ON,
        **_from_each(_OPEN, Event.JUDGED_ACCEPTED, State.ACCEPTED),
        **_from_each(_OPEN, Event.JUDGED_INCOMPLETE, State.INCOMPLETE),
        **_from_each(_OPEN, Event.JUDGED_REJECTED, State.REJECTED),
        **_from_each(_OPEN, Event.JUDGED_REFERRED, State.REFERRED),
        **_from_each(_OPEN, Event.STAFF_ACCEPTED, State.ACCEPTED),
        **_from_each(_OPEN, Event.STAFF_RETURNED, State.INCOMPLETE),
        **_from_each(_OPEN, Event.STAFF_REJECTED, State.REJECTED),
        **_from_each(_OPEN, Event.STAFF_PASSED_ON, State.PASSED_ON),
        **_from_each((*_OPEN, *_ENDED), Event.REOPENED, State.PENDING),
        **_from_each(_OPEN, Event.WITHDRAWAL_ASKED, None),
        **_from_each(_OPEN, Event.WITHDRAWAL_CONFIRMED, State.WITHDRAWN),
        **_from_each(_OPEN, Event.WITHDRAWAL_REFUSED, None),
        **_from_each(_OPEN, Event.REPLACEMENT_CONFIRMED, State.REPLACED),
        (State.INCOMPLETE, Event.CLOSED): State.REJECTED,
    }
)
"""(state, event) -> state; what is not in it cannot happen."""

AFTER_STAFF: Mapping[tuple[State, Event], State] = MappingProxyType({
    (state, event): state for state in _OPEN for event in JUDGED.values()
})  # fmt: skip
"""What differs where a person has decided: the rules say nothing about papers a person
has judged.
"""


class NotPossibleError(ValueError):
    """That event cannot happen to an entry that stands so."""


@dataclass(frozen=True)
class EntryStanding:
    """How an entry stands."""

    state: State = State.PENDING
    #: a person decided on these papers; with new ones the rules speak again, but of a 受理
    by_staff: bool = False
    withdrawal_asked: bool = False  #: marked until staff confirm or refuse


def after(now: EntryStanding, event: Event) -> EntryStanding:
    """How an entry stands after ``event``.

    Raises:
        NotPossibleError: it cannot happen to an entry that stands so.
    """
    target = _target(now, event)
    if target is None:
        raise NotPossibleError(f"{now.state}的申报项不能“{event}”")
    match event:
        case Event.WITHDRAWAL_ASKED:
            return replace(now, withdrawal_asked=True)
        case Event.WITHDRAWAL_CONFIRMED | Event.WITHDRAWAL_REFUSED if not now.withdrawal_asked:
            raise NotPossibleError("没有撤回申请")
        case Event.WITHDRAWAL_REFUSED:
            return replace(now, withdrawal_asked=False)
        case _:
            kept = now.withdrawal_asked and target in _OPEN and event is not Event.REOPENED
            by_staff = event in BY_STAFF or (now.by_staff and _is_no_persons(now.state, event))
            return EntryStanding(target, by_staff, kept)


def _is_no_persons(state: State, event: Event) -> bool:
    """Whether a person's word outlives ``event``: newer papers do not undo a 受理 by hand, staff say
    whether they are taken.
    """
    return event in JUDGED.values() or (event is Event.PAPERS and state is State.ACCEPTED)


def _target(now: EntryStanding, event: Event) -> State | None:
    special = AFTER_STAFF.get((now.state, event)) if now.by_staff else None
    return special or TRANSITIONS.get((now.state, event))


def possible(now: EntryStanding) -> tuple[Event, ...]:
    """The events that can happen to an entry that stands so, in the order of the table."""
    return tuple(event for event in Event if _can(now, event))


def _can(now: EntryStanding, event: Event) -> bool:
    try:
        after(now, event)
    except NotPossibleError:
        return False
    return True


def of_case(entries: Collection[EntryStanding]) -> State:
    """How a case stands by its entries: what is still to be done names it, then what was reached.

    Entries that were withdrawn, replaced or passed on have no say beside others.
    """
    states = [entry.state for entry in entries]
    if not states or State.PENDING in states:
        return State.PENDING
    decided = [DECISIONS[state] for state in states if state in DECISIONS]
    if decided:
        named = decide_case(decided)
        return next(state for state, decision in DECISIONS.items() if decision is named)
    return next(
        state
        for state in (
            State.WITHDRAWN,
            State.PASSED_ON,
            State.REPLACED,
        )
        if state in states
    )


def picture() -> str:
    """The table as a Mermaid state diagram; arrows that lead back to their state are left out."""
    arrows: dict[tuple[State, State], list[Event]] = {}
    for (state, event), target in TRANSITIONS.items():
        if target is not state:
            arrows.setdefault((state, target), []).append(event)
    lines = [f"    {state.name} : {state}" for state in State]
    lines += [f"    [*] --> {State.PENDING.name}"]
    for (state, target), events in sorted(
        arrows.items(),
        key=lambda item: [list(State).index(end) for end in item[0]],
    ):
        lines.append(f"    {state.name} --> {target.name} : {'、'.join(events)}")
    return "\n".join(["stateDiagram-v2", *lines])
