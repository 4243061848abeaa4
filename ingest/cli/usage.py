"""What is wrong with a command line, in Chinese. Pure: the parser's own sentence in, ours out.

The parser's sentences are its only interface for this; one that is not known here is shown as it
is, behind Chinese words, so that nothing is lost when it changes.
"""

from __future__ import annotations

import re

_QUOTED = r"'([^']*)'"
_SENTENCES: tuple[tuple[str, str], ...] = (
    (rf"No such command {_QUOTED}\. Did you mean {_QUOTED}\?", r"没有命令“\1”，是不是 \2？"),
    (rf"No such command {_QUOTED}\.?(?: \(Possible commands: (.*)\))?", r"没有命令“\1”"),
    (r"No such option: (\S+) \(Possible options: (.*)\)", r"没有选项 \1，是不是 \2？"),
    (r"No such option: (\S+?)\.? Did you mean (\S+)\?", r"没有选项 \1，是不是 \2？"),
    (r"No such option: (\S+)", r"没有选项 \1"),
    (rf"Missing (?:argument|parameter) {_QUOTED}\.?", r"少写了 \1"),
    (rf"Missing option {_QUOTED}\.?(?: .*)?", r"少写了选项 \1"),
    (rf"Option {_QUOTED} requires an argument\.", r"选项 \1 后面要写一个值"),
    (rf"Option {_QUOTED} requires (\d+) arguments\.", r"选项 \1 后面要写 \2 个值"),
    (rf"Option {_QUOTED} does not take a value\.", r"选项 \1 后面不写值"),
    (r"Got unexpected extra argument\S* \((.*)\)", r"多写了 \1"),
    (r"Missing command\.", "没有写命令"),
    (r"Invalid value: (.*)", r"\1"),
)
_VALUES: tuple[tuple[str, str], ...] = (
    (r".*valid integer.*", "要写整数"),
    (r".*valid number.*", "要写数字"),
    (r".*greater than or equal to (\S+)", r"不能小于 \1"),
    (r".*less than or equal to (\S+)", r"不能大于 \1"),
    (r".*valid boolean.*", "写 1 或 0"),
    (r".*'(.*)' does not exist\.?", r"没有 \1"),
    (r".*'(.*)' is a directory\.?", r"\1 是文件夹，要写文件"),
    (r".*'(.*)' is a file\.?", r"\1 是文件，要写文件夹"),
    (r".*'(.*)' is not readable\.?", r"读不了 \1"),
    (r".*'(.*)' is not writable\.?", r"写不了 \1"),
    (r".* is not one of (.*)\.", r"可写 \1"),
)
_INVALID = re.compile(r"Invalid value for (?P<what>[^:]+): (?P<why>.*)", re.DOTALL)
_ENVIRONMENT = re.compile(r" \(env var: '[^']+'\)")


def in_chinese(sentence: str, described: str = "") -> str:
    """The parser's sentence in Chinese; ``described`` is the help of the argument it is about."""
    about = f"（{described}）" if described else ""
    plain = _ENVIRONMENT.sub("", sentence.strip())
    if match := _INVALID.fullmatch(plain):
        what, why = match["what"].replace("'", ""), _translated(match["why"].strip(), _VALUES)
        return f"{what}{about} 的值不能用: {why}"
    said = _translated(plain, _SENTENCES)
    return said + (about if said.startswith("少写了") else "")


def _translated(sentence: str, table: tuple[tuple[str, str], ...]) -> str:
    for pattern, words in table:
        if match := re.fullmatch(pattern, sentence, re.DOTALL):
            return match.expand(words)
    return f"命令用法不对（{sentence}）" if table is _SENTENCES else sentence
