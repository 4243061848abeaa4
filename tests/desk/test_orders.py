"""Staff decide at the desk: shown first, done once, by the same orders as on the command line."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from ingest.desk.orders import AT_ONCE, LONGEST, PLANNED
from ingest.store.events import EventKind
from ingest.store.tasks import open_tasks
from rules.tasks import TaskKind
from rules.verdict import Decision
from tests.desk.papers import GREY_UNIT, task
from tests.desk.server import Answer, OpenDesk, Visitor
from tests.integration.house import STAFF, plain_mail, with_file

Open = Callable[..., OpenDesk]
OTHER = "other@office.example"


def clerk_with_case(desk: OpenDesk) -> tuple[Visitor, dict[str, str]]:
    """A clerk before the grey case, and the fields every form of it carries."""
    case, clerk = desk.house.cases()[0], desk.signed_in()
    return clerk, {
        "order": "decide", "token": clerk.form_token(), "code": case.code, "seen": "1",
        "entry": "", "action": "受理", "because": "核对了原件，印章是红色的",
    }  # fmt: skip


def everything(desk: OpenDesk) -> tuple[object, ...]:
    """What an order could change."""
    house = desk.house
    with house.store() as session:
        tasks = [row.id for row in open_tasks(session)]
    return len(house.events()), len(house.letters()), house.cases(), tasks


def refused(answer: Answer, word: str) -> bool:
    """The page came again, with a word on what is wrong and no change."""
    return answer.status == 409 and word in answer.text


# --- deciding -------------------------------------------------------------------------------------


def test_the_letter_is_shown_and_nothing_is_done(grey: OpenDesk) -> None:
    clerk, form = clerk_with_case(grey)
    before = everything(grey)
    shown = clerk.post("/orders/plan", form, HX_Request="true")

    assert shown.status == 200
    assert "转人工 -&gt; 受理" in shown.text
    assert "受理" in shown.text
    assert "sys_jyj@example.cn" in shown.text
    assert "<html" not in shown.text
    assert "<html" in clerk.post("/orders/plan", form).text
    assert everything(grey) == before


def test_a_decision_is_carried_out_and_told(grey: OpenDesk) -> None:
    """Who, why and what became of it in the ledger; the letter in the outbox; the task done."""
    clerk, form = clerk_with_case(grey)
    before = len(grey.house.letters())
    done = clerk.post("/orders/do", form)
    case = grey.house.cases()[0]

    assert (done.status, done.headers["location"]) == (303, f"/cases/{case.code}?done=1")
    assert case.decision is Decision.ACCEPTED
    (event,) = grey.house.events(EventKind.STAFF_DECIDED)
    assert event.text.startswith(f"{STAFF} 受理: 转人工 -> 受理")
    assert "核对了原件" in event.text
    assert grey.house.letters()[before:][0].kind == "accepted"
    page = clerk.get(done.headers["location"]).text
    assert "已办：" in page
    assert "要定的事" not in page
    assert clerk.get("/").text.count("data-row") == 0


def test_of_two_who_decide_at_once_the_second_is_told(open_grey: Open) -> None:
    """By whom and how; nothing is changed, and what was typed is still there."""
    desk = open_grey(office={"staff": [STAFF, OTHER]})
    first, form = clerk_with_case(desk)
    second = desk.signed_in(OTHER)
    assert first.post("/orders/do", form).status == 303
    before = everything(desk)
    late = form | {"token": second.form_token(), "action": "退回补正", "because": "我看不清"}
    answer = second.post("/orders/do", late)

    assert refused(answer, "已经变了")
    assert STAFF in answer.text
    assert "我看不清" in answer.text
    assert refused(second.post("/orders/do", {**late, "seen": ""}), "已经变了")
    assert everything(desk) == before


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"because": " "}, "理由"),
        ({"because": "长" * (LONGEST + 1)}, "太长"),
        ({"action": "通过"}, "还没有选结论"),
        ({"entry": "第九中学"}, "没有申报项"),
        ({"order": "shred"}, "没有这种操作"),
        ({"seen": "7"}, "已经变了"),
    ],
    ids=["no reason", "too long", "no conclusion", "no entry", "no order", "never seen"],
)
def test_what_cannot_be_done_is_said_and_not_done(
    grey: OpenDesk, changed: dict[str, str], word: str
) -> None:
    clerk, form = clerk_with_case(grey)
    before = everything(grey)

    assert refused(clerk.post("/orders/do", form | changed), word)
    assert word in clerk.post("/orders/plan", form | changed, HX_Request="true").text
    assert everything(grey) == before


def test_a_case_that_is_not_there_is_said(grey: OpenDesk) -> None:
    clerk, form = clerk_with_case(grey)

    assert clerk.post("/orders/do", form | {"code": "Q24-0099-X"}).status == 404
    assert clerk.post("/orders/do", {"token": form["token"], "order": "decide"}).status == 404


def test_a_rejection_may_want_a_second_person(open_grey: Open) -> None:
    """The first hears that another one must agree; the letter goes when the second does."""
    desk = open_grey(office={"staff": [STAFF, OTHER], "second_person_for_rejection": True})
    first, form = clerk_with_case(desk)
    letters = len(desk.house.letters())
    form |= {"action": "不予受理", "because": "不符合条件"}
    assert "第二人" in first.post("/orders/plan", form, HX_Request="true").text
    assert first.post("/orders/do", form).status == 303
    assert len(desk.house.letters()) == letters
    second = desk.signed_in(OTHER)
    assert "同意或不同意不予受理" in second.get("/").text
    form["token"] = second.form_token()
    assert second.post("/orders/do", form).status == 303

    assert desk.house.letters()[-1].kind == "rejected"
    assert desk.house.cases()[0].decision is Decision.REJECTED


# --- the other orders -----------------------------------------------------------------------------


def test_a_value_read_by_a_person_is_judged_again(grey: OpenDesk) -> None:
    clerk, form = clerk_with_case(grey)
    fact = form | {"order": "fact", "field": "盖章", "value": "是", "because": ""}
    assert "人工" in clerk.post("/orders/plan", fact, HX_Request="true").text
    assert clerk.post("/orders/do", fact).status == 303

    (event,) = grey.house.events(EventKind.STAFF_FACT)
    assert event.text == f"{STAFF} 填入盖章 = 是；理由：{STAFF} 按扫描件填写"
    assert refused(clerk.post("/orders/do", {**fact, "seen": "2", "value": "也许"}), "不能作为")


def test_a_task_is_done_once(grey: OpenDesk) -> None:
    """Whoever comes later hears who did it."""
    grey.house.arrive(plain_mail(1))
    grey.house.settle_and_decide()
    number = task(grey, "q", TaskKind.QUESTION, "请答复", message_id=1)
    clerk = grey.signed_in()
    form = {"order": "task", "token": clerk.form_token(), "task": str(number), "message": "1",
            "because": "电话答复了"}  # fmt: skip
    done = clerk.post("/orders/do", form)

    assert (done.status, done.headers["location"]) == (303, "/mails/1?done=1")
    assert "已办结" in clerk.get("/mails/1?done=1").text
    assert refused(clerk.post("/orders/do", form), f"已由 {STAFF} 办结")


def test_a_case_is_assigned_and_noted(grey: OpenDesk) -> None:
    """Then it is listed among one's own; no letter goes."""
    clerk, form = clerk_with_case(grey)
    letters = len(grey.house.letters())
    assert clerk.post("/orders/do", form | {"order": "assign", "to": STAFF}).status == 303
    assert clerk.post("/orders/do", form | {"order": "note", "text": "已去电"}).status == 303

    assert grey.house.cases()[0].assigned_to == STAFF
    assert clerk.get("/?mine=1").text.count("data-row") == 2
    assert f"{STAFF} 批注：已去电" in clerk.get(f"/cases/{form['code']}").text
    assert len(grey.house.letters()) == letters


