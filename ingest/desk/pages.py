"""The desk's pages for looking: tasks, cases, one case with its papers, one mail. What they show is
read by ``ingest/views``; nothing is changed here.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from typing import Any

from sqlmodel import Session
from starlette.responses import Response

from ingest.comparison.sightings import Agreement
from ingest.desk.visits import Visit, said
from ingest.errors import MailroomError, UsageError
from ingest.reading import PagePicture
from ingest.store.cases import find_case_row
from ingest.store.events import list_events
from ingest.store.messages import get_message, load_reading
from ingest.store.tables import CaseRow, EventRow, MessageRow
from ingest.store.tasks import open_tasks
from ingest.submission.byhand import OF_SUMMARY, fields_by_hand
from ingest.views.lists import case_detail, case_lines, event_line, message_detail, rival_lines
from ingest.views.papers import SUMMARY, CasePapers, PaperGroup, Sheet, case_papers
from ingest.views.records import CaseRecord
from ingest.views.tasks import TaskLine, Wanted, list_tasks, occurs, tasks_of
from notifier.outboxstates import STATE_NAMES
from rules.casestate import State
from rules.staff import StaffAction
from rules.tasks import TASK_NAMES
from rules.verdict import DECISION_NAMES, Outcome

MOST_CASES = 300  #: rows of one page
#: of a picture: it is one of ours, and still is shown as nothing but a picture
PICTURE_POLICY = {
    "content-security-policy": "default-src 'none'; sandbox",
    "cache-control": "private, max-age=3600",
}
_CLASSES: dict[str, Any] = {
    "outcomes": {
        Outcome.REJECT: "reject", Outcome.RETURN: "return", Outcome.REFER: "refer",
        Outcome.REMIND: "remind",
    },
    "agreements": {
        Agreement.SAME: "same", Agreement.DIFFERENT: "different", Agreement.UNSEEN: "unseen",
        Agreement.OPEN: "open",
    },
    "states": {
        State.ACCEPTED: "accepted", State.INCOMPLETE: "incomplete", State.REJECTED: "rejected",
        State.REFERRED: "referred",
    },
}  # fmt: skip
"""Chinese words of the domain -> the names their style has."""


ACTIONS = (
    ("a", StaffAction.ACCEPT, "经工作人员核对扫描件，材料齐全，符合要求。"),
    ("b", StaffAction.RETURN, "经工作人员核对，扫描件上的公章不清楚，请重新盖章扫描后发来。"),
    ("x", StaffAction.REJECT, "经工作人员核对，不符合通知规定的条件。"),
    ("r", StaffAction.REFER, "已转有关处室办理，由其与贵单位联系。"),
)
"""The four words a person decides with: key, word, and the reason that is usual."""


def tasks_page(visit: Visit) -> Response:
    """The open tasks, as filtered."""
    wanted = Wanted(
        text=visit.given("q"),
        kind=visit.given("kind"),
        track=visit.given("track"),
        assigned_to=visit.who if visit.given("mine") else "",
    )
    with visit.desk.app.database.reading() as session:
        tasks = list_tasks(session, wanted)
    return visit.page("tasks.html", "tasks", tasks=tasks, wanted=wanted, names=TASK_NAMES,
                      link_of=link_of)  # fmt: skip


def link_of(task: TaskLine) -> str:
    """The page a task is done on."""
    if task.case:
        return f"/cases/{task.case}?task={task.id}#task-{task.id}"
    return f"/mails/{task.message}#task-{task.id}" if task.message else "/"


def cases_page(visit: Visit) -> Response:
    """The cases, as filtered; the newest first."""
    text, decision = visit.given("q"), visit.given("decision")
    with visit.desk.app.database.reading() as session:
        lines = case_lines(session).lines
    found = [line for line in lines if _fits(line, text, decision)]
    return visit.page(
        "cases.html", "cases", lines=found[:MOST_CASES], left_out=len(found[MOST_CASES:]),
        total=len(lines), text=text, decision=decision, decisions={**DECISION_NAMES, "none": "未裁定"},
    )  # fmt: skip


def _fits(line: CaseRecord, text: str, decision: str) -> bool:
    if decision not in ("", line["decision"] or "none"):
        return False
    return occurs(text, (line["code"], line["submitter"], line["unit"], line["reply_address"]))


def case_page(visit: Visit, problem: MailroomError | None = None) -> Response:
    """One case: what is to be decided, the papers beside each other, what was written.

    After an order that was not carried out, with what is wrong and what was typed.
    """
    desk = visit.desk
    with desk.app.database.reading() as session:
        row = _case(session, visit)
        if row is None:
            return _no_case(visit)
        call = desk.app.rules.of(row.call).call
        papers = case_papers(session, call, row)
        detail = case_detail(session, row.code)
        tasks = tasks_of(session, row.id)
        events = list_events(session, case_id=row.id)
        rivals = rival_lines(session, row)
        others = [line for line in list_tasks(session, Wanted()).lines if line.case != row.code]
    shown = papers.group(_entry(visit, papers, tasks))
    scan = shown.scan if shown else None
    page = _number(visit.given("page"), scan.first if scan else 1)
    several = sum(group.state is not None for group in papers.groups) > 1
    about = shown.applicant if shown and several else ""
    return visit.page(
        "case.html", "tasks", status=409 if problem else 200,
        case=detail, papers=papers, tasks=tasks, rivals=rivals,
        events=[event_line(each) for each in events],
        shown=shown, page=page, findings=(*(shown.findings if shown else ()), *papers.findings),
        picture=desk.pictures.kept(scan.mail, *scan.file_of(page)) if scan else None,
        letter_states=STATE_NAMES, telephone=_telephone(tasks), assigned=row.assigned_to,
        people=desk.app.office.staff, actions=ACTIONS, about=about,
        fact_entry=OF_SUMMARY if shown and shown.key == SUMMARY else about,
        fields=tuple(fields_by_hand(call)),
        done=_done(visit, events), next=link_of(others[0]) if others else "",
        problem=problem, typed=_typed(visit, problem), **_CLASSES,
    )  # fmt: skip


def _done(visit: Visit, events: Sequence[EventRow]) -> str:
    """What the visitor has just done, in the ledger's words."""
    if not visit.given("done"):
        return ""
    own = [
        event for event in events if event.data and json.loads(event.data).get("who") == visit.who
    ]
    return own[-1].text if own else ""


