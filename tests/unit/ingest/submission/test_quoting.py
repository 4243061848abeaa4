"""What of a mail's text is its sender's own."""

from __future__ import annotations

import pytest

from ingest.submission.quoting import own_text

LETTER = """第七师胡杨河市教育局：

    您好！贵单位报送的示范区申报材料已收到。

案卷编号：Q24-0001-S
报送单位：第七师胡杨河市教育局
"""


@pytest.mark.parametrize(
    "quote",
    [
        "------------------ 原始邮件 ------------------",
        "-------- 转发邮件信息 --------",
        "---原始邮件---",
        "---- 回复的原邮件 ----",
        "---- 转发的原邮件 ----",
        "----- 回复的邮件 -----",
        "| 发件人 | 第七师教育局<a@b.cn> |",
        "-----邮件原件-----",
        "-----Original Message-----",
        "---------- Forwarded message ---------",
        "Begin forwarded message:",
        "原始邮件",
        "发件人: 兵团教育局",
        "发件人：骆 <a@example.cn>\n日期：2024年8月20日\n主  题：材料",
        "From: a <a@example.cn>\nSent: Tuesday, August 20, 2024 9:00 AM\nTo: b",
        "________________________________\n发件人: a <a@example.cn>\n发送时间: 2024年8月20日",
        "在 2024-08-20 09:00:00，某某 写道：",
        "在2024年8月20日，上午9:00，某某 <a@example.cn> 写道：",
        "2024年8月20日 上午9:00，某某 <a@example.cn> 写道：",
        "某某 <a@example.cn> 于2024年8月20日周二 09:00写道：",
        'At 2024-08-20 09:00:00, "某某" <a@example.cn> wrote:',
        "On Tue, Aug 20, 2024 at 9:00 AM 某某 <a@example.cn>\nwrote:",
        LETTER,
    ],
)
def test_quoted_text_is_not_the_senders_own(quote: str) -> None:
    """What somebody else wrote says nothing about who writes now."""
    assert own_text(f"你好\n{quote}\n第一师教育局").strip() == "你好"


@pytest.mark.parametrize(
    "text",
    [
        "你好\n> 第一师教育局\n> 材料\n见附件",
        "在 2024-08-20 09:00:00，某某 写道：\n\n> 材料\n\n见附件",
    ],
)
def test_who_answers_below_the_quotation_is_read(text: str) -> None:
    """Old habits of old mail programs."""
    assert "见附件" in own_text(text)
    assert "材料" not in own_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "在本周内写道理由",
        "To: 兵团教育局",
        "________________\n第一师教育局",
        "案卷编号：Q24-0001-S\n补汇总表",
        "主题：补充材料",
        "原始邮件请见附件",
    ],
)
def test_the_senders_own_lines_stay(text: str) -> None:
    """One header line is no quoted mail, a code without our next line no letter of ours."""
    assert own_text(f"{text}\n好") == f"{text}\n好"
