"""The digest's tables as an Excel workbook: every row, for filtering, printing and filing.

Pure: data in, bytes out. What applicants wrote is text and stays text: no formula, link or number
is ever made of it. Charts, macros and protection do not come in.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Final, TypeAlias

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from notifier.digest import CaseLine, DigestData, letter_name, state_lines, with_reminder
from notifier.wording import beijing, clean_line, day_text, deadline_text, moment, remaining
from rules.verdict import DECISION_NAMES, Decision

Cell: TypeAlias = str | int | datetime

_FONT: Final = {"font_name": "宋体", "font_size": 11, "valign": "top", "text_wrap": True}
_WIDEST: Final = 60
#: What A4 held sideways takes with print of 8 points; a wider sheet is shrunk below.
_PAGE: Final = 185
_LONG: Final = 30  #: from this width on a column holds sentences, which wrap well
_NAMES: Final = 20  #: what a column of names and addresses keeps when room is short
_LINE_HEIGHT: Final = 16.5  #: points of one line at this font size
_CELL_LIMIT: Final = 2_000


@dataclass(frozen=True)
class Sheet:
    """One table: its name, its column heads and its rows."""

    name: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class _Formats:
    head: Format
    text: Format
    number: Format
    time: Format

    def of(self, value: Cell) -> Format:
        """The format a value is shown in; telephone numbers are text like all that applicants
        write.
        """
        return (
            self.text
            if isinstance(
                value,
                str,
            )
            else self.time
            if isinstance(value, datetime)
            else self.number
        )


def build_workbook(data: DigestData) -> bytes:
    """The workbook (.xlsx) of a digest; equal data give equal bytes. Times are Beijing wall-clock
    times.
    """
    return workbook_of(sheets(data), "收件日报", data.call.title, data.now)


def workbook_of(tables: Sequence[Sheet], title: str, about: str, now: datetime) -> bytes:
    """A workbook of these tables, to be filtered and printed; equal tables give equal bytes."""
    target = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with Workbook(target, options) as workbook:
        local = beijing(now).replace(tzinfo=None)
        workbook.set_properties(
            {
                "title": f"{title} {day_text(local.date())}",
                "comments": about,
                "created": local,
            }
        )
        formats = _formats(workbook)
        for sheet in tables:
            _write(workbook.add_worksheet(sheet.name), sheet, formats, day_text(local.date()))
    return target.getvalue()


def sheets(data: DigestData) -> tuple[Sheet, ...]:
    """The workbook's tables, in their order."""
    return (
        _tasks(data),
        Sheet("受理清单", _CASE_HEADS, tuple(map(_case_row, data.accepted))),
        Sheet(DECISION_NAMES[Decision.INCOMPLETE], (*_CASE_HEADS, "需补正事项"), tuple((*_case_row(line), with_reminder(line.note, line)) for line in data.incomplete)),
        Sheet(DECISION_NAMES[Decision.REJECTED], (*_CASE_HEADS, "原因"), tuple((*_case_row(line), line.note) for line in data.rejected)),
        *_closing(data),
        _undelivered(data),
        Sheet("未报单位", ("申报类别", "单位", "联系电话"), tuple((item.track, unit, item.telephones.get(unit, "")) for item in data.silent for unit in item.units)),
        Sheet("名额", ("名称", "名额", "要求", "已受理"), tuple((line.name, line.quota, "不少于" if line.at_least else "共", line.accepted) for line in data.quotas)),
        _state(data),
        _registered(data),
    )  # fmt: skip


_CASE_HEADS: Final = (
    "案卷编号",
    "申报类别",
    "报送单位",
    "申报单位",
    "联系人",
    "联系电话",
    "收到时间",
    "办理时间",
)


def _case_row(line: CaseLine) -> tuple[Cell, ...]:
    return (
        line.case_code,
        line.track,
        line.submitter,
        line.applicant,
        line.contact,
        line.telephone,
        line.received,
        line.decided,
    )


def _tasks(data: DigestData) -> Sheet:
    heads = (
        "案卷编号",
        "申报类别",
        "报送单位",
        "申报单位",
        "需要处理的原因",
        "怎样办",
        "联系人",
        "联系电话",
        "邮箱",
        "收到时间",
        "依据",
    )
    rows = tuple(
        (
            task.case_code,
            task.track,
            task.submitter,
            task.applicant,
            task.reason,
            task.todo,
            task.contact,
            task.telephone,
            task.address,
            task.received,
            task.clause,
        )
        for task in data.needs_human
    )
    return Sheet("需要处理", heads, rows)


def _registered(data: DigestData) -> Sheet:
    """来件登记: every mail there is, so that nothing needs to be looked for in the mailbox."""
    heads = ("编号", "收到时间", "发件人", "发件地址", "主题", "案卷编号", "性质")
    rows = tuple(
        (
            mail.number,
            mail.received,
            mail.sender,
            mail.address,
            mail.subject,
            mail.cases,
            mail.state,
        )
        for mail in data.mails
    )
    return Sheet("来件登记", heads, rows)


