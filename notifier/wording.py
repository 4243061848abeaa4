"""How instants, sizes, names and deadlines are put into Chinese for a reader.

Text in, text out. Whole sentences belong to the templates under ``config/templates``; decisions do
not come in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from rules.vocabulary import BEIJING

_WEEKDAYS = "一二三四五六日"
_KIBI = 1024


def clean_line(text: str, limit: int = 80, *, links: bool = False) -> str:
    """``text`` as one printable line of at most ``limit`` characters, a cut marked by ``…``.

    Whatever a stranger wrote passes here before it is shown: line ends would forge lines of a
    letter or headers of a mail, control and direction characters would show a name other than the
    real one, and, unless ``links``, a scheme is broken because mail programs make a link of it.
    """
    line = text if text.isprintable() else _visible(text)  # nearly all texts are
    line = re.sub(r" +", " ", line).strip()
    line = line if links else line.replace("://", "：//")
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _visible(text: str) -> str:
    spaced = "".join(" " if char.isspace() else char for char in text)
    return "".join(char for char in spaced if not _is_hidden(char))


_LINK = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,9}\s*[:：]\s*)?//\S+|\bwww\.\S+"
    r"|\S*@[a-z0-9-]+(?:\.[a-z0-9-]+)+|(?<![a-z0-9.@-])(?:[a-z0-9-]+\.)+"
    r"(?!(?:docx?|wps|xlsx?|et|pptx?|pdf|ofd|txt|zip|rar|7z|jpe?g|png|tiff?|eml)\b)"
    r"[a-z]{2,24}\b\S*",
    re.IGNORECASE | re.ASCII,
)
_NOT_SHOWN = "［网址从略］"


def reflected(text: str, limit: int, *, cut: bool = False) -> str:
    """Words of a stranger as a letter may repeat them: one line, no link, at most ``limit``
    characters.

    What is longer is left out whole, or ``cut``: a name that long is none. What a mail program
    would make a link of (an address, a host's name, a scheme) is replaced.
    """
    line = _LINK.sub(_NOT_SHOWN, clean_line(text, 1000, links=True))
    if cut:
        return clean_line(line, limit)
    return line if len(line) <= limit and _NOT_SHOWN not in line else ""


def _is_hidden(char: str) -> bool:
    """Control, format and surrogate characters and those that are never text.

    Private and unassigned code points stay: rare characters of Chinese names are among them.
    """
    code = ord(char)
    never = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    return never or unicodedata.category(char) in {"Cc", "Cf", "Cs"}


_MARKS = {",": "，", ";": "；", ":": "："}
_HALF_WIDTH = re.compile(r"(?<=[^\x00-\x7f])([,;:]) ?|([,;:]) ?(?=[^\x00-\x7f])")
_HALF_BRACKETS = re.compile(r"\(([^()]*[^\x00-\x7f()][^()]*)\)")


def full_width(text: str) -> str:
    """``text`` with the punctuation of Chinese print: the program's own notes for the log are typed
    in half-width.
    """
    marked = _HALF_WIDTH.sub(lambda match: _MARKS[match[1] or match[2]], text)
    return _HALF_BRACKETS.sub(r"（\1）", marked)


def clean_file_name(name: str, limit: int = 60) -> str:
    """A file name as one line, cut in the middle so that its extension stays to be seen."""
    line = clean_line(name, 1000) or "（无文件名）"
    return line if len(line) <= limit else f"{line[: limit - 13]}…{line[-12:]}"


def beijing(instant: datetime) -> datetime:
    """``instant`` in Beijing time. Raises ValueError when it is not aware."""
    if instant.tzinfo is None:
        raise ValueError("an instant without time zone")
    return instant.astimezone(BEIJING)


def moment(instant: datetime) -> str:
    """``2024年8月30日 16:05``, Beijing."""
    local = beijing(instant)
    return f"{date_text(local.date())} {local:%H:%M}"


def exact_moment(instant: datetime) -> str:
    """``2024年8月30日 16:05:09``, Beijing; where it is evidence."""
    return f"{moment(instant)}:{beijing(instant):%S}"


def date_text(day: date) -> str:
    """``2024年8月31日``."""
    return f"{day.year}年{day.month}月{day.day}日"


def short_moment(instant: datetime) -> str:
    """``8月30日 16:05``, Beijing; for staff, who know the year."""
    local = beijing(instant)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def day_text(day: date) -> str:
    """``2024年8月31日（星期六）``."""
    return f"{date_text(day)}（星期{_WEEKDAYS[day.weekday()]}）"


def deadline_text(deadline: datetime) -> str:
    """The deadline (the first instant that is too late) as offices write it: ``2024年8月31日（星期六）24:00``."""
    local = beijing(deadline)
    if (local.hour, local.minute) == (0, 0):
        return f"{day_text((local - timedelta(days=1)).date())}24:00"
    return f"{day_text(local.date())}{local:%H:%M}"


def days_left(deadline: datetime, now: datetime) -> int:
    """Whole Beijing days from today to the last day: 0 on the last day itself, negative once it is
    too late.
    """
    last_day = (beijing(deadline) - timedelta(microseconds=1)).date()
    return -1 if now >= deadline else (last_day - beijing(now).date()).days


def remaining(deadline: datetime, now: datetime) -> str:
    """``还有 3 天``, ``今天截止`` or ``已截止``."""
    days = days_left(deadline, now)
    return f"还有 {days} 天" if days > 0 else "今天截止" if days == 0 else "已截止"


def size_text(size: int) -> str:
    """A number of bytes: ``0 字节``, ``812 字节``, ``24.5 KB``, ``3.2 MB`` (1 KB = 1024 bytes)."""
    if size < _KIBI:
        return f"{size} 字节"
    if size < _KIBI * _KIBI:
        return f"{size / _KIBI:.1f} KB"
    return f"{size / _KIBI / _KIBI:.1f} MB"


def name_list(names: Sequence[str], most: int = 8) -> str:
    """Names joined by ``、``; more than ``most`` end in ``等 n 家``."""
    shown = "、".join(names[:most])
    return shown if len(names) <= most else f"{shown}等 {len(names)} 家"
