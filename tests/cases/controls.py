"""Word files with what people leave in them when they fill a form in on the screen: content controls
with marks of their own, tracked moves and deletions, notes anchored in cells, prompts to click on,
text boxes with tables, formulas within formulas.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial

from tests.cases import claims as it
from tests.cases.case import Case, Claim
from tests.cases.made import zone_form
from tests.cases.shown import NAME, RESULT, code, formula, mark, repacked, run, swapped

W14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
W15 = 'xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"'
_BOXES = ("2612", "2610", "MS Gothic")


def control(properties: str, content: str) -> str:
    """A content control."""
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def box(shown: str, *, ticked: bool, states: tuple[str, str, str] = _BOXES) -> str:
    """A box to tick whose two marks somebody chose."""
    on, off, font = states
    told = (
        f'<w14:checkbox {W14}><w14:checked w14:val="{int(ticked)}"/><w14:checkedState w14:val="{on}" '
        f'w14:font="{font}"/><w14:uncheckedState w14:val="{off}" w14:font="{font}"/></w14:checkbox>'
    )
    return control(told, shown)


def change(kind: str, text: str) -> str:
    """A tracked change."""
    said = "delText" if kind == "del" else "t"
    return f'<w:{kind} w:id="7" w:author="a"><w:r><w:{said}>{text}</w:{said}></w:r></w:{kind}>'


def _inner_table(*rows: tuple[str, ...]) -> str:
    cells = ("".join(f"<w:tc><w:p>{run(text)}</w:p></w:tc>" for text in row) for row in rows)
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"


def field(asked: str, shown: str) -> str:
    """A field with its code and the result that was stored."""
    return mark("begin") + code(asked) + mark("separate") + run(shown) + mark("end")


def text_box(inside: str) -> str:
    """A text box, kept twice as Word keeps it."""
    held = f"<w:txbxContent>{inside}</w:txbxContent>"
    return (
        '<w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        '<mc:Choice Requires="wps"><w:drawing><wps:txbx xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">'
        f"{held}</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict>{held}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


def in_row(dressed: Callable[[str], str]) -> bytes:
    """附件1, the row that holds the contact's name dressed otherwise."""

    def changed(name: str, content: bytes) -> tuple[str, bytes]:
        if name != "word/document.xml":
            return name, content
        xml = content.decode()
        at = xml.index(f">{NAME}<")
        start = max(xml.rfind("<w:tr>", 0, at), xml.rfind("<w:tr ", 0, at))
        end = xml.index("</w:tr>", at) + len("</w:tr>")
        return name, (xml[:start] + dressed(xml[start:end]) + xml[end:]).encode()

    return repacked(zone_form(), changed)


def _told(row: str, properties: str) -> str:
    """A row with properties; none of its own are looked at."""
    row = re.sub(r"<w:trPr>.*?</w:trPr>", "", row, count=1)
    return re.sub(r"<w:tr\b[^>]*>", lambda m: f"{m[0]}<w:trPr>{properties}</w:trPr>", row, count=1)


def _gone_before(row: str) -> str:
    return _told(row, '<w:del w:id="1" w:author="a"/>').replace(NAME, "王小明") + row


def _repeating(row: str) -> str:
    return control(
        f"<w15:repeatingSection {W15}/>", control(f"<w15:repeatingSectionItem {W15}/>", row)
    )


_AGREED = (it.field("公示结果", "无异议"), it.not_blank("公示结果"))
_OBJECTED = (it.field("公示结果", "有异议"), it.not_blank("公示结果"))
_SEEN = (it.not_blank("公示结果"),)
_NAMED = (it.field("联系人", NAME), it.not_blank("联系人"))
_EMPTY = (it.field("联系人", None),)
_CIRCLES, _STARS = ("25CF", "25CB", "宋体"), ("2605", "2606", "宋体")
_TICKS_2 = ("0052", "00A3", "Wingdings 2")
_LIST = '<w:dropDownList><w:listItem w:displayText="无异议" w:value="1"/></w:dropDownList>'
_LATIN_SYMBOL = '<w:r><w:sym w:font="Wingdings 2" w:char="{}"/></w:r>'

