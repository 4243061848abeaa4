"""What may stand in a story file, as values. Reading and checking only: nothing is run and no file
is made here.

A story is a list of steps. A step sets the clock, brings mails or orders of staff, lets the office
work, and says what must have happened: every letter that left (none, where none is named), and as
much of cases, entries and digest as the story is about.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from ruamel.yaml import YAML

from notifier.letternames import LETTER_NAMES
from rules.verdict import DECISION_NAMES
from rules.vocabulary import BEIJING

KINDS = set(LETTER_NAMES.values())
NO_CASE, UNDECIDED = "无案卷", "未裁定"
STATES = {*DECISION_NAMES.values(), NO_CASE, UNDECIDED, "已撤回", "已替换", "已转交"}
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _moment(text: object) -> object:
    """``08-20 09:00`` is Beijing time in 2024."""
    if not isinstance(text, str):
        return text
    return datetime.strptime(f"2024-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=BEIJING)


def _time(text: object) -> object:
    """``10m``, ``3h``, ``2d``."""
    found = re.fullmatch(r"(\d+)([mhd])", text) if isinstance(text, str) else None
    return timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else text


def _many(value: object) -> object:
    """One thing where a list is wanted is a list of one."""
    return value if isinstance(value, list | tuple) else (value,)


def _one_of(names: set[str]) -> Any:
    def checked(name: str) -> str:
        if name not in names:
            raise ValueError(f"{name}: one of {'、'.join(sorted(names))}")
        return name

    return BeforeValidator(checked)


Moment = Annotated[datetime, BeforeValidator(_moment)]
Time = Annotated[timedelta, BeforeValidator(_time)]
Words = Annotated[tuple[str, ...], BeforeValidator(_many)]
Kind = Annotated[str, _one_of(KINDS)]
State = Annotated[str, _one_of(STATES)]


class Papers(_Part):
    """A package of files that somebody sends: of a zone (``zone``) or of schools (``schools``)."""

    zone: str = ""  #: the bureau that applies for itself: any part of its name
    bureau: str = ""  #: the bureau that puts schools forward; "" = the school sends by itself
    schools: tuple[str, ...] = ()
    rows: tuple[str, ...] | None = None  #: what the summary table lists; None = the applicants
    rates: tuple[str, str] = ("99.2%", "98.7%")
    fields: dict[str, str] = {}  #: what the forms say instead of what they usually say
    day: str = "2024年8月19日"
    stamped: bool = True
    grey: bool = False  #: scanned without colour: nobody can tell whether the seal is red
    blank: bool = False  #: the forms as they are handed out
    #: lines of a stamped letter instead of forms; its seal is the bureau's
    letter: tuple[str, ...] = ()
    community: str = ""  #: a community of the second shipped call instead
    exported: bool = False  #: saved as PDF instead of printed, stamped and scanned
    file_names: Literal["usual", "bare"] = "usual"  #: bare: 申报书.docx, as phones send them


class Mail(_Part):
    """One mail. ``{code of 甲}`` and ``{letter to a@b}`` in its words stand for what is known by then."""

    name: str = ""  #: how later steps call it
    by: str = Field("", alias="from")  #: display name <address>
    and_by: str = ""  #: a second address in the same From
    subject: str = ""
    text: str = ""
    files: Words = ()  #: ``全套``, ``全套/申报书.docx``
    names: tuple[str, ...] = ()  #: names the files bear instead, in the same order
    after: Time = timedelta(0)  #: later than the step's time
    #: ``受理 Q24-0001-S``: the mail that this link of the digest opens, with ``text`` as reason
    opens: str = ""
    #: a link of the digest that was kept: the mail it opened then, with ``text`` as reason
    kept: str = ""
    forged: dict[str, str] = {}  #: pieces of its code and what somebody made of them
    answers: str = ""  #: a mail's name, or ``letter to a@b``
    times: int = 1
    every: Time = timedelta(minutes=5)
    headers: Words = ()
    weight: int = 0  #: kilobytes of a file nobody looks into
    program: str = "COREMAIL"
    bounces: str = ""  #: the address whose last letter comes back with this mail


class Letter(_Part):
    """A letter that must have left."""

    kind: Kind
    to: str
    says: Words = ()
    lacks: Words = ()


class Notice(_Part):
    """What a member of staff must have been answered."""

    to: str
    says: Words = ()
    lacks: Words = ()


class Order(_Part):
    """Something staff do at the command line, without ``mailroom`` and ``--config``."""

    run: str
    code: int = 0
    says: Words = ()
    lacks: Words = ()


class Telling(_Part):
    """What the digest, made now, says."""

    says: Words = ()
    lacks: Words = ()


class Step(_Part):
    """Something happens, the office works, and this is how things then stand."""

    at: Moment | None = None
    after: Time | None = None
    mails: tuple[Mail, ...] = ()
    staff: tuple[Order, ...] = ()
    keep: dict[str, str] = {}  #: what a link of today's digest is called later -> the link
    hold: bool | None = None  #: the hold file is put there or taken away
    restart: bool = False
    lose: bool = False  #: the database is gone; nobody works until staff order it
    settle: bool = True  #: the settle window passes before one looks
    letters: tuple[Letter, ...] = ()
    #: every answer to staff that must have left; None: the story is not about them
    notices: tuple[Notice, ...] | None = None
    cases: dict[str, State] = {}  #: a mail's name -> how its case stands
    calls: dict[str, str] = {}  #: a mail's name -> the call its case belongs to
    #: an applicant -> how its entry stands, in every case that has it
    entries: dict[str, State] = {}
    together: tuple[str, ...] = ()  #: mails of one case
    apart: tuple[str, ...] = ()  #: mails no two of which share a case
    digest: Telling = Telling()


class Story(_Part):
    """A whole story."""

    title: str
    until: str = ""  #: why it cannot come true yet
    settings: dict[str, dict[str, Any]] = {}
    beside: tuple[str, ...] = ()  #: further calls on the mailbox, by their folders
    call: dict[str, str] = {}  #: pieces of ``call.yaml`` and what they become
    papers: dict[str, Papers] = {}
    steps: tuple[Step, ...]


def read_story(path: Path) -> Story:
    """The story in a file. Raises ValueError for anything that is not one."""
    return Story.model_validate(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")))
