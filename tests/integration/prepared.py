"""Papers that were read once: a light mail gets what the real reader found in a package of files.

For histories of hundreds of mails. Headers, screening and text of each mail are read anew; every
file bears the mail's number, so that one sees in a letter whose file it names.
"""

from __future__ import annotations

import email
import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryDirectory

from ingest.calls import default_config, open_call
from ingest.reading import Reading
from ingest.sandbox.context import ReadingContext
from ingest.sandbox.read import read_file
from rules.call import Call
from rules.vocabulary import BEIJING
from tests.integration.house import plain_mail
from tests.once import Once
from tests.stories.grammar import Papers
from tests.stories.papers import files_of

WHOLE = Papers(zone="双河")
GREY = Papers(zone="双河", grey=True)
OTHER = Papers(zone="双河", rates=("90.1%", "91.2%"))
KITS: Mapping[str, tuple[tuple[Papers, str], ...]] = {
    "most": ((WHOLE, "申报书.docx"), (WHOLE, "申报书.pdf"), (WHOLE, "汇总表.docx")),
    "rest": ((WHOLE, "汇总表.pdf"),),
    "all": ((WHOLE, ""),),
    "grey": ((GREY, ""),),
    "worse": ((OTHER, "申报书.docx"),),
    "paper": ((WHOLE, "申报书.pdf"), (WHOLE, "汇总表.docx"), (WHOLE, "汇总表.pdf")),
    "untabled": ((WHOLE, "申报书.docx"), (WHOLE, "申报书.pdf"), (WHOLE, "汇总表.pdf")),
}
"""What is sent: all but one file, that file, everything, everything scanned without colour, a form
whose figures would be refused, a form and a table on paper alone.
"""
ITEMS: Mapping[str, frozenset[str]] = {
    "most": frozenset({"申报书.docx", "申报书.pdf", "汇总表.docx"}),
    "rest": frozenset({"汇总表.pdf"}),
    "all": frozenset({"申报书.docx", "申报书.pdf", "汇总表.docx", "汇总表.pdf"}),
    "grey": frozenset({"申报书.docx", "汇总表.docx"}),
    "worse": frozenset({"申报书.docx"}),
    "paper": frozenset({"申报书.pdf", "汇总表.docx", "汇总表.pdf"}),
    "untabled": frozenset({"申报书.docx", "申报书.pdf", "汇总表.pdf"}),
}
WRITTEN = datetime(2024, 8, 19, 11, 20, tzinfo=BEIJING)


def read_kits(once: Once) -> dict[str, Reading]:
    """What the real reader finds in each package."""
    call = open_call(default_config() / "calls", "smart-education-2024").call
    with TemporaryDirectory() as folder:
        return {name: _read(name, call, Path(folder), once) for name in KITS}


def _read(name: str, call: Call, folder: Path, once: Once) -> Reading:
    mail: EmailMessage = plain_mail(1, "示范区申报", "见附件")
    for papers, piece in KITS[name]:
        for file in files_of(name, papers, piece, once):
            mail.add_attachment(
                file.data, maintype="application", subtype="octet-stream", filename=file.name
            )
    path = folder / f"{name}.eml"
    path.write_bytes(mail.as_bytes())
    return read_file(path, call, ReadingContext(ocr_seconds=0))


def with_kit(mail: EmailMessage, kit: str, number: int) -> EmailMessage:
    """The mail, as if it brought a package."""
    mail["X-Kit"], mail["X-Number"] = kit, str(number)
    return mail


def reader(kits: Mapping[str, Reading]) -> Callable[..., Reading]:
    """Stands where the worker is asked."""

    def read(
        path: Path,
        call: Call,
        context: ReadingContext,
        *_limits_and_prints: object,
        **_patience: bool,
    ) -> Reading:
        light = read_file(path, call, context)
        headers = email.message_from_bytes(path.read_bytes())
        if headers["X-Kit"] is None:
            return light
        return _carrying(light, kits[headers["X-Kit"]], int(headers["X-Number"]))

    return read


def _carrying(light: Reading, kit: Reading, number: int) -> Reading:
    def name(text: str) -> str:
        return f"件{number}号{text}"

    def digest(text: str) -> str:
        return hashlib.sha256(f"{number} {text}".encode()).hexdigest()

    parts = [
        part.model_copy(update={"name": name(part.name), "sha256": digest(part.sha256)})
        for part in kit.parts
    ]
    documents = [
        one.model_copy(update={"name": name(one.name), "sha256": digest(one.sha256)})
        for one in kit.documents
    ]
    return light.model_copy(update={"parts": tuple(parts), "documents": tuple(documents)})


def numbers_in(text: str) -> set[int]:
    """The numbers of the mails whose files a letter names."""
    return {int(found) for found in re.findall(r"件(\d+)号", re.sub(r"\s", "", text))}
