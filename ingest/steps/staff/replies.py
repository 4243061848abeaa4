"""A staff member's mail: what it asks with 办理码 is done, and answered with what was done.

The mail was screened to come from a staff address before it got here. Everything that cannot be
done is said in the answer and changes nothing; a mail without a code is a question to the
administrators. No applicant ever gets a word of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256

from sqlmodel import Session

from ingest.errors import MailroomError, UsageError
from ingest.office import Mouth
from ingest.receipts.signing import signed_serial
from ingest.receipts.staffcodes import (
    ACTION_OF,
    NEEDS_REASON,
    REACTION_NAMES,
    Found,
    Reaction,
    Target,
    find_codes,
    is_ours,
    reaction_name,
    reason_in,
)
from ingest.rulefiles.in_force import RulesInForce
from ingest.steps.staff.casework import close_one_task, plan_withdrawal
from ingest.steps.staff.deciding import Deciding, plan_decision
from ingest.steps.staff.ending import EntryEnd, plan_ending
from ingest.steps.staff.orders import Done, Hands, Plan, carry_out
from ingest.store.cases import get_case
from ingest.store.database import Database
from ingest.store.events import EventKind, queue_letter, record_event, record_no_letter
from ingest.store.messages import load_reading, mark_answered, next_staff_mail
from ingest.store.staff import find_code, keep_code, use_code
from ingest.store.tables import MessageRow, TaskRow
from ingest.store.tasks import NewTask, get_task, open_task
from ingest.submission.quoting import own_text
from notifier.letters import message_id
from notifier.mime import build_notice
from notifier.outbox import STAFF_ANSWER, NewLetter, count_letters
from notifier.wording import clean_line
from rules.casestate import State
from rules.tasks import TASK_NAMES, TaskKind
from rules.vocabulary import BEIJING

MAX_CODES = 30
"""Codes of one mail that are looked at."""
MAX_REASON = 300
"""Characters of a reason: it goes to the applicant, and a digest quoted along must not."""
MAX_QUOTED = 2_000
"""Characters of a staff member's question that administrators are shown."""


def answer_one(database: Database, rules: RulesInForce, mouth: Mouth, now: datetime) -> bool:
    """Do what the oldest unanswered staff mail asks; False when none waits."""
    with database.reading() as session:
        row = next_staff_mail(session)
    if row is None:
        return False
    reading = load_reading(row)
    assert reading is not None  # only a mail that was read is screened
    words = own_text(reading.text)
    codes = find_codes(reading.envelope.subject, words)[:MAX_CODES]
    hands = Hands(database, rules, mouth, row.from_address, now)
    if codes:
        reply = Reply(hands, row, reason_in(words))
        _finish(hands, row, [line for code in codes for line in reply.carry_out(code, codes)])
    else:
        _pass_to_administrators(hands, row, words)
    return True


