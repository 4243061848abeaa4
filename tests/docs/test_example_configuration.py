"""The annotated example is a configuration that works, and names everything that can be set."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ingest.settings import Settings, load_settings

EXAMPLE = Path(__file__).parents[2] / "config" / "mailroom.toml"
SECRETS = {"password", "client_secret", "objects_secret"}
WRITTEN = {"objects": "local"}  # an object store is written as ``files``


def fields() -> list[tuple[str, str]]:
    return [
        (section, WRITTEN.get(name, name))
        for section, field in Settings.model_fields.items()
        for name in field.annotation.model_fields  # type: ignore[union-attr]
        if name not in SECRETS
    ]


def section_text(section: str) -> str:
    text = EXAMPLE.read_text(encoding="utf-8")
    return re.split(r"(?m)^\[", text[text.index(f"[{section}]") + 1 :])[0]


def test_the_example_is_accepted_as_it_is() -> None:
    """An administrator starts from something valid."""
    settings = load_settings(EXAMPLE, {})

    assert settings.calls.active == ("smart-education-2024",)
    assert (settings.calls.directory / "smart-education-2024" / "call.yaml").is_file()


@pytest.mark.parametrize(("section", "name"), fields(), ids=[".".join(pair) for pair in fields()])
def test_every_setting_stands_in_the_example_with_a_note(section: str, name: str) -> None:
    """As a line, or as a commented line where the setting is optional."""
    assert re.search(rf"(?m)^(# )?{name} = .*\S", section_text(section))


def test_the_example_holds_no_secret() -> None:
    """Passwords come from files, credentials or the environment."""
    assert not re.search(
        r"(?m)^#? *(password|objects_secret) *=", EXAMPLE.read_text(encoding="utf-8")
    )
