"""Step 3: a case whose settle window has passed is judged; the verdict and its letter are one
transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlmodel import Session

from ingest.errors import ConfigError, StorageError, TemporaryError, UsageError
from ingest.judging.cases import CaseJudgement, Surroundings, judge_case
from ingest.killpoints import point
from ingest.log import get_logger
from ingest.office import Mouth
from ingest.rulefiles.candidates import text_sha256
from ingest.rulefiles.in_force import RulesInForce
from ingest.steps.border import fault_of
from ingest.steps.letters import Draft, case_letter, copied, enqueue_letter
from ingest.steps.same_entry import keep_same_entry_tasks
from ingest.steps.verifying import keep_change_tasks, keep_verify_tasks
from ingest.store.cases import (
    Judgement,
    accepted_ledger,
    decisions_of_case,
    load_verdict,
    next_case_to_judge,
    received_mails,
    request_judgement,
    save_decision,
)
from ingest.store.chain import decision_sha256
from ingest.store.database import Database
from ingest.store.events import EventKind, record_event, record_no_letter
from ingest.store.messages import mark_answered
from ingest.store.staff import endings_of_case, staff_decisions_in_force, staff_facts
from ingest.store.tables import CaseRow, DecisionRow
from ingest.submission.byhand import HandFact
from ingest.submission.case import Case, Ending, ReceivedMail, arrange, papers_of_case
from ingest.submission.endings import left_out, with_endings
from ingest.submission.presenting import LedgerEntry
from ingest.submission.sender import who_sent
from notifier.letters import listing_sha256
from notifier.outbox import untold
from rules.call import OTHER_SENDER, Call
from rules.staff import StaffDecision, with_rival, with_staff_decisions
from rules.standing import Standing
from rules.subjects import accepted_id
from rules.verdict import DECISION_NAMES

PUT_OFF = timedelta(minutes=10)
"""How long a case waits after judging it failed on our side."""


@dataclass(frozen=True)
class Moved:
    """Mails that a person's order would put into a case, or take out of it."""

    into: tuple[int, ...] = ()
    out: frozenset[int] = frozenset()
    standing: Standing = Standing.RELEASED  #: of those put in


@dataclass(frozen=True)
class TakenCase:
    """A case taken from the shelf: its papers arranged, and what else the rules may ask."""

    row: CaseRow
    case: Case
    around: Surroundings
    decisions: tuple[StaffDecision, ...] = ()  #: by people, the oldest first
    contested: bool = False  #: another case claims the same name


def judge_one(database: Database, rules: RulesInForce, mouth: Mouth, now: datetime) -> bool:
    """Judge the case whose settle window ended first; False when none is due.

    A case that makes us stumble is put off, told to staff, and keeps no other case waiting.
    """
    with database.reading() as session:
        case = next_case_to_judge(session, now)
    if case is None:
        return False
    # Our fault, and only this case should suffer for it.
    work = partial(_judge, database, rules, mouth, case, now)
    fault = fault_of(work, TemporaryError, StorageError, ConfigError)
    if fault is not None:
        _put_off(database, case, fault, now)
    return True


def _put_off(database: Database, case: CaseRow, error: Exception, now: datetime) -> None:
    name = type(error).__name__
    get_logger().error("judging failed", case=case.code, exc_info=error)
    with database.writing() as session:
        request_judgement(session, case.id, now + PUT_OFF)
        text = f"案卷 {case.code} 裁定时程序出错,尚未答复,程序会再试: {name}"
        record_event(session, now, EventKind.JUDGING_FAILED, text, case_id=case.id)


@dataclass(frozen=True)
class OnPurpose:
    """A person wants a decided case judged again under the rules now in force."""

    who: str
    reason: str
    send: bool = False  #: let the new letter leave without a person's approval


