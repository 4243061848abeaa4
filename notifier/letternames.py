"""What the kinds of letters are called. Names only: whoever lists letters need not be able to write
one.
"""

from __future__ import annotations

from typing import Final

LETTER_NAMES: Final[dict[str, str]] = {
    "accepted": "受理回执",
    "incomplete": "补正通知",
    "rejected": "不予受理通知",
    "referred": "转人工核验回执",
    "received": "收件回执",
    "too_large": "邮件过大通知",
    "passed_on": "转办告知",
    "withdrawing": "撤回申请回执",
    "withdrawn": "撤回通知",
    "outcome": "处理结果",
    "reminder": "补正提醒",
    "call_reminder": "报送提醒",
    "noted": "待核实回执",
    "informed": "来件提示",
}
