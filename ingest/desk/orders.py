"""The desk's forms by which staff act: each is one order of ``ingest/steps/staff``, shown with the
letter it sends, then carried out. What an order means is not known here.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from starlette.responses import RedirectResponse, Response

from ingest.app import App
from ingest.desk.pages import case_page, mail_page
from ingest.desk.visits import Visit
from ingest.errors import MailroomError, UsageError
from ingest.steps.rules import use_rules_in_force
from ingest.steps.staff.casework import (
    assign,
    close_one_task,
    plan_close,
    plan_withdrawal,
    remark,
)
from ingest.steps.staff.correcting import Correction, plan_fact
from ingest.steps.staff.deciding import Deciding, plan_decision
from ingest.steps.staff.ending import EntryEnd, plan_ending
from ingest.steps.staff.moving import plan_attach, plan_merge, plan_split
from ingest.steps.staff.orders import Hands, Plan, carry_out
from ingest.steps.staff.releasing import plan_settling, release
from ingest.steps.staff.routing import name_call
from ingest.store.rulefiles import last_good
from rules.casestate import State
from rules.staff import StaffAction

LONGEST = 1_000  #: characters of a reason; a letter has 16 KiB


class Bench:
    """The rules in force in this process, one order at a time: their child process answers one
    question after the other.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._seen: tuple[int, ...] = ()  #: which files the rules are from, of each call

    @contextmanager
    def hands(self, who: str) -> Iterator[Hands]:
        """The hands of a staff member, under the rules that are in force by now.

        Raises:
            ConfigError: none ever were.
        """
        app = self._app
        with self._lock:
            with app.database.reading() as session:
                rows = [last_good(session, each.call.id) for each in app.rules.all]
            seen = tuple(row.id for row in rows if row is not None)
            if not seen or seen != self._seen:
                use_rules_in_force(app.rules, app.database)
                self._seen = seen
            yield Hands(app.database, app.rules, app.mouth, who, app.clock.now())


# --- what a form asks for -------------------------------------------------------------------------


def _decision(visit: Visit, hands: Hands) -> Plan:
    action = visit.given("action")
    if action not in set(StaffAction):
        raise UsageError("还没有选结论", "选 受理、退回补正、不予受理 或 转交")
    order = Deciding(
        visit.given("code"), StaffAction(action), _reason(visit), visit.given("entry"), _seen(visit)
    )
    return plan_decision(hands, order)


def _fact(visit: Visit, hands: Hands) -> Plan:
    return plan_fact(
        hands,
        Correction(
            code=visit.given("code"),
            field=visit.given("field"),
            value=visit.given("value"),
            because=_reason(visit) or f"{hands.who} 按扫描件填写",
            entry=visit.given("entry"),
            seen=_seen(visit),
        ),
    )


def _withdrawal(visit: Visit, hands: Hands) -> Plan:
    refuse = visit.given("answer") == "refuse"
    return plan_withdrawal(
        hands, visit.given("code"), _reason(visit), refuse=refuse, seen=_seen(visit)
    )


def _closing(visit: Visit, hands: Hands) -> Plan:
    return plan_close(hands, visit.given("code"), _reason(visit))


def _attaching(visit: Visit, hands: Hands) -> Plan:
    return plan_attach(hands, _number(visit, "message"), visit.given("to"), _reason(visit))


def _settling(visit: Visit, hands: Hands) -> Plan:
    return plan_settling(hands, visit.given("to"), _reason(visit))


_ENDS: Final = {"drop": State.WITHDRAWN, "rename": State.REPLACED, "stays": None}


def _ending(visit: Visit, hands: Hands) -> Plan:
    end = visit.given("answer")
    if end not in _ENDS:
        raise UsageError("还没有选怎样认定", "选 退出、更名 或 仍然申报")
    order = EntryEnd(
        visit.given("code"), visit.given("entry"), _reason(visit), _ENDS[end],
        visit.given("name"), _seen(visit),
    )  # fmt: skip
    return plan_ending(hands, order)


