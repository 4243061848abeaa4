"""The help that the parser writes, in Chinese. The one place: words in, words out, and the tree of
commands that is made to say them.

Its own words cannot all be set (headings, kinds of values), and it wraps its lines before anybody
sees them; so what it has written is read once more. What is not known here is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from types import MethodType
from typing import Any

_HEADINGS = {"Options": "选项", "Commands": "命令", "Arguments": "参数"}
_VALUES = {
    "str": "文字",
    "path": "路径",
    "int": "整数",
    "int range": "整数",
    "list[int]": "整数...",
    "list[str]": "文字...",
    "list[path]": "路径...",
    "float": "数",
}
_SENTENCES = (
    ("Show this message and exit.", "显示这份说明"),
    ("Install completion for the current shell.", "为当前的 shell 装上补全"),
    (
        "Show completion for the current shell, to copy it or customize the installation.",
        "打印当前 shell 的补全脚本,可另存、修改",
    ),
    ("Install completion for the specified shell.", "为指定的 shell 装上补全"),
    (
        "Show completion for the specified shell, to copy it or customize the installation.",
        "打印指定 shell 的补全脚本,可另存、修改",
    ),
    ("[env var:", "[环境变量:"),
    ("[default:", "[缺省:"),
    ("[required]", "[必写]"),
    ("required]", "必写]"),
)


def speak_chinese(command: Any) -> None:
    """Let a command and all below it write their help in Chinese; the parser's own copy of click
    has no public types.
    """
    command.get_help = MethodType(_translating(type(command).get_help), command)
    for child in (getattr(command, "commands", None) or {}).values():
        speak_chinese(child)


def _translating(written: Callable[..., str]) -> Callable[..., str]:
    def get_help(self: Any, context: Any) -> str:
        return help_in_chinese(written(self, context))

    return get_help


def help_in_chinese(text: str) -> str:
    """The parser's help in Chinese, each column where it was."""
    text = re.sub(r"(?m)\AUsage: (.*(?:\n +\S.*)*)", _usage, text)
    for english, chinese in _HEADINGS.items():
        text = re.sub(rf"(?m)^{english}:$", f"{chinese}:", text)
    for english, chinese in _SENTENCES:
        text = re.sub(re.escape(english).replace(r"\ ", r"\s+"), chinese, text)
    text = re.sub(r"\bx>=(\d+)\]", r"不小于 \1]", text)
    return re.sub(r"(?m)(?<= )<([a-z][a-z\[\] ]*)>( *)(?=\S|$)", _value, text)


def _usage(match: re.Match[str]) -> str:
    words = match[1].replace("[OPTIONS]", "[选项]").replace("COMMAND [ARGS]...", "命令 ...")
    return f"用法: {words}"


def _value(match: re.Match[str]) -> str:
    """A kind of value. A character takes two columns: what follows stays in its place."""
    kind, gap = match[1], match[2]
    word = _VALUES.get(kind)
    if word is None:
        return match[0]
    width = len(kind) - sum(2 if ord(each) > 0x2E80 else 1 for each in word)
    return f"<{word}>{' ' * max(len(gap) + width, min(len(gap), 1))}" if gap else f"<{word}>"
