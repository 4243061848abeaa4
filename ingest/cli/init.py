"""``mailroom init``: the first configuration, from a few questions or from options."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.console import parse_instant_option

if TYPE_CHECKING:
    from ingest.beginning.configuration import Answers
    from ingest.beginning.providers import Provider, Server

PASSWORD = "MAILROOM_INIT_PASSWORD"  # noqa: S105 - the name of a variable


def register(app: typer.Typer) -> None:
    """Add this command to the tree."""
    app.command("init")(init)


def asked(value: str | None, question: str, option: str, *, hidden: bool = False) -> str:
    """``value``, else the answer on the terminal. Raises UsageError where nobody can answer."""
    from ingest.errors import UsageError

    if value is not None:
        return value.strip()
    if not sys.stdin.isatty():
        raise UsageError(f"没有写 {option}", "在终端里运行会逐项询问;不在终端里,都写成选项")
    return str(typer.prompt(question, hide_input=hidden)).strip()


def addresses(text: str, option: str) -> tuple[str, ...]:
    """The addresses in a list. Raises UsageError for what is none."""
    from ingest.errors import UsageError
    from notifier.transport import deliverable

    found = tuple(filter(None, (each.strip() for each in text.replace("，", ",").split(","))))
    if wrong := [each for each in found if not deliverable(each)]:
        raise UsageError(f"{option}: “{wrong[0]}”不是邮箱地址", "例如 zhangsan@example.cn")
    return found


DirectoryArgument = Annotated[Path, typer.Argument(help="配置写到哪个文件夹")]
ProviderOption = Annotated[
    str | None,
    typer.Option(
        help="163、qq、exmail、aliyun、outlook、gmail 或 generic", envvar="MAILROOM_PROVIDER"
    ),
]
AddressOption = Annotated[
    str | None, typer.Option(help="收征集材料的邮箱地址", envvar="MAILROOM_ADDRESS")
]
StaffOption = Annotated[
    str | None, typer.Option(help="收日报的工作人员,逗号隔开", envvar="MAILROOM_STAFF")
]
AdministratorsOption = Annotated[
    str | None,
    typer.Option(help="出故障时通知的管理员,逗号隔开", envvar="MAILROOM_ADMINISTRATORS"),
]
AcceptSinceOption = Annotated[
    str | None,
    typer.Option(help="从何时起的来件才理,ISO 时间;不写则从现在起", envvar="MAILROOM_ACCEPT_SINCE"),
]
CallOption = Annotated[str | None, typer.Option("--call", help="征集编号", envvar="MAILROOM_CALL")]
ImapOption = Annotated[
    str | None,
    typer.Option(help="收件服务器 主机:端口(其他邮箱)", envvar="MAILROOM_IMAP"),
]
SmtpOption = Annotated[
    str | None, typer.Option(help="发信服务器 主机:端口(其他邮箱)", envvar="MAILROOM_SMTP")
]
SecurityOption = Annotated[
    str | None,
    typer.Option(help="tls、starttls 或 none(仅限本机测试);不写则 tls", envvar="MAILROOM_SECURITY"),
]
PasswordFileOption = Annotated[
    Path | None,
    typer.Option(
        help=f"密码(授权码)在哪个文件里;- 为标准输入;也可设环境变量 {PASSWORD}",
        envvar="MAILROOM_PASSWORD_FILE",
    ),
]
TokenUrlOption = Annotated[
    str | None,
    typer.Option(help="要 OAuth2 登录的: 令牌服务的网址", envvar="MAILROOM_TOKEN_URL"),
]
ClientIdOption = Annotated[
    str | None, typer.Option(help="OAuth2: 登记的应用编号", envvar="MAILROOM_CLIENT_ID")
]
ClientSecretOption = Annotated[
    Path | None,
    typer.Option(
        help="OAuth2: 应用密钥在哪个文件里(有的才写)", envvar="MAILROOM_CLIENT_SECRET_FILE"
    ),
]
RefreshTokenOption = Annotated[
    Path | None,
    typer.Option(
        help="OAuth2: 刷新令牌在哪个文件里;- 为标准输入", envvar="MAILROOM_REFRESH_TOKEN_FILE"
    ),
]
DataOption = Annotated[
    Path | None,
    typer.Option(
        help="数据库和邮件放在哪里;不写则在配置旁边(配置在 /etc 的,放 /var/lib/mailroom)",
        envvar="MAILROOM_DATA",
    ),
]
LoginOption = Annotated[
    bool,
    typer.Option("--login/--no-login", help="写完后试登录邮箱和发信", envvar="MAILROOM_LOGIN"),
]


def init(
    directory: DirectoryArgument = Path(),
    provider: ProviderOption = None,
    address: AddressOption = None,
    staff: StaffOption = None,
    administrators: AdministratorsOption = None,
    accept_since: AcceptSinceOption = None,
    call: CallOption = None,
    imap: ImapOption = None,
    smtp: SmtpOption = None,
    security: SecurityOption = None,
    password_file: PasswordFileOption = None,
    token_url: TokenUrlOption = None,
    client_id: ClientIdOption = None,
    client_secret_file: ClientSecretOption = None,
    refresh_token_file: RefreshTokenOption = None,
    data: DataOption = None,
    login: LoginOption = True,
) -> None:
    """建立一个单位的配置: 问几个问题(或写成选项),写出带注释的 mailroom.toml 和密码(令牌)文件,试登录。"""
    from ingest.beginning.configuration import Answers
    from ingest.beginning.office import PASSWORDS, in_the_way, write_office
    from ingest.calls import shipped_call
    from ingest.clock import SystemClock
    from ingest.errors import OutputError

    if there := in_the_way(directory):
        raise OutputError(f"{there} 已经存在", "改它请用编辑器;另立一份,换一个文件夹")
    chosen = _provider(asked(provider, _PROVIDER_QUESTION, "--provider"))
    if chosen.advice and sys.stdin.isatty():
        typer.echo(chosen.advice)
    mailbox, *_ = addresses(asked(address, "收征集材料的邮箱地址", "--address"), "--address")
    servers = replace(
        chosen,
        imap=_server(chosen.imap, imap, security, "--imap"),
        smtp=_server(chosen.smtp, smtp, security, "--smtp"),
    )
    answers = Answers(
        provider=servers,
        imap=servers.imap,
        smtp=servers.smtp,
        address=mailbox,
        staff=addresses(asked(staff, "收日报的工作人员邮箱(几个用逗号隔开)", "--staff"), "--staff"),
        administrators=addresses(
            asked(administrators, "管理员邮箱", "--administrators"), "--administrators"
        ),
        accept_since=parse_instant_option(accept_since) if accept_since else SystemClock().now(),
        call=call or shipped_call(),
        data=str(data) if data else _usual_data(directory),
    )
    url = token_url or (chosen.tokens.url if chosen.tokens else "")
    if url:
        answers, secrets = _with_tokens(
            answers, url, client_id, client_secret_file, refresh_token_file
        )
    else:
        secrets = dict.fromkeys(PASSWORDS, _password(password_file))
    if there := in_the_way(directory, secrets):
        raise OutputError(f"{there} 已经存在", "改它请用编辑器;另立一份,换一个文件夹")
    path = write_office(directory, answers, secrets)
    _finish(path, answers, login=login)


def _usual_data(directory: Path) -> str:
    """Where the data of a service whose configuration lies in /etc belong: under the same name."""
    place = directory.resolve()
    return f"/var/lib/{place.relative_to('/etc')}" if place.is_relative_to("/etc") else ""


_PROVIDER_QUESTION = (
    "用哪家邮箱: 163、qq、exmail(腾讯企业邮箱)、aliyun(阿里企业邮箱)、outlook、gmail、generic(其他)"
)


def _provider(name: str) -> Provider:
    from ingest.beginning.providers import PROVIDERS
    from ingest.errors import UsageError

    if name.lower() not in PROVIDERS:
        raise UsageError(f"不认识“{name}”", "可写 " + "、".join(PROVIDERS))
    return PROVIDERS[name.lower()]


def _server(usual: Server, written: str | None, security: str | None, option: str) -> Server:
    """The provider's server, or the one that was named, asked for where neither is."""
    from ingest.beginning.providers import server_of
    from ingest.errors import UsageError

    text = written if written or usual.host else asked(None, f"{option[2:]} 主机:端口", option)
    try:
        return server_of(usual, text or "", security or "")
    except ValueError as error:
        raise UsageError(f"{option}: {error}", "例如 mail.example.cn:993") from error