def _merging(visit: Visit, hands: Hands) -> Plan:
    return plan_merge(hands, visit.given("code"), visit.given("to"), _reason(visit))


def _splitting(visit: Visit, hands: Hands) -> Plan:
    numbers = re.findall(r"[0-9]{1,9}", visit.given("messages"))
    if not numbers:
        raise UsageError("没有写要分出的来件", "写来件的编号, 几封用空格隔开")
    return plan_split(hands, visit.given("code"), [*map(int, numbers)], _reason(visit))


PLANNED: Final[dict[str, Callable[[Visit, Hands], Plan]]] = {
    "decide": _decision,
    "fact": _fact,
    "withdraw": _withdrawal,
    "ending": _ending,
    "settle": _settling,
    "merge": _merging,
    "split": _splitting,
    "close": _closing,
    "attach": _attaching,
}
"""Orders that are shown before they are done."""
AT_ONCE: Final[dict[str, Callable[[Visit, Hands], str]]] = {
    "assign": lambda visit, hands: assign(hands, visit.given("code"), visit.given("to")),
    "note": lambda visit, hands: remark(hands, visit.given("code"), _cut(visit.given("text"))),
    "release": lambda visit, hands: release(
        hands, _number(visit, "message"), visit.given("to"), _reason(visit)
    ),
    "route": lambda visit, hands: name_call(
        hands, _number(visit, "message"), visit.given("call"), _reason(visit)
    ),
    "task": lambda visit, hands: close_one_task(hands, _number(visit, "task"), _reason(visit)),
}
"""Orders that write to nobody."""


def _reason(visit: Visit) -> str:
    return _cut(visit.given("because"))


def _cut(text: str) -> str:
    if len(text) > LONGEST:
        raise UsageError(f"写得太长了, 最多 {LONGEST} 个字")
    return text


def _number(visit: Visit, name: str) -> int:
    text = visit.given(name)
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0


def _seen(visit: Visit) -> int | None:
    """The version of the verdict that was on the screen. One that is missing is none that was
    ever there.
    """
    return _number(visit, "seen")


# --- the pages ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Orders:
    """The two addresses every form is sent to: one shows, one does."""

    bench: Bench

    def show(self, visit: Visit) -> Response:
        """What an order would do, with its letters; nothing is done."""
        name = "plan.html" if visit.request.headers.get("hx-request") else "plan_page.html"
        try:
            with self.bench.hands(visit.who) as hands:
                plan = _planner(visit)(visit, hands)
        except MailroomError as error:
            return visit.page(name, plan=None, error=error)
        return visit.page(name, plan=plan, error=None)

    def do(self, visit: Visit) -> Response:
        """Carry an order out, and go back to where it was given."""
        name = visit.given("order")
        try:
            with self.bench.hands(visit.who) as hands:
                if name in AT_ONCE:
                    AT_ONCE[name](visit, hands)
                else:
                    carry_out(hands, _planner(visit)(visit, hands))
        except MailroomError as error:
            return _where(visit, error)
        return RedirectResponse(f"{_back(visit)}?done=1", 303)


def _planner(visit: Visit) -> Callable[[Visit, Hands], Plan]:
    planner = PLANNED.get(visit.given("order"))
    if planner is None:
        raise UsageError("办件台没有这种操作")
    return planner


def _back(visit: Visit) -> str:
    """The page an order belongs to."""
    into = visit.given("order") in ("attach", "release", "merge", "settle")
    if code := visit.given("to") if into else visit.given("code"):
        return f"/cases/{code}"
    return f"/mails/{_number(visit, 'message')}" if visit.given("message") else "/"


def _where(visit: Visit, error: MailroomError) -> Response:
    """The page again, with what is wrong and with what was typed."""
    if visit.given("code"):
        return case_page(visit, error)
    return mail_page(visit, error)
