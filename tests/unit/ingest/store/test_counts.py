"""Everything is counted, and every state is named."""

from __future__ import annotations

from datetime import datetime, timedelta

from ingest.store import cases, messages
from ingest.store.cases import Judgement, NewCase
from ingest.store.counts import count_decided, count_everything, count_fetched
from ingest.store.database import Database
from ingest.store.messages import Arrival
from ingest.store.tables import MessageState
from notifier import outbox
from notifier.outbox import NewLetter
from notifier.outboxstates import OutboxState
from rules.verdict import Decision, Verdict


def test_everything_is_counted(database: Database, now: datetime) -> None:
    """Every state is named, present or not."""
    with database.writing() as session:
        for uid, state in enumerate(
            (MessageState.STORED, MessageState.STORED, MessageState.TOO_LARGE),
            start=1,
        ):
            arrival = Arrival("INBOX", 1, uid, 1, now - timedelta(hours=uid), f"{uid:064x}", state)
            messages.record_message(session, arrival, now)
        for key in "abc":
            case, _ = cases.open_case(
                session, NewCase("c", "示范区", "Q", 2024, key, key, "", "", ""), now, now
            )
            if key == "a":
                cases.touch_case(session, case.id, now, now)
            else:
                verdict = Verdict(decision=Decision.REFERRED, entries=(), rules_sha256="")
                cases.save_decision(session, case, Judgement(verdict, (), [], now), now)
        outbox.enqueue(
            session, NewLetter("k", "digest", "a@example.org", "日报", "<d@example.org>", b""), now
        )
    with database.reading() as session:
        counts = count_everything(session)
        assert count_fetched(session, now, now + timedelta(1)) == 3
        assert count_fetched(session, now + timedelta(seconds=1), now + timedelta(1)) == 0
        assert count_decided(session, now, now + timedelta(1))[Decision.REFERRED] == 2
        assert sum(count_decided(session, now - timedelta(1), now).values()) == 0
    assert counts.messages[MessageState.STORED] == 2
    assert counts.messages[MessageState.DUPLICATE] == 0
    assert (counts.unanswered, counts.undecided, counts.to_judge) == (0, 1, 1)
    assert counts.cases == {
        Decision.ACCEPTED: 0,
        Decision.INCOMPLETE: 0,
        Decision.REJECTED: 0,
        Decision.REFERRED: 2,
    }
    assert counts.outbox[OutboxState.QUEUED] == 1


def test_an_empty_house_can_be_counted(database: Database) -> None:
    """Nothing there is no error."""
    with database.reading() as session:
        counts = count_everything(session)
    assert sum(counts.messages.values()) == sum(counts.outbox.values()) == counts.unanswered == 0
