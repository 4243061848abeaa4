"""凭据 and what they allow: who wrote a mail, as far as that is proved, and what the mail may do. Pure.

A name is a claim. One table says for every standing towards a case what its mail may do, how it is
answered, and who is told; ``docs/identity.md`` prints the same table. How a proof is found in a
mail, and which cases a mail is held against, does not come in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Proof(StrEnum):
    """One thing about a mail that can be checked against one case."""

    LISTED = "listed"  #: the address stands in the call's 报送单位名单 for the case's unit
    CONFIRMED = "confirmed"  #: staff confirmed it, or it answered a letter of this case sent there
    CASE_ADDRESS = "case_address"  #: the address whose mail opened the case
    OUR_LETTER = "our_letter"  #: its thread holds a Message-ID of this case only we can have made
    SAME_UNIT = "same_unit"  #: display name, signature or subject name the case's unit
    OTHER_UNIT = "other_unit"  #: they name another unit that may submit for itself
    CODE = "code"  #: the case's code stands in the subject or in the sender's own words
    QUOTED = "quoted"  #: words of ours, or a code, in what the mail quotes


PROOF_NAMES: Mapping[Proof, str] = MappingProxyType(
    {
        Proof.LISTED: "名单地址",
        Proof.CONFIRMED: "核实地址",
        Proof.CASE_ADDRESS: "本案地址",
        Proof.OUR_LETTER: "我方信函",
        Proof.SAME_UNIT: "自称本单位",
        Proof.OTHER_UNIT: "自称他单位",
        Proof.CODE: "案卷编号",
        Proof.QUOTED: "引用文字",
    }
)


class AddressProof(StrEnum):
    """How an address came to be known for a case: what the store keeps beside it."""

    OPENED = "opened"  #: its mail opened the case
    EARLIER = "earlier"  #: so it was before proofs were kept
    REPLIED = "replied"  #: it answered a letter of the case that went there
    STAFF = "staff"  #: staff say so
    LISTED = "listed"  #: the call lists it


PROOF_OF_ADDRESS: Mapping[AddressProof, Proof] = MappingProxyType(
    {
        AddressProof.OPENED: Proof.CASE_ADDRESS,
        AddressProof.EARLIER: Proof.CASE_ADDRESS,
        AddressProof.REPLIED: Proof.CONFIRMED,
        AddressProof.STAFF: Proof.CONFIRMED,
        AddressProof.LISTED: Proof.LISTED,
    }
)
"""What a mail proves by coming from an address that is known so."""


class Standing(StrEnum):
    """身份: what the proofs come to, towards one case; the strongest first."""

    PROVED = "proved"  #: the unit itself
    OWNER = "owner"  #: the address the case is made of
    RELEASED = "released"  #: staff put the mail into the case, without a word about its address
    HANDED_ON = "handed_on"  #: somebody of the unit who was given our letter
    POINTING = "pointing"  #: knows the case's code or has our letter, and that is all
    CLAIMING = "claiming"  #: a name
    UNRELATED = "unrelated"  #: nothing ties the mail to this case


STANDING_NAMES: Mapping[Standing, str] = MappingProxyType(
    {
        Standing.PROVED: "已证实",
        Standing.OWNER: "本案来件人",
        Standing.RELEASED: "人工放行",
        Standing.HANDED_ON: "信函转交",
        Standing.POINTING: "指名案卷",
        Standing.CLAIMING: "自称",
        Standing.UNRELATED: "无关",
    }
)


class Act(StrEnum):
    """What a mail may do."""

    OPEN = "open"  #: begin a case of its own
    ADD = "add"  #: put papers where there are none
    REPLACE = "replace"  #: take the place of papers that are there
    WITHDRAW = "withdraw"  #: ask staff to withdraw the case or an entry
    LEARN = "learn"  #: be told what is in the case


ACT_NAMES: Mapping[Act, str] = MappingProxyType(
    {
        Act.OPEN: "另立案卷",
        Act.ADD: "补入",
        Act.REPLACE: "替换",
        Act.WITHDRAW: "申请撤回",
        Act.LEARN: "得知内容",
    }
)


class Answer(StrEnum):
    """How a mail is answered."""

    LETTER = "案卷信函"  #: the letter of the case it went into
    OWN = "自己的案卷信函"  #: a letter about the writer's own case and files alone
    RECEIPT = "待核实回执"  #: 已收到，经办人核实后答复: no content of any case


@dataclass(frozen=True)
class Rights:
    """One line of the table."""

    acts: frozenset[Act]
    answer: Answer
    why: str  #: the line's reason, for staff and for the docs
    task: bool = False  #: staff get a task with both addresses, code and trusted telephone number


_ALL_OF_THE_CASE = frozenset(Act) - {Act.OPEN}

TABLE: Mapping[Standing, Rights] = MappingProxyType({
    Standing.PROVED: Rights(
        _ALL_OF_THE_CASE, Answer.LETTER, "名单或核实过的地址，或本案地址答复了本案的信函"
    ),
    Standing.OWNER: Rights(_ALL_OF_THE_CASE, Answer.LETTER, "案卷本来就由这个地址的来件组成"),
    Standing.RELEASED: Rights(
        frozenset({Act.ADD, Act.REPLACE}), Answer.RECEIPT,
        "经办人看过这一封，放行归入；信函仍只发给本案地址",
    ),
    Standing.HANDED_ON: Rights(
        frozenset({Act.ADD}), Answer.RECEIPT, "有我方信函又自称本单位：多半是同事，看不出是谁",
        task=True,
    ),
    Standing.POINTING: Rights(
        frozenset(), Answer.RECEIPT, "编号和信函都可能辗转到别人手里，由经办人放行", task=True
    ),
    Standing.CLAIMING: Rights(
        frozenset({Act.OPEN}), Answer.OWN, "名称谁都可以写", task=True
    ),
    Standing.UNRELATED: Rights(frozenset({Act.OPEN}), Answer.OWN, "与本案无关"),
})  # fmt: skip
"""What every standing allows."""

_KNOWN = frozenset({Proof.LISTED, Proof.CONFIRMED})
_POINTERS = frozenset({Proof.OUR_LETTER, Proof.CODE})


def standing_of(proofs: Collection[Proof]) -> Standing:
    """The standing that ``proofs``, all towards one case, come to. ``QUOTED`` never counts."""
    given = frozenset(proofs)
    if given & _KNOWN or confirms(given):
        return Standing.PROVED
    if Proof.CASE_ADDRESS in given and Proof.OTHER_UNIT not in given:
        return Standing.OWNER
    if given >= {Proof.OUR_LETTER, Proof.SAME_UNIT}:
        return Standing.HANDED_ON
    if given & _POINTERS:
        return Standing.POINTING
    return Standing.CLAIMING if Proof.SAME_UNIT in given else Standing.UNRELATED


def may(standing: Standing, act: Act) -> bool:
    """Whether a mail of this standing may do it."""
    return act in TABLE[standing].acts


def confirms(proofs: Collection[Proof]) -> bool:
    """Whether the mail makes its address a confirmed one of the case: it answers a letter sent
    there.

    Of this case, not of its unit: an impostor who answers letters about his own case proves only
    that he reads his own mail. Having been filed once makes nobody known, and neither does a code.
    """
    return frozenset(proofs) >= {Proof.CASE_ADDRESS, Proof.OUR_LETTER}


def tells(proofs: Collection[Proof], *, stands: bool) -> bool:
    """Whether the case's known address is told, without details, that somebody wrote in its name.

    ``stands``: the unit's case is accepted, or of an address that the call lists or staff
    confirmed; of two mere claims neither is told of the other. Who has one of our letters is told
    of in any case, because it went to the known address.
    """
    standing = standing_of(proofs)
    if standing in (Standing.PROVED, Standing.OWNER):
        return False
    return Proof.SAME_UNIT in proofs and (stands or standing is Standing.HANDED_ON)
