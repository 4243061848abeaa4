"""What of a mail's text its sender wrote, and what is quoted or forwarded. Pure.

Mail programs mark a quotation each in its own words (163, QQ, Foxmail, Outlook, Apple, Gmail, and
the mail programs of telephones); a person who pastes one of our letters marks nothing, so our own
letters are known by their block of lines. What is quoted proves nothing about its sender.
"""

from __future__ import annotations

import re

_RULED = re.compile(
    r"^[\s>*|]*(?:[-_=—─]{2,}\s*)?(?:"
    r"原始邮件(?:信息)?|邮件原件|原邮件|原始信息|转发邮件信息|历史邮件|引用(?:的?邮件|原文|内容)"
    r"|(?:以下[是为]|被|开始)?(?:转发|回复|答复)的?(?:原始?)?(?:邮件|消息|信息|信件)"
    r"|original\s+(?:message|mail)|(?:begin\s+)?forwarded\s+message|forwarded\s+by"
    r")\s*[:：]?\s*(?:[-_=—─]{2,})?\s*$",
    re.IGNORECASE,
)
_RULE = re.compile(r"^\s*_{10,}\s*$")
"""Outlook draws it above what it quotes."""
_HEADER = re.compile(
    r"^\s*\**\s*(?P<name>发\s*件\s*人|寄\s*件\s*者|发\s*自|发件者|from|发送时间|发送日期|日\s*期|时\s*间|sent|date"
    r"|收\s*件\s*人|收件者|to|抄\s*送|cc|主\s*题|主旨|subject)\s*\**\s*[:：]",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"^\s*\**\s*(?:发\s*件\s*人|寄\s*件\s*者|发件者|from)\s*\**\s*[:：]", re.IGNORECASE
)
_CHINESE_FROM = re.compile(r"^\s*[|｜]?\s*发\s*件\s*人\s*[:：|｜]")
"""Nobody signs with it."""
_ATTRIBUTION = re.compile(
    r"^\s*(?:在.{4,160}写道|.{0,80}\d{4}\s*[-年/.].{2,160}写道|.{4,160}[<＜]\S+@\S+[>＞].{0,20}写道"
    r"|(?:on|at)\s.{4,160}wrote|.{4,120}[<＜]\S+@\S+[>＞]\s*于.{4,60}写道)\s*[:：]?\s*$",
    re.IGNORECASE,
)
_MARK = re.compile(r"^\s*[>|｜]")
_OURS = re.compile(r"^\s*案卷编号：\s*\S{6,20}\s*$")
_OUR_NEXT = re.compile(r"^\s*报送单位：")
_SALUTATION = re.compile(r"^\S.{0,60}[：:]\s*$")
_ABOVE_OUR_CODE = 10
"""Lines between the salutation of a letter of ours and the line of its case code, at most."""


def own_text(text: str) -> str:
    """The part of a mail's text that its sender wrote; what stands below a quotation in ``>``
    counts.
    """
    lines, kept, number = text.splitlines(), [], 0
    while number < len(lines):
        if _MARK.match(lines[number]) and not _CHINESE_FROM.match(lines[number]):
            number += 1
            continue
        if _begins_quotation(lines, number):
            after = _next(lines, number)
            if not (_is_attribution(lines, number) and after and _MARK.match(after)):
                break
        else:
            kept.append(lines[number])
        number += 1
    return "\n".join(_without_our_letter(kept))


def _begins_quotation(lines: list[str], number: int) -> bool:
    line = lines[number]
    return (
        _RULED.match(line) is not None
        or _is_attribution(lines, number)
        or (_RULE.match(line) is not None and _is_block(lines, number + 1))
        or _CHINESE_FROM.match(line) is not None
        or (_FROM.match(line) is not None and _is_block(lines, number))
    )


def _is_attribution(lines: list[str], number: int) -> bool:
    """``… 写道：``, on one line or broken into two."""
    two = f"{lines[number].strip()} {lines[number + 1].strip()}" if number + 1 < len(lines) else ""
    if _ATTRIBUTION.match(lines[number]):
        return True
    opens = re.match(r"^\s*(?:on|at|在)\s*.*\d", lines[number], re.IGNORECASE)
    return opens is not None and _ATTRIBUTION.match(two) is not None


def _is_block(lines: list[str], number: int) -> bool:
    """Whether header lines of a mail stand here: two of them among four lines, one the sender's."""
    near = [line for line in lines[number : number + 6] if line.strip()][:4]
    names = {found["name"].lower() for line in near if (found := _HEADER.match(line))}
    return bool(near) and _FROM.match(near[0]) is not None and len(names) > 1


def _next(lines: list[str], number: int) -> str:
    return next((line for line in lines[number + 1 : number + 4] if line.strip()), "")


def _without_our_letter(lines: list[str]) -> list[str]:
    """Everything before a letter of ours that was pasted without any mark."""
    for number, line in enumerate(lines):
        if not _OURS.match(line) or not _OUR_NEXT.match(_next(lines, number)):
            continue
        above = range(number - 1, max(-1, number - _ABOVE_OUR_CODE), -1)
        start = next((place for place in above if _SALUTATION.match(lines[place])), number)
        return lines[:start]
    return lines
