"""Open a page that was written, where there is anything to open it with."""

from __future__ import annotations

from pathlib import Path

import typer


def open_page(page: Path) -> None:
    """In the browser; on a machine that has none (a server), say what to do instead."""
    import webbrowser

    try:
        webbrowser.get()
    except webbrowser.Error:
        typer.echo(f"本机没有浏览器: 把 {page} 拷到有浏览器的电脑上看", err=True)
        return
    typer.launch(page.resolve().as_uri())
