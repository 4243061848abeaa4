"""Each kind of edit once: none passes in silence, and nearly all are told at their line with their
mend.
"""

from __future__ import annotations

import pytest

from tests.slips.kinds import Edit, edits
from tests.slips.trying import shipped, tried

TEXTS = shipped()
SMALLEST = min(TEXTS, key=lambda call: len(TEXTS[call]["rules.yaml"]))
EDITS = list(edits(SMALLEST, TEXTS[SMALLEST], most=1))


@pytest.mark.parametrize("edit", EDITS, ids=[edit.kind.name for edit in EDITS])
def test_an_edit_that_spoils_a_file_is_told_at_its_line_with_its_mend(edit: Edit) -> None:
    """On the smallest call; the table of all of them is made by `make rules-slips`."""
    found = tried(edit, TEXTS[edit.call])
    assert (found.caught, found.place, found.hint) == (True, True, True), found.said
