"""Says in Chinese what is wrong where YAML itself gave up, and how to mend it. The parser's words
in, ours out.

Only asked when a file cannot be read, so that no rule about spelling can ever refuse a file that is
fine.
"""

from __future__ import annotations

import re

from rules.errors import Position, RuleFileError

_NO_SPACE = re.compile(r"\s*(?:- +)?[^\s:#'\"{}\[\],，]{1,20}(:)(?=[^\s:/])")
_WIDE_COLON = re.compile(r"\s*- +[^\s:#'\"{}\[\],，：]{1,20}(：)")
_WIDE_DASH = re.compile(r"\s*([－—–])")
_PROBLEMS = (
    (
        "mapping values are not allowed",
        "这里不能再写一个“键: 值”",
        "看这一行和上面几行的缩进是否对齐; 文字里有“: ”时给整段文字加引号",
    ),
    ("could not find expected ':'", "上一行缺冒号", "写成“键: 值”, 冒号是半角, 后面有空格"),
    ("expected ',' or", "括号里的各项没有隔开, 或括号没有配对", "各项之间写半角逗号加空格“, ”"),
    ("expected <block end>", "缩进与上面的行对不齐", "同级的行左边对齐"),
    ("found unexpected end of stream", "引号没有配对", "补上后引号"),
    ("found character", "这个字符不能放在开头", "给整段文字加引号"),
)


def explained(problem: str, source: str, position: Position) -> RuleFileError:
    """What a person would say of the parser's ``problem`` at ``position``."""
    lines = source.split("\n")[: position.line]
    if "expected ',' or" in problem and (comma := lines[-1][: position.column].rfind("，")) >= 0:
        return RuleFileError(
            "逗号是全角“，”", Position(position.line, comma + 1), "改成半角逗号加空格“, ”", "Y016"
        )
    if "expected <block end>" in problem and (slip := _behind_its_end(lines[-1], position)):
        return slip
    written = [number for number, line in enumerate(lines, 1) if line.strip()][-2:]
    for number in written:
        line = lines[number - 1]
        if found := _NO_SPACE.match(line):
            return RuleFileError(
                "冒号后面没有空格", Position(number, found.start(1) + 1), "改成“: ”", "Y016"
            )
        if found := _WIDE_COLON.match(line):
            return RuleFileError(
                "冒号是全角“：”",
                Position(number, found.start(1) + 1),
                "改成半角冒号加空格“: ”",
                "Y011",
            )
        if found := _WIDE_DASH.match(line):
            place = Position(number, found.start(1) + 1)
            return RuleFileError(f"短横是全角“{found[1]}”", place, "改成半角短横加空格“- ”", "Y016")
    for words, message, hint in _PROBLEMS:
        if words in problem:
            return RuleFileError(f"YAML 写法有误: {message}", position, hint, "Y002")
    return RuleFileError(
        f"YAML 写法有误: {problem}", position, "检查缩进、冒号后的空格和引号", "Y002"
    )


def _behind_its_end(line: str, position: Position) -> RuleFileError | None:
    """What stands behind a value that has ended: a bracket too many, or text behind the closing
    quote.
    """
    before, char = line[: position.column - 1].rstrip(), line[position.column - 1 : position.column]
    if char in ("]", "}"):
        return RuleFileError(
            f"多了一个“{char}”", position, "删去, 或在前面补上与它配对的括号", "Y016"
        )
    if before.endswith(('"', "'")):
        return RuleFileError(
            "后引号的后面还有字", position, "把整段文字放进一对引号, 或去掉引号", "Y016"
        )
    return None
