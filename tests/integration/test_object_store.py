"""An office whose raw mails, marker and journal are in a real object store: it works, and what goes
wrong there is said in one line, loses nothing, and is tried again when it is the world's.
"""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ingest.calls import default_config
from ingest.cli import run as command
from ingest.errors import MailroomError, TemporaryError, UnavailableError
from ingest.exitcodes import ExitCode
from ingest.opening import Fit, UnfitStoreError, adopt, refuse_unfit
from ingest.purging import carry_out
from ingest.receipts.key import KEY_FILE
from ingest.sandbox.server import clean_environment
from ingest.settings import StoreSettings
from ingest.steps.receive import receive_all
from ingest.store.audit import verify_ledger
from ingest.store.backup import make_backup
from ingest.store.database import reading_existing
from ingest.store.files import FileStore
from ingest.store.tables import MessageState
from ingest.storefiles import open_files
from notifier.outboxstates import OutboxState
from tests.environment import KNOWN_PRINT
from tests.fakes.mailbox import FakeMailbox
from tests.integration.house import House, open_house, plain_mail
from tests.integration.test_purge import AUTUMN, CALL
from tests.ready_schema import lay_schema
from tests.servers.objects import BUCKET, SECRET, ObjectServer

LIMITS = {"ocr": False, "readers": 1}


class Elsewhere:
    """An office with its mails in a bucket, and short ways to ask for the parts of it."""

    def __init__(self, server: ObjectServer, directory: Path) -> None:
        self.server, self.directory, self.prefix = server, directory, directory.name
        self.mailbox = FakeMailbox()

    def table(self, **more: object) -> dict[str, Any]:
        """Its ``[store]``."""
        given = self.server.settings(self.directory, self.prefix, **more)
        return given.model_dump(exclude={"objects_secret"})

    @property
    def store(self) -> StoreSettings:
        return StoreSettings.model_validate(self.table())

    def open(self, **more: object) -> Any:
        return open_house(self.directory, self.mailbox, store_=self.table(**more), limits=LIMITS)

    def findings(self) -> tuple[str, ...]:
        """Of the ledger and every raw mail."""
        with reading_existing(self.store.database) as session:
            return verify_ledger(session, open_files(self.store)).findings

    def objects(self) -> dict[str, Path]:
        return self.server.objects(self.prefix)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is away is given up at once."""
    monkeypatch.setattr("ingest.store.bucket.PATIENCE", timedelta(milliseconds=300))


@pytest.fixture
def elsewhere(object_server: ObjectServer, tmp_path: Path) -> Elsewhere:
    lay_schema(tmp_path / "mailroom.db")
    return Elsewhere(object_server, tmp_path)


@pytest.fixture
def killable(tmp_path: Path) -> Iterator[Elsewhere]:
    """With a server of its own."""
    with ObjectServer(tmp_path / "server") as server:
        lay_schema(tmp_path / "office/mailroom.db")
        yield Elsewhere(server, tmp_path / "office")


def asks(house: House, number: int = 1) -> None:
    house.arrive(plain_mail(number))
    assert receive_all(house.app.inlet) == 1


def test_an_office_lives_with_its_mails_in_an_object_store(elsewhere: Elsewhere) -> None:
    """Taken in, read in the sandbox, answered; on this machine are the database and the key."""
    with elsewhere.open() as house:
        house.settle_rules()
        house.arrive_sample("03")
        house.settle_and_decide()
        house.send()
        assert [row.state for row in house.letters()] == [OutboxState.SENT]
        assert house.transport.letters
    kinds = {name.split("/")[0] for name in elsewhere.objects()}
    assert kinds == {"mails", "notes", "outbox.journal"}
    local = [path for path in (elsewhere.directory / "files").rglob("*") if path.is_file()]
    assert [path.name for path in local] == [KEY_FILE]
    assert elsewhere.findings() == ()
    refuse_unfit(elsewhere.store)
    with elsewhere.open() as house:  # a restart
        assert not house.send()


def test_a_server_that_is_away_loses_nothing_and_is_tried_again(killable: Elsewhere) -> None:
    """Taking in, reading and sending wait; what the server has not confirmed is not written down."""
    with killable.open() as house:
        house.settle_rules()
        asks(house)
        killable.server.stop()

        house.arrive(plain_mail(2))
        with pytest.raises(UnavailableError, match="连不上对象存储"):
            receive_all(house.app.inlet)
        assert len(house.messages()) == 1
        with pytest.raises(TemporaryError):
            house.read_one()
        assert [row.state for row in house.messages()] == [MessageState.STORED]

        killable.server.start()
        house.wait(timedelta(hours=1))
        house.settle_and_decide()
        killable.server.stop()
        queued = [row.state for row in house.letters()]
        assert queued
        with pytest.raises(TemporaryError):
            house.send()
        assert not house.transport.letters
        assert [row.state for row in house.letters()] == queued

        killable.server.start()
        house.send()
        assert len(house.transport.letters) == len(queued) == 2
    assert killable.findings() == ()


def test_a_damaged_object_is_set_aside_and_named(elsewhere: Elsewhere) -> None:
    """No later try mends it; staff are told, the ledger's verification names it."""
    with elsewhere.open() as house:
        house.settle_rules()
        asks(house)
        (path,) = (path for name, path in elsewhere.objects().items() if name.endswith(".eml"))
        path.write_bytes(path.read_bytes()[:-1] + b"?")
        for _ in range(3):
            assert house.read_one()
            house.wait(timedelta(hours=1))
        row = house.messages()[0]
        assert row.state is MessageState.SET_ASIDE
        assert "缺失或已损坏" in row.error
    assert elsewhere.findings() == (f"来件 1 的原件缺失或被改动: {row.sha256}",)


