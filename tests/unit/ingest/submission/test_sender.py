"""Who sent an application."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ingest.reading import Document
from ingest.submission.case import ReceivedMail
from ingest.submission.sender import who_sent
from rules.call import Call
from rules.facts import Fact

Mail = Callable[..., ReceivedMail]


def test_a_display_name_that_is_a_bureau_makes_its_unit_the_submitter(
    call: Call,
    mail: Mail,
) -> None:
    """The bureau's display name is enough."""
    sender = who_sent(mail(name="第八师石河子市教育局").reading, call)
    assert (sender.kind, sender.unit, sender.key) == (
        "师市教育局",
        "第八师石河子市",
        "unit:第八师石河子市",
    )


def test_the_signature_speaks_when_the_display_name_is_a_person(call: Call, mail: Mail) -> None:
    """QQ display names are people's."""
    text = "兵团教育局：\n附件是我师的材料,请查收。\n\n第五师双河市教育局\n李敏 0909-2260000\n2024年8月20日"
    assert who_sent(mail(name="敏敏", text=text).reading, call).unit == "第五师双河市"


def test_the_eleventh_division_is_not_the_first(call: Call, mail: Mail) -> None:
    """第十一师 contains 一师."""
    assert who_sent(mail(name="第十一师教育局").reading, call).unit == "第十一师"


def test_a_name_that_is_spaced_out_or_numbered_in_figures_is_the_same(
    call: Call, mail: Mail
) -> None:
    """As official paper is set, and as telephones type."""
    for name in ("第六师五家渠市教 育 局", "第6师教育局"):
        assert who_sent(mail(name=name).reading, call).unit == "第六师五家渠市"
    school = who_sent(mail(name="石河子市第一中学教务处").reading, call)
    assert school.name == "石河子市第一中学", "it does not end with 一中"


def test_a_school_that_signs_for_itself_is_a_school(call: Call, mail: Mail) -> None:
    """The name of the authority in the greeting makes nobody a bureau."""
    sender = who_sent(
        mail(name="教务处", text="兵团教育局:\n您好!\n第五师八十三团第一中学\n教务处").reading, call
    )
    assert (sender.kind, sender.unit) == ("学校", "第五师双河市")


def test_a_sentence_that_names_a_school_is_no_signature(
    call: Call, mail: Mail, summary: Callable[..., Document]
) -> None:
    """A bureau writes about schools; the table it filled in says who it is."""
    table = summary("甲学校").model_copy(
        update={"fields": {"填报单位": Fact.known("第四师可克达拉市教育局")}}
    )
    sender = who_sent(
        mail(table, name="小刘", text="现将第一中学的申报材料报上，请查收。").reading, call
    )
    assert (sender.kind, sender.evidence) == ("师市教育局", "汇总表填报单位")


def test_a_school_directly_under_the_authority_submits_for_itself(call: Call, mail: Mail) -> None:
    """直属学校 are units of the list."""
    assert who_sent(mail(name="兵团第二中学").reading, call).kind == "直属学校"


def test_a_known_address_outweighs_every_name(call: Call, mail: Mail) -> None:
    """The office's own list is the best evidence."""
    units = tuple(
        replace(unit, addresses=("@jyj.example.cn",)) if unit.name == "第二师铁门关市" else unit
        for unit in call.units
    )
    sender = who_sent(
        mail(name="第八师教育局", address="a@jyj.example.cn").reading, replace(call, units=units)
    )
    assert sender.unit == "第二师铁门关市"


def test_nobody_in_particular_stays_somebody_else(call: Call, mail: Mail) -> None:
    """Without evidence nothing is guessed."""
    sender = who_sent(mail(name="", address="someone@example.com").reading, call)
    assert (sender.kind, sender.key) == ("其他", "address:someone@example.com")


@pytest.mark.parametrize(
    "line",
    [
        "抄送：第七师胡杨河市教育局",
        "主送：第七师胡杨河市教育局",
        "抄 报：第七师胡杨河市教育局",
        "抄 送 第七师胡杨河市教育局",
        "（抄送第七师胡杨河市教育局）",
        "抄报单位：第七师胡杨河市教育局",
        "致 第七师胡杨河市教育局",
        "附件1 第七师胡杨河市教育局申报书",
        "（1）第七师胡杨河市教育局申报书",
        "①第七师胡杨河市教育局材料",
        "- 第七师胡杨河市教育局材料",
        "参照第七师胡杨河市教育局做法",
        "附件：第七师胡杨河市教育局来函",
        "附件2：第七师胡杨河市教育局来函",
        "附：第七师胡杨河市教育局来函",
        "1. 第七师胡杨河市教育局申报书",
        "第七师胡杨河市教育局申报书.docx",
        "第七师胡杨河市教育局：",
        "抄送：兵团教育局、\n第七师胡杨河市教育局",
        "CC: 第七师胡杨河市教育局",
    ],
)
def test_a_line_that_names_others_is_no_signature(line: str, call: Call, mail: Mail) -> None:
    """Copies, main recipients, enclosures, a salutation, a file."""
    text = f"材料见附件\n第六师五家渠市教育局\n童慧敏\n{line}"
    assert who_sent(mail(name="童", text=text).reading, call).unit == "第六师五家渠市"
    assert not who_sent(mail(name="童", text=f"材料见附件\n{line}").reading, call).named


@pytest.mark.parametrize(("subject", "own"), [("Re: {}", False), ("转发：{}", False), ("{}", True)])
def test_a_name_in_an_answered_subject_is_not_the_senders_own(
    subject: str, own: bool, call: Call, mail: Mail
) -> None:
    """It may be ours, or whoever's mail was forwarded."""
    sender = who_sent(mail(name="", subject=subject.format("第六师教育局材料")).reading, call)
    assert (sender.named, sender.own_words) == (True, own)


def test_a_call_without_words_for_applicants_knows_none_by_its_name(call: Call, mail: Mail) -> None:
    """Bureaus are known all the same."""
    bare = replace(call, words=replace(call.words, applicant_words=()))
    reading = mail(name="石河子市第一中学").reading
    assert who_sent(reading, call).key == "applicant:石河子市第一中学"
    assert who_sent(reading, bare).key == "address:jyj@example.cn"
    assert who_sent(mail(name="第八师石河子市教育局").reading, bare).unit == "第八师石河子市"
