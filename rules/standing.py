"""凭据 and what they allow: who wrote a mail, as far as that is proved, and what the mail may therefore do. Pure.

A name is a claim. One table says for every standing towards a case what its mail may do, how it is
answered, and who is told; ``docs/identity.md`` prints the same table. How a proof is found in a mail,
and which cases a mail is held against, does not come in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Proof(StrEnum):
    """One thing about a mail that can be checked against one case."""

    LISTED = "名单地址"  #: the address stands in the call's 报送单位名单 for the case's unit
    CONFIRMED = "核实地址"  #: staff confirmed it, or it once answered a letter of this case that went there
    CASE_ADDRESS = "本案地址"  #: the address whose mail opened the case
    OUR_LETTER = "我方信函"  #: its thread holds a Message-ID that only we can have made
    SAME_UNIT = "自称本单位"  #: display name, signature or subject name the case's unit
    OTHER_UNIT = "自称他单位"  #: they name another unit that may submit for itself
    CODE = "案卷编号"  #: the case's code stands in the subject or in the sender's own words
    QUOTED = "引用文字"  #: words of ours, or a code, in what the mail quotes


class Standing(StrEnum):
    """身份: what the proofs come to, towards one case; the strongest first."""

    PROVED = "已证实"  #: the unit itself
    OWNER = "本案来件人"  #: nobody but the address the case is made of
    HANDED_ON = "信函转交"  #: somebody of the unit who was given our letter
    POINTING = "指名案卷"  #: knows the case's code or has our letter, and that is all
    CLAIMING = "自称"  #: a name
    UNRELATED = "无关"  #: nothing ties the mail to this case


class Act(StrEnum):
    """What a mail may do."""

    OPEN = "另立案卷"  #: begin a case of its own
    ADD = "补入"  #: put papers where there are none
    REPLACE_OPEN = "替换未裁定"  #: take the place of papers nobody has decided on
    REPLACE_DECIDED = "替换已裁定"  #: take the place of papers a decision rests on
    WITHDRAW = "申请撤回"  #: ask staff to withdraw the case or an entry
    LEARN = "得知内容"  #: be told what is in the case


class Answer(StrEnum):
    """How the mail is answered."""

    LETTER = "案卷信函"  #: the letter of the case it went into, to the case's own address
    OWN = "自己的案卷信函"  #: a letter about the writer's own case and files alone
    RECEIPT = "待核实回执"  #: 已收到，经办人核实后答复: no content of any case


@dataclass(frozen=True)
class Rights:
    """One line of the table."""

    acts: frozenset[Act]
    answer: Answer
    tell: bool  #: the case's known address is told, without details, that somebody wrote
    task: bool  #: staff get a task with both addresses, the code and the trusted telephone number
    why: str  #: the line's reason, for staff and for the docs


TABLE: Mapping[Standing, Rights] = MappingProxyType({
    Standing.PROVED: Rights(
        frozenset(Act) - {Act.OPEN},
        Answer.LETTER, tell=False, task=False, why="名单或核实过的地址，或本案地址答复了我方信函",
    ),
    Standing.OWNER: Rights(
        frozenset(Act) - {Act.OPEN},
        Answer.LETTER, tell=False, task=False, why="案卷本来就由这个地址的来件组成",
    ),
    Standing.HANDED_ON: Rights(
        frozenset({Act.ADD, Act.REPLACE_OPEN}),
        Answer.RECEIPT, tell=True, task=True, why="手里有我方信函又自称本单位：多半是同事，但看不出是谁",
    ),
    Standing.POINTING: Rights(
        frozenset(),
        Answer.RECEIPT, tell=True, task=True, why="编号和信函都可能辗转到别人手里",
    ),
    Standing.CLAIMING: Rights(
        frozenset({Act.OPEN}),
        Answer.OWN, tell=True, task=True, why="名称谁都可以写",
    ),
    Standing.UNRELATED: Rights(
        frozenset({Act.OPEN}),
        Answer.OWN, tell=False, task=False, why="与本案无关",
    ),
})  # fmt: skip
"""What every standing allows."""

_KNOWN = frozenset({Proof.LISTED, Proof.CONFIRMED})
_POINTERS = frozenset({Proof.OUR_LETTER, Proof.CODE})


def standing_of(proofs: Collection[Proof]) -> Standing:
    """The standing that ``proofs``, all towards one case, come to.

    ``QUOTED`` never counts. Whoever names another unit that may submit for itself is not of this one,
    whatever of ours is in the thread: offices hand our letters on as patterns.
    """
    given = frozenset(proofs)
    if given & _KNOWN or given >= {Proof.CASE_ADDRESS, Proof.OUR_LETTER}:
        return Standing.PROVED
    if Proof.CASE_ADDRESS in given:
        return Standing.UNRELATED if Proof.OTHER_UNIT in given else Standing.OWNER
    if Proof.OTHER_UNIT in given:
        return Standing.UNRELATED
    if given >= {Proof.OUR_LETTER, Proof.SAME_UNIT}:
        return Standing.HANDED_ON
    if given & _POINTERS:
        return Standing.POINTING
    return Standing.CLAIMING if Proof.SAME_UNIT in given else Standing.UNRELATED


def may(standing: Standing, act: Act) -> bool:
    """Whether a mail of this standing may do it."""
    return act in TABLE[standing].acts


def confirms(proofs: Collection[Proof]) -> bool:
    """Whether the mail makes its address a confirmed one of this case: it answers a letter that went there.

    Of this case, not of its unit: an impostor who answers letters about his own case proves only that
    he reads his own mail. Having been filed once makes nobody known, and neither does a code.
    """
    return frozenset(proofs) >= {Proof.CASE_ADDRESS, Proof.OUR_LETTER}


def answer_to(standing: Standing, *, stands: bool) -> Answer:
    """How a mail of this standing is answered; ``stands``: the unit's case is accepted, or of
    an address that the call lists or staff confirmed.

    Two who merely claim one unit are each answered about their own files. Against a case that stands
    a claim gets a receipt and waits for staff: a second full answer would be one acceptance too many.
    """
    answer = TABLE[standing].answer
    return Answer.RECEIPT if standing is Standing.CLAIMING and stands else answer


def strongest(standings: Collection[Standing]) -> Standing:
    """The one that counts when a mail is held against several cases; UNRELATED when against none."""
    return min(standings, key=list(Standing).index, default=Standing.UNRELATED)
