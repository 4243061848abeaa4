"""Rows of a summary table that a careful clerk counts for nobody before asking: a remark says that
the applicant withdrew, or one cell names two.

Pure. Such a row keeps its name for people to see, but it is compared with nothing: neither is its
form asked for, nor does it vouch for one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from rules.call import APPLICANT_NAME, Form
from rules.facts import Fact
from rules.vocabulary import normalise

_MOST = 40  #: characters of a remark; longer texts tell of something else
_APPLYING = "(?:申报|参评|参选|参加|推荐|报送|上报)"
_WITHDRAWN = re.compile(
    "(?<![未没不有])(?:退出|撤回|撤报|撤销|退报|弃报|弃权|放弃|作废|缓报|除名|剔除|(?:已|予以)?删除)"
    f"|(?:已|申请|拟|被)取消|^取消$|取消(?:本次|其|该)?(?:资格|评选|报名|{_APPLYING})|[(（]取消[)）]"
    f"|(?:不再?|暂不|暂缓|不予){_APPLYING}|不报了?$|^暂缓$|(?:改|转)报(?:下|明|其他)|(?:下|明)年(?:度)?再报"
    "|^(?:撤|退|删|废|无效|弃)$"
)
_SEPARATED = re.compile(r"[、,;/]|\d{1,2}[.、]")
_JOINED = re.compile("[和与及]")
_BROKEN = re.compile(r"\s+")
_COUNTED = re.compile(
    "第[一二三四五六七八九十0-9]{1,3}[、,/和与及]第?[一二三四五六七八九十0-9]{1,3}(?!年)"
)
_ASIDE = re.compile(r"\([^()]*\)")
_LEAST_NAME = 4  #: characters of a name beside another one
SEVERAL = "不止一个名称"


def withdrawal(texts: Iterable[str]) -> str:
    """The remark by which somebody withdrew, of all that a row says; "" when there is none."""
    told = (normalise(text) for text in texts)
    return next((text for text in told if len(text) <= _MOST and _WITHDRAWN.search(text)), "")


def names_several(text: str, endings: Collection[str], lines: int) -> bool:
    """Whether the cell for a name holds two. ``endings`` are the last characters of the table's
    names, ``lines`` how many lines the other cells of the row have at most.
    """
    whole = _ASIDE.sub("", text.translate(_PLAIN)).strip()
    if _COUNTED.search(whole) or len(_pieces(_SEPARATED, whole)) > 1:
        return True
    return _are_joined(whole, endings) or _are_broken(whole, lines)


def _are_joined(text: str, endings: Collection[str]) -> bool:
    joined = _pieces(_JOINED, text)
    return len(joined) > 1 and all(piece[-1] in endings for piece in joined)


def _are_broken(text: str, lines: int) -> bool:
    broken = _pieces(_BROKEN, text)
    alike = len({piece[-2:] for piece in broken}) == 1
    return len(broken) > 1 and (alike or len(broken) == lines)


_PLAIN = str.maketrans("（），；／．", "(),;/.")


def _pieces(separator: re.Pattern[str], text: str) -> list[str]:
    """The names between separators; none where one of them is too short for a name."""
    pieces = [piece for each in separator.split(text) if (piece := "".join(each.split()))]
    return pieces if all(len(piece) >= _LEAST_NAME for piece in pieces) else []


def doubted(facts: dict[str, Fact], form: Form, reason: str) -> dict[str, Fact]:
    """``facts`` of a row whose name is shown and never compared, for ``reason``."""
    name = facts.get(form.applicant)
    if not reason or name is None or name.text is None:
        return facts
    said = name.provenance.raw
    raw = said if reason == normalise(said) else f"{said}（{reason}）"
    at = name.provenance.model_copy(update={"raw": raw})
    return {
        **facts,
        **dict.fromkeys((form.applicant, APPLICANT_NAME), Fact.doubtful(name.text, "", at)),
    }
