"""Random, legal rule files and random cases for them, from a seed: for what must hold whatever an
office writes.
"""

from __future__ import annotations

import random
from typing import Any

from rules.call import Call
from rules.errors import Position
from rules.facts import Fact, Value
from rules.language import Rulebook
from rules.rulebook import read_rulebook
from rules.subjects import Subject
from rules.yaml_text import Mapping, Sequence, Tree, text_at

INSTANTS = ["2024-08-31T23:59:59", "2024-09-01T00:00:00", "2024-09-01T00:00:01"]
NAMES = ["甲校", "乙校", "丙 校", "丁校"]
LEAVES = {
    "申报书": [
        "类别 是 示范区", "类别 不是 示范校", "教师账号开通率 不低于 98%", "教师账号开通率 低于 50%",
        "学生账号开通率 高于 98%", "学生账号开通率 不超过 98%", "单位名称 包含 校", "单位名称 不包含 甲",
        "学校类型 属于 小学、中职学校", "学校类型 不属于 小学、初中", "单位名称 是 甲校", "职能部门 已填写",
        "职能部门 未填写", "职能部门 已读到", "教师账号开通率 未读到", "支持团场 是 是", "支持团场 不是 是", "核心维度 包含 教学", "核心维度 不包含 基础",
        "核心维度项数 不少于 1", "核心维度项数 少于 4", "公示结束 早于 2024-08-31", "公示结束 不早于 2024-08-30",
        "公示结束 不晚于 2024-08-31", "公示结束 晚于 2024-08-31", "教师人数 超过 10",
        "公示天数 不少于 1", "公示天数 少于 0", "师生比 不低于 33.3333%", "师生比 不高于 33.3334%", "率差 高于 1%", "教师账号开通率 不低于 线",
        "教师人数 介于 9 和 10", "公示结束 不介于 2024-08-30 和 2024-08-31", "教师账号开通率 不低于 @.学生账号开通率",
        "公示开始 晚于 @.公示结束", "核心维度项数 低于 @.教师人数", "年龄 不低于 24", "年龄 低于 24",
        "单位名称 属于 名录", "单位名称 不属于 名录、丁校", "同名数 不超过 1", "同名数 不少于 2", "行数 不少于 1", "行数 少于 @.同名数", "同名人数 不超过 19",
    ],
    "扫描件": ["盖章 是 是", "盖章 是 否", "是扫描 不是 是", "单位名称 包含 校", "表单 是 申报书", "单位名称 未填写"],
    "汇总行": ["类别 是 示范区", "类别 不是 示范区", "单位名称 包含 校", "单位名称 不是 乙校", "教师账号开通率 不低于 98%"],
    "统计": ["数甲 不超过 1", "数甲 不少于 1", "数乙 超过 2", "占比 不低于 50%", "占比 低于 33.3333%", "数甲 不超过 @.数乙", "人数和 不超过 20", "人数和 少于 10", "人数和 已填写"],
}  # fmt: skip
VALUES: dict[str, dict[str, list[Value]]] = {
    "申报书": {
        "类别": ["示范区", "示范校"], "单位名称": [*NAMES], "教师账号开通率": [0, 500_000, 979_999, 980_000, 980_001],
        "学生账号开通率": [979_999, 980_000, 980_001], "学校类型": ["小学", "初中", "中职学校", "幼儿园", "大学"],
        "职能部门": ["信息科", ""], "支持团场": [True, False], "核心维度": [(), ("基础",), ("教学", "资源"), ("基础", "教学", "资源", "管理")],
        "公示结束": ["2024-08-30", "2024-08-31", "2024-09-01"], "公示开始": ["2024-08-30", "2024-08-31"], "教师人数": [9, 10, 11], "联系电话": ["0991-8878035", "09918878035", "13999999999"],
    },
    "扫描件": {"单位名称": [*NAMES], "对应": ["申0", "申1", "表"], "盖章": [True, False], "是扫描": [True, False], "表单": ["申报书", "汇总表"]},
    "汇总行": {"单位名称": [*NAMES], "类别": ["示范区", "示范校"], "教师账号开通率": [979_999, 980_000], "联系电话": ["09918878035", "1"]},
}  # fmt: skip
SAME = {
    ("扫描件", "申报书"): ["单位名称 等于 申报书.单位名称"],
    ("申报书", "汇总行"): [
        "教师账号开通率 等于 汇总行.教师账号开通率",
        "联系电话 等于 汇总行.联系电话",
        "类别 等于 汇总行.类别",
    ],
    ("申报书",): ["公示开始 等于 申报书.公示结束", "教师账号开通率 等于 申报书.学生账号开通率"],
}


DECLARED = {
    "版本": "1",
    "通知": "试",
    "参数": {"线": [{"值": "98%"}, {"自": "2024-09-01", "值": "50%"}]},
    "派生": [
        {"名称": "公示天数", "对象": "申报书", "天数差": {"从": "公示开始", "到": "公示结束"}},
        {"名称": "师生比", "对象": "申报书", "比": ["教师人数", "30"]},
        {"名称": "率差", "对象": "申报书", "差": ["教师账号开通率", "学生账号开通率"]},
        {"名称": "年龄", "对象": "申报书", "年数差": {"从": "2000-08-31", "到": "公示结束"}},
        {"名称": "占比", "对象": "统计", "比": ["数甲", "数乙"]},
    ],
    "统计": [
        {"名称": "数甲", "计数": "汇总行", "其中": ["汇总行.类别 是 示范区"]},
        {
            "名称": "数乙",
            "计数": "申报书",
            "其中": ["申报书.单位名称 包含 校", "申报书.公示天数 不少于 0"],
        },
        {"名称": "同名数", "计数": "申报书", "按": "单位名称"},
        {"名称": "人数和", "求和": "申报书.教师人数", "其中": ["申报书.类别 是 示范区"]},
        {
            "名称": "行数",
            "计数": "汇总行",
            "按": "单位名称",
            "对象": "申报书",
            "其中": ["汇总行.类别 是 示范区"],
        },
        {"名称": "同名人数", "求和": "申报书.教师人数", "按": "单位名称"},
    ],
}


