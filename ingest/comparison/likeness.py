"""What the print on a scan says about the Word file beside it and about whose seals it bears, as
facts for the rules. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz

from ingest.comparison.pageorder import PageOrder, page_order
from ingest.comparison.pairing import Comparison, Likeness, shows_text
from ingest.comparison.printed import Print, plain
from ingest.reading import Document
from rules.call import Call
from rules.facts import Fact, Provenance
from rules.subjects import SubjectField

OTHER_SEAL = 0.85  #: likeness to another known name above which it is that one's seal
LEAD = 0.2  #: by which another name must fit better: bureaus differ in two or three characters

COMPARED = (
    SubjectField.SAME_CONTENT,
    SubjectField.SAME_NUMBERS,
    SubjectField.ALL_PAGES,
    SubjectField.PAGES_IN_ORDER,
)
READ_ON_SCANS = (*COMPARED, SubjectField.SEAL_OWNER)  #: facts whose provenance says what was read


def not_compared() -> dict[str, Fact]:
    """What is :data:`COMPARED` of a scan without a Word file, or of one whose pages were not read:
    nothing is known.
    """
    return {SubjectField.COMPARABLE: Fact.known(False), **dict.fromkeys(COMPARED, Fact.unknown())}


def content_facts(
    word: Document,
    scan: Document,
    page: Print,
    found: Comparison,
    call: Call,
) -> dict[str, Fact]:
    """可比对 and what is :data:`COMPARED` of a scan that was put to ``word``.

    ``page`` is the scan's print and ``found`` what came of comparing the two.
    """
    order = (
        page_order(
            word,
            scan,
            page,
            call,
        )
        if found.outcome is not Likeness.OTHER
        else PageOrder()
    )
    at = Provenance(
        part=scan.part,
        place=_pages(
            scan,
        ),
        method=_method(scan),
        confidence=found.score or 0.0,
        raw=describe(found),
    )
    on_pages = at.model_copy(update={"raw": order.reason})
    same = {Likeness.SAME: True, Likeness.OTHER: False}
    return {
        SubjectField.COMPARABLE: Fact.known(True, at),
        SubjectField.SAME_CONTENT: _told(at, answer=same.get(found.outcome)),
        SubjectField.SAME_NUMBERS: _told(at, answer=found.numbers_agree),
        SubjectField.ALL_PAGES: _told(on_pages, answer=order.complete),
        SubjectField.PAGES_IN_ORDER: _told(on_pages, answer=order.ordered),
    }


def _told(at: Provenance, *, answer: bool | None) -> Fact:
    return Fact.unknown(at) if answer is None else Fact.known(answer, at)


def describe(found: Comparison) -> str:
    """The comparison in Chinese, for staff."""
    score = "可比较的内容太少" if found.score is None else f"相似度 {found.score:.2f}"
    pieces, differing = [score], (*found.differences, *found.passages)
    pieces += [
        "不同: "
        + "; ".join(f"{each.field} Word版“{each.word}” 扫描件“{each.scan}”" for each in differing)
    ] * bool(differing)
    pieces += ["一致: " + "、".join(found.agreeing[:12])] * bool(found.agreeing)
    pieces += ["未找到: " + "、".join(found.missing[:12])] * bool(found.missing)
    pieces += found.remarks
    return ", ".join(pieces)


def _method(scan: Document) -> str:
    """A born-digital file was not read from pixels."""
    return "text layer" if scan.is_scan.value is False else "ocr"


def _pages(scan: Document) -> str:
    return "第" + "、".join(map(str, scan.pages_read)) + "页"


def name_read(scan: Document, page: Print, name: str) -> Fact | None:
    """``name`` as a fact if it stands on the scan; None when it does not or nobody could
    read it.
    """
    if not name or not shows_text(page, name):
        return None
    return Fact.known(
        name,
        Provenance(
            part=scan.part,
            place=_pages(scan),
            method=_method(scan),
            confidence=0.9,
            raw=name,
        ),
    )


def seal_owner(scan: Document, own: Iterable[str], others: Iterable[str]) -> Fact:
    """印章单位一致: False when a legible seal is another known unit's, True when one is ``own``, else unknown.

    What is not legible, or names nobody known, says nothing. A misread character is no fault, but
    no agreement either: the next unit's name may differ in just that one.
    """
    writings = [seal.writing for seal in (scan.seal.seals if scan.seal else ()) if seal.writing]
    own_keys = [plain(name) for name in own if name]
    other_keys = [plain(name) for name in others if name]
    agrees = False
    for writing in writings:
        key = plain(writing)
        mine = max((fuzz.partial_ratio(name, key) / 100 for name in own_keys), default=1.0)
        theirs = max((fuzz.ratio(name, key) / 100 for name in other_keys), default=0.0)
        at = Provenance(
            part=scan.part, place="印章", method="ocr", confidence=max(mine, theirs), raw=writing
        )
        if theirs >= OTHER_SEAL and theirs - mine >= LEAD:
            return Fact.known(False, at)
        agrees = agrees or (mine >= theirs and any(name in key for name in own_keys))
    read = Provenance(part=scan.part, place="印章", method="ocr", raw="、".join(writings))
    return Fact.known(True, read) if agrees else Fact.unknown(read)