@dataclass(frozen=True)
class Reply:
    """One mail by a staff member."""

    hands: Hands
    row: MessageRow
    because: str  #: in the words of the mail

    def carry_out(self, code: Found, all_codes: Sequence[Found]) -> Iterator[str]:
        """Do what one code asks; says what became of it, a line or more."""
        try:
            targets = self._verified(code, all_codes)
        except UsageError as error:
            yield f"{REACTION_NAMES[code.reaction]}：没有办理。{error.message}"
            return
        for target, task in targets:
            name = reaction_name(code.reaction, target.entry)
            about = f"{target.case or f'待办 {target.task}'}{f'（{target.entry}）' if target.entry else ''}"
            try:
                done = self._one(code, target, task)
            except MailroomError as error:
                yield f"{about} {name}：没有办理。{error.message}"
            else:
                yield f"{about} {name}：{done}"

    def _verified(self, code: Found, all_codes: Sequence[Found]) -> list[tuple[Target, TaskRow]]:
        """The tasks a code of ours speaks of. Raises UsageError."""
        hands = self.hands
        with hands.database.reading() as session:
            found = [(task, _target(session, task, version))
                     for number, version in code.tasks
                     if (task := get_task(session, number)) is not None]  # fmt: skip
            known = find_code(session, code.text)
        targets = [target for _, target in found]
        if len(found) != len(code.tasks) or not is_ours(hands.mouth.key, code, targets):
            raise UsageError("办理码不是本单位出具的，或抄写有误")
        if _ends(code) <= hands.now:
            raise UsageError(f"办理码已过期（有效至 {code.until}），请用最近一期日报里的")
        if known is not None and known.used_at is not None and known.used_by != self._mark:
            used = known.used_at.astimezone(BEIJING)
            raise UsageError(
                f"办理码已用过（{used:%m-%d %H:%M}，{known.used_by.partition(' ')[0]}）"
            )
        others = [other for other in all_codes if other.reaction is not code.reaction]
        if any(set(code.tasks) & set(other.tasks) for other in others):
            raise UsageError("同一待办有几个不同的办理码，不知以哪个为准")
        if code.reaction in NEEDS_REASON and not self.because:
            raise UsageError("没有写理由。请重新点击日报里的链接，在“理由：”后面写明，再发送")
        if len(self.because) > MAX_REASON:
            raise UsageError(f"理由超过 {MAX_REASON} 字，或夹带了引文。请只写理由，再发送")
        return [(target, task) for task, target in found]

    @property
    def _mark(self) -> str:
        """By whom a code is used: this very mail, so that a repeated step knows its own work."""
        return f"{self.hands.who} 来件{self.row.id}"

    def _one(self, code: Found, target: Target, task: TaskRow) -> str:
        """Do it for one task. Raises MailroomError."""
        if task.closed_at is not None:
            return self._closed(code, task)
        because = self.because or "材料已核对"
        if code.reaction is Reaction.CLOSE:
            close_one_task(self.hands, task.id, because)
            self._use(code)
            return f"已办结（{TASK_NAMES[task.kind]}）"
        if not target.case:
            raise UsageError("这项待办没有案卷，不能这样办")
        return _told(carry_out(self.hands, self._marked(self._plan(code, target, because), code)))

    def _closed(self, code: Found, task: TaskRow) -> str:
        """What is said of a task that is closed already. Raises UsageError unless this mail did it:
        by another code, or before the program was stopped.
        """
        with self.hands.database.reading() as session:
            known = find_code(session, code.text)
        by_this = known is not None and known.used_by == self._mark
        if task.closed_by == self.hands.who and (by_this or task.closed_at == self.hands.now):
            return "已办理。"
        raise UsageError(f"待办已由 {task.closed_by} 办结：{task.closed_because}")

    def _plan(self, code: Found, target: Target, because: str) -> Plan:
        if code.reaction in (Reaction.WITHDRAW, Reaction.KEEP):
            refuse = code.reaction is Reaction.KEEP
            if target.entry:
                state = None if refuse else State.WITHDRAWN
                end = EntryEnd(target.case, target.entry, because, state, seen=target.version)
                return plan_ending(self.hands, end)
            return plan_withdrawal(
                self.hands, target.case, because, refuse=refuse, seen=target.version
            )
        action = ACTION_OF[code.reaction]
        order = Deciding(target.case, action, because, target.entry, target.version)
        return plan_decision(self.hands, order)

    def _marked(self, plan: Plan, code: Found) -> Plan:
        """The plan with the use of the code in the same transaction."""

        def write(session: Session) -> None:
            self._use_in(session, code)
            plan.write(session)

        return replace(plan, write=write)

    def _use(self, code: Found) -> None:
        with self.hands.database.writing() as session:
            self._use_in(session, code)

    def _use_in(self, session: Session, code: Found) -> None:
        """Use the code up. Raises UsageError when somebody else was quicker."""
        purpose = json.dumps({"reaction": code.reaction.value, "tasks": code.tasks})
        keep_code(session, code.text, purpose, "", self.hands.now, _ends(code))
        known = find_code(session, code.text)
        if known is not None and known.used_by == self._mark:
            return  # a code for several tasks is used by the first of them
        if not use_code(session, code.text, self._mark, self.hands.now):
            raise UsageError("办理码刚被用过")


