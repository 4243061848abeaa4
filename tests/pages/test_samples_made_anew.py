"""The sample mails, made anew by their generator."""

from __future__ import annotations

import pytest

from samples.make_samples import sample_files
from tests.unit.ingest.test_samples import SAMPLES, same_toolchain

FOLDERS = ("mails", "practice", "research")


@pytest.mark.slow
@pytest.mark.timeout(400)  # draws 55 pages; a busy machine takes its time
def test_the_committed_samples_are_what_the_generator_makes() -> None:
    """Every mail and both lists are reproduced to the byte."""
    same_toolchain()
    made = sample_files()
    beside = {
        f"{folder}/{path.name}" for folder in FOLDERS for path in (SAMPLES / folder).iterdir()
    }
    assert beside | {"expected.yaml", "toolchain.yaml"} == set(made)
    assert [name for name, data in made.items() if (SAMPLES / name).read_bytes() != data] == []
