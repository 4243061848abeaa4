"""What becomes of a mail that has been read. Pure: what is known in, what is to be
done out.

``ingest/steps/read.py`` looks up what this asks for and carries out what it answers, in one
transaction; ``mailroom message inspect`` asks the same questions with nothing known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from ingest.reading import Kind, Pasted, Reading, ScreeningKind
from ingest.submission.case import parts_of_matter
from ingest.submission.codes import find_codes
from ingest.submission.joining import Candidates, Join, KnownCase, Placement, Purpose, place
from ingest.submission.quoting import own_text
from ingest.submission.wishes import Asked, Wish, asked_in
from rules.call import Call
from rules.standing import AddressProof, Standing
from rules.tasks import TaskKind
from rules.timetable import resend_until
from rules.vocabulary import BEIJING

ALLEGED = "有退信说信函没有送达 {}，但没有引用我方信函，真假不明，未据此立待办；要确认请电话询问"
"""Without the mail's own words: a stranger would write them into the digest."""
SAME_NAME_A_DAY = 6
"""Addresses nobody vouches for that may open cases under one name within a day; whoever comes later
waits for staff."""
MOST_CLAIMS = 5
"""Cases under one name that a task names."""
MAX_BOUNCE_TEXT = 5_000
"""Characters of a bounce in which the address that refused is looked for."""
TRACKLESS_CODE = "M"
"""First letter of the code of a case whose track nobody could tell."""
_ADDRESS_IN_TEXT = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,200}[A-Za-z0-9]")
_MACHINES = (ScreeningKind.AUTOMATIC, ScreeningKind.LIST)
_PICTURES = (Kind.JPEG, Kind.PNG, Kind.IMAGE)

NoteKind: TypeAlias = Literal[
    "alleged_bounce",
    "complaint", "forged", "held", "machine", "own_papers", "placed", "question", "staff_mail",
    "undelivered",
]  # fmt: skip
"""The events this file decides on, by their names in the ledger."""


# --- what is known ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Arrived:
    """The mail as the ledger has it, and the moment in which it is filed."""

    id: int
    received: datetime
    now: datetime
    settle: timedelta  #: how long a case waits for more before it is judged


@dataclass(frozen=True)
class SentLetter:
    """A letter of ours that a bounce speaks of."""

    id: int
    recipient: str
    case_id: int | None


@dataclass(frozen=True)
class Known:
    """What ledger and key say of what a mail mentions."""

    candidates: Candidates = field(
        default_factory=Candidates
    )  #: cases that a person's mail may have to do with
    reported: tuple[SentLetter, ...] = ()  #: what a bounce is about, as it has proved
    alleged: tuple[SentLetter, ...] = ()  #: what a bounce says it is about; anybody could
    made_here: bool = False  #: the Message-ID proves that this program wrote the mail
    by_hand: bool = False  #: staff have looked at the mail and let it in
    large: tuple[datetime, ...] = ()  #: when mails of this address came that were too large


@dataclass(frozen=True)
class Clues:
    """By what the letter that a bounce reports may be found; the first that finds one counts."""

    message_ids: tuple[str, ...]
    codes: tuple[str, ...]
    addresses: tuple[str, ...]  #: lower case


def bounce_clues(reading: Reading) -> Clues:
    """What a bounce names. A report of mere delay names nothing by its text: the letter may
    still arrive.

    Providers rewrite Message-IDs (Tencent does), and many a bounce returns nothing of the letter.
    """
    envelope = reading.envelope
    if envelope.delayed:
        return Clues(envelope.failed_message_ids, (), ())
    text = f"{envelope.subject}\n{reading.text}"
    named = _ADDRESS_IN_TEXT.findall(text[:MAX_BOUNCE_TEXT])
    addresses = dict.fromkeys(address.lower() for address in named)
    return Clues(envelope.failed_message_ids, tuple(find_codes(text)), tuple(addresses))


# --- what is to be done -------------------------------------------------------------------------


@dataclass(frozen=True)
class Note:
    """A line in the ledger."""

    kind: NoteKind
    text: str
    case_id: int | None = None
    outbox_id: int | None = None


@dataclass(frozen=True)
class NoteCanary:
    """Should this be a canary of ours, it came back."""


@dataclass(frozen=True)
class Silence:
    """No letter is sent, for this reason."""

    reason: str


@dataclass(frozen=True)
class Acknowledge:
    """The mail gets a receipt: it brought nothing to judge."""

    submitter: str
    word: str = ""  #: what the receipt says instead of that there was no attachment


