"""Invented mails for the second call, made from its own configuration: Word forms, stamped scans, a
mail around them. Two of them are what the tutorial's reader tries his own call on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from ingest.calls import default_config, open_call
from rules.vocabulary import BEIJING
from samples.formmail import Cover, form_mail
from samples.plain_forms import plain_form

CALL = "community-grants-2025"
# What a file says of its own making carries no zone.
WRITTEN = datetime(2025, 3, 18, 10, 0)  # noqa: DTZ001
RECEIVED = datetime(2025, 3, 20, 9, 30, tzinfo=BEIJING)


@dataclass(frozen=True)
class Project:
    """What one community applies for."""

    community: str = "荷塘社区"
    consent: str = "86%"
    amount: str = "42000"
    sender: str = "柳湾街道办事处 <liuwan@street.example>"
    signature: str = "柳湾街道办事处"
    identity: str = "<grant-1@street.example>"

    @property
    def filled(self) -> dict[str, str]:
        """The application as filled in; the row of the summary table has the same words."""
        return {
            "社区名称": self.community, "社区": self.community, "所属街道": "柳湾街道", "项目名称": "楼间空地改造",
            "实施地点": "三号楼与五号楼之间", "申请金额": self.amount, "自筹金额": "3000", "居民同意率": self.consent,
            "议事日期": "2025年3月12日", "改造内容": "清理空地，铺设步道，增设座椅。", "管护办法": "居民轮值，物业兜底。",
            "联系人": "赵一", "联系电话": "010-5550111",
        }  # fmt: skip


GOOD = Project()
DOUBTED = replace(
    GOOD, community="梧桐社区", consent="62%", sender="梧桐社区居委会 <wutong@community.example>",
    signature="梧桐社区居委会", identity="<grant-2@community.example>",
)  # fmt: skip
"""Sent by the community itself, and with too little consent."""


def mail_of(project: Project) -> bytes:
    """The mail with application and summary table, each as Word file and as stamped scan."""
    call = open_call(default_config() / "calls", CALL).call
    cover = Cover(
        project.sender,
        call.contact.mailbox,
        f"空间改造项目申报-{project.community}",
        project.identity,
        RECEIVED,
        f"您好，现报送材料，请查收。\n\n{project.signature}",
    )
    head = {"填报街道": "柳湾街道办事处", "填报日期": "2025年3月18日"}
    papers = [
        (
            f"{identifier}-{project.community}",
            plain_form(call, call.form(identifier), filled, [project.filled], stamp),
        )
        for identifier, filled, stamp in (
            ("附表1", project.filled, f"{project.community}居民委员会"),
            ("附表3", head, "柳湾街道办事处"),
        )
    ]
    return form_mail(cover, papers, "赵一", WRITTEN, 70)


def practice_files() -> dict[str, bytes]:
    """Path below ``samples/`` -> mail, of those that come with the program for the tutorial."""
    return {
        f"practice/{number}.eml": mail_of(project)
        for number, project in enumerate((GOOD, DOUBTED), 1)
    }
