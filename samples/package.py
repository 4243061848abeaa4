"""From an applicant's words to the files people attach: Word, stamped scan, export, zip - and their
file names.

What is attached to which mail is decided in ``cases.py``.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from samples.applicants import Bureau, Filled, School, school, zone
from samples.export import export_pdf
from samples.forms import Stamps, application, summary, the_call
from samples.ofd import export_ofd
from samples.pdf import pictures_pdf
from samples.post import File
from samples.scan import Picture, Scanner, scan
from samples.sheet import Sheet
from samples.word import write_word

_WORD_NAMES = (
    "{annex} {who}{what}.docx",
    "{annex}：{what}-{who}.docx",
    "{who}{what}（可编辑版）.docx",
)
_SCAN_NAMES = (
    "{who}{what}（盖章扫描）.pdf",
    "{who}{what}-盖章版.pdf",
    "{annex} {who}{what}（盖章扫描件）.pdf",
)
_WHAT = {
    "附件1": "智慧教育示范区申报书",
    "附件2": "智慧教育示范校申报书",
    "附件3": "智慧教育示范区申报汇总表",
    "附件4": "智慧教育示范校申报汇总表",
}
CALL = the_call()


@dataclass(frozen=True)
class Pair:
    """One form in the two renditions the notice asks for."""

    word: File
    scan: File


@dataclass(frozen=True)
class Package:
    """Everything a submitting unit sends for one track."""

    applications: tuple[Pair, ...]
    summary: Pair

    @property
    def files(self) -> tuple[File, ...]:
        """All files, each Word followed by its scan."""
        return tuple(
            file
            for pair in (
                *self.applications,
                self.summary,
            )
            for file in (pair.word, pair.scan)
        )

    @property
    def words(self) -> tuple[File, ...]:
        """The Word files alone."""
        return tuple(pair.word for pair in (*self.applications, self.summary))


@dataclass(frozen=True)
class Desk:
    """How and when somebody prepares files: the day, the habit of naming files, the scanner."""

    day: date
    style: int
    scanner: Scanner
    exported: bool = False  #: "save as PDF" instead of printing, stamping and scanning

    @property
    def day_text(self) -> str:
        """The day as written into forms."""
        return f"{self.day.year}年{self.day.month}月{self.day.day}日"

    def at(self, hour: int, minute: int) -> datetime:
        """A time of this day, without zone as office programs note it."""
        return datetime.combine(self.day, time(hour, minute))


def _pair(sheet: Sheet, desk: Desk, annex: str, who: str, filled: Filled) -> Pair:
    """The two files of one form; each form goes through the scanner with chance of its own."""
    what = _WHAT[annex]
    word_name = _WORD_NAMES[desk.style].format(annex=annex, who=who, what=what)
    scan_name = _SCAN_NAMES[desk.style].format(annex=annex, who=who, what=what)
    word = File(word_name, write_word(sheet, filled["联系人"], desk.at(11, 20)))
    if desk.exported:
        return Pair(
            word,
            File(word_name.replace(".docx", ".pdf"), export_pdf(sheet, desk.at(11, 31))),
        )
    scanner = replace(
        desk.scanner,
        seed=desk.scanner.seed * 100 + int(annex[-1]) + 10 * (len(who) % 7),
    )
    return Pair(word, File(scan_name, pictures_pdf(scan(sheet, scanner), desk.at(16, 42))))


def _application(annex: str, filled: Filled, stamps: Stamps, desk: Desk) -> Pair:
    sheet = application(CALL.form(annex), filled, stamps)
    return _pair(sheet, desk, annex, filled["单位名称"], filled)


def _summary(annex: str, who: str, rows: Sequence[Filled], desk: Desk) -> Pair:
    head = {"填报单位": who, "填报日期": desk.day_text}
    sheet = summary(CALL.form(annex), head, rows, Stamps(applicant=who))
    return _pair(sheet, desk, annex, who, rows[0])


def zone_package(
    bureau: Bureau,
    desk: Desk,
    rates: tuple[str, str],
    telephone: str = "",
) -> Package:
    """附件1 and 附件3 of a bureau. ``rates`` are those of teachers and students as the bureau spells them."""
    filled = zone(bureau, desk.day_text, *rates)
    if telephone:
        filled["联系电话"] = telephone
    stamps = Stamps(cover=bureau.name, applicant=bureau.name, applicant_head=bureau.head)
    return Package(
        (_application("附件1", filled, stamps, desk),),
        _summary("附件3", bureau.name, [filled], desk),
    )


@dataclass(frozen=True)
class Pages:
    """The two forms of a bureau as they come out of the scanner, page by page."""

    application: tuple[Picture, ...]
    summary: tuple[Picture, ...]


def zone_pages(bureau: Bureau, desk: Desk, rates: tuple[str, str]) -> Pages:
    """附件1 and 附件3 of a bureau, stamped and scanned, before anybody makes files of them."""
    filled = zone(bureau, desk.day_text, *rates)
    stamps = Stamps(cover=bureau.name, applicant=bureau.name, applicant_head=bureau.head)
    head = {"填报单位": bureau.name, "填报日期": desk.day_text}
    form = application(CALL.form("附件1"), filled, stamps)
    table = summary(CALL.form("附件3"), head, [filled], Stamps(applicant=bureau.name))
    return Pages(scan(form, desk.scanner), scan(table, desk.scanner))


def zone_ofd(bureau: Bureau, desk: Desk, rates: tuple[str, str]) -> bytes:
    """附件1 of a bureau as an OFD file, not stamped."""
    filled = zone(bureau, desk.day_text, *rates)
    return export_ofd(application(CALL.form("附件1"), filled, Stamps()))


def school_package(schools: Sequence[School], bureau: Bureau | None, desk: Desk) -> Package:
    """附件2 of every school and one 附件4 by the bureau, or by the school itself when ``bureau`` is None."""
    pairs, rows = [], []
    for applicant in schools:
        filled = school(applicant, desk.day_text)
        above, head = (bureau.name, bureau.head) if bureau else ("", "")
        stamps = Stamps(applicant.name, applicant.name, above, applicant.head, head)
        pairs.append(_application("附件2", filled, stamps, desk))
        rows.append(filled)
    return Package(
        tuple(pairs), _summary("附件4", bureau.name if bureau else schools[0].name, rows, desk)
    )


def gbk_zip(files: Sequence[File], folder: str, moment: datetime) -> bytes:
    """A zip as Chinese Windows packs it: names in GBK without the UTF-8 flag.

    ``zipfile`` would set the flag, so the archive is written with ASCII names of the same length,
    which are then replaced by the GBK bytes in both places where a name stands.
    """
    buffer, names = io.BytesIO(), dict[bytes, bytes]()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, file in enumerate(files):
            wanted = f"{folder}/{file.name}".encode("gbk")
            placeholder = f"@@{number}".ljust(len(wanted), "@")
            names[placeholder.encode("ascii")] = wanted
            entry = zipfile.ZipInfo(placeholder, moment.timetuple()[:6])
            entry.create_system, entry.compress_type = 0, zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.data)
    data = buffer.getvalue()
    for ascii_name, wanted in names.items():
        if data.count(ascii_name) != 2:
            raise ValueError("a name of the archive must stand in it exactly twice")
        data = data.replace(ascii_name, wanted)
    return data
