"""The files of a story, made once for the whole run of tests: same words, same file.

What the forms say comes from ``samples/``; a story changes single fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import TypeVar

from ingest.calls import default_config, open_call
from rules.call import Role
from samples import applicants as who
from samples.applicants import Bureau, Filled, School
from samples.export import export_pdf
from samples.forms import Stamps, application, summary, the_call
from samples.grants import CALL as GRANTS_CALL
from samples.grants import Project
from samples.pdf import pictures_pdf
from samples.plain_forms import plain_form
from samples.post import File
from samples.scan import Scanner, scan_page
from samples.sheet import Line, Page, Sheet, lay_out
from samples.word import write_word
from tests.once import Once
from tests.stories.grammar import Papers

T = TypeVar("T")

CALL = the_call()
GRANTS = open_call(default_config() / "calls", GRANTS_CALL).call
BUREAUS = tuple(value for value in vars(who).values() if isinstance(value, Bureau))
SCHOOLS = tuple(value for value in vars(who).values() if isinstance(value, School))
_WRITTEN = datetime(2024, 8, 19, 11, 20)  # noqa: DTZ001 - office programs note no zone
# paper laid straight: turning every page took as long as drawing it, and no story is about that
_SCANNER = Scanner(7, dpi=100, quality=42, skew=0)


def bureau_of(name: str) -> Bureau:
    """The bureau whose name holds ``name``."""
    return next(bureau for bureau in BUREAUS if name in bureau.name)


def school_of(name: str, bureau: Bureau | None) -> School:
    """A school of the samples, else one like 兰河小学 that bears this name."""
    known = next((school for school in SCHOOLS if school.name.endswith(name)), None)
    if known is not None:
        return known
    return replace(who.LANHE, name=name, unit=bureau.unit if bureau else who.LANHE.unit)


def files_of(name: str, papers: Papers, piece: str, once: Once) -> tuple[File, ...]:
    """The files of a package; ``piece`` names one (申报书.docx, 兰河小学.pdf, 汇总表.pdf), "" all.
    What was drawn before in this run is asked of ``once``.

    Raises KeyError for a piece that the package does not have.
    """
    pieces = dict(_sheets(papers))
    wanted = [f"{stem}.{ending}" for stem in pieces for ending in ("docx", "pdf")]
    if piece and piece not in wanted:
        raise KeyError(f"{name}/{piece}: one of {wanted}")
    chosen = [piece] if piece else wanted
    return tuple(_file(papers, each, once) for each in chosen)


def _file(papers: Papers, piece: str, once: Once) -> File:
    stem, _, ending = piece.rpartition(".")
    sheet, title = dict(_sheets(papers))[stem]
    name = (
        piece
        if papers.file_names == "bare"
        else f"{title}{'' if ending == 'docx' else '（盖章扫描）'}.{ending}"
    )
    if ending == "docx":
        return File(name, _once(once, "word", sheet, lambda: _word(sheet)))
    if papers.exported:
        return File(name, _once(once, "export", sheet, lambda: export_pdf(sheet, _WRITTEN)))
    scanner = replace(
        _SCANNER,
        seed=sum(map(ord, sheet.title)) % 900,
        seals=papers.stamped,
        grey=papers.grey,
    )
    return File(name, _once(once, repr(scanner), sheet, lambda: _scan(sheet, scanner, once)))


def _once(once: Once, form: str, words: Sheet | Page, make: Callable[[], T]) -> T:
    return once(f"story-{sha256(f'{form} {words}'.encode()).hexdigest()}", make)


def _word(sheet: Sheet) -> bytes:
    return write_word(sheet, "经办人", _WRITTEN)


def _scan(sheet: Sheet, scanner: Scanner, once: Once) -> bytes:
    """Two stories' forms may differ on one page and be alike on the others."""
    pages = [
        _once(
            once,
            f"{scanner} {sheet.paper} {number}",
            page,
            partial(scan_page, page, sheet.paper, scanner, number),
        )
        for number, page in enumerate(lay_out(sheet), 1)
    ]
    return pictures_pdf(pages, _WRITTEN)


