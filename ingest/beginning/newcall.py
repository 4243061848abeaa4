"""The folder of a new call out of a few answers: texts that ``check`` accepts, to be gone on with.

Pure. What a call usually asks for stands in it as rules with examples; every text of the notice
that cannot be known is marked 〔…〕 for the office to fill in.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.errors import UsageError
from rules.vocabulary import BEIJING, parse_instant


@dataclass(frozen=True)
class NewCall:
    """What is asked about a new call."""

    title: str
    authority: str
    published: datetime  #: aware
    deadline: datetime  #: aware; the first instant that is too late
    office: str
    telephone: str
    mailbox: str
    tracks: tuple[str, ...]  #: 申报类别, at least one
    units: tuple[str, ...]  #: 报送单位, at least one


def call_files(new: NewCall) -> dict[str, str]:
    """The texts of the folder, by file name."""
    return {
        "call.yaml": _call(new),
        "rules.yaml": _rules(new),
        "examples.yaml": _examples(new),
    }


def start_of(text: str) -> datetime:
    """An instant as an office writes it, ``2027-03-01`` or ``2027-03-01 09:00``, Beijing time.

    Raises:
        UsageError: nobody can tell when that is.
    """
    seconds = parse_instant(f"{text} 00:00") or parse_instant(text)
    if seconds is None:
        raise UsageError(f"看不懂时间“{text}”", "例如 2027-03-31 17:30")
    return datetime.fromtimestamp(seconds, BEIJING)


def end_of(text: str) -> datetime:
    """The same for a deadline: a day alone ends at its 24:00. Raises UsageError."""
    seconds = parse_instant(f"{text} 24:00")
    return start_of(text) if seconds is None else datetime.fromtimestamp(seconds, BEIJING)


def scalar(text: str) -> str:
    """``text`` as one YAML value that can be nothing but text."""
    plain = re.fullmatch(r"[\w\u4e00-\u9fff《》（）“”、。]+", text) and not text[0].isdigit()
    return text if plain and text not in ("是", "否") else json.dumps(text, ensure_ascii=False)


def _instant(instant: datetime, *, end: bool = False) -> str:
    """``2025-03-31 17:30``; midnight at the end of a day is written as that day's 24:00."""
    local = instant.astimezone(BEIJING)
    if end and (local.hour, local.minute) == (0, 0):
        return f"{(local - timedelta(days=1)):%Y-%m-%d} 24:00"
    return f"{local:%Y-%m-%d %H:%M}"


def _codes(tracks: tuple[str, ...]) -> list[str]:
    """A letter for each track, for the codes of its cases."""
    return [chr(ord("A") + number) for number in range(len(tracks))]


def _call(new: NewCall) -> str:
    head = f"""# 征集配置, 由 mailroom call new 写出。对照通知逐项核对; 写法见 docs/tutorial/第二个征集.md。

标题: {scalar(new.title)}
发文单位: {scalar(new.authority)}
发布: {_instant(new.published)}
截止: {_instant(new.deadline, end=True)}          # 按邮件服务器收到时间
认可电子签章: 否

联系:
  办公室: {scalar(new.office)}
  电话: {scalar(new.telephone)}
  邮箱: {scalar(new.mailbox)}

类别:
"""
    tracks = "".join(
        f"  - {{名称: {scalar(name)}, 代码: {code}, 申报书: 附件{2 * number + 1}, 汇总表: 附件{2 * number + 2}}}\n"
        for number, (name, code) in enumerate(zip(new.tracks, _codes(new.tracks), strict=True))
    )
    forms = "\n".join(_forms(name, 2 * number + 1) for number, name in enumerate(new.tracks))
    units = "".join(
        f"  - {{名称: {scalar(unit)}}}          # 可写 简称: [..], 邮箱: [..], 电话: .., 直属: 是\n"
        for unit in new.units
    )
    return f"{head}{tracks}\n表单:          # “标签”照表格里那一格的文字写, 可写几种; 空白表放进 forms/ 后写 空白表: 文件名\n{forms}\n报送单位:\n{units}"


def _forms(track: str, number: int) -> str:
    return f"""  - 编号: 附件{number}
    种类: 申报书
    类别: {scalar(track)}
    标题: [{scalar(track + "申报书")}]
    申报单位字段: 单位名称
    字段:
      - {{名称: 单位名称, 标签: [申报单位, 单位名称]}}
      - {{名称: 所属单位, 标签: [所属单位]}}
      - {{名称: 项目名称, 标签: [项目名称]}}
      - {{名称: 申报内容, 类型: 长文本, 标签: [申报内容, 主要内容]}}
      - {{名称: 联系人, 标签: [联系人]}}
      - {{名称: 联系电话, 类型: 电话, 标签: [联系电话, 电话]}}

  - 编号: 附件{number + 1}
    种类: 汇总表
    类别: {scalar(track)}
    标题: [{scalar(track + "申报汇总表")}, {scalar(track + "汇总表")}]
    申报单位字段: 单位名称
    字段:
      - {{名称: 填报单位, 标签: [填报单位]}}
      - {{名称: 填报日期, 类型: 日期, 标签: [填报日期]}}
    列:
      - {{名称: 单位名称, 标签: [单位名称, 申报单位]}}
      - {{名称: 项目名称, 标签: [项目名称]}}
      - {{名称: 联系电话, 类型: 电话, 标签: [联系电话]}}
"""


