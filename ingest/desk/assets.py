"""The desk's own files: templates of its pages, style, scripts. Read once from the package; nothing
an applicant wrote comes near.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from notifier.wording import deadline_text, moment, short_moment, size_text
from rules.verdict import decision_name

_HERE = Path(__file__).parent
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class Asset:
    """One static file."""

    data: bytes
    media_type: str
    tag: str  #: changes with the bytes


@cache
def assets() -> dict[str, Asset]:
    """Every static file by its name; what is not here is not served."""
    return {
        path.name: Asset(data, _TYPES[path.suffix], hashlib.sha256(data).hexdigest()[:12])
        for path in sorted((_HERE / "static").iterdir())
        if path.suffix in _TYPES
        for data in (path.read_bytes(),)
    }


def asset_link(name: str) -> str:
    """The address of a static file; it changes with the file, so browsers may keep it for ever.
    Raises KeyError.
    """
    return f"/static/{name}?{assets()[name].tag}"


@cache
def environment() -> Environment:
    """The templates: every value is escaped, and a name that is not given is an error."""
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "moment": moment,
        "short_moment": short_moment,
        "size_text": size_text,
        "deadline_text": deadline_text,
        "decision_name": decision_name,
    }
    made.globals["asset"] = asset_link
    return made