def tree_of(value: Any) -> Tree:
    """``value`` as if it had been read from YAML, at one place: reading text is what takes the
    time.
    """
    if isinstance(value, str):
        return text_at(value, Position(1, 1))
    tree: Sequence | Mapping
    if isinstance(value, list):
        tree = Sequence(map(tree_of, value))
    else:
        tree = Mapping(
            {text_at(key, Position(1, 1)): tree_of(inner) for key, inner in value.items()},
        )
    tree.position = Position(1, 1)
    return tree


class Author:
    """Writes random, legal rule files and random cases."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def leaf(self, variable: str, kind: str) -> str:
        return f"{variable}.{self.random.choice(LEAVES[kind])}".replace("@", variable)

    def group(self, kinds: list[str], depth: int) -> Any:
        word = self.random.choice(["全部", "任一", "都不"])
        return {
            word: [
                self.condition(
                    kinds,
                    depth + 1,
                )
                for _ in range(self.random.choice([1, 2, 2, 3]))
            ]
        }

    def existence(self, kinds: list[str], outer: str) -> Any:
        kind = self.random.choice(["申报书", "汇总行", "扫描件"])
        name = f"另一{kind}" if kind in kinds else kind
        where: list[Any] = (
            [f"{name}.单位名称 等于 {outer}.单位名称"] if self.random.random() < 0.8 else []
        )
        if kind == "扫描件" and outer == "申报书" and self.random.random() < 0.5:
            where.append(f"{name}.对应 等于 申报书.编号")
        own: list[Any] = [self.leaf(name, kind) for _ in range(self.random.choice([0, 0, 1, 2]))]
        if self.random.random() < 0.2:
            own = [{self.random.choice(["任一", "都不"]): own or [self.leaf(name, kind)]}]
        return {self.random.choice(["存在", "不存在"]): name, "其中": where + own}

    def condition(self, kinds: list[str], depth: int = 0) -> Any:
        roll = self.random.random()
        outers = [kind for kind in kinds if kind != "统计"]
        if depth < 2 and roll < 0.30:
            return self.group(kinds, depth)
        if depth < 2 and roll < 0.50 and outers:
            return self.existence(kinds, self.random.choice(outers))
        if roll < 0.6 and tuple(kinds) in SAME:
            return f"{kinds[0]}.{self.random.choice(SAME[tuple(kinds)])}"
        kind = self.random.choice(kinds)
        return self.leaf(kind, kind)

    def kinds(self) -> tuple[list[str], list[str]]:
        roll = self.random.random()
        if roll < 0.15:
            return ["扫描件", "申报书"], ["扫描件.对应 等于 申报书.编号"]
        if roll < 0.25:
            return ["申报书", "汇总行"], ["申报书.单位名称 等于 汇总行.单位名称"]
        if roll < 0.3:
            return ["统计"], []
        return [self.random.choice(["申报书", "申报书", "汇总行", "扫描件"])], []

    def rule(self, number: int) -> dict[str, Any]:
        kinds, links = self.kinds()
        rule: dict[str, Any] = {
            "编号": f"R{number}",
            "名称": "试",
            "依据": "一",
            "不满足": "转人工",
            "针对": kinds,
        }
        if links:
            rule["关联"] = links
        if self.random.random() < 0.6:
            kind = self.random.choice(kinds)
            rule["适用"] = [self.leaf(kind, kind)]
        rule["要求"] = [self.condition(kinds) for _ in range(self.random.choice([1, 1, 2]))]
        if self.random.random() < 0.3:
            rule["生效"] = {self.random.choice(["自", "至"]): "截止时间"}
        return rule

    def rulebook(self, call: Call) -> Rulebook:
        """A legal one; rules the language refuses are left out, as an administrator would."""
        rules = [self.rule(number) for number in range(self.random.randint(1, 8))]
        rulebook, errors = read_rulebook(tree_of({**DECLARED, "规则": rules}), call)
        assert {error.code for error in errors} <= {"E108", "E109"}
        if rulebook is None or not rulebook.rules:
            plain = {
                **rules[0],
                "要求": ["扫描件.盖章 是 是"],
                "针对": "扫描件",
                "关联": [],
                "适用": [],
            }
            rulebook, errors = read_rulebook(tree_of({**DECLARED, "规则": [plain]}), call)
        assert rulebook is not None
        return rulebook

    def fact(self, values: list[Value]) -> Fact:
        roll = self.random.random()
        return (
            Fact.unknown()
            if roll < 0.15
            else Fact.blank()
            if roll < 0.25
            else Fact.known(
                self.random.choice(values),
            )
        )

    def case(self) -> list[Subject]:
        subjects = [
            Subject(
                kind=kind,
                id=f"{kind[0]}{i}",
                fields={name: self.fact(values) for name, values in VALUES[kind].items()},
            )
            for kind, most in (("申报书", 3), ("扫描件", 3), ("汇总行", 4))
            for i in range(self.random.randint(0, most))
        ]
        self.random.shuffle(subjects)
        return subjects
