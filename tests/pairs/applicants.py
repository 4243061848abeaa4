"""Invented applicants of one 师市 that are hard to tell apart: numbered schools, one clerk for several, telephones in a row."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from rules.call import Call, Unit
from samples.applicants import _BACKING as BACKING
from samples.applicants import _BASIS as BASIS
from samples.applicants import _NET as NET
from samples.applicants import _PLAN as PLAN
from samples.applicants import _PLATFORM as PLATFORM
from samples.applicants import _TEAM as TEAM
from samples.applicants import Filled

_ORDINALS = "一二三四五六七八九"
_WORDS = (
    "晨曦",
    "金穗",
    "兰河",
    "红柳",
    "白桦",
    "塔河",
    "启航",
    "育才",
    "胜利",
    "团结",
    "朝阳",
    "天山",
    "绿洲",
    "明珠",
)
_SCHOOLS = {
    "小学": "小学",
    "初级中学": "初中",
    "中学": "完全中学",
    "高级中学": "普通高中",
    "职业技术学校": "中职学校",
    "九年一贯制学校": "九年一贯制学校",
}
_FAMILY = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪"
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华慧建国文斌海燕晓东志远雪梅思雨春兰永红新民玉兰"
)
_DEPARTMENTS = (
    "信息中心",
    "教务处（信息技术组）",
    "现代教育技术中心",
    "电化教育中心",
    "教育信息化科",
    "网络安全和信息化办公室",
    "教科室",
    "总务处信息组",
)
_FOCUS = ("新型基础设施建设", "技术赋能教育教学", "数字资源创新应用", "智能化管理与服务")


def person(chance: random.Random) -> str:
    """An invented name."""
    return chance.choice(_FAMILY) + "".join(chance.sample(_GIVEN, chance.choice((1, 2, 2))))


def _clerk(chance: random.Random, code: str) -> Filled:
    mobile = f"13{chance.randint(0, 9)}-{chance.randint(0, 9999):04d}-{chance.randint(0, 9999):04d}"
    desk = f"{code}-{chance.randint(2000000, 8999999)}"
    address = (
        f"{''.join(chance.sample('abcdefghjkmnpqrstuvwxyz', 5))}{chance.randint(1, 99)}@example.cn"
    )
    return {
        "联系人": person(chance),
        "联系电话": chance.choice((mobile, desk)),
        "电子邮箱": address,
    }


def _texts(chance: random.Random) -> Filled:
    return {
        "工作队伍": chance.choice(TEAM), "网络条件": chance.choice(NET), "平台应用": chance.choice(PLATFORM),
        "建设基础": chance.choice(BASIS), "工作思路": chance.choice(PLAN), "保障措施": chance.choice(BACKING),
    }  # fmt: skip


def _dates(chance: random.Random) -> Filled:
    start = chance.randint(5, 20)
    return {
        "公示开始": f"2024年8月{start}日", "公示结束": f"2024年8月{start + chance.randint(5, 8)}日", "公示结果": "无异议",
        "填报日期": f"2024年8月{chance.randint(21, 30)}日",
    }  # fmt: skip


def rate(chance: random.Random) -> str:
    """A rate as people write it."""
    return chance.choice(
        (
            f"{chance.randint(900, 999) / 10:g}%",
            f"{chance.randint(9000, 9999) / 100:.2f}%",
            "98%",
            "100%",
        )
    )


def _somebody(chance: random.Random, unit: Unit, name: str, kind: str) -> Filled:
    return {
        "单位名称": name,
        "师市": unit.name,
        "学校类型": kind,
        "教师人数": str(chance.randint(25, 280)),
        "学生人数": str(chance.randint(240, 4200)),
        "职能部门": chance.choice(_DEPARTMENTS),
        "核心维度": "、".join(chance.sample(_FOCUS, chance.randint(1, 2))),
        "教师账号开通率": rate(chance),
        "学生账号开通率": rate(chance),
        "支持边远薄弱团场": chance.choice(("是", "否")),
        **_clerk(chance, f"09{chance.randint(1, 9)}{chance.randint(0, 9)}"),
        **_texts(chance),
        **_dates(chance),
    }


def schools(chance: random.Random, call: Call, count: int) -> list[Filled]:
    """Schools of one 师市; each two of them neighbours by name, some with the clerk or the texts of the one before."""
    unit = chance.choice([unit for unit in call.units if not unit.direct])
    place = unit.aliases[-1] if len(unit.aliases[-1]) > 2 else unit.name
    place = place if place.endswith(("市", "师")) else f"{place}市"
    ending = chance.choice(list(_SCHOOLS))
    numbered = chance.random() < 0.6
    stems = chance.sample(
        [f"第{ordinal}" for ordinal in _ORDINALS] if numbered else list(_WORDS), count
    )
    made: list[Filled] = []
    for stem in stems:
        one = _somebody(chance, unit, f"{place}{stem}{ending}", _SCHOOLS[ending])
        if made and chance.random() < 0.35:
            one |= {name: made[-1][name] for name in ("联系人", "联系电话", "电子邮箱", "职能部门")}
        if made and chance.random() < 0.5:
            one |= {
                name: made[-1][name]
                for name in ("公示开始", "公示结束", "填报日期", *_texts(chance))
            }
        made.append(one)
    return made


def bureaus(chance: random.Random, call: Call, count: int) -> list[Filled]:
    """Bureaus of different 师市 whose texts may be alike."""
    units = chance.sample([unit for unit in call.units if not unit.direct], count)
    return [_somebody(chance, unit, unit.bureau, "") | _texts(random.Random(1)) for unit in units]


Change = Callable[[random.Random, str], str]


def _other_digits(chance: random.Random, text: str) -> str:
    """One digit changed, or two neighbours changed places (98.2 and 89.2)."""
    digits = [at for at, char in enumerate(text) if char.isdigit()]
    pairs = [
        at for at in digits if at + 1 in digits and text[at] != text[at + 1] and text[at + 1] != "0"
    ]
    if pairs and chance.random() < 0.5:
        at = chance.choice(pairs)
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    at = chance.choice(digits)
    choices = [digit for digit in "123456789" if digit != text[at]]
    return text[:at] + chance.choice(choices) + text[at + 1 :]


def edited(chance: random.Random, filled: Filled, names: Sequence[str]) -> tuple[Filled, str]:
    """The same with one number of ``names`` changed, and which."""
    name = chance.choice([name for name in names if filled.get(name)])
    if name in ("公示开始", "公示结束", "填报日期"):
        day = int(filled[name].split("月")[1].rstrip("日"))
        return filled | {name: f"2024年8月{(day % 28) + chance.randint(1, 3)}日"}, name
    text = _other_digits(chance, filled[name])
    return filled | {
        name: "97.3%" if name.endswith("率") and float(text.rstrip("%")) > 100 else text
    }, name


def rewritten(chance: random.Random, filled: Filled) -> Filled:
    """An older version: two of the long texts are others."""
    sources = {
        "网络条件": NET,
        "平台应用": PLATFORM,
        "建设基础": BASIS,
        "工作思路": PLAN,
        "保障措施": BACKING,
    }
    names = chance.sample(sorted(sources), 3)
    return filled | {
        name: chance.choice(
            [text for text in sources[name] if text != filled[name]],
        )
        for name in names
    }
