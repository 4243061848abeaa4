"""What reading documents costs: Word to facts against the least anybody must do, identification,
the worker.

    make bench-documents

The yardstick for a Word file is lxml that takes the text of every cell out of ``word/document.xml``
and nothing else: no merged cells, no symbols, no typed values. Absolute figures belong to the
machine, ratios to the program. No network.
"""

from __future__ import annotations

import io
import statistics
import tempfile
import zipfile
from functools import partial
from pathlib import Path

from lxml import etree

from bench.timing import median_milliseconds
from ingest.attachment.identify import identify
from ingest.calls import default_config, open_call, shipped_call
from ingest.document.editable.olddoc import read_doc
from ingest.document.editable.word import read_word
from ingest.document.reader import read_document
from ingest.reading import Kind
from ingest.sandbox.context import ReadingContext
from ingest.sandbox.mail import read_or_degrade
from ingest.sandbox.read import read_message
from ingest.sandbox.workers import run_in_worker
from ingest.walls.limits import Limits

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def cells_by_lxml(data: bytes) -> list[list[str]]:
    """The floor: every row of every table as a list of texts."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        root = etree.fromstring(archive.read("word/document.xml"))
    return [
        ["".join(t.text or "" for t in cell.iter(f"{W}t")) for cell in row.iterchildren(f"{W}tc")]
        for row in root.iter(f"{W}tr")
    ]


def main() -> None:
    """Print a table of medians and ratios.

    What makes the files is loaded here: a worker imports its parent's main script anew, and would
    load it too.
    """
    from tests.extraction.filled import filled_forms  # noqa: PLC0415 - see above
    from tests.parts.made import Made, mail, named, parts  # noqa: PLC0415 - see above

    call = open_call(default_config() / "calls", shipped_call()).call
    forms = [
        form.data
        for form in filled_forms(call)
        if form.name.startswith(("two_columns", "group_column", "by_python_docx"))
    ]
    floor = median_milliseconds(lambda: [cells_by_lxml(data) for data in forms]) / len(forms)
    content = median_milliseconds(lambda: [read_word(data) for data in forms]) / len(forms)
    facts = median_milliseconds(
        lambda: [read_document("2", "a.docx", Kind.DOCX, data, call) for data in forms],
    ) / len(forms)
    print(
        f"docx: lxml cells {floor:.2f} ms, content {content:.2f} ms ({content / floor:.1f}x), facts {facts:.2f} ms ({facts / floor:.1f}x)"
    )
    kept = [path.read_bytes() for path in sorted(Path("tests/extraction/files").glob("*.doc"))]
    old = median_milliseconds(lambda: [read_doc(data) for data in kept]) / len(kept)
    print(f"doc: content {old:.2f} ms")
    made = [(part.data, case) for case, part in parts().items()]
    each = [median_milliseconds(partial(identify, data, "a.bin"), 3) for data, _ in made]
    print(
        f"identify: median {statistics.median(each):.3f} ms, largest {max(each):.3f} ms, {len(each)} files"
    )
    raw = mail(Made(named("a.docx"), forms[0]))
    with tempfile.NamedTemporaryFile(suffix=".eml") as file:
        file.write(raw)
        file.flush()
        path = Path(file.name)
        read_or_degrade(path, call, ReadingContext(), Limits())  # starts the fork server
        inside = median_milliseconds(lambda: read_message(raw, call, ReadingContext()))
        worker = median_milliseconds(
            lambda: read_or_degrade(path, call, ReadingContext(), Limits()),
            15,
        )
        idle = median_milliseconds(lambda: run_in_worker("os:getpid", returns=int), 15)
    print(
        f"one mail with one form: {inside:.1f} ms here, {worker:.1f} ms in a worker ({worker - inside:.1f} ms more)"
    )
    print(f"a worker that does nothing: {idle:.1f} ms")


if __name__ == "__main__":
    main()