def test_a_store_of_another_office_is_refused(elsewhere: Elsewhere, tmp_path: Path) -> None:
    """Database and bucket carry one identity; so does the key, which stays on the machine."""
    with elsewhere.open() as house:
        asks(house)
    lost = elsewhere.table(database=f"sqlite:///{tmp_path / 'new.db'}")
    with pytest.raises(UnfitStoreError, match="数据库是空的"):
        refuse_unfit(StoreSettings.model_validate(lost))
    empty = elsewhere.table() | {"objects": f"s3://{BUCKET}/{elsewhere.prefix}-other/"}
    with pytest.raises(UnfitStoreError, match="来件原件不在文件目录里"):
        refuse_unfit(StoreSettings.model_validate(empty))
    without_key = elsewhere.table(local=tmp_path / "other-machine")
    with pytest.raises(UnfitStoreError, match=r"secret\.key 不见了"):
        refuse_unfit(StoreSettings.model_validate(without_key))


def test_a_database_restored_from_yesterday_is_refused_until_somebody_takes_it_over(
    elsewhere: Elsewhere, tmp_path: Path
) -> None:
    """The journal of letters in the bucket knows better; nobody is answered twice."""
    with elsewhere.open() as house:
        house.settle_rules()
        asks(house)
    shutil.copy(tmp_path / "mailroom.db", tmp_path / "yesterday.db")
    with elsewhere.open() as house:
        house.settle_and_decide()
        house.send()
        assert len(house.transport.letters) == 1
    for ending in ("-wal", "-shm", ""):
        (tmp_path / f"mailroom.db{ending}").unlink(missing_ok=True)
    shutil.copy(tmp_path / "yesterday.db", tmp_path / "mailroom.db")

    with pytest.raises(UnfitStoreError, match="比发信记录旧"):
        refuse_unfit(elsewhere.store)
    assert adopt(elsewhere.store, "管理员", AUTUMN) is Fit.BEHIND
    with elsewhere.open() as house:
        house.settle_rules()
        house.settle_and_decide()
        house.send()
        assert not house.transport.letters


