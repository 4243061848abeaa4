"""Invented bureaus' clerks, schools and what they write into their forms. The 师市 are those of the call; nobody else is real.

Only values; forms, files and mails are made of them elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Filled: TypeAlias = dict[str, str]


@dataclass(frozen=True)
class Person:
    """Somebody to call back."""

    name: str
    telephone: str
    address: str


@dataclass(frozen=True)
class Bureau:
    """A 师市 bureau of education; ``turn`` chooses among the ways things are put."""

    unit: str
    name: str
    clerk: Person
    head: str
    turn: int = 0


@dataclass(frozen=True)
class School:
    """A school and the bureau above it (None for a school directly under the authority)."""

    name: str
    unit: str
    kind: str
    teachers: int
    students: int
    clerk: Person
    head: str
    focus: str
    turn: int = 0


def _bureau(unit: str, turn: int, head: str, clerk: Person) -> Bureau:
    return Bureau(unit, f"{unit}教育局", clerk, head, turn)


FIRST = _bureau(
    "第一师阿拉尔市", 0, "严守成", Person("付晓岚", "0997-4620011", "ales_jyj@example.cn")
)
SECOND = _bureau(
    "第二师铁门关市", 1, "钟国梁", Person("苗雨欣", "0996-4620022", "tmgs_jyj@example.cn")
)
THIRD = _bureau(
    "第三师图木舒克市", 2, "郑怀远", Person("麦玉清", "0998-4620033", "tmsks_jyj@example.cn")
)
FOURTH = _bureau(
    "第四师可克达拉市", 0, "葛文斌", Person("史丽娟", "0999-4620044", "kkdls_jyj@example.cn")
)
FIFTH = _bureau("第五师双河市", 1, "邢志刚", Person("乔雪梅", "0909-4620055", "shs_jyj@example.cn"))
SIXTH = _bureau(
    "第六师五家渠市", 2, "阎少华", Person("童慧敏", "0994-4620066", "wjqs_jyj@example.cn")
)
SEVENTH = _bureau(
    "第七师胡杨河市", 0, "裴建业", Person("骆春燕", "0992-4620077", "hyhs_jyj@example.cn")
)
EIGHTH = _bureau(
    "第八师石河子市", 1, "龚维新", Person("宁海涛", "0993-4620088", "shzs_jyj@example.cn")
)
NINTH = _bureau("第九师白杨市", 2, "殷德胜", Person("柯婷婷", "0901-4620099", "bys_jyj@example.cn"))
TENTH = _bureau("第十师北屯市", 0, "鲁长河", Person("温静宜", "0906-4620010", "bts_jyj@example.cn"))
ELEVENTH = _bureau("第十一师", 1, "章启明", Person("谷小米", "0991-4620111", "sys_jyj@example.cn"))
TWELFTH = _bureau("第十二师", 2, "尹向东", Person("蓝若晴", "0991-4620112", "ses_jyj@example.cn"))
THIRTEENTH = _bureau(
    "第十三师新星市", 0, "戚光明", Person("伍思源", "0902-4620113", "xxs_jyj@example.cn")
)
FOURTEENTH = _bureau(
    "第十四师昆玉市", 1, "盛世平", Person("项丽华", "0903-4620114", "kys_jyj@example.cn")
)

_TEACHING, _RESOURCES = "技术赋能教育教学", "数字资源创新应用"
_NETWORK, _MANAGEMENT = "新型基础设施建设", "智能化管理与服务"


CHENXI = School(
    "石河子市晨曦小学",
    EIGHTH.unit,
    "小学",
    86,
    1462,
    Person("靳晓棠", "138-0000-8801", "chenxi@example.cn"),
    "舒敏",
    f"{_TEACHING}、{_MANAGEMENT}",
    0,
)
JINSUI = School(
    "石河子市金穗初级中学",
    EIGHTH.unit,
    "初中",
    112,
    1530,
    Person("褚文涛", "138-0000-8802", "jinsui@example.cn"),
    "卓远航",
    _RESOURCES,
    1,
)
QIHANG = School(
    "石河子市启航职业技术学校",
    EIGHTH.unit,
    "中职学校",
    143,
    2210,
    Person("蒙佳怡", "138-0000-8803", "qihang@example.cn"),
    "车立行",
    f"{_NETWORK}、{_TEACHING}",
    2,
)
LANHE = School(
    "双河市兰河小学",
    FIFTH.unit,
    "小学",
    58,
    870,
    Person("单雨桐", "138-0000-5501", "lanhe@example.cn"),
    "池清源",
    _TEACHING,
    1,
)
HONGLIU = School(
    "五家渠市红柳中学",
    SIXTH.unit,
    "完全中学",
    167,
    2318,
    Person("原野", "138-0000-6601", "hongliu@example.cn"),
    "苍宏图",
    f"{_RESOURCES}、{_MANAGEMENT}",
    2,
)
BAIHUA = School(
    "白杨市白桦九年一贯制学校",
    NINTH.unit,
    "九年一贯制学校",
    94,
    1206,
    Person("桂芳菲", "138-0000-9901", "baihua@example.cn"),
    "柏松年",
    _MANAGEMENT,
    0,
)
TALIMU = School(
    "阿拉尔市塔河高级中学",
    FIRST.unit,
    "普通高中",
    188,
    2540,
    Person("冷秋实", "138-0000-1101", "tahe@example.cn"),
    "游学海",
    f"{_NETWORK}、{_TEACHING}",
    1,
)
DIRECT = School(
    "兵团第二中学",
    "兵团直属",
    "完全中学",
    260,
    3980,
    Person("阳春晓", "0991-4620222", "xxzx@example.cn"),
    "闻道",
    f"{_TEACHING}、{_RESOURCES}",
    2,
)

_TEAM = (
    "局机关设专职人员3名，各校配备信息化专管员共46名，实行教研员联系学校制度，每季度集中培训一次。",
    "师市两级共有专职人员5名、兼职骨干62名，组成应用指导组、网络保障组和数据管理组，分片负责。",
    "成立教育信息化服务中心，编制8名；每所学校至少有1名懂技术、会教学的兼职管理员，名单每学年更新。",
)
_NET = (
    "全师建成统一的教育专网，主干带宽万兆，各校接入不低于千兆，无线网络覆盖全部教学区；重要系统完成等级保护备案，每学期组织一次应急演练。",
    "各校光纤到楼、无线到班，统一出口、统一认证；配备防火墙和日志审计设备，建立值班巡查与数据备份制度，近三年未发生网络安全事件。",
    "教育城域网连接所有团场学校，教室多媒体设备完好率达到99%；由专人负责漏洞整改和账号清理，重要时期实行每日零报告。",
)
_PLATFORM = (
    "教师把平台资源用于备课、授课、作业和答疑，学生用于预习和自主学习，教研员依托名师工作室组织网络教研，使用情况按月通报。",
    "围绕课堂教学、课后服务、教师研修、家校协同等场景开展应用，形成优秀案例37个，其中12个在师市推广。",
    "把平台应用写入教学常规，建立种子教师带动机制，团场学校与城区学校同上一堂课，每周不少于两次。",
)
_BASIS = (
    "已建成智慧教室120间、录播教室18间，开通在线教研平台，积累校本资源8600余条，学生综合评价试点进入第二年。",
    "自2021年起开展智慧校园建设，完成校园一卡通、电子班牌和安防联网，数据统一汇聚，教师人人会用、课课常用。",
    "先后承担信息技术与课堂融合课题9项，建立学情分析模型，作业批改和学业诊断实现常态化，减轻了教师负担。",
)
_PLAN = (
    "用两年时间，以应用为主线分三步推进：先打通数据，再做实课堂，最后形成评价与治理的闭环，每一步都有可检验的指标。",
    "坚持小切口、深应用，选准课堂教学这一主阵地，先试点、后推广，建成可复制的经验，并带动薄弱学校共同提高。",
    "以师生发展为中心，统筹硬件、资源、队伍和制度，第一年补齐短板，第二年打造亮点，年底前开展阶段评估。",
)
_BACKING = (
    "成立由主要负责人任组长的领导小组，每年安排专项经费，建立考核与激励制度，保障项目按期完成。",
    "将建设任务列入年度重点工作，经费纳入预算并专款专用，定期督查进度，结果与评优挂钩。",
    "制定实施方案和任务清单，明确责任人与完成时限，设立应用奖励经费，引入专家全过程指导。",
)


def _dates(turn: int) -> Filled:
    start, end = (
        ("2024年8月12日", "2024年8月16日"),
        ("2024年8月9日", "2024年8月15日"),
        ("2024年8月13日", "2024年8月17日"),
    )[turn % 3]
    return {"公示开始": start, "公示结束": end, "公示结果": "无异议"}


def zone(bureau: Bureau, filled_on: str, teachers: str, students: str) -> Filled:
    """What a bureau writes into 附件1. Rates are taken as they are: ``98%`` and ``98.0%`` are different spellings."""
    turn = bureau.turn
    return {
        "单位名称": bureau.name,
        "师市": bureau.unit,
        "联系人": bureau.clerk.name,
        "联系电话": bureau.clerk.telephone,
        "电子邮箱": bureau.clerk.address,
        "职能部门": ("教育信息化科", "网络安全和信息化办公室", "电化教育中心")[turn],
        "工作队伍": _TEAM[turn],
        "教师账号开通率": teachers,
        "学生账号开通率": students,
        "支持边远薄弱团场": "否" if turn == 1 else "是",
        "网络条件": _NET[turn],
        "平台应用": _PLATFORM[turn],
        "建设基础": _BASIS[turn],
        "工作思路": _PLAN[(turn + 1) % 3],
        "保障措施": _BACKING[turn],
        "填报日期": filled_on,
        **_dates(turn),
    }


def school(applicant: School, filled_on: str) -> Filled:
    """What a school writes into 附件2."""
    turn = applicant.turn
    return {
        "单位名称": applicant.name,
        "师市": applicant.unit,
        "学校类型": applicant.kind,
        "教师人数": str(applicant.teachers),
        "学生人数": str(applicant.students),
        "联系人": applicant.clerk.name,
        "联系电话": applicant.clerk.telephone,
        "电子邮箱": applicant.clerk.address,
        "职能部门": ("信息中心", "教务处（信息技术组）", "现代教育技术中心")[turn],
        "核心维度": applicant.focus,
        "网络条件": _NET[(turn + 1) % 3].replace("全师", "学校").replace("各校", "各教学楼"),
        "平台应用": _PLATFORM[turn],
        "建设基础": _BASIS[(turn + 2) % 3],
        "工作思路": _PLAN[turn],
        "保障措施": _BACKING[(turn + 1) % 3],
        "填报日期": filled_on,
        **_dates(turn),
    }
