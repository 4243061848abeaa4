"""Subjects: what rules speak about - the kinds, the names of their own fields, the states of a
part, and their ids.

One home for these words; everybody else asks for them here. What a case's subjects say is put
together in ``ingest/submission``, what a rule makes of them in ``rules/logic.py``; neither comes
in.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from rules.facts import Fact


class SubjectKind(StrEnum):
    """The kinds of subjects a case has."""

    SUBMISSION = "来件"  #: the case as it was sent in; there is one
    APPLICATION = "申报书"
    SCAN = "扫描件"
    SUMMARY = "汇总表"
    ROW = "汇总行"  #: of the summary table
    PART = "附件"
    ACCEPTED = "台账"  #: an entry that another case of the call was accepted for
    COUNTS = "统计"  #: the one subject that holds the numbers counted by the rule file


class SubjectField(StrEnum):
    """The fields that are the program's own; all others come from the forms of a call."""

    ID = "编号"
    TRACK = "类别"
    RECEIVED = "收到时间"
    NATURE = "性质"
    SENDER = "发件方"
    DOUBTFUL_TIME = "时间可疑"
    UNREAD_PARTS = "有未读附件"
    MISFIT = "错类表单"  #: which form came as that of another track, or 无
    MISFIT_TRACK = "错类类别"  #: ... and of which
    ARRIVED = "收到日期"  #: the day its Word file came in
    TITLE_YEAR = "标题年份"  #: the year in its title, blank when it names none
    EDITABLE = "可编辑"
    BELONGS_TO = "对应"
    FORM = "表单"
    SEALED = "盖章"
    IS_SCAN = "是扫描"
    COMPARABLE = "可比对"
    SAME_CONTENT = "内容一致"
    SAME_NUMBERS = "数字一致"
    ALL_PAGES = "页面完整"
    PAGES_IN_ORDER = "页序正常"
    SEAL_OWNER = "印章单位一致"
    DIGITAL_SEAL = "电子签章"
    SEAL_COUNT = "印章数"  #: how many seals were seen on it
    TOPIC = "主题"  #: of the last mail
    SORT = "类型"  #: what an attachment is by its content
    NAME = "名称"
    STATE = "状态"


NO_MISFIT = "无"
"""来件.错类表单: every form is of its own track."""


class Nature(StrEnum):
    """来件.性质: whether a case is sent in for the first time."""

    FIRST = "首次"
    SUPPLEMENT = "补正"


class PartState(StrEnum):
    """附件.状态: what became of an attachment."""

    RECOGNISED = "已识别"
    IRRELEVANT = "无关"
    UNREADABLE = "打不开"
    ENCRYPTED = "有密码"
    EMPTY = "空文件"
    CLOUD_LINK = "云附件"
    UNRECOGNISED = "未识别"
    OVER_LIMIT = "超出限制"
    OFD = "OFD文件"


class PartSort(StrEnum):
    """附件.类型: what people call a file of its kind."""

    WORD = "Word"
    SHEET = "电子表格"
    PDF = "PDF"
    OFD = "OFD"
    PICTURE = "图片"
    ARCHIVE = "压缩包"
    OTHER = "其他"


class Subject(BaseModel):
    """One thing rules speak about: a form, a scan, a summary row, the submission itself.

    ``kind`` is a word of the vocabulary (:class:`SubjectKind`); ``id`` is unique within a case;
    ``fields`` maps a field name of the vocabulary to a fact. A field that is absent counts as
    unknown.
    """

    model_config = ConfigDict(frozen=True)

    kind: str
    id: str
    fields: dict[str, Fact]

    def fact(self, name: str) -> Fact:
        """The fact called ``name``; unknown when nobody has looked."""
        return self.fields.get(name) or Fact.unknown()


# --- ids ------------------------------------------------------------------------------------------

SUBMISSION_ID = str(SubjectKind.SUBMISSION)
SUMMARY_ID = str(SubjectKind.SUMMARY)
_SCAN = "扫"
SUMMARY_SCAN_ID = f"{_SCAN}汇"


def entry_id(number: int) -> str:
    """The id of the ``number``-th entry (from 1) that sent an 申报书; its 申报书 has the same."""
    return f"申{number}"


def listed_entry_id(number: int) -> str:
    """The id of an entry that only row ``number`` of the summary table names."""
    return f"行{number}"


def scan_id(entry: str) -> str:
    """The id of the scan of an entry's 申报书."""
    return f"{_SCAN}{entry}"


def other_id(entry: str, number: int) -> str:
    """The id of the ``number``-th further form (from 1) of an entry, or ("") of nobody's."""
    return f"另{number}{entry}"


def loose_scan_id(number: int) -> str:
    """The id of the ``number``-th scan (from 1) that could not be placed."""
    return f"散{number}"


def row_id(number: int) -> str:
    """The id of the ``number``-th row (from 1) of the summary table."""
    return f"汇{number}"


def accepted_id(number: int) -> str:
    """The id of the ``number``-th entry (from 1) that another case was accepted for."""
    return f"台{number}"


def part_id(mail: int, path: str) -> str:
    """The id of the attachment at ``path`` of the mail numbered ``mail``."""
    return f"附{mail}-{path}"
