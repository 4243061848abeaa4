"""One file that is no mail, read in the disposable worker: for ``document inspect``, ``document
pair`` and ``call fit``.

Runs behind ``ingest/inspection/``, which names these functions and never imports them.
"""

from __future__ import annotations

import base64

from ingest.attachment.identify import identify
from ingest.document.content import Content
from ingest.document.editable.door import EDITABLE, UnreadableError, read_editable
from ingest.document.paged.otherpictures import as_read
from ingest.document.print.sketch import sketch
from ingest.document.reader import read_document
from ingest.reading import Fate, FileReading, Kind
from rules.call import Call


def read_one(name: str, data: bytes, call: Call, roots: tuple[bytes, ...] = ()) -> FileReading:
    """What kind of file it is, and the document in it."""
    kind = identify(data, name)
    reading = read_document(name, name, kind, data, call, roots)
    return FileReading(
        kind=kind,
        fate=reading.fate,
        reason=reading.reason,
        document=reading.document,
        more=reading.more,
    )


def draw(name: str, data: bytes, call: Call) -> tuple[str, str]:
    """The pages with the seals seen on them as a PNG in base64; or "" and why there is none."""
    kind = identify(data, name)
    reading = read_document(name, name, kind, data, call)
    if reading.document is None or kind not in (Kind.PDF, Kind.JPEG, Kind.PNG, Kind.IMAGE):
        return "", reading.reason
    seals = reading.document.seal.seals if reading.document.seal else ()
    return base64.b64encode(sketch(*as_read(kind, data), seals)).decode("ascii"), ""


def _read_blank(name: str, data: bytes) -> Content:
    kind = identify(data, name)
    if kind not in EDITABLE:
        raise UnreadableError(Fate.UNSUPPORTED, f"不是可编辑的表单文件({kind.value})")
    return read_editable(kind, data)


def read_blank_forms(files: list[tuple[str, bytes]]) -> list[Content]:
    """What stands in editable forms.

    Raises:
        UnreadableError: with the name of the first that is none, or cannot be read.
    """
    found = []
    for name, data in files:
        try:
            found.append(_read_blank(name, data))
        except UnreadableError as error:
            raise UnreadableError(error.fate, f"{name}: {error.reason}") from error
    return found
