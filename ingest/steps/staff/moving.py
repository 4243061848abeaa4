"""Mails put where they belong: moved, added to a second case, cases merged and split.

Whatever case loses or gains a mail is judged again; a case that loses its last papers is closed.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from ingest.errors import UsageError
from ingest.steps.judge import Judged, Moved, judge_taken, take_case
from ingest.steps.staff.orders import (
    Hands,
    Plan,
    Turn,
    open_case_row,
    planned,
    require_reason,
)
from ingest.store.addresses import addresses_of_case, know_address
from ingest.store.cases import (
    NewCase,
    cases_of_message,
    close_case,
    join_case,
    latest_decision,
    leave_case,
    load_verdict,
    messages_of_case,
    open_case,
    readings_of,
    request_judgement,
)
from ingest.store.events import EventKind, record_event
from ingest.store.messages import get_message, load_reading
from ingest.store.tables import CaseRow, MessageRow
from ingest.store.tasks import close_task, open_tasks
from ingest.submission.case import parts_of_matter
from ingest.submission.filing import TRACKLESS_CODE
from ingest.submission.sender import who_sent
from ingest.views.states import case_state
from rules.standing import AddressProof, Standing

EMPTIED = "已结案"


def plan_move(
    hands: Hands, number: int, to_code: str, because: str, *, from_code: str = ""
) -> Plan:
    """The mail taken out of its case (``from_code``, where it is in several) and put into another.

    Raises:
        UsageError: no such mail or case, the mail is there already, or has not been read.
    """
    because = require_reason(because)
    with hands.database.reading() as session:
        mail, target = _mail(session, number), open_case_row(session, to_code)
        require_same_call(hands, mail, target)
        holders = cases_of_message(session, number)
        source = _source(session, mail, holders, from_code)
        if target.id in {row.id for row in holders}:
            raise UsageError(f"来件 {number} 已在案卷 {target.code} 里")
    return _plan_mails(hands, (number,), source, target, because, f"来件 {number} 移入")


def plan_attach(hands: Hands, number: int, to_code: str, because: str) -> Plan:
    """The mail put into one more case; where it is already it stays.

    Raises:
        UsageError: as for :func:`plan_move`.
    """
    because = require_reason(because)
    with hands.database.reading() as session:
        mail, target = _mail(session, number), open_case_row(session, to_code)
        require_same_call(hands, mail, target)
        if target.id in {row.id for row in cases_of_message(session, number)}:
            raise UsageError(f"来件 {number} 已在案卷 {target.code} 里")
    return _plan_mails(hands, (number,), None, target, because, f"来件 {number} 并入")


def plan_merge(hands: Hands, code: str, into: str, because: str) -> Plan:
    """All mails of a case put into another one, which stands for both from then on.

    Raises:
        UsageError: no such case, both are one, or they are of different tracks.
    """
    because = require_reason(because)
    with hands.database.reading() as session:
        source, target = open_case_row(session, code), open_case_row(session, into)
        if source.id == target.id:
            raise UsageError("两个编号是同一个案卷")
        if source.call != target.call:
            raise UsageError(f"案卷 {source.code} 和 {target.code} 不是同一项征集的，不能合并")
        if source.track and target.track and source.track != target.track:
            raise UsageError(
                f"案卷 {source.code} 是{source.track}，{target.code} 是{target.track}，不能合并",
                "个别来件归错的，用 mailroom message move",
            )
        numbers = [mail.id for mail, _ in messages_of_case(session, source.id)]
    words = f"案卷 {source.code} 并入"
    return _plan_mails(hands, tuple(numbers), source, target, because, words, merge=True)


def plan_split(hands: Hands, code: str, numbers: Sequence[int], because: str) -> Plan:
    """Some mails of a case put into a new case of their own, which is judged at the next round.

    Raises:
        UsageError: no such case, a mail is not in it, or all of its papers would leave.
    """
    because = require_reason(because)
    with hands.database.reading() as session:
        row = open_case_row(session, code)
        there = {mail.id for mail, _ in messages_of_case(session, row.id)}
        if strange := [number for number in numbers if number not in there]:
            raise UsageError(
                f"来件 {'、'.join(map(str, strange))} 不在案卷 {row.code} 里",
                "用 mailroom case show 查看案卷里的来件",
            )
        if not _has_papers(session, there - set(numbers)):
            raise UsageError(f"案卷 {row.code} 拆分后就没有材料了", "至少留下一封有材料的来件")
        if not _has_papers(session, numbers):
            raise UsageError("要分出的来件都没有材料", "没有材料的来件不用单独立案")
    judged = _judged(hands, row, Moved(out=frozenset(numbers)))
    which = "、".join(map(str, numbers))
    sentence = f"案卷 {row.code} 的来件 {which} 分出，另立案卷，随后按规则裁定"

    def write(session: Session) -> None:
        new = _open_for(session, hands, row, numbers)
        for number in numbers:
            leave_case(session, row.id, number)
            join_case(
                session, new.id, number, f"{hands.who} 分出：{because}", hands.now, Standing.OWNER
            )
        request_judgement(session, new.id, hands.now)
        text = (
            f"{hands.who} 把来件 {which} 从案卷 {row.code} 分出，立案 {new.code}；理由：{because}"
        )
        data = {"who": hands.who, "because": because, "from": row.code, "to": new.code}
        for case_id in (row.id, new.id):
            record_event(session, hands.now, EventKind.SPLIT, text, case_id=case_id, data=data)

    turns = (_turn(hands, row, judged),)
    return planned(hands, sentence, write, turns=turns, judged=(judged,))


def _plan_mails(
    hands: Hands,
    numbers: tuple[int, ...],
    source: CaseRow | None,
    target: CaseRow,
    because: str,
    words: str,
    *,
    merge: bool = False,
) -> Plan:
    with hands.database.reading() as session:
        gains = _has_papers(session, numbers)
        left = _left(session, source, numbers)
    # Who was moved by hand has not become known; a merged case brings its known addresses along.
    standing = Standing.OWNER if merge else Standing.RELEASED
    moved = Moved(into=numbers, standing=standing)
    gaining: tuple[Judged, ...] = (_judged(hands, target, moved),) if gains else ()
    losing: tuple[Judged, ...] = ()
    if source is not None and left and not merge:
        losing = (_judged(hands, source, Moved(out=frozenset(numbers))),)
    closes = source is not None and not losing
    turns = [_turn(hands, target, gaining[0] if gaining else None)]
    if source is not None:
        turns.append(_turn(hands, source, losing[0] if losing else None, closes=closes))

    def write(session: Session) -> None:
        how = f"{hands.who} {'合并' if merge else '归入'}：{because}"
        for number in numbers:
            join_case(session, target.id, number, how, hands.now, standing)
            if source is not None:
                leave_case(session, source.id, number)
            _close_tasks_of_mail(session, hands, number, because)
        if source is not None and closes:
            close_case(session, source.id, hands.now, target.id if merge else None)
            _close_tasks_of_case(session, hands, source, because)
        if source is not None and merge:
            for known in addresses_of_case(session, source.id):
                know_address(
                    session, target.id, known.address, AddressProof.STAFF, hands.now, hands.who
                )
        _record(session, hands, source, target, because, words, merge=merge)

    ends = f"，案卷 {source.code} 结案" if source is not None and closes else ""
    sentence = f"{words}案卷 {target.code}{ends}"
    return planned(hands, sentence, write, turns=tuple(turns), judged=(*gaining, *losing))


def _record(
    session: Session,
    hands: Hands,
    source: CaseRow | None,
    target: CaseRow,
    because: str,
    words: str,
    *,
    merge: bool,
) -> None:
    text = f"{hands.who} 把{words}案卷 {target.code}；理由：{because}"
    data = {"who": hands.who, "because": because, "to": target.code}
    data |= {"from": source.code} if source is not None else {}
    kind = EventKind.MERGED if merge else EventKind.MOVED
    for row in (target, source):
        if row is not None:
            record_event(session, hands.now, kind, text, case_id=row.id, data=data)


def _mail(session: Session, number: int) -> MessageRow:
    """A mail that has been read. Raises UsageError."""
    row = get_message(session, number)
    if row is None:
        raise UsageError(f"没有编号为 {number} 的来件", "用 mailroom message list 查看编号")
    if load_reading(row) is None:
        raise UsageError(
            f"来件 {number} 还没有读过，不能归入案卷", "mailroom message show 查看状态"
        )
    return row


def require_same_call(hands: Hands, mail: MessageRow, target: CaseRow) -> None:
    """Refuse a mail that was read under another call's forms; one that names no call was read under
    the first. Raises UsageError.
    """
    read_for = mail.call or hands.rules.call.id
    if read_for != target.call:
        raise UsageError(
            f"来件 {mail.id} 是按征集 {read_for} 读的，案卷 {target.code} 属于 {target.call}",
            f"先用 mailroom message route {mail.id} {target.call} 按该征集重读",
        )


def _source(
    session: Session, mail: MessageRow, holders: Sequence[CaseRow], from_code: str
) -> CaseRow | None:
    """The case a mail is to leave; None when it is in none. Raises UsageError."""
    if from_code:
        row = open_case_row(session, from_code)
        if row.id not in {holder.id for holder in holders}:
            raise UsageError(f"来件 {mail.id} 不在案卷 {row.code} 里")
        return row
    if len(holders) > 1:
        codes = "、".join(row.code for row in holders)
        raise UsageError(f"来件 {mail.id} 在几个案卷里: {codes}", "用 --from 写明从哪个案卷移出")
    return holders[0] if holders else None


def _has_papers(session: Session, numbers: Sequence[int] | set[int]) -> bool:
    found = readings_of(session, tuple(numbers))
    return any(parts_of_matter(reading) for _, reading in found)


def _left(session: Session, source: CaseRow | None, numbers: Sequence[int]) -> bool:
    """Whether papers are left in a case without these mails."""
    if source is None:
        return False
    there = {mail.id for mail, _ in messages_of_case(session, source.id)}
    return _has_papers(session, there - set(numbers))


def _judged(hands: Hands, row: CaseRow, moved: Moved) -> Judged:
    hands = hands.on(row)
    with hands.database.reading() as session:
        taken = take_case(session, hands.rules.call, row, moved)
    return judge_taken(hands.rules, hands.mouth, taken, hands.now).by_person()


def _turn(hands: Hands, row: CaseRow, judged: Judged | None, *, closes: bool = False) -> Turn:
    with hands.database.reading() as session:
        latest = latest_decision(session, row.id)
    before = case_state(row, load_verdict(latest) if latest is not None else None)
    if judged is not None:
        return Turn(row.code, before, case_state(row, judged.kept.verdict))
    return Turn(row.code, before, EMPTIED if closes else before)


def _open_for(session: Session, hands: Hands, row: CaseRow, numbers: Sequence[int]) -> CaseRow:
    """A new case for mails of another one, in the name its last mail speaks for."""
    call = hands.on(row).rules.call
    mail, reading = readings_of(session, tuple(numbers))[-1]
    sender = who_sent(reading, call)
    codes = {track.name: track.code for track in call.tracks}
    new = NewCase(
        call=call.id, track=row.track, track_code=codes.get(row.track, TRACKLESS_CODE),
        year=call.deadline.year, submitter_key=f"split:{mail.id}", submitter=sender.name,
        unit=sender.unit, reply_address=reading.envelope.from_address,
        reply_name=reading.envelope.from_name,
    )  # fmt: skip
    case, _ = open_case(session, new, mail.received_at, hands.now)
    address = reading.envelope.from_address
    know_address(session, case.id, address, AddressProof.STAFF, hands.now, hands.who)
    return case


def _close_tasks_of_mail(session: Session, hands: Hands, number: int, because: str) -> None:
    for task in open_tasks(session, message_id=number):
        close_task(session, task.id, hands.who, because, hands.now)


def _close_tasks_of_case(session: Session, hands: Hands, row: CaseRow, because: str) -> None:
    for task in open_tasks(session, case_id=row.id):
        close_task(session, task.id, hands.who, because, hands.now)
