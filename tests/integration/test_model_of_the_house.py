"""Whatever happens in whatever order: a machine that plays mailbox, mail server, clock and axe
against a simple model.

The house is the real one with its database, files, rules and letters; mailbox and way out are
stand-ins that keep the contract (tests/contract). The model knows only which bytes ever lay in the
mailbox and which of them ask for a letter.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ingest.clock import FixedClock
from ingest.daemon import start
from ingest.errors import TemporaryError
from ingest.steps.receive import receive_all
from ingest.store.tables import MessageState
from notifier.outbox import OutboxRow, next_to_send
from notifier.outboxstates import OutboxState
from notifier.transport import SendOutcome, SendResult
from tests.fakes.mailbox import FakeMailbox
from tests.fakes.transport import FakeLetter, FakeTransport, FakeTransportSession
from tests.integration.house import MORNING, House, open_house, plain_mail, with_file
from tests.integration.without_worker import without_worker

FINAL = {MessageState.READ, MessageState.DUPLICATE, MessageState.SET_ASIDE}
MAY_HAVE_LEFT = {OutboxState.SENDING, OutboxState.SENT, OutboxState.UNCERTAIN}
TROUBLE = (
    SendOutcome.RETRY,
    SendOutcome.REFUSED,
    SendOutcome.UNCERTAIN,
    SendOutcome.TOMORROW,
    SendOutcome.CONFIGURATION,
)


class Killed(BaseException):
    """SIGKILL, as far as one process can play it: nobody catches it, and nothing after it runs."""


@dataclass
class Order:
    """What the next letter meets, beside the answer."""

    taken: bool  #: the server has it, whatever it says or does not say
    dies: bool = False  #: we are killed before the answer is heard


class LossyTransport(FakeTransport):
    """The stand-in, with a server that may have taken what it did not say it took."""

    order: Order | None = None

    @contextmanager
    def session(self) -> Iterator[FakeTransportSession]:
        with super().session():
            yield LossySession(self)

    def calm(self) -> None:
        """Nothing that was ordered is left."""
        self._answers.clear()
        self.order = None


class LossySession(FakeTransportSession):
    def send(self, sender: str, recipient: str, data: bytes) -> SendResult:
        transport = self._transport
        assert isinstance(transport, LossyTransport)
        order, transport.order = transport.order, None
        if order is not None and order.taken:
            transport.letters.append(FakeLetter(sender, recipient, data))
        if order is not None and order.dies:
            raise Killed
        return super().send(sender, recipient, data)


@cache
def empty_store() -> Path:
    """A store with its schema, made once: making it takes longer than a whole run."""
    directory = Path(tempfile.mkdtemp(prefix="model-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    with open_house(directory):
        return directory


class TheHouse(RuleBasedStateMachine):
    """The rules are what the world may do; the invariants are what people trust."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp(prefix="model-"))
        shutil.copytree(empty_store(), self.directory, dirs_exist_ok=True)
        self.stack = ExitStack()
        self.mailbox, self.transport = FakeMailbox(), LossyTransport()
        self.clock = FixedClock(MORNING)
        self.house = self._open()
        self.arrived: set[str] = set()  #: hashes of all bytes that ever lay in the mailbox
        self.seen: set[str] = set()  #: of those, what was there when a look ended well
        self.asking: set[str] = set()  #: hashes of the bytes that ask for a letter
        self.serial = 0
        self.validity = 1

    def _open(self) -> House:
        """The office as it is on disk, before the same mailbox and the same server."""
        self.stack.close()
        letters = {
            "settle": "10m",
            "per_sender_per_day": 1000,
            "per_case": 1000,
            "global_per_hour": 10_000,
        }
        house = self.stack.enter_context(
            open_house(self.directory, self.clock, smtp={"pace": "0s"}, letters=letters)
        )  # fmt: skip
        house.app.mailbox = house.mailbox = self.mailbox
        house.app.transport = house.transport = self.transport
        return house

    def teardown(self) -> None:
        """Nothing stays behind."""
        self.stack.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _lay(self, raw: bytes) -> None:
        self.house.arrive(raw)
        self.arrived.add(hashlib.sha256(raw).hexdigest())

    def _there(self) -> list[tuple[int, bytes]]:
        return [(uid, raw) for uid, (raw, _) in self.mailbox.folders["INBOX"].mails.items()]

    # --- what senders do
    # -------------------------------------------------------------------------------------------

    @initialize()
    def a_mail_is_waiting(self) -> None:
        """No run is empty."""
        self.ask(sender=0)

    @rule(sender=st.integers(0, 3))
    def ask(self, sender: int) -> None:
        """A question: one letter, decided while it is read."""
        self.serial += 1
        raw = plain_mail(
            self.serial, from_=f"问 <q{sender}@example.cn>", text=f"问题 {self.serial}"
        ).as_bytes()
        self.asking.add(hashlib.sha256(raw).hexdigest())
        self._lay(raw)

    @rule(sender=st.integers(0, 2))
    def apply(self, sender: int) -> None:
        """Papers: a case, judged after its settle window; several mails may share a decision."""
        self.serial += 1
        mail = plain_mail(self.serial, "示范校申报", "见附件", from_=f"校 <a{sender}@example.cn>")
        self._lay(with_file(mail, b"paper %d" % self.serial).as_bytes())

    @rule(sender=st.integers(0, 3))
    def reuse_a_message_id(self, sender: int) -> None:
        """The Message-ID of the mail before, with other contents."""
        raw = plain_mail(self.serial, "又问", f"另一封信 {self.serial} {sender}").as_bytes()
        self.asking.add(hashlib.sha256(raw).hexdigest())
        self._lay(raw)

    @precondition(lambda self: self._there())
    @rule(data=st.data())
    def deliver_again(self, data: st.DataObject) -> None:
        """The same bytes once more under a new uid."""
        self._lay(data.draw(st.sampled_from(self._there()))[1])

    # --- what the server and other mail programs do
    # ------------------------------------------------------------------

    @precondition(lambda self: self._there())
    @rule(data=st.data())
    def expunge(self, data: st.DataObject) -> None:
        """Somebody deletes a mail, fetched or not."""
        self.mailbox.expunge(data.draw(st.sampled_from(self._there()))[0])

    @rule()
    def renumber(self) -> None:
        """A new UIDVALIDITY: every uid means something else."""
        self.validity += 1
        self.mailbox.renumber(self.validity)

    # --- what the house does
    # -----------------------------------------------------------------------------------------

    @rule(break_at=st.sampled_from(["", "", "session", "examine", "summaries", "fetch_raw"]))
    def look(self, break_at: str) -> None:
        """One look at the mailbox, perhaps cut off on the way."""
        if break_at:
            self.mailbox.fail_next(break_at, TemporaryError("连接中断"))
        there = {hashlib.sha256(raw).hexdigest() for _, raw in self._there()}
        try:
            receive_all(self.house.app.inlet)
        except TemporaryError:
            return
        finally:
            self.mailbox._troubles.clear()
        self.seen |= there

    @rule(mails=st.integers(1, 4))
    def look_and_read(self, mails: int) -> None:
        """What the loop does all day: a look that ends well, and a few mails are read."""
        self.look("")
        for _ in range(mails):
            self.house.read_one()

    @rule()
    def judge(self) -> None:
        """One case, when its window has passed."""
        self.house.judge_one()

    def _something_is_due(self) -> bool:
        with self.house.store() as session:
            return next_to_send(session, self.clock.instant) is not None

    @precondition(lambda self: self._something_is_due())
    @rule(outcome=st.sampled_from(TROUBLE))
    def refuse(self, outcome: SendOutcome) -> None:
        """The server does not take the next letter, and hangs up."""
        self.transport.answer_next(outcome, 0, "?", then_lost=True)
        self.house.send()
        self.transport.calm()

    @precondition(lambda self: self._something_is_due())
    @rule(taken=st.booleans())
    def lose_the_reply(self, *, taken: bool) -> None:
        """The connection breaks after the final dot; the server may have taken the letter all the
        same.
        """
        self.transport.answer_next(SendOutcome.UNCERTAIN, 0, "?", then_lost=True)
        self.transport.order = Order(taken)
        self.house.send()
        self.transport.calm()

    @precondition(lambda self: self._something_is_due())
    @rule()
    def send(self) -> None:
        """Letters that are due leave."""
        self.house.send()

    @rule(minutes=st.sampled_from([1, 11, 61, 24 * 60]))
    def wait(self, minutes: int) -> None:
        """Time passes."""
        self.house.wait(timedelta(minutes=minutes))

    # --- the axe
    # -----------------------------------------------------------------------------------------------------

    @rule()
    def kill(self) -> None:
        """Between two steps; then it is started again from what is on disk."""
        self._restart()

    @precondition(lambda self: self._something_is_due())
    @rule(taken=st.booleans())
    def kill_while_sending(self, *, taken: bool) -> None:
        """While the server has the letter, or before it has: nobody wrote down what became of
        it.
        """
        self.transport.order = Order(taken=taken, dies=True)
        try:
            self.house.send()
        except Killed:
            self._restart()
        self.transport.calm()

    def _restart(self) -> None:
        self.house = self._open()
        start(self.house.app)

    # --- what must hold
    # ----------------------------------------------------------------------------------------------

    @invariant()
    def every_row_has_its_bytes(self) -> None:
        """And speaks of bytes that lay in the mailbox."""
        for row in self.house.messages():
            assert row.sha256 in self.arrived
            assert self.house.app.files.intact(row.sha256)

    @invariant()
    def what_was_seen_is_in_the_ledger(self) -> None:
        """Nothing that lay there during a good look is skipped, and one row alone carries the work
        for its bytes.
        """
        rows = self.house.messages()
        assert self.seen <= {row.sha256 for row in rows}
        first = Counter(row.sha256 for row in rows if row.state is not MessageState.DUPLICATE)
        assert all(count == 1 for count in first.values()), first
        places = Counter((row.folder, row.uidvalidity, row.uid) for row in rows)
        assert all(count == 1 for count in places.values())

    @invariant()
    def nobody_is_answered_twice(self) -> None:
        """One row for a decision, at most one copy of it outside, and that only after it was
        decided and claimed.
        """
        letters = self.house.letters()
        copies = Counter(letter.data for letter in self.transport.letters)
        known = {letter.mime: letter for letter in letters}
        assert set(copies) <= set(known)
        assert all(count == 1 for count in copies.values())
        assert {known[data].state for data in copies} <= MAY_HAVE_LEFT
        assert all(
            copies[letter.mime] == 1 for letter in letters if letter.state is OutboxState.SENT
        )
        per_question = Counter(
            letter.message_ref
            for letter in letters
            if letter.case_id is None and letter.message_ref
        )
        assert all(count == 1 for count in per_question.values())

    def settle_everything(self) -> None:
        """The world comes to rest: then everything is decided, and every question has its one
        letter.
        """
        self.transport.calm()
        for _ in range(2):
            self._restart()
            self.look("")
            while self.house.read_one():
                pass
            self.house.wait(timedelta(days=2))
            self.house.decide()
            while self.house.send():
                pass
        self._nothing_is_left_over()

    def _nothing_is_left_over(self) -> None:
        rows, letters = self.house.messages(), self.house.letters()
        assert {row.state for row in rows} <= FINAL
        assert all(row.answered for row in rows if row.state is MessageState.READ)
        assert all(case.judge_after is None and case.version >= 1 for case in self.house.cases())
        assert not {letter.state for letter in letters} & {
            OutboxState.QUEUED,
            OutboxState.SENDING,
            OutboxState.RETRY,
        }
        answered = Counter(self._bytes_answered(letter) for letter in letters if letter.message_ref)
        assert all(answered[sha] == 1 for sha in self.asking & self.seen)

    def _bytes_answered(self, letter: OutboxRow) -> str:
        return next(row.sha256 for row in self.house.messages() if row.id == letter.message_ref)


class BroughtToRest(TheHouse):
    """The same, brought to rest at the end of every run."""

    at_rest = 0  #: runs that ended so

    def teardown(self) -> None:
        try:
            self.settle_everything()
            self.every_row_has_its_bytes()
            self.what_was_seen_is_in_the_ledger()
            self.nobody_is_answered_twice()
            BroughtToRest.at_rest += 1
        finally:
            super().teardown()


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_no_order_of_events_loses_a_mail_or_answers_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Random orders of everything the world does, each brought to rest at the end; MODEL_RUNS says
    how many.
    """
    without_worker(monkeypatch)
    monkeypatch.setattr(BroughtToRest, "at_rest", 0)
    runs = int(os.environ.get("MODEL_RUNS", "20"))
    run_state_machine_as_test(
        BroughtToRest,
        settings=settings(
            max_examples=runs,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
            database=None,
        ),
    )
    assert BroughtToRest.at_rest >= runs
