"""The tree of commands. Each group registers itself here; nothing else happens."""

from __future__ import annotations

from copy import copy
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.main import get_command, get_command_name

from ingest.cli import (
    audit,
    casework,
    config,
    demo,
    desk,
    digest,
    doctor,
    document,
    export,
    init,
    messagework,
    operations,
    outbox,
    receipt,
    recovery,
    roles,
    rules_at_work,
    task,
)
from ingest.cli import call as call_fit
from ingest.cli import rules as rulefiles
from ingest.cli.console import Console
from ingest.cli.helptext import speak_chinese


class _ChineseTyper(typer.Typer):
    """Commands whose help is Chinese."""

    def __call__(self, arguments: list[str], **about: Any) -> Any:
        return _branch(_asked(arguments))(arguments, **about)


app = _ChineseTyper(
    name="mailroom", help="收发室: 登记、核验、答复以电子邮件报送的申报材料。", no_args_is_help=True, add_completion=True,
    rich_markup_mode=None, pretty_exceptions_enable=False,
)  # fmt: skip


@cache
def _branch(name: str | None) -> Any:
    """The tree of commands, ready to be called; with a name only what is called so. Annotations of
    eighty commands are read for the whole tree, which takes longer than most commands.
    """
    tree = copy(app)
    if name is not None:
        tree.registered_commands = [each for each in app.registered_commands if _name(each) == name]
        tree.registered_groups = [each for each in app.registered_groups if each.name == name]
    command = get_command(tree)
    speak_chinese(command)
    return command


def _asked(arguments: list[str]) -> str | None:
    """The group or command that the arguments name; nothing when they begin otherwise: with help,
    with an option of the root, with what there is not.
    """
    words = arguments[2:] if arguments[:1] == ["--config"] else arguments
    commands = {_name(each) for each in app.registered_commands}
    known = commands | {each.name for each in app.registered_groups}
    return words[0] if words and words[0] in known else None


def _name(command: Any) -> str:
    return command.name or get_command_name(command.callback.__name__)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"mailroom {version('mailroom')}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    config_file: Annotated[
        Path | None,
        typer.Option("--config", help="配置文件 mailroom.toml", envvar="MAILROOM_CONFIG"),
    ] = None,
    show_version: Annotated[
        bool,
        typer.Option("--version", help="版本", is_eager=True, callback=_print_version),
    ] = False,
) -> None:
    """收发室: 登记、核验、答复以电子邮件报送的申报材料。"""
    del show_version
    context.obj = Console(config_file)


operations.register(app)
init.register(app)
recovery.register(app)
doctor.register(app)
roles.register(app)
export.register(app)
demo.register(app)
desk.register(app)
app.add_typer(messagework.group, name="message", help="来件: 查看、移动、办结")
app.add_typer(document.group, name="document", help="文档: 查看一份 Word 或扫描件里有什么")
app.add_typer(casework.group, name="case", help="案卷: 列表、内容、依据、裁定")
app.add_typer(task.group, name="task", help="待办: 要人办的事")
app.add_typer(outbox.group, name="outbox", help="发件箱: 待发和已发的信函")
app.add_typer(receipt.group, name="receipt", help="回执: 核验一封信是否属实")
app.add_typer(audit.group, name="audit", help="台账: 核验有没有被改动")
app.add_typer(digest.group, name="digest", help="日报: 预览、立即发送")
app.add_typer(call_fit.group, name="call", help="征集: 让配置对上空白表")
rules_at_work.register(rulefiles.group)
app.add_typer(config.group, name="config", help="配置: 现在生效的是什么")
app.add_typer(rulefiles.group, name="rules", help="规则文件: 检查、跑样例、重判、依据")
