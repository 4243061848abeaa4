"""Files changed at random, read inside the walls as attachments of a mail, without print: what the
slowest and the largest took, and what became of them.

Many are read by one worker after another, for its start takes longer than most of them; where one
takes its worker down, that worker's files are halved until it is found, and it is read again in a
worker of its own with the limits that ship.
"""

from __future__ import annotations

import bz2
import io
import lzma
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from random import Random

from ingest.sandbox.workers import WorkerDied, run_in_worker
from ingest.walls.limits import Limits
from rules.call import Call
from tests.cases import intext, locked, made, ofdvariants, written
from tests.cases.fillable import fillable
from tests.cases.objects import packaged, rich_text_with_object
from tests.cases.ofdmade import zone_ofd
from tests.hostile.fates import Came
from tests.hostile.mails import attached
from tests.parts.compound import message, ole
from tests.parts.containers import rar5, seven_zip, winmail, zip_of
from tests.parts.made import workbook
from tests.parts.volumes import cut, named, rar4_volumes, rar5_volumes, zip_disks
from tests.strange import PICTURES, changed, old_workbook, rich_text
from tests.unit.ingest.document.words import with_parts

_TOGETHER = 200


def _archived() -> dict[str, bytes]:
    return {"a.docx": made.zone_form(), "a.pdf": fillable(parents=True)}


#: by the piece that is changed, all pieces of one archive as they come in one mail
PIECES: dict[str, Callable[[], dict[str, bytes]]] = {
    "cut.zip.002": lambda: named(cut(zip_of(_archived()), 2), "cut.zip.{:03}".format),
    "new.part1.rar": lambda: named(rar5_volumes(_archived(), 7000), "new.part{}.rar".format),
    "old.part2.rar": lambda: named(rar4_volumes(_archived(), 7000), "old.part{}.rar".format),
    "disks.zip": lambda: named(
        zip_disks(_archived(), 9000), lambda at: "disks.zip" if at == 5 else f"disks.z{at:02}"
    ),
}


def _object(how: Callable[[str, bytes], bytes]) -> dict[str, bytes]:
    return {"word/embeddings/oleObject1.bin": how("b.docx", made.zone_form())}


def _stored(_: str, data: bytes) -> bytes:
    return ole({"Package": data})


def _piece(name: str) -> bytes:
    return PIECES[name]()[name]


#: by reader; a reader's changes are shared out among its files
READERS: dict[str, dict[str, Callable[[], bytes]]] = {
    "mail": {"a.eml": lambda: attached("a.docx", made.zone_form())},
    "Word": {"a.docx": made.zone_form},
    "workbook": {"a.xlsx": workbook},
    "old workbook": {"a.xls": old_workbook},
    "rich text": {"a.rtf": rich_text},
    "markup": {
        "page.html": written.word_html,
        "a.mht": written.mht,
        "flat.xml": written.flat_package,
        "2003.xml": written.word_2003_xml,
    },
    "OpenDocument": {"a.odt": written.odt, "a.ods": written.ods},
    "PDF": {"form.pdf": lambda: fillable(parents=True)},
    "OFD": {"a.ofd": zone_ofd},
    "OFD with a file": {"b.ofd": lambda: ofdvariants.changed(ofdvariants.attached)},
    "picture": {
        "lzw.tif": PICTURES["TIFF"],
        "fax.tif": PICTURES["fax"],
        "a.webp": PICTURES["WEBP"],
        "a.heic": PICTURES["HEIC"],
    },
    "archive": {
        "a.zip": lambda: zip_of(_archived()),
        "a.7z": lambda: seven_zip(_archived()),
        "a.rar": lambda: rar5(_archived()),
    },
    "piece of an archive": {name: partial(_piece, name) for name in PIECES},
    "packed file": {
        "a.docx.bz2": lambda: bz2.compress(made.zone_form()),
        "a.docx.xz": lambda: lzma.compress(made.zone_form()),
    },
    "object in a document": {
        "native.docx": lambda: with_parts(made.zone_form(), _object(packaged)),
        "storage.docx": lambda: with_parts(made.zone_form(), _object(_stored)),
        "a.rtf": rich_text_with_object,
    },
    "form in the text": {"text.eml": intext.CASES[1].make},
    "Outlook": {
        "winmail.dat": lambda: winmail(_archived()),
        "a.msg": lambda: ole(message(_archived())),
    },
    "locked": {
        "locked.zip": lambda: locked.aes_zip("8888"),
        "locked.docx": lambda: locked.locked_word("8888"),
        "locked.pdf": lambda: locked.locked_pdf("8888"),
    },
}


@dataclass(frozen=True)
class File:
    """What is changed, and what else is attached to its mail unchanged."""

    name: str
    data: bytes
    beside: Mapping[str, bytes]

    def changed(self, seed: int) -> File:
        """Of a package every second time the file inside, for its checksums stop all other
        changes.
        """
        chance = Random(seed)
        package = self.data.startswith(b"PK") and not self.beside
        if seed % 2 and package and not self.name.startswith("locked"):
            return replace(self, data=_changed_inside(self.data, chance))
        return replace(self, data=changed(self.data, chance))

    def mail(self) -> bytes:
        """The mail it is, or it is attached to."""
        if self.name.endswith(".eml"):
            return self.data
        if self.beside:
            return made.mail_of_files({**self.beside, self.name: self.data})
        return attached(self.name, self.data)


def _changed_inside(data: bytes, chance: Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        files = {each: package.read(each) for each in package.namelist()}
    one = chance.choice(list(files))
    return zip_of(files | {one: changed(files[one], chance)})


def came_of(reader: str, count: int, call: Call, *, together: int = _TOGETHER) -> Came:
    """What became of ``count`` files of this reader.

    Raises:
        WorkerFailed: it ended in an exception that no reader may raise.
    """
    files = READERS[reader]
    each = range(-(-count // len(files)))
    found = (
        _came(File(name, make(), PIECES.get(name, dict)()), list(each), call, together)
        for name, make in files.items()
    )
    return sum(found, Came(fates={}))


def _came(file: File, seeds: list[int], call: Call, together: int) -> Came:
    batches = _batches(seeds, together)
    return sum((_halved(file, batch, call) for batch in batches), Came(fates={}))


def _halved(file: File, seeds: list[int], call: Call) -> Came:
    """In one worker; where it dies, each half in one of its own, down to the file it died of."""
    if len(seeds) == 1:
        return _alone(file, seeds[0], call)
    try:
        return _worker(file, seeds, call, Limits(cpu=60 + len(seeds), wall=600))
    except WorkerDied:
        half = len(seeds) // 2
        first, second = (
            _halved(file, seeds[:half], call),
            _halved(file, seeds[half:], call),
        )
        return first + second


def _batches(seeds: list[int], size: int) -> Iterator[list[int]]:
    yield from (seeds[at : at + size] for at in range(0, len(seeds), size))


def _alone(file: File, seed: int, call: Call) -> Came:
    try:
        return _worker(file, [seed], call, Limits())
    except WorkerDied as died:
        return Came(fates={f"worker ended: {died.kind}": 1})


def _worker(file: File, seeds: list[int], call: Call, limits: Limits) -> Came:
    mails = [file.changed(seed).mail() for seed in seeds]
    reader = "tests.hostile.fates:read_each"
    return run_in_worker(reader, mails, call, returns=Came, limits=limits)
