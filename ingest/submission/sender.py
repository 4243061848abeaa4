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
from ingest.submission.quoting import own_text
from rules.call import OTHER_SENDER, Call, Role, Unit, find_unit
from rules.vocabulary import normalise

SIGNATURE_LINES = 8
_SIGNATURE_LENGTH = 40
_SENTENCE = re.compile(r"[，。！？；,;!?]")
_NO_SIGNATURE = re.compile(
    r"(?:报\s*送(?:单位|机关)?|收\s*件\s*人|cc|bcc|to|attachments?)"
    r"\s*(?:[0-9一二三四五六七八九十]{1,2}\s*)?[:：]"
    r"|[(（\[【]?\s*(?:抄\s*[送报]|主\s*送|呈\s*[送报]|转\s*[送报发]|附\s*件?(?:清单|目录|表)?\s*[0-9一二三四五六七八九十:：]|致|附件)"
    r"|(?:参照|参考|参见|依据|根据|按照|详见|关于)"
    r"|[(（]?[0-9一二三四五六七八九十]{1,2}\s*[.、．)）]|[①-⑳•·*]|[-–]\s|.*[:：]$"
    r"|.*\.(?:docx?|wps|xlsx?|et|pdf|ofd|zip|rar|7z|jpe?g|png)$"
    r"|.*(?:申报书|汇总表|扫描件|附件|模板|样表|做法|来信|来函|转发?)$",
    re.IGNORECASE,
)
"""Lines that name others: to whom copies went, what is enclosed, a salutation, a file, a model."""
_OPEN_END = re.compile(r"[、，,;；:：]$")
"""A list of names goes on in the next line."""
_MARKED_SUBJECT = re.compile(
    r"\s*(?:re|fw|fwd|回复|答复|转发)\s*(?:\[\d+\])?\s*[:：]", re.IGNORECASE
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
    #: False when the name stands only in a subject that was answered or forwarded
    own_words: bool = True

    @property
    def named(self) -> bool:
        """Whether it is anybody in particular."""
        return self.kind != OTHER_SENDER


def who_sent(reading: Reading, call: Call) -> Sender:
    """The submitting unit that a mail speaks for; kind 其他 when nothing says so."""
    by_address = _by_address(reading.envelope.from_address, call)
    if by_address:
        return by_address
    for text, evidence in _claims(reading, call):
        sender = _from_text(text, evidence, call)
        if sender:
            marked = evidence == "邮件主题" and _MARKED_SUBJECT.match(text) is not None
            return replace(sender, own_words=not marked)
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
    for line in reversed(signature_lines(reading.text)):
        yield line, "邮件落款"
    for document in reading.documents:
        filler = document.fields.get(call.words.filler_field)
        if document.role is Role.SUMMARY and filler is not None and filler.text:
            yield filler.text, f"汇总表{call.words.filler_field}"
    yield reading.envelope.subject, "邮件主题"


def signature_lines(text: str) -> list[str]:
    """The lines at the end of the sender's own words that may name him, in their order.

    No sentence is one, and neither is a line that names others.
    """
    lines = [line.strip() for line in own_text(text).splitlines() if line.strip()]
    found, goes_on = [], False
    for line in lines[-SIGNATURE_LINES:]:
        others = goes_on or _NO_SIGNATURE.match(line) is not None
        goes_on = others and _OPEN_END.search(line) is not None
        if not others and len(line) <= _SIGNATURE_LENGTH and not _SENTENCE.search(line):
            found.append(line)
    return found


def _from_text(text: str, evidence: str, call: Call) -> Sender | None:
    text = re.sub(r"\s+", "", text).replace(call.authority, "")
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
    match = re.search(rf"[一-鿿\d]{{2,30}}?(?:{ending})", text)
    if match is None:
        return ""
    longer = re.compile(ending).search(text, match.end() - 1)  # 第一中学 does not end with 一中
    end = longer.end() if longer and longer.start() < match.end() else match.end()
    return text[match.start() : end]
