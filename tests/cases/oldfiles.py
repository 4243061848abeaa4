"""附件1 in rich text whose choices and values are not simply typed, control word by control word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from tests.cases import claims as it
from tests.cases.case import Case, Claim
from tests.cases.written import title, zone_rows


def coded(text: str) -> str:
    """Text as Word writes it outside ASCII."""
    return "".join(
        char if char.isascii() else f"\\u{ord(char) - 0x10000 * (ord(char) > 0x7FFF)}?"
        for char in text
    )


def rich(rows: Sequence[tuple[str, str]], heading: str = "") -> bytes:
    """A table of labels and values; the values are rich text already."""
    lines = "".join(
        rf"\trowd\cellx3000\cellx9000\pard\intbl {coded(label)}\cell {value}\cell\row" + "\n"
        for label, value in rows
    )
    fonts = (
        r"{\fonttbl{\f0\fcharset134 SimSun;}{\f1\fcharset2 Wingdings;}{\f2\fcharset2 Wingdings 2;}}"
    )
    return rf"{{\rtf1\ansi\ansicpg936\uc1{fonts}{{\colortbl;\red255\green255\blue255;}}\pard {coded(heading)}\par {lines}\pard\par}}".encode()


def field(code: str, result: str | None = None) -> str:
    """A field with or without a stored result."""
    shown = "" if result is None else rf"{{\fldrslt {result}}}"
    return rf"{{\field{{\*\fldinst {{ {code}}}}}{shown}}}"


def form_field(code: str, data: str, result: str = "") -> str:
    """An old form field."""
    held = rf"{{\*\fldinst {{{code}}}{{{{\*\formfield{{{data}}}}}}}}}"
    return rf"{{\field{held}{{\fldrslt {result}}}}}"


FIRST, SECOND = coded("无异议"), coded("有异议")
NAME = "麦玉清"
_LIST = rf"{{\*\ffl {FIRST}}}{{\*\ffl {SECOND}}}"
_TICKED = field(rf"eq \\o\\ac({coded('□')},{coded('√')})")


def _form(label: str, value: str) -> bytes:
    rows = [(each, value if each == label else coded(text)) for each, text in zone_rows()]
    return rich(rows, title())


_AGREED = (it.field("公示结果", "无异议"), it.not_blank("公示结果"))
_OBJECTED = (it.field("公示结果", "有异议"), it.not_blank("公示结果"))
_RESULTS: Mapping[str, tuple[str, tuple[Claim, ...]]] = {
    "eq-tick": (f"{_TICKED}{FIRST}  {coded('□')}{SECOND}", _AGREED),
    "eq-tick-second": (f"{coded('□')}{FIRST}  {_TICKED}{SECOND}", _OBJECTED),
    "eq-raised-tick": (
        field(rf"eq \\o\\al({coded('□')},\\s\\up2({coded('√')}))") + f"{FIRST}  {coded('□')}{SECOND}",
        _AGREED,
    ),
    "revised": (
        rf"{{\deleted\revauthdel1 {coded('□')}}}{{\revised {coded('☑')}}}{FIRST}  {coded('□')}{SECOND}",
        _AGREED,
    ),
    "symbol-fields": (
        field(r'SYMBOL 254 \\f "Wingdings"') + FIRST + "  " + field(r'SYMBOL 168 \\f "Wingdings"') + SECOND,
        _AGREED,
    ),
    "drop-down": (form_field("FORMDROPDOWN", rf"\fftype2\ffres1\ffdefres0{_LIST}"), _OBJECTED),
    "tick-box": (
        form_field("FORMCHECKBOX", r"\fftype1\ffres1") + FIRST + "  "
        + form_field("FORMCHECKBOX", r"\fftype1\ffres0") + SECOND,
        _AGREED,
    ),
    "symbol-font": (rf"{{\f2 R}}{FIRST}  {{\f2 \'a3}}{SECOND}", _AGREED),
    "underlined": (rf"{FIRST}   {{\ul {SECOND}}}", _OBJECTED),
    "picture": (rf"{{\pict 00}}{FIRST}  {coded('□')}{SECOND}", (it.not_blank("公示结果"),)),
    "drawn-over": (
        rf"{coded('□')}{FIRST}  {coded('□')}{SECOND}{{\shp{{\*\shpinst{{\sp{{\sn a}}{{\sv 3}}}}}}}}",
        (it.unknown("公示结果"),),
    ),
}  # fmt: skip
_NAMES: Mapping[str, str] = {
    "struck": rf"{{\strike {coded('王小')}}}{coded(NAME)}",
    "hidden": rf"{{\v {coded('示例')}}}{coded(NAME)}",
    "field": field("IF 1 = 1 a b", coded(NAME)),
    "ruby": field(rf"eq \\* jc2 \\o\\ad(\\s\\up 9(mai),{coded('麦')})") + coded("玉清"),
    "white": rf"{{\cf1 {coded('王小')}}}{coded(NAME)}",
    "of-one-point": rf"{{\fs2 {coded('王小')}}}{coded(NAME)}",
    "moved": rf"{{\*\mvfmf}}{{\mvf\deleted {coded('王小')}}}{coded(NAME)}",
    "text-box": rf"{{\shp{{\*\shpinst{{\shptxt \pard\plain {coded(NAME)}\par}}}}}}",
}
VALUES = (*(value for value, _ in _RESULTS.values()), *_NAMES.values())
"""Every value with something that is not simply typed."""

CASES = (
    *(
        Case(f"choice-{name}.rtf", partial(_form, "公示结果", value), claims)
        for name, (value, claims) in _RESULTS.items()
    ),
    *(
        Case(f"name-{name}.rtf", partial(_form, "联系人", value), (it.field("联系人", NAME),))
        for name, value in _NAMES.items()
    ),
)
