"""Which case a mail belongs to. Pure: the shell looks up candidates, this file decides among them.

A supplement comes home by thread headers or by the case code in its subject, but only from somebody
the case knows; a stranger who quotes a code is shown to staff and merged by nobody (FreeScout
#1095, Zammad #2444 are what happens otherwise). Everything else goes by submitting unit and track.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ingest.reading import Reading
from ingest.submission.case import parts_of_matter
from ingest.submission.sender import Sender, own_text, who_sent
from rules.call import Call


@dataclass(frozen=True)
class KnownCase:
    """A case that a mail may belong to: just what the decision needs."""

    id: int
    code: str
    track: str
    submitter_key: str
    addresses: frozenset[str]  #: everybody who has written in it so far


class Purpose(StrEnum):
    """What a mail from a person is, for the house."""

    APPLICATION = "application"  #: it brings something to judge
    QUESTION = "question"  #: nothing to judge: a receipt, and staff read it
    HELD = "held"  #: quotes a case of somebody else: staff decide


@dataclass(frozen=True)
class Join:
    """One case to put the mail into; ``case_id`` None opens (or finds) the sender's own case for
    the track.
    """

    case_id: int | None
    track: str
    how: str  #: in Chinese, for ``case explain``


@dataclass(frozen=True)
class Placement:
    """Where a mail goes."""

    purpose: Purpose
    sender: Sender
    joins: tuple[Join, ...]
    reason: str


def place(reading: Reading, call: Call, quoted: Sequence[KnownCase]) -> Placement:
    """Decide where a person's mail goes; ``quoted`` are the cases its thread headers or case codes
    point to.
    """
    sender = who_sent(reading, call)
    brings = bool(parts_of_matter(reading))
    if quoted:
        address = reading.envelope.from_address
        ours = [case for case in quoted if sender.key and case.submitter_key == sender.key]
        known = [case for case in quoted if case in ours or address in case.addresses]
        if not known:
            return Placement(
                Purpose.HELD,
                sender,
                (),
                f"引用了案卷 {quoted[0].code},但发件人不是该案卷的报送单位",
            )
        if not brings:
            return Placement(Purpose.QUESTION, sender, (), f"案卷 {known[0].code} 的来信,没有附件")
        return Placement(Purpose.APPLICATION, sender, _supplement(reading, known), "补充材料")
    if not brings:
        return Placement(Purpose.QUESTION, sender, (), "没有附件")
    joins = tuple(
        Join(
            None,
            track,
            f"{sender.evidence}: {sender.name}",
        )
        for track in tracks_of(reading, call)
    )
    return Placement(Purpose.APPLICATION, sender, joins, "申报材料")


def _supplement(reading: Reading, known: Sequence[KnownCase]) -> tuple[Join, ...]:
    """The cases a supplement goes to: those of its documents' tracks, all quoted ones when it names
    no track.
    """
    tracks = list(dict.fromkeys(each.track for each in reading.documents if each.track))
    if not tracks:
        return tuple(
            Join(case.id, case.track, f"回复邮件或主题中的案卷编号 {case.code}")
            for case in known[:1]
        )
    joins = []
    for track in tracks:
        case = next((case for case in known if case.track == track), None)
        joins.append(
            Join(case.id, track, f"回复邮件或主题中的案卷编号 {case.code}")
            if case
            else Join(None, track, "同一邮件中的另一类别")
        )
    return tuple(joins)


def tracks_of(reading: Reading, call: Call) -> tuple[str, ...]:
    """The tracks a mail applies for: by its documents, else by the one track its subject, text or
    file names name.
    """
    tracks = tuple(
        dict.fromkeys(document.track for document in reading.documents if document.track),
    )
    if tracks:
        return tracks
    for text in (
        reading.envelope.subject,
        " ".join(part.name for part in reading.parts),
        own_text(reading.text),
    ):
        named = [track.name for track in call.tracks if track.name in text]
        if len(named) == 1:
            return tuple(named)
    return ("",)
