"""Slips in a template that fill nothing in and break nothing: a variable in other brackets than its
own stands in the letter as it is. And what the template language says in English, in Chinese.

Pure; by the template's words alone, so that a branch no sample letter takes is looked at too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_PROPER = re.compile(r"(?s)\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|<style.*?</style>")
_BRACES = re.compile(r"[｛｝]|[{}]")
_OTHER_BRACKETS = ["《{}》", "【{}】", "\\[{}\\]", "〔{}〕", "<{}>", "（{}）", "\\({}\\)"]

_SAID = (
    (r"expected token '(.+?)', got '(.+)'", "这里应是“{0}”, 现在是“{1}”"),
    (r"unexpected '(.+?)', expected '(.+)'", "这里应是“{1}”, 现在是“{0}”"),
    (r"unexpected '(.+)'", "多了“{0}”"),
    (r"unexpected char '(.+)' at \d+", "不认识的字符“{0}”"),
    (r"Encountered unknown tag '(.+?)'\..*", "不认识的标签“{0}”"),
    (r".*innermost block that needs to be closed is '(.+?)'.*", "“{0}”没有结束: 补上 end{0}"),
    (r"Unexpected end of template.*", "没有写完"),
    (r"block '(.+)' defined twice", "“block {0}”写了两次"),
    (r"Missing end of (?:comment|raw) .*", "注释没有结束"),
    (r"No (?:filter|test) named '(.+)'\.", "没有“{0}”这种写法"),
)


def in_chinese(message: str) -> str:
    """What the template language says of a mistake."""
    for pattern, chinese in _SAID:
        if match := re.fullmatch(pattern, message, re.DOTALL):
            return chinese.format(*match.groups())
    return "读到这里读不下去, 对照随附的模板"


def stray_variables(source: str, known: Iterable[str]) -> Iterator[tuple[str, int]]:
    """What was meant for a variable and is none, with its line."""
    text = _PROPER.sub(lambda found: "\n" * found[0].count("\n"), source)
    names = "|".join(sorted(map(re.escape, known), key=len, reverse=True))
    word = rf"\s*(?:{names}|[a-z]+\.[a-z_]+)\s*"
    bracketed = re.compile("|".join(form.format(word) for form in _OTHER_BRACKETS))
    for pattern in (_BRACES, bracketed):
        for found in pattern.finditer(text):
            yield found[0], text.count("\n", 0, found.start()) + 1
