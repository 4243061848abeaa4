"""What a form itself says in the places to be filled in: prompts, hints, examples, ``（盖章）``, an
empty date. None of it is a value.

Text in, text out; pure. What a value means is ``cells.py``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from rules.shorttexts import once_if_short
from rules.vocabulary import normalise

_WRITE = "填写|填报|填入|填上|输入|录入|键入|选择|选填|说明|概述|描述|介绍|列出|写明|注明|阐述|勾选|补充|粘贴|编辑|选取"
_LINE = re.compile(
    rf"请[^。;]{{0,40}}(?:{_WRITE})[^。;:]{{0,40}}[:。.…]*|(?:须|需|应)(?:填写|注明|写明)[^。;]{{0,24}}[。.…]*"
    rf"|(?:请?(?:单击|双击|点击|点按|轻触|轻点)|在此|此处)[^。]{{0,20}}(?:{_WRITE})[^。]{{0,14}}[。.…]*"
    r"|(?:填写|填入|输入)[^。,;]{1,24}[。.…]*|选择(?:一项|一个|日期|选项|类型|类别)[。.…]*"
    r"|(?:请?(?:限|控制在))?(?:不超过|不少于|约)?\d{2,5}字(?:以内|之内|左右|以上|以下)?(?:填写)?[。.]?"
    r"|[*＊※]?(?:此处|此栏)?(?:必填|选填|待填)项?|此(?:栏|处|项|表)由[^。]{1,14}(?:填写|填报|出具)[。.]?"
    r"|此处请?(?:填写|输入|填报)[^。]{0,40}[。.…]*|(?:不够)?(?:可以?|请)?(?:另附|附)[页纸][。.]?|(?:据实|如实|按实|认真|逐项)(?:填写|填报)[。.]?"
    r"|(?:click|tap)(?:ortap)?(?:here)?to(?:enter|add|select)[a-z]*\.?"
    r"|choosean?(?:item|date)\.?"
)
"""A whole line, normalised, that only says what to write."""
_WORDS = (
    "盖章|公章|签章|签字|签名|手签|不超过|以内|字左右|填写|填报|可另附|另附页|打勾|打√|勾选|必填|选填|"
    "示例|样例|范例|例如|例:|例：|如:|如：|请|单选|多选"
)
_SPACED = "|".join(r"\s*".join(word) for word in _WORDS.split("|"))
_BRACKETED = re.compile(
    rf"[(（【\[〔](?=[^()（）【】〔〕\[\]]*(?:{_SPACED}|说\s*明|限\s*\d))[^()（）【】〔〕\[\]]*[)）】\]〕]"
)
_SEAL = re.compile(r"(?:加盖|盖)(?:单位)?(?:公章|章)(?:处)?[::]?|公章处?[::]?|章处?[::]?")
_EXAMPLE = re.compile(r"(?:示例|例如|例|样例|范例|如)[::].*", re.DOTALL)
_ANYBODY = re.compile(r"[\u3400-\u9fff]{0,12}(?:[x×*○〇]{2,}|某+)[\u3400-\u9fffx×*]{0,12}")
_NOT_OWN = re.compile(
    rf"(?:例如|例|如|示例|样例|范例)[::].*|同(?:上|左|前|右|下)|同(?:申报单位|联系人|单位名称|封面)"
    rf"|详?见(?:[上下左右]|附件|附表|附页|附后|封面|首页|前页|后页|另页)[^,。;]{{0,8}}|(?:待|暂)(?:定|填|补|缺|补充)|〃"
    r"|[(\[【{〔<《«]{1,2}(?:[\u3400-\u9fff]{2,3})?(?:姓名|名称|全称|单位|部门|联系人|电话|手机号?码?|邮箱|日期|手写|手填)[)\]】}〕>》»]{1,2}"
    r"|(?:错误|error)!.*|error:referencesourcenotfound|错误:?未找到引用源?|#(?:ref!|n/a|value!|div/0!|name\?|null!|num!)|n/?a|null|none|nan|undefined|\$\{.*\}|\{\{.*\}\}|«.*»"
    rf"|{_ANYBODY.pattern}"
    rf"|请[^。;:]{{0,12}}(?:{_WRITE})[^。;:]{{0,8}}[::].+",
    re.DOTALL,
)
_EMPTY_SHAPE = re.compile(
    r"(?:19|20)?\d{0,2}年月日?(?:至(?:\d{4})?年月日?)?|%|人|名|个|所|万?元|[/\\|::;,、。.…·\-—–~*]*"
    r"|(?:\(\)|\[\]|\{\}|【】|〔〕|「」|『』|《》|〈〉|<>)+"
)
_QUOTES = re.compile("[\"'“”„‟‘’‚‛″′〝〞＂＇]+")
"""Nothing but quotation marks: an empty pair, or what stands for the cell above."""
_LEFTOVER = re.compile(r"[\u3400-\u9fff]{2,8}(?:\([^()]{0,8}\))?[::]")


_RULE = re.compile("[_＿﹍‗¯]+")
_NUMBER = re.compile(r"(?:\(?(?:\d{1,2}|[一二三四五六七八九十]{1,3})\)?[.、:]?)?")
"""A number before which nothing, or nothing but numbers, was written in several lines."""


@once_if_short
def is_blank(text: str) -> bool:
    """Whether nothing was written: blanks, rules, ``年  月  日``, ``（盖章）``, a prompt."""
    plain = _RULE.sub("", unicodedata.normalize("NFKC", text))
    lines = [normalise(line) for line in plain.split("\n")]
    if len(lines) > 1 and all(map(_NUMBER.fullmatch, lines)):
        return True
    bare = normalise("".join(line for line in lines if _LINE.fullmatch(line) is None))
    bare = _SEAL.sub("", _BRACKETED.sub("", bare))
    return _LINE.fullmatch(bare) is not None or _EMPTY_SHAPE.fullmatch(bare) is not None


_OF_PROMPTS = re.compile(
    r"联系人|姓名|(?:[\u3400-\u9fff]{2})?(?:名称|全称|简称)|单位|部门|电话|手机|号码?|邮箱|邮件|职务|职称|日期|时间|数字|内容|信息|文字|文本|情况"
    r"|真实|准确|完整|规范|如实|一致|公章|[的和及与或等请应须、,，。.()（）]"
)
_ASKED = re.compile(
    rf"(?:{_WRITE})[^\s:：]*[\s:：]+(?P<far>.+)$|(?:姓名|名称|全称)(?P<near>[\u3400-\u9fff]{{2,4}})$"
)
_CODE = re.compile(r"(?<![\w@.+%-])[A-Za-z\d+(]|(?<=[\u3400-\u9fff])[A-Za-z\d]")
_LEAST_LONG = 8  #: characters that make a text of its own behind a prompt


def behind_prompt(text: str) -> str:
    """What somebody typed behind a prompt in its line (``请填写姓名 张三``); "" when the line is
    nothing but the prompt.
    """
    lines = unicodedata.normalize("NFKC", text).split("\n")
    for line in map(str.strip, lines):
        match = _ASKED.search(line) if _LINE.fullmatch(normalise(line)) else None
        far, near = (match["far"] or "", match["near"] or "") if match else ("", "")
        if re.search(_WRITE, far) or _LINE.fullmatch(normalise(far)):
            continue
        if len(_OF_PROMPTS.sub("", normalise(far or near))) > 1:
            return far or near
    return ""


def codes_behind_prompt(text: str) -> Iterator[str]:
    """What a prompt may end in that is no prose: ``请填写98.6%``; nothing where it tells what to
    write, or gives an example.
    """
    plain = unicodedata.normalize("NFKC", text)
    if re.search(r"[如例不须达]|以[上下内]|至少", plain) is None:
        yield from (plain[each.start() :] for each in _CODE.finditer(plain))


def is_long_enough(text: str) -> bool:
    """Whether what stands behind a prompt is a text of its own."""
    return len(normalise(text)) >= _LEAST_LONG


def is_example(text: str) -> bool:
    """Whether it says of itself that it is one: ``张三（示例）``."""
    told = r"\((?:填写|填报|填表)?(?:示例|样例|范例|例)\)"
    return re.search(rf"^{told}|{told}$", normalise(text)) is not None


def is_made_up(text: str) -> bool:
    """Whether a name stands for any: ``××小学（示例）``, ``某某学校``."""
    plain = normalise(text)
    return is_example(text) or _ANYBODY.fullmatch(plain) is not None


def points_elsewhere(text: str) -> bool:
    """Whether it is an example the form gives, a placeholder, or a pointer to another cell: no
    value of this one.
    """
    plain = normalise(text)
    return _NOT_OWN.fullmatch(plain) is not None or _QUOTES.fullmatch(plain) is not None


def points_to_another_paper(text: str) -> bool:
    """Whether a text says nothing but where else it stands: 见附件1, or empty quotation marks."""
    plain = normalise(text)
    pointing = plain.lstrip("详").startswith(("见", "参见"))
    return _QUOTES.fullmatch(plain) is not None or (pointing and points_elsewhere(text))


def without_prompts(text: str, *, long: bool) -> str:
    """``text`` without what the form said in its place: lines that are prompts or examples and,
    but in a long text, hints in brackets.
    """
    if not long:
        text = _BRACKETED.sub(" ", text)
    lines = text.split("\n")
    if len(lines) < 2:
        return text
    kept = [line for line in lines if not _is_prompt(line, long=long)]
    return "\n".join(kept) if any(map(str.strip, kept)) else text


def _is_prompt(line: str, *, long: bool) -> bool:
    bare = normalise(line)
    if _LINE.fullmatch(bare) or (bare and _BRACKETED.fullmatch(bare)):
        return True
    return not long and _EXAMPLE.fullmatch(bare) is not None


def without_leftovers(text: str) -> str:
    """A short value without what a form has printed around it: ``（盖 章）``, ``法人代表：`` with
    nothing behind it, an empty date, rules.
    """
    kept = []
    for line in text.split("\n"):
        words = [word for word in re.split(r"[ \t\u3000]{2,}", line.strip(" \t\u3000_＿")) if word]
        while len(words) > 1 and (is_blank(words[-1]) or _LEFTOVER.fullmatch(normalise(words[-1]))):
            words.pop()
        rest = "  ".join(words)
        if rest and not is_blank(rest) and not _LEFTOVER.fullmatch(normalise(rest)):
            kept.append(rest)
    return "\n".join(kept)
