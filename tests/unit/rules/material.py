"""What random rule files and cases are written from: calls with every kind of form and every type of
field, what can be counted and computed, and for each type limits and values that lie around them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from rules.call import Call
from rules.callfile import load_call
from rules.errors import Position
from rules.facts import Fact, Value
from rules.namelists import with_names
from rules.rulebook import read_rulebook
from rules.vocabulary import BEIJING, FieldType, Vocabulary
from rules.yaml_text import Mapping, Sequence, Tree, text_at
from tests.unit.rules.writing import CALL

_FIELDS = """
      - {名称: 申请金额, 类型: 金额, 标签: ["申请金额（万元）"]}
      - {名称: 自筹金额, 类型: 金额}
      - {名称: 面积, 类型: 小数}
      - {名称: 用房, 类型: 小数}
      - {名称: 方案, 类型: 长文本}
      - {名称: 出生日期, 类型: 日期}
      - {名称: 邮箱, 类型: 邮箱}
      - {名称: 信用代码, 类型: 信用代码}
      - {名称: 承诺时间, 类型: 时间}
      - {名称: 档号, 类型: 标识}"""
_BUDGET = """
  - 编号: 戊表
    种类: 其他表
    名称: 预算表
    类别: 示范区
    标题: 预算表
    申报单位字段: 单位名称
    字段:
      - {名称: 单位名称}
      - {名称: 合计, 类型: 金额}
      - {名称: 设备费, 类型: 金额}
      - {名称: 签署日期, 类型: 日期}
报送单位:"""
_WIDER = {
    "选项: [基础, 教学, 资源, 管理]}": "选项: [基础, 教学, 资源, 管理]}" + _FIELDS,
    "名称: 联系电话, 类型: 电话}\n  - 编号": "名称: 联系电话, 类型: 电话}\n      - {名称: 申请金额, 类型: 金额}\n  - 编号",
    "\n报送单位:": _BUDGET,
    "名单: {名录: [甲校, 丙校]}": "名单: {名录: [甲校, 丙校], 长名单: {文件: 长名单.txt}}",
}
_DEADLINES = {
    "plain": "",
    "rolled": "时限: {顺延: 是}\n",  # 31 August 2024 is a Saturday
    "extended": "延期: {截止: 2024-09-07 24:00, 依据: 延长的通知}\n",
}
_LISTED = ["乙校", *(f"第{number}中学" for number in range(120))]


def call_text(more: str = "") -> str:
    """``call.yaml`` of a call with everything in it, ``more`` behind it."""
    text = CALL
    for old, new in _WIDER.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return with_names(text + more, [("长名单", _LISTED)])


@cache
def calls() -> tuple[Call, ...]:
    """A call whose deadline stands as written, one whose is moved to a workday, one extended."""
    return tuple(load_call(name, call_text(more)) for name, more in _DEADLINES.items())


PARAMETERS: dict[str, Any] = {
    "线": [{"值": "98%"}, {"自": "2024-09-01", "值": "50%", "依据": "补充通知"}],
    "人数线": 10,
    "金额线": {"值": "50万元", "依据": "五"},
    "起日": "2024-08-30",
}
DERIVED: list[dict[str, Any]] = [
    {"名称": "公示天数", "对象": "申报书", "天数差": {"从": "公示开始", "到": "公示结束"}},
    {"名称": "公示工作日", "对象": "申报书", "工作日差": {"从": "公示开始", "到": "公示结束"}},
    {"名称": "师生比", "对象": "申报书", "比": ["教师人数", "30"]},
    {"名称": "率差", "对象": "申报书", "差": ["教师账号开通率", "学生账号开通率"]},
    {"名称": "年龄", "对象": "申报书", "年数差": {"从": "出生日期", "到": "公示结束"}},
    {"名称": "总额", "对象": "申报书", "和": ["申请金额", "自筹金额", "1万元"]},
    {"名称": "自筹比", "对象": "申报书", "比": ["自筹金额", "总额"]},
    {"名称": "面积差", "对象": "申报书", "差": ["面积", "用房"]},
    {"名称": "设备占比", "对象": "预算表", "比": ["设备费", "合计"]},
    {"名称": "距截止", "对象": "来件", "天数差": {"从": "收到时间", "到": "起日"}},
    {"名称": "占比", "对象": "统计", "比": ["数甲", "数乙"]},
]  # fmt: skip
COUNTED: list[dict[str, Any]] = [
    {"名称": "数甲", "计数": "汇总行", "其中": ["汇总行.类别 是 示范区"]},
    {"名称": "数乙", "计数": "申报书", "其中": ["申报书.单位名称 包含 校", "申报书.公示天数 不少于 0"]},
    {"名称": "附件数", "计数": "附件", "其中": {"任一": ["附件.类型 是 PDF", "附件.名称 包含 校"]}},
    {"名称": "人数和", "求和": "申报书.教师人数", "其中": ["申报书.类别 是 示范区"]},
    {"名称": "金额和", "求和": "汇总行.申请金额"},
    {"名称": "面积和", "求和": "申报书.面积", "其中": ["申报书.年龄 不低于 24"]},
    {"名称": "预算和", "求和": "预算表.合计", "其中": ["预算表.签署日期 介于 2024-08-30 和 起日"]},
    {"名称": "同名数", "计数": "申报书", "按": "单位名称"},
    {"名称": "同名人数", "求和": "申报书.教师人数", "按": "单位名称"},
    {"名称": "同名金额", "求和": "汇总行.申请金额", "按": "单位名称", "对象": "申报书"},
    {"名称": "行数", "计数": "汇总行", "按": "单位名称", "对象": "申报书", "其中": ["汇总行.类别 是 示范区"]},
    {"名称": "已受理", "计数": "台账", "按": "师市", "对象": "申报书", "其中": ["台账.单位名称 属于 名录、长名单"]},
    {"名称": "名下章数", "求和": "扫描件.印章数", "按": "类别", "对象": "预算表"},
]  # fmt: skip
CALENDAR = {"休息": ["2024-08-30"], "上班": ["2024-08-31", "2024-09-01"]}


def tree_of(value: Any) -> Tree:
    """``value`` as if it had been read from YAML, at one place: reading text is what takes the
    time.
    """
    if not isinstance(value, list | dict):
        return text_at(str(value), Position(1, 1))
    tree: Sequence | Mapping
    if isinstance(value, list):
        tree = Sequence(map(tree_of, value))
    else:
        tree = Mapping(
            {text_at(key, Position(1, 1)): tree_of(inner) for key, inner in value.items()},
        )
    tree.position = Position(1, 1)
    return tree


@cache
def vocabulary() -> Vocabulary:
    """Every word of the calls, with all that is counted and computed."""
    head = {"版本": "1", "通知": "试", "参数": PARAMETERS, "派生": DERIVED, "统计": COUNTED}
    found, errors = read_rulebook(tree_of({**head, "规则": []}), calls()[0])
    assert found is not None
    assert [str(error) for error in errors if error.code != "E106"] == []
    return found.vocabulary


def instants(call: Call) -> list[datetime]:
    """A mail's time: long before, and around the deadline and what the parameters change on."""
    second = timedelta(seconds=1)
    turning = datetime(2024, 9, 1, tzinfo=BEIJING)
    return [
        turning - timedelta(days=9),
        *(at + step for at in (turning, call.deadline) for step in (-second, 0 * second, second)),
    ]