@dataclass(frozen=True)
class Receive:
    """The mail waits for staff: its sender gets a receipt that says so and nothing of any case."""

    #: code of the case, which the receipt does not name: one receipt a day for it; "" = no case
    about: str


@dataclass(frozen=True)
class Tell:
    """The case's known address is told that somebody wrote in its name."""

    case_id: int
    address: str  #: who wrote; told once, and not by name


@dataclass(frozen=True)
class Ask:
    """Staff get a task."""

    kind: TaskKind
    reason: str
    case_id: int | None = None


@dataclass(frozen=True)
class TakeBack:
    """The case's own people ask to withdraw it: the mail is kept with the case and brings no
    papers; the case stands as it is until staff confirm.
    """

    case_id: int
    words: str
    reason: str  #: for staff


@dataclass(frozen=True)
class Enter:
    """The mail goes into a case, which is then due to be judged."""

    case_id: int | None  #: None: one is opened
    track: str
    track_code: str
    how: str  #: in Chinese, for ``case explain``
    submitter_key: str  #: of the case to be opened or named; "" = leave it
    submitter: str
    unit: str
    standing: Standing
    proof: AddressProof | None  #: why the sender's address is known for the case from now on
    contested: bool
    due: datetime | None  #: None: it stands as it is decided
    #: when the mail, too large, came whose pieces it brings; None: it counts from its own time
    counts_from: datetime | None
    reply_to: tuple[str, str] | None  #: address and name; None: as before


Intent: TypeAlias = (
    Note | NoteCanary | Silence | Acknowledge | Receive | Tell | Ask | TakeBack | Enter
)


@dataclass(frozen=True)
class Filing:
    """What becomes of a mail."""

    answered: bool  #: nothing more will be said to its sender than what the intents say
    intents: tuple[Intent, ...]


def file_mail(reading: Reading, call: Call, known: Known, arrived: Arrived) -> Filing:
    """Decide what a mail is and what is to be done; its reading is kept whatever comes out."""
    if reading.screening.kind is ScreeningKind.STAFF:
        text = f"工作人员来信: {reading.envelope.subject}"
        return Filing(answered=False, intents=(Note("staff_mail", text),))
    if reading.screening.kind is not ScreeningKind.PERSON:
        return Filing(answered=True, intents=tuple(_not_by_a_person(reading, known)))
    asked = asked_in(reading, call)
    if asked is not None and asked.wish is Wish.THANKS:
        thanks = "来信只是致谢，不需要答复"
        return Filing(answered=True, intents=(Note("placed", thanks), Silence(thanks)))
    placement = place(reading, call, known.candidates)
    placed = Note("placed", placement.reason)
    if asked is not None and (done := _as_asked(asked, placement, reading, arrived)) is not None:
        return done
    if (flood := _flood(placement, known, arrived)) is not None:
        return _slowed(flood, placed, placement, reading)
    if placement.purpose is Purpose.APPLICATION:
        since = _resent_since(call, known, arrived)
        joins = [_enter(join, placement, reading, call, arrived) for join in placement.joins]
        joins = [replace(enter, counts_from=since) for enter in joins]
        doubts = (
            *_about_the_sender(placement, known, reading, call),
            *_wished(asked, placement),
            *_late_pieces(call, known, arrived, since),
        )
        return Filing(answered=False, intents=(placed, *joins, *doubts))
    if placement.purpose is Purpose.HELD:
        return Filing(answered=True, intents=(placed, *_held(placement, reading, arrived)))
    of = placement.towards.id if placement.towards is not None else None
    subject = reading.envelope.subject
    said = f"。信中提到“{asked.words}”，请看清要求后办理" if asked is not None else ""
    noted = Note("question", f"来信: {subject}", of)
    what = "来信没有附件，正文里有填写的表，请查看" if reading.pasted.role else "来信咨询，请回复"
    task = Ask(TaskKind.QUESTION, f"{what}：{subject}{said}", of)
    if asked is not None:
        return _acknowledged(placed, task, reading, placement, _UNCLEAR)
    return Filing(answered=True, intents=(placed, noted, task, _receipt(reading, placement)))


def file_unrouted(reading: Reading, reason: str) -> Filing:
    """What becomes of a person's mail when nobody can tell for which of several calls it is."""
    subject = reading.envelope.subject or "（无主题）"
    told = Receive("") if reading.screening.reply else Silence(reading.screening.reason)
    task = Ask(TaskKind.CALL, f"看不出来件是报送哪一项征集的（{reason}）：{subject}")
    return Filing(answered=True, intents=(Note("held", f"待认定征集: {reason}"), told, task))


# --- what the mail asks for beyond its papers -----------------------------------------------------

