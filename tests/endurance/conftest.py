"""What takes long because there is much of it: thousands of rule files, as many rules as are
allowed, every mutant.
"""

from __future__ import annotations

from tests.unit.rules.conftest import book, call

__all__ = ["book", "call"]
