"""Which of the call's forms a document is:
by title and labels, by labels alone, or by file name as a last resort.

Pure. A title alone proves nothing, for the notice and covering letters quote titles;
it needs some of the labels too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ingest.document.content import Content
from ingest.document.form.fields import found_labels
from ingest.document.form.heads import heads_of
from rules.call import Call, Form, Role
from rules.vocabulary import normalise

TITLE_SHARE = 0.3  #: of the labels, beside a title (the notice itself has 3 of 18)
LABEL_SHARE = 0.6  #: of the labels, without a title
LABEL_LEAD = 0.15  #: by which the best form must lead the next one
_TITLE_LINES = 40
_OVER = 4  #: lines that a title is broken into


@dataclass(frozen=True)
class Recognition:
    """The form, or None; ``by`` is ``title``, ``labels``, ``file name`` or "";
    ``reason`` says why not, in Chinese.
    """

    form: Form | None
    by: str = ""
    reason: str = ""


def recognise(content: Content, call: Call) -> Recognition:
    """Which form ``content`` is, by what is written in it."""
    shares = {form.id: label_share(content, form) for form in call.forms}
    best = _titled(content, call, shares)
    if best is not None and shares[best.id] >= TITLE_SHARE:
        return Recognition(best, "title")
    ranked = sorted(shares.values(), reverse=True)
    lead = ranked[0] - (ranked[1] if len(ranked) > 1 else 0) if ranked else 0
    if ranked and ranked[0] >= LABEL_SHARE and lead >= LABEL_LEAD:
        return Recognition(call.form(max(shares, key=lambda each: shares[each])), "labels")
    if best is not None:
        return Recognition(None, "", f"标题像“{best.titles[0]}”，但没有找到表中的栏目")
    return Recognition(None, "", "不是本次征集的申报书或汇总表")


def _titled(content: Content, call: Call, shares: dict[str, float]) -> Form | None:
    """The form whose title the document bears, that with most of its labels if there are several;
    the share of one that lies sideways is added to ``shares``.
    """
    opening = _opening_lines(content)
    titles = [(form, title) for form in call.forms for title in form.titles]
    headed = {form.id for form, title in titles if _is_title(opening, title)}
    titled = [form for form in call.forms if form.id in headed]
    best = max(titled, key=lambda form: shares[form.id], default=None)
    if best is not None and not shares[best.id] and len(titled) == 1:
        shares[best.id] = _sideways_share(content, best)
    return best


def label_share(content: Content, form: Form) -> float:
    """The share (0..1) of the form's labels that stand in the document;
    of the columns in one header row for a summary.
    """
    if form.columns:
        heads = (head for table in content.tables for head in heads_of(table, form.columns))
        return max((len(head.columns) for head in heads), default=0) / len(form.columns)
    return len(found_labels(content, form)) / max(1, len(form.fields))


def _sideways_share(content: Content, form: Form) -> float:
    """The share of a summary table's columns that stand in rows of a table lying sideways."""
    turned = (table.turned() for table in content.tables if form.columns)
    heads = (head for table in turned for head in heads_of(table, form.columns))
    return max((len(head.columns) for head in heads), default=0) / max(1, len(form.columns))


def _opening_lines(content: Content) -> list[str]:
    """Normalised lines where a title can stand:
    the first lines of text and the first row of the first tables.
    """
    lines = [piece for line in content.lines[:_TITLE_LINES] for piece in line.text.split("\n")]
    for table in content.tables[:2]:
        lines += [piece for cell in table.cells[:4] for piece in cell.text.split("\n")]
    return [key for line in lines if (key := normalise(line))]


def _is_title(lines: list[str], title: str) -> bool:
    """Whether ``title`` stands alone on one line or over up to four (big titles are
    broken), not inside a sentence.
    """
    if normalise(title) not in "".join(lines):
        return False
    whole = _title_pattern(title)
    starts = (lines[start : start + _OVER] for start in range(len(lines)))
    joined = ("".join(part[:count]) for part in starts for count in range(1, _OVER + 1))
    return any(whole.fullmatch(text) for text in joined if len(text) < 80)


