"""Stands in for the rules when there are none that can be used: every case goes to staff, none
passes by default.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ingest.judging.judge import SYSTEM_RULE, Judgement
from rules.subjects import Subject
from rules.verdict import Finding, Outcome, Truth


@dataclass(frozen=True)
class ReferEverything:
    """全部转人工: what is in force while no version of the rule files can be used and none has ever been."""

    reason: str  #: why the rules cannot be used, for staff
    rules_sha256: str = ""

    def judge(self, subjects: Sequence[Subject], received: datetime) -> Judgement:
        """One finding about the whole case that refers it to staff."""
        del subjects, received
        finding = Finding(
            rule=SYSTEM_RULE, title="规则文件不可用", clause="", outcome=Outcome.REFER, truth=Truth.UNDECIDED,
            text="材料已收到，将由工作人员审核，贵单位暂不需要处理。", subjects=(), evidence=(self.reason,),
        )  # fmt: skip
        return Judgement((finding,), [], self.rules_sha256, "")

    def close(self) -> None:
        """Nothing to end."""
