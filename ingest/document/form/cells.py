"""What the text of one cell means:
blank, a placeholder, ticked options, or a value of a field's type.

Pure: text and field in, fact out. Where the cell stands and how it was found is ``fields.py``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from ingest.document.content import INK, STRUCK, for_people, words
from ingest.document.form.choices import beside, choose, is_marked, named, only_options
from ingest.document.form.labels import (
    MAX_LABEL,
    NAME_LABELS,
    OTHER_LABELS,
    is_of_person,
)
from ingest.document.form.lettered import answered_by_name
from ingest.document.form.otherwords import OTHER_WORDS
from ingest.document.form.persons import COLUMNS
from ingest.document.form.prompts import (
    behind_prompt,
    codes_behind_prompt,
    is_blank,
    is_example,
    is_long_enough,
    points_elsewhere,
    points_to_another_paper,
    without_leftovers,
    without_prompts,
)
from ingest.document.form.synonyms import meant
from rules.facts import Fact, Provenance, Value
from rules.labels import REMARK, label_key
from rules.vocabulary import TEXTUAL, Field, FieldType, normalise, parse_value

MAX_VALUE = 20_000  #: characters kept of one value
MAX_RAW = 500  #: characters kept as evidence

#: categories a tick of an unknown font may have: then nobody knows what it says
_SIGNS = {"So", "Sm", "Co", "Cn"}
_LISTS = frozenset({FieldType.CHOICE, FieldType.CHOICES, FieldType.YES_NO})
_CODES = frozenset({FieldType.TELEPHONE, FieldType.EMAIL, FieldType.CREDIT_CODE})
_ANSWERS = {"是": True, "有": True, "否": False, "无": False}


def read_cell(field: Field, said: str, provenance: Provenance) -> Fact:
    """The fact a cell's text, with its signs, states;
    unknown (with the raw text) when it cannot be read as the field's type.
    """
    at = Provenance(
        part=provenance.part,
        place=provenance.place,
        method=provenance.method,
        confidence=provenance.confidence,
        raw=for_people(said).strip()[:MAX_RAW],
    )
    if field.type in _LISTS and is_marked(said, _options(field)):
        return _read_choice(field, said, at)
    long = field.type is FieldType.LONG_TEXT
    text = without_prompts(words(said), long=long)
    if is_blank(text):
        # struck text or a drawing: somebody was here
        return (
            Fact.unknown(at) if INK in said or STRUCK in said else _behind_prompt(field, text, at)
        )
    elsewhere = points_to_another_paper(text) if long else _is_elsewhere(text, said)
    drawn = INK in said and field.type in _LISTS  # a control or shape beside the only option
    value = None if elsewhere or drawn else _read_plain(field, text)
    return Fact.unknown(at) if value is None else Fact.known(value, at)


def _is_elsewhere(text: str, said: str) -> bool:
    return points_elsewhere(text) or is_example(words(said))


def _behind_prompt(field: Field, text: str, at: Provenance) -> Fact:
    """What a cell says that holds a prompt: blank, unless somebody wrote behind it in its line."""
    if field.type in TEXTUAL - _CODES:
        behind = behind_prompt(text)
        long = field.type is FieldType.LONG_TEXT
        filled = is_long_enough(behind) if long else bool(behind)
        return Fact.unknown(at) if filled else Fact.blank(at)
    found = (parse_value(field, each.strip()) for each in codes_behind_prompt(text))
    value = (
        None if field.type in _LISTS else next((each for each in found if each is not None), None)
    )
    return Fact.blank(at) if value is None else Fact.known(value, at)


def may_be_chosen(field: Field, said: str) -> bool:
    """Whether a text is nothing but options of the field and marks for them."""
    text = words(said).strip()
    return bool(text) and only_options(said, _options(field))


def _options(field: Field) -> tuple[str, ...]:
    return tuple(_ANSWERS) if field.type is FieldType.YES_NO else field.options


def _read_choice(field: Field, said: str, at: Provenance) -> Fact:
    """A list to tick: what was chosen, or that nothing was."""
    options = _options(field)
    choice = choose(said, options, several=field.type is FieldType.CHOICES)
    if not choice.sure:
        value = None if INK in said or STRUCK in said else _answered(field, said)
        return Fact.unknown(at) if value is None else Fact.known(value, at)
    if not choice.options:
        return Fact.blank(at)
    if field.type is FieldType.CHOICES:
        return Fact.known(tuple(each for each in options if each in choice.options), at)
    chosen = choice.options[0]
    return Fact.known(_ANSWERS[chosen] if field.type is FieldType.YES_NO else chosen, at)


# --- plain values ---------------------------------------------------------------------------------


_UNSEEN = dict.fromkeys(
    map(
        ord,
        "\u200b\u200c\u2060\ufeff\u00ad\u061c\u200e\u200f"
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    )
)
"""Characters that take no room or tell a direction: web pages and phones leave them in names."""


def _read_plain(field: Field, text: str) -> Value | None:
    raw = text.translate(_UNSEEN).strip().strip("_＿").strip()
    if field.type is not FieldType.LONG_TEXT:
        raw = _WRAPPED.sub(r"\1", raw.lstrip(":： \t\u3000"))
    if field.type in (FieldType.TEXT, FieldType.LONG_TEXT, FieldType.ID):
        raw = _without_label(field, raw)
        if field.type is FieldType.TEXT and _is_only_a_label(field, raw):
            return None
        return _tidy(raw, keep_lines=field.type is FieldType.LONG_TEXT)[:MAX_VALUE] or None
    if field.type in (FieldType.CHOICE, FieldType.CHOICES):
        return _named_options(field, raw)
    if field.type is FieldType.YES_NO:
        answer = re.fullmatch(
            r"(是的?|有|不是|否|没有|无)(?:[,。;(].*)?", normalise(raw), re.DOTALL
        )
        return answer[1] in {"是", "是的", "有"} if answer else _answered(field, raw)
    value = parse_value(field, raw)
    if value is not None:
        return value
    return parse_value(field, _bare(field, unicodedata.normalize("NFKC", raw)))


_WRAPPED = re.compile(
    "\\A(?=[“\"‘'【〔「『])[^\\w\\s]\\s*([^“”\"‘’'【】〔〕「」『』]+?)\\s*[”\"’'】〕」』]\\Z"
)
"""A value set in quotation marks or heavy brackets as a whole."""
_STOP = re.compile(r"[\s。.、,;]+$")
_HOUR = re.compile(
    r"^自|(?:起|止)$|\s*[上下]午$|\s*(?:[上下]午\s*)?\d{1,2}(?:[点时]\d{0,2}分?|:\d\d(?::\d\d)?)$"
)
"""What stands around a day: 自…起, an hour."""


def _bare(field: Field, raw: str) -> str:
    """A value that is no text without a remark behind it, a full stop, around a day its hour."""
    text = _STOP.sub("", REMARK.sub("", _STOP.sub("", raw)))
    return _HOUR.sub("", text) if field.type is FieldType.DATE else text


_HAN = "[\u3400-\u9fff\U00020000-\U0003ffff]"
_PERSON = re.compile(rf"(?!.*[市师县区团镇乡校学园局院部厅处科室馆]$){_HAN}{{2,4}}")
"""Short enough for a person's name, and no part of an organisation's."""


def _tidy(text: str, *, keep_lines: bool) -> str:
    """Without underscores at the ends and the blanks people set between Chinese characters.

    Blanks between several names (``张三 李四``) stay: without them it would be a third name.
    """
    plain = text.strip(" \t\n_＿　")
    if keep_lines:
        return plain
    plain = _ENDING.sub("", _without_numbers(_NUMBERED.sub("", without_leftovers(plain))))
    pieces = plain.split()
    if len(pieces) > 1 and (all(map(_PERSON.fullmatch, pieces)) or pieces[-1] in {"男", "女"}):
        return " ".join(pieces)
    return re.sub(rf"(?<={_HAN})\s+(?={_HAN})", "", " ".join(pieces))


_ENDING = re.compile(
    rf"(?<={_HAN})(?:[。；;，,、.*＊※]+|\s+(?:19|20)\d\d年\d{{1,2}}月\d{{1,2}}日)+$"
)
"""What a name does not end in: a full stop, a mark, the day it was written."""
_NUMBERED = re.compile(rf"^(?:[(（]?\d{{1,2}}[)）.、．]\s*|[★☆※▲△●◆■*＊]+\s*)(?={_HAN}{{2}})")
"""A number or mark that a clerk set before a name."""


_SHORT = frozenset({"单位", "部门"})
_ASKS_HOW_TO_REACH = re.compile(f"{COLUMNS[FieldType.TELEPHONE]}|{COLUMNS[FieldType.EMAIL]}")
_ASKED = OTHER_LABELS | OTHER_WORDS | NAME_LABELS | _SHORT
_LEAST_LABEL = 2  #: characters


def _without_label(field: Field, text: str) -> str:
    """A text before which the field's own label, or its colon, was written once more: ``联系人：麦玉清``."""
    text = text.lstrip(":： \t\u3000")
    label, colon, rest = text.partition("：" if "：" in text else ":")
    own = {label_key(each) for each in (field.name, *field.labels)}
    if (
        colon
        and rest.strip()
        and (label.strip() in _SHORT | NAME_LABELS or _is_label(label_key(label), own))
    ):
        return rest.strip()
    head, *behind = re.split(r"[ \t\u3000]+", text.strip(), maxsplit=1)
    return behind[0] if behind and head in NAME_LABELS else text


