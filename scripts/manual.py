"""Writes what follows from the command line itself: the reference, the manual page, the completions.

    python scripts/manual.py            write them
    python scripts/manual.py --check    say which are not as they would be written; exit 1

Nothing of it is written by hand; what a command does is said in its own help.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from typer.completion import get_completion_script

from ingest.cli.application import app

ROOT = Path(__file__).resolve().parents[1]
EXIT_CODES = re.compile(r"(?m)^\| 退出码 \|.*?\n\n", re.DOTALL)
SHELLS = {"bash": "mailroom.bash", "zsh": "_mailroom", "fish": "mailroom.fish"}
OWN = frozenset({"install_completion", "show_completion", "help"})
"""Options of typer's own."""


def commands(command: Any, path: str = "mailroom") -> Iterator[tuple[str, Any]]:
    """Every command that does something, with its path; typer's own copy of click has no public
    types.
    """
    children = getattr(command, "commands", None)
    if children is None:
        yield path, command
    for name, child in (children or {}).items():
        yield from commands(child, f"{path} {name}")


def usage(path: str, command: Any) -> str:
    """``mailroom case show CODE [选项]``."""
    words = [path]
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            name = parameter.name.upper()
            words.append(name if parameter.required else f"[{name}]")
    return " ".join([*words, "[选项]"] if options(command) else words)


def options(command: Any) -> list[Any]:
    """Its options, without those every command has."""
    found = (one for one in command.params if one.param_type_name == "option")
    return [one for one in found if one.name not in OWN]


def described(parameter: Any) -> str:
    """What an option or argument is for, and the variable that stands for it."""
    words = (parameter.help or "").strip()
    variable = getattr(parameter, "envvar", None)
    return f"{words}(环境变量 {variable})" if variable else words


def spelt(option: Any) -> str:
    """``--limit 值``, ``--json``."""
    value = "" if getattr(option, "is_flag", False) else " 值"
    return ", ".join([*option.opts, *option.secondary_opts]) + value


def reference() -> str:
    """The reference as Markdown."""
    root = typer.main.get_command(app)
    lines = [
        "# 命令参考",
        "",
        "由程序自己的说明生成(`make manual`),不手改。见 [README](../../README.md#命令) 和 [怎样做](../howto/)。",
        "",
        "所有命令之前都可写:",
        "",
        *(f"- `{spelt(option)}`: {described(option)}" for option in options(root)),
    ]
    for path, command in commands(root):
        lines += [
            "",
            f"## {path}",
            "",
            (command.help or "").strip(),
            "",
            f"    {usage(path, command)}",
        ]
        given = [one for one in command.params if one.name not in OWN]
        if given:
            lines.append("")
        for one in given:
            name = one.name.upper() if one.param_type_name == "argument" else spelt(one)
            needed = "(必写)" if one.required and one.param_type_name == "option" else ""
            lines.append(f"- `{name}`{needed}: {described(one)}")
    return "\n".join(lines) + "\n"


def roff(text: str) -> str:
    """``text`` as roff prints it."""
    safe = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"(?m)^([.'])", r"\\&\1", safe)


def page() -> str:
    """The manual page ``mailroom(1)``."""
    root = typer.main.get_command(app)
    lines = [
        '.TH MAILROOM 1 "" "Mailroom 收发室" "命令手册"',
        ".ad l",
        ".nh",
        ".SH 名称",
        roff("mailroom - 收发室: 登记、核验、答复以电子邮件报送的申报材料"),
        ".SH 用法",
        ".B mailroom",
        roff("[--config 文件] 命令 [选项]"),
        ".SH 选项",
    ]
    for option in options(root):
        lines += [".TP", f".B {roff(spelt(option))}", roff(described(option))]
    lines.append(".SH 命令")
    for path, command in commands(root):
        lines += [".SS", roff(usage(path, command)), roff((command.help or "").strip())]
        for option in options(command):
            lines += [".TP", f".B {roff(spelt(option))}", roff(described(option))]
    lines += [".SH 退出码", ".nf", *map(roff, exit_codes()), ".fi"]
    lines += [".SH 文件", roff("/etc/mailroom/mailroom.toml"), ".br", roff("/var/lib/mailroom/")]
    return "\n".join(lines) + "\n"


def exit_codes() -> list[str]:
    """The codes and their meaning, from the README's table."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = EXIT_CODES.search(text)
    cells = re.findall(r"\| (\d+) \| ([^|\n]+?) (?=\|)", table[0] if table else "")
    return [f"{code}  {meaning}" for code, meaning in sorted(cells, key=lambda cell: int(cell[0]))]


def files() -> dict[Path, str]:
    """Everything that is written, by its place."""
    made = {
        ROOT / "docs/reference/命令.md": reference(),
        ROOT / "share/man/mailroom.1": page(),
    }
    for shell, name in SHELLS.items():
        script = get_completion_script(
            prog_name="mailroom", complete_var="_MAILROOM_COMPLETE", shell=shell
        )
        made[ROOT / "share/completions" / name] = script.strip() + "\n"
    return made


def main() -> int:
    """Write, or check; the exit code."""
    stale = [
        path
        for path, text in files().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    if "--check" in sys.argv:
        for path in stale:
            typer.echo(f"{path.relative_to(ROOT)}: 与命令行不符, 运行 make manual")
        return int(bool(stale))
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files()[path], encoding="utf-8")
        typer.echo(f"写了 {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
