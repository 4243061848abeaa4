"""Writes the folder of a new call, whole or not at all, and checks it as the daemon would."""

from __future__ import annotations

import re
from pathlib import Path

from ingest.beginning.newcall import NewCall, call_files
from ingest.calls import open_call, shortened
from ingest.errors import OutputError, UsageError
from ingest.outputs import creating, write_file
from ingest.rulefiles.examination import NOTHING_BEFORE, problems_of
from rules.callfile import check_call


def write_call(folder: Path, new: NewCall) -> dict[str, str]:
    """What is wrong with each part of the call that was written; "" = nothing.

    Raises:
        UsageError: the answers make no call; nothing has been written.
        OutputError: the folder is there already, or cannot be made.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,60}", folder.name):
        raise UsageError(f"编号“{folder.name}”不能用", "用小写字母、数字和横线,如 jiaoyu-2027")
    if folder.exists():
        raise OutputError(f"{folder} 已经存在", "换一个编号,或先移走它")
    texts = call_files(new)
    source = texts["call.yaml"]
    if slips := check_call(folder.name, source):
        told = shortened([slip.format("call.yaml", source) for slip in slips])
        raise UsageError(f"这样写不成征集:\n{told}", "照提示改选项再试;什么也没有写")
    with creating(folder):
        (folder / "forms").mkdir(parents=True)
    for name, text in texts.items():
        write_file(folder / name, text.encode())
    return problems_of(open_call(folder.parent, folder.name), NOTHING_BEFORE)
