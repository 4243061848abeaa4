"""One input looked at as ``message inspect`` and ``document inspect`` look at it: by the same
functions, in the disposable worker.
"""

from __future__ import annotations

import tempfile
from datetime import datetime
from functools import cache
from pathlib import Path

from ingest.calls import CallFolder, default_config, open_call, shipped_call
from ingest.errors import InputError
from ingest.inspection.mail import inspect_message
from ingest.inspection.papers import pair_files
from ingest.inspection.reports import inspect_document
from rules.vocabulary import BEIJING
from tests.cases.case import Case, Outcome, Report, outcome_of

RECEIVED = datetime(2024, 8, 20, 10, tzinfo=BEIJING)
"""When every mail is taken to have come: some days before the deadline of the shipped call."""


@cache
def call_folder() -> CallFolder:
    """The shipped call."""
    return open_call(default_config() / "calls", shipped_call())


def look_at(path: Path) -> Report:
    """What the product says of the file.

    Raises:
        InputError: it says that it cannot be read at all.
    """
    if path.suffix == ".eml":
        return Report(inspect_message(path, call_folder(), None, None, RECEIVED))
    return Report(inspect_document(path, call_folder()))


def look_at_pair(word: Path, scan: Path) -> Report:
    """What the product says of a Word file and its scan."""
    return Report({"pair": pair_files(word, scan, call_folder().call)})


def run_case(case: Case) -> tuple[Outcome, Report]:
    """Make the input of a case and look at it; a file that is refused as a whole is wrong."""
    with tempfile.TemporaryDirectory(prefix="mailroom-case-") as folder:
        path = Path(folder) / case.name
        path.write_bytes(case.make())
        try:
            report = look_at(path)
        except InputError as error:
            return Outcome.WRONG, Report({"parts": [], "error": error.message})
    return outcome_of(case, report), report


def in_short(report: Report) -> str:
    """What a person wants to see of a report that is not right."""
    if error := report.json.get("error"):
        return str(error)
    if pair := report.json.get("pair"):
        return f"pair: {pair['outcome']}, differing {[each['field'] for each in pair['differing']]}"
    kind = (report.json.get("letter") or {}).get("kind", "no letter")
    parts = ", ".join(
        f"{each.get('name') or each.get('path', '')} {each['kind']}/{each['fate']}"
        for each in report.parts
    )
    head = f"{' '.join(report.verdicts) or '-'} ({kind}); " if "parts" in report.json else ""
    seals = [document["seal"]["outcome"] for document in report.documents if document["seal"]]
    return f"{head}{parts}{'; seals ' + ' '.join(seals) if seals else ''}"