def test_a_withdrawal_is_confirmed_or_refused(grey: OpenDesk) -> None:
    clerk, form = clerk_with_case(grey)
    case = grey.house.cases()[0]
    asked = form | {"order": "withdraw", "because": "电话核实"}
    assert refused(clerk.post("/orders/do", asked | {"answer": "refuse"}), "没有撤回申请")
    task(grey, "w", TaskKind.WITHDRAWAL, "申请撤回", case_id=case.id)
    page = clerk.get(f"/cases/{case.code}").text
    assert 'name="answer" value="refuse"' in page
    assert clerk.post("/orders/do", asked | {"answer": "confirm"}).status == 303

    assert grey.house.cases()[0].withdrawn_at is not None
    assert grey.house.letters()[-1].kind == "withdrawn"


def test_a_mail_is_put_into_a_case(grey: OpenDesk) -> None:
    """What was held for a person, because its sender had no standing."""
    clerk, form = clerk_with_case(grey)
    grey.house.arrive(plain_mail(2, subject="补充说明"))
    grey.house.settle_and_decide()
    number = grey.house.messages()[-1].id
    attach = {"order": "attach", "token": form["token"], "message": str(number), "to": form["code"],
              "because": "电话问过"}  # fmt: skip
    done = clerk.post("/orders/do", attach)

    assert (done.status, done.headers["location"]) == (303, f"/cases/{form['code']}?done=1")
    assert "补充说明" in clerk.get(f"/cases/{form['code']}").text
    assert refused(clerk.post("/orders/do", attach), "已在案卷")


