"""``mailroom check``: every part of the configuration tried in earnest, each with OK or
what to do.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from ingest.app import open_folder, open_mailbox, open_signer, open_tokens, open_transport
from ingest.errors import ConfigError, MailroomError, StorageError
from ingest.opening import refuse_unfit
from ingest.rulefiles.candidates import start_judge
from ingest.rulefiles.examination import NOTHING_BEFORE, Before, before, problems_of
from ingest.sandbox.trial import standing_walls
from ingest.sandbox.workers import WorkerDied, WorkerFailed
from ingest.settings import Settings, StoreSettings
from ingest.slips import (
    connection_slip,
    is_loopback,
    objects_slip,
    room_slip,
    stray_slip,
    value_checks,
)
from ingest.store.database import database_file, open_database, reading_existing
from ingest.store.strays import stray_mails
from ingest.storefiles import open_files
from notifier.transport import SmtpLoginRefused, SmtpUnavailable

PATIENCE = 10.0
"""Seconds a server has for any reply: whoever tries the configuration waits for it."""
JUST_NOW = timedelta(hours=1)
"""How old a file is that nobody is about to register."""


def run_checks(settings: Settings, now: datetime) -> Iterator[tuple[str, str]]:
    """Name and problem ("" when it is well) of each check, in the order they make sense."""
    yield "配置文件", ""  # it has been read, or we would not be here
    for call in settings.calls.active:
        yield from _call_folder(settings, call)
    yield from value_checks(settings, _deadlines(settings), now)
    yield "数据库", _try(lambda: _database(settings))
    yield "邮件原件目录", _try(lambda: _place(settings.store.files))
    if settings.store.objects:
        yield "对象存储", objects_slip(settings.store) or _try(lambda: _objects(settings.store))
    yield _walls(settings)
    yield "存储是否配套", _try(lambda: refuse_unfit(settings.store))
    yield "原件是否都有登记", _strays(settings, now)
    if settings.letters.sign_receipts:
        yield "回执签名", _try(lambda: open_signer(settings))
    if settings.uses_oauth2:
        yield "OAuth2 令牌", _try(lambda: open_tokens(settings).token())
    mailbox, smtp = settings.mailbox, settings.smtp
    yield "邮箱登录", connection_slip("mailbox", mailbox) or _try(lambda: _mailbox(settings))
    yield "发信登录", connection_slip("smtp", smtp) or _try(lambda: _transport(settings))
    yield "办件台", _try(lambda: check_desk(settings))


def _deadlines(settings: Settings) -> dict[str, datetime]:
    """Those of the active calls, by how a check names them; of one that cannot be read another
    check tells.
    """
    found = {}
    for call in settings.calls.active:
        with suppress(ConfigError):
            found["截止时间" + _of(settings, call)] = open_folder(settings, call).call.deadline
    return found


def _of(settings: Settings, call: str) -> str:
    """Of which call a check speaks, where there are several."""
    return f" ({call})" if len(settings.calls.active) > 1 else ""


def _walls(settings: Settings) -> tuple[str, str]:
    """A wall that is missing is told; it is a problem only where all are asked for."""
    name = "读取附件的进程隔离"
    try:
        gaps = "; ".join(standing_walls().gaps)
    except (WorkerDied, WorkerFailed) as error:
        return name, f"读取附件的进程启动不了: {str(error).strip().splitlines()[-1]}"
    if gaps and not settings.limits.require_confinement:
        return f"{name} (缺: {gaps})", ""
    return name, gaps


def check_desk(settings: Settings) -> None:
    """What is wrong with ``[desk]``. Raises ConfigError.

    Outside of this machine only a proxy with a certificate may speak for the desk: the session
    would travel in the clear.
    """
    desk, office = settings.desk, settings.office
    if not (office.staff or office.administrators):
        raise ConfigError("没有人能登录办件台", "在 [office] staff 写上工作人员的邮箱")
    if not is_loopback(desk.address) and not desk.origin.startswith("https://"):
        raise ConfigError(
            f"[desk] address 是 {desk.address}, 别的电脑能连上, 却没有加密",
            "改回 127.0.0.1, 前面放单位的 HTTPS 代理, 并在 [desk] public_url 写上 https 地址",
        )


def _call_folder(settings: Settings, call: str) -> Iterator[tuple[str, str]]:
    """What the daemon will say of a call's folder, by the very function it asks."""
    of = _of(settings, call)
    try:
        folder = open_folder(settings, call)
    except ConfigError as error:
        yield "征集配置" + of, str(error)
        yield "规则文件" + of, "征集配置有误, 没有检查"
        return
    problems = problems_of(folder, _in_force(settings, folder.call.id))
    if not any(problems.values()):
        problems["规则文件"] = _try(lambda: start_judge(folder).close())
    yield from ((name + of, problem) for name, problem in problems.items())


def _in_force(settings: Settings, call: str) -> Before:
    """What new files are held against; nothing when nothing has been stored."""
    try:
        with reading_existing(settings.store.database) as session:
            return before(session, call)
    except MailroomError:
        return NOTHING_BEFORE


def _try(check: Callable[[], object]) -> str:
    try:
        check()
    except (MailroomError, SmtpLoginRefused, SmtpUnavailable) as error:
        return str(error)
    return ""


_SCHEMAS = {
    "behind": "运行 mailroom migrate(会先备份)",
    "ahead": "数据库由更新版本的程序建立: 安装与它相配的新版本, 不要运行 mailroom migrate",
}


def _database(settings: Settings) -> None:
    database = open_database(settings.store.database)
    try:
        state = database.schema_state()
        if state in _SCHEMAS:
            raise ConfigError("数据库的结构与本程序版本不一致", _SCHEMAS[state])
        file = database_file(settings.store.database)
        if file is not None:
            _place(file.parent)
        damage = [] if state == "empty" else database.damage()
        if damage:
            raise ConfigError(
                "数据库自检有误: " + damage[0], "停止服务,用 mailroom restore 从备份恢复"
            )
    finally:
        database.close()


def _strays(settings: Settings, now: datetime) -> str:
    """Raw mails the database does not know; nothing where it cannot be read, which another check
    tells.
    """
    try:
        with reading_existing(settings.store.database) as session:
            found = stray_mails(session, open_files(settings.store), now - JUST_NOW)
    except MailroomError:
        return ""
    return stray_slip(found)


def _objects(settings: StoreSettings) -> None:
    """Whether the object store takes, gives back and removes."""
    beside, data = open_files(settings).beside, secrets.token_bytes(16)
    name = f"check-{data.hex()}"
    beside.write(name, data)
    given = beside.read(name)
    beside.remove(name)
    if given != data:
        raise StorageError("对象存储给回的内容与写入的不同", "请检查对象存储的服务")


def _place(directory: Path) -> None:
    """Whether files can be kept in a directory that is there, or can be made. Makes nothing."""
    there = next(path for path in (directory, *directory.parents) if path.exists())
    if not there.is_dir():
        raise ConfigError(f"{there} 不是目录", "检查 [store] 里的路径")
    if not os.access(there, os.W_OK | os.X_OK):
        raise ConfigError(f"{there} 不可写", "检查属主、权限,磁盘是不是以只读方式挂载")
    if slip := room_slip(shutil.disk_usage(there).free, str(directory)):
        raise ConfigError(*slip.split(": ", 1))


def _mailbox(settings: Settings) -> None:
    with open_mailbox(settings, PATIENCE).session() as session:
        session.examine(settings.mailbox.folder)


def _transport(settings: Settings) -> None:
    with open_transport(settings, PATIENCE).session():
        pass
