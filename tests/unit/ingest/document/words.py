"""Invented Word files for the tests beside this file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from functools import cache

import docx

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MAIN = "word/document.xml"


@cache
def empty_word() -> bytes:
    """A .docx with nothing in it."""
    return word()


def word(lines: Sequence[str] = (), *tables: Sequence[Sequence[str]]) -> bytes:
    """A .docx with paragraphs, then plain tables."""
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    for rows in tables:
        table = document.add_table(len(rows), len(rows[0]))
        for row, texts in zip(table.rows, rows, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
    return saved(document)


def saved(document: docx.document.Document) -> bytes:
    """The bytes of a python-docx document."""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def body(xml: str, base: bytes | None = None) -> bytes:
    """A .docx whose body is ``xml`` (``w:`` prefix bound)."""
    return replaced(base or empty_word(), MAIN, main_of(xml))


def main_of(xml: str) -> bytes:
    """The main part of a .docx with this body."""
    return f'<w:document {W} xmlns:mc="m" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"><w:body>{xml}</w:body></w:document>'.encode()


def replaced(
    data: bytes,
    member: str,
    content: bytes | None,
    **rewritten: tuple[bytes, bytes],
) -> bytes:
    """``data`` with one member replaced (or left out when None) and bytes rewritten in the content
    types.
    """
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(
            out,
            "w",
            zipfile.ZIP_DEFLATED,
        ) as new,
    ):
        for info in old.infolist():
            bytes_ = old.read(info)
            if info.filename == "[Content_Types].xml":
                for before, after in rewritten.values():
                    bytes_ = bytes_.replace(before, after)
            if info.filename != member:
                new.writestr(info.filename, bytes_)
            elif content is not None:
                new.writestr(info.filename, content)
    return out.getvalue()


def cell(text: str, properties: str = "") -> str:
    """One ``w:tc``."""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"


def table(*rows: Sequence[str]) -> str:
    """One ``w:tbl`` of rows of cells."""
    return "<w:tbl>" + "".join(f"<w:tr>{''.join(cells)}</w:tr>" for cells in rows) + "</w:tbl>"


ZONE_TITLE = ("附件1", "兵团智慧教育示范区申报书")
ZONE = (
    ("申报单位", "第一师阿拉尔市教育局", "所属师市", "第一师阿拉尔市"),
    ("联系人", "白 杨", "联系电话", "0997-4620012"),
    ("电子邮箱", "jyj@dys.example.cn", "教育信息化工作职能部门", "信息化中心"),
    ("国家智慧教育平台教师账号开通率", "98.6%", "国家智慧教育平台学生账号开通率", "９８．０％"),
    ("是否带动支持边远薄弱团场学校", "☑是 ☐否", "公示结果", "☑无异议  ☐有异议"),
    ("公示开始日期", "2024年8月12日", "公示结束日期", "   年   月   日"),
)
"""A zone application, filled in but for the last cell."""


def with_parts(data: bytes, parts: Mapping[str, bytes]) -> bytes:
    """``data`` with more members."""
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()
