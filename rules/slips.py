"""Says in Chinese what is wrong where YAML itself gave up, and how to mend it. The parser's words in, ours out.

Only asked when a file cannot be read, so that no rule about spelling can ever refuse a file that is fine.
"""

from __future__ import annotations

import re

from rules.errors import Position, RuleFileError

_NO_SPACE = re.compile(r"\s*(?:- +)?[^\s:#'\"{}\[\],，]{1,20}(:)(?=[^\s:/])")
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
        return RuleFileError("逗号是全角“，”", Position(position.line, comma + 1), "改成半角逗号加空格“, ”", "Y016")
    written = [number for number, line in enumerate(lines, 1) if line.strip()][-2:]
    for number in written:
        line = lines[number - 1]
        if found := _NO_SPACE.match(line):
            return RuleFileError("冒号后面没有空格", Position(number, found.start(1) + 1), "改成“: ”", "Y016")
        if found := _WIDE_DASH.match(line):
            place = Position(number, found.start(1) + 1)
            return RuleFileError(f"短横是全角“{found[1]}”", place, "改成半角短横加空格“- ”", "Y016")
    for words, message, hint in _PROBLEMS:
        if words in problem:
            return RuleFileError(f"YAML 写法有误: {message}", position, hint, "Y002")
    return RuleFileError(f"YAML 写法有误: {problem}", position, "检查缩进、冒号后的空格和引号", "Y002")
