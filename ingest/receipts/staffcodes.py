"""办理码: what staff answer a digest with, signed by this office and good for one use. Pure.

``MR-A-240827-12.3_15.1-ABCDEFGHIJKLMNOP``: an action, the last day it is good for, the tasks with
the version of the verdict each speaks of, and a seal over all of that and over case and entry of
every task. Who has the code but no staff address can do nothing with it; who has the address but no
code neither. Which codes have been used is in ``ingest/store/staff.py``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import dropwhile, takewhile
from types import MappingProxyType

from rules.staff import StaffAction

_SEAL = 16  #: base32 characters, 80 bits, as of receipts
MAX_TASKS = 30
"""Tasks that one code may speak of."""


class Reaction(StrEnum):
    """What a code asks for; the value is its letter in the code."""

    ACCEPT = "A"
    RETURN = "R"
    REJECT = "N"
    FORWARD = "F"
    WITHDRAW = "W"
    KEEP = "K"
    CLOSE = "C"


REACTION_NAMES: Mapping[Reaction, str] = MappingProxyType(
    {
        Reaction.ACCEPT: "受理",
        Reaction.RETURN: "退回补正",
        Reaction.REJECT: "不予受理",
        Reaction.FORWARD: "转交",
        Reaction.WITHDRAW: "同意撤回",
        Reaction.KEEP: "不同意撤回",
        Reaction.CLOSE: "办结",
    }
)
_OF_ENTRY = {Reaction.WITHDRAW: "同意退出", Reaction.KEEP: "仍然申报"}


def reaction_name(reaction: Reaction, entry: str) -> str:
    """What a reaction is called; of one entry nobody withdraws the case."""
    return _OF_ENTRY.get(reaction, REACTION_NAMES[reaction]) if entry else REACTION_NAMES[reaction]


ACTION_OF: Mapping[Reaction, StaffAction] = MappingProxyType(
    {
        Reaction.ACCEPT: StaffAction.ACCEPT,
        Reaction.RETURN: StaffAction.RETURN,
        Reaction.REJECT: StaffAction.REJECT,
        Reaction.FORWARD: StaffAction.REFER,
    }
)
NEEDS_REASON = frozenset(set(Reaction) - {Reaction.ACCEPT})
"""What is told to the applicant, or to whoever reads the ledger, in the words of the reply."""


@dataclass(frozen=True)
class Target:
    """One task as a code speaks of it."""

    task: int
    version: int  #: of its case's verdict; 0 for a task without a case
    case: str = ""  #: code of the case; "" when there is none
    entry: str = ""


@dataclass(frozen=True)
class StaffCode:
    """What a code asks for."""

    reaction: Reaction
    until: date  #: the last day it is good for, of the office's calendar
    targets: tuple[Target, ...]


@dataclass(frozen=True)
class Found:
    """A code as it was found in a reply; whether it is ours is not known yet."""

    reaction: Reaction
    until: date
    tasks: tuple[tuple[int, int], ...]  #: number and version
    seal: str

    @property
    def text(self) -> str:
        """The code as it is printed: one spelling, by which its use is remembered."""
        return _printed(self.reaction, self.until, self.tasks, self.seal)


_CODE = re.compile(
    r"MR-([A-Z])-(\d{6})-(\d{1,9}\.\d{1,6}(?:_\d{1,9}\.\d{1,6})*)-([A-Z2-7]{16})(?![A-Z0-9])"
)
_LINE = re.compile(r"^[\s*]*(?=MR\s*-)", re.MULTILINE)
_BROKEN_INTO = 6
"""Lines over which a mail program may have broken one long code."""


def staff_code(key: bytes, code: StaffCode) -> str:
    """The code as it is printed."""
    tasks = tuple((target.task, target.version) for target in code.targets)
    return _printed(code.reaction, code.until, tasks, _seal(key, code))


def is_ours(key: bytes, found: Found, targets: Sequence[Target]) -> bool:
    """Whether this office made the code, for exactly these tasks of these cases and entries."""
    code = StaffCode(found.reaction, found.until, tuple(targets))
    return hmac.compare_digest(found.seal, _seal(key, code))


def find_codes(subject: str, own_words: str) -> tuple[Found, ...]:
    """The codes that a reply asks with, each once: in its subject, and those that begin a line of
    its writer's own words. A digest that is quoted along has them elsewhere.
    """
    found = _CODE.findall(_plain(subject))
    text = _plain(own_words)
    for begin in _LINE.finditer(text):
        if match := _match(text[begin.end() :]):
            found.append(match.groups())
    codes = (_found(*groups) for groups in found)
    return tuple(dict.fromkeys(code for code in codes if code is not None))


def _match(text: str) -> re.Match[str] | None:
    """The code that ``text`` begins with, in its first line or broken over several."""
    lines = [re.sub(r"\s", "", line) for line in text.splitlines()[:_BROKEN_INTO]]
    tries = ("".join(lines[:number]) for number in range(1, len(lines) + 1))
    return next((match for each in tries if (match := _CODE.match(each))), None)


def reason_in(own_words: str) -> str:
    """The reason in a reply's own words: the first paragraph behind ``理由：``, else all that was
    written beside codes and the lines we wrote for it.
    """
    lines = [line.strip() for line in own_words.replace("※", "\n※").splitlines()]
    begins = next((at for at, line in enumerate(lines) if _REASON.match(line)), len(lines))
    behind = [_REASON.sub("", line) for line in lines[begins : begins + 1]] + lines[begins + 1 :]
    written = _first_paragraph(behind) or [line for line in lines[:begins] if not _is_ours(line)]
    return " ".join(line for line in written if line)


_REASON = re.compile(r"(?:[\[【]理由[\]】]\s*[:：]?|理由\s*[:：])\s*")
_PROGRAM = re.compile(r"发自|来自我的|sent from", re.IGNORECASE)


def _first_paragraph(lines: Sequence[str]) -> list[str]:
    written = list(dropwhile(lambda line: not line or _is_ours(line), lines))
    return list(takewhile(lambda line: line and not _is_ours(line), written))


def _is_ours(line: str) -> bool:
    return line.startswith("※") or "MR-" in line.upper() or _PROGRAM.match(line) is not None


def _found(letter: str, day: str, tasks: str, seal: str) -> Found | None:
    try:
        until = date(2000 + int(day[:2]), int(day[2:4]), int(day[4:]))
        reaction = Reaction(letter)
    except ValueError:
        return None
    pairs = [piece.split(".") for piece in tasks.split("_")]
    return Found(reaction, until, tuple((int(one), int(two)) for one, two in pairs), seal)


def _plain(text: str) -> str:
    """Full-width letters, odd dashes and lower case are borne, as people copy codes by hand."""
    return re.sub(r"[\u2010-\u2015\u2212]", "-", unicodedata.normalize("NFKC", text)).upper()


def _printed(reaction: Reaction, until: date, tasks: Sequence[tuple[int, int]], seal: str) -> str:
    named = "_".join(f"{task}.{version}" for task, version in tasks)
    return f"MR-{reaction.value}-{until:%y%m%d}-{named}-{seal}"


def _seal(key: bytes, code: StaffCode) -> str:
    """Fields are told apart by their lengths, so that no two codes sign the same bytes."""
    fields = ["staff-code", code.reaction.value, code.until.isoformat()]
    for target in code.targets:
        fields += [str(target.task), str(target.version), target.case, target.entry]
    data = "".join(f"{len(field)}:{field}" for field in fields)
    return base64.b32encode(hmac.new(key, data.encode(), hashlib.sha256).digest()).decode()[:_SEAL]
