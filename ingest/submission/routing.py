"""Which of several calls on one mailbox a mail is for. Pure: what each call makes of the mail in,
the call or the reason for staff out; nothing is guessed.

Whose letters and codes a mail refers to is looked up by ``ingest/steps/known.py``. Which case of
the call it goes into is ``joining.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations

from ingest.reading import Reading, ScreeningKind
from ingest.submission.quoting import own_text
from ingest.submission.sender import who_sent
from ingest.submission.wishes import Wish, asked_in
from rules.call import Call
from rules.vocabulary import normalise

Calls = frozenset[str]
"""Ids of calls."""


_PRINTED = ("title", "ocr")
"""How a form is recognised by its own title."""


@dataclass(frozen=True)
class Seen:
    """A mail as one call would have it read."""

    call: Call
    reading: Reading


@dataclass(frozen=True)
class Referred:
    """The calls of what a mail refers to, as the ledger knows it."""

    codes: Calls = frozenset()  #: of the cases whose codes it names
    thread: Calls = frozenset()  #: of the letters and mails it answers
    own: Calls = frozenset()  #: in which its address has a case


@dataclass(frozen=True)
class Route:
    """The call a mail is for; ``call`` "" is for staff to say."""

    call: str
    reason: str  #: in Chinese


@dataclass(frozen=True)
class _Clue:
    what: str  #: by what it is known, in Chinese
    calls: Calls


def route(seen: Sequence[Seen], referred: Referred) -> Route:
    """The one of several calls that all clues of a mail agree on.

    Codes, thread, forms, subject and words speak of the mail itself: what they say must agree. An
    address counts where they leave it open.
    """
    if not _needs_one(seen[0]):
        return Route(seen[0].call.id, "不涉及征集")
    forms = _of_forms(seen)
    if forms is None:
        return Route("", "随信的表格分属几项征集")
    clues = [
        _Clue("案卷编号", referred.codes),
        _Clue("所回复的邮件", referred.thread),
        _Clue("随信的表格", forms),
        *_in_words(seen),
    ]
    telling = [clue for clue in clues if clue.calls]
    what = "、".join(clue.what for clue in telling)
    agreed = frozenset(each.call.id for each in seen).intersection(
        *(each.calls for each in telling)
    )
    if not agreed:
        return Route("", f"{what}所指的征集不一致")
    if len(agreed) == 1:
        return Route(next(iter(agreed)), f"征集由{what}得知")
    address = _by_address(seen, referred)
    left = agreed & address.calls
    if len(left) == 1:
        return Route(next(iter(left)), f"征集由{address.what}得知")
    return Route("", "信中没有写明是哪一项征集")


def _needs_one(seen: Seen) -> bool:
    """Whether it matters: machines, staff and thanks are the same under every call."""
    if seen.reading.screening.kind is not ScreeningKind.PERSON:
        return False
    asked = asked_in(seen.reading, seen.call)
    return asked is None or asked.wish is not Wish.THANKS


# --- forms ----------------------------------------------------------------------------------------


def _of_forms(seen: Sequence[Seen]) -> Calls | None:
    """The calls that know all forms of the mail; empty when there are none. None: no call does."""
    owners = list(_owners(seen).values())
    if not owners:
        return frozenset()
    return frozenset.intersection(*owners) or None


def _owners(seen: Sequence[Seen]) -> Mapping[str, Calls]:
    """Path of each part with a form -> the calls that know it. A form known by what is printed on
    it makes what was only guessed from labels and file names unimportant.
    """
    found: dict[bool, dict[str, set[str]]] = {True: {}, False: {}}
    for each in seen:
        for document in each.reading.documents:
            if document.form:
                printed = document.recognised_by in _PRINTED
                found[printed].setdefault(document.part, set()).add(each.call.id)
    return {part: frozenset(calls) for part, calls in (found[True] or found[False]).items()}


# --- words ----------------------------------------------------------------------------------------


def _in_words(seen: Sequence[Seen]) -> Iterator[_Clue]:
    reading, calls = seen[0].reading, [each.call for each in seen]
    yield _Clue("主题", named_in(reading.envelope.subject, calls))
    yield _Clue("正文", named_in(own_text(reading.text), calls))


def named_in(text: str, calls: Sequence[Call]) -> Calls:
    """The calls that a text names by a name that no other of them has: its title, a track, a form's
    title.
    """
    names = {call.id: frozenset(_names(call)) for call in calls}
    shared = {name for one, other in combinations(names.values(), 2) for name in one & other}
    plain = normalise(text)
    found = {(call, name) for call, own in names.items() for name in own - shared if name in plain}
    longest = {name for _, name in found}  # 微更新 inside of 微更新项目 is no name of its own
    return frozenset(
        call
        for call, name in found
        if not any(name != other and name in other for other in longest)
    )


def _names(call: Call) -> Iterator[str]:
    yield normalise(call.title)
    yield from (normalise(track.name) for track in call.tracks)
    yield from (normalise(title) for form in call.forms for title in form.titles)


# --- addresses ------------------------------------------------------------------------------------


def _by_address(seen: Sequence[Seen], referred: Referred) -> _Clue:
    """What the sender's address and name say: where he has a case, else which list he is on."""
    if referred.own:
        return _Clue("发件地址的案卷", referred.own)
    return _Clue("报送单位名单", frozenset(each.call.id for each in seen if _listed(each)))


def _listed(seen: Seen) -> bool:
    sender = who_sent(seen.reading, seen.call)
    return sender.by_address or bool(sender.unit)


# --- when nobody can tell -------------------------------------------------------------------------


def joint_call(calls: Sequence[Call], now: datetime) -> Call:
    """The calls as one, for a letter that may speak of any: all their titles and telephones, and
    the first deadline that is to come.
    """
    coming = [call for call in calls if call.deadline >= now]
    first = min(coming or calls, key=lambda call: call.deadline)
    contact = replace(
        first.contact,
        office=_each_once(call.contact.office for call in calls),
        telephone=_each_once(call.contact.telephone for call in calls),
    )
    return replace(
        first,
        id="",
        title="》《".join(dict.fromkeys(call.title for call in calls)),
        authority=_each_once(call.authority for call in calls),
        contact=contact,
    )


def _each_once(words: Iterator[str]) -> str:
    return "、".join(dict.fromkeys(words))
