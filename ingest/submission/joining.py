"""Which case a mail belongs to. Pure: the shell looks up candidates, this file decides among them.

Every candidate is held against the mail by what is proved (``rules/standing.py``): only who has
standing in a case adds to it, and only who owns it replaces. A name opens a case of its own at most
(FreeScout #1095 and Zammad #2444 are what happens otherwise). What is then written, and to whom,
is ``filing.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ingest.reading import Reading
from ingest.submission.case import parts_of_matter
from ingest.submission.quoting import own_text
from ingest.submission.sender import Sender, who_sent
from ingest.submission.tracks import one_track
from rules.call import Call
from rules.standing import (
    PROOF_OF_ADDRESS,
    Act,
    AddressProof,
    Proof,
    Standing,
    confirms,
    may,
    standing_of,
    tells,
)

_RIVAL = "|"
"""Between a claim and the address of who claims what another case claims already."""
_NAMED = ("unit:", "applicant:")


def submitter_key(claim: str, address: str) -> str:
    """The key of a case for who claims what another case has claimed already."""
    return f"{claim}{_RIVAL}{address}"


def claim_of(key: str) -> str:
    """The name a case's key stands for; "" when it is an address or a mail alone."""
    return key.partition(_RIVAL)[0] if key.startswith(_NAMED) else ""


@dataclass(frozen=True)
class KnownCase:
    """A case that a mail may belong to: just what the decision needs."""

    id: int
    code: str
    track: str
    key: str  #: its submitter's, see :func:`claim_of`
    unit: str = ""  #: the call's unit it is; "" when it is none of them
    submitter: str = ""  #: its name for people
    addresses: Mapping[str, AddressProof] = field(default_factory=dict)  #: who speaks for it
    accepted: bool = False  #: something in it is accepted
    closed: bool = False  #: nobody's home any more
    opened: datetime | None = None

    @property
    def claim(self) -> str:
        """The name it was opened under; "" when it has none."""
        return claim_of(self.key)

    @property
    def vouched(self) -> bool:
        """Whether one of its addresses is listed by the call or was confirmed by staff."""
        return not {AddressProof.LISTED, AddressProof.STAFF}.isdisjoint(self.addresses.values())

    @property
    def stands(self) -> bool:
        """Whether a mere claim to its name has to wait for staff."""
        return not self.closed and (self.accepted or self.vouched)


@dataclass(frozen=True)
class Candidates:
    """The cases a mail may have to do with, and why."""

    letters: tuple[
        KnownCase, ...
    ] = ()  #: its thread holds a letter of theirs that only we can make
    pointed: tuple[KnownCase, ...] = ()  #: it names their code or answers one of their mails
    own: tuple[KnownCase, ...] = ()  #: its address is known to speak for them
    claimed: tuple[KnownCase, ...] = ()  #: opened under the name that it claims

    @property
    def named(self) -> tuple[KnownCase, ...]:
        """The cases the mail itself points to, each once."""
        return _each_once((*self.letters, *self.pointed))


def _each_once(cases: Iterable[KnownCase]) -> tuple[KnownCase, ...]:
    return tuple({case.id: case for case in cases if not case.closed}.values())


class Purpose(StrEnum):
    """What a mail from a person is, for the house."""

    APPLICATION = "application"  #: it brings something to judge
    QUESTION = "question"  #: nothing to judge: a receipt, and staff read it
    HELD = "held"  #: it has no standing where it wants to go: staff decide


@dataclass(frozen=True)
class Join:
    """One case to put the mail into; ``case_id`` None opens one for the track."""

    case_id: int | None
    track: str
    how: str  #: in Chinese, for ``case explain``
    standing: Standing
    key: str  #: of the case to be opened, or the key that one without a name now gets; "" = none
    submitter: str = ""  #: of the case to be opened or named
    unit: str = ""
    proof: AddressProof | None = None  #: why its address is known for the case from now on
    rivals: tuple[int, ...] = ()  #: cases under the same name, of other addresses
    contested: bool = False  #: nothing in it is accepted before staff say which case counts
    takes_name: bool = False  #: the case was opened without one


@dataclass(frozen=True)
class Placement:
    """Where a mail goes."""

    purpose: Purpose
    sender: Sender
    joins: tuple[Join, ...]
    reason: str
    towards: KnownCase | None = None  #: the case a mail without the standing for it is about
    told: bool = False  #: that case's known address is told that somebody wrote in its name
    pointed: bool = False  #: the mail itself points to that case
    homes: tuple[
        KnownCase, ...
    ] = ()  #: the cases its sender may replace and withdraw, the likeliest first