def test_a_case_is_closed(grey: OpenDesk) -> None:
    clerk, form = clerk_with_case(grey)
    assert clerk.post("/orders/do", form | {"order": "close", "because": "测试件"}).status == 303

    assert grey.house.cases()[0].closed_at is not None
    assert refused(clerk.post("/orders/do", form), "已结案")


def test_every_order_is_refused_without_the_forms_own_word(grey: OpenDesk) -> None:
    """Whatever its name: a page elsewhere cannot give one."""
    clerk, form = clerk_with_case(grey)
    before = everything(grey)
    for name in (*PLANNED, *AT_ONCE):
        for path in ("/orders/do", "/orders/plan"):
            assert clerk.post(path, form | {"order": name, "token": "0" * 64}).status == 403
            assert grey.visitor().post(path, form | {"order": name}).status == 401

    assert everything(grey) == before


def test_rules_that_went_in_force_meanwhile_are_used(grey: OpenDesk) -> None:
    """The grey runs for weeks; the files change under it."""
    clerk, form = clerk_with_case(grey)
    clerk.post("/orders/plan", form, HX_Request="true")
    grey.house.settle_rules()
    grey.house.look_at_rules(closely=True)

    assert "将发出的信" in clerk.post("/orders/plan", form, HX_Request="true").text


def test_every_form_of_a_case_names_an_order_there_is(grey: OpenDesk) -> None:
    clerk, form = clerk_with_case(grey)
    page = clerk.get(f"/cases/{form['code']}").text
    names = set(re.findall(r'name="order" value="(\w+)"', page))

    assert names
    assert names <= PLANNED.keys() | AT_ONCE.keys()


# --- whose case, which mails, which entries -------------------------------------------------------


def from_a_stranger(desk: OpenDesk, code: str) -> int:
    """A mail with a file that names the case and has no standing in it; its number."""
    desk.house.arrive(with_file(plain_mail(7, subject=f"{code} 补充材料")))
    desk.house.settle_and_decide()
    return desk.house.messages()[-1].id


def test_a_mail_that_waits_is_released_into_its_case(grey: OpenDesk) -> None:
    """From the form that the task shows; once it is in, it is said to be."""
    clerk, form = clerk_with_case(grey)
    number = from_a_stranger(grey, form["code"])
    page = clerk.get(f"/cases/{form['code']}").text
    assert 'name="order" value="release"' in page
    order = {"order": "release", "token": form["token"], "message": str(number),
             "to": form["code"], "because": "电话问过"}  # fmt: skip
    assert refused(clerk.post("/orders/do", order | {"to": "Q24-0099-X"}), "没有案卷")
    assert refused(clerk.post("/orders/do", order | {"because": ""}), "理由")
    done = clerk.post("/orders/do", order)

    assert (done.status, done.headers["location"]) == (303, f"/cases/{form['code']}?done=1")
    assert "放行来件" in clerk.get(f"/cases/{form['code']}").text
    assert refused(clerk.post("/orders/do", order), "已在案卷")


