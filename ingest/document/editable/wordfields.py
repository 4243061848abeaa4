"""The fields of a Word file of any format while it is read: what of them is code and what is shown.
Codes may hold fields themselves; only the result of the outermost is text.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from ingest.document.content import INK, words
from ingest.document.editable.fieldcodes import code_text, keeps_its_result
from ingest.document.editable.officepackage import child, value
from ingest.document.editable.wordcontrols import shown_by_form_field


@dataclass
class _Field:
    code: list[str] = field(default_factory=list)
    in_code: bool = True
    result: list[str] = field(default_factory=list)
    form: str | None = None  #: what an old form field shows
    unshown: bool = False  #: its result is kept, and not shown

    def shown(self) -> str:
        """What it shows besides the result that stands in the text."""
        result = words("".join(self.result)).strip()
        if self.form is not None:
            return self.form if not result else "" if result == self.form.strip() else INK
        return "" if result else code_text("".join(self.code))


class Fields:
    """The fields that are open."""

    def __init__(self) -> None:
        self._open: list[_Field] = []

    @property
    def depth(self) -> int:
        """How many are open."""
        return len(self._open)

    def begin(self, mark: etree._Element) -> None:
        """A field's first mark, with what an old form field holds."""
        data = child(mark, "ffData")
        self._open.append(_Field(form=None if data is None else shown_by_form_field(data)))

    def open(self) -> None:
        """A field begins, of a format that says later whether it is an old form field."""
        self._open.append(_Field())

    def is_form_field(self, shows: str | None) -> None:
        """The field that is open is an old form field and shows this."""
        if self._open:
            self._open[-1].form = shows

    def begin_simple(self, element: etree._Element) -> None:
        """A field in one element: its code is an attribute, it holds the result."""
        code = value(element, "instr")
        self._open.append(_Field([code], in_code=False, unshown=keeps_its_result(code)))

    def separate(self) -> None:
        """The code is at its end, the result follows."""
        if self._open:
            ending = self._open[-1]
            ending.in_code = False
            ending.unshown = keeps_its_result("".join(ending.code))

    def end(self) -> str:
        """The field is at its end; what it shows besides its result."""
        return self._open.pop().shown() if self._open else ""

    def code(self, text: str) -> None:
        """Text that can only be code."""
        if self._open and self._open[-1].in_code:
            self._open[-1].code.append(text)

    def takes(self, text: str) -> bool:
        """Whether ``text`` belongs to a code; else it is shown, and noted as a result."""
        for each in reversed(self._open):
            if each.in_code:
                each.code.append(text)
                return True
            if each.unshown:
                return True
            each.result.append(text)
        return False

    def close_to(self, depth: int) -> str:
        """Close what was never ended; what then is not known."""
        lost = ""
        while len(self._open) > depth:
            each = self._open.pop()
            lost = lost or each.form or (INK if each.in_code and "".join(each.code).strip() else "")
        return lost
