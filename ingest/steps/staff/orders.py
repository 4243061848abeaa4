"""An order by a person: planned first, so that it can be looked at, then carried out in one
transaction.

What each order means stands in the files beside; this one knows how any of them is shown and
written down. A plan is worth something as long as nobody else has changed what it rests on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from ingest.errors import TemporaryError, UsageError
from ingest.office import Mouth
from ingest.rulefiles.in_force import RulesInForce
from ingest.steps.judge import Judged, keep_judged
from ingest.steps.letters import Draft, enqueue_letter, written
from ingest.store.cases import find_case_row
from ingest.store.database import Database
from ingest.store.events import EventKind, list_events
from ingest.store.tables import CaseRow
from notifier.letternames import LETTER_NAMES
from notifier.letters import Letter
from notifier.outbox import find_by_key
from notifier.outboxstates import OutboxState
from rules.vocabulary import BEIJING


@dataclass(frozen=True)
class Hands:
    """Whose hands, at which moment, and what they work with."""

    database: Database
    rules: RulesInForce
    mouth: Mouth
    who: str  #: a name or a staff address, for the ledger
    now: datetime

    def on(self, row: CaseRow) -> Hands:
        """The same, with the rules and the voice of the call a case belongs to."""
        return replace(self, rules=self.rules.of(row.call), mouth=self.mouth.of(row.call))


@dataclass(frozen=True)
class Turn:
    """What becomes of one case, in the office's words."""

    code: str
    before: str
    after: str


@dataclass(frozen=True)
class Plan:
    """What an order would do. Nothing of it has been done."""

    sentence: str  #: in Chinese, for whoever gave the order
    write: Callable[[Session], None]  #: everything but verdicts and letters
    turns: tuple[Turn, ...] = ()
    judged: tuple[Judged, ...] = ()
    drafts: tuple[Draft, ...] = ()  #: letters that tell no verdict
    letters: tuple[Letter, ...] = ()  #: everything that would be written to applicants


@dataclass(frozen=True)
class Told:
    """A letter that an order caused, and what became of it."""

    name: str  #: 受理回执 and so on
    to: str
    subject: str
    state: OutboxState | None  #: None: it may not be sent, the ledger says why


@dataclass(frozen=True)
class Done:
    """What an order did."""

    sentence: str
    turns: tuple[Turn, ...]
    letters: tuple[Told, ...]


def planned(
    hands: Hands,
    sentence: str,
    write: Callable[[Session], None],
    *,
    turns: tuple[Turn, ...] = (),
    judged: tuple[Judged, ...] = (),
    drafts: tuple[Draft, ...] = (),
) -> Plan:
    """A plan with its letters written, so that they can be read before they go."""
    telling = (*(each.draft for each in judged if each.tells), *drafts)
    letters = tuple(written(hands.mouth, draft) for draft in telling)
    return Plan(sentence, write, turns, judged, drafts, letters)


def carry_out(hands: Hands, plan: Plan) -> Done:
    """Do what was planned, all of it or nothing.

    Raises:
        TemporaryError: somebody else changed a case since the plan was made; nothing was done.
        UsageError: the same, found by the order itself.
    """
    drafts = (*(each.draft for each in plan.judged if each.tells), *plan.drafts)
    with hands.database.writing() as session:
        plan.write(session)  # first: tasks that a person does are not closed by the verdict
        for judged in plan.judged:
            if keep_judged(hands.mouth, session, judged, hands.now) is None:
                raise TemporaryError(
                    f"案卷 {judged.taken.row.code} 刚有新情况，没有办理", "看过新情况后再办"
                )
        for draft in plan.drafts:
            enqueue_letter(hands.mouth, session, draft, hands.now)
        told = tuple(_told(session, draft) for draft in drafts)
    return Done(plan.sentence, plan.turns, told)


def _told(session: Session, draft: Draft) -> Told:
    row = find_by_key(session, draft.key)
    request = draft.request
    name = LETTER_NAMES[request.kind]
    if row is None:
        return Told(name, request.to_address, "", None)
    return Told(name, row.recipient, row.subject, row.state)


def require_reason(because: str) -> str:
    """The reason without white space around it. Raises UsageError when there is none."""
    if not because.strip():
        raise UsageError("没有写理由", "--because 写明理由，记入台账，并写进给对方的信")
    return because.strip()


def open_case_row(session: Session, code: str) -> CaseRow:
    """The case a person means, on which something can still be done.

    Raises:
        UsageError: there is none, or it was closed, merged or withdrawn.
    """
    row = find_case_row(session, code)
    if row.merged_into is not None:
        raise UsageError(f"案卷 {row.code} 已并入另一个案卷", "用 mailroom case show 查看并入哪里")
    if row.closed_at is not None:
        raise UsageError(f"案卷 {row.code} 已结案", "对方再来件时自动重新打开")
    if row.withdrawn_at is not None:
        raise UsageError(f"案卷 {row.code} 已撤回", "对方再来件时自动重新打开")
    return row


def require_as_seen(session: Session, row: CaseRow, seen: int | None) -> None:
    """Refuse an order that rests on what is no longer so.

    Raises:
        UsageError: the case has not been decided, waits to be judged anew, or was decided anew
            since version ``seen``; the message says by whom.
    """
    if seen is not None and row.version != seen:
        raise UsageError(
            f"案卷 {row.code} 已经变了，没有办理：{_last_word(session, row)}",
            f"现在是第 {row.version} 次裁定；看过后再决定",
        )
    if row.version == 0:
        raise UsageError(f"案卷 {row.code} 还没有裁定", "等程序按规则裁定后再办")
    if row.judge_after is not None:
        due = row.judge_after.astimezone(BEIJING)
        raise UsageError(
            f"案卷 {row.code} 刚有来件，还没有裁定", f"{due:%H:%M} 之后程序裁定，看过再办"
        )


def _last_word(session: Session, row: CaseRow) -> str:
    kinds = (EventKind.STAFF_DECIDED, EventKind.STAFF_FACT, EventKind.DECIDED)
    events = [each for each in list_events(session, case_id=row.id) if each.kind in kinds]
    staff = [each for each in events if each.kind != EventKind.DECIDED]
    last = staff[-1:] or events[-1:]
    return "".join(f"{each.at.astimezone(BEIJING):%m-%d %H:%M} {each.text}" for each in last)
