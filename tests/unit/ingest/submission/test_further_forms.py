"""Forms beside 申报书 and 汇总表: whose they are, what rules see of them, and whose findings theirs are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ingest.document.form.recognise import recognise_by_name
from ingest.reading import Document
from ingest.submission.case import Case, ReceivedMail, arrange
from ingest.submission.letterrequest import role_name
from ingest.submission.presenting import subjects_of, verdict_of
from ingest.submission.sender import Sender
from ingest.submission.timely import fingerprint
from rules.call import Call, Form, Role
from rules.facts import Fact, Knowledge
from rules.judge import findings, judge
from rules.rulebook import load_rulebook
from rules.subjects import Subject
from rules.vocabulary import Field, FieldType

Make = Callable[..., Document]
Mail = Callable[..., ReceivedMail]
BUREAU = Sender("师市教育局", "unit:第八师", "第八师教育局", "第八师石河子市", "发件人名称")
BUDGET = Form(
    "附件5", Role.OTHER, "示范校", ("经费预算表",), "单位名称",
    (Field("单位名称", FieldType.TEXT), Field("合计", FieldType.MONEY)), name="预算表",
)  # fmt: skip
RULE = """版本: 1
通知: 试
规则:
  - 编号: B01
    名称: 有预算表
    依据: 一
    针对: 申报书
    要求: {存在: 预算表, 其中: [预算表.对应 等于 申报书.编号]}
    不满足: 退回补正
  - 编号: B02
    名称: 预算不超过五万元
    依据: 二
    针对: 预算表
    要求: 预算表.合计 不超过 5万元
    不满足: 退回补正
  - 编号: B03
    名称: 申报书盖章
    依据: 三
    针对: 申报书
    要求: {存在: 扫描件, 其中: [扫描件.对应 等于 申报书.编号]}
    不满足: 退回补正
"""


@pytest.fixture
def funded(call: Call) -> Call:
    return replace(call, forms=(*call.forms, BUDGET))


def budget(
    document: Document, cents: int | None = 5_000_000, applicant: str | None = None
) -> Document:
    """``document`` as a budget table of the same rendition."""
    name = document.applicant if applicant is None else applicant
    fields = {"合计": Fact.unknown() if cents is None else Fact.known(cents)}
    return document.model_copy(
        update={
            "form": "附件5", "role": Role.OTHER, "part": f"预算{document.part}", "applicant": name,
            "name": f"预算表{name}.docx", "fields": fields, "sha256": f"{document.sha256}{cents}",
        }
    )  # fmt: skip


def arranged(call: Call, *mails: ReceivedMail) -> tuple[Case, dict[str, Subject]]:
    case = arrange(mails, "示范校", call)
    subjects = subjects_of(case, call, BUREAU, decided_before=False, ledger=())
    return case, {subject.id: subject for subject in subjects}


def test_a_further_form_belongs_to_the_entry_it_names(funded: Call, mail: Mail, word: Make) -> None:
    """Rules find it by 对应, and see its values."""
    first, second = word("甲小学"), word("乙小学")
    _, seen = arranged(funded, mail(first, second, budget(second)))
    [form] = [subject for subject in seen.values() if subject.kind == "预算表"]
    owner = seen[str(form.fact("对应").value)]
    assert (owner.fact("单位名称").value, form.fact("合计").value) == ("乙小学", 5_000_000)
    assert form.fact("可编辑").value is True


def test_one_without_a_name_belongs_to_the_only_entry(funded: Call, mail: Mail, word: Make) -> None:
    """Of several nobody can tell whose it is."""
    one, two = word("甲小学"), word("乙小学")
    nameless = budget(one, applicant="")
    _, seen = arranged(funded, mail(one, nameless))
    assert seen["另1申1"].fact("对应").value == "申1"
    _, seen = arranged(funded, mail(one, two, nameless))
    assert seen["另1"].fact("对应").knowledge is Knowledge.UNKNOWN


def test_a_newer_one_replaces_the_older(funded: Call, mail: Mail, word: Make) -> None:
    """As of every form; what gave way is kept. The entry's fingerprint changes with it."""
    first = mail(word("甲小学"), budget(word("甲小学"), 9_000_000))
    before, _ = arranged(funded, first)
    newer = replace(mail(budget(word("甲小学"), 4_000_000)), id=99)
    case, seen = arranged(funded, first, newer)
    assert seen["另1申1"].fact("合计").value == 4_000_000
    assert len(case.replaced) == 1
    assert fingerprint(case, case.entries[0]) != fingerprint(before, before.entries[0])