_RULES = """
规则:

  - 编号: D01
    名称: 在截止时间前送达
    依据: 〔抄通知里关于截止时间的原文〕
    针对: 来件
    适用: 来件.性质 是 首次
    要求: 来件.收到时间 早于 截止时间
    不满足: 不予受理
    告知: 材料于 {来件.收到时间} 送达，已超过截止时间，按规定不予受理。
    简述: 逾期送达

  - 编号: D02
    名称: 补正材料在截止时间前送达
    依据: 〔抄通知里关于截止时间的原文〕
    针对: 来件
    适用: 来件.性质 是 补正
    要求: 来件.收到时间 早于 截止时间
    不满足: 转人工
    告知: 补正材料于 {来件.收到时间} 送达，已超过截止时间，能否采用将由工作人员核定。
    简述: 补正材料逾期送达

  - 编号: D03
    名称: 收到时间可信
    依据: 〔抄通知里关于截止时间的原文〕
    针对: 来件
    要求: 来件.时间可疑 不是 是
    不满足: 转人工
    告知: 本次来件的送达时间需要工作人员核实，您暂不需要处理。
    简述: 送达时间待核实

  - 编号: S01
    名称: 报送单位可以确认
    依据: 〔抄通知里由谁报送的原文〕
    针对: 来件
    要求: 来件.发件方 属于 报送单位、直属单位、申报单位
    不满足: 转人工
    告知: 暂未能确认报送单位，工作人员将与您联系，您暂不需要重复发送。
    简述: 报送单位未能确认

  - 编号: M01
    名称: 有申报书
    依据: 〔抄通知里报送哪些材料的原文〕
    针对: 来件
    适用: 来件.有未读附件 不是 是
    要求:
      存在: 申报书
    不满足: 退回补正
    告知: 在能够打开的附件中没有找到申报书。请补发申报书的Word版和盖章扫描件。
    简述: 缺申报书

  - 编号: M02
    名称: 有汇总表
    依据: 〔抄通知里报送哪些材料的原文〕
    针对: 来件
    适用: 来件.有未读附件 不是 是
    要求:
      存在: 汇总表
    不满足: 退回补正
    告知: 在能够打开的附件中没有找到汇总表。请补发汇总表的Word版。
    简述: 缺汇总表

  - 编号: W01
    名称: 申报书有Word版
    依据: 〔抄通知里报送哪些材料的原文〕
    针对: 申报书
    要求: 申报书.可编辑 是 是
    不满足: 退回补正
    告知: “{申报书.单位名称}”的申报书缺少Word版，请补发。
    简述: 申报书缺Word版

  - 编号: F01
    名称: 申报书有盖章扫描件
    依据: 〔抄通知里要求盖章的原文〕
    针对: [申报书, 来件]
    适用: 来件.有未读附件 不是 是
    要求:
      存在: 扫描件
      其中: [扫描件.对应 等于 申报书.编号]
    不满足: 退回补正
    告知: “{申报书.单位名称}”的申报书缺少盖章扫描件，请打印盖章后扫描补发。
    简述: 申报书缺盖章扫描件

  - 编号: F02
    名称: 扫描件已盖章
    依据: 〔抄通知里要求盖章的原文〕
    针对: 扫描件
    适用: [扫描件.表单 已读到, 扫描件.表单 是 申报书]
    要求: 扫描件.盖章 是 是
    不满足: 退回补正
    告知: 在“{扫描件.单位名称}”的申报书扫描件上未见公章，请盖章后重新扫描。
    存疑告知: “{扫描件.单位名称}”的申报书扫描件上的印章不够清晰，将由工作人员核对，您暂不需要处理。
    简述: 未见公章

  - 编号: A01
    名称: 附件可以自动打开
    依据: 〔抄通知里报送哪些材料的原文〕
    针对: 来件
    要求: 来件.有未读附件 不是 是
    不满足: 转人工
    告知: 附件中有暂不能自动打开的文件，将由工作人员查看，您暂不需要处理。
    简述: 附件未能自动打开

  - 编号: T01
    名称: 联系人和联系电话已填写
    依据: 〔抄通知里要求如实填写的原文〕
    针对: 申报书
    适用: [申报书.可编辑 已读到, 申报书.可编辑 是 是]
    要求: [申报书.联系人 已填写, 申报书.联系电话 已填写]
    不满足: 退回补正
    告知: “{申报书.单位名称}”的申报书中联系人或联系电话没有填写，请补填后重新报送。
    简述: 联系人、联系电话未填齐
"""