def _typed(visit: Visit, problem: MailroomError | None) -> dict[str, str]:
    """What stood in the form of an order that was not carried out."""
    return {name: visit.given(name) if problem else "" for name in ("order", "action", "because")}


def _entry(visit: Visit, papers: CasePapers, tasks: tuple[TaskLine, ...]) -> str:
    """The group that is asked for, else the one the task is about, else the first that waits."""
    if wanted := visit.given("entry"):
        return wanted
    names = [task.entry for task in tasks if str(task.id) == visit.given("task")]
    about = (group.key for group in papers.groups if group.title in names)
    waiting = (group.key for group in papers.groups if _waits(group))
    return next(about, next(waiting, ""))


def _waits(group: PaperGroup) -> bool:
    return any(finding.outcome is Outcome.REFER for finding in group.findings)


def _telephone(tasks: tuple[TaskLine, ...]) -> str:
    return next((task.telephone for task in tasks if task.telephone), "")


def _case(session: Session, visit: Visit) -> CaseRow | None:
    try:
        return find_case_row(session, visit.part("code") or visit.given("code"))
    except UsageError:
        return None


def _no_case(visit: Visit) -> Response:
    return said("没有这个案卷。", title="找不到", status=404, who=visit)


def _number(text: str, otherwise: int) -> int:
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,3}", text) else otherwise


def sheet_page(visit: Visit) -> Response:
    """One page of a scan with its marks, drawn now if need be; by itself for a browser without
    scripts.
    """
    desk = visit.desk
    with desk.app.database.reading() as session:
        row = _case(session, visit)
        scan = _scan(session, row, visit) if row else None
    if row is None or scan is None:
        return _no_case(visit)
    page = _number(visit.part("page"), 1)
    alone = visit.request.headers.get("hx-request")
    return visit.page(
        "sheet_alone.html" if alone else "sheet_page.html", code=row.code, scan=scan, page=page,
        picture=_picture(visit, scan, page),
    )  # fmt: skip


def _scan(session: Session, row: CaseRow, visit: Visit) -> Sheet | None:
    call = visit.desk.app.rules.of(row.call).call
    return case_papers(session, call, row).sheet(visit.part("key"))


def _picture(visit: Visit, scan: Sheet, page: int) -> PagePicture:
    if page not in scan.pages:
        return PagePicture(problem="没有这一页")
    return visit.desk.pictures.picture(scan.mail, *scan.file_of(page))


def picture(visit: Visit) -> Response:
    """The picture of one page of a document that was read in a mail."""
    part, page = visit.part("part"), _number(visit.part("page"), 1)
    with visit.desk.app.database.reading() as session:
        row = get_message(session, _number(visit.part("message"), 0))
    if row is None or part not in _documents(row):
        return Response("没有这幅图像。\n", 404, media_type="text/plain")
    found = visit.desk.pictures.picture(row.sha256, part, page)
    if not found.jpeg:
        return Response(f"{found.problem}。\n", 404, media_type="text/plain")
    return Response(base64.b64decode(found.jpeg), 200, PICTURE_POLICY, "image/jpeg")


def _documents(row: MessageRow) -> set[str]:
    reading = load_reading(row)
    if reading is None:
        return set()
    paths = {path for document in reading.documents for path in document.parts}
    return {part.sha256 for part in reading.parts if part.path in paths} | {
        document.sha256 for document in reading.documents
    }


def mail_page(visit: Visit, problem: MailroomError | None = None) -> Response:
    """One mail: who wrote what, what was attached, what became of it."""
    number = _number(visit.part("number") or visit.given("message"), 0)
    with visit.desk.app.database.reading() as session:
        row = get_message(session, number)
        if row is None:
            return said("没有这封来件。", title="找不到", status=404, who=visit)
        reading = load_reading(row)
        numbers = {task.id for task in open_tasks(session, message_id=number)}
        tasks = [line for line in list_tasks(session, Wanted()).lines if line.id in numbers]
        detail = message_detail(session, number)
    text = reading.text if reading else ""
    return visit.page(
        "mail.html", "tasks", status=409 if problem else 200, mail=detail, text=text, tasks=tasks,
        fates=FATE_WORDS, done=visit.given("done"), problem=problem,
        calls=[each.call for each in visit.desk.app.rules.all],
    )  # fmt: skip


FATE_WORDS = {
    "document": "已识别为申报材料",
    "unpacked": "压缩包, 内容另列",
    "body": "邮件正文",
    "inline": "邮件自带的图片",
}
"""What is said of a part that nothing else is said of."""
