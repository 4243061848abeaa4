from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest
from lxml import etree

from notifier.digest import DigestData, MailLine
from notifier.workbook import build_workbook, fitted, sheets
from tests.unit.notifier.invented import RECEIVED, DigestMaker, case_line

NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def opened(data: DigestData) -> tuple[list[str], list[etree._Element], list[str]]:
    """Sheet names, sheet trees and shared strings, read without our own code."""
    with zipfile.ZipFile(io.BytesIO(build_workbook(data))) as book:
        names = [
            item.get("name", "")
            for item in etree.fromstring(book.read("xl/workbook.xml")).findall(
                "m:sheets/m:sheet",
                NS,
            )
        ]
        trees = [
            etree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
            for number in range(
                1,
                len(names) + 1,
            )
        ]
        shared = etree.fromstring(book.read("xl/sharedStrings.xml")).findall("m:si/m:t", NS)
    return names, trees, [item.text or "" for item in shared]


def cell(tree: etree._Element, place: str) -> etree._Element:
    found = tree.find(f".//m:c[@r='{place}']", NS)
    assert found is not None
    return found


def test_the_sheets_stand_in_the_order_of_work(digest_data: DigestMaker) -> None:
    """What needs doing is what opens."""
    names, _, _ = opened(digest_data())
    assert names == [
        "需要处理",
        "受理清单",
        "待补正",
        "不予受理",
        "信函未送达",
        "未报单位",
        "名额",
        "系统状况",
        "来件登记",
    ]


@pytest.mark.parametrize(
    "evil",
    ['=HYPERLINK("http://e.example","x")', "+1+1", "@SUM(A1)", "http://e.example", "-2+3", "00123"],
)
def test_what_applicants_wrote_stays_text(digest_data: DigestMaker, evil: str) -> None:
    """No formula, no link, no number is made of it."""
    _, trees, strings = opened(
        digest_data(accepted=(case_line(1, applicant=evil, telephone=evil),)),
    )
    accepted = trees[1]
    assert evil in strings
    assert cell(accepted, "D2").get("t") == cell(accepted, "F2").get("t") == "s"
    assert not any(
        tree.findall(
            ".//m:f",
            NS,
        )
        or tree.findall(".//m:hyperlink", NS)
        for tree in trees
    )


def test_times_are_real_beijing_dates(digest_data: DigestMaker) -> None:
    """45534.6702... is 2024-08-30 16:05:09 in Excel's own counting."""
    _, trees, _ = opened(digest_data())
    received = cell(trees[1], "G2")
    assert received.get("t") is None
    value = received.findtext("m:v", None, NS)
    assert value is not None
    assert float(value) == pytest.approx(45534 + (16 * 3600 + 5 * 60 + 9) / 86400, abs=1e-6)


def test_every_sheet_is_made_for_filtering_and_printing(digest_data: DigestMaker) -> None:
    """Frozen head, filter, landscape, one page wide."""
    for tree in opened(digest_data())[1]:
        assert tree.find(".//m:pane[@state='frozen']", NS) is not None
        assert tree.find("m:autoFilter", NS) is not None
        setup = tree.find("m:pageSetup", NS)
        assert setup is not None
        assert (setup.get("orientation"), setup.get("fitToHeight")) == ("landscape", "0")


def test_columns_are_wide_enough_for_chinese(digest_data: DigestMaker) -> None:
    """A Chinese character takes two columns; a very long text is wrapped instead."""
    lines = (case_line(1, submitter="第一师阿拉尔市教育局", note="长" * 300),)
    tree = opened(digest_data(incomplete=lines))[1][2]
    widths = {
        item.get("min"): float(item.get("width", "0"))
        for item in tree.findall(
            "m:cols/m:col",
            NS,
        )
    }
    assert widths["3"] >= 2 * len("第一师阿拉尔市教育局")
    assert max(widths.values()) <= 61


def test_the_workbook_has_every_row(digest_data: DigestMaker) -> None:
    """Also those the mail has no room for."""
    data = digest_data(accepted=tuple(case_line(number) for number in range(500)))
    assert len(opened(data)[1][1].findall(".//m:sheetData/m:row", NS)) == 501


