from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from notifier.digest import (
    MAX_PICTURES,
    MAX_ROWS,
    ActionLink,
    CaseLists,
    Counters,
    Crop,
    DigestData,
    Silent,
    SystemState,
    Undelivered,
    compose_digest,
    preview_html,
    together,
    words_size,
)
from notifier.rendering import Templates
from notifier.workbook import sheets
from tests.unit.notifier.invented import HEALTHY, RECEIVED, DigestMaker, case_line, png

EMPTY = {
    "counters": Counters(),
    "needs_human": (),
    "accepted": (),
    "incomplete": (),
    "rejected": (),
    "undelivered": (),
}


def texts(data: DigestData, templates: Templates) -> tuple[str, str]:
    digest = compose_digest(data, templates)
    return digest.text, re.sub(r"<[^>]+>", "", digest.html)


def test_the_subject_carries_the_news(digest_data: DigestMaker, templates: Templates) -> None:
    """What a clerk sees in the list of mails is enough to know the day."""
    assert (
        compose_digest(digest_data(), templates).subject
        == "【收件日报】8月30日 新收 12 件 · 受理 7 · 待补正 4 · 转人工 1 · 待办 1 件 · 未送达 1 封"
    )


def test_a_digest_of_several_calls_names_each_with_its_deadline(
    digest_data: DigestMaker, templates: Templates
) -> None:
    """One mail a day, whatever the mailbox serves."""
    data = digest_data()
    later = replace(
        data.call, id="b", title="第二项", deadline=data.call.deadline + timedelta(days=9)
    )
    data = replace(data, beside=(later,))
    first, second = f"《{data.call.title}》2024年8月31日", "《第二项》2024年9月9日"
    for text in texts(data, templates):
        assert text.index(first) < text.index(second)
        assert f"{data.call.title}、第二项" in text
    about = next(sheet for sheet in sheets(data) if sheet.name == "系统状况")
    assert [row[0] for row in about.rows[1:3]] == [
        f"截止时间（{data.call.title}）",
        "截止时间（第二项）",
    ]


def test_the_lists_of_several_calls_are_one_the_latest_first() -> None:
    """Where the mail shows only so many rows, what is new is among them."""
    lines = [replace(case_line(n), decided=RECEIVED + timedelta(hours=n)) for n in range(4)]
    one = CaseLists((lines[2], lines[0]), (), (), (), (lines[1],))
    other = CaseLists((lines[3],), (lines[1],), (), (), ())
    assert together([one]) is one
    both = together([one, other])
    assert both.accepted == (lines[3], lines[2], lines[0])
    assert (both.incomplete, both.left_open) == ((lines[1],), (lines[1],))


def test_an_empty_day_is_reported_too(digest_data: DigestMaker, templates: Templates) -> None:
    """Silence would mean failure."""
    assert (
        compose_digest(digest_data(**EMPTY), templates).subject
        == "【收件日报】8月30日 本期无新件，系统正常"
    )
    assert "今天没有需要人工处理的事项" in compose_digest(digest_data(**EMPTY), templates).text


@pytest.mark.parametrize(
    "change",
    [
        {"server_count": 58},
        {"set_aside": 1},
        {"errors": ("规则文件有误",)},
        {"held": True},
        {"last_poll": None},
        {"stale": True},
    ],
)
def test_trouble_is_never_called_normal(
    digest_data: DigestMaker, templates: Templates, change: dict[str, object]
) -> None:
    """Each sign of trouble alone reaches the subject and its line in both bodies."""
    state = SystemState(**{**vars(HEALTHY), **change})  # type: ignore[arg-type]
    data = digest_data(**EMPTY, state=state)
    assert (
        compose_digest(data, templates).subject
        == "【收件日报】8月30日 本期无新件 · 系统有 1 项请查看"
    )
    assert all(body.count("请查看") == 2 for body in texts(data, templates))


def test_sections_come_in_the_order_of_urgency(
    digest_data: DigestMaker,
    templates: Templates,
) -> None:
    """What needs a human stands first, the machine's own state last."""
    heads = ("需要处理", "未送达的信函", "本期受理", "待补正", "未报单位", "系统状况")
    for body in texts(digest_data(), templates):
        places = [body.index(head, body.index("截止时间")) for head in heads]
        assert places == sorted(places)


def test_every_section_says_what_it_must(digest_data: DigestMaker, templates: Templates) -> None:
    """Telephone numbers, reasons, reminders, silent units and quotas are in both bodies."""
    for body in texts(digest_data(), templates):
        for fact in (
            "0997-0000002", "申报书扫描件上的印章较浅", "0996-0000003", "对方邮箱不存在", "已催（8月30日 16:05）",
            "第三师图木舒克市、第九师白杨市", "名额 6 个", "要求不少于 15 个", "服务器 57 封，台账 57 封，一致", "还有 1 天",
        ):  # fmt: skip
            assert fact in body, fact


