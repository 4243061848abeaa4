"""The one error of this package: something an administrator wrote that cannot be used, with its
place.

Warnings have the same shape and are never raised.
"""

from __future__ import annotations

from typing import NamedTuple


class Position(NamedTuple):
    """A place in a file, both counted from 1."""

    line: int
    column: int


class RuleFileError(Exception):
    """A configuration or rule file that cannot be used.

    The file's name is added by the shell, which knows it: this package only ever sees text.
    """

    def __init__(
        self,
        message: str,
        position: Position,
        hint: str = "",
        code: str = "E000",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.hint = hint
        self.code = code

    @property
    def severity(self) -> str:
        """``error``: cannot be used; ``warning``: surely not meant (code W…); ``note``: not looked
        at (code I…).
        """
        return {"W": "warning", "I": "note"}.get(self.code[:1], "error")

    def format(self, path: str, source: str = "") -> str:
        """``path:line:column: code message`` with the source line, a caret and the hint."""
        line, column = self.position
        rows = [f"{path}:{line}:{column}: {self.code} {self.message}"]
        lines = source.split("\n")
        if 0 < line <= len(lines):
            row = lines[line - 1].rstrip("\r")
            rows += [f"    {row}", "    " + caret_indent(row[: column - 1]) + "^"]
        if self.hint:
            rows.append(f"    提示: {self.hint}")
        return "\n".join(rows)


def caret_indent(before: str) -> str:
    """White space as wide on a terminal as ``before``: a Chinese character takes two columns."""
    return "".join("\t" if char == "\t" else "  " if ord(char) > 0x2E7F else " " for char in before)
