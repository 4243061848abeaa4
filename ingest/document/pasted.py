"""A form that was filled in among the words of a mail, as a table or line by line, instead of in a
file. It is no document: its applicant is asked for one. Pure but for the reader of markup, which
runs in the disposable worker as everything here does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from ingest.document.content import Content, Line
from ingest.document.editable.door import UnreadableError, read_editable
from ingest.document.form.fields import extract_fields
from ingest.document.form.recognise import label_share, recognise
from ingest.document.form.rows import extract_rows
from ingest.reading import Kind
from rules.call import Call, Form, Role
from rules.facts import Knowledge

LEAST_FIELDS = 5  #: known: a letter names a person, a telephone, an office, and a date
MAX_LINES = 2_000


def pasted_role(markup: str, text: str, call: Call) -> Role | None:
    """What the form is that is filled in in the mail's own ``markup`` or ``text``; None where there
    is none.
    """
    for content in _contents(markup, text):
        form = recognise(content, call).form or _most_alike(content, call)
        if form is not None and _is_filled(content, form):
            return form.role
    return None


def _contents(markup: str, text: str) -> Iterator[Content]:
    """Readings of the mail's words: its tables, its lines, its lines as label and value."""
    if "<table" in markup.lower():
        with suppress(UnreadableError):  # its text is looked at
            yield read_editable(Kind.HTML, markup.encode("utf-8", "replace"))
    lines = [line.strip() for line in text.split("\n") if line.strip()][:MAX_LINES]
    yield _of_lines(lines)
    yield _of_lines([line.replace(" ", "\t", 1) for line in lines])  # was one before it was tidied


def _of_lines(lines: Sequence[str]) -> Content:
    return Content(tuple(Line(line, "") for line in lines))


def _most_alike(content: Content, call: Call) -> Form | None:
    forms = [form for form in call.forms if not form.columns]
    return max(forms, key=lambda form: label_share(content, form), default=None)


def _is_filled(content: Content, form: Form) -> bool:
    if form.columns:
        return bool(extract_rows(content, form, ""))
    facts = extract_fields(content, form, "").values()
    return sum(fact.knowledge is Knowledge.KNOWN for fact in facts) >= LEAST_FIELDS
