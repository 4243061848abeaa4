"""The models we ship are those that were measured, under the licence that lies beside them."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import ingest

MODELS = Path(ingest.__file__).parent / "document/print/models"


def test_the_models_are_those_that_were_measured() -> None:
    """Name, size and hash of every file stand in the README beside them, and no other is there."""
    told = re.findall(
        r"^\| (\S+) \| [^|]+ \| (\d+) \| ([0-9a-f]{64}) \|$",
        (MODELS / "README.md").read_text("utf-8"),
        re.MULTILINE,
    )
    there = {
        (path.name, str(path.stat().st_size), hashlib.sha256(path.read_bytes()).hexdigest())
        for path in MODELS.iterdir()
        if path.suffix in (".onnx", ".txt") and not path.name.startswith("LICENSE")
    }

    assert len(told) == 3
    assert set(told) == there


def test_their_licence_lies_beside_them() -> None:
    """Whoever gets the models gets it too."""
    assert "Apache License" in (MODELS / "LICENSE-Apache-2.0.txt").read_text("utf-8")
