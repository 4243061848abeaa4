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
_BARE_DASH = re.compile(r"\s*(-)(?=[^\s\-\d.#])")
_OPEN_QUOTE = re.compile(r"(?:[:,\-\[{] +|^)([\"'])(?!.*(?<!\\)\1)")
_BRACED_TEXT = re.compile(r"[^\s:#]{1,20}: +(\{)[^{}]*\} *[^\s#,\]}]")
_KEY = re.compile(r"( *)(?:- +)?[^\s:#\-][^:#]{0,19}:(?: |$)")
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
    ("found character '\\t'", "这里用了制表符(Tab)", "改成空格"),
    ("found character", "这个字符不能放在开头", "给整段文字加引号"),
    ("unknown escape", "双引号里的“\\”有别的意思", "换成单引号, 或写两个“\\”"),
    ("special characters are not allowed", "有看不见的控制字符", "删去这一行重新输入"),
)


def explained(problem: str, source: str, position: Position) -> RuleFileError:
    """What a person would say of the parser's ``problem`` at ``position``."""
    lines = source.split("\n")[: position.line]
    if slip := _open_quote(lines):
        return slip
    if match := _BRACED_TEXT.search(lines[-1]):
        place = Position(position.line, match.start(1) + 1)
        return RuleFileError("文字以“{”开头", place, "给整段文字加引号", "Y017")
    if "expected ',' or" in problem and (comma := lines[-1][: position.column].rfind("，")) >= 0:
        return RuleFileError(
            "逗号是全角“，”", Position(position.line, comma + 1), "改成半角逗号加空格“, ”", "Y016"
        )
    if "expected <block end>" in problem and (slip := _behind_its_end(lines[-1], position)):
        return slip
    written = [
        number for number, line in enumerate(lines, 1) if line.strip() and line.lstrip()[0] != "#"
    ][-3:]
    for number in written[-2:]:
        if slip := _slip_of_line(lines[number - 1], number):
            return slip
    if slip := _other_indent([lines[number - 1] for number in written], written):
        return slip
    for words, message, hint in _PROBLEMS:
        if words in problem:
            return RuleFileError(f"YAML 写法有误: {message}", position, hint, "Y002")
    return RuleFileError(
        "YAML 写法有误, 读到这里读不下去", position, "检查缩进、冒号后的空格和引号", "Y002"
    )


_SIGNS = (
    (_NO_SPACE, "冒号后面没有空格", "改成“: ”", "Y016"),
    (_WIDE_COLON, "冒号是全角“：”", "改成半角冒号加空格“: ”", "Y011"),
    (_BARE_DASH, "短横后面没有空格", "改成半角短横加空格“- ”", "Y016"),
    (_WIDE_DASH, "短横是全角“{0}”", "改成半角短横加空格“- ”", "Y016"),
)


def _slip_of_line(line: str, number: int) -> RuleFileError | None:
    """A sign of a Chinese keyboard, or one without its space, that broke the reading."""
    for pattern, message, hint, code in _SIGNS:
        if found := pattern.match(line):
            place = Position(number, found.start(1) + 1)
            return RuleFileError(message.format(found[1]), place, hint, code)
    return None


def _other_indent(lines: list[str], numbers: list[int]) -> RuleFileError | None:
    """A key between two others that stand in line with each other and not with it."""
    keys = [_KEY.match(line) for line in lines]
    if len(keys) < 3 or not all(keys):
        return None
    indents = [len(line) - len(line.lstrip(" -")) for line in lines]
    if indents[0] != indents[2] or not 0 < abs(indents[1] - indents[0]) < 4:
        return None
    place = Position(numbers[1], indents[1] + 1)
    return RuleFileError("缩进与上下两行对不齐", place, "同级的行左边对齐", "Y016")


def _open_quote(lines: list[str]) -> RuleFileError | None:
    """The last quote before the place where reading broke down that is not closed on its line."""
    for number in range(len(lines), 0, -1):
        line = lines[number - 1]
        if not line.lstrip().startswith("#") and (match := _OPEN_QUOTE.search(line)):
            place = Position(number, match.start(1) + 1)
            return RuleFileError(
                "引号没有配对", place, "在这段文字的末尾补上后引号, 或去掉前引号", "Y016"
            )
    return None


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