def test_strays_of_one_applicant_are_one(funded: Call, mail: Mail, word: Make, scan: Make) -> None:
    """Word and scan of a form whose application nobody sent."""
    case, seen = arranged(
        funded,
        mail(
            word("甲小学"), budget(word("丙小学")), budget(scan("丙小学")), budget(word("丁小学"))
        ),
    )
    assert [len(other.papers) for other in case.strays] == [2, 1]
    assert {"另1", "扫另1", "另2"} <= seen.keys()
    assert case.scans.keys() == {"扫另1"}


def test_its_scan_is_none_of_the_application(
    funded: Call, mail: Mail, word: Make, scan: Make
) -> None:
    """A stamped budget table does not stand in for a stamped application."""
    paper = word("甲小学")
    case, seen = arranged(funded, mail(paper, budget(paper, 6_000_000), budget(scan("甲小学"))))
    form = seen["扫另1申1"]
    assert (form.fact("表单").value, form.fact("对应").value) == ("预算表", "另1申1")

    rulebook = load_rulebook(RULE, funded)
    subjects = tuple(seen.values())
    received = case.last.received
    said = findings(rulebook, judge(rulebook, subjects, received), subjects)
    assert [finding.rule for finding in said] == ["B02", "B03"]
    verdict = verdict_of(case, said, "")
    assert [finding.rule for finding in verdict.entries[0].findings] == ["B02", "B03"]
    assert verdict.findings == ()


def test_the_receipt_and_the_file_name_tell_it(funded: Call, word: Make) -> None:
    """By its number in the call; a file named for both kinds is neither's by its name alone."""
    assert role_name(budget(word("甲小学"))) == "附件5（可编辑Word）"
    assert recognise_by_name("甲小学示范校预算表.pdf", funded).form is BUDGET
    assert recognise_by_name("甲小学示范校申报书预算表.pdf", funded).form is BUDGET
    found = recognise_by_name("甲小学示范校申报书.pdf", funded).form
    assert found is not None
    assert found.role is Role.APPLICATION


def test_who_may_only_add_does_not_replace_a_further_form(
    funded: Call, mail: Mail, word: Make
) -> None:
    """As with every form."""
    first = mail(word("甲小学"), budget(word("甲小学"), 9_000_000))
    stranger = replace(mail(budget(word("甲小学"), 1)), may_replace=False)
    case, seen = arranged(funded, first, stranger)
    assert seen["另1申1"].fact("合计").value == 9_000_000
    assert len(case.unused) == 1


def test_a_further_form_of_an_entry_that_waits_is_not_judged(
    funded: Call, mail: Mail, word: Make
) -> None:
    """Nor is the entry: staff are asked first whether it stays."""
    one, two = word("甲小学"), word("乙小学")
    case = arrange([mail(one, two, budget(one), budget(two))], "示范校", funded)
    case.left_out[case.entries[0].id] = "汇总表不再列有"
    subjects = subjects_of(case, funded, BUREAU, decided_before=False, ledger=())
    seen = {str(each.fact("单位名称").value) for each in subjects if each.kind == "申报书"}
    owners = [each.fact("对应").value for each in subjects if each.kind == "预算表"]
    assert (seen, owners) == ({"乙小学"}, [case.entries[1].id])
