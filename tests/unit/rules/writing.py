"""A call with fields of every type, and short ways to write times and subjects for the tests of
this directory.
"""

from __future__ import annotations

from datetime import datetime

from rules.facts import Fact, Value
from rules.subjects import Subject
from rules.vocabulary import BEIJING

CALL = """
标题: 试用征集
发文单位: 某教育局
发布: 2024-08-08 10:00
截止: 2024-08-31 24:00
联系: {办公室: 办公室, 电话: 0991-0000000, 邮箱: office@example.com}
类别:
  - {名称: 示范区, 代码: Q, 申报书: 甲表, 汇总表: 乙表}
  - {名称: 示范校, 代码: X, 申报书: 丙表, 汇总表: 丁表}
表单:
  - 编号: 甲表
    种类: 申报书
    类别: 示范区
    标题: 申报书
    申报单位字段: 单位名称
    字段:
      - {名称: 单位名称}
      - {名称: 教师账号开通率, 类型: 百分比}
      - {名称: 学生账号开通率, 类型: 百分比}
      - {名称: 学校类型, 类型: 选项, 选项: [小学, 初中, 中职学校, 幼儿园]}
      - {名称: 教师人数, 类型: 整数}
      - {名称: 联系电话, 类型: 电话}
      - {名称: 职能部门}
      - {名称: 公示结束, 类型: 日期}
      - {名称: 公示开始, 类型: 日期}
      - {名称: 支持团场, 类型: 是否}
      - {名称: 核心维度, 类型: 多选, 选项: [基础, 教学, 资源, 管理]}
  - 编号: 乙表
    种类: 汇总表
    类别: 示范区
    标题: 汇总表
    申报单位字段: 单位名称
    字段: [{名称: 填报单位}]
    列:
      - {名称: 单位名称}
      - {名称: 教师账号开通率, 类型: 百分比}
      - {名称: 联系电话, 类型: 电话}
  - 编号: 丙表
    种类: 申报书
    类别: 示范校
    标题: 示范校申报书
    申报单位字段: 单位名称
    字段: [{名称: 单位名称}, {名称: 师市}]
  - 编号: 丁表
    种类: 汇总表
    类别: 示范校
    标题: 示范校汇总表
    申报单位字段: 单位名称
    字段: [{名称: 填报单位}]
    列: [{名称: 单位名称}]
报送单位: [{名称: 第一师, 部门: 第一师教育局}]
称谓: {报送单位: 师市教育局, 直属单位: 直属学校, 申报单位: 学校, 所属单位字段: 师市}
名单: {名录: [甲校, 丙校]}
"""

HEAD = "版本: 1\n通知: 试用\n"
RULE = """规则:
  - 编号: R1
    名称: 试
    依据: 一
    针对: 申报书
    要求: 申报书.职能部门 已填写
    不满足: 退回补正
    告知: 请补正
"""


def at(text: str) -> datetime:
    """A Beijing wall-clock time."""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def subject(kind: str, identifier: str, **values: Value | Fact | None) -> Subject:
    """A subject whose values are known, None for unreadable, a Fact as it is."""
    facts = {
        name: value
        if isinstance(
            value,
            Fact,
        )
        else Fact.unknown()
        if value is None
        else Fact.known(value)
        for name, value in values.items()
    }
    return Subject(kind=kind, id=identifier, fields=facts)