def rejudge(
    database: Database,
    rules: RulesInForce,
    mouth: Mouth,
    case: CaseRow,
    order: OnPurpose,
    now: datetime,
) -> DecisionRow:
    """Make a new version of a case's decision from the papers it has; its letter is held unless
    ``order.send``.

    Raises:
        UsageError: the case has not been decided, or is due to be judged anyway.
        TemporaryError: something new came in meanwhile.
    """
    if case.decision is None or case.judge_after is not None:
        raise UsageError(
            f"案卷 {case.code} 正等待裁定,不需要重新裁定", "新到的材料会按现行规则裁定"
        )
    row = _judge(database, rules, mouth, case, now, order)
    if row is None:
        raise TemporaryError(f"案卷 {case.code} 刚有新情况,没有重新裁定", "稍后再试")
    return row


def _judge(
    database: Database,
    rules: RulesInForce,
    mouth: Mouth,
    case: CaseRow,
    now: datetime,
    order: OnPurpose | None = None,
) -> DecisionRow | None:
    """The next version of the decision with its letter; None when the papers changed while they
    were judged.
    """
    rules, mouth = rules.of(case.call), mouth.of(case.call)
    with database.reading() as session:
        taken = take_case(session, rules.call, case)
    if order is not None:  # who asks for it wants the rules to speak of all of it
        taken = replace(taken, around=replace(taken.around, before=None))
    judged = judge_taken(rules, mouth, taken, now)
    if order is not None and not order.send:
        judged = replace(judged, draft=replace(judged.draft, hold=True))
    point("judged")
    with database.writing() as session:
        row = keep_judged(mouth, session, judged, now)
        if row is None:
            return (
                None  # something new came in meanwhile: the case is still due, with the new papers
            )
        if order is not None:
            text = f"{order.who} 要求按现行规则重新裁定: {order.reason}"
            asked = {"who": order.who, "reason": order.reason}
            record_event(session, now, EventKind.REJUDGED, text, case_id=taken.row.id, data=asked)
        point("deciding")
    point("decided")
    get_logger().info(
        "decided",
        message=judged.draft.message_ref,
        case=taken.row.code,
        version=row.version,
        decision=str(row.decision),
    )
    return row


@dataclass(frozen=True)
class Judged:
    """A case judged and its letter drafted; nothing of it is kept yet."""

    taken: TakenCase
    kept: Judgement
    draft: Draft

    @property
    def tells(self) -> bool:
        """Whether its letter may be sent: somebody may learn it, and is to be answered."""
        return self.taken.case.answered is not None

    def by_person(self) -> Judged:
        """The same, its letter read by a person who lets it go."""
        return replace(self, draft=replace(self.draft, approved=True))


@dataclass(frozen=True)
class Examined:
    """What the rules alone say of a case."""

    taken: TakenCase
    said: CaseJudgement
    call_sha256: str


def examine_case(rules: RulesInForce, taken: TakenCase) -> Examined:
    """Judge a case by the rules, with the values people read in it."""
    said = judge_case(rules.judge, taken.case, taken.around)
    return Examined(taken, said, text_sha256(rules.folder.call_source))


def conclude(
    mouth: Mouth, examined: Examined, decisions: Sequence[StaffDecision], now: datetime
) -> Judged:
    """The verdict once people have had their say, and the letter that tells it."""
    taken, said = examined.taken, examined.said
    case = taken.case
    ruled = with_rival(said.verdict) if taken.contested else said.verdict
    verdict = with_staff_decisions(ruled, decisions, case.names.alike, papers_of_case(case))
    verdict = with_endings(verdict, case, decisions)
    draft = case_letter(mouth, taken.row, case, verdict, now)
    kept = Judgement(
        verdict, said.subjects, said.results, case.last.received, said.disagreement,
        listing_sha256(draft.request.files), examined.call_sha256,
    )  # fmt: skip
    return Judged(taken, kept, draft)


def judge_taken(rules: RulesInForce, mouth: Mouth, taken: TakenCase, now: datetime) -> Judged:
    """What the rules and people's decisions make of a case, and the letter that tells it."""
    return conclude(mouth, examine_case(rules, taken), taken.decisions, now)


