"""What a mail server's reply means for the letter: the table of refusals, NetEase's and QQ's own
codes included.

Pure: numbers and texts in, a :class:`SendOutcome` out. No socket, no retry times
(``notifier/outboxstates.py`` has those).
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from notifier.transport import SendOutcome


class Stage(StrEnum):
    """The step of a transaction that was answered (RFC 5321 3.3)."""

    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"  #: the command itself; nothing of the letter has been sent
    CONTENT = "CONTENT"  #: the answer after the final dot


class _Row(NamedTuple):
    codes: range
    words: re.Pattern[str]
    outcome: SendOutcome


def _row(codes: range, words: str, outcome: SendOutcome) -> _Row:
    return _Row(codes, re.compile(words, re.IGNORECASE), outcome)


_4XX, _5XX, _ANY = range(400, 500), range(500, 600), range(400, 600)

#: The first row that fits decides. Codes such as MI:STC are from NetEase's public table of bounce
#: codes; the QQ sentences were seen in transcripts. What no row knows is decided by
#: :func:`classify` from the class of the code.
_TABLE = (
    # The account's daily quota is used up; every further attempt today makes it worse.
    _row(_5XX, r"\bMI:STC\b|\bRP:TRC\b", SendOutcome.TOMORROW),
    # Envelope, header or domain do not belong to the account: no letter will pass until that is
    # mended.
    _row(_ANY, r"\bDT:SUM\b|\bMI:SPF\b|\bMI:DMA\b", SendOutcome.CONFIGURATION),
    _row(_5XX, r"must (equal|be (the )?same as) authori[sz]", SendOutcome.CONFIGURATION),
    # Not logged in, barred from sending, service not enabled, or locked out after wrong passwords.
    _row(
        _ANY,
        r"no permission|too much fail auth|auth error limit|authentication (is )?required",
        SendOutcome.CONFIGURATION,
    ),
    _row(_5XX, r"\brelay", SendOutcome.CONFIGURATION),
    # Too fast. Some servers say so with a 5xx that means "not now".
    _row(
        _5XX,
        r"frequency|too many (mails|messages|connections)|rate limit|频率|频繁",
        SendOutcome.RETRY,
    ),
    # Looks like spam: once more after a pause with 451, never again in this wording with 550 or
    # 554.
    _row(_5XX, r"\bDT:SPM\b", SendOutcome.REFUSED),
)
_LOGIN_CODES = frozenset({530, 534, 535, 538})
_SIZE_CODES = frozenset({552})


def classify(stage: Stage, code: int, words: str) -> SendOutcome:
    """What a refusal (any reply other than the one hoped for) says about the letter.

    A 4xx is worth another attempt and a 5xx is final (RFC 5321 4.2.1), but a 5xx to MAIL is about
    our account and not about this letter. Anything else is no answer at all: before the content
    that is harmless (RETRY), after the final dot nobody knows (UNCERTAIN).
    """
    if code not in _ANY:
        return SendOutcome.UNCERTAIN if stage is Stage.CONTENT else SendOutcome.RETRY
    for row in _TABLE:
        if code in row.codes and row.words.search(words):
            return row.outcome
    if code in _4XX:
        return SendOutcome.RETRY
    if code in _LOGIN_CODES or (stage is Stage.MAIL and code not in _SIZE_CODES):
        return SendOutcome.CONFIGURATION
    return SendOutcome.REFUSED


_LOGIN_LATER = re.compile(r"frequency|busy|try again|temporar|频率|频繁|繁忙|稍后", re.IGNORECASE)
_LOGIN_NEVER = re.compile(
    r"password|authorization code|too much fail auth|auth error limit|密码|授权码", re.IGNORECASE
)


def login_may_be_repeated(code: int, words: str) -> bool:
    """Whether a refused login may be tried again without risking a lock-out.

    A 5xx is about the account; a 4xx, or something that is no reply at all, is about the moment. QQ
    names five causes in one sentence, the password among them: that counts as a wrong password.
    """
    if _LOGIN_NEVER.search(words):
        return False
    return code not in _5XX or bool(_LOGIN_LATER.search(words))


def readable(words: bytes) -> str:
    """A server's reply as one printable line of at most 300 characters: UTF-8, else GB 18030."""
    try:
        text = words.decode("utf-8")
    except UnicodeDecodeError:
        text = words.decode("gb18030", "replace")
    return "".join(char for char in " ".join(text.split()) if char.isprintable())[:300]
