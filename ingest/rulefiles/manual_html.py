"""The handbook of rules as one HTML page that prints well. A :class:`rules.authoring.manual.Manual`
in, text out.
"""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, StrictUndefined

from rules.authoring.manual import Manual

_TEMPLATE = Path(__file__).with_name("manual.html.j2")


def manual_html(manual: Manual) -> str:
    """A page that needs nothing from outside; everything an administrator wrote is escaped."""
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return (
        environment.from_string(
            _TEMPLATE.read_text(encoding="utf-8"),
        ).render(manual=manual)
        + "\n"
    )
