"""The life of a call, day by day, by a clock of the test's own: twenty-four days with deadline,
closing, export and purge. What each evening's digest counts is counted again, from the ledger in
plain SQL and from what was laid into the mailbox.
"""

from __future__ import annotations

import email
import email.policy
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from ingest.clock import FixedClock
from ingest.daemon import start, work
from ingest.handover.exporting import export_call
from ingest.purging import carry_out as purge
from ingest.purging import look_ahead
from ingest.steps.closing import release_closing
from ingest.steps.receive import receive_all
from ingest.steps.staff.casework import close_one_task
from ingest.steps.staff.orders import Hands
from ingest.store.audit import verify_ledger
from ingest.store.files import FileStore
from ingest.store.tasks import open_tasks
from rules.vocabulary import BEIJING
from tests.environment import KNOWN_PRINT
from tests.integration.house import STAFF, House, open_house, plain_mail, with_file
from tests.integration.prepared import read_kits, reader, with_kit
from tests.once import Once

CALL = "smart-education-2024"
FIRST = datetime(2024, 8, 14, 9, 0, tzinfo=BEIJING)
DAYS = 24
WORDS = {"accepted": "受理", "incomplete": "待补正", "rejected": "不予受理", "referred": "转人工"}
FIFTH = "第五师双河市教育局 <shs_jyj@example.cn>"
BUREAUS = {3: "十一", 6: "三", 9: "七", 12: "十二", 19: "六"}
"""The day on which a bureau sends a file that cannot be opened; the last comes too late."""
RELEASED = 21
"""The evening on which the closing list is let go."""
KITS = {1: "most", 4: "rest"}
"""What the fifth division sends: all but one file, then that file."""


class Days:
    """A house that lives through a call, and what came to its mailbox."""

    def __init__(self, house: House) -> None:
        self.house, self.number, self.told_until = house, 0, FIRST
        self.last_question = b""

    def live(self, day: int) -> None:
        """Mails in the morning, a round then and in the evening."""
        self.house.clock.instant = FIRST + timedelta(days=day)
        for mail in self.post(day):
            self.house.arrive(mail)
            self.house.wait(timedelta(minutes=1))
        for hour in (10, 18):
            self.at(day, hour)
            self.round()

    def at(self, day: int, hour: int) -> None:
        self.house.clock.instant = datetime.combine(
            FIRST.date() + timedelta(days=day), time(hour, 50), BEIJING
        )

    def round(self) -> None:
        """One round of the daemon."""
        receive_all(self.house.app.inlet)
        while self.house.read_one():
            pass
        work(self.house.app)

    def post(self, day: int) -> list[bytes]:
        """What comes on a day: mostly a question; papers, a duplicate, an automatic reply."""
        mails = []
        if day % 3 != 2:
            self.last_question = self._mail(f"教师{day} <t{day}@example.cn>", "咨询", "何时截止?")
            mails.append(self.last_question)
        if day % 5 == 0:
            mails.append(self.last_question)
        if day == 7:
            mails.append(
                self._mail("自动 <out@example.cn>", "休假", "", auto_submitted="auto-replied")
            )
        if day in BUREAUS:
            mails.append(self._broken(BUREAUS[day], day))
        if day in KITS:
            mails.append(self._mail(FIFTH, "示范区申报", "见附件", kit=KITS[day]))
        return mails

    def _mail(self, from_: str, subject: str, text: str, kit: str = "", **headers: str) -> bytes:
        self.number += 1
        mail = plain_mail(self.number, subject, text, from_=from_, **headers)
        return (with_kit(mail, kit, self.number) if kit else mail).as_bytes()

    def _broken(self, unit: str, day: int) -> bytes:
        self.number += 1
        sender = f"第{unit}师教育局 <s{day}@example.cn>"
        mail = plain_mail(self.number, f"示范区申报 {day}", "见附件", from_=sender)
        return with_file(mail, b"broken %d" % day).as_bytes()


class Ledger:
    """The database in plain SQL: nothing of the program is asked."""

    def __init__(self, directory: Path) -> None:
        self._database = directory / "mailroom.db"

    def rows(self, query: str, *values: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self._database)) as database:
            return database.execute(query, values).fetchall()

    def received(self, since: str, until: str) -> int:
        """Mails that came into the ledger and are no second copy of one."""
        return len(
            self.rows(
                "SELECT 1 FROM events e JOIN messages m ON m.id = e.message_id WHERE e.kind ="
                " 'received' AND m.state != 'duplicate' AND e.at >= ? AND e.at < ?",
                since,
                until,
            )
        )

    def decided(self, since: str, until: str) -> Counter[str]:
        """The last decision of each case that got one."""
        last = self.rows(
            "SELECT case_id, decision, max(id) FROM decisions WHERE decided_at >= ? AND"
            " decided_at < ? GROUP BY case_id",
            since,
            until,
        )
        return Counter(str(decision) for _, decision, _ in last)

    def count(self, query: str) -> int:
        return int(str(self.rows(f"SELECT count(*) FROM {query}")[0][0]))  # noqa: S608 - our own