_LETTER_ONLY = {
    Wish.RENAME: "来信要求更正名称，将由工作人员核实办理后答复。",
    Wish.DROP: "来信提出有申报项退出，将由工作人员核实办理后答复。",
    Wish.NOTICE: "来件是通知、简报一类的文件，没有作为申报材料立案。",
}
"""What the receipt says of a mail that brings no form."""
_UNCLEAR = "来信提出的要求将由工作人员看过后答复。"


def _as_asked(
    asked: Asked, placement: Placement, reading: Reading, arrived: Arrived
) -> Filing | None:
    """What becomes of a mail that asks plainly and brings no form; None for all others."""
    forms = any(document.role is not None for document in reading.documents)
    if forms or asked.wish is Wish.UNCLEAR or placement.purpose is Purpose.HELD:
        return None
    placed, homes = Note("placed", f"来信: {asked.words}"), placement.homes
    if asked.wish is Wish.NOTICE:
        task = Ask(TaskKind.QUESTION, f"来件像是通知或简报，没有立案，请查看：{asked.words}")
        return _acknowledged(placed, task, reading, placement, _LETTER_ONLY[Wish.NOTICE])
    if placement.towards is not None and not homes:  # our letter in other hands
        return Filing(answered=True, intents=(placed, *_held(placement, reading, arrived)))
    if asked.wish is Wish.WITHDRAW:
        if not homes:
            return None
        taken = TakeBack(homes[0].id, asked.words, _withdrawal_reason(asked, placement))
        return Filing(answered=True, intents=(placed, taken))
    case = homes[0].id if homes else None
    task = Ask(TaskKind.CHANGE, f"来信要求更名或退出：“{asked.words}”。请核实后办理", case)
    return _acknowledged(placed, task, reading, placement, _LETTER_ONLY[asked.wish])


def _acknowledged(
    placed: Note, task: Ask, reading: Reading, placement: Placement, word: str
) -> Filing:
    receipt = _receipt(reading, placement)
    if isinstance(receipt, Acknowledge):
        receipt = replace(receipt, word=receipt.word + word)
    noted = Note("question", f"来信: {reading.envelope.subject}", task.case_id)
    return Filing(answered=True, intents=(placed, noted, task, receipt))


def _withdrawal_reason(asked: Asked, placement: Placement) -> str:
    others = "、".join(case.code for case in placement.homes[1:])
    more = f"该地址另有案卷 {others}，如信中没有写明，请问清是哪一件。" if others else ""
    return f"来信申请撤回：“{asked.words}”。{more}请核实后确认或驳回；办理之前案卷不变"


def _wished(asked: Asked | None, placement: Placement) -> Iterator[Ask]:
    """The task about a wish that came with papers; those are judged as they are."""
    if asked is None or asked.wish is Wish.NOTICE:
        return
    case = placement.joins[0].case_id if placement.joins else None
    if asked.wish in (Wish.RENAME, Wish.DROP):
        yield Ask(TaskKind.CHANGE, f"来件要求更正：“{asked.words}”。请核实后办理更名或退出", case)
    else:
        reason = f"来件随材料提到“{asked.words}”，意思不明确，请看清要求后办理"
        yield Ask(TaskKind.QUESTION, reason, case)


def _flood(placement: Placement, known: Known, arrived: Arrived) -> KnownCase | None:
    """The first of the many cases that a day brought under the name of a mail that would open one
    more; None when there are few, or something vouches for the mail.
    """
    sender = placement.sender
    opens = any(join.case_id is None for join in placement.joins)
    if known.by_hand or sender.by_address or not sender.named or not opens:
        return None
    since = arrived.now - timedelta(days=1)
    recent = [
        case
        for case in known.candidates.claimed
        if case.claim == sender.key and case.opened is not None and case.opened >= since
    ]
    unvouched = {address for case in recent if not case.vouched for address in case.addresses}
    return recent[0] if len(unvouched) >= SAME_NAME_A_DAY else None


def _slowed(first: KnownCase, placed: Note, placement: Placement, reading: Reading) -> Filing:
    """Nothing is opened and nothing judged; the sender hears that it came, staff let it in."""
    name, address = placement.sender.name, reading.envelope.from_address
    said = f"一天内已有{SAME_NAME_A_DAY}个以上地址以“{name}”的名义报送，这一封先由工作人员核实"
    receipt = _receipt(reading, placement)
    if isinstance(receipt, Acknowledge):
        receipt = replace(receipt, word="近日以该单位名义的来件较多，将由工作人员核实后办理。")
    reason = f"{said}（{address}）。请电话核实：属实的放行，不是的办结本项"
    ask = Ask(TaskKind.IDENTITY, reason, first.id)
    return Filing(answered=True, intents=(placed, Note("held", said, first.id), ask, receipt))


