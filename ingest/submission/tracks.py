"""Which track's form a document is, and of which year, where that is not what is applied for.
Pure.

A bureau that takes the table of the other track by mistake has sent one application, not two halves
of two: it is told once which form is the wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ingest.reading import Document
from ingest.submission.case import Case, Filed
from rules.call import Role
from rules.vocabulary import normalise


def one_track(documents: Iterable[Document], named: str) -> str:
    """The track that is applied for where an application of one track came with the table of
    another; "" where nothing is mixed up.

    ``named`` is the track that the mail's words name, "" for none: else the application's counts.
    """
    tracks = _tracks_by_role(documents)
    applied, listed = tracks[Role.APPLICATION], tracks[Role.SUMMARY]
    if len(applied) != 1 or len(listed) != 1 or applied == listed:
        return ""
    (track,) = applied
    return named if named in applied | listed else track


def misfits(case: Case) -> tuple[Filed, ...]:
    """The documents of another track in the place of one that this case lacks."""
    return tuple(_misfits(case))


def _misfits(case: Case) -> Iterator[Filed]:
    there = {
        Role.APPLICATION: any(entry.editable or entry.scan for entry in case.entries),
        Role.SUMMARY: bool(case.summary or case.summary_scan),
    }
    filed = [
        Filed(mail, document)
        for mail in case.mails
        for document in mail.reading.documents
        if document.track not in (case.track, "") and document.role is not None
    ]
    for role, other in ((Role.APPLICATION, Role.SUMMARY), (Role.SUMMARY, Role.APPLICATION)):
        whole = {item.document.track for item in filed if item.document.role is other}
        if not there[role] and there[other]:
            for item in filed:
                if item.document.role is role and item.document.track not in whole:
                    yield item


def _tracks_by_role(documents: Iterable[Document]) -> dict[Role, set[str]]:
    found: dict[Role, set[str]] = {role: set() for role in Role}
    for document in documents:
        if document.role is not None and document.track:
            found[document.role].add(document.track)
    return found


# --- whose year a form is of ----------------------------------------------------------------------

TITLE_TEXTS = 12
"""Short texts at the head of a form among which its title stands."""
_YEAR = re.compile(r"(20\d{2})年?度?")
_YEAR_ALONE = re.compile(r"\(?(20\d{2})年?度?\)?")


def title_year(outline: Sequence[Sequence[str]], titles: Iterable[str]) -> int | None:
    """The year that stands in a form's title or on a line of its own beside it; None without."""
    lines = [normalise(text) for text in (outline[0] if outline else ())][:TITLE_TEXTS]
    known = [normalise(title) for title in titles]
    for number, line in enumerate(lines):
        if any(title in line for title in known):
            return _year_at(lines, number)
    return None


def _year_at(lines: Sequence[str], number: int) -> int | None:
    beside = [each for each in lines[max(0, number - 1) : number + 2] if each != lines[number]]
    alone = filter(None, map(_YEAR_ALONE.fullmatch, beside))
    found = _YEAR.search(lines[number]) or next(alone, None)
    return int(found[1]) if found else None