def utc(moment: datetime) -> str:
    """As SQLite keeps it."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"


def section(text: str, title: str) -> int:
    """How many lines of a digest's list are numbered."""
    found = re.search(rf"【{title}[^】]*】\n(.*?)(?=\n【|\Z)", text, re.DOTALL)
    return len(re.findall(r"(?m)^\d+\. ", found[1])) if found else 0


def told(subject: str) -> Counter[str]:
    """The numbers of a digest's subject: ``新收 2 件 · 受理 1``."""
    return Counter({word: int(n) for word, n in re.findall(r"(\S+) (\d+)", subject)})


def holds(days: Days, ledger: Ledger, digest: bytes) -> None:
    """What this evening's digest counts is what the ledger holds."""
    mail = email.message_from_bytes(digest, policy=email.policy.default)
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content().replace("\r\n", "\n")
    counts = told(str(mail["Subject"]).replace("】", " "))
    now = days.house.clock.instant
    since, until = utc(days.told_until), utc(now)
    days.told_until = now

    decided = ledger.decided(since, until)
    assert counts["新收"] == ledger.received(since, until)
    assert {word: counts[word] for word in WORDS.values()} == {
        word: decided[kind] for kind, word in WORDS.items()
    }
    assert section(text, "待补正") == ledger.count(
        "cases WHERE decision = 'incomplete' AND closed_at IS NULL"
    )
    assert section(text, "本期受理") == decided["accepted"]
    assert section(text, "本期不予受理") == decided["rejected"]
    held = ledger.count("outbox WHERE state = 'held' AND key LIKE 'closing:%'")
    assert counts["清办待放行"] == held == section(text, "截止清办")
    codes = set(
        re.findall(r"(?m)^\d+\. ([^｜]*)｜", text.split("【需要处理】")[1].split("\n【")[0])
    )
    assert counts["待办"] == len(codes)
    on_server = len(days.house.mailbox.folders["INBOX"].mails)
    assert on_server == ledger.count("messages")
    assert f"服务器 {on_server} 封，台账 {on_server} 封，一致" in text


@pytest.fixture
def house(tmp_path: Path, once: Once, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """An office that reads what was read once."""
    kits = once("prepared-kits", lambda: read_kits(once))
    monkeypatch.setattr("ingest.steps.read.read_or_degrade", reader(kits))
    monkeypatch.setenv(KNOWN_PRINT, str(tmp_path / "cache"))  # the purge empties it
    with open_house(tmp_path, clock=FixedClock(FIRST)) as house:
        start(house.app)
        yield house


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_every_evening_the_digest_counts_what_the_ledger_holds(
    house: House, tmp_path: Path
) -> None:
    """Twenty-four evenings, twenty-four digests; then the call is handed over and purged, the
    ledger holds, and nobody was answered twice.
    """
    days, ledger = Days(house), Ledger(tmp_path)
    days.round()  # the evening before
    for day in range(DAYS):
        sent = len(house.transport.letters)
        days.live(day)
        (digest,) = [
            letter.data for letter in house.transport.letters[sent:] if letter.recipient == STAFF
        ]
        holds(days, ledger, digest)
        if day == RELEASED:
            release_the_closing_list(house)
    assert ledger.count("events WHERE kind = 'digest'") == DAYS + 1
    assert {str(case.decision) for case in house.cases()} == {"accepted", "rejected"}

    end_what_is_open(house)
    hand_over(house, tmp_path / "移交")
    mails = ledger.count("messages WHERE state != 'duplicate'")
    assert look_ahead(house.app.settings, CALL, house.clock.instant).obstacles == ()
    assert purge(house.app.settings, CALL, "李", house.clock.instant) == mails

    with house.store() as session:
        assert verify_ledger(session, FileStore(house.app.settings.store.files)).findings == ()
    everybody = Counter(letter.data for letter in house.transport.letters)
    assert set(everybody.values()) == {1}
    assert ledger.count("outbox WHERE state != 'sent' AND state != 'superseded'") == 0
    assert house.send() == 0


def release_the_closing_list(house: House) -> None:
    """By the head of the office."""
    assert release_closing(house.app.database, house.app.rules.call, "李主任", house.clock.instant)


def end_what_is_open(house: House) -> None:
    """Every task is done."""
    app, now = house.app, house.clock.instant
    hands = Hands(app.database, app.rules, app.mouth, "李主任", now)
    with house.store() as session:
        tasks = [task.id for task in open_tasks(session)]
    for number in tasks:
        close_one_task(hands, number, "已电话说明")


def hand_over(house: House, target: Path) -> None:
    """One folder for each case."""
    app = house.app
    files = FileStore(app.settings.store.files)
    with house.store() as session:
        export_call(session, app.office, files, target, house.clock.instant)
    folders = [path.name.split()[-1] for path in target.glob("*/*") if path.is_dir()]
    assert sorted(folders) == sorted(case.code for case in house.cases())