def _held(placement: Placement, reading: Reading, arrived: Arrived) -> Iterator[Intent]:
    """Nobody who writes is left in silence, and nothing is joined: staff release it."""
    case, address = placement.towards, reading.envelope.from_address
    assert case is not None  # nothing is held but for the sake of a case
    yield Note("held", placement.reason, case.id)
    yield _received(reading, case)
    if placement.told:
        yield Tell(case.id, address)
    kind = TaskKind.HELD if placement.pointed else TaskKind.IDENTITY
    what = f"引用案卷 {case.code}" if placement.pointed else f"以“{placement.sender.name}”的名义"
    reason = (
        f"来件{arrived.id}（{address or '没有可用的发件地址'}）{what}来件，没有归入。请电话核实："
        f"属于本案的，放行归入；不是的，办结本项"
    )
    yield Ask(kind, reason, case.id)


def _received(reading: Reading, case: KnownCase) -> Silence | Receive:
    return Receive(case.code) if reading.screening.reply else Silence(reading.screening.reason)


def _about_the_sender(
    placement: Placement, known: Known, reading: Reading, call: Call
) -> Iterator[Intent]:
    """What staff and the known address must hear about who sent papers that went into a case."""
    address, case = reading.envelope.from_address, placement.towards
    if not reading.screening.reply:
        yield Ask(TaskKind.UNDELIVERED, f"来件已归入案卷，无法自动答复：{reading.screening.reason}")
    if case is not None:  # handed on
        yield _received(reading, case)
        yield Tell(case.id, address)
        reason = (
            f"{address} 持本案信函、以“{placement.sender.name}”的名义补来材料，已补入空缺、没有替换任何材料。"
            f"请与本案地址核实"
        )
        yield Ask(TaskKind.IDENTITY, reason, case.id)
        return
    yield from _rivals_and_lists(placement, known, address, call)


def _rivals_and_lists(
    placement: Placement, known: Known, address: str, call: Call
) -> Iterator[Intent]:
    rivals = [number for join in placement.joins for number in join.rivals]
    cases = {case.id: case for case in known.candidates.claimed}
    for join in placement.joins:
        if join.rivals:
            others = [cases[number] for number in sorted(join.rivals)]
            reason = _all_claims(others, placement.sender.name, address)
            yield Ask(TaskKind.RIVALS, reason, others[0].id)
    opened = [join for join in placement.joins if join.case_id is None]
    if opened and not rivals and (listed := _listed_addresses(placement, call)):
        reason = (
            f"{address} 以“{placement.sender.name}”的名义报送，不是名单上的地址（{'、'.join(listed)}）。"
            f"请电话核实"
        )
        yield Ask(TaskKind.IDENTITY, reason)


def _all_claims(cases: Sequence[KnownCase], name: str, address: str) -> str:
    """Everybody who claims a name, for the one task about it; its case is the oldest."""
    shown = [
        f"{case.code}（{'、'.join(list(case.addresses)[:2])}）" for case in cases[:MOST_CLAIMS]
    ]
    more = f" 等 {len(cases)} 件" if len(cases) > MOST_CLAIMS else ""
    return (
        f"{'、'.join(shown)}{more}之外，{address} 也以“{name}”的名义报送，各立案卷。"
        f"请电话核实哪个算数"
    )


def _listed_addresses(placement: Placement, call: Call) -> tuple[str, ...]:
    """The addresses the call lists for the unit a mail claims, when it comes from another one."""
    sender = placement.sender
    if sender.by_address or not sender.named:
        return ()
    return next((unit.addresses for unit in call.units if unit.name == sender.unit), ())


def _by_ourselves(subject: str, *, papers: bool, made_here: bool) -> list[Intent]:
    if not papers or made_here:
        return [NoteCanary()]
    text = f"本邮箱发来的邮件带有附件,没有受理: {subject}"
    task = f"本邮箱自己发来的邮件带有附件，未受理、未答复，请查看：{subject}"
    return [NoteCanary(), Note("own_papers", text), Ask(TaskKind.MACHINE, task)]


