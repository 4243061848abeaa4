"""Invented requests and digests for the tests of letters, digest and workbook, as plain functions.

The fixtures that hand them out are in conftest.py beside this file.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from notifier.digest import (
    ActionLink,
    CaseLine,
    Counters,
    Crop,
    DigestData,
    Handle,
    HumanTask,
    QuotaLine,
    Silent,
    SystemState,
    Undelivered,
)
from notifier.letters import LetterRequest, ReceivedFile
from notifier.rendering import Templates, template_names
from rules.call import Call
from rules.callfile import load_call
from rules.tasks import TaskKind
from rules.verdict import EntryVerdict, Finding, Outcome, Truth, Verdict, decide_case, decide_entry
from rules.vocabulary import BEIJING

ROOT = Path(__file__).parents[3]
RECEIVED = datetime(2024, 8, 30, 16, 5, 9, tzinfo=BEIJING)
SCHOOLS = ("示例第一中学", "示例第二小学", "示例职业技术学校")

NO_SCAN = (
    "缺少盖章扫描件",
    "五（五）",
    "未收到申报书的盖章扫描件。请将申报书打印、加盖公章后扫描为 PDF，回复本邮件补充。",
)
LOW_RATE = ("开通率", "三（一）4", "申报书填写的教师账号开通率为 97.6%，未达到通知要求的 98%。")
FAINT = ("印章核验", "五（五）", "扫描件上的印章较浅，系统未能自动确认，将由工作人员核验。")
ALL_TICKED = ("维度", "五（一）", "四个核心维度全部勾选，请专家关注是否大而全。")


def finding(words: tuple[str, str, str], outcome: Outcome, subject: str = "申报书1") -> Finding:
    """A finding with these title, clause and text."""
    title, clause, text = words
    truth = Truth.UNDECIDED if outcome is Outcome.REFER else Truth.VIOLATED
    return Finding(
        rule="T01",
        title=title,
        clause=clause,
        outcome=outcome,
        truth=truth,
        text=text,
        subjects=(subject,),
    )


def entry(applicant: str, *findings: Finding) -> EntryVerdict:
    """An entry whose decision follows from its findings, as in production."""
    return EntryVerdict(
        entry=applicant,
        applicant=applicant,
        track="示范校",
        decision=decide_entry(findings),
        findings=findings,
    )


def verdict(*entries: EntryVerdict, findings: tuple[Finding, ...] = ()) -> Verdict:
    """A case of these entries."""
    decision = decide_case(
        [*(item.decision for item in entries), *([decide_entry(findings)] if findings else [])],
    )
    return Verdict(decision=decision, entries=entries, rules_sha256="0" * 64, findings=findings)


def received_file(name: str, role: str = "申报书（可编辑Word）", **more: Any) -> ReceivedFile:
    """A file; its hash is made from its name."""
    digest = f"{zlib.crc32(name.encode('utf-8', 'surrogatepass')):08x}" * 8
    return replace(ReceivedFile(name, role, 251_904, digest, RECEIVED), **more)


FILES = (
    received_file("附件2 兵团智慧教育示范校申报书.docx"),
    received_file("附件2 申报书（盖章）.pdf", "申报书（盖章扫描件）", size=3_355_443),
    received_file("附件4 汇总表.docx", "汇总表（可编辑Word）", size=24_576),
    received_file("附件4 汇总表（盖章）.pdf", "汇总表（盖章扫描件）", size=812_000),
)


def load_first_call() -> Call:
    """The call that is served first."""
    path = ROOT / "config" / "calls" / "smart-education-2024" / "call.yaml"
    return load_call("smart-education-2024", path.read_text("utf-8"))


def load_templates() -> Templates:
    """The templates that are shipped."""
    folder = ROOT / "config" / "templates"
    return Templates({name: (folder / name).read_text("utf-8") for name in template_names()})


RequestMaker = Callable[..., LetterRequest]


def request_maker(call: Call) -> RequestMaker:
    """A function that makes a request; its keywords replace fields."""

    def make(**changes: Any) -> LetterRequest:
        given = changes.get("verdict", verdict(entry(SCHOOLS[0])))
        kind = given.decision.value if given else "received"
        base = LetterRequest(
            kind=kind,
            call=call,
            case_code="X24-0007-K",
            track="示范校",
            submitter="第一师阿拉尔市教育局",
            to_address="jyj@alaer.example",
            to_name="王小明",
            from_address="apply@office.example",
            received=RECEIVED,
            now=RECEIVED + timedelta(minutes=1),
            original_subject="第一师报送示范校申报材料",
            in_reply_to="<20240830.1@alaer.example>",
            references=("<20240829.9@alaer.example>",),
            verdict=given,
            files=FILES,
            serial="X24-0007-K.1",
        )
        return replace(base, **{key: value for key, value in changes.items() if key != "verdict"})

    return make


def png(colour: tuple[int, int, int] = (190, 30, 30), size: int = 24, height: int = 24) -> bytes:
    """A plain picture, ``size`` pixels wide."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(
                ">I",
                len(data),
            )
            + kind
            + data
            + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = (b"\0" + bytes(colour) * size) * height
    header = struct.pack(">IIBBBBB", size, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(
            b"IHDR",
            header,
        )
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def case_line(number: int, **changes: Any) -> CaseLine:
    """A line of a list."""
    base = CaseLine(
        case_code=f"X24-{number:04d}-K", submitter="第一师阿拉尔市教育局", track="示范校", applicant=f"示例第{number}中学",
        received=RECEIVED, decided=RECEIVED + timedelta(minutes=11), telephone="0997-0000001", contact="王小明",
    )  # fmt: skip
    return replace(base, **changes)


HEALTHY = SystemState(
    server_count=57,
    ledger_count=57,
    set_aside=0,
    pending=0,
    queued_letters=0,
    last_poll=RECEIVED + timedelta(minutes=84),
)

DigestMaker = Callable[..., DigestData]


def digest_maker(call: Call) -> DigestMaker:
    """A function that makes a digest's data, rich by default; its keywords replace fields."""

    def make(**changes: Any) -> DigestData:
        task = HumanTask(
            "X24-0007-K", "第一师阿拉尔市教育局", "示范校", SCHOOLS[1], "申报书扫描件上的印章较浅，未能自动确认。", "五（五）", "0997-0000002",
            RECEIVED, (Crop("task1-seal1", png(), "第 6 页印章"),), Handle(12, TaskKind.VERIFY, 1, "X24-0007-K", SCHOOLS[1]),
            (ActionLink("受理", "mailto:apply@office.example?subject=%E5%8A%9E%E7%90%86"),),
            assigned="李经办", address="jyj@example.cn",
        )  # fmt: skip
        base = DigestData(
            now=RECEIVED + timedelta(minutes=85),
            since=RECEIVED - timedelta(hours=22),
            call=call,
            counters=Counters(12, 7, 4, 0, 1),
            needs_human=(task,),
            accepted=tuple(case_line(number) for number in range(20, 24)),
            incomplete=(
                case_line(31, note="缺少申报书盖章扫描件", reminded=RECEIVED),
                case_line(32, note="汇总表未盖章"),
            ),
            rejected=(),
            undelivered=(
                Undelivered(
                    "X24-0031-K",
                    "第二师铁门关市教育局",
                    "incomplete",
                    "jyj@tmg.example",
                    "0996-0000003",
                    "对方邮箱不存在",
                    RECEIVED,
                ),
            ),
            silent=(Silent("示范区", ("第三师图木舒克市", "第九师白杨市")),),
            quotas=(
                QuotaLine("示范区", 6, False, 3),
                QuotaLine("示范校", 20, False, 11),
                QuotaLine("中小学校", 15, True, 9),
            ),
            state=HEALTHY,
        )
        return replace(base, **changes)

    return make
