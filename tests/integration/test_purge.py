"""A finished call is purged: nothing of anybody is left on the disk, the ledger still holds, an old
receipt is still answered; what is not finished is refused, and a killed purge is simply done again.
"""

from __future__ import annotations

import re
import shutil
from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from ingest import purging
from ingest.errors import UsageError
from ingest.purging import carry_out, look_ahead
from ingest.receipts.verifying import check_receipts
from ingest.settings import Settings
from ingest.steps.receive import receive_all
from ingest.store.audit import verify_ledger
from ingest.store.tables import EventRow, MessageRow, MessageState, TaskRow
from notifier.printed import printed
from rules.tasks import TaskKind
from rules.vocabulary import BEIJING
from tests.environment import KNOWN_PRINT
from tests.fakes.mailbox import FakeMailbox
from tests.integration.house import STAFF, House, open_house, plain_mail, settings

CALL = "smart-education-2024"
AUTUMN = datetime(2024, 10, 8, 9, 0, tzinfo=BEIJING)
LIMITS = {"ocr": False}


class Finished:
    """A store whose call is over: one case decided, one question answered, one mail of a machine."""

    def __init__(self, directory: Path, mailbox: FakeMailbox, code: str) -> None:
        self.directory, self.mailbox, self.code = directory, mailbox, code

    @property
    def settings(self) -> Settings:
        return settings(self.directory, limits=LIMITS)