def _rules(new: NewCall) -> str:
    notice = scalar(f"{new.authority}《{new.title}》")
    return (
        "# 审查规则, 由 mailroom call new 写出: 先把〔…〕换成通知原文, 再加本次征集自己的条件。\n"
        "# 写法见 docs/rules/; 改完运行 mailroom rules check 和 mailroom rules test。\n\n"
        f"版本: 1\n通知: {notice}\n截止后: 照常\n{_RULES}"
    )


def _examples(new: NewCall) -> str:
    head = "# 样例: 改规则之后 mailroom rules test 逐条核对; 加一条规则, 就加一个守得住它的案例。\n"
    samples = "\n".join(_sample(track) for track in new.tracks)
    cases = "\n".join(_passing(track) for track in new.tracks) + _CASES.replace(
        "〔类别〕", scalar(new.tracks[0])
    )
    return f"{head}\n样板:\n\n{samples}\n案例:\n\n{cases}"


def _sample(track: str) -> str:
    name = scalar(track)
    return f"""  {name}:
    - {{种类: 来件, 编号: 来件, 字段: {{类别: {name}, 性质: 首次, 发件方: 报送单位, 时间可疑: 否, 有未读附件: 否}}}}
    - {{种类: 申报书, 编号: 申1, 字段: {{类别: {name}, 可编辑: 是, 单位名称: 示例单位, 联系人: 某某, 联系电话: 010-5550111}}}}
    - {{种类: 扫描件, 编号: 扫1, 字段: {{类别: {name}, 表单: 申报书, 对应: 申1, 单位名称: 示例单位, 盖章: 是, 是扫描: 是, 电子签章: 无}}}}
    - {{种类: 汇总表, 编号: 汇总, 字段: {{类别: {name}, 可编辑: 是}}}}
    - {{种类: 汇总行, 编号: 行1, 字段: {{类别: {name}, 单位名称: 示例单位}}}}
"""


def _passing(track: str) -> str:
    return f"""  - 名称: {scalar(f"{track}材料齐全, 截止前最后一秒送达")}
    收到: 截止前1秒
    样板: {scalar(track)}
    期望: {{D01: 满足}}
    裁定: 受理
"""


_CASES = """
  - 名称: 逾期送达
    收到: 截止
    样板: 〔类别〕
    期望: {D01: 不予受理}
    裁定: 不予受理

  - 名称: 补正材料晚到
    收到: 截止后1天 09:00
    样板: 〔类别〕
    改动: {来件.性质: 补正}
    期望: {D02: 转人工}
    裁定: 转人工

  - 名称: 收到时间可疑
    收到: 截止前1天 10:00
    样板: 〔类别〕
    改动: {来件.时间可疑: 是}
    期望: {D03: 转人工}
    裁定: 转人工

  - 名称: 认不出谁发来的
    收到: 截止前1天 10:00
    样板: 〔类别〕
    改动: {来件.发件方: 其他}
    期望: {S01: 转人工}
    裁定: 转人工

  - 名称: 没有申报书
    收到: 截止前1天 10:00
    样板: 〔类别〕
    去掉: [申1, 扫1]
    期望: {M01: 退回补正}
    裁定: 待补正

  - 名称: 没有汇总表
    收到: 截止前1天 10:00
    样板: 〔类别〕
    去掉: [汇总, 行1]
    期望: {M02: 退回补正}
    裁定: 待补正

  - 名称: 申报书只有扫描件
    收到: 截止前1天 10:00
    样板: 〔类别〕
    改动: {申1.可编辑: 否}
    期望: {W01: 退回补正}
    裁定: 待补正

  - 名称: 没有扫描件
    收到: 截止前1天 10:00
    样板: 〔类别〕
    去掉: [扫1]
    期望: {F01: 退回补正}
    裁定: 待补正

  - 名称: 扫描件没盖章
    收到: 截止前1天 10:00
    样板: 〔类别〕
    改动: {扫1.盖章: 否}
    期望: {F02: 退回补正}
    裁定: 待补正

  - 名称: 印章看不清
    收到: 截止前1天 10:00
    样板: 〔类别〕
    改动: {扫1.盖章: 未知}
    期望: {F02: 无法判断}
    裁定: 转人工

  - 名称: 有打不开的附件
    收到: 截止前1天 10:00
    样板: 〔类别〕
    改动: {来件.有未读附件: 是}
    期望: {A01: 转人工}
    裁定: 转人工

  - 名称: 没有填联系人
    收到: 截止前1天 10:00
    样板: 〔类别〕
    改动: {申1.联系人: 空白}
    期望: {T01: 退回补正}
    裁定: 待补正
"""
