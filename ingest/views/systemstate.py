"""How the program itself is doing, as the digest and ``status`` say it. Reads only; who has sent
what is ``digest.py`` beside this.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlmodel import Session

from ingest.settings import Settings
from ingest.store.counts import count_everything, count_in_ledger, count_on_server
from ingest.store.events import EventKind, Head, ledger_head, list_events
from ingest.store.folders import list_folders
from ingest.store.rulefiles import last_good, rules_trouble
from ingest.store.tables import MessageState
from ingest.views.attention import attention
from ingest.views.health import intake_health
from notifier.digest import SystemState
from notifier.outbox import NOT_TO_APPLICANTS, get_letter
from notifier.outboxstates import OutboxState
from rules.authoring.examples import has_cases

RECENT = timedelta(days=1)
"""How far back ``status`` looks for errors."""


def _ledger_line(head: Head) -> str:
    """What staff keep without doing anything: yesterday's digest proves that today's ledger was not
    cut off.
    """
    return f"台账共 {head.events} 行，末行校验值 {head.chain}"


def system_state(
    session: Session,
    settings: Settings,
    now: datetime,
    since: datetime | None = None,
) -> SystemState:
    """The program's own health, with the errors since ``since``, of a day unless given."""
    since = since or now - RECENT
    counts, folders = count_everything(session), list_folders(session)
    polled = [folder.polled_at for folder in folders if folder.polled_at is not None]
    health = intake_health(session, settings.mailbox, now)
    errors = [text for text in (health.complaint(now), *health.differences) if text]
    errors += [f"{folder.folder}: {folder.error}" for folder in folders if folder.error]
    for kind in (
        EventKind.DISAGREEMENT,
        EventKind.CANARY_LOST,
        EventKind.JUDGING_FAILED,
        EventKind.ALLEGED_BOUNCE,
        EventKind.ALARM,
    ):
        errors += dict.fromkeys(
            event.text
            for event in reversed(
                list_events(session, kind=kind, since=since),
            )
        )
    errors += _office_letters_lost(session, since)
    errors += [trouble] if (trouble := rules_trouble(session, *settings.calls.active)) else []
    errors += _unguarded_rules(session, settings)
    errors += attention(session, settings, now)
    return SystemState(
        server_count=count_on_server(session),
        ledger_count=count_in_ledger(session),
        set_aside=counts.messages[MessageState.SET_ASIDE],
        pending=counts.messages[MessageState.STORED] + counts.to_judge,
        queued_letters=counts.outbox[OutboxState.QUEUED] + counts.outbox[OutboxState.RETRY],
        last_poll=max(polled, default=None),
        stale=health.stale,
        errors=tuple(errors),
        held=settings.letters.silenced(),
        ledger=_ledger_line(ledger_head(session)),
    )


def _unguarded_rules(session: Session, settings: Settings) -> Iterator[str]:
    """Rules in force without a single example: a wrong edit would go in force unnoticed."""
    for call in settings.calls.active:
        row = last_good(session, call)
        if row is not None and not has_cases(row.examples_source):
            of = f"{call} 的" if len(settings.calls.active) > 1 else ""
            yield f"{of}规则没有样例(examples.yaml)，改错了没有什么能发现"


def _office_letters_lost(session: Session, since: datetime) -> Iterator[str]:
    """Digests and alarms that bounced or failed: whoever should have read them does not know."""
    for kind in (EventKind.UNDELIVERED, EventKind.FAILED):
        for event in list_events(session, kind=kind, since=since):
            letter = get_letter(session, event.outbox_id) if event.outbox_id is not None else None
            if letter is not None and letter.kind in NOT_TO_APPLICANTS:
                yield f"发给 {letter.recipient} 的“{letter.subject}”没有送达：{event.text}"
