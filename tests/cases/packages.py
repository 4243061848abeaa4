"""Word files whose packages or labels are made otherwise than Word makes them: whole forms inside
another part, names of parts in other writing, dressed labels.
"""

from __future__ import annotations

from functools import partial

from tests.cases import claims as it
from tests.cases.case import Case
from tests.cases.made import school_form, zone_form
from tests.cases.shown import repacked
from tests.unit.ingest.document.words import W, replaced, with_parts, word

R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_FIELDS = 18
_RELATIONS = "word/_rels/document.xml.rels"
_LABELS = ("联系人", "联系电话", "电子邮箱", "学生人数", "公示开始日期", "学校名称")


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """``data`` with one more member."""
    return with_parts(data, {name: content})


def renamed(pattern: str) -> bytes:
    """附件1, its parts under other names."""

    def change(name: str, content: bytes) -> tuple[str, bytes]:
        if pattern == "upper":
            return name.upper(), content
        return (name.replace("/", "\\") if pattern == "\\" else "/" + name), content

    return repacked(zone_form(), change)


def whole_in_chunk(kind: str, content: bytes) -> bytes:
    """A Word file that holds nothing but another file."""
    relation = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="c" Type="{R}/aFChunk" Target="chunk.{kind}"/></Relationships>'
    main = f'<w:document {W} xmlns:r="{R}"><w:body><w:altChunk r:id="c"/></w:body></w:document>'
    base = replaced(word(), _RELATIONS, relation.encode())
    base = replaced(base, "word/document.xml", main.encode())
    return with_part(base, f"word/chunk.{kind}", content)


def page() -> bytes:
    """附件1 as a web page."""
    rows = {"申报单位": "第三师图木舒克市教育局", "联系人": "麦玉清", "联系电话": "0998-4620033", "电子邮箱": "a@example.cn",
            "所属师市": "第三师图木舒克市", "教育信息化工作职能部门": "电化教育中心", "公示结果": "<input type=checkbox checked>无异议 <input type=checkbox>有异议"}  # fmt: skip
    cells = "".join(f"<tr><td>{label}</td><td>{value}</td></tr>" for label, value in rows.items())
    return (
        f"<html><body><h1>兵团智慧教育示范区申报书</h1><table>{cells}</table></body></html>".encode(
            "gbk"
        )
    )


def mht() -> bytes:
    """The page as Word saves it in one file."""
    head = b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\n"
    kind = b"Content-Type: text/html; charset=gb2312\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    return head + kind + page() + b"\r\n--b--\r\n"


def dressed(before: str) -> bytes:
    """附件2, with something before some of its labels."""

    def change(name: str, content: bytes) -> tuple[str, bytes]:
        if name == "word/document.xml":
            for label in _LABELS:
                old, new = f">{label}</w:t>", f">{before}{label}</w:t>"
                content = content.replace(old.encode(), new.encode())
        return name, content

    return repacked(school_form(), change)


_PAGE = (it.field("联系人", "麦玉清"), it.field("公示结果", "无异议"), it.known_fields(7))
_DRESSED = tuple(it.not_blank(name) for name in ("联系人", "联系电话", "学生人数", "单位名称"))

CASES = (
    Case("names-backslash.docx", partial(renamed, "\\"), (it.known_fields(_FIELDS),)),
    Case("names-absolute.docx", partial(renamed, "/"), (it.known_fields(_FIELDS),)),
    Case("names-upper.docx", partial(renamed, "upper"), (it.known_fields(_FIELDS),)),
    Case(
        "chunk-docx.docx", lambda: whole_in_chunk("docx", zone_form()), (it.known_fields(_FIELDS),)
    ),
    Case("chunk-html.docx", lambda: whole_in_chunk("html", page()), _PAGE),
    Case("chunk-mht.docx", lambda: whole_in_chunk("mht", mht()), _PAGE),
    *(
        Case(
            f"label-{number}.docx", partial(dressed, before), (*_DRESSED, it.known_fields(_FIELDS))
        )
        for number, before in enumerate(("★", "（必填）", "其中：", "Ⅱ.", "1-1", "第一项"))
    ),
)
