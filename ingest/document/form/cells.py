"""What the text of one cell means:
blank, a placeholder, ticked options, or a value of a field's type.

Pure: text and field in, fact out. Where the cell stands and how it was found is ``fields.py``.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TypeAlias

from rules.facts import Fact, Provenance, Value
from rules.labels import REMARK
from rules.vocabulary import Field, FieldType, normalise, parse_value

MAX_VALUE = 20_000  #: characters kept of one value
MAX_RAW = 500  #: characters kept as evidence

_TICKED = "☑☒√✓✔■●◉"
_EMPTY = "☐□○◻◯"
#: categories a tick of an unknown font may have: then nobody knows what it says
_MARKS = {"So", "Sm", "Co", "Cn"}
_ANSWERS = {"是": True, "有": True, "否": False, "无": False}

_PROMPT = re.compile(
    r"(?:请?(?:单击|点击|点按|在此)[^,。]{0,12}(?:输入|填写|选择)[^,。]{0,8})[。.]?"
)
_HINT = re.compile(
    r"\([^()]*(?:盖章|公章|签章|签字|签名|不超过|以内|字左右|填写|说明|可另附|打勾|打√|勾选)[^()]*\)|(?:加?盖)?公?章处?[::]?"
)
_NOT_OWN = re.compile(r"(?:例如|例|如|示例|样例|范例)[::].*|同上|同左|同前|[〃″\"]", re.DOTALL)
"""An example the form gives, or a pointer to another cell: no value of this one."""

_EMPTY_SHAPE = re.compile(
    r"(?:19|20)?\d{0,2}年月日?(?:至(?:\d{4})?年月日)?|%|人|名|个|所|万?元|[/\\|::;,、。.…·\-—–~*]*"
)


def is_blank(text: str) -> bool:
    """Whether nothing was written: blanks, underscores, empty boxes, ``年  月  日``, ``（盖章）``, a prompt."""
    bare = re.sub(r"[_＿﹍‗¯]+", "", normalise(text))
    bare = _PROMPT.sub("", _HINT.sub("", bare))
    return _EMPTY_SHAPE.fullmatch(bare) is not None


def read_cell(field: Field, text: str, provenance: Provenance) -> Fact:
    """The fact a cell's text states;
    unknown (with the raw text) when it cannot be read as the field's type.
    """
    at = Provenance(
        part=provenance.part,
        place=provenance.place,
        method=provenance.method,
        confidence=provenance.confidence,
        raw=text.strip()[:MAX_RAW],
    )
    if _is_tick_list(field, text):
        return _read_ticks(field, text, at)
    if is_blank(text):
        return Fact.blank(at)
    elsewhere = field.type is not FieldType.LONG_TEXT and _NOT_OWN.fullmatch(normalise(text))
    value = None if elsewhere else _read_plain(field, text)
    return Fact.unknown(at) if value is None else Fact.known(value, at)


def _is_tick_list(field: Field, text: str) -> bool:
    wants = field.type in (FieldType.CHOICE, FieldType.CHOICES, FieldType.YES_NO)
    return wants and any(mark in _boxes(text) for mark in _TICKED + _EMPTY)


def _boxes(text: str) -> str:
    """``[√]``, ``(x)``, ``[ ]`` written with brackets become single boxes."""
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub(r"[\[(【]\s*[√✓✔xXvV]\s*[\])】]", "☑", plain)
    return re.sub(r"[\[【]\s*[\]】]|\(\s*\)", "☐", plain)


# --- tick lists -----------------------------------------------------------------------------------

_Token: TypeAlias = tuple[str, str]
"""``("mark", "☑")``, ``("option", "初中")``, ``("space", " ")`` or ``("other", "：")``."""


def _tokens(text: str, options: tuple[str, ...]) -> list[_Token]:
    names = {normalise(option): option for option in options}
    matches = _token_pattern(tuple(names)).finditer(_boxes(text))
    found = ((str(match.lastgroup), match[0]) for match in matches)
    known = {"option": names}
    return [(kind, known.get(kind, {}).get(normalise(raw), raw)) for kind, raw in found]


@lru_cache(maxsize=256)
def _token_pattern(keys: tuple[str, ...]) -> re.Pattern[str]:
    spaced = [r"\s*".join(map(re.escape, key)) for key in sorted(keys, key=len, reverse=True)]
    return re.compile(
        rf"(?P<option>{'|'.join(spaced)})|(?P<mark>[{_TICKED}{_EMPTY}])"
        r"|(?P<space>\s+)|(?P<other>.)",
        re.IGNORECASE | re.DOTALL,
    )


def _ticked(tokens: list[_Token]) -> dict[str, bool] | None:
    """Option -> ticked. Marks stand before options unless the first option comes first;
    None when it is ambiguous.
    """
    kinds = [kind for kind, _ in tokens if kind in ("mark", "option")]
    before = kinds[0] == "mark"
    state: dict[str, bool] = {}
    marks: list[str] = []
    previous = ""
    glued = True  # no space yet between the previous option and its marks
    for kind, text in [*tokens, ("option", "")]:
        if kind == "space":
            glued = glued and bool(marks)
        elif kind == "mark":
            marks.append(text if not (before and previous and glued and not marks) else f"{text}<")
        elif kind == "option":
            shared = _shared_out(marks, between=bool(previous)) if before else (marks, [])
            if shared is None:
                return None
            _note(state, previous, shared[0])
            _note(state, text, shared[1])
            marks, previous, glued = [], text, True
    return state


def _shared_out(marks: list[str], *, between: bool) -> tuple[list[str], list[str]] | None:
    """The marks before an option: those of the option before it, and its own.
    None when nobody can tell; ``between`` two options only the last, an empty box, can be shared.
    """
    if between and marks and marks[-1] in _EMPTY:
        if len(marks) > 1 and marks[0].endswith("<"):
            return marks[:-1], marks[-1:]
        if len({mark[0] in _TICKED for mark in marks}) > 1:
            return None
    return [], marks


def _note(state: dict[str, bool], option: str, marks: list[str]) -> None:
    if option:
        state[option] = state.get(option, False) or any(mark[0] in _TICKED for mark in marks)


def _read_ticks(field: Field, text: str, at: Provenance) -> Fact:
    options = tuple(_ANSWERS) if field.type is FieldType.YES_NO else field.options
    tokens = _tokens(text, options)
    state = _ticked(tokens) if any(kind == "option" for kind, _ in tokens) else None
    if state is None:
        return Fact.unknown(at)
    chosen = tuple(option for option in options if state.get(option))
    if not chosen:
        return Fact.blank(at)
    if field.type is FieldType.CHOICES:
        return Fact.known(chosen, at)
    if len(chosen) > 1:
        return Fact.unknown(at)
    return Fact.known(_ANSWERS[chosen[0]] if field.type is FieldType.YES_NO else chosen[0], at)


# --- plain values ---------------------------------------------------------------------------------


def _read_plain(field: Field, text: str) -> Value | None:
    raw = text.strip().strip("_＿").strip()
    if field.type in (FieldType.TEXT, FieldType.LONG_TEXT, FieldType.ID):
        return _tidy(raw, keep_lines=field.type is FieldType.LONG_TEXT)[:MAX_VALUE] or None
    if field.type in (FieldType.CHOICE, FieldType.CHOICES):
        return _named_options(field, raw)
    if field.type is FieldType.YES_NO:
        answer = re.fullmatch(r"(是|有|否|无)(?:[,。;(].*)?", normalise(raw), re.DOTALL)
        return _ANSWERS[answer[1]] if answer else None
    value = parse_value(field, raw)
    if value is not None:
        return value
    return parse_value(field, REMARK.sub("", unicodedata.normalize("NFKC", raw)))


def _tidy(text: str, *, keep_lines: bool) -> str:
    """Without stamp hints, underscores at the ends and the blanks people set
    between Chinese characters.

    Blanks between several names (``张三 李四``) stay: without them it would be a third name.
    """
    plain = re.sub(r"[(（](?:盖章|公章|签章|加盖公章|单位公章|签字)[)）]", "", text).strip(
        " \t\n_＿　"
    )
    if keep_lines:
        return plain
    pieces = plain.split()
    if len(pieces) > 1 and all(re.fullmatch("[\u3400-\u9fff]{2,4}", piece) for piece in pieces):
        return " ".join(pieces)
    return re.sub(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])", "", " ".join(pieces))


def _says_more(rest: str) -> bool:
    """Whether what stands beside options denies them, marks them, or is much text of its own."""
    if re.search(r"[不非未没除]", rest) or any(
        unicodedata.category(char) in _MARKS for char in rest
    ):
        return True
    return len(re.sub(r"[、,，;；。.\d①-⑳和及与:：()（）]", "", rest)) > 6


def _named_options(field: Field, raw: str) -> Value | None:
    """Options written out; a word of denial or much other text makes it
    unreadable rather than guessed.
    """
    value = parse_value(field, raw)
    if value is not None:
        return value
    tokens = _tokens(raw, field.options)
    chosen = {text for kind, text in tokens if kind == "option"}
    rest = "".join(text for kind, text in tokens if kind == "other")
    if not chosen or _says_more(rest):
        return None
    if field.type is FieldType.CHOICES:
        return tuple(option for option in field.options if option in chosen)
    return chosen.pop() if len(chosen) == 1 else None
