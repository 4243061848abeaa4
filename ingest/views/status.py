"""The state of the house in numbers, for ``status --json``. Reads only."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from ingest.settings import Settings
from ingest.store.counts import count_everything, count_in_ledger, count_on_server
from ingest.store.events import ledger_head
from ingest.store.folders import list_folders
from ingest.store.queue import queue_state
from ingest.store.rulefiles import rules_trouble
from ingest.views.attention import attention
from ingest.views.health import intake_health
from ingest.views.records import QueueRecord, StatusReport


def status_report(
    session: Session,
    *,
    hold: bool,
    now: datetime,
    settings: Settings,
) -> StatusReport:
    """Counts of mails, cases and letters by state, when the mailbox was last seen, and whether that
    is too long ago.

    ``reconciled`` says that every mail the server listed at the last look has its row;
    ``differences`` names the folders where that is not so. ``stale`` is why nobody may trust the
    rest: no good look for too long; "" = there was.
    """
    health = intake_health(session, settings.mailbox, now)
    counts, head = count_everything(session), ledger_head(session)
    folders = list_folders(session)
    polled = max(
        (folder.polled_at for folder in folders if folder.polled_at is not None),
        default=None,
    )
    return {
        "now": now.isoformat(),
        "server_count": count_on_server(session),
        "ledger_count": count_in_ledger(session),
        "reconciled": health.reconciled,
        "differences": list(health.differences),
        "last_poll": polled.isoformat() if polled else None,
        "stale": health.complaint(now),
        "messages": {state.value: number for state, number in counts.messages.items()},
        "cases": {decision.value: number for decision, number in counts.cases.items()}
        | {"undecided": counts.undecided},
        "to_judge": counts.to_judge,
        "outbox": {state.value: number for state, number in counts.outbox.items()},
        "held": hold,
        "rules_trouble": rules_trouble(session, *settings.calls.active),
        "attention": list(attention(session, settings, now)),
        "queue": _queue(session),
        "ledger": {"events": head.events, "head": head.chain},
        "errors": {folder.folder: folder.error for folder in folders if folder.error},
    }


def _queue(session: Session) -> QueueRecord | None:
    state = queue_state(session)
    if state is None:
        return None
    return {
        "waiting": state.waiting,
        "doing": state.doing,
        "stuck": state.stuck,
        "failed": state.failed,
        "workers": state.workers,
        "receiver": state.receiver,
        "receiver_version": state.receiver_version,
        "receiver_silent": state.receiver_silent,
    }