def test_a_backup_holds_everything_and_brings_it_back(elsewhere: Elsewhere, tmp_path: Path) -> None:
    """Whole by itself, whatever becomes of the bucket."""
    with elsewhere.open() as house:
        house.settle_rules()
        asks(house)
        house.settle_and_decide()
        house.send()
    store = elsewhere.store
    manifest, path = make_backup(store.database, open_files(store), tmp_path / "backups", AUTUMN)
    assert manifest.mails == 1
    assert list(FileStore(path / "files").hashes()) == list(open_files(store).hashes())

    new = Elsewhere(elsewhere.server, tmp_path / f"{elsewhere.prefix}-new")
    done = run(new, "restore", str(tmp_path / "backups"), "--verify")
    assert done.exit_code == 0, done.output
    assert new.findings() == ()
    refuse_unfit(new.store)
    assert new.objects().keys() >= {"notes/store.json", "outbox.journal/000000000000"}


def test_a_purge_removes_the_objects(
    elsewhere: Elsewhere, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KNOWN_PRINT, str(tmp_path / "cache"))  # emptied, too
    with elsewhere.open() as house:
        house.settle_rules()
        house.arrive_sample("03")
        house.settle_and_decide()
        house.send()
        settings = house.app.settings
    assert list(open_files(elsewhere.store).hashes())
    assert carry_out(settings, CALL, "管理员", AUTUMN) == 1
    assert list(open_files(elsewhere.store).hashes()) == []
    assert elsewhere.findings() == ()


CONFIG = """\
[mailbox]
host = "localhost"
username = "shenbao"
accept_since = 2024-08-08T00:00:00+08:00
[smtp]
host = "localhost"
[store]
{store}
[office]
staff = ["staff@office.example"]
[calls]
directory = "{calls}"
active = ["smart-education-2024"]
"""


class Done(NamedTuple):
    """How a command ended, and what it said."""

    exit_code: int
    output: str


def written(directory: Path, store: Mapping[str, object]) -> Path:
    """A configuration with this ``[store]``."""
    lines = "\n".join(f'{key} = "{value}"' for key, value in store.items() if value)
    config = directory / "mailroom.toml"
    config.write_text(
        CONFIG.format(store=lines, calls=default_config() / "calls"), encoding="utf-8"
    )
    return config


def run(elsewhere: Elsewhere, *line: str, **store: object) -> Done:
    """A command, with lines of ``[store]`` changed."""
    table: dict[str, object] = {
        "database": elsewhere.store.database,
        "files": f"s3://{BUCKET}/{elsewhere.prefix}",
        "local": str(elsewhere.directory / "files"),
        "objects_endpoint": elsewhere.server.endpoint,
        "objects_key_id": "MAILROOM",
        "objects_secret_file": str(elsewhere.directory / "objects.secret"),
    }
    config = written(elsewhere.directory, table | store)
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        code = command([*line, "--config", str(config)])
    return Done(code, said.getvalue())