def test_of_two_cases_under_one_name_one_counts(grey: OpenDesk) -> None:
    """Both are named with their addresses; a case that nobody else claims settles nothing."""
    clerk, form = clerk_with_case(grey)
    settle = form | {"order": "settle", "to": form["code"], "because": "打名单上的电话问过"}
    assert refused(clerk.post("/orders/do", settle), "同名")
    mail = plain_mail(8, subject="示范区申报材料", from_=f"{GREY_UNIT} <x@mail.example>")
    grey.house.arrive(with_file(mail))
    grey.house.settle_and_decide()
    page = clerk.get(f"/cases/{form['code']}").text
    assert 'name="order" value="settle"' in page
    assert "x@mail.example" in page
    done = clerk.post("/orders/do", settle)

    assert (done.status, done.headers["location"]) == (303, f"/cases/{form['code']}?done=1")
    assert [case.closed_at is None for case in grey.house.cases()] == [True, False]


def test_who_is_left_out_is_asked_about_on_the_page(grey: OpenDesk) -> None:
    """The only entry of a case is not dropped: that would be the case."""
    clerk, form = clerk_with_case(grey)
    case = grey.house.cases()[0]
    task(grey, "c", TaskKind.CHANGE, "来信要求更名", case_id=case.id)
    assert 'name="order" value="ending"' in clerk.get(f"/cases/{case.code}").text
    name = clerk.get(f"/cases/{case.code}").text
    assert "怎样认定" in name
    end = form | {"order": "ending", "entry": GREY_UNIT, "because": "电话问过"}

    assert refused(clerk.post("/orders/do", end), "怎样认定")
    assert refused(clerk.post("/orders/do", end | {"answer": "drop"}), "这一个申报项")
    assert refused(clerk.post("/orders/do", end | {"answer": "rename", "name": "乙"}), "没有申报项")
    assert clerk.post("/orders/do", end | {"answer": "stays"}).status == 303
    assert grey.house.events(EventKind.ENTRY_ENDED)


def test_mails_are_split_off_and_merged_back(grey: OpenDesk) -> None:
    clerk, form = clerk_with_case(grey)
    number = from_a_stranger(grey, form["code"])
    order = {"token": form["token"], "code": form["code"], "because": "系另一单位的"}
    attach = order | {"order": "attach", "message": str(number), "to": form["code"]}
    assert clerk.post("/orders/do", attach).status == 303
    split = order | {"order": "split", "messages": f"{number}"}
    assert refused(clerk.post("/orders/do", split | {"messages": "无"}), "没有写")
    assert refused(clerk.post("/orders/do", split | {"messages": "99"}), "99")
    assert clerk.post("/orders/do", split).status == 303
    grey.house.settle_and_decide()
    other = grey.house.cases()[-1].code
    assert other != form["code"]
    merge = order | {"order": "merge", "code": other, "to": form["code"]}
    done = clerk.post("/orders/do", merge)

    assert (done.status, done.headers["location"]) == (303, f"/cases/{form['code']}?done=1")
    assert grey.house.cases()[-1].merged_into == grey.house.cases()[0].id


def test_a_clerk_says_for_which_call_a_mail_is(open_one: Open) -> None:
    """The mail's page offers the calls by their titles; the mail is then read anew."""
    calls = {"active": ["smart-education-2024", "community-grants-2025"]}
    desk = open_one(calls_=calls)
    desk.house.settle_rules()
    desk.house.arrive(with_file(plain_mail(1, "材料")))
    desk.house.take_in()
    clerk = desk.signed_in()
    page = clerk.get("/mails/1").text
    assert all(each.call.title in page for each in desk.house.app.rules.all)
    form = {"order": "route", "token": clerk.form_token(), "message": "1", "because": "看过附件"}

    assert refused(clerk.post("/orders/do", form | {"call": "none"}), "没有正在办理的征集")
    assert clerk.post("/orders/do", form | {"call": calls["active"][1]}).status == 303
    assert desk.house.messages()[0].call == calls["active"][1]
    assert "认定是哪一项征集" not in clerk.get("/mails/1").text
