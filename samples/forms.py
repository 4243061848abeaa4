"""The four annexes as sheets, blank or filled in; every label is the first label of its field in
``call.yaml``.

How a form looks stands here. What is written into it comes from outside; how it becomes a file is
in ``word.py``, ``scan.py`` and ``export.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from rules.call import Call, Form, Role
from rules.callfile import load_call
from rules.vocabulary import Field, FieldType
from samples.sheet import Align, Block, Cell, Face, Line, PageBreak, Row, Sheet, Table

ROOT = Path(__file__).resolve().parent.parent
CALL_FOLDER = ROOT / "config" / "calls" / "smart-education-2024"

REMARK = "本表为收发室项目按通知要求重拟的表样，正式附件以兵团教育局发布为准"
INDENT = "\u3000" * 4
EMPTY_DATE = "      年    月    日"

Filling: TypeAlias = Mapping[str, str]
"""Field name -> what the applicant wrote; a field that is absent stays empty."""


@dataclass(frozen=True)
class Stamps:
    """Who stamps where: the applicant on cover and declaration, the bureau on its opinion. ""
    leaves the place bare.
    """

    cover: str = ""
    applicant: str = ""
    bureau: str = ""
    applicant_head: str = ""  #: who signs the declaration by hand
    bureau_head: str = ""


NO_STAMPS = Stamps()

# Rows of the applications: a group's heading, and under it one tuple of field names a row.
_ZONE_GROUPS: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = (
    (
        "基本情况",
        (("单位名称",), ("师市", "电子邮箱"), ("联系人", "联系电话"), ("职能部门",), ("工作队伍",)),
    ),
    ("平台应用", (("教师账号开通率", "学生账号开通率"), ("支持边远薄弱团场",), ("平台应用",))),
    ("建设情况", (("网络条件",), ("建设基础",), ("工作思路",), ("保障措施",))),
    ("公示情况", (("公示开始", "公示结束"), ("公示结果",))),
)
_SCHOOL_GROUPS: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = (
    (
        "基本情况",
        (
            ("单位名称",),
            ("师市", "电子邮箱"),
            ("学校类型",),
            ("教师人数", "学生人数"),
            ("联系人", "联系电话"),
            ("职能部门",),
        ),
    ),
    ("建设方向", (("核心维度",), ("工作思路",))),
    ("建设情况", (("网络条件",), ("平台应用",), ("建设基础",), ("保障措施",))),
    ("公示情况", (("公示开始", "公示结束"), ("公示结果",))),
)
_WIDTHS = (10.0, 38.0, 44.0, 36.0, 42.0)
_SUMMARY_WIDTHS: Mapping[str, tuple[float, ...]] = {
    "附件3": (15.0, 70.0, 50.0, 34.0, 34.0, 22.0, 32.0),
    "附件4": (15.0, 80.0, 54.0, 46.0, 26.0, 36.0),
}
_DECLARATION = "我单位承诺：所填内容和所附材料真实、完整，并对此负责。"
_OPINION = "经审核并在师市范围内公示，同意推荐。"


def the_call() -> Call:
    """The call whose annexes are made here."""
    return load_call(CALL_FOLDER.name, (CALL_FOLDER / "call.yaml").read_text("utf-8"))


def tick(options: Sequence[str], chosen: str) -> str:
    """All options with a box before each; ``chosen`` names those ticked, separated by 、."""
    ticked = chosen.split("、") if chosen else []
    return "    ".join(f"{'☑' if option in ticked else '☐'}{option}" for option in options)


def shown(field: Field, filling: Filling) -> str:
    """What stands in a field's cell: the applicant's words, boxes to tick, or the places
    of a date.
    """
    value = filling.get(field.name, "")
    if field.type in (FieldType.CHOICE, FieldType.CHOICES):
        return tick(field.options, value)
    if field.type is FieldType.YES_NO:
        return tick(("是", "否"), value)
    return value or (EMPTY_DATE if field.type is FieldType.DATE else "")


def _pair(fields: Mapping[str, Field], names: tuple[str, ...], filling: Filling) -> list[Cell]:
    """Label and value cells of one row; a single field's value reaches to the table's
    right edge.
    """
    cells: list[Cell] = []
    for name in names:
        across = 3 if len(names) == 1 else 1
        cells += [
            Cell(fields[name].labels[0], label=True),
            Cell(shown(fields[name], filling), across),
        ]
    return cells


def _group(
    heading: str,
    rows: Sequence[tuple[str, ...]],
    fields: Mapping[str, Field],
    filling: Filling,
) -> list[Row]:
    made = []
    for number, names in enumerate(rows):
        cells = _pair(fields, names, filling)
        if number == 0:
            cells.insert(0, Cell(heading, down=len(rows), label=True))
        tall = any(fields[name].type is FieldType.LONG_TEXT for name in names)
        made.append(Row(tuple(cells), 26 if tall else 12 if len(rows) == 2 else 10))
    return made


def _signature(heading: str, text: str, seal: str, signed: str, date: str) -> Row:
    """A wide cell with a declaration, the place of the seal and a date."""
    body = f"{text}\n\n{' ' * 22}负责人（签字）：\n\n{' ' * 38}（盖章）\n{' ' * 34}{date or EMPTY_DATE}"
    return Row(
        (
            Cell(heading, across=2, label=True),
            Cell(body, across=3, seal=seal, seal_at=0.66, signed=signed),
        ),
        46,
    )


def _cover(form: Form, filling: Filling, stamps: Stamps) -> list[Block]:
    applicant = next(field for field in form.fields if field.name == form.applicant)
    place = next(label for label in applicant.labels if label.endswith("（盖章）"))
    lines: list[Block] = [
        Line(REMARK, 9, Face.SONG, Align.CENTER, grey=True),
        Line(form.id, 14, Face.HEI, before=10),
        Line("兵 团 首 批 智 慧 教 育", 26, Face.HEI, Align.CENTER, before=34),
        Line(
            " ".join(form.titles[1].removeprefix("智慧教育")), 36, Face.HEI, Align.CENTER, before=8
        ),
        Line(f"（{form.titles[0]}）", 16, Face.KAI, Align.CENTER, before=8),
        Line(
            f"{INDENT}{place}：{filling.get(form.applicant, '') or '_' * 28}",
            16,
            Face.SONG,
            before=42,
            seal=stamps.cover,
        ),
        Line(f"{INDENT}所属师市：{filling.get('师市', '') or '_' * 28}", 16, Face.SONG, before=9),
        Line(
            f"{INDENT}填报日期：{filling.get('填报日期', '') or EMPTY_DATE}",
            16,
            Face.SONG,
            before=9,
        ),
        Line("兵团教育局 制", 16, Face.KAI, Align.CENTER, before=32),
        Line("2024年8月", 16, Face.KAI, Align.CENTER, before=3),
        PageBreak(),
    ]
    return lines


def application(form: Form, filling: Filling, stamps: Stamps = NO_STAMPS) -> Sheet:
    """附件1 or 附件2: a cover and a table of groups, ending with the places for seals."""
    fields = {field.name: field for field in form.fields}
    zone = form.track == "示范区"
    rows: list[Row] = []
    for heading, names in _ZONE_GROUPS if zone else _SCHOOL_GROUPS:
        rows += _group(heading, names, fields, filling)
    date = filling.get("填报日期", "")
    rows.append(
        _signature(
            "申报单位意见" if zone else "学校意见",
            _DECLARATION,
            stamps.applicant,
            stamps.applicant_head,
            date,
        )
    )
    if not zone:
        rows.append(
            _signature(
                "师市教育局审核意见",
                _OPINION if filling else "",
                stamps.bureau,
                stamps.bureau_head,
                date,
            )
        )
    return Sheet(form.titles[0], (*_cover(form, filling, stamps), Table(_WIDTHS, tuple(rows))))


def summary(
    form: Form,
    filling: Filling,
    applicants: Sequence[Filling],
    stamps: Stamps = NO_STAMPS,
    least: int = 6,
) -> Sheet:
    """附件3 or 附件4: who reports, and one row an applicant; at least ``least`` rows, empty ones at the end."""
    header = Row(
        (Cell("序号", label=True), *(Cell(field.labels[0], label=True) for field in form.columns)),
        12,
    )
    rows = [header]
    for number in range(max(least, len(applicants))):
        values = applicants[number] if number < len(applicants) else {}
        cells = (Cell(values.get(field.name, "")) for field in form.columns)
        rows.append(Row((Cell(str(number + 1)), *cells), 11))
    who, date = filling.get("填报单位", ""), filling.get("填报日期", "")
    above = f"填报单位（盖章）：{who or '_' * 30}        填报日期：{date or EMPTY_DATE}"
    blocks: tuple[Block, ...] = (
        Line(REMARK, 9, Face.SONG, Align.CENTER, grey=True),
        Line(form.id, 14, Face.HEI, before=2),
        Line(form.titles[0], 22, Face.HEI, Align.CENTER, before=4),
        Line(above, 14, Face.SONG, before=9, seal=stamps.applicant),
        Line("", 6),
        Table(_SUMMARY_WIDTHS[form.id], tuple(rows), size=11),
        Line(
            "说明：本表由报送单位汇总填写，须与所附申报书一一对应；Word版与盖章扫描件一并发送。",
            10.5,
            Face.SONG,
            before=5,
        ),
    )
    return Sheet(form.titles[0], blocks, landscape=True)


def blank(form: Form) -> Sheet:
    """The form as it is handed out: nothing filled in, nothing stamped."""
    return application(form, {}) if form.role is Role.APPLICATION else summary(form, {}, ())