def _with_tokens(
    answers: Answers,
    url: str,
    client_id: str | None,
    secret_file: Path | None,
    refresh_token_file: Path | None,
) -> tuple[Answers, dict[str, str]]:
    """The answers with those on OAuth2, and the secrets by the files they go into."""
    from ingest.beginning.configuration import CLIENT_SECRET, TokenAnswers
    from ingest.beginning.office import PASSWORDS
    from ingest.errors import UsageError
    from ingest.settings import parse_token_url

    try:
        parse_token_url(url)
    except ValueError as error:
        raise UsageError(f"--token-url: {error}") from error
    usual = answers.provider.tokens
    name = asked(client_id, "在服务商处登记的应用编号(client id)", "--client-id")
    tokens = TokenAnswers(url, name, usual.scope if usual else "", secret_file is not None)
    answers = replace(answers, tokens=tokens)
    token = _secret(None, refresh_token_file, "刷新令牌(不显示)", "--refresh-token-file")
    # the units load both password files, whoever logs in without them
    secrets = {answers.refresh_token_file: token, **dict.fromkeys(PASSWORDS, "")}
    if secret_file is not None:
        secrets[CLIENT_SECRET] = _secret(None, secret_file, "", "--client-secret-file")
    return answers, secrets


def _password(file: Path | None) -> str:
    import os

    given = os.environ.get(PASSWORD)
    return _secret(given, file, "密码或授权码(不显示)", "--password-file")