def _closing(data: DigestData) -> Iterator[Sheet]:
    """The list to sign, and what is not on it; nothing before the time is over."""
    if data.closing:
        heads = (*_CASE_HEADS, "信函与未补齐事项", "放行（签字）")
        rows = tuple((*_case_row(line), line.note, "") for line in data.closing)
        yield Sheet("截止清办", heads, rows)
    if data.left_open:
        rows = tuple((*_case_row(line), line.note) for line in data.left_open)
        yield Sheet("未列入清办", (*_CASE_HEADS, "等待什么"), rows)


def _undelivered(data: DigestData) -> Sheet:
    heads = ("案卷编号", "报送单位", "信函", "收件地址", "联系电话", "原因", "时间")
    rows = tuple(
        (
            item.case_code,
            item.submitter,
            letter_name(item.kind),
            item.recipient,
            item.telephone,
            item.reason,
            item.failed,
        )
        for item in data.undelivered
    )
    return Sheet("信函未送达", heads, rows)


def _state(data: DigestData) -> Sheet:
    about = (
        ("生成时间", moment(data.now), ""),
        *(
            (
                f"截止时间（{call.title}）" if data.beside else "截止时间",
                deadline_text(call.deadline),
                remaining(call.deadline, data.now),
            )
            for call in data.calls
        ),
    )
    health = tuple((state.label, state.value, state.word) for state in state_lines(data.state))
    errors = tuple(("错误", error, "") for error in data.state.errors)
    return Sheet("系统状况", ("项目", "内容", "说明"), (*about, *health, *errors))


def _formats(workbook: Workbook) -> _Formats:
    def made(**more: object) -> Format:
        return workbook.add_format({**_FONT, "border": 1, "border_color": "#BFBFBF", **more})

    return _Formats(
        head=made(bold=True, bg_color="#F2F2F2"),
        text=made(num_format="@"),
        number=made(num_format="0"),
        time=made(num_format="yyyy-mm-dd hh:mm"),
    )


def _write(worksheet: Worksheet, sheet: Sheet, formats: _Formats, day: str) -> None:
    for column, head in enumerate(sheet.heads):
        worksheet.write_string(0, column, head, formats.head)
    for number, row in enumerate(sheet.rows, 1):
        for column, value in enumerate(row):
            _write_cell(worksheet, number, column, value, formats.of(value))
    widths = _widths(sheet)
    for column, width in enumerate(widths):
        worksheet.set_column(column, column, width)
    for number, row in enumerate(sheet.rows, 1):
        worksheet.set_row(number, _LINE_HEIGHT * _lines(row, widths))
    worksheet.freeze_panes(1, 1)
    worksheet.autofilter(0, 0, max(1, len(sheet.rows)), len(sheet.heads) - 1)
    worksheet.set_landscape()
    worksheet.set_paper(9)  # A4
    worksheet.fit_to_pages(1, 0)
    worksheet.repeat_rows(0)
    worksheet.set_margins(left=0.4, right=0.4, top=0.8, bottom=0.6)
    worksheet.set_header(f"&C{sheet.name}&R{day}")
    worksheet.set_footer("&C第 &P 页，共 &N 页")


def _write_cell(worksheet: Worksheet, row: int, column: int, value: Cell, form: Format) -> None:
    if isinstance(value, datetime):
        worksheet.write_datetime(row, column, beijing(value).replace(tzinfo=None), form)
    elif isinstance(value, int):
        worksheet.write_number(row, column, value, form)
    else:
        worksheet.write_string(row, column, clean_line(value, _CELL_LIMIT, links=True), form)


def _shown(value: Cell) -> str:
    return "2024-08-30 16:05" if isinstance(value, datetime) else str(value)


@lru_cache(maxsize=10_000)  # asked for the column's width and again for the row's height
def _columns_of(text: str) -> int:
    """The width of a text in columns of a Latin digit; a Chinese character takes two."""
    return len(text) if text.isascii() else sum(map(_columns_of_one, text))


@cache
def _columns_of_one(char: str) -> int:
    return 2 if unicodedata.east_asian_width(char) in "WFA" else 1


def _lines(row: Sequence[Cell], widths: Sequence[int]) -> int:
    """How many lines the fullest cell of a row wraps to: only Excel fits the height of a row by
    itself.
    """
    return (
        max(
            -(-_columns_of(_shown(value)) // (width - 1))
            for value, width in zip(
                row,
                widths,
                strict=True,
            )
        )
        or 1
    )


def _widths(sheet: Sheet) -> Sequence[int]:
    """Column widths from the longest content; Excel's own fitting gives Chinese about 60 % of what
    it needs.
    """
    table = (sheet.heads, *sheet.rows)
    # The head also carries the filter's arrow, hence the room beside it.
    return fitted(
        [
            min(_WIDEST, max(_columns_of(_shown(row[column])) for row in table) + 3)
            for column in range(len(sheet.heads))
        ]
    )


def fitted(widths: Sequence[int], room: int = _PAGE) -> list[int]:
    """``widths`` on one page beside each other: names wrap a little, sentences share what is left.

    A narrow column costs lines; printing a wide sheet smaller would cost the reader his glasses.
    """
    if sum(widths) <= room:
        return list(widths)
    left = room - sum(min(width, _NAMES) for width in widths if width <= _LONG)
    sentences = sum(width for width in widths if width > _LONG)
    return [
        min(width, _NAMES) if width <= _LONG else max(_NAMES, min(width, left * width // sentences))
        for width in widths
    ]
