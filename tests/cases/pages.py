"""附件1 as a web page whose choices and values are not simply typed, as Word, web editors, mail
programs and forms on the web leave them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from html import escape

from tests.cases import claims as it
from tests.cases.case import Case, Claim
from tests.cases.written import title, zone_rows

FIRST, SECOND, NAME = "无异议", "有异议", "麦玉清"
_AGREED = (it.field("公示结果", FIRST), it.not_blank("公示结果"))
_OBJECTED = (it.field("公示结果", SECOND), it.not_blank("公示结果"))
_SEEN = (it.not_blank("公示结果"),)
_RESULTS: Mapping[str, tuple[str, tuple[Claim, ...]]] = {
    "shaded-by-word": (f"<span style='background:yellow;mso-highlight:yellow'>{FIRST}</span> {SECOND}", _AGREED),
    "shaded": (f'{FIRST} <span style="background-color:#ffff00;font-size:11pt">{SECOND}</span>', _OBJECTED),
    "underlined": (f'<span style="text-decoration:underline">{FIRST}</span> {SECOND}', _AGREED),
    "framed": (f'<b style="border:1px solid red">{FIRST}</b> {SECOND}', _AGREED),
    "marked": (f"<mark>{FIRST}</mark> {SECOND}", _AGREED),
    "struck": (f"{FIRST} <s>{SECOND}</s>", _SEEN),
    "list-of-a-page": (f"<select><option>{FIRST}</option><option>{SECOND}</option></select>", _AGREED),
    "list-to-choose-from": (f"<select><option>请选择</option><option>{FIRST}</option></select>", (it.field("公示结果", None),)),
    "left-by-libreoffice": (f"☒\x01{FIRST} ☐\x01{SECOND}", _AGREED),
    "unseen": (f'<span style="visibility:hidden">☑{SECOND}</span>☑{FIRST} ☐{SECOND}', _AGREED),
    "picture": (f'<img src="tick.png">{FIRST} □{SECOND}', _SEEN),
}  # fmt: skip
_NAMES: Mapping[str, str] = {
    "note": f"{NAME}<sup>1</sup>",
    "input": f'<input type="text" placeholder="请填写姓名" value="{NAME}">',
    "beside-a-hidden-one": f'<input type="hidden" value="王某">{NAME}',
    "too-small": f'<span style="font-size:0">王某</span>{NAME}',
    "by-blanks": "麦&nbsp;玉&nbsp;清",
}


def _page(label: str, value: str) -> bytes:
    rows = "".join(
        f"<tr><td>{escape(each)}</td><td>{value if each == label else escape(text)}</td></tr>"
        for each, text in zone_rows()
    )
    return f"<html><meta charset=utf-8><h1>{title()}</h1><table>{rows}</table></html>".encode()


def labelled_inputs() -> bytes:
    """A form of a page without a table, its labels without colons."""
    rows = "".join(
        f'<p><label>{escape(label)}</label><input value="{escape(text, quote=True)}"></p>'
        for label, text in zone_rows()
    )
    return f"<html><meta charset=utf-8><h1>{title()}</h1><form>{rows}</form></html>".encode()


CASES = (
    *(
        Case(f"choice-{name}.html", partial(_page, "公示结果", value), claims)
        for name, (value, claims) in _RESULTS.items()
    ),
    *(
        Case(f"name-{name}.html", partial(_page, "联系人", value), (it.field("联系人", NAME),))
        for name, value in _NAMES.items()
    ),
    Case("labelled-inputs.html", labelled_inputs, (it.documents(1, "附件1"), it.known_fields(12))),
)