def proofs_of(case: KnownCase, address: str, sender: Sender, known: Candidates) -> frozenset[Proof]:
    """Everything a mail from ``address`` proves towards ``case``."""
    ours, points = case in known.letters, case in known.pointed
    found = {
        Proof.OUR_LETTER: ours,
        Proof.CODE: points,
        Proof.LISTED: _listed(case, sender, named=ours or points),
        Proof.SAME_UNIT: sender.named and sender.own_words and sender.key == case.claim,
        Proof.OTHER_UNIT: bool(case.claim) and _another(sender, case.claim),
    }
    of_address = case.addresses.get(address) if address else None
    kept = {PROOF_OF_ADDRESS[of_address]} if of_address is not None else set()
    return frozenset(kept | {proof for proof, holds in found.items() if holds})


def _listed(case: KnownCase, sender: Sender, *, named: bool) -> bool:
    """An office may be listed long after a stranger opened a case under its name."""
    return sender.by_address and sender.unit == case.unit and (case.vouched or named)


def _another(sender: Sender, claim: str) -> bool:
    """Whether the sender names somebody else who sends for himself.

    A bureau's clerk who names the school whose form he sends is still the bureau.
    """
    kind = sender.key.partition(":")[0]
    return (
        sender.named and sender.key != claim and (kind == "unit" or kind == claim.partition(":")[0])
    )


def place(reading: Reading, call: Call, known: Candidates) -> Placement:
    """Decide where a person's mail goes."""
    decision = _Decision(reading, call, who_sent(reading, call), known)
    return decision.place()


@dataclass(frozen=True)
class _Decision:
    reading: Reading
    call: Call
    sender: Sender
    known: Candidates

    def place(self) -> Placement:
        named = self.known.named
        known = (*named, *self.known.own, *self.known.claimed)
        homes = self._with(known, Act.REPLACE)
        if named and not self._with(named, Act.REPLACE):
            return self._pointing(named)
        if not parts_of_matter(self.reading):
            home = self._first_choice(homes) if homes else None
            of = f"案卷 {home.code} 的来信,没有附件" if home else "没有附件"
            return Placement(
                Purpose.QUESTION, self.sender, (), of, towards=home, homes=self._sorted(homes)
            )
        if homes:
            joins = self._at_home(homes)
            return Placement(
                Purpose.APPLICATION, self.sender, joins, "补充材料", homes=self._sorted(homes)
            )
        return self._by_name()

    def _with(self, cases: Iterable[KnownCase], act: Act) -> tuple[KnownCase, ...]:
        return tuple(
            case for case in _each_once(cases) if may(standing_of(self._proofs(case)), act)
        )

    def _proofs(self, case: KnownCase) -> frozenset[Proof]:
        return proofs_of(case, self.reading.envelope.from_address, self.sender, self.known)

    # --- a case that the mail points to, without owning it ----------------------------------

    def _pointing(self, named: Sequence[KnownCase]) -> Placement:
        adds = self._with(named, Act.ADD)
        if adds and parts_of_matter(self.reading):
            joins = self._supplement(adds)
            return Placement(
                Purpose.APPLICATION, self.sender, joins, "转交的信函带来的补充材料",
                towards=adds[0], told=True,
            )  # fmt: skip
        return self._held(named[0], f"引用了案卷 {named[0].code},但发件地址不是该案卷的")

    def _held(self, case: KnownCase, reason: str) -> Placement:
        told = tells(self._proofs(case), stands=case.stands)
        pointed = case in self.known.named
        return Placement(
            Purpose.HELD, self.sender, (), reason, towards=case, told=told, pointed=pointed
        )

    def _supplement(self, cases: Sequence[KnownCase]) -> tuple[Join, ...]:
        """Into the cases of its documents' tracks, into the first one when it names no track."""
        tracks = _document_tracks(self.reading, self.call)
        found = [case for case in cases if case.track in tracks] or list(cases[:1])
        return tuple(self._join(case) for case in found)

    # --- at home ----------------------------------------------------------------------------

    def _at_home(self, homes: Sequence[KnownCase]) -> tuple[Join, ...]:
        tracks = _document_tracks(self.reading, self.call)
        if not tracks:
            return (self._join(self._first_choice(homes)),)
        joins = []
        for track in tracks:
            case = next((case for case in homes if case.track == track), None)
            joins.append(self._join(case) if case else self._beside(homes[0], track))
        return tuple(joins)

    def _first_choice(self, homes: Sequence[KnownCase]) -> KnownCase:
        """Where papers without a track go: what the mail points to, then what its words name, then
        what still waits for papers, then what came last.
        """
        named, tracks = self.known.named, tracks_of(self.reading, self.call)
        for wanted in (
            lambda case: case in named,
            lambda case: case.track in tracks and case.track,
            lambda case: not case.accepted,
        ):
            if found := [case for case in homes if wanted(case)]:
                return found[0]
        return homes[-1]

    def _sorted(self, homes: Sequence[KnownCase]) -> tuple[KnownCase, ...]:
        if not homes:
            return ()
        first = self._first_choice(homes)
        return (first, *(case for case in homes if case is not first))

    def _join(self, case: KnownCase) -> Join:
        proofs, sender = self._proofs(case), self.sender
        standing = standing_of(proofs)
        takes_name = not case.claim and sender.named and may(standing, Act.REPLACE)
        rivals = self._rivals(case.track, sender.key, case.id) if takes_name else ()
        return Join(
            case.id,
            case.track,
            _how(case, proofs),
            standing,
            key=self._free_key(case.track, sender.key) if takes_name else "",
            submitter=sender.name if takes_name else "",
            unit=sender.unit if takes_name else "",
            proof=_new_proof(proofs),
            rivals=tuple(rival.id for rival in rivals),
            contested=bool(rivals),
            takes_name=takes_name,
        )

    def _beside(self, home: KnownCase, track: str) -> Join:
        """A case of another track, for who has standing in one of this call."""
        how = f"案卷 {home.code} 的发件人另报的类别"
        sender = self.sender
        if sender.named or not home.claim:
            return self._opened(track, how, sender.key, sender.name, sender.unit)
        return self._opened(track, how, home.claim, home.submitter, home.unit)

    # --- by name alone ----------------------------------------------------------------------

    def _by_name(self) -> Placement:
        tracks, sender = tracks_of(self.reading, self.call), self.sender
        rivals = (rival for track in tracks for rival in self._rivals(track, sender.key))
        standing = [rival for rival in rivals if rival.stands]
        if standing and not sender.by_address:
            first = standing[0]
            return self._held(
                first,
                f"以“{sender.name}”的名义来件,该单位已有案卷 {first.code},发件地址不是该案卷的",
            )
        how = f"{sender.evidence}: {sender.name}"
        joins = tuple(
            self._opened(track, how, sender.key, sender.name, sender.unit) for track in tracks
        )
        return Placement(Purpose.APPLICATION, sender, joins, "申报材料")

    def _opened(self, track: str, how: str, key: str, submitter: str, unit: str) -> Join:
        rivals, listed = self._rivals(track, key), self.sender.by_address
        return Join(
            None,
            track,
            how,
            Standing.PROVED if listed else Standing.OWNER,
            key=self._free_key(track, key),
            submitter=submitter,
            unit=unit,
            proof=AddressProof.LISTED if listed else AddressProof.OPENED,
            rivals=tuple(rival.id for rival in rivals),
            contested=bool(rivals) and not listed,
        )

    def _rivals(self, track: str, claim: str, but: int | None = None) -> tuple[KnownCase, ...]:
        """Other open cases of the track under the same name."""
        return tuple(
            case
            for case in _each_once(self.known.claimed)
            if (case.track, case.claim) == (track, claim) and case.id != but
        )

    def _free_key(self, track: str, key: str) -> str:
        """The key, with the sender's address where another case has it; closed ones keep theirs."""
        taken = {case.key for case in self.known.claimed if case.track == track}
        return submitter_key(key, self.reading.envelope.from_address) if key in taken else key