def _not_by_a_person(reading: Reading, known: Known) -> list[Intent]:
    kind, envelope, papers = reading.screening.kind, reading.envelope, brings_papers(reading)
    if kind is ScreeningKind.BOUNCE:
        return [*_undelivered(envelope.subject, known)]
    if kind is ScreeningKind.FORGED:
        text = f"疑似冒名来信,未受理、未答复: {reading.screening.reason}"
        task = f"疑似冒名来信，未受理、未答复，请核实：{envelope.subject}"
        return [Note("forged", text), Ask(TaskKind.MACHINE, task)]
    if kind is ScreeningKind.OWN:
        return _by_ourselves(envelope.subject, papers=papers, made_here=known.made_here)
    if kind is ScreeningKind.COMPLAINT:
        return [Note("complaint", f"投诉报告: {envelope.subject}")]
    if kind in _MACHINES and papers:
        text = f"带有附件的自动邮件,没有受理: {envelope.subject}"
        task = f"自动发出的邮件带有附件，未受理、未答复，请查看：{envelope.subject}"
        return [Note("machine", text), Ask(TaskKind.MACHINE, task)]
    return []


def _undelivered(subject: str, known: Known) -> Iterator[Intent]:
    for letter in known.reported:
        text = f"信函未能送达 {letter.recipient}: {subject}"
        yield Note("undelivered", text, letter.case_id, letter.id)
    for letter in known.alleged:
        text = ALLEGED.format(letter.recipient)
        yield Note("alleged_bounce", text, letter.case_id, letter.id)


def _receipt(reading: Reading, placement: Placement) -> Silence | Acknowledge:
    if not reading.screening.reply:
        return Silence(reading.screening.reason)
    if is_blank(reading):
        return Silence("来信没有主题、文字和附件")
    return Acknowledge(placement.sender.name, _of_text(reading))


def _of_text(reading: Reading) -> str:
    """What the receipt says of a mail that has in its text what belongs into files; "" where files
    came, or nothing of the kind stands there.
    """
    pasted = reading.pasted
    if parts_of_matter(reading) or not (pasted.role or pasted.pictures):
        return ""
    form = f"正文里有填写的{pasted.role}，文字不能代替文件" if pasted.role else ""
    pictures = (
        f"正文里有{pasted.pictures}张图片只是链接，没有随信寄来，系统不打开链接"
        if pasted.pictures
        else ""
    )
    seen = "；".join(filter(None, (form, pictures)))
    what = pasted.role or "图片对应的材料"
    return f"来信没有附件；{seen}。请把{what}存成文件，按通知要求的格式作为附件发送。"


def _enter(
    join: Join, placement: Placement, reading: Reading, call: Call, arrived: Arrived
) -> Enter:
    envelope = reading.envelope
    codes = {track.name: track.code for track in call.tracks}
    handed_on, stands = join.standing is Standing.HANDED_ON, placement.towards
    # A decided case is never made worse by who may only add to it.
    still = handed_on and stands is not None and stands.accepted
    # A server's clock that is ahead must not put off the answer.
    due = min(arrived.received, arrived.now) + arrived.settle
    learns = reading.screening.reply and not handed_on
    return Enter(
        case_id=join.case_id,
        track=join.track,
        track_code=codes.get(join.track, TRACKLESS_CODE),
        how=join.how,
        submitter_key=join.key or ("" if join.case_id is not None else f"mail:{arrived.id}"),
        submitter=join.submitter,
        unit=join.unit,
        standing=join.standing,
        proof=join.proof,
        contested=join.contested,
        due=None if still else due,
        counts_from=None,
        reply_to=(envelope.from_address, envelope.from_name) if learns else None,
    )


def _resent_since(call: Call, known: Known, arrived: Arrived) -> datetime | None:
    """When the mail came whose pieces this late one brings in time."""
    if arrived.received < call.deadline:
        return None
    large = [
        moment
        for moment in known.large
        if moment < call.deadline
        and arrived.received < resend_until(call.deadline, call.timing, moment)
    ]
    return max(large, default=None)


def _late_pieces(
    call: Call, known: Known, arrived: Arrived, since: datetime | None
) -> Iterator[Ask]:
    """Staff look where something came in time, too large, and its pieces did not."""
    early = [moment for moment in known.large if moment < call.deadline]
    if early and since is None and arrived.received >= call.deadline:
        came = f"{max(early).astimezone(BEIJING):%m月%d日 %H:%M}"
        reason = f"该地址{came}的来信过大、没有下载，补发的材料超过了补发期限，按补发时间裁定。是否采用请核定"
        yield Ask(TaskKind.LATE_PIECES, reason)


def brings_papers(reading: Reading) -> bool:
    """Whether a mail carries files that are no pictures: an office's own system may send its
    application.
    """
    return any(part.kind not in _PICTURES for part in parts_of_matter(reading))


def is_blank(reading: Reading) -> bool:
    """Whether a mail without attachments says nothing either: no request that could be answered
    (RFC 3834 section 2).
    """
    said = reading.envelope.subject.strip() or own_text(reading.text).strip()
    return not said and reading.pasted == Pasted()
