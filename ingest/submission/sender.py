"""Who sent an application: a 师市 bureau, a school directly under the authority, another school, or somebody else.

Pure. The notice (四) lets only bureaus and 直属 schools submit; the evidence is what clerks really write: a known
address, the display name, the signature, the summary table's 填报单位, the subject.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.reading import Reading
from rules.call import Call, Role, Unit, find_unit
from rules.vocabulary import normalise

SIGNATURE_LINES = 8
_SCHOOL = re.compile(r"[一-鿿\d]{2,30}?(?:学校|中学|小学|幼儿园|学院|一中|二中|三中|四中|职高|技校)")
_QUOTED = re.compile(r"^\s*(?:>|-{3,}\s*(?:原始邮件|Original)|发件人[:：]|在.{4,60}写道\s*[:：]|On .{4,80} wrote:)")


@dataclass(frozen=True)
class Sender:
    """报送单位 as far as a mail shows it."""

    kind: str  #: one of :data:`rules.call.SENDER_KINDS`
    key: str  #: what makes two senders the same submitting unit
    name: str  #: for letters
    unit: str  #: the 师市, "" when unknown
    evidence: str  #: where that was read, in Chinese


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
    for text, evidence in _claims(reading):
        sender = _from_text(text, evidence, call)
        if sender:
            return sender
    envelope = reading.envelope
    return Sender(
        "其他", f"address:{envelope.from_address}", envelope.from_name or envelope.from_address, "", "邮件中未写明单位"
    )


def _by_address(address: str, call: Call) -> Sender | None:
    for unit in call.units:
        if any(address == known or (known.startswith("@") and address.endswith(known)) for known in unit.addresses):
            return _unit_sender(unit, "发件地址在报送单位名单中")
    return None


def _unit_sender(unit: Unit, evidence: str) -> Sender:
    return Sender("直属学校" if unit.direct else "师市教育局", f"unit:{unit.name}", unit.bureau, unit.name, evidence)


def _claims(reading: Reading) -> Iterator[tuple[str, str]]:
    """Everything in a mail that may name its sender, strongest first."""
    yield reading.envelope.from_name, "发件人名称"
    lines = [line.strip() for line in own_text(reading.text).splitlines() if line.strip()]
    for line in reversed(lines[-SIGNATURE_LINES:]):
        if len(line) <= 40 and not re.search("[，。！？；,;!?]", line):  # a sentence is not a signature
            yield line, "邮件落款"
    for document in reading.documents:
        filler = document.fields.get("填报单位")
        if document.role is Role.SUMMARY and filler is not None and filler.text:
            yield filler.text, "汇总表填报单位"
    yield reading.envelope.subject, "邮件主题"


def _from_text(text: str, evidence: str, call: Call) -> Sender | None:
    text = text.replace(call.authority, "")
    unit = find_unit(call, text)
    if unit and unit.direct:
        return _unit_sender(unit, evidence)
    if unit and re.search(r"教育局|教体局|教育体育局|电教|教研", text):
        return _unit_sender(unit, evidence)
    if evidence != "邮件主题" and (match := _SCHOOL.search(re.sub(r"\s+", "", text))):
        name = match[0]
        return Sender("学校", f"school:{normalise(name)}", name, unit.name if unit else "", evidence)
    return None
