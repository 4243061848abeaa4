"""Every letter tried on sample data before a template is used: what must stand in it, and what must
not.

Pure: templates and call in, Chinese lines out. Whether a template's words are known is
``notifier/rendering.py``; here is what comes out when it is filled in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from html.parser import HTMLParser
from typing import Final

from notifier.letters import LetterRequest, ReceivedFile, make_page
from notifier.pages import LetterPage
from notifier.rendering import (
    LETTER_KINDS,
    LetterKind,
    LetterTemplateError,
    Templates,
    check_templates,
)
from rules.call import Call
from rules.verdict import Decision, EntryVerdict, Finding, Outcome, Truth, Verdict

_CODE: Final = "示例-0001"
_RECEIPT: Final = "示例校验码七七"
_OUTCOMES: Final[dict[LetterKind, tuple[Outcome, ...]]] = {
    "incomplete": (Outcome.RETURN, Outcome.REFER),
    "rejected": (Outcome.REJECT,),
    "referred": (Outcome.REFER, Outcome.RETURN),
    "reminder": (Outcome.RETURN,),
    "passed_on": (Outcome.REFER,),
}
_DECISIONS: Final[dict[LetterKind, Decision]] = {
    "accepted": Decision.ACCEPTED,
    "incomplete": Decision.INCOMPLETE,
    "rejected": Decision.REJECTED,
    "referred": Decision.REFERRED,
    "reminder": Decision.INCOMPLETE,
    "passed_on": Decision.REFERRED,
}
_WITHOUT_CASE: Final = ("too_large", "call_reminder")
_WITH_WORD: Final = ("withdrawn", "outcome")
_LEFT_OVER: Final = re.compile(r"\{\{|\{%|｛｛|｝｝|｛%")
_VOID: Final = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")
)


def template_problems(templates: Templates, shipped: Templates, call: Call) -> list[str]:
    """What is wrong with the templates as written; when nothing is, with the letters they make,
    which must hold whatever the shipped ones hold.
    """
    found = (
        problem
        for kind in LETTER_KINDS
        for problem in _letter_problems(templates, shipped, kind, call)
    )
    return check_templates(templates) or list(dict.fromkeys(found))


def _letter_problems(
    templates: Templates, shipped: Templates, kind: LetterKind, call: Call
) -> Iterator[str]:
    usual = sample_page(kind, call)
    for page in (usual, *_rarer(usual)):
        yield from _problems_of_page(templates, shipped, kind, page)


_LEFT_OUT: Final = 987_654
"""No number of anything else in a letter."""


def _rarer(page: LetterPage) -> Iterator[LetterPage]:
    """What seldom stands in a letter."""
    yield replace(
        page,
        deadline_passed=True,
        mend_passed=True,
        last_of_case=True,
        receipt_signature="示例签名",
        superseded=page.files,
        counts="受理 1 项",
    )
    yield replace(
        page,
        instead="示例上级",
        last_automatic=True,
        receipt_qr="示例图片",
        listing_sha256="0" * 64,
        findings_left_out=_LEFT_OUT,
    )


def _problems_of_page(
    templates: Templates, shipped: Templates, kind: LetterKind, page: LetterPage
) -> Iterator[str]:
    for file in ("subject.txt", "body.txt", "body.html"):
        name = f"{kind}/{file}"
        try:
            filled = templates.fill(name, page)
        except LetterTemplateError as error:
            yield str(error)
            continue
        if match := _LEFT_OVER.search(filled):
            yield f"{name}: 信里留着“{match[0]}”, 变量写成半角的 {{{{ 名称 }}}}"
        if file == "subject.txt" and len(filled.strip().splitlines()) != 1:
            yield f"{name}: 主题要恰好一行"
        if file == "body.html" and (tag := unclosed(filled)):
            yield f"{name}: 标签 <{tag}> 没有成对"
        same = templates.sources == shipped.sources
        usual, there = _flat(filled if same else shipped.fill(name, page)), _flat(filled)
        for what, words in _must_hold(page):
            if words and _flat(words) in usual and _flat(words) not in there:
                yield f"{name}: 里面没有{what}, 请写回来"


def _must_hold(page: LetterPage) -> Iterator[tuple[str, str]]:
    yield "案卷编号({{ case_code }})", page.case_code
    yield "截止时间({{ deadline }})", page.deadline
    yield "回执校验码({{ receipt_code }})", page.receipt_code
    yield "落款的单位({{ authority }})", page.authority
    yield "落款的办公室({{ office }})", page.office
    yield "落款的日期({{ date }})", page.date
    yield "联系电话({{ telephone }})", page.telephone
    yield "办理说明({{ word }})", page.word
    for words, section in (
        ("不予受理的原因(refused)", page.refused),
        ("需要补正的事项(to_mend)", page.to_mend),
        ("将核验的事项(to_verify)", page.to_verify),
    ):
        for view in section:
            yield words, view.text
    if page.findings_left_out:
        yield "没列出的还有几项({{ findings_left_out }})", str(page.findings_left_out)


def _flat(text: str) -> str:
    return re.sub(r"\s+", "", text)


def sample_page(kind: LetterKind, call: Call, verdict: Verdict | None = None) -> LetterPage:
    """A page with everything in it that a letter of this kind can say, or with what ``verdict``
    says.
    """
    received = call.deadline - timedelta(days=3)
    request = LetterRequest(
        kind=kind,
        call=call,
        case_code="" if kind in _WITHOUT_CASE else _CODE,
        track="" if kind in _WITHOUT_CASE else call.tracks[0].name,
        submitter="示例单位",
        to_address="applicant@example.org",
        to_name="示例",
        from_address="office@example.org",
        received=received,
        now=received + timedelta(minutes=10),
        original_subject="报送材料",
        in_reply_to="",
        references=(),
        verdict=verdict or _verdict(kind, call),
        files=()
        if kind in _WITHOUT_CASE
        else (ReceivedFile("示例.docx", "申报书（可编辑Word）", 1_024, "0" * 64, received),),
        serial="EXAMPLE.1",
        receipt_code=_RECEIPT,
        size_limit="72.0 MB" if kind == "too_large" else "",
        word="示例办理说明" if kind in _WITH_WORD else "",
    )
    return make_page(request)


def letter_of(
    findings: Sequence[Finding], decision: Decision, call: Call, templates: Templates
) -> str:
    """The text of the letter that tells ``findings`` of a sample entry to whoever sent it."""
    kind = next(kind for kind, usual in _DECISIONS.items() if usual is decision)
    page = sample_page(kind, call, _sample_verdict(findings, decision, call))
    return templates.render(f"{kind}/body.txt", page)


def _verdict(kind: LetterKind, call: Call) -> Verdict | None:
    if kind not in _DECISIONS:
        return None
    findings = tuple(
        Finding(
            rule=f"S{number}",
            title=f"示例事项{number}",
            clause="示例依据",
            outcome=outcome,
            truth=Truth.UNDECIDED if outcome is Outcome.REFER else Truth.VIOLATED,
            text=f"示例事项{number}：{outcome}。",
            subjects=("申1",),
        )
        for number, outcome in enumerate(2 * _OUTCOMES.get(kind, ()))
    )
    return _sample_verdict(findings, _DECISIONS[kind], call)


def _sample_verdict(findings: Sequence[Finding], decision: Decision, call: Call) -> Verdict:
    entry = EntryVerdict(
        entry="申1",
        applicant="示例单位",
        track=call.tracks[0].name,
        decision=decision,
        findings=tuple(findings),
    )
    return Verdict(decision=decision, entries=(entry,), rules_sha256="0" * 64)


# --- tags -----------------------------------------------------------------------------------------


_ATTRIBUTE: Final = re.compile(r"[a-z:_][\w:.-]*", re.ASCII)


class _Tags(HTMLParser):
    """Keeps the tags that are open; the first that closes out of turn is the slip."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.slip = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if any(not _ATTRIBUTE.fullmatch(name) for name, _ in attrs):
            self.slip = self.slip or tag  # its > is missing: what follows is taken for attributes
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.slip or tag in _VOID:
            return
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.slip = self.open[-1] if tag in self.open else f"/{tag}"


@lru_cache(maxsize=64)
def unclosed(html: str) -> str:
    """The first tag of ``html`` that is not closed, or closes nothing; "" when all are in pairs."""
    tags = _Tags()
    tags.feed(html)
    tags.close()
    return tags.slip or (tags.open[-1] if tags.open else "")


# --- what is used instead -------------------------------------------------------------------------


def sound_templates(layers: tuple[dict[str, str], ...], call: Call) -> tuple[Templates, list[str]]:
    """The templates to write letters with, and what is wrong with those left out.

    ``layers`` are the shipped ones first, then what is laid over them. A letter that an override
    spoils is written with the shipped template; when the common base is spoilt, all are.
    """
    shipped, *overrides = layers
    whole = Templates({name: text for layer in layers for name, text in layer.items()})
    ours = Templates(shipped)
    problems = template_problems(whole, ours, call)
    spoilt = {problem.removeprefix("模板 ").split("/")[0] for problem in problems}
    kept = {
        name: text
        for layer in overrides
        for name, text in layer.items()
        if name.split("/")[0] not in spoilt
    }
    if not problems:
        return whole, []
    mended = Templates({**shipped, **kept})
    return (ours if template_problems(mended, ours, call) else mended), problems
