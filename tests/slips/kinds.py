"""The kinds of edits by which people who do not program spoil a call's files, each tried on every
shipped call at the first and the last place where it can be made.

What is said of them is ``tests/slips/trying.py``; no judgement of a message comes in here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple


class Kind(NamedTuple):
    """One kind of edit: a pattern of what is there, and what is written in its place."""

    name: str
    file: str
    pattern: str
    written: str  #: a replacement for ``re``
    hint: str = ""  #: what the message or its hint says, so that it can be mended
    once: bool = False  #: only the first place: another edit of it would be no slip


class Edit(NamedTuple):
    """One edit of one call's file."""

    kind: Kind
    call: str
    source: str
    line: int  #: where the complaint belongs


CALL, RULES = "call.yaml", "rules.yaml"
KINDS = [
    # call.yaml
    Kind("代码写成汉字", CALL, r"代码: [A-Z]", "代码: 示范", "大写英文字母"),
    Kind("代码写成小写", CALL, r"代码: [A-Z]", "代码: q", "写成 Q"),
    Kind("代码是全角", CALL, r"代码: [A-Z]", "代码: Ｑ", "写成 Q"),
    Kind("两个类别一个代码", CALL, r"(代码: )[XL]", r"\1@", "自己的字母"),
    Kind("是的", CALL, r"认可电子签章: 否", "认可电子签章: 是的", "写成 是"),
    Kind("不认可", CALL, r"认可电子签章: 否", "认可电子签章: 不认可", "写成 否"),
    Kind("截止早于发布", CALL, r"截止: 20(\d\d)-", r"截止: 19\1-", "年份"),
    Kind("截止不写时分", CALL, r"(截止: \d{4}-\d\d-\d\d) [^\s,}]+", r"\1", "24:00"),
    Kind("时间用全角冒号", CALL, r"(截止: \S+ \d\d):", r"\1：", "写成 "),
    Kind("时间写年月日", CALL, r"截止: (\d{4})-(\d\d)-(\d\d)", r"截止: \1年\2月\3日", "写成 "),
    Kind("数量写汉字", CALL, r"数量: \d+", "数量: 六", "写成 6"),
    Kind("空白表改了名", CALL, r"(空白表: )(附)", r"\1新\2", "forms/"),
    Kind("标签用全角逗号", CALL, r"(标签: \[[^,\]\n]+), ", r"\1，", "半角逗号"),
    Kind("选项用全角逗号", CALL, r"(选项: \[[^,\]\n]+), ", r"\1，", "半角逗号"),
    Kind("字段重复", CALL, r"(名称: 联系人\b[^\n]*\n(?:[^\n]*\n)?[^\n]*- \{名称: )联系电话(, 类型: 电话)", r"\1联系人\2", "一个名称", once=True),
    Kind("一格给了两个字段", CALL, r"(名称: 联系人, 标签: \[)", r"\1联系电话, ", "一格只能读进一个字段"),
    Kind("程序自己的字段名", CALL, r"(- \{名称: )联系人,", r"\1编号,", "换一个名称"),
    Kind("不认识的类型", CALL, r"类型: 电话", "类型: 手机", "电话"),
    Kind("键写错字", CALL, r"申报单位字段:", "申报单位字断:", "申报单位字段"),
    Kind("冒号后缺空格", CALL, r"\n发文单位: ", "\n发文单位:", "“: ”"),
    Kind("冒号全角", CALL, r"\n发文单位: ", "\n发文单位：", "半角冒号"),
    Kind("标题空着", CALL, r"\n标题: [^\n]+", "\n标题:", "写上标题", once=True),
    Kind("邮箱少了@", CALL, r"(邮箱: \w+)@", r"\1.", "邮箱地址"),
    Kind("表单编号写错", CALL, r"(申报书: )附(\S)", r"\1付\2", "可用"),
    Kind("类别写错字", CALL, r"(\n    类别: )(\S)", r"\1某\2", "可用"),
    Kind("制表符缩进", CALL, r"\n  (办公室:)", "\n\t\\1", "空格"),
    # rules.yaml
    Kind("没读出来就拒收", RULES, r"无法判断: \S+", "无法判断: 不予受理", "转人工"),
    Kind("字段写错字", RULES, r"(- 申报书\.)(\S)(\S+ )", r"\1\2某\3", "是不是"),
    Kind("对象写错字", RULES, r"要求: 来件\.", "要求: 来信.", "来件"),
    Kind("比较词写错", RULES, r" 不低于 ", " 不低与 ", "不低于"),
    Kind("大于等于", RULES, r" 不低于 ", " 大于等于 ", "不低于"),
    Kind("缺百分号", RULES, r"(值: |不低于 |达到 )(\d\d)%", r"\1\2", "%"),
    Kind("写成小数", RULES, r"(值: |不低于 |达到 )\d\d%", r"\g<1>0.98", "98%"),
    Kind("数带单位", RULES, r"( 不少于 | 不超过 )(\d+)\n", r"\1\2万元\n", "0000"),
    Kind("数带逗号", RULES, r"( 不少于 | 不超过 )(\d+)\n", r"\g<1>80,000\n", "80000"),
    Kind("参数写错字", RULES, r"早于 截止时间", "早于 截至时间", "截止时间"),
    Kind("时间用全角冒号(规则)", RULES, r"早于 截止时间", "早于 2024-08-31 24：00", "2024-08-31 24:00"),
    Kind("方括号全角", RULES, r"要求: \[([^\]\n]+)\]", r"要求: ［\1］", "半角"),
    Kind("针对用【】", RULES, r"针对: \[([^\]\n]+)\]", r"针对: 【\1】", "半角"),
    Kind("井号全角", RULES, r"(\n    不满足: \S+)[^\n]*", r"\1 ＃ 说明", "半角"),
    Kind("短横后缺空格", RULES, r"\n  - 编号:", "\n  -编号:", "“- ”"),
    Kind("句子里有制表符", RULES, r"(要求: 来件\.\S+) ", "\\1\t", "空格"),
    Kind("以{开头的文字", RULES, r"\n    告知: [^\n{]*(\{[^}]+\})", r"\n    告知: \1", "引号"),
    Kind("引号没配对", RULES, r"\n    名称: ", '\n    名称: "', "引号"),
    Kind("单引号没配对", RULES, r"\n    告知: ", "\n    告知: '", "引号"),
    Kind("文字里有 #", RULES, r"(\n    告知: [^\n{ ]{5})", r"\1 #", "引号"),
    Kind("停用空着", RULES, r"(\n    不满足: )", r"\n    停用:\1", "原因"),
    Kind("停用: 否", RULES, r"(\n    不满足: )", r"\n    停用: 否\1", "删去"),
    Kind("结论写错", RULES, r"不满足: 退回补正", "不满足: 退回", "退回补正"),
    Kind("拒绝", RULES, r"不满足: 不予受理", "不满足: 拒绝", "不予受理"),
    Kind("缺依据", RULES, r"(\n    名称: [^\n]+)\n    依据: [^\n]+", r"\1", "依据"),
    Kind("编号重复", RULES, r"编号: (D02|M02|W02)", "编号: D01", "只能用一次"),
    Kind("要求写成条件", RULES, r"\n    要求:", "\n    条件:", "要求"),
    Kind("键写两遍", RULES, r"(\n    不满足: [^\n]+)", r"\1\1", "一次"),
    Kind("缩进少一格", RULES, r"\n    针对:", "\n   针对:", "对齐"),
    Kind("多一个右括号", RULES, r"(要求: \[[^\]\n]+\])", r"\1]", "删去"),
    Kind("列表里用全角逗号", RULES, r"(针对: \[\S+), ", r"\1，", "半角"),
    Kind("花括号全角", RULES, r"\{(\w+\.\w+)\}", r"｛\1｝", "半角"),
    Kind("告知里字段写错", RULES, r"\{申报书\.单位名称\}", "{申报书.单位名}", "单位名称"),
    Kind("是 写成 等于", RULES, r" 是 是\n", " 等于 是\n", "“是”"),
]  # fmt: skip


