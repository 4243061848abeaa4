"""What docs/identity.md and docs/cases.md print is what the code decides by."""

from __future__ import annotations

import re
from pathlib import Path

from rules.casestate import Event, State, picture
from rules.standing import ACT_NAMES, PROOF_NAMES, STANDING_NAMES, TABLE, Act, Proof

DOCS = Path(__file__).parents[2] / "docs"


def between(text: str, mark: str) -> list[list[str]]:
    """The cells of the table between two marks, without its head."""
    found = re.search(rf"<!-- {mark} -->\n(.*?)<!-- /{mark} -->", text, re.DOTALL)
    assert found, mark
    rows = [line for line in found[1].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


def test_the_table_of_standings_is_the_one_in_force() -> None:
    """Row by row: what each may do, how it is answered, who is told."""
    rows = [
        [
            STANDING_NAMES[standing],
            *("是" if act in rights.acts else "" for act in Act),
            rights.answer.value,
            "是" if rights.task else "",
            rights.why,
        ]
        for standing, rights in TABLE.items()
    ]

    assert between((DOCS / "identity.md").read_text(encoding="utf-8"), "standings") == rows


def test_the_head_of_the_table_names_every_act() -> None:
    """In the order of the columns."""
    text = (DOCS / "identity.md").read_text(encoding="utf-8")

    assert f"| 身份 | {' | '.join(ACT_NAMES[act] for act in Act)} | 答复 | 待办 | 理由 |" in text


def test_every_proof_is_explained() -> None:
    """By the word the ledger uses."""
    text = (DOCS / "identity.md").read_text(encoding="utf-8")
    rows = between(text, "proofs")

    assert [row[0] for row in rows] == [PROOF_NAMES[proof] for proof in Proof]


def test_the_picture_of_the_states_is_the_table_in_force() -> None:
    """Made anew by rules.casestate.picture()."""
    text = (DOCS / "cases.md").read_text(encoding="utf-8")

    assert f"```mermaid\n{picture()}\n```" in text


def test_every_state_and_event_is_explained() -> None:
    """By the word that list, digest and ledger use."""
    text = (DOCS / "cases.md").read_text(encoding="utf-8")

    assert [row[0] for row in between(text, "states")] == [state.value for state in State]
    assert [row[0] for row in between(text, "events")] == [event.value for event in Event]