def keep_judged(
    mouth: Mouth, session: Session, judged: Judged, now: datetime
) -> DecisionRow | None:
    """Keep the next version of a case's decision and queue its letter, in the caller's transaction;
    None when the case has changed since it was taken.
    """
    row = save_decision(session, judged.taken.row, judged.kept, now)
    if row is not None:
        _announce(mouth, session, judged.taken, judged.draft, row, now)
    return row


def _announce(
    mouth: Mouth, session: Session, taken: TakenCase, draft: Draft, row: DecisionRow, now: datetime
) -> None:
    """The decision in the ledger and its letter in the outbox."""
    case_id = taken.row.id
    text = f"裁定(第 {row.version} 次): {DECISION_NAMES[row.decision]}"
    record_event(
        session, now, EventKind.DECIDED, text, case_id=case_id, sha256=decision_sha256(row)
    )
    if row.disagreement:
        record_event(session, now, EventKind.DISAGREEMENT, row.disagreement, case_id=case_id)
    for mail in taken.case.mails:
        mark_answered(session, mail.id)
    keep_verify_tasks(session, taken.row, row, now)
    table = taken.case.table
    keep_change_tasks(session, taken.row, row, table.mail.id if table else None, now)
    keep_same_entry_tasks(session, taken.around.call, taken.row, taken.case, row, now)
    if taken.case.answered is not None:
        enqueue_letter(mouth, session, draft, now)
        others = [one for one in untold(session, case_id) if one in taken.case.learners]
        for number, address in enumerate(others, 1):
            enqueue_letter(mouth, session, copied(draft, address, number), now)
        return
    reason = taken.case.last.reading.screening.reason
    record_no_letter(session, now, reason, message_id=taken.case.last.id, case_id=case_id)


def take_case(session: Session, call: Call, row: CaseRow, moved: Moved = Moved()) -> TakenCase:
    """Everything about a case that judging needs, from the store; as it would be with its mails
    ``moved``.

    Raises:
        UsageError: no mail that could be judged is left.
    """
    mails = received_mails(session, row.id, moved.into, moved.out, moved.standing)
    if not mails:
        raise UsageError(f"案卷 {row.code} 里没有可以裁定的材料")
    ledger = tuple(
        LedgerEntry(accepted_id(number), item.entry.track, item.entry.applicant, item.unit)
        for number, item in enumerate(accepted_ledger(session, call.id, row.id), 1)
    )
    senders = [who_sent(mail.reading, call) for mail in reversed(mails)]
    sender = next((sender for sender in senders if sender.kind != OTHER_SENDER), senders[0])
    case = _arranged(mails, row, call, endings_of_case(session, row.id))
    decided = decisions_of_case(session, row.id)
    around = Surroundings(
        call,
        sender,
        ledger,
        # on papers that had come in before the last mail
        decided_before=any(decision.received_at < case.last.received for decision in decided),
        before=load_verdict(decided[-1]) if decided else None,
        facts=_facts_by_hand(session, row.id),
    )
    decisions = tuple(staff_decisions_in_force(session, row.id))
    return TakenCase(row, case, around, decisions, contested=row.contested)


def _arranged(
    mails: Sequence[ReceivedMail], row: CaseRow, call: Call, endings: Sequence[Ending]
) -> Case:
    case = arrange(mails, row.track, call, endings)
    case.left_out = left_out(case, call)
    return case


def with_ending(taken: TakenCase, ending: Ending) -> TakenCase:
    """The same, as if staff had said this too."""
    case, call = taken.case, taken.around.call
    return replace(taken, case=_arranged(case.mails, taken.row, call, (*case.endings, ending)))


def _facts_by_hand(session: Session, case_id: int) -> tuple[HandFact, ...]:
    return tuple(
        HandFact(fact.entry, fact.field, fact.value, fact.who, fact.at)
        for fact in staff_facts(session, case_id)
    )
