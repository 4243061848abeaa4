"""Lists of names in files beside a call: read, or refused with file, line and a clear limit."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from ingest.calls import read_call_text, read_text
from ingest.errors import ConfigError
from ingest.namelists import with_list_files
from rules.namelists import parted

HEAD = "标题: 试\n名单:\n  试点: "


def names(folder: Path, written: str, file: str, content: str | bytes) -> tuple[str, ...]:
    data = content if isinstance(content, bytes) else content.encode()
    (folder / file).write_bytes(data)
    (folder / "call.yaml").write_text(HEAD + written, "utf-8")
    return parted(read_call_text(folder))[1]["试点"]


def save(path: Path, *rows: tuple[str, ...]) -> None:
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()


def test_a_text_has_one_name_a_line(tmp_path: Path) -> None:
    """Empty lines, comments and doubles are none; Windows's line ends and mark make no difference."""
    text = "\ufeff甲校\r\n\r\n# 第二批\r\n 乙 校 \r\n甲校\r\n"
    assert names(tmp_path, "{文件: 甲.txt}", "甲.txt", text) == ("甲校", "乙 校")


@pytest.mark.parametrize(
    ("written", "expected"),
    [("{文件: 甲.csv, 列: 名称}", ("甲,校", "乙校")), ("{文件: 甲.csv}", ("表", "序号", "1", "2"))],
)
def test_a_table_has_a_column(tmp_path: Path, written: str, expected: tuple[str, ...]) -> None:
    """Below its heading, or the first as it is."""
    table = '表\n序号,名称\n1,"甲,校"\n\n2, 乙校\n'
    assert names(tmp_path, written, "甲.csv", table) == expected


def test_a_workbook_has_a_column(tmp_path: Path) -> None:
    """Of its first sheet."""
    save(tmp_path / "甲.xlsx", ("序号", "名称"), ("1", "甲校"), ("2",), ("3", "乙校"))
    (tmp_path / "call.yaml").write_text(HEAD + "{文件: 甲.xlsx, 列: 名称}", "utf-8")

    assert parted(read_call_text(tmp_path))[1]["试点"] == ("甲校", "乙校")


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("乙.txt", "", "没有名单的文件“甲.txt”"),
        ("甲.txt", "甲校\n".encode("gbk"), "像是 GBK"),
        ("甲.txt", "\n".join(map(str, range(20_001))), "有 20001 个名称, 太长"),
        ("甲.txt", "某某小学\n" * 1_000_000, "有 12 MB, 太长"),
    ],
)
def test_what_cannot_be_used_is_told(
    tmp_path: Path, file: str, content: str | bytes, said: str
) -> None:
    """With the limit, where there is one."""
    with pytest.raises(ConfigError) as caught:
        names(tmp_path, "{文件: 甲.txt}", file, content)
    assert said in str(caught.value)
    if "太长" in said:
        assert "call.yaml:3:12" in str(caught.value)
        assert "最多 20000 个名称" in str(caught.value)


def test_a_column_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="没有“名字”这一列"):
        names(tmp_path, "{文件: 甲.csv, 列: 名字}", "甲.csv", "名称\n甲校\n")


def test_a_workbook_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"读不了“甲\.xlsx”"):
        names(tmp_path, "{文件: 甲.xlsx}", "甲.xlsx", b"PK\x03\x04nothing")


def test_an_empty_workbook_has_no_names(tmp_path: Path) -> None:
    save(tmp_path / "甲.xlsx")
    (tmp_path / "call.yaml").write_text(HEAD + "{文件: 甲.xlsx}", "utf-8")
    assert parted(read_call_text(tmp_path))[1]["试点"] == ()


def test_a_call_without_lists_or_without_shape_is_left_as_it_is(tmp_path: Path) -> None:
    """Who reads it says what is wrong with it."""
    for source in ("标题: 试\n", "名单: {试点: {文件: 甲.txt}\n"):
        assert with_list_files(tmp_path / "call.yaml", source, read_text) == source
