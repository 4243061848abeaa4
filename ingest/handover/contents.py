"""What is handed over of one case: its papers under names that say what they are. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from ingest.handover.names import Namer
from ingest.reading import Document, Part
from ingest.submission.case import Case, Filed, ReceivedMail, parts_of_matter
from ingest.submission.letterrequest import role_name


@dataclass(frozen=True)
class Paper:
    """One attachment and where it goes."""

    place: PurePosixPath
    message: int
    part: str  #: path inside the mail
    sha256: str
    size: int
    name: str  #: as the sender wrote it
    role: str  #: what it was taken for
    applicant: str  #: "" = the whole case


def papers_of(case: Case, folder: PurePosixPath, namer: Namer) -> tuple[Paper, ...]:
    """Every file of the case, each once: entries in folders of their own, then the summary table,
    what nobody asked for, and what was replaced.
    """
    return tuple(_Papers(case, folder, namer).all())


class _Papers:
    def __init__(self, case: Case, folder: PurePosixPath, namer: Namer) -> None:
        self.case, self.folder, self.namer = case, folder, namer
        self.done: set[tuple[int, str]] = set()

    def all(self) -> Iterator[Paper]:
        for entry in self.case.entries:
            if entry.papers:
                place = self.namer.folder(*self.folder.parts, entry.applicant or "未识别名称")
                for item in entry.papers:
                    yield from self._document(place, item, entry.applicant)
        for table in (self.case.summary, self.case.summary_scan):
            if table is not None:
                yield from self._document(self.folder, table, "")
        yield from self._rest()

    def _document(self, place: PurePosixPath, item: Filed, applicant: str) -> Iterator[Paper]:
        """All files of a document; photographs of one form are several."""
        parts = {part.path: part for part in item.mail.reading.parts}
        for path in item.document.parts:
            if path in parts:
                name = _name(item.document, parts[path])
                yield from self._paper(place, item.mail, parts[path], name, applicant)

    def _rest(self) -> Iterator[Paper]:
        replaced = {
            (one.mail.id, path) for one in self.case.replaced for path in one.document.parts
        }
        for mail in self.case.mails:
            for part in parts_of_matter(mail.reading):
                kind = "已被替换的旧文件" if (mail.id, part.path) in replaced else "其他附件"
                yield from self._paper(self.folder / kind, mail, part, part.name, "")

    def _paper(
        self, place: PurePosixPath, mail: ReceivedMail, part: Part, name: str, applicant: str
    ) -> Iterator[Paper]:
        """The file, unless it is somewhere already, or there is nothing of it."""
        if (mail.id, part.path) in self.done or not part.sha256:
            return
        self.done.add((mail.id, part.path))
        documents = [one for one in mail.reading.documents if part.path in one.parts]
        yield Paper(
            place=self.namer.file(place, name or f"附件{part.path}"),
            message=mail.id,
            part=part.path,
            sha256=part.sha256,
            size=part.size,
            name=part.name,
            role="、".join(role_name(one) for one in documents) or "未识别",
            applicant=applicant,
        )


def _name(document: Document, part: Part) -> str:
    """``申报书（盖章扫描件）.pdf``; the extension is the sender's."""
    _, dot, extension = part.name.rpartition(".")
    end = f".{extension.lower()}" if dot and extension.isalnum() and len(extension) <= 5 else ""
    return f"{role_name(document)}{end}"