def test_an_empty_digest_makes_a_readable_workbook(digest_data: DigestMaker) -> None:
    """Heads alone."""
    data = digest_data(
        needs_human=(),
        accepted=(),
        incomplete=(),
        undelivered=(),
        silent=(),
        quotas=(),
    )
    assert [len(sheet.rows) for sheet in sheets(data)][:7] == [0] * 7
    assert len(opened(data)[0]) == 9


def test_hidden_characters_do_not_reach_a_cell(digest_data: DigestMaker) -> None:
    """Control and direction characters would damage the file or deceive its reader."""
    data = digest_data(accepted=(case_line(1, applicant="示例\x00\u202e中学\ufffe\udcff"),))
    assert "示例中学" in opened(data)[2]


def test_equal_data_give_an_equal_workbook(digest_data: DigestMaker) -> None:
    """Nothing in it but what was given."""
    assert build_workbook(digest_data()) == build_workbook(replace(digest_data()))


def test_a_row_is_as_high_as_its_fullest_cell(digest_data: DigestMaker) -> None:
    """Excel fits rows by itself when it opens a file; WPS and LibreOffice cut long reasons off."""
    _, trees, _ = opened(
        digest_data(incomplete=(case_line(1, note="缺" * 100), case_line(2, note="缺")))
    )
    rows = trees[2].findall(".//m:row", NS)
    assert [float(row.get("ht", 15)) for row in rows[1:]] == [66, 16.5]


def test_registered_mail_is_complete(digest_data: DigestMaker) -> None:
    """The mail says that the complete lists are attached."""
    mails = tuple(
        MailLine(number, RECEIVED, "王小明", "w@example.cn", f"材料{number}", "X24-0001-K", "来件")
        for number in range(1, 61)
    )
    table = sheets(digest_data(mails=mails))[-1]
    assert table.name == "来件登记"
    assert [row[0] for row in table.rows] == list(range(1, 61))
    assert table.rows[0][2:] == ("王小明", "w@example.cn", "材料1", "X24-0001-K", "来件")


@pytest.mark.parametrize("name", ["需要处理", "待补正"])
def test_what_is_printed_most_is_printed_large(digest_data: DigestMaker, name: str) -> None:
    """A4 sideways takes about 150 columns at full size; shrunk to fit, type stays above 8 points."""
    task = replace(
        digest_data().needs_human[0], reason="长" * 300, todo="办" * 40, clause="依" * 40
    )
    line = case_line(1, note="缺" * 300, submitter="某" * 30, applicant="某" * 30)
    data = digest_data(needs_human=(task,), incomplete=(line,))
    names, trees, _ = opened(data)
    tree = trees[names.index(name)]
    widths = [
        float(item.get("width", "0")) * (1 + int(item.get("max", "0")) - int(item.get("min", "0")))
        for item in tree.findall("m:cols/m:col", NS)
    ]
    assert 11 * 150 / sum(widths) > 8
    setup = tree.find("m:pageSetup", NS)
    assert setup is not None
    assert setup.get("paperSize") == "9"
    assert max(widths) > 20


def test_sentences_get_the_room_that_names_leave() -> None:
    """Nothing is cut where there is room enough."""
    assert fitted([10, 20, 60], 100) == [10, 20, 60]
    assert fitted([10, 28, 60, 30, 60], 100) == [10, 20, 25, 20, 25]


def test_the_list_to_sign_and_what_is_not_on_it_are_sheets_of_their_own(
    digest_data: DigestMaker,
) -> None:
    """Once the time is over; the last column of the list is empty, for the signature."""
    waiting = case_line(2, note="等申报单位回复")
    data = digest_data(closing=(case_line(1, note="缺盖章扫描件"),), left_open=(waiting,))
    by_name = {sheet.name: sheet for sheet in sheets(data)}

    to_sign, left = by_name["截止清办"], by_name["未列入清办"]
    assert [to_sign.heads[-2:], left.heads[-1]] == [
        ("信函与未补齐事项", "放行（签字）"),
        "等待什么",
    ]
    assert [row[-2:] for row in to_sign.rows] == [("缺盖章扫描件", "")]
    assert [row[-1] for row in left.rows] == ["等申报单位回复"]
    assert all(len(row) == len(sheet.heads) for sheet in (to_sign, left) for row in sheet.rows)
