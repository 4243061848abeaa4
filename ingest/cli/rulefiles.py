"""``mailroom rules``: an administrator's work on rule files. Needs no database and no mailbox."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
FileArgument = Annotated[Path | None, typer.Argument(help="规则文件;不写则检查配置中的征集")]
