"""Several forms in one typed file - two annexes, two schools, two sheets of a workbook - taken
apart into what each says. Pure.

The file is cut where a title stands and in front of every table; the blocks are sorted to forms as
sheets of paper are (``pile.py``). Only what is recognised as a form by itself is one: a notice that
quotes titles stays whole.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ingest.document.content import Content, Line, Table
from ingest.document.form.fields import extract_fields, found_labels
from ingest.document.form.heads import heads_of
from ingest.document.form.pile import Leaf, sort_pile
from ingest.document.form.recognise import LABEL_SHARE, label_share, recognise, title_over
from rules.call import Call, Form
from rules.facts import Knowledge
from rules.labels import COLONS, label_key
from rules.vocabulary import normalise

MOST_BLOCKS = 200  #: titles and tables; no form has as many
REPEATED = 3  #: labels of one form that stand twice in a file of two
_MAX_LABEL = 40
_COLON = re.compile("[:：]")


def split(content: Content, call: Call) -> tuple[Content, ...]:
    """What each form in ``content`` says, in its order; ``content`` alone when it is one, or none.

    Of several forms those that nobody filled in are left out: the blank annex behind the own.
    """
    if not _may_be_several(content, call):
        return (content,)
    parted = tuple(part for table in content.tables for part in _parted(table, call))
    blocks = list(_blocks(replace(content, tables=parted), call))
    if not 1 < len(blocks) <= MOST_BLOCKS:
        return (content,)
    leaves = [_leaf(number, block, call) for number, block in enumerate(blocks)]
    pieces = sort_pile(leaves, call)
    joined = [_joined([blocks[number] for number in piece.pages], content) for piece in pieces]
    forms = list(_forms(joined, call))
    if len(forms) < 2:
        return (content,)
    filled = (form for form in forms if _is_filled(form, call))
    return tuple(_once(filled, call)) or (content,)


def _may_be_several(content: Content, call: Call) -> bool:
    """A cheap look that spares most files the rest: titles or labels stand there twice, or those of
    two forms.
    """
    texts = [line.text for line in content.lines]
    texts += [cell.text for table in content.tables for cell in table.cells if len(cell.text) < 80]
    whole = normalise("".join(texts))
    titles = [
        max((whole.count(normalise(t)) for t in form.titles), default=0) for form in call.forms
    ]
    if sum(titles) > 1:
        return True
    counted = Counter(map(_label, texts))
    if any(_repeated(form, counted) >= REPEATED for form in call.forms):
        return True
    return sum(label_share(content, form) >= LABEL_SHARE for form in call.forms) > 1


def _label(text: str) -> str:
    """The key of what a text names: all of it, or what stands before a colon."""
    named = _COLON.split(text.translate(COLONS), maxsplit=1)[0]
    return label_key(named) if len(named) <= _MAX_LABEL else ""


def _repeated(form: Form, counted: Counter[str]) -> int:
    fields = form.columns or form.fields
    return sum(any(counted[label_key(label)] > 1 for label in field.labels) for field in fields)


def _parted(table: Table, call: Call) -> Iterator[Table]:
    """A table in front of each row where a form begins anew: Word joins two tables when nothing is
    left between them. Rows keep their numbers.
    """
    begins = next((each for form in call.forms if (each := _begins(table, form))), [])
    if not begins:
        yield table
        return
    ends = [*begins, table.row_count]
    for first, last in zip([0, *begins], ends, strict=True):
        yield replace(table, cells=tuple(each for each in table.cells if first <= each.row < last))


def _begins(table: Table, form: Form) -> list[int]:
    """The rows where a form's own applicant is asked for again, with most of the rest behind it; a
    title right above belongs to it.
    """
    labels = {name: _keys(form, name) for name in (field.name for field in form.fields)}
    rows = sorted(
        {cell.row for cell in table.cells if label_key(cell.text) in labels.get(form.applicant, ())}
    )
    if form.columns or len(rows) < 2:
        return []
    told = Counter(label_key(cell.text) for cell in table.cells if len(cell.text) <= _MAX_LABEL)
    again = sum(any(told[key] >= len(rows) for key in keys) for keys in labels.values())
    return [_with_title(table, row, form) for row in rows[1:]] if again >= REPEATED else []


def _keys(form: Form, name: str) -> frozenset[str]:
    found = next(field for field in form.fields if field.name == name)
    return frozenset(map(label_key, found.labels))


def _with_title(table: Table, row: int, form: Form) -> int:
    """The row of the title right above, else the row itself."""
    above = [cell.text for cell in table.rows.get(row - 1, ()) if cell.text.strip()]
    titles = {normalise(title) for title in form.titles}
    return row - 1 if len(above) == 1 and normalise(above[0]) in titles else row


def _blocks(content: Content, call: Call) -> Iterator[Content]:
    """The file cut at its titles and in front of its tables."""
    lines: list[Line] = []
    tables: list[Table] = []
    waiting = list(content.tables)
    anew = {line for form in call.forms for line in _lines_begin(content.lines, form)}
    number = title_ends = 0
    while number < len(content.lines) or waiting:
        no_more = number >= len(content.lines)
        table_next = bool(waiting) and (no_more or waiting[0].after <= number)
        ends = (
            0 if table_next or number < title_ends else _title_ends(content, number, waiting, call)
        )
        begins = table_next or ends or (number in anew and not _is_titled(lines, call))
        if begins and (lines or tables):
            yield Content(tuple(lines), tuple(tables))
            lines, tables = [], []
        if table_next:
            tables.append(waiting.pop(0))
        else:
            title_ends = ends or title_ends
            lines.append(content.lines[number])
            number += 1
    yield Content(tuple(lines), tuple(tables))


def _title_ends(content: Content, number: int, waiting: Sequence[Table], call: Call) -> int:
    """The line behind a title that begins at one; 0 when none does."""
    # what stands behind the next table is no line of a title before it
    stop = min([number + 4, *(table.after for table in waiting[:1])])
    found = title_over([line.text for line in content.lines[number:stop]], call)
    return number + found[0] if found else 0


def _lines_begin(lines: Sequence[Line], form: Form) -> list[int]:
    """The lines in which a form without a table begins anew: they ask for its applicant again, and
    most of the rest comes again behind them.
    """
    labels = {field.name: _keys(form, field.name) for field in form.fields}
    keys = [_label(line.text) for line in lines]
    begins = [at for at, key in enumerate(keys) if key in labels.get(form.applicant, ())]
    if form.columns or len(begins) < 2:
        return []
    told = Counter(keys)
    again = sum(any(told[key] >= len(begins) for key in own) for own in labels.values())
    return begins[1:] if again > REPEATED else []


def _is_titled(lines: Sequence[Line], call: Call) -> bool:
    """Whether nothing but a title stands in a block that was begun."""
    texts = [line.text for line in lines if line.text.strip()]
    found = title_over(texts, call) if texts else None
    return found is not None and found[0] == len(texts)


def _leaf(number: int, block: Content, call: Call) -> Leaf:
    titled = title_over([line.text for line in block.lines[:4]], call)
    form = titled[1] if titled else getattr(recognise(block, call).form, "id", "")
    labels = {each.id: _labels(block, each) for each in call.forms}
    return Leaf(number, form, labels=labels, name=_applicant(block, form, call))


def _labels(block: Content, form: Form) -> frozenset[str]:
    heads = (head for table in block.tables for head in heads_of(table, form.columns))
    columns = (field.name for head in heads for field in head.columns.values())
    return found_labels(block, form) | frozenset(columns)


def _applicant(block: Content, form_id: str, call: Call) -> str:
    if not form_id:
        return ""
    form = call.form(form_id)
    fact = extract_fields(block, form, "").get(form.applicant)
    return normalise(fact.text) if fact is not None and fact.text else ""


def _joined(blocks: Sequence[Content], whole: Content) -> Content:
    """Blocks that belong together as one content, its tables behind the lines they stood behind."""
    lines: list[Line] = []
    tables: list[Table] = []
    for block in blocks:
        lines += block.lines[: 0 if block.tables else None]
        tables += (replace(table, after=len(lines)) for table in block.tables)
        lines += block.lines if block.tables else ()
    return Content(tuple(lines), tuple(tables), whole.pictures, whole.notes, whole.loose)


def _forms(pieces: Sequence[Content], call: Call) -> Iterator[Content]:
    """The pieces that are forms; what is none goes with the form before it, or after it if it is
    the first.
    """
    open_, is_form = pieces[0], recognise(pieces[0], call).form is not None
    for piece in pieces[1:]:
        recognised = recognise(piece, call).form is not None
        if recognised and is_form and not _goes_on(open_, piece, call):
            yield open_
            open_ = piece
        else:
            open_, is_form = _joined([open_, piece], open_), is_form or recognised
    yield open_


def _goes_on(before: Content, piece: Content, call: Call) -> bool:
    """Whether a piece under a title that was repeated holds the rest of the form before it: nothing
    that was asked already, and not whose it is.
    """
    form = recognise(piece, call).form
    if form is None or form.columns or recognise(before, call).form is not form:
        return False
    here = found_labels(piece, form)
    return form.applicant not in here and here.isdisjoint(found_labels(before, form))


def _once(forms: Iterable[Content], call: Call) -> Iterator[Content]:
    """Forms that say the same once: a copy, or the frame around a form."""
    seen: list[tuple[str, object]] = []
    for content in forms:
        form = recognise(content, call).form
        told = extract_fields(content, form, "") if form and not form.columns else {}
        values = (form.id if form else "", {name: fact.value for name, fact in told.items()})
        if not told or values not in seen:
            yield content
        seen.append(values)


def _is_filled(content: Content, call: Call) -> bool:
    form = recognise(content, call).form
    if form is None:
        return False
    if form.columns:
        return True
    facts = extract_fields(content, form, "")
    known = [name for name, fact in facts.items() if fact.knowledge is Knowledge.KNOWN]
    return bool(known)
