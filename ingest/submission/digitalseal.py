"""Whether the certificate signatures of a PDF (电子签章) stand for the seal, as a fact for the rules; and what they are, in Chinese.

Pure: the worker has verified, here it is decided. A signature counts when the call accepts digital
seals and nothing whatever is in doubt; anything less is for staff, never for the applicant to mend.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from ingest.reading import Document, Integrity, Later, Signature
from rules.call import Call, DigitalSeal
from rules.facts import Fact, Provenance
from rules.names import same_applicant
from rules.vocabulary import BEIJING, normalise

CLOCK_TOLERANCE = timedelta(hours=1)
"""A signer's clock may be ahead of the server's by this much."""


def digital_seal(document: Document, own: Collection[str], call: Call, received: datetime) -> Fact:
    """电子签章 of a scan's subject; ``own`` are the names whose seal it should bear, ``received`` the server's time."""
    if not document.signatures:
        return Fact.known(DigitalSeal.NONE)
    doubts = list(dict.fromkeys(_doubts(document.signatures, own, call, received)))
    said = "；".join(describe(signature) for signature in document.signatures)
    raw = "；".join([f"电子签章：{said}", *(["待核：" + "、".join(doubts)] if doubts else [])])
    at = Provenance(part=document.part, place=document.name, method="digital signature", raw=raw)
    return Fact.known(DigitalSeal.OPEN if doubts else DigitalSeal.ACCEPTED, at)


def _doubts(
    signatures: Collection[Signature],
    own: Collection[str],
    call: Call,
    received: datetime,
) -> Iterator[str]:
    """Every reason why a person must look; one bad signature among several is one."""
    if not call.accept_digital_seal:
        yield "本征集没有认可电子签章"
    for signature in signatures:
        yield from _faults(signature, received)
    if not any(signed_for(signature, name, call) for signature in signatures for name in own):
        yield "签名人与申报单位、报送单位都不符"


def _faults(signature: Signature, received: datetime) -> Iterator[str]:
    if signature.integrity is not Integrity.INTACT or not signature.trusted:
        yield signature.problem or "签名未能核验"
    elif signature.later is Later.CHANGES:
        yield "签名之后文件又有改动"
    if signature.signed_at is not None and signature.signed_at > received + CLOCK_TOLERANCE:
        yield "签名时间晚于收到时间"
    expired = signature.certificate_until is not None and signature.certificate_until < received
    if signature.trusted and expired and not signature.timestamped:
        yield "收到时证书已过期, 签名时间又没有可信时间戳"


def signed_for(signature: Signature, name: str, call: Call) -> bool:
    """Whether the signer is the organisation ``name``; a person of it is not.

    Certificates of organisations write ``CFCA@某某局@1``; a place's own name is its government, not the office there.
    """
    places = {normalise(unit.name) for unit in call.units}
    candidates = signature.signer.split("@") if signature.signer else [signature.organisation]
    return any(
        normalise(
            each,
        )
        == normalise(name)
        or (same_applicant(each, name, call) and normalise(each) not in places)
        for each in candidates
    )


def describe(signature: Signature) -> str:
    """Who, when, intact, changed, trusted: one Chinese sentence for staff."""
    return "，".join([_who_and_when(signature), *_state(signature), *_where(signature)])


def _who_and_when(signature: Signature) -> str:
    who = signature.signer or "签名人不明"
    if signature.organisation not in ("", signature.signer):
        who += f"（{signature.organisation}）"
    if signature.signed_at is None:
        return f"{who} 签名"
    at = signature.signed_at.astimezone(BEIJING).strftime("%Y年%-m月%-d日 %H:%M")
    return f"{who} {at} 签名（{'时间戳证实' if signature.timestamped else '时间为签名人自称'}）"


_LATER = {
    Later.NOTHING: "签名后未改动",
    Later.ADDITIONS: "签名后只追加了别的签名或存档信息",
    Later.CHANGES: "签名后有改动",
}


def _state(signature: Signature) -> Iterator[str]:
    if signature.integrity is not Integrity.INTACT:
        yield signature.problem
        return
    yield "内容完整"
    yield _LATER[signature.later]
    yield (
        f"证书可信（签发者 {signature.issuer}）"
        if signature.trusted
        else f"证书不可信：{signature.problem}"
    )


def _where(signature: Signature) -> Iterator[str]:
    if signature.page is not None:
        yield f"见第{signature.page}页"
