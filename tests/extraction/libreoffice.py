"""Test files as LibreOffice writes them; the product's own door
(ingest/document/editable/libreoffice.py) only reads.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ingest.document.editable.libreoffice import make_profile, program


def saved_by_libreoffice(files: Sequence[bytes], target: str) -> list[bytes | None]:
    """Word files in another format (``doc:MS Word 97``); None for each when LibreOffice is not
    installed.
    """
    binary = program()
    if binary is None:
        return [None] * len(files)
    with tempfile.TemporaryDirectory() as place:
        names = [Path(place, f"{number}.docx") for number in range(len(files))]
        for name, data in zip(names, files, strict=True):
            name.write_bytes(data)
        made = Path(place, "made")
        command = [
            binary,
            "--headless",
            make_profile(Path(place)),
            "--convert-to",
            target,
            "--outdir",
            str(made),
            *map(str, names),
        ]
        for _ in range(2):  # the first start sets up the profile and asks to be started again
            if (
                subprocess.run(
                    command,
                    check=False,
                    capture_output=True,
                    timeout=100,
                ).returncode
                != 81
            ):
                break
        results = [made / f"{name.stem}.{target.partition(':')[0]}" for name in names]
        return [result.read_bytes() if result.is_file() else None for result in results]
