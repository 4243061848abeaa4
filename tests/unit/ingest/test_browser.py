"""A page is opened where there is a browser; a server says what to do instead."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer

from ingest.cli import browser


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(typer, "launch", found.append)
    return found


def test_a_machine_without_browser_starts_none(
    opened: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No other program's complaints; the page's place is named."""

    def none() -> None:
        raise webbrowser.Error

    monkeypatch.setattr(webbrowser, "get", none)
    browser.open_page(Path("a/digest.html"))
    assert opened == []
    assert "a/digest.html" in capsys.readouterr().err


def test_a_browser_is_given_the_page(opened: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """As an address."""
    monkeypatch.setattr(webbrowser, "get", SimpleNamespace)
    browser.open_page(Path("/a/digest.html"))
    assert opened == ["file:///a/digest.html"]
