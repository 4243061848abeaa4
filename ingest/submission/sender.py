"""Who sent an application: a unit's office, a unit that submits for itself, another applicant, or
somebody else.

Pure. How each of them is named and recognised is the call's (称谓); the evidence is what clerks really write: a known
address, the display name, the signature, who filled in the summary table, the subject.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ingest.reading import Reading
from rules.call import OTHER_SENDER, Call, Role, Unit, find_unit
from rules.vocabulary import normalise

SIGNATURE_LINES = 8
_QUOTED = re.compile(
    r"^\s*(?:>|-{3,}\s*(?:原始邮件|Original)|发件人[:：]|在.{4,60}写道\s*[:：]|On .{4,80} wrote:)"
)


@dataclass(frozen=True)
class Sender:
    """报送单位 as far as a mail shows it."""

    kind: str  #: one of :attr:`rules.call.Words.sender_kinds`
    key: str  #: what makes two senders the same submitting unit; "" when nothing does
    name: str  #: for letters
    unit: str  #: its name, "" when unknown
    evidence: str  #: where that was read, in Chinese
    by_address: bool = False  #: the call names the address; anybody can write a unit's name


def own_text(text: str) -> str:
    """The part of a mail's text that its sender wrote: everything before the first quoted line."""
    lines = []
    for line in text.splitlines():
        if _QUOTED.match(line):
            break
        lines.append(line)
    return "\n".join(lines)


def who_sent(reading: Reading, call: Call) -> Sender:
    """The submitting unit that a mail speaks for; kind 其他 when nothing says so."""
    by_address = _by_address(reading.envelope.from_address, call)
    if by_address:
        return by_address
    for text, evidence in _claims(reading, call):
        sender = _from_text(text, evidence, call)
        if sender:
            return sender
    envelope = reading.envelope
    return Sender(
        OTHER_SENDER,
        f"address:{envelope.from_address}" if envelope.from_address else "",
        envelope.from_name or envelope.from_address,
        "",
        "邮件中未写明单位",
    )


def _by_address(address: str, call: Call) -> Sender | None:
    for unit in call.units:
        if any(
            address == known
            or (
                known.startswith(
                    "@",
                )
                and address.endswith(known)
            )
            for known in unit.addresses
        ):
            return replace(_unit_sender(unit, call, "发件地址在报送单位名单中"), by_address=True)
    return None


def _unit_sender(unit: Unit, call: Call, evidence: str) -> Sender:
    kind = call.words.direct if unit.direct else call.words.bureau
    return Sender(kind, f"unit:{unit.name}", unit.bureau, unit.name, evidence)


def _claims(reading: Reading, call: Call) -> Iterator[tuple[str, str]]:
    """Everything in a mail that may name its sender, strongest first."""
    yield reading.envelope.from_name, "发件人名称"
    lines = [line.strip() for line in own_text(reading.text).splitlines() if line.strip()]
    for line in reversed(lines[-SIGNATURE_LINES:]):
        if len(line) <= 40 and not re.search(
            "[，。！？；,;!?]", line
        ):  # a sentence is not a signature
            yield line, "邮件落款"
    for document in reading.documents:
        filler = document.fields.get(call.words.filler_field)
        if document.role is Role.SUMMARY and filler is not None and filler.text:
            yield filler.text, f"汇总表{call.words.filler_field}"
    yield reading.envelope.subject, "邮件主题"


def _from_text(text: str, evidence: str, call: Call) -> Sender | None:
    text = text.replace(call.authority, "")
    unit = find_unit(call, text)
    if unit and unit.direct:
        return _unit_sender(unit, call, evidence)
    if unit and any(word in text for word in call.words.bureau_words):
        return _unit_sender(unit, call, evidence)
    if evidence != "邮件主题" and (name := _applicant_named(text, call)):
        return Sender(
            call.words.applicant,
            f"applicant:{normalise(name)}",
            name,
            unit.name if unit else "",
            evidence,
        )
    return None


def _applicant_named(text: str, call: Call) -> str:
    """The name of an applicant in ``text``, known by the call's endings of such names; else ""."""
    if not call.words.applicant_words:
        return ""
    ending = "|".join(map(re.escape, call.words.applicant_words))
    match = re.search(rf"[一-鿿\d]{{2,30}}?(?:{ending})", re.sub(r"\s+", "", text))
    return match[0] if match else ""
