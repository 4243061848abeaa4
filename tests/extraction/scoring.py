"""Right, wrong or unknown: what the reader made of filled forms, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from ingest.attachment.identify import identify
from ingest.document.reader import read_document
from ingest.reading import Document
from rules.call import Call
from rules.facts import Fact, Knowledge
from tests.extraction.filled import Filled


@dataclass
class Score:
    """Counts of fields, and every field that is not right, in words."""

    count: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)

    def share(self, outcome: str) -> float:
        """Of all fields."""
        return self.count[outcome] / max(1, self.count.total())


def score(forms: Iterable[Filled], call: Call) -> Score:
    """Read every form; a field that is stated and read as empty is wrong, not unknown."""
    result = Score()
    for form in forms:
        for name, outcome, told in _outcomes(form, call):
            result.count[outcome] += 1
            if outcome != "right":
                result.misses.append(f"{outcome:8} {form.name}.{form.extension} {name}: {told}")
    return result


def _facts(document: Document) -> dict[str, Fact]:
    """Fields by name, those of a summary's rows as ``0.单位名称``."""
    rows = {
        f"{number}.{name}": fact
        for number, row in enumerate(
            document.rows,
        )
        for name, fact in row.items()
    }
    return document.fields | rows


def _outcomes(form: Filled, call: Call) -> Iterable[tuple[str, str, str]]:
    kind = identify(form.data, f"表.{form.extension}")
    reading = read_document("2", f"表.{form.extension}", kind, form.data, call)
    document = reading.document
    found = _facts(document) if document is not None and document.form == form.form else {}
    for name, expected in form.expected.items():
        if name not in found:
            yield name, "unknown", f"not recognised ({reading.reason})"
            continue
        fact = found[name]
        if fact.knowledge is Knowledge.UNKNOWN:
            yield name, "unknown", f"expected {expected!r}, raw {fact.provenance.raw!r}"
        elif fact.value == expected:
            yield name, "right", ""
        else:
            yield (
                name,
                "wrong",
                f"expected {expected!r}, got {fact.value!r} at {fact.provenance.place}",
            )
