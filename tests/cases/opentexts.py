"""附件1 as an OpenDocument text whose choices and values are not simply typed, as LibreOffice, WPS
and web editors leave them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from html import escape

from tests.cases import claims as it
from tests.cases.case import Case, Claim
from tests.cases.written import NAMES, odt, zone_rows

FIRST, SECOND, NAME = "无异议", "有异议", "麦玉清"
_LINE = 'style:text-line-through-style="solid"'
STYLES = (
    f'<office:document-styles {NAMES}><office:font-face-decls><style:font-face style:name="W21" '
    'svg:font-family="&apos;Wingdings 2&apos;"/></office:font-face-decls><office:styles>'
    f'<style:style style:name="Old" style:family="text"><style:text-properties {_LINE}/></style:style>'
    '<style:style style:name="Older" style:family="text" style:parent-style-name="Old"/>'
    '<style:style style:name="Unseen" style:family="paragraph"><style:text-properties text:display="none"/></style:style>'
    '<style:style style:name="Marks" style:family="text"><style:text-properties style:font-name="W21"/></style:style>'
    '<style:style style:name="Line" style:family="text"><style:text-properties style:text-underline-style="solid"/></style:style>'
    '<style:style style:name="Raised" style:family="text"><style:text-properties style:text-position="super 58%"/></style:style>'
    "</office:styles></office:document-styles>"
)


def span(style: str, text: str) -> str:
    """A span of a style."""
    return f'<text:span text:style-name="{style}">{text}</text:span>'


def field(kind: str, *given: tuple[str, str]) -> str:
    """An old form field kept from a Word file."""
    listed = "".join(
        f'<field:param field:name="{name}" field:value="{value}"/>' for name, value in given
    )
    kind = f"vnd.oasis.opendocument.field.{kind}"
    return f'<field:fieldmark text:name="f" field:type="{kind}">{listed}</field:fieldmark>'


def _list(chosen: str) -> str:
    entries = (("Dropdown_ListEntry", FIRST), ("Dropdown_ListEntry", SECOND))
    return field("FORMDROPDOWN", *entries, ("Dropdown_Selected", chosen))


def _control(name: str) -> str:
    return f'<draw:control draw:control="{name}" text:anchor-type="as-char"/>'


FORMS = (
    "<office:forms><form:form>"
    '<form:listbox form:id="list"><form:option form:label="无异议"/>'
    '<form:option form:label="有异议" form:current-selected="true"/></form:listbox>'
    '<form:text form:id="name" form:value="" form:current-value="麦玉清"/>'
    "</form:form></office:forms>"
)
_CIRCLE = '<draw:ellipse text:anchor-type="paragraph" svg:x="0.2cm" svg:y="0cm"/>'
_FAR = '<draw:ellipse text:anchor-type="page" svg:x="6cm" svg:y="14cm"/>'
_PICTURE = '<draw:frame text:anchor-type="as-char"><draw:image/></draw:frame>'
_TICK_OVER = "<draw:frame><draw:text-box><text:p>√</text:p></draw:text-box></draw:frame>"
_BOXED = f"<draw:frame><draw:text-box><text:p>{NAME}</text:p></draw:text-box></draw:frame>"

_AGREED = (it.field("公示结果", FIRST), it.not_blank("公示结果"))
_OBJECTED = (it.field("公示结果", SECOND), it.not_blank("公示结果"))
_SEEN = (it.not_blank("公示结果"),)
_RESULTS: Mapping[str, tuple[str, tuple[Claim, ...]]] = {
    "list": (_list("1"), _OBJECTED),
    "list-first": (_list("0"), _AGREED),
    "list-out-of-range": (_list("7"), (it.unknown("公示结果"),)),
    "tick-box": (field("FORMCHECKBOX", ("Checkbox_Checked", "true")) + f"{FIRST} " + field("FORMCHECKBOX") + SECOND, _AGREED),
    "control-list": (_control("list"), _OBJECTED),
    "symbol-font": (span("Marks", "R") + f"{FIRST} " + span("Marks", "\u00a3") + SECOND, _AGREED),
    "underlined": (f"{FIRST}   " + span("Line", SECOND), _OBJECTED),
    "struck-option": (f"{FIRST}  " + span("Older", SECOND), _SEEN),
    "ringed-by-a-shape": (f"□{FIRST}{_CIRCLE}    □{SECOND}", (it.unknown("公示结果"),)),
    "ringed-from-the-page": (f"□{FIRST}  □{SECOND}{_FAR}", (it.unknown("公示结果"),)),
    "picture": (f"{_PICTURE}{FIRST}  □{SECOND}", _SEEN),
    "tick-in-a-text-box": (f"□{FIRST}{_TICK_OVER}  □{SECOND}", _SEEN),
    "box-lost": (f"{FIRST}  □{SECOND}", (it.unknown("公示结果"),)),
    "untouched": (f"□{FIRST}  □{SECOND}", (it.field("公示结果", None),)),
}  # fmt: skip
_NAMES: Mapping[str, str] = {
    "struck-by-a-style": span("Older", "王小") + NAME,
    "hidden-paragraph": f'</text:p><text:p text:style-name="Unseen">王小</text:p><text:p>{NAME}',
    "control": _control("name"),
    "pointing-to-a-note": NAME + span("Raised", "1"),
    "text-box": _BOXED,
}


def _form(label: str, value: str) -> bytes:
    typed = dict(zone_rows())[label]
    return odt(lambda text: value if text == typed else escape(text), styles=STYLES, forms=FORMS)


CASES = (
    *(
        Case(f"choice-{name}.odt", partial(_form, "公示结果", value), claims)
        for name, (value, claims) in _RESULTS.items()
    ),
    *(
        Case(f"name-{name}.odt", partial(_form, "联系人", value), (it.field("联系人", NAME),))
        for name, value in _NAMES.items()
    ),
    Case(
        "name-only-struck.odt",
        partial(_form, "联系人", span("Older", NAME)),
        (it.unknown("联系人"),),
        why="somebody was here: not 未填写",
    ),
)