def _secret(given: str | None, file: Path | None, question: str, option: str) -> str:
    """A secret out of a file, else the one that is given, else asked for without showing it."""
    from ingest.cli.console import existing_file
    from ingest.errors import UsageError

    if str(file) == "-":
        word = sys.stdin.readline()
    elif file is not None:
        word = existing_file(file).read_text(encoding="utf-8")
    else:
        word = asked(given, question, option, hidden=True)
    if not word.strip():
        raise UsageError(f"{option} 是空的", "163、QQ 邮箱的密码填客户端授权码")
    return word.strip("\r\n")


def _finish(path: Path, answers: Answers, *, login: bool) -> None:
    """What was written, how the logins went, and the three commands that follow."""
    from ingest.beginning.office import logins
    from ingest.exitcodes import ExitCode
    from ingest.settings import load_settings

    secrets = path.parent / "secrets"
    files = f"{secrets} 里的两个密码文件"
    if answers.tokens:
        files = f"刷新令牌文件 {path.parent / answers.refresh_token_file}"
    typer.echo(f"已写好 {path} 和 {files}(只有本账户可读)")
    settings, failed = load_settings(path), False
    for name, problem in logins(settings) if login else ():
        typer.echo(f"{name}: {problem or 'OK'}")
        failed = failed or bool(problem)
    if not (settings.calls.directory / answers.call / "call.yaml").is_file():
        typer.echo(f"还没有征集 {answers.call}: mailroom --config {path} call new {answers.call}")
    typer.echo("接下来:")
    for command, what in (("check", "逐项检查"), ("run --once", "试一轮"), ("run", "常驻运行")):
        typer.echo(f"  mailroom --config {path} {command}    # {what}")
    raise typer.Exit(int(ExitCode.FINDINGS if failed else ExitCode.OK))
