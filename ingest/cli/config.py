"""``mailroom config``: the configuration as it is in force."""

from __future__ import annotations

from dataclasses import asdict

import typer

from ingest.cli.console import JsonOption, console, print_json, print_table

group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@group.callback()
def config() -> None:
    """配置: 现在生效的是什么。"""


@group.command("show")
def show(context: typer.Context, as_json: JsonOption = False) -> None:
    """每一项设置现在的值和它从哪里来(第几行、环境变量、默认);密码只说在哪里。"""
    from ingest.beginning.shown import settings_in_force

    listed = settings_in_force(console(context).named())
    if as_json:
        print_json([asdict(one) for one in listed])
        return
    print_table(
        ("设置", "值", "来自"),
        [[f"{one.section}.{one.key}", one.value, one.source] for one in listed],
    )
