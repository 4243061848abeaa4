"""Writes the blank annexes into the call's ``forms/`` folder: ``python -m samples.make_forms [--into FOLDER]``.

Only the command lives here; how the forms look is in ``forms.py``.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from samples.forms import CALL_FOLDER, blank, the_call
from samples.word import write_word

ISSUED = datetime(2024, 8, 8, 10, 0)  # noqa: DTZ001 - Word's own properties carry no zone


def blank_forms() -> dict[str, bytes]:
    """File name -> .docx of every blank annex of the call."""
    call = the_call()
    return {form.blank: write_word(blank(form), call.authority, ISSUED) for form in call.forms}


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the forms and say which."""
    parser = argparse.ArgumentParser(description="Write the blank annexes.")
    parser.add_argument("--into", type=Path, default=CALL_FOLDER / "forms")
    folder: Path = parser.parse_args(arguments).into
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in blank_forms().items():
        (folder / name).write_bytes(data)
        print(f"{folder / name}  {len(data)} bytes")


if __name__ == "__main__":
    main()
