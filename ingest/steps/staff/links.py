"""The links of a digest by which staff answer it: each opens a mail that bears its 办理码.

Nothing is done by opening a link: mail scanners open all of them. What a mail with a code does is
in ``replies.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType
from urllib.parse import quote

from ingest.office import Mouth
from ingest.receipts.staffcodes import (
    MAX_TASKS,
    Reaction,
    StaffCode,
    Target,
    reaction_name,
    staff_code,
)
from notifier.digest import MAX_ROWS, ActionLink, DigestData, Handle, HumanTask
from rules.tasks import TaskKind

VALID = timedelta(days=7)
"""How long after its digest a code is good; every later digest brings new ones."""
REACTIONS: Mapping[TaskKind, tuple[Reaction, ...]] = MappingProxyType(
    {
        TaskKind.VERIFY: (Reaction.ACCEPT, Reaction.RETURN, Reaction.REJECT, Reaction.FORWARD),
        TaskKind.SECOND: (Reaction.REJECT,),
        TaskKind.WITHDRAWAL: (Reaction.WITHDRAW, Reaction.KEEP),
        TaskKind.CHANGE: (Reaction.WITHDRAW, Reaction.KEEP),
    }
)
"""What each kind of task may be answered with; every other kind with 办结."""
_USUAL = "材料已核对"
_HINT = "※ 请在“理由：”后面写明理由，再发送；这一行和下面各行不用改。"


def with_links(data: DigestData, mouth: Mouth, day: date) -> DigestData:
    """The digest's data with the links by which each task is answered until ``VALID`` after
    ``day``.
    """
    until = day + VALID
    tasks = tuple(_linked(task, mouth, until) for task in data.needs_human)
    return replace(data, needs_human=tasks, accept_all=_accept_all(tasks, mouth, until))


def _linked(task: HumanTask, mouth: Mouth, until: date) -> HumanTask:
    if task.handle is None:
        return task
    handle = task.handle
    reactions = REACTIONS.get(handle.kind, (Reaction.CLOSE,))
    if handle.kind is TaskKind.CHANGE and not handle.entry:  # nobody knows yet of which entry
        reactions = (Reaction.CLOSE,)
    links = tuple(_link(task, handle, reaction, mouth, until) for reaction in reactions)
    return replace(task, links=links)


def _link(
    task: HumanTask, handle: Handle, reaction: Reaction, mouth: Mouth, until: date
) -> ActionLink:
    code = staff_code(mouth.key, StaffCode(reaction, until, (_target(handle),)))
    label = reaction_name(reaction, handle.entry)
    if handle.kind is TaskKind.SECOND:
        label = f"同意{label}"
    reason = _USUAL if reaction is Reaction.ACCEPT else ""
    about = " ".join(part for part in (task.case_code, task.applicant) if part)
    body = [f"理由：{reason}", "", _HINT, f"※ {about}：{label}"]
    return ActionLink(label, _mailto(mouth, f"{label} {task.case_code} {code}", body))


def _accept_all(tasks: Sequence[HumanTask], mouth: Mouth, until: date) -> str:
    """One link that accepts everything shown to be verified; "" when that is one thing or none."""
    shown = [task.handle for task in tasks[:MAX_ROWS] if task.handle is not None]
    handles = [handle for handle in shown if handle.kind is TaskKind.VERIFY][:MAX_TASKS]
    if len(handles) < 2:
        return ""
    code = StaffCode(Reaction.ACCEPT, until, tuple(map(_target, handles)))
    names = "、".join(dict.fromkeys(handle.case for handle in handles))
    body = [f"理由：{_USUAL}", "", _HINT, f"※ {names}", staff_code(mouth.key, code)]
    return _mailto(mouth, f"全部受理（{len(handles)} 项）", body)


def _target(handle: Handle) -> Target:
    return Target(handle.task, handle.version, handle.case, handle.entry)


def _mailto(mouth: Mouth, subject: str, body: Sequence[str]) -> str:
    """RFC 6068: everything but letters and digits in percent, lines ended by CRLF."""
    words = {"subject": subject, "body": "\r\n".join(body) + "\r\n"}
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in words.items())
    return f"mailto:{quote(mouth.office.inbox, safe='@')}?{query}"
