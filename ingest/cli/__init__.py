"""The ``mailroom`` command: the door, its exit codes, and the last place an exception can reach.

Each command group has a file of its own and imports its work when it is called. No work is done
here.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ingest.errors import MailroomError
from ingest.exitcodes import ExitCode

if TYPE_CHECKING:
    from typer.exceptions import TyperException

__all__ = ["main", "run"]


def main() -> None:
    """Entry point of the installed command. What it writes is its account's alone: nearly all of it
    speaks of people.
    """
    gc.set_threshold(50_000, 20)  # while modules are loaded nothing becomes garbage
    os.umask(0o077)
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command and give its exit code; every error becomes one message on standard error,
    never a traceback.
    """
    from typer.exceptions import Abort, TyperException

    from ingest.cli.application import app

    # libraries say nothing on standard error, which is read by people
    logging.getLogger().handlers[:] = [logging.NullHandler()]
    try:
        result = app(config_first(arguments), prog_name="mailroom", standalone_mode=False)
    except Abort:
        return 130
    except TyperException as error:  # the command line itself is wrong
        print(_usage(error), file=sys.stderr)
        return int(ExitCode.USAGE)
    except MailroomError as error:
        print(f"mailroom: {error}", file=sys.stderr)
        return int(error.exit_code)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(ExitCode.OK)
    except Exception as error:  # the last border: our own fault, told in one line
        logging.getLogger("mailroom").debug("traceback", exc_info=True)
        if os.environ.get("MAILROOM_DEBUG"):
            traceback.print_exc()
        print(
            f"mailroom: 程序内部错误: {type(error).__name__}: {error}\n    提示: 设环境变量 MAILROOM_DEBUG=1 重试可看到详情,请连同详情反馈",
            file=sys.stderr,
        )
        return int(ExitCode.SOFTWARE)
    return int(result) if isinstance(result, int) else int(ExitCode.OK)


def _usage(error: TyperException) -> str:
    """What is wrong with the command line, and where its help is; of a group named alone, its
    help.
    """
    from ingest.cli.usage import in_chinese

    said = error.format_message()
    if type(error).__name__ == "NoArgsIsHelpError":
        return said
    context, parameter = getattr(error, "ctx", None), getattr(error, "param", None)
    path = context.command_path if context is not None else "mailroom"
    described = getattr(parameter, "help", None) or ""
    more = "" if path == "mailroom" else "，mailroom --help 列出全部命令"
    return f"mailroom: {in_chinese(said, described)}\n    提示: {path} --help 列出用法{more}"


def config_first(arguments: Sequence[str]) -> list[str]:
    """``--config FILE`` moved to the front, so that it may stand before or after the command."""
    moved: list[str] = []
    rest: list[str] = []
    items = iter(arguments)
    for item in items:
        if item == "--":
            rest += [item, *items]
        elif item == "--config":
            moved = [item, next(items, "")]
        elif item.startswith("--config="):
            moved = ["--config", item.removeprefix("--config=")]
        else:
            rest.append(item)
    return [*moved, *rest]