def _new_proof(proofs: frozenset[Proof]) -> AddressProof | None:
    """Why the address is known better than before; None when nothing new is proved."""
    if Proof.LISTED in proofs:
        return AddressProof.LISTED
    return AddressProof.REPLIED if confirms(proofs) else None


def _how(case: KnownCase, proofs: frozenset[Proof]) -> str:
    if Proof.OUR_LETTER in proofs:
        return f"回复我方信函,案卷编号 {case.code}"
    if Proof.CODE in proofs:
        return f"写明案卷编号 {case.code},或回复该案卷的来件"
    if Proof.LISTED in proofs:
        return "发件地址在报送单位名单中"
    return f"发件地址是案卷 {case.code} 的"


def _document_tracks(reading: Reading, call: Call) -> tuple[str, ...]:
    """The tracks of a mail's forms; one where form and table of two tracks are one application."""
    mixed = one_track(reading.documents, _named_track(reading, call))
    tracks = (each.track for each in reading.documents if each.track)
    return (mixed,) if mixed else tuple(dict.fromkeys(tracks))


def tracks_of(reading: Reading, call: Call) -> tuple[str, ...]:
    """The tracks a mail applies for: by its documents, else by the one track its subject, text or
    file names name.
    """
    return _document_tracks(reading, call) or (_named_track(reading, call),)


def _named_track(reading: Reading, call: Call) -> str:
    """The one track that a mail's words name; "" for none or several."""
    for text in (
        reading.envelope.subject,
        " ".join(part.name for part in reading.parts),
        own_text(reading.text),
    ):
        named = [track.name for track in call.tracks if track.name in text]
        if len(named) == 1:
            return named[0]
    return ""