def _target(session: Session, task: TaskRow, version: int) -> Target:
    case = get_case(session, task.case_id) if task.case_id is not None else None
    return Target(task.id, version, case.code if case is not None else "", task.entry)


def _ends(code: Found) -> datetime:
    """The first moment a code is no good any more."""
    return datetime.combine(code.until + timedelta(days=1), time(), BEIJING).astimezone(UTC)


def _told(done: Done) -> str:
    turns = "；".join(f"{turn.before} -> {turn.after}" for turn in done.turns)
    letters = "；".join(f"{letter.name}发往 {letter.to}" for letter in done.letters)
    return f"已办理。{turns or done.sentence}。{letters or '没有发信'}。"


# --- the answer -----------------------------------------------------------------------------------


def _finish(hands: Hands, row: MessageRow, lines: Sequence[str]) -> None:
    text = "".join(f"{number}. {line}\n" for number, line in enumerate(lines, 1))
    with hands.database.writing() as session:
        mark_answered(session, row.id)
        told = f"工作人员 {row.from_address} 来信办理：{'；'.join(lines)}"
        record_event(session, hands.now, EventKind.STAFF_REPLY, told, message_id=row.id)
        _write(hands, session, row, row.from_address, f"【办理结果】{_subject(row)}", text)


def _pass_to_administrators(hands: Hands, row: MessageRow, words: str) -> None:
    """A question by staff: a task, a mail to the administrators, and word that it was passed on."""
    office, subject = hands.mouth.office, _subject(row)
    others = [each for each in office.administrators if each.lower() != row.from_address]
    with hands.database.writing() as session:
        mark_answered(session, row.id)
        task = NewTask(
            key=f"staff:{row.id}",
            kind=TaskKind.STAFF_MAIL,
            reason=f"工作人员 {row.from_address} 来信，没有办理码：{subject}",
            message_id=row.id,
            address=row.from_address,
        )
        open_task(session, task, hands.now)
        record_event(session, hands.now, EventKind.STAFF_REPLY, task.reason, message_id=row.id)
        quoted = "\n".join(f"> {line}" for line in words[:MAX_QUOTED].splitlines())
        for address in others:
            _write(hands, session, row, address, f"【工作人员来信】{subject}",
                   f"{task.reason}。没有办理任何事项。\n\n{quoted}\n")  # fmt: skip
        where = "已转管理员" if others else "已列入日报的待办"
        _write(hands, session, row, row.from_address, f"【没有办理】{subject}",
               f"来信里没有办理码，没有办理任何事项，{where}。\n{HOW_TO_ANSWER}\n")  # fmt: skip


HOW_TO_ANSWER = "要办理日报里的事项，请点击该事项后面的链接，在打开的信里写明理由，再发送。"


def _subject(row: MessageRow) -> str:
    return clean_line(row.subject, 60) or "（无主题）"


def _write(
    hands: Hands, session: Session, row: MessageRow, to: str, subject: str, text: str
) -> None:
    """A short mail within the office; within a day no more of them to one address than to any."""
    mouth, now = hands.mouth, hands.now
    if count_letters(session, now - timedelta(days=1), to) >= mouth.caps.per_sender_per_day:
        record_no_letter(session, now, f"一天内发给 {to} 的信已到上限", message_id=row.id)
        return
    office, key = mouth.office, f"{STAFF_ANSWER}:{row.id}:{to}"
    serial = signed_serial(mouth.key, f"staff.{sha256(key.encode()).hexdigest()[:20]}")
    mime = build_notice(
        subject, text, to_address=to, from_name=office.from_name,
        from_address=office.from_address, date=now, serial=serial,
    )  # fmt: skip
    new = NewLetter(
        key, STAFF_ANSWER, to, subject, message_id(serial, office.from_address), mime,
        message_ref=row.id,
    )  # fmt: skip
    queue_letter(session, new, now, f"答复工作人员: {subject}")
