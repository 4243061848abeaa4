"""Values a person read: whose they are, for which papers, and what cannot be one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from ingest.errors import UsageError
from ingest.reading import Document
from ingest.submission.byhand import HandFact, require_readable, with_hand_facts
from ingest.submission.case import Case, ReceivedMail, arrange
from ingest.submission.presenting import subjects_of
from ingest.submission.sender import Sender
from rules.call import Call, Role
from rules.facts import Fact

Make = Callable[..., Document]
Mail = Callable[..., ReceivedMail]
BUREAU = Sender(
    "师市教育局", "unit:第八师石河子市", "第八师石河子市教育局", "第八师石河子市", "发件人名称"
)


@pytest.fixture
def case(call: Call, mail: Mail, word: Make, scan: Make, summary: Make) -> Case:
    """Two schools with Word and scan, and their summary table with its scan."""
    return arrange(
        [
            mail(
                word("红旗小学"),
                scan("红旗小学", name="红旗小学.pdf"),
                word("幸福小学"),
                scan("幸福小学", name="幸福小学.pdf"),
                summary("红旗小学", "幸福小学"),
                scan(role=Role.SUMMARY, name="汇总表.pdf"),
            )
        ],
        "示范校",
        call,
    )


def told(case: Case, call: Call, *facts: HandFact) -> dict[str, dict[str, Fact]]:
    subjects = subjects_of(case, call, BUREAU, decided_before=False, ledger=())
    return {each.id: each.fields for each in with_hand_facts(subjects, case, facts, call)}


def by_hand(fields: dict[str, Fact], name: str) -> bool:
    return name in fields and fields[name].provenance.method == "人工"


def read(entry: str, field: str, value: str, at: datetime) -> HandFact:
    return HandFact(entry, field, value, "李", at)


@pytest.fixture
def later(case: Case) -> datetime:
    """After every mail."""
    return case.last.received + timedelta(hours=1)


def test_a_value_is_of_the_entry_it_was_read_for(case: Case, call: Call, later: datetime) -> None:
    found = told(case, call, read("红旗小学", "盖章", "是", later))

    assert by_hand(found["扫申1"], "盖章")
    assert found["扫申1"]["盖章"].value is True
    assert not by_hand(found["扫申2"], "盖章")
    assert not by_hand(found["扫汇"], "盖章")


def test_a_value_of_the_summary_table_is_named_so(case: Case, call: Call, later: datetime) -> None:
    found = told(case, call, read("汇总表", "盖章", "否", later))

    assert found["扫汇"]["盖章"].value is False
    assert not by_hand(found["扫申1"], "盖章")


def test_without_a_name_it_is_nobodys_where_there_are_two(
    case: Case, call: Call, later: datetime
) -> None:
    found = told(
        case,
        call,
        read("", "盖章", "是", later),
        read("", "填报单位", "第八师石河子市教育局", later),
        read("", "时间可疑", "否", later),
    )

    assert not any(by_hand(fields, "盖章") for fields in found.values())
    assert by_hand(found["汇总表"], "填报单位")
    assert by_hand(found["来件"], "时间可疑")


def test_a_value_is_about_the_papers_a_person_had_and_the_latest_counts(
    case: Case, call: Call, later: datetime
) -> None:
    early = case.last.received - timedelta(hours=1)

    assert not by_hand(told(case, call, read("红旗小学", "盖章", "否", early))["扫申1"], "盖章")
    found = told(
        case,
        call,
        read("红旗小学", "盖章", "否", later),
        read("红旗小学", "盖章", "是", later),
        read("红旗小学", "编号", "申9", later),
        read("红旗小学", "盖章", "说不清", later),
    )
    assert found["扫申1"]["盖章"].value is True
    assert found["扫申1"]["编号"].value == "扫申1"


@pytest.mark.parametrize(
    ("field", "value", "hint"),
    [
        ("章", "是", "盖章"),
        ("没有这一项", "是", "可填的事项"),
        ("盖章", "大概", "写 是 或 否"),
        ("教师账号开通率", "约98%", "98.9%"),
        ("学校类型", "大学", "可用"),
        ("联系人", " ", "不能为空"),
    ],
)
def test_what_cannot_be_judged_is_refused_with_the_mend(
    call: Call, field: str, value: str, hint: str
) -> None:
    with pytest.raises(UsageError) as refused:
        require_readable(call, field, value)

    assert hint in refused.value.hint


def test_what_can_be_judged_is_taken(call: Call) -> None:
    require_readable(call, "教师账号开通率", "98.9%")


def test_without_anything_read_by_hand_nothing_changes(case: Case, call: Call) -> None:
    subjects = subjects_of(case, call, BUREAU, decided_before=False, ledger=())

    assert with_hand_facts(subjects, case, (), call) == subjects