def title_over(lines: Sequence[str], call: Call) -> tuple[int, str] | None:
    """How many of ``lines`` a title takes that begins with the first of them, and whose it is; of
    two titles the longer one.
    """
    keys = [normalise(line) for line in lines[:_OVER]]
    for count in range(1, len(keys) + 1):
        text = "".join(keys[:count])
        titles = ((form, title) for form in call.forms for title in form.titles)
        whole = [(len(title), form.id) for form, title in titles if _is_whole(text, title)]
        if whole and keys[0] and keys[count - 1]:
            return count, max(whole)[1]
    return None


def _is_whole(text: str, title: str) -> bool:
    key = normalise(title)
    return key in text and len(text) < 80 and _title_pattern(title).fullmatch(text) is not None


@lru_cache(maxsize=256)
def _title_pattern(title: str) -> re.Pattern[str]:
    key = re.escape(normalise(title))
    return re.compile(
        rf"(?:附件[0-9一二三四五六七八九十]{{0,2}}[::.、]?)?[^,。;、:“”\"《》()]{{0,16}}{key}(?:\([^()]{{0,12}}\))?"
    )


# --- by file name ---------------------------------------------------------------------------------


def recognise_by_name(name: str, call: Call) -> Recognition:
    """Which form a file name speaks of; nothing when it speaks of several or contradicts itself."""
    key = normalise(name)
    by_id = {
        form.id
        for form in call.forms
        if re.search(rf"{re.escape(normalise(form.id))}(?!\d|[-—~至.]\d)", key)
    }
    titles = [(form, normalise(title)) for form in call.forms for title in form.titles]
    by_title = {form.id for form, title in titles if title in key}
    of_track = (form for form in call.forms if normalise(form.track) in key)
    further = [normalise(form.kind) for form in call.forms if form.role is Role.OTHER]
    by_words = {form.id for form in of_track if _names_kind(key, form, further)}
    said = [ids for ids in (by_id, by_title, by_words) if ids]
    agreed = set.intersection(*said) if said else set()
    if len(agreed) != 1:
        return Recognition(None, "", "扫描件内容看不出是哪张表，文件名也没有写明")
    return Recognition(call.form(agreed.pop()), "file name")


def _names_kind(key: str, form: Form, further: Sequence[str]) -> bool:
    if form.role is Role.OTHER:
        return normalise(form.kind) in key
    if form.role is Role.SUMMARY:
        return "汇总表" in key
    if any(kind in key for kind in further):
        return False
    return "汇总" not in key and ("申报书" in key or "申报表" in key)


_NOT_NAMES = ("申报", "汇总", "通知", "遴选", "征集", "附件", "关于")


def _words_of_forms(call: Call) -> Iterator[str]:
    """What file names say of forms, long titles first; it is no applicant's name."""
    titles = {title for form in call.forms for title in form.titles}
    yield from sorted(titles, key=len, reverse=True)
    for form in call.forms:
        yield form.id
        yield from (f"{noise}{form.track}" for noise in call.words.noise)
        yield form.track
        yield form.kind


def applicant_in_name(name: str, call: Call) -> str:
    """The organisation that a file name clearly contains,
    known by the call's endings of names; else "".
    """
    words = call.words
    if not words.name_endings:
        return ""
    stem = re.sub(r"\.[A-Za-z0-9]{2,5}$", "", name)
    for word in _words_of_forms(call):
        stem = stem.replace(word, " ")
    pieces = re.split(r"[^\u3400-\u9fff\dA-Za-z]+|附件\d*", stem)
    ending = "|".join(map(re.escape, words.name_endings))
    organisation = re.compile(
        rf"[\u3400-\u9fff\d]{{1,24}}(?:{ending})(?:[\u3400-\u9fff]{{1,8}}(?:校区|分校|部))?",
    )
    matches = {match[0] for piece in pieces for match in organisation.finditer(piece)}
    not_names = (*_NOT_NAMES, *words.noise)
    found = {name for name in matches if not any(word in name for word in not_names)}
    return found.pop() if len(found) == 1 else ""