_RESULTS: Mapping[str, tuple[str, tuple[Claim, ...]]] = {
    "box": (box(run("☒"), ticked=True) + run("无异议  ") + box(run("☐"), ticked=False) + run("有异议"), _AGREED),
    "box-behind": (run("无异议 ") + box(run("☒"), ticked=True) + run("  有异议 ") + box(run("☐"), ticked=False), _AGREED),
    "box-of-stars": (box(run("★"), ticked=True, states=_STARS) + run("无异议 ") + box(run("☆"), ticked=False, states=_STARS) + run("有异议"), _AGREED),
    "box-of-circles": (box(run("●"), ticked=True, states=_CIRCLES) + run("无异议 ") + box(run("○"), ticked=False, states=_CIRCLES) + run("有异议"), _AGREED),
    "box-of-symbols": (box(_LATIN_SYMBOL.format("F052"), ticked=True, states=_TICKS_2) + run("无异议 ") + box(_LATIN_SYMBOL.format("F0A3"), ticked=False, states=_TICKS_2) + run("有异议"), _AGREED),
    "ticked-later": (change("del", "□") + change("ins", "☑") + run("无异议  □有异议"), _AGREED),
    "ticked-otherwise-later": (change("del", "☑") + change("ins", "□") + run("无异议 ") + change("del", "□") + change("ins", "☑") + run("有异议"), _OBJECTED),
    "moved": (change("moveFrom", "☑无异议 ") + run("□有异议 ") + change("moveTo", "☑无异议"), _AGREED),
    "list": (control(_LIST, run("无异议")), _AGREED),
    "list-untouched": (control(f"<w:showingPlcHdr/>{_LIST}", run("选择一项。")), (it.field("公示结果", None),)),
    "formula-of-raised-marks": (formula(r"\o\ac(\s\do1(□),\s\up1(√))") + run("无异议 □有异议"), _AGREED),
    "formula-with-a-raised-mark": (formula(r"\o\al(□,\s\up2(√))") + run("无异议 □有异议"), _AGREED),
    "formula-framed": (formula(r"\x(无异议)") + run("  有异议"), _AGREED),
    "formula-of-a-word-and-a-ring": (formula(r"\o(无异议,○)") + run("  有异议"), _SEEN),
    "coloured-signs": (run("✅无异议 ⬜有异议"), _AGREED),
    "in-brackets": (run("无异议（√） 有异议（ ）"), _AGREED),
    "yes-and-no-in-brackets": (run("无异议（是） 有异议（否）"), _SEEN),
    "by-its-letter": (run("A. 无异议  B. 有异议   （ B ）"), _OBJECTED),
    "by-its-number": (run("①无异议 ②有异议   选①"), _AGREED),
    "bold": (run("无异议", "<w:b/>") + run(" / 有异议"), _SEEN),
    "red": (run("无异议", '<w:color w:val="FF0000"/>') + run(" / 有异议"), _SEEN),
    "in-two-lines": ("<w:r><w:t>☑无异议</w:t><w:br/><w:t>□有异议</w:t></w:r>", _AGREED),
    "formula-object": ('<m:oMath xmlns:m="urn:m"><m:r><m:t>√</m:t></m:r></m:oMath>' + run("无异议 □有异议"), _AGREED),
    "tick-in-a-text-box": (text_box(f"<w:p>{run('√')}</w:p>") + run("无异议 □有异议"), _SEEN),
}  # fmt: skip
_NAMES: Mapping[str, tuple[str, tuple[Claim, ...]]] = {
    "moved": (change("moveFrom", "王小明") + change("moveTo", NAME), _NAMED),
    "footnote": (run(NAME) + '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteReference w:id="2"/></w:r>', _NAMED),
    "comment": ('<w:commentRangeStart w:id="0"/>' + run(NAME) + '<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>', _NAMED),
    "prompt-of-a-control": (control("<w:showingPlcHdr/><w:text/>", run("单击或点击此处输入文字。")), _EMPTY),
    "prompt-to-click": (mark("begin") + code(" MACROBUTTON NoMacro 点此输入姓名 ") + mark("end"), _EMPTY),
    "control-in-control": (control('<w:alias w:val="x"/>', control("<w:text/>", run(NAME))), _NAMED),
    "combination": (control('<w:comboBox><w:listItem w:displayText="甲" w:value="1"/></w:comboBox>', run(NAME)), _NAMED),
    "asked-for": (field(' ASK name "姓名？" ', "王小明") + run(NAME), _NAMED),
    "set-before": (field(' SET old "王小明" ', "王小明") + run(NAME), _NAMED),
    "set-in-one": ('<w:fldSimple w:instr=" SET old ">' + run("王小明") + "</w:fldSimple>" + run(NAME), _NAMED),
    "property": (field(" DOCPROPERTY 联系人 ", NAME), _NAMED),
    "link": ('<w:hyperlink w:anchor="a">' + run(NAME, '<w:u w:val="single"/>') + "</w:hyperlink>", _NAMED),
    "table-in-a-text-box": (text_box(_inner_table(("姓名", NAME), ("职务", "科长"))), _NAMED),
    "invisible-signs": (run("麦\u200b玉\ufeff清"), _NAMED),
    "one-below-the-other": ("<w:r><w:t>麦</w:t><w:br/><w:t>玉</w:t><w:br/><w:t>清</w:t></w:r>", _NAMED),
}  # fmt: skip
_ROWS: Mapping[str, Callable[[str], str]] = {
    "repeating": _repeating,
    "deleted-above": _gone_before,
    "inserted": lambda row: _told(row, '<w:ins w:id="1" w:author="a"/>'),
    "upright": lambda row: row.replace("<w:tcPr>", '<w:tcPr><w:textDirection w:val="tbRlV"/>'),
    "named": lambda row: f'<w:customXml w:uri="u" w:element="row">{row}</w:customXml>',
}

CASES = (
    *(
        Case(f"{what}-{name}.docx", partial(swapped, old, xml), claims)
        for what, old, all_ in (("choice", RESULT, _RESULTS), ("name", NAME, _NAMES))
        for name, (xml, claims) in all_.items()
    ),
    *(
        Case(f"row-{name}.docx", partial(in_row, dressed), _NAMED)
        for name, dressed in _ROWS.items()
    ),
)
