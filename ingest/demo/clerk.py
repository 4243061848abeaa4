"""The office's people in the shipped demo: a clerk who looks at a doubtful case and decides it, and
the administrator who lets the closing letters go. They do what the command line does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.app import App
from ingest.steps.closing import release_closing
from ingest.steps.staff.deciding import Deciding, plan_decision
from ingest.steps.staff.orders import Hands, carry_out
from ingest.store.cases import cases_of_message
from ingest.store.messages import list_messages
from rules.call import Call
from rules.staff import StaffAction
from rules.timetable import closes_at
from rules.vocabulary import BEIJING

CLERK, ADMINISTRATOR = "经办人小李", "管理员"
_AT_WORK = 10  #: o'clock, Beijing


@dataclass(frozen=True)
class Shift:
    """What one of the office's people does, and when."""

    at: datetime  #: aware
    decides: str = ""  #: number of the sample whose case is decided; "" = the closing letters go


@dataclass(frozen=True)
class Deed:
    """What was done, in Chinese."""

    at: datetime
    text: str


def shifts_of(call: Call, looked_at: dict[str, datetime]) -> tuple[Shift, ...]:
    """The clerk decides each of ``looked_at`` (number of a sample: when it came) the day after; the
    administrator comes when the call is closed.
    """
    clerk = tuple(
        Shift(_morning_after(moment), number) for number, moment in sorted(looked_at.items())
    )
    closing = closes_at(call.deadline, call.timing, call.published)
    return (*clerk, Shift(_morning_after(closing)))


def _morning_after(moment: datetime) -> datetime:
    day = moment.astimezone(BEIJING) + timedelta(days=1)
    return day.replace(hour=_AT_WORK, minute=0, second=0, microsecond=0)


def work_shift(app: App, shift: Shift, message_ids: dict[str, str]) -> Deed:
    """Do it; ``message_ids`` are those of the samples by number."""
    now = app.clock.now()
    if not shift.decides:
        done = release_closing(app.database, app.rules.call, ADMINISTRATOR, now)
        gone = [item.case_code for item in done if not item.kept_back]
        listed = "、".join(gone) or "没有"
        return Deed(now, f"{ADMINISTRATOR}看过清单，放行截止清办的信函 {len(gone)} 封: {listed}")
    hands = Hands(app.database, app.rules, app.mouth, CLERK, now)
    with app.database.reading() as session:
        (mail,) = (
            row
            for row in list_messages(session)
            if row.message_id_header == message_ids[shift.decides]
        )
        (case,) = cases_of_message(session, mail.id)
    order = Deciding(case.code, StaffAction.ACCEPT, "已看过原件，扫描件上的公章清楚")
    (turn,) = carry_out(hands, plan_decision(hands, order)).turns
    return Deed(now, f"{CLERK}看过扫描件，裁定 {turn.code}: {turn.before} -> {turn.after}")
