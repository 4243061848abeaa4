"""Invented mails for the third call: an application, a budget table and a pledge, each as Word file and
as stamped scan; a pledge with a partner bears two seals.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from ingest.calls import default_config, open_call
from rules.call import Call
from rules.vocabulary import BEIJING
from samples.formmail import Cover, form_mail
from samples.plain_forms import plain_form
from samples.sheet import Cell, Row, Sheet, Table

CALL = "research-projects-2025"
# What a file says of its own making carries no zone.
WRITTEN = datetime(2025, 9, 22, 10, 0)  # noqa: DTZ001
RECEIVED = datetime(
    2025, 9, 24, 9, 30, tzinfo=BEIJING
)  # after the first deadline, before the extended one


@dataclass(frozen=True)
class Project:
    """What one group applies for."""

    title: str = "低温储能材料的衰减与修复"
    born: str = "1991年5月6日"
    partner: str = "东渡理工职业技术学院"
    asked: str = "18"  #: 万元
    items: tuple[int, int, int] = (100_000, 40_000, 40_000)  #: 元
    total: int = 180_000
    seals: tuple[str, ...] = ("青枫科学技术大学", "东渡理工职业技术学院")
    identity: str = "<research-1@qfu.example>"

    @property
    def filled(self) -> dict[str, str]:
        """All three forms as filled in."""
        equipment, material, labour = map(str, self.items)
        return {
            "项目名称": self.title, "依托单位": "青枫科学技术大学", "项目负责人": "麦玉清", "出生日期": self.born,
            "合作单位": self.partner, "申请经费": self.asked, "自筹经费": "20",
            "研究内容": "研究零下三十度环境里储能材料的衰减机理，提出修复办法，在两处场站试用一个冬季。",
            "联系电话": "010-5550211", "设备费": equipment, "材料费": material, "劳务费": labour,
            "合计": str(self.total), "承诺单位": "青枫科学技术大学", "签署日期": "2025年9月20日",
        }  # fmt: skip


GOOD = Project()
DOUBTED = replace(
    GOOD, title="冻土区遥感监测", born="1985年3月2日", total=190_000, seals=("青枫科学技术大学",),
    identity="<research-2@qfu.example>",
)  # fmt: skip
"""Too old, a budget that does not add up, and one seal where two were asked for."""


def sheet_of(call: Call, form: str, project: Project) -> Sheet:
    """One form of the project, stamped; the partner's seal stands in a row of its own."""
    first, *others = project.seals
    sheet = plain_form(call, call.form(form), project.filled, (), first)
    if form != "附表3" or not others:
        return sheet
    words = f"我方参加本项目。\n\n{' ' * 30}（盖章）"
    rows = [
        Row((Cell("合作单位意见", label=True), Cell(words, seal=seal, seal_at=0.6)), 46)
        for seal in others
    ]
    return replace(sheet, blocks=(*sheet.blocks, Table((45.0, 125.0), tuple(rows))))


def mail_of(project: Project, forms: tuple[str, ...] = ("附表1", "附表2", "附表3")) -> bytes:
    """The mail of the university's office with these forms."""
    call = open_call(default_config() / "calls", CALL).call
    cover = Cover(
        "青枫科学技术大学科研处 <keyan@qfu.example>",
        call.contact.mailbox,
        f"青年项目申报-{project.title}",
        project.identity,
        RECEIVED,
        "您好，现报送材料，请查收。\n\n青枫科学技术大学科研处",
    )
    papers = [(f"{form}-{project.title}", sheet_of(call, form, project)) for form in forms]
    return form_mail(cover, papers, "麦玉清", WRITTEN, 170)


def research_files() -> dict[str, bytes]:
    """Path below ``samples/`` -> mail."""
    return {
        f"research/{number}.eml": mail_of(project)
        for number, project in enumerate((GOOD, DOUBTED), 1)
    }