def _sheets(papers: Papers) -> Iterator[tuple[str, tuple[Sheet, str]]]:
    """Short name -> the form and how its file is usually called."""
    if papers.letter:
        yield from _letter(papers)
    elif papers.community:
        yield from _community(papers)
    else:
        yield from _zone(papers) if papers.zone else _schools(papers)


def _letter(papers: Papers) -> Iterator[tuple[str, tuple[Sheet, str]]]:
    """A letter with the bureau's seal over its last line."""
    *lines, last = papers.letter
    blocks = [Line(line, 16, before=6) for line in lines]
    seal = bureau_of(papers.bureau or papers.zone).name
    yield "函", (Sheet(lines[0], (*blocks, Line(last, 16, before=14, seal=seal))), lines[0])


def _community(papers: Papers) -> Iterator[tuple[str, tuple[Sheet, str]]]:
    """Application and summary table for the second call, sent by 柳湾街道."""
    project = Project(papers.community)
    filled = project.filled | papers.fields
    head = {"填报街道": "柳湾街道办事处", "填报日期": papers.day}
    applicant = f"{papers.community}居民委员会"
    for short, annex, words, seal in (
        ("申报书", "附表1", filled, applicant),
        ("汇总表", "附表3", head, "柳湾街道办事处"),
    ):
        sheet = plain_form(GRANTS, GRANTS.form(annex), words, [filled], seal)
        yield short, (sheet, f"{annex}-{papers.community}")


def _zone(papers: Papers) -> Iterator[tuple[str, tuple[Sheet, str]]]:
    bureau = bureau_of(papers.zone)
    filled = who.zone(bureau, papers.day, *papers.rates) | papers.fields
    name = filled["单位名称"]
    if papers.blank:
        yield "申报书", (application(CALL.form("附件1"), {}), "附件1 智慧教育示范区申报书")
        return
    stamps = Stamps(cover=name, applicant=name, applicant_head=bureau.head)
    form = application(CALL.form("附件1"), filled, stamps)
    yield "申报书", (form, f"附件1 {name}智慧教育示范区申报书")
    yield (
        "汇总表",
        (
            _summary("附件3", name, _rows(papers, [filled]), papers.day),
            f"附件3 {name}智慧教育示范区申报汇总表",
        ),
    )


def _schools(papers: Papers) -> Iterator[tuple[str, tuple[Sheet, str]]]:
    bureau = bureau_of(papers.bureau) if papers.bureau else None
    rows = []
    for short in papers.schools:
        applicant = school_of(short, bureau)
        filled = who.school(applicant, papers.day) | papers.fields
        above, head = (bureau.name, bureau.head) if bureau else ("", "")
        stamps = Stamps(applicant.name, applicant.name, above, applicant.head, head)
        name = filled["单位名称"]
        yield (
            short,
            (application(CALL.form("附件2"), filled, stamps), f"附件2 {name}智慧教育示范校申报书"),
        )
        rows.append(filled)
    reporter = bureau.name if bureau else rows[0]["单位名称"]
    table = _summary("附件4", reporter, _rows(papers, rows), papers.day)
    yield "汇总表", (table, f"附件4 {reporter}智慧教育示范校申报汇总表")


def _rows(papers: Papers, filled: Sequence[Filled]) -> list[Filled]:
    """The rows of the summary table: the applicants, unless the story names others."""
    if papers.rows is None:
        return list(filled)
    return [
        filled[min(number, len(filled) - 1)] | {"单位名称": name}
        for number, name in enumerate(papers.rows)
    ]


def _summary(annex: str, reporter: str, rows: Sequence[Filled], day: str) -> Sheet:
    form = CALL.form(annex)
    assert form.role is Role.SUMMARY
    head = {"填报单位": reporter, "填报日期": day}
    return summary(form, head, rows, Stamps(applicant=reporter))
