"""Word files whose choices and values are not simply typed: forms as Word, WPS, other programs and
clerks leave them.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from functools import partial

from tests.cases import claims as it
from tests.cases.case import Case, Claim
from tests.cases.made import zone_form

RESULT, ANSWER, NAME = "☑无异议    ☐有异议", "☑是    ☐否", "麦玉清"
_RUN = r"<w:r>(?:<w:rPr>(?:(?!</w:rPr>).)*</w:rPr>)?<w:t[^>]*>{}</w:t></w:r>"
_MAIN = "word/document.xml"


def repacked(data: bytes, change: Callable[[str, bytes], tuple[str, bytes]]) -> bytes:
    """A package with every member changed, name and bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            new.writestr(*change(info.filename, old.read(info)))
    return out.getvalue()


def swapped(text: str, xml: str, styles: str = "") -> bytes:
    """附件1, the run that says ``text`` replaced by ``xml``."""

    def change(name: str, content: bytes) -> tuple[str, bytes]:
        if name == _MAIN:
            plain = content.decode()
            content = re.sub(_RUN.format(re.escape(text)), lambda _: xml, plain).encode()
        if name == "word/styles.xml" and styles:
            content = content.replace(b"</w:styles>", f"{styles}</w:styles>".encode())
        return name, content

    return repacked(zone_form(), change)


def run(text: str, properties: str = "") -> str:
    """One ``w:r``."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def mark(kind: str, inside: str = "") -> str:
    """One mark of a field."""
    return f'<w:r><w:fldChar w:fldCharType="{kind}">{inside}</w:fldChar></w:r>'


def code(text: str) -> str:
    """Some of a field's code."""
    return f'<w:r><w:instrText xml:space="preserve">{text}</w:instrText></w:r>'


def formula(text: str) -> str:
    """An EQ field, which stores no result."""
    return mark("begin") + code(f" EQ {text} ") + mark("end")


def drop_down(*entries: str, chosen: int | None = None) -> str:
    """An old form field with a list."""
    result = "" if chosen is None else f'<w:result w:val="{chosen}"/>'
    listed = "".join(f'<w:listEntry w:val="{entry}"/>' for entry in entries)
    data = f"<w:ffData><w:ddList>{result}{listed}</w:ddList></w:ffData>"
    return mark("begin", data) + code(" FORMDROPDOWN ") + mark("end")


def in_font(font: str, text: str) -> str:
    """Letters of a symbol font."""
    return run(text, f'<w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:cs="{font}"/>')


_OVAL = '<w:r><w:pict><v:oval xmlns:v="urn:schemas-microsoft-com:vml" style="position:absolute"/></w:pict></w:r>'
_RUBY = "<w:r><w:ruby><w:rt><w:r><w:t>{}</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>{}</w:t></w:r></w:rubyBase></w:ruby></w:r>"
_IF = mark("begin") + code(" IF ") + mark("begin") + code(" MERGEFIELD a ") + mark("separate")
_IF += run("1") + mark("end") + code(' = "1" "麦玉清" "某某" ') + mark("separate") + run(NAME)
_HIDDEN = '<w:style w:type="character" w:styleId="Gone"><w:rPr><w:vanish/></w:rPr></w:style>'

_AGREED = (it.field("公示结果", "无异议"), it.not_blank("公示结果"))
_OBJECTED = (it.field("公示结果", "有异议"), it.not_blank("公示结果"))
_YES = (it.field("支持边远薄弱团场", True), it.not_blank("支持边远薄弱团场"))
_NAMED = (it.field("联系人", NAME), it.not_blank("联系人"))

_RESULTS: Mapping[str, tuple[str, tuple[Claim, ...]]] = {
    "radio": (run("⊙无异议    ○有异议"), _AGREED),
    "ballot": (run("🗹无异议    ☐有异议"), _AGREED),
    "letter": (run("v无异议    □有异议"), _AGREED),
    "stroke": (run("丿无异议    □有异议"), _AGREED),
    "cross": (run("□无异议    ×有异议"), (it.unknown("公示结果"),)),
    "behind": (run("无异议    有异议√"), _OBJECTED),
    "on-a-rule": (run("_√_无异议    __有异议"), _AGREED),
    "underlined": (run("无异议", '<w:u w:val="single"/>') + run("    有异议"), _AGREED),
    "struck-option": (run("无异议    ") + run("有异议", "<w:strike/>"), (it.not_blank("公示结果"),)),
    "drawn-over": (run("□无异议    □有异议") + _OVAL, (it.unknown("公示结果"),)),
    "eq-tick": (formula(r"\o\ac(□,√)") + run("无异议    □有异议"), _AGREED),
    "eq-tick-second": (run("□无异议    ") + formula(r"\o\ac(□,√)") + run("有异议"), _OBJECTED),
    "drop-down": (drop_down("无异议", "有异议"), _AGREED),
    "drop-down-second": (drop_down("无异议", "有异议", chosen=1), _OBJECTED),
    "wingdings-2": (in_font("Wingdings 2", "R") + run("无异议  ") + in_font("Wingdings 2", "£") + run("有异议"), _AGREED),
    "webdings": (in_font("Webdings", "a") + run("无异议  ") + in_font("Webdings", "c") + run("有异议"), _AGREED),
    "untouched": (run("□无异议    □有异议"), (it.field("公示结果", None),)),
}  # fmt: skip
_NAMES: Mapping[str, str] = {
    "struck": run("张三", "<w:strike/>") + run(f" {NAME}"),
    "hidden-by-style": run("示例 王某某", '<w:rStyle w:val="Gone"/>') + run(NAME),
    "ruby": _RUBY.format("mài", "麦") + _RUBY.format("yù", "玉") + run("清"),
    "ruby-eq": formula(r"\* jc2 \* hps10 \o\ad(\s\up 9(mài),麦)") + run("玉清"),
    "nested-field": _IF + mark("end"),
    "example-above": run("（示例：王某某）") + run(NAME),
    "inner-labels": run(f"姓名：{NAME}    职务：科长"),
    "telephone-behind": run(f"{NAME} 0998-4620033"),
}

CASES = (
    *(
        Case(f"choice-{name}.docx", partial(swapped, RESULT, xml), claims)
        for name, (xml, claims) in _RESULTS.items()
    ),
    Case(
        "choice-ringed-answer.docx",
        partial(swapped, ANSWER, formula(r"\o\ac(○,是)") + run("    否")),
        _YES,
        why="带圈字符 around the answer",
    ),
    *(
        Case(f"name-{name}.docx", partial(swapped, NAME, xml, _HIDDEN), _NAMED)
        for name, xml in _NAMES.items()
    ),
)
