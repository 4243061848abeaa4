"""``mailroom check``: every part of the configuration tried in earnest, each with OK or
what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ipaddress import ip_address

from ingest.app import open_folder, open_mailbox, open_transport
from ingest.calls import CallFolder, load_templates, root_files
from ingest.errors import ConfigError, MailroomError
from ingest.sandbox.workers import WorkerDied, WorkerFailed, run_in_worker
from ingest.settings import Settings
from ingest.store.database import open_database
from ingest.store.files import FileStore
from notifier.rendering import check_templates
from notifier.transport import SmtpLoginRefused, SmtpUnavailable


def run_checks(settings: Settings) -> Iterator[tuple[str, str]]:
    """Name and problem ("" when it is well) of each check, in the order they make sense."""
    yield "配置文件", ""  # it has been read, or we would not be here
    yield "征集配置", _try(lambda: open_folder(settings))
    yield "规则文件", _try(lambda: _rules(open_folder(settings)))
    yield "根证书", _try(lambda: _roots(open_folder(settings)))
    yield "信函模板", _try(lambda: _templates(settings))
    yield "数据库", _try(lambda: _database(settings))
    yield "邮件原件目录", _try(lambda: FileStore(settings.store.files))
    yield "邮箱登录", _try(lambda: _mailbox(settings))
    yield "发信登录", _try(lambda: _transport(settings))
    yield "办件台", _try(lambda: check_desk(settings))
    yield (
        "日报收件人",
        ""
        if settings.office.staff or settings.office.administrators
        else "没有人会收到日报: 在 [office] staff 写上邮箱",
    )


def check_desk(settings: Settings) -> None:
    """What is wrong with ``[desk]``. Raises ConfigError.

    Outside of this machine only a proxy with a certificate may speak for the desk: the session
    would travel in the clear.
    """
    desk, office = settings.desk, settings.office
    if not (office.staff or office.administrators):
        raise ConfigError("没有人能登录办件台", "在 [office] staff 写上工作人员的邮箱")
    if not _is_loopback(desk.address) and not desk.origin.startswith("https://"):
        raise ConfigError(
            f"[desk] address 是 {desk.address}, 别的电脑能连上, 却没有加密",
            "改回 127.0.0.1, 前面放单位的 HTTPS 代理, 并在 [desk] public_url 写上 https 地址",
        )


def _is_loopback(address: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return address == "localhost" or ip_address(address).is_loopback
    except ValueError:  # some other name
        return False


def _try(check: Callable[[], object]) -> str:
    try:
        check()
    except (MailroomError, SmtpLoginRefused, SmtpUnavailable) as error:
        return str(error)
    return ""


def _rules(folder: CallFolder) -> None:
    from ingest.rulefiles.checking import check_rule_file  # noqa: PLC0415 - needed only here

    problems = check_rule_file(folder.rules_path, folder.rules_source, folder.call)
    if problems:
        raise ConfigError("\n".join(problems))


def _roots(folder: CallFolder) -> None:
    """The files that digital seals are trusted by; when there are none, no seal is trusted, which
    is no mistake.
    """
    files = root_files(folder.path)
    if not files:
        return
    for file in files:
        try:
            _check_root(file.read_bytes())
        except OSError as error:
            raise ConfigError(
                f"读不了根证书 {file}: {error.strerror}", "检查权限, 应能由 mailroom 账户读取"
            ) from error
        except (WorkerDied, WorkerFailed) as error:
            reason = error.reason if isinstance(error, WorkerDied) else error.message
            raise ConfigError(
                f"根证书 {file} 用不了: {reason}", "换成签发机构公布的 PEM 格式证书"
            ) from error


def _check_root(data: bytes) -> None:
    """Where all certificates are read: in the worker, which has what reads them loaded already."""
    run_in_worker("ingest.document.paged.signatures:check_root", data, returns=object)


def _templates(settings: Settings) -> None:
    problems = check_templates(load_templates(open_folder(settings)))
    if problems:
        raise ConfigError("\n".join(problems))


def _database(settings: Settings) -> None:
    database = open_database(settings.store.database)
    try:
        state = database.schema_state()
        if state not in ("current", "empty"):
            raise ConfigError("数据库的结构与本程序版本不一致", "先备份,再运行 mailroom migrate")
        damage = database.damage()
        if damage:
            raise ConfigError("数据库自检有误: " + damage[0], "停止服务,从备份恢复")
    finally:
        database.close()


def _mailbox(settings: Settings) -> None:
    with open_mailbox(settings).session() as session:
        session.examine(settings.mailbox.folder)


def _transport(settings: Settings) -> None:
    with open_transport(settings).session():
        pass