def edits(call: str, texts: dict[str, str], *, most: int = 2) -> Iterator[Edit]:
    """Every kind at its first and last place (``most`` = 1: the first alone)."""
    for kind in KINDS:
        places = [
            match
            for match in re.finditer(kind.pattern, texts[kind.file])
            if "#" not in texts[kind.file][: match.start()].rsplit("\n", 1)[-1]
        ]
        chosen = dict.fromkeys([*places[:1], *([] if kind.once or most == 1 else places[-1:])])
        for place in chosen:
            yield _made(kind, call, texts[kind.file], place)


def _made(kind: Kind, call: str, text: str, place: re.Match[str]) -> Edit:
    written = place.expand(kind.written).replace("@", _first_code(text))
    source = text[: place.start()] + written + text[place.end() :]
    begin = place.start() + (len(written) - len(written.lstrip("\n")))
    line = source[:begin].count("\n") + 1 + written.strip("\n").count("\n")
    if kind.name == "缺依据":
        line = text[: place.start()].rfind("- 编号:")
        line = text[:line].count("\n") + 1
    if kind.name.startswith("停用"):
        line -= 1
    return Edit(kind, call, source, line)


def _first_code(text: str) -> str:
    found = re.search(r"代码: ([A-Z])", text)
    return found[1] if found else "Q"