def test_nothing_is_said_of_reminders_that_nobody_sent(
    digest_data: DigestMaker,
    templates: Templates,
) -> None:
    """未催 beside every open correction told staff that something else reminds."""
    data = digest_data(incomplete=(case_line(31, note="汇总表未盖章"),))
    table = next(sheet for sheet in sheets(data) if sheet.name == "待补正")

    assert all("汇总表未盖章" in text and "催" not in text for text in texts(data, templates))
    assert "催" not in str(table)
    assert "汇总表未盖章" in table.rows[0]


def test_who_was_not_reminded_yet_is_listed_with_the_day(
    digest_data: DigestMaker, templates: Templates
) -> None:
    """已催 only when a reminder left; 未催 only where one will."""
    data = digest_data(
        incomplete=(
            case_line(31, next_reminder=date(2024, 8, 28)),
            case_line(32, reminded=RECEIVED, next_reminder=date(2024, 8, 30)),
        )
    )
    for body in texts(data, templates):
        assert body.count("未催（将于8月28日提醒）") == 1
        assert body.count("已催（8月30日 16:05）") == 1
        assert "8月30日提醒" not in body


def test_only_todays_receipts_are_listed_and_all_open_corrections(
    digest_data: DigestMaker, templates: Templates
) -> None:
    """Yesterday's receipts are in the workbook; an open correction stays until it is closed."""
    old = RECEIVED - timedelta(days=1)
    data = digest_data(
        accepted=(case_line(51, decided=old), case_line(52)),
        incomplete=(case_line(53, decided=old),),
        rejected=(case_line(54, decided=old),),
    )
    for body in texts(data, templates):
        assert [f"示例第{number}中学" in body for number in (51, 52, 53, 54)] == [
            False,
            True,
            True,
            False,
        ]


def test_long_lists_are_cut_and_say_so(digest_data: DigestMaker, templates: Templates) -> None:
    """Inlined HTML grows fast; the workbook has every row."""
    data = digest_data(accepted=tuple(case_line(number) for number in range(MAX_ROWS + 12)))
    digest = compose_digest(data, templates)
    assert "另有 12 项，见附表" in digest.text
    assert "另有 12 项，见附表" in digest.html
    assert len(digest.html.encode()) < 40_000


def test_pictures_are_limited_and_each_is_referred_to(
    digest_data: DigestMaker,
    templates: Templates,
) -> None:
    """No picture without its place, no place without its picture."""
    task = digest_data().needs_human[0]
    tasks = tuple(
        replace(task, crops=tuple(Crop(f"t{number}c{index}", png(), "印章") for index in range(4)))
        for number in range(40)
    )
    digest = compose_digest(digest_data(needs_human=tasks), templates)
    assert len(digest.images) == MAX_PICTURES
    assert re.findall(r'src="cid:([^"]+)"', digest.html) == [crop.cid for crop in digest.images]


def test_pictures_wrap_on_a_telephone_and_a_title_is_wide_enough_to_be_read(
    digest_data: DigestMaker, templates: Templates
) -> None:
    """They flow in one cell: a cell each made the page wider than the screen."""
    task = digest_data().needs_human[0]
    crops = (
        Crop("title", png(size=100, height=20), "甲.pdf 标题"),
        Crop("seal", png(), "甲.pdf 第1页"),
    )
    html = compose_digest(digest_data(needs_human=(replace(task, crops=crops),)), templates).html

    assert re.findall(r'src="cid:(\w+)" width="(\d+)"', html) == [("title", "240"), ("seal", "120")]
    between = html[html.index("cid:title") : html.index("cid:seal")]
    assert not re.search(r"</?t[dr]", between)
    assert "甲.pdf 标题、甲.pdf 第1页" in html


def test_a_preview_shows_the_pictures_by_itself(
    digest_data: DigestMaker,
    templates: Templates,
) -> None:
    """For a browser, which knows no cid."""
    html = preview_html(compose_digest(digest_data(), templates))
    assert "cid:" not in html
    assert 'src="data:image/png;base64,' in html


def test_names_cannot_break_out_of_the_digest(
    digest_data: DigestMaker,
    templates: Templates,
) -> None:
    """Applicants' text is text for staff as well, and only mailto: becomes a link."""
    evil = '<img src=x onerror="x">\r\nBcc: a@b'
    task = replace(
        digest_data().needs_human[0],
        applicant=evil,
        reason=evil,
        links=(ActionLink("受理", "javascript:alert(1)"),),
    )
    letter = Undelivered("X24-0001-K", evil, "unknown\nkind", evil, evil, evil, RECEIVED)
    digest = compose_digest(digest_data(needs_human=(task,), undelivered=(letter,)), templates)
    assert "<img src=x" not in digest.html
    assert "javascript:" not in digest.html
    assert "\nBcc:" not in digest.text


def test_the_page_is_built_for_outlook_and_for_a_phone(
    digest_data: DigestMaker,
    templates: Templates,
) -> None:
    """A fixed width as an attribute, no flex, no svg, no max-width on an element; a media query for
    the phone.
    """
    html = compose_digest(digest_data(), templates).html
    assert re.search(r'<table[^>]* width="640"[^>]* align="center"', html)
    assert not re.search(r"flex|<svg|border-radius|background-image|style=\"[^\"]*max-width", html)
    assert "@media (max-width:660px)" in html