@pytest.fixture(scope="module")
def autumn(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    directory, mailbox = tmp_path_factory.mktemp("call"), FakeMailbox()
    with open_house(directory, mailbox, limits=LIMITS) as house:
        house.settle_rules()
        house.arrive(plain_mail(from_="麦老师 <mai@dashu.example.cn>"))
        house.arrive_sample("03")
        house.settle_and_decide()
        house.send()
        for letter in house.letters():
            text = printed(letter.mime).text
            if found := re.search(r"[A-Z]\d\d-\d{4}-\w\.\d+\.[A-Z2-7-]{19}", text):
                code = found[0]
        house.digest_if_due()
        house.send()
        with house.app.database.writing() as session:
            for task in session.exec(select(TaskRow)).all():
                task.closed_at = house.clock.instant
                session.add(task)
    return Finished(directory, mailbox, code)


@pytest.fixture
def finished(autumn: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Finished:
    shutil.copytree(autumn.directory, tmp_path / "call")
    known = tmp_path / "call/cache"
    known.mkdir()
    (known / "a.print").write_text("mai@dashu.example.cn")
    monkeypatch.setenv(KNOWN_PRINT, str(known))
    return Finished(tmp_path / "call", deepcopy(autumn.mailbox), autumn.code)


def personal(finished: Finished) -> list[str]:
    """What of people is found in any byte of the store."""
    with open_house(finished.directory, finished.mailbox, limits=LIMITS) as house:
        words = {word for row in house.messages() for word in (row.from_address, row.subject)}
        answers = [row for row in house.letters() if row.recipient != STAFF]
        words |= {word for row in answers for word in (row.recipient, row.subject)}
    return sorted(filter(None, words))


def found_on_disk(finished: Finished, words: list[str]) -> set[str]:
    whole = b"".join(path.read_bytes() for path in finished.directory.rglob("*") if path.is_file())
    return {word for word in words if word.encode() in whole}


def test_nothing_of_anybody_is_left_and_the_ledger_holds(finished: Finished) -> None:
    """Twice the same; the code is answered, nobody is written to."""
    words = personal(finished)
    assert set(words) >= {"mai@dashu.example.cn"}
    assert found_on_disk(finished, words) == set(words)
    outlook = look_ahead(finished.settings, CALL, AUTUMN)
    assert outlook.obstacles == ()
    assert len(outlook.rows.messages) == 2

    assert carry_out(finished.settings, CALL, "李", AUTUMN) == 2
    assert carry_out(finished.settings, CALL, "李", AUTUMN) == 0

    assert found_on_disk(finished, words) == set()
    assert list((finished.directory / "files").glob("??/*.eml")) == []
    with open_house(finished.directory, finished.mailbox, limits=LIMITS) as house:
        with house.store() as session:
            assert verify_ledger(session, house.app.files).findings == ()
            (checked,) = check_receipts(session, house.app.key, finished.code)
        assert checked.holds
        assert len(house.events("purged")) == 1
        house.clock.instant = AUTUMN + timedelta(days=1)
        receive_all(house.app.inlet)
        assert not house.read_one()
        assert not house.judge_one()
        assert house.send() == 0
        assert "mai@" not in house.make_digest()[0].text


def test_what_was_changed_after_it_is_still_found(finished: Finished) -> None:
    """A tombstone covers what it names and nothing else; its chain is looked at as before."""
    carry_out(finished.settings, CALL, "李", AUTUMN)
    with open_house(finished.directory, finished.mailbox, limits=LIMITS) as house:
        with house.app.database.writing() as session:
            for name in ("events_no_update", "events_no_delete"):
                session.connection().exec_driver_sql(f"DROP TRIGGER {name}")
            row = session.get(EventRow, 2)
            assert row is not None
            row.chain = "0" * 64
            session.add(row)
        with house.store() as session:
            assert any("第 2 行" in each for each in verify_ledger(session).findings)
        with house.app.database.writing() as session:
            session.connection().exec_driver_sql("UPDATE events SET text = '改' WHERE id = 3")
        with house.store() as session:
            assert any("第 3 行的内容被改动" in each for each in verify_ledger(session).findings)


def test_a_purge_killed_between_database_and_disk_is_done_again(
    finished: Finished, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is erased, the files are not yet."""

    def killed(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(purging, "_remove_files", killed)
        with pytest.raises(KeyboardInterrupt):
            carry_out(finished.settings, CALL, "李", AUTUMN)
    assert list((finished.directory / "files").glob("??/*.eml")) != []

    assert carry_out(finished.settings, CALL, "李", AUTUMN) == 2
    with open_house(finished.directory, finished.mailbox, limits=LIMITS) as house:
        assert len(house.events("purged")) == 1
        with house.store() as session:
            assert verify_ledger(session, house.app.files).findings == ()


def test_what_is_not_finished_is_refused(finished: Finished) -> None:
    """The deadline, an open task, a letter that waits, a mail nobody has read; and another call."""
    before = datetime(2024, 8, 21, tzinfo=BEIJING)
    assert "征集还没有截止" in look_ahead(finished.settings, CALL, before).obstacles
    with open_house(finished.directory, finished.mailbox, limits=LIMITS) as house:
        wait(house)
    found = "\n".join(look_ahead(finished.settings, CALL, AUTUMN).obstacles)
    assert all(word in found for word in ("待办", "信函", "来件还没有读取"))
    with pytest.raises(UsageError, match="没有征集"):
        look_ahead(finished.settings, "another", AUTUMN)


def wait(house: House) -> None:
    """Something of each kind is left to do."""
    house.queue("waits")
    house.arrive(plain_mail(9))
    receive_all(house.app.inlet)
    with house.app.database.writing() as session:
        kind = next(iter(TaskKind))
        session.add(TaskRow(key="t", kind=kind, reason="看一看", opened_at=AUTUMN))


@pytest.fixture
def crowded(finished: Finished) -> Finished:
    """Beside the case: an advertisement, a mail set aside, and two questions."""
    with open_house(finished.directory, finished.mailbox, limits=LIMITS) as house:
        for number in (21, 22, 23, 24):
            house.arrive(plain_mail(number, from_=f"某人 <p{number}@elsewhere.example.cn>"))
        house.settle_and_decide()
        house.send()
        with house.app.database.writing() as session:
            rows = {row.from_address[1:3]: row for row in session.exec(select(MessageRow)).all()}
            rows["21"].call = ""
            rows["22"].call, rows["22"].state = "", MessageState.SET_ASIDE
            for task in session.exec(select(TaskRow)).all():
                task.closed_at = house.clock.instant
    return finished


def left(finished: Finished) -> set[str]:
    """Whose mails still say who wrote them."""
    with open_house(finished.directory, finished.mailbox, limits=LIMITS) as house:
        return {row.from_address.partition("@")[0] for row in house.messages() if row.from_address}


def test_mails_in_no_case_go_with_the_call(crowded: Finished) -> None:
    """Questions, advertisements, what was set aside; how many is said before."""
    outlook = look_ahead(crowded.settings, CALL, AUTUMN)
    assert (outlook.obstacles, outlook.rows.loose) == ((), 5)
    carry_out(crowded.settings, CALL, "李", AUTUMN)

    assert left(crowded) == set()


def test_they_stay_where_that_is_wanted_and_can_go_later(crowded: Finished) -> None:
    """The second time takes what the first left."""
    everybody = left(crowded)
    rows = look_ahead(crowded.settings, CALL, AUTUMN, in_cases_only=True).rows
    assert (len(rows.messages), rows.loose) == (1, 0)
    assert carry_out(crowded.settings, CALL, "李", AUTUMN, in_cases_only=True) == 1
    assert len(everybody - left(crowded)) == 1
    assert {"mai", "p21", "p22"} < left(crowded)

    carry_out(crowded.settings, CALL, "李", AUTUMN)
    assert left(crowded) == set()
    with (
        open_house(crowded.directory, crowded.mailbox, limits=LIMITS) as house,
        house.store() as session,
    ):
        assert verify_ledger(session, house.app.files).findings == ()


def test_what_was_written_to_another_call_stays(crowded: Finished) -> None:
    """Its questions, its open tasks, and what came for nobody after this call's last mail; none of
    them stands in the way.
    """
    with (
        open_house(crowded.directory, crowded.mailbox, limits=LIMITS) as house,
        house.app.database.writing() as session,
    ):
        rows = {row.from_address[1:3]: row for row in session.exec(select(MessageRow)).all()}
        rows["23"].call = rows["24"].call = "another-call"
        rows["24"].state = MessageState.STORED
        rows["22"].received_at = AUTUMN
        kind, about = next(iter(TaskKind)), rows["23"].id
        session.add(TaskRow(key="t", kind=kind, reason="看", opened_at=AUTUMN, message_id=about))
    outlook = look_ahead(crowded.settings, CALL, AUTUMN)
    assert (outlook.obstacles, outlook.rows.loose) == ((), 2)
    carry_out(crowded.settings, CALL, "李", AUTUMN)

    assert left(crowded) == {"p22", "p23", "p24"}