def _is_only_a_label(field: Field, text: str) -> bool:
    """Whether a text is what a form asks for and no answer: 联系电话 in the place of a name. In a
    field that asks for no person, 负责人 may be a post.
    """
    own = {label_key(each) for each in (field.name, *field.labels)}
    key = label_key(text) if len(text) <= MAX_LABEL else ""
    if key in own or _ASKS_HOW_TO_REACH.fullmatch(key):
        return True
    return key in _ASKED and (not is_of_person(key) or any(map(is_of_person, own)))


def _is_label(label: str, own: set[str]) -> bool:
    """One of them, or the beginning of one."""
    return len(label) >= _LEAST_LABEL and any(each.startswith(label) for each in own)


_NUMBER_BEHIND = re.compile(
    r"^\s*([\u3400-\u9fff\U00020000-\U0003ffff·•\s]{2,24}?)[\s,，、;；/(（:：]*"
    r"(?:(?:联系|移动|办公|固定)?(?:电话|手机|方式)(?:号码?)?[:：]?\s*)?"
    r"(?:(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}|(?:0\d{2,3}[-—– ]?)?[2-8]\d{6,7}|[\w.+-]{1,64}@[\w.-]{3,64})"
    r"[)）]?\s*$",
    re.ASCII,
)


def _without_numbers(text: str) -> str:
    """A name without the telephone that was written under or behind it."""
    match = _NUMBER_BEHIND.match(unicodedata.normalize("NFKC", text))
    return match[1].strip() if match else text


