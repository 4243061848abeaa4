"""What comes with the program for the tutorial's reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.beginning.practice import write_practice
from ingest.errors import OutputError


def test_the_forms_and_mails_of_the_tutorial_are_written(tmp_path: Path) -> None:
    """Two blank forms where call.yaml looks for them, two mails to try."""
    written = [path.relative_to(tmp_path).as_posix() for path in write_practice(tmp_path)]

    assert written == [
        "calls/weigengxin-2025/forms/附表1 社区微更新空间改造项目申报书.docx",
        "calls/weigengxin-2025/forms/附表3 社区微更新空间改造项目汇总表.docx",
        "试发/1.eml",
        "试发/2.eml",
    ]
    assert all((tmp_path / name).stat().st_size for name in written)


def test_nothing_of_ones_own_is_replaced(tmp_path: Path) -> None:
    """One file in the way, and none is written."""
    (tmp_path / "试发").mkdir()
    (tmp_path / "试发/2.eml").write_text("自己的")

    with pytest.raises(OutputError, match=r"2\.eml 已经存在"):
        write_practice(tmp_path)
    assert (tmp_path / "试发/2.eml").read_text() == "自己的"
    assert not (tmp_path / "calls").exists()