_DEADLINE = int(datetime(2024, 9, 1, tzinfo=BEIJING).timestamp())
NAMES: list[Value] = ["甲校", "乙校", "丙 校", "丁校"]
LIMITS: dict[FieldType, list[str]] = {
    FieldType.INTEGER: ["0", "1", "2", "3", "9", "10", "11", "24", "人数线"],
    FieldType.PERCENT: ["1%", "33.3333%", "33.3334%", "50%", "98%", "线"],
    FieldType.DECIMAL: ["0", "0.499999", "0.5", "1200.75", "2400"],
    FieldType.MONEY: ["0元", "0.01元", "12.5万元", "50万元", "500000.01元", "1亿元", "金额线"],
    FieldType.DATE: ["2000-02-29", "2024-08-30", "2024-08-31", "2024年9月1日", "起日"],
    FieldType.INSTANT: ["2024-08-20 09:30", "2024-08-31 23:59", "2024-08-31 24:00", "截止时间"],
    FieldType.YES_NO: ["是", "否"],
}
_TEXTS: dict[FieldType, list[Value]] = {
    FieldType.TEXT: [*NAMES, "第3中学", "关于报送的函", ""],
    FieldType.LONG_TEXT: ["建设方案", "一二三四五六七八九", "AI 应用 2024 年方案", "甲校"],
    FieldType.TELEPHONE: ["0991-8878035", "09918878035", "13999999999"],
    FieldType.EMAIL: ["office@example.com", "school@example.com"],
    FieldType.CREDIT_CODE: ["12650000457601234P", "12650000457601235M"],
    FieldType.ID: ["申0", "申1", "表0"],
}
VALUES: dict[FieldType, list[Value]] = {
    **_TEXTS,
    FieldType.INTEGER: [0, 1, 2, 9, 10, 11],
    FieldType.PERCENT: [0, 10_000, 500_000, 979_999, 980_000, 980_001],
    FieldType.DECIMAL: [0, 499_999, 500_000, 500_001, 1_200_750_000],
    FieldType.MONEY: [0, 1, 12_500_000, 49_999_999, 50_000_000, 50_000_001, 10_000_000_000],
    FieldType.DATE: ["2024-08-30", "2024-08-31", "2024-09-01", "2000-02-29", "2000-09-01"],
    FieldType.INSTANT: [_DEADLINE - 1, _DEADLINE, _DEADLINE + 1, _DEADLINE - 864_000],
    FieldType.YES_NO: [True, False],
}  # fmt: skip


def words_of(kind: FieldType) -> list[str]:
    """What a sentence may hold a text of this type against."""
    return [str(value) for value in _TEXTS[kind] if value]


@cache
def known(value: Value) -> Fact:
    """The fact of this value, made once."""
    return Fact.known(value)


UNKNOWN, BLANK = Fact.unknown(), Fact.blank()
