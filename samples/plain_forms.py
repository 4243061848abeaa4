"""Any call's forms as plain sheets, blank or filled in: one row a field, straight from
``call.yaml``.

For calls whose forms have no design of their own; the first call's are in ``forms.py``. How a sheet
becomes a file is in ``word.py`` and ``scan.py``.
"""

from __future__ import annotations

from collections.abc import Sequence

from rules.call import Call, Form, Role
from samples.forms import EMPTY_DATE, Filling, shown
from samples.sheet import Align, Block, Cell, Face, Line, Row, Sheet, Table

_WIDTHS = (45.0, 125.0)
_LANDSCAPE = 240.0
_NUMBER = 15.0
EMPTY_ROWS = 6


def plain_form(
    call: Call,
    form: Form,
    filling: Filling,
    rows: Sequence[Filling] = (),
    seal: str = "",
) -> Sheet:
    """``form`` with what ``filling`` says in it; ``seal`` is the organisation that stamps it, ""
    for nobody.
    """
    if form.role is Role.SUMMARY:
        return _summary(call, form, filling, rows, seal)
    fields = [
        Row(
            (Cell(field.labels[0], label=True), Cell(shown(field, filling))),
            26 if field.type == "长文本" else 11,
        )
        for field in form.fields
    ]
    words = f"本单位对所填内容的真实性负责。\n\n{' ' * 30}（盖章）\n{' ' * 28}{filling.get('填报日期') or EMPTY_DATE}"
    place = Row((Cell("申报单位意见", label=True), Cell(words, seal=seal, seal_at=0.6)), 46)
    return Sheet(form.titles[0], (*_heading(call, form), Table(_WIDTHS, (*fields, place))))


def _summary(call: Call, form: Form, filling: Filling, rows: Sequence[Filling], seal: str) -> Sheet:
    header = Row(
        (Cell("序号", label=True), *(Cell(field.labels[0], label=True) for field in form.columns)),
        12,
    )
    body = []
    for number in range(max(EMPTY_ROWS, len(rows))):
        values = rows[number] if number < len(rows) else {}
        cells = (Cell(values.get(field.name, "")) for field in form.columns)
        body.append(Row((Cell(str(number + 1)), *cells), 11))
    above = "        ".join(
        f"{field.labels[0]}：{shown(field, filling) or '_' * 20}" for field in form.fields
    )
    widths = (_NUMBER, *([_LANDSCAPE / len(form.columns)] * len(form.columns)))
    blocks = (
        *_heading(call, form),
        Line(above, 13, before=6, seal=seal),
        Line("", 6),
        Table(widths, (header, *body)),
    )
    return Sheet(form.titles[0], blocks, landscape=True)


def _heading(call: Call, form: Form) -> tuple[Block, ...]:
    return (
        Line(form.id, 14, Face.HEI),
        Line(form.titles[0], 20, Face.HEI, Align.CENTER, before=4),
        Line(f"{call.authority}制", 12, Face.KAI, Align.CENTER, before=2),
        Line("", 8),
    )