def test_the_subject_names_what_is_open_whatever_came(
    digest_data: DigestMaker, templates: Templates
) -> None:
    """On a day without new mail somebody may still wait; a case with three doubts is one matter."""
    task = digest_data().needs_human[0]
    other = replace(task, case_code="来件7")
    data = digest_data(
        **EMPTY | {"needs_human": (task, task, task, other)}, closing=(case_line(1),)
    )
    digest = compose_digest(data, templates)
    assert digest.subject == "【收件日报】8月30日 本期无新件 · 待办 2 件 · 清办待放行 1 项"
    assert "今天有 2 件需要人工处理" in digest.text


def test_every_task_says_whom_to_ask_and_what_to_do(
    digest_data: DigestMaker, templates: Templates
) -> None:
    """Name, telephone, address and the way; what is not known is said, not left out."""
    task = replace(digest_data().needs_human[0], contact="王小明", todo="看过扫描件后选定结论")
    unknown = replace(task, contact="", telephone="", address="", submitter="")
    for body in texts(digest_data(needs_human=(task, unknown)), templates):
        for words in ("王小明", "0997-0000002", "jyj@example.cn", "怎样办：看过扫描件后选定结论"):
            assert words in body
        assert "联系人 未写明　电话 未提供　邮箱 未提供" in body


LINK = "https://mail.163.com/large-attachment-download/index.html?p=" + "k" * 400 + "&x=1"


def test_a_link_of_a_stranger_is_whole_for_staff_and_nothing_else_becomes_one(
    digest_data: DigestMaker, templates: Templates
) -> None:
    """They must be able to look before it expires; javascript: and the like stay text."""
    task = digest_data().needs_human[0]
    good = replace(task, files=(ActionLink("申报书.pdf", LINK),))
    bad = replace(
        task, files=(ActionLink("x", "javascript:alert(1)"), ActionLink("y", "https://a b"))
    )
    digest = compose_digest(digest_data(needs_human=(good, bad)), templates)
    assert LINK in digest.text
    assert f'href="{LINK.replace("&", "&amp;")}"' in digest.html
    assert "javascript:" not in digest.html + digest.text
    assert "https://a b" not in digest.html


def test_units_that_are_silent_have_their_telephone(
    digest_data: DigestMaker, templates: Templates
) -> None:
    """Whoever reads the list is about to call them."""
    silent = (Silent("示范区", ("第一师", "第二师"), {"第二师": "0996-0000001"}),)
    data = digest_data(silent=silent)
    assert all("第一师、第二师（0996-0000001）" in body for body in texts(data, templates))
    table = next(sheet for sheet in sheets(data) if sheet.name == "未报单位")
    assert table.rows == (("示范区", "第一师", ""), ("示范区", "第二师", "0996-0000001"))


@pytest.mark.parametrize("count", [0, 1, 50, 5000])
def test_what_is_read_in_the_mail_stays_below_a_hundred_kib(
    count: int, digest_data: DigestMaker, templates: Templates
) -> None:
    """However much there is, with four links a task; what is left out is counted."""
    url = "mailto:apply@office.example?subject=x&body=" + "%E7%90%86" * 60
    task = replace(
        digest_data().needs_human[0],
        links=tuple(ActionLink(label, url) for label in ("受理", "退回补正", "不予受理", "转交")),
        reason="扫描件" * 40,
        crops=(),
    )
    lines = tuple(case_line(number, note="未见公章") for number in range(count))
    tasks = tuple(replace(task, case_code=f"X24-{number:04d}-K") for number in range(count))
    data = digest_data(
        needs_human=tasks, accepted=lines, incomplete=lines, rejected=lines, accept_all="mailto:all"
    )
    digest = compose_digest(data, templates)
    assert words_size(digest) <= 100 * 1024
    shown = digest.html.count("怎样办") or digest.html.count(">受理<")
    assert shown >= min(count, 8)
    assert ("另有" in digest.text) == (count > 1)
    assert ("mailto:all" in digest.html) == (count < 2)


def test_few_tasks_are_shown_where_each_fills_a_screen(
    digest_data: DigestMaker, templates: Templates
) -> None:
    """Links of long bodies: four tasks at least, and the mail stays small."""
    links = tuple(ActionLink(label, "mailto:a@b.cn?body=" + "x" * 1_700) for label in "甲乙丙丁")
    task = replace(digest_data().needs_human[0], links=links, crops=())
    tasks = tuple(replace(task, case_code=f"X24-{number:04d}-K") for number in range(9))
    digest = compose_digest(digest_data(**EMPTY | {"needs_human": tasks}), templates)
    assert words_size(digest) <= 100 * 1024
    assert [f"X24-{number:04d}-K" in digest.text for number in range(9)] == [True] * 4 + [False] * 5
    assert "另有" in digest.text