def _says_more(rest: str) -> bool:
    """Whether what stands beside options denies them, marks them, or is much text of its own."""
    if re.search(r"[不非未没除]", rest) or any(
        unicodedata.category(char) in _SIGNS for char in rest
    ):
        return True
    return len(re.sub(r"[、,，;；。.\d①-⑳和及与:：()（）]", "", rest)) > 6


def _is_part_of_a_word(raw: str, written: Sequence[str]) -> bool:
    """Whether one more character makes an option another word: 中小学."""
    before = "|".join(map(re.escape, written))
    return re.search(rf"(?<!{_HAN})(?![是为属系])({_HAN})(?:{before})", raw) is not None


def _answered(field: Field, text: str) -> Value | None:
    """What an answer names by the letters of the list (``选B``)."""
    found = answered_by_name(words(text), _options(field))
    if field.type is FieldType.CHOICES:
        return tuple(option for option in field.options if option in found) or None
    if len(found) != 1:
        return None
    return _ANSWERS[found[0]] if field.type is FieldType.YES_NO else found[0]


def _named_options(field: Field, raw: str) -> Value | None:
    """Options written out; a word of denial, much other text or the whole list with nothing between
    makes it unreadable rather than guessed.
    """
    if (answered := _answered(field, raw)) is not None:
        return answered
    bare = REMARK.sub("", normalise(raw))
    if (option := meant(bare, field.options)) is not None:
        if set(named(normalise(raw)[len(bare) :], field.options)) - {option}:
            return None  # 九年一贯制（初中部）
        return (option,) if field.type is FieldType.CHOICES else option
    value = parse_value(field, raw)
    written = named(raw, field.options)
    if field.type is FieldType.CHOICES and len(written) == len(field.options) > 1:
        pieces = re.split(r"[、,，;；/]", raw)
        return field.options if len(pieces) >= len(written) else None
    if value is not None:
        return value
    if not written or _says_more(beside(raw, field.options)) or _is_part_of_a_word(raw, written):
        return None
    if field.type is FieldType.CHOICES:
        return tuple(option for option in field.options if option in written)
    return written[0] if len(written) == 1 else None
