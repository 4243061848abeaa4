"""Labels in the text of a form: which there are besides the call's own, and how they are found in
running text. Pure; what stands beside them is ``fields.py`` and ``rows.py``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from ingest.document.content import words
from rules.labels import COLONS, label_key

MAX_LABEL = 40  #: characters; longer cells are values

OTHER_LABELS = frozenset({
    "职务", "职称", "职务/职称", "职务职称", "性别", "年龄", "出生年月", "民族", "学历", "学位", "专业", "政治面貌", "身份证号",
    "身份证号码", "通讯地址", "通信地址", "联系地址", "地址", "单位地址", "邮编", "邮政编码", "传真", "传真号码", "备注", "序号",
    "编号", "姓名", "所在部门", "手机", "手机号码", "办公电话", "座机", "固定电话", "微信", "微信号", "qq", "qq号", "qq号码", "网址",
    "法定代表人", "法人代表", "负责人", "主要负责人", "分管领导", "填表人", "填报人", "审核人", "填表日期", "填报日期", "填报时间",
    "法人", "单位负责人", "主管领导", "经办人", "制表人", "复核人", "审批人", "项目负责人",
    "联系方式", "电话", "日期", "名称", "全称", "工作单位",
})  # fmt: skip
"""What forms also ask for and no call needs:
labels, and never the value of the label before them.
"""

NAME_LABELS = frozenset({"姓名", "名称", "全称", "名字"})
"""What stands over or before a name when the label beside it says whose."""


_PERSONS = re.compile(r"(?:人|人员|者|员|长|领导|法人代表|姓名)$")


def is_of_person(key: str) -> bool:
    """Whether a label asks for a person."""
    return _PERSONS.search(key) is not None


def names(field_keys: Iterable[str], key: str) -> bool:
    """Whether a label such as 姓名 stands for the field with these keys: of a person, or 名称 of
    anything else.
    """
    if key not in NAME_LABELS:
        return False
    person = any(map(is_of_person, field_keys))
    return person == (key in {"姓名", "名字"})


def key_of(text: str) -> str:
    """The key of a text that may be a label; "" when it is too long for one."""
    return label_key(text) if len(text) <= MAX_LABEL else ""


def label_pattern(labels: Iterable[str], *, colon: bool = False) -> re.Pattern[str]:
    """A label in running text: blanks between its characters, an optional remark,
    then a colon, or (unless ``colon`` is asked for) a rule or wide gap.
    """
    keys = sorted(labels, key=lambda key: (-len(key), key))
    names = "|".join(r"[ \t]*".join(map(re.escape, key)) for key in keys)
    gap = "" if colon else r"|(?=[ \t]{2,}|\t|_{2,}|\s*$)"
    return re.compile(
        rf"(?:(?<!\w)|(?<=[项条\d])|(?<=其中))({names})[ \t]*(?:\([^()]{{0,20}}\)[ \t]*)?(?:[::]{gap})",
        re.IGNORECASE,
    )


_SIGNED = frozenset({"签字", "签名", "签章", "盖章", "校长", "书记", "时间"})
OTHERS_IN_TEXT = label_pattern(OTHER_LABELS | _SIGNED, colon=True)
"""One of :data:`OTHER_LABELS`, or where somebody signs, with its colon."""


@lru_cache(maxsize=512)
def plain(text: str) -> tuple[str, Sequence[int]]:
    """``text`` in NFKC and without signs, and for each of its characters (and its end) the place
    in ``text`` it comes from.
    """
    text = text.translate(COLONS)
    whole = unicodedata.normalize("NFKC", words(text))
    if whole == text:
        return text, range(len(text) + 1)
    pieces = [unicodedata.normalize("NFKC", words(character)) for character in text]
    origin = [index for index, piece in enumerate(pieces) for _ in piece]
    return "".join(pieces), [*origin, len(text)]
