"""Writes a call's blank forms into its ``forms/`` folder: ``python -m samples.make_forms [--call
FOLDER] [--into FOLDER]``.

Only the command lives here; how the first call's annexes look is in ``forms.py``, any other call's
in ``plain_forms.py``.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from ingest.calls import read_call_text
from rules.callfile import load_call
from samples.forms import CALL_FOLDER, blank, the_call
from samples.plain_forms import plain_form
from samples.word import write_word

ISSUED = datetime(2024, 8, 8, 10, 0)  # noqa: DTZ001 - Word's own properties carry no zone


def blank_forms() -> dict[str, bytes]:
    """File name -> .docx of every blank annex of the first call."""
    call = the_call()
    return {form.blank: write_word(blank(form), call.authority, ISSUED) for form in call.forms}


def plain_blank_forms(folder: Path) -> dict[str, bytes]:
    """The same for the call in ``folder``, in plain sheets; forms without a file name (空白表) are left out."""
    call = load_call(folder.name, read_call_text(folder))
    issued = call.published.replace(tzinfo=None)
    sheets = {form.blank: plain_form(call, form, {}) for form in call.forms if form.blank}
    return {name: write_word(sheet, call.authority, issued) for name, sheet in sheets.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the forms and say which."""
    parser = argparse.ArgumentParser(description="Write the blank forms of a call.")
    parser.add_argument("--call", type=Path, default=CALL_FOLDER)
    parser.add_argument("--into", type=Path)
    given = parser.parse_args(arguments)
    folder: Path = given.into or given.call / "forms"
    folder.mkdir(parents=True, exist_ok=True)
    own = given.call.resolve() == CALL_FOLDER
    for name, data in (blank_forms() if own else plain_blank_forms(given.call)).items():
        (folder / name).write_bytes(data)
        print(f"{folder / name}  {len(data)} bytes")


if __name__ == "__main__":
    main()
