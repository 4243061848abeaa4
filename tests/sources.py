"""The product's sources, parsed once for all tests of a worker that look through them."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path


@cache
def tree(path: Path) -> ast.Module:
    """The program in a file; nobody changes it."""
    return ast.parse(path.read_text(encoding="utf-8"))