WRONG = {
    "wrong bucket": ({"files": "s3://nobody/here"}, ExitCode.CONFIGURATION, "没有存储桶 nobody"),
    "wrong key": ({"objects_key_id": "X"}, ExitCode.LOGIN_REFUSED, "objects_key_id"),
    "endpoint gone": (
        {"objects_endpoint": "http://127.0.0.1:9"}, ExitCode.UNAVAILABLE, "连不上对象存储",
    ),
    "no endpoint": ({"objects_endpoint": ""}, ExitCode.CONFIGURATION, "objects_endpoint"),
    "no secret": ({"objects_secret_file": ""}, ExitCode.CONFIGURATION, "store-objects-secret"),
    "no such secret file": (
        {"objects_secret_file": "nowhere"}, ExitCode.CONFIGURATION, "读不了 [store] 的密码文件",
    ),
    "no such certificate": ({"objects_ca_file": "nowhere"}, ExitCode.IO_ERROR, "objects_ca_file"),
    "no bucket at all": ({"files": "s3://"}, ExitCode.CONFIGURATION, "s3://存储桶/前缀"),
    "local without a bucket": ({"files": "files"}, ExitCode.CONFIGURATION, "local 只在"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_in_one_line(elsewhere: Elsewhere, name: str) -> None:
    """With what to do, and the exit code of whose fault it is; no secret, no traceback."""
    with elsewhere.open():
        pass
    store, code, words = WRONG[name]
    done = run(elsewhere, "run", "--once", **store)
    assert (done.exit_code, words in done.output) == (code, True), done.output
    assert SECRET not in done.output
    assert "Traceback" not in done.output
    assert "提示" in done.output or "mailroom.toml:7" in done.output


def test_the_check_tries_the_object_store_in_earnest(elsewhere: Elsewhere) -> None:
    """It writes, reads back and removes; nothing stays."""
    with elsewhere.open():
        pass
    before = set(elsewhere.objects())
    assert "对象存储: OK" in run(elsewhere, "check").output
    assert set(elsewhere.objects()) == before
    wrong = run(elsewhere, "check", objects_endpoint="http://objects.office.example:9000").output
    assert "明文" in wrong


def test_a_store_that_refuses_writes_takes_nothing_in(
    elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mail stays on the server, no row speaks of it."""
    from obstore.exceptions import PermissionDeniedError  # noqa: PLC0415 - an extra

    def refuse(*_: object, **__: object) -> None:
        raise PermissionDeniedError("status code: 403 Forbidden: <Code>AccessDenied</Code>")

    with elsewhere.open() as house:
        house.arrive(plain_mail())
        monkeypatch.setattr("obstore.store.S3Store.put", refuse)
        with pytest.raises(MailroomError, match="拒绝了密钥或这个操作") as refused:
            receive_all(house.app.inlet)
        assert refused.value.exit_code is ExitCode.LOGIN_REFUSED
        assert house.messages() == []
        monkeypatch.undo()
        assert receive_all(house.app.inlet) == 1


def test_the_secret_is_shown_to_nobody(
    elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not by ``config show``, not in a text of ours, not to the processes that read mails."""
    done = run(elsewhere, "config", "show")
    assert "objects.secret" in done.output
    assert SECRET not in done.output
    monkeypatch.setenv("MAILROOM_STORE__OBJECTS_SECRET", SECRET)
    done = run(elsewhere, "config", "show", objects_secret_file="")
    assert "MAILROOM_STORE__OBJECTS_SECRET" in done.output
    assert SECRET not in done.output
    assert "MAILROOM_STORE__OBJECTS_SECRET" not in clean_environment()
    assert SECRET not in repr(elsewhere.store) + repr(open_files(elsewhere.store))
    done = run(elsewhere, "config", "show", objects_secret=SECRET)
    assert done.exit_code == ExitCode.CONFIGURATION
    assert SECRET not in done.output


@pytest.mark.parametrize(
    "variable", ["AWS_SKIP_SIGNATURE", "AWS_SESSION_TOKEN", "AWS_CONDITIONAL_PUT"]
)
def test_variables_of_others_do_not_count(
    elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """Obstore would take them; they stay where they are."""
    monkeypatch.setenv(variable, "true")
    open_files(elsewhere.store).prepare()
    assert os.environ[variable] == "true"


def test_a_folder_needs_no_library_of_object_stores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And where it is missing, an object store says so."""
    monkeypatch.setitem(__import__("sys").modules, "obstore.exceptions", None)
    monkeypatch.delitem(__import__("sys").modules, "ingest.store.bucket", raising=False)
    open_files(StoreSettings(files=tmp_path)).prepare()
    wanted = StoreSettings.model_validate({"files": "s3://bucket"})
    with pytest.raises(MailroomError, match=r"mailroom\[objects\]"):
        open_files(wanted)
