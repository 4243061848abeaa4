"""Which case a mail belongs to: what is proved decides, a name is a claim."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ingest.reading import Document, Fate, Part, Reading
from ingest.submission.case import ReceivedMail
from ingest.submission.joining import (
    Candidates,
    KnownCase,
    Placement,
    Purpose,
    claim_of,
    place,
    submitter_key,
    tracks_of,
)
from rules.call import Call
from rules.standing import AddressProof, Standing

Make = Callable[..., Document]
Mail = Callable[..., ReceivedMail]
UNIT, ADDRESS = "unit:第八师石河子市", "jyj@example.cn"
OPENED = {ADDRESS: AddressProof.OPENED}
CASE = KnownCase(7, "X24-0007-K", "示范校", UNIT, "第八师石河子市", "第八师教育局", OPENED)
STRANGER = {"address": "x@evil.example", "name": "第八师石河子市教育局"}


def joined(placement: Placement) -> list[tuple[int | None, str, Standing]]:
    """Where the mail goes, and as whose."""
    return [(join.case_id, join.track, join.standing) for join in placement.joins]


def own(*cases: KnownCase) -> Candidates:
    """Cases that the mail's address and name lead to."""
    return Candidates(own=cases, claimed=cases)


@pytest.fixture
def papers(mail: Mail, word: Make) -> Callable[..., Reading]:
    """A mail with one school's form."""
    return lambda **given: mail(word("甲团中学"), **given).reading


Papers = Callable[..., Reading]


def test_a_key_holds_the_claim_and_who_else_claims_it() -> None:
    """An address or a mail is nobody's name."""
    assert claim_of(submitter_key(UNIT, "a@b.cn")) == claim_of(UNIT) == UNIT
    assert claim_of("address:a|b@c.cn") == claim_of("mail:7") == ""


def test_an_application_opens_one_case_a_track(call: Call, mail: Mail, word: Make) -> None:
    """Zone and school forms in one mail are two cases, its sender's own."""
    reading = mail(word("甲团中学"), word("第八师教育局", "示范区")).reading
    placement = place(reading, call, Candidates())
    assert joined(placement) == [(None, track, Standing.OWNER) for track in ("示范校", "示范区")]
    assert {(join.key, join.proof, join.contested) for join in placement.joins} == {
        (UNIT, AddressProof.OPENED, False)
    }


def test_a_mail_without_attachment_is_a_question(call: Call, mail: Mail) -> None:
    """It is answered with a receipt and read by people."""
    placement = place(mail(text="请问截止时间是几点?").reading, call, Candidates())
    assert (placement.purpose, placement.towards) == (Purpose.QUESTION, None)


def test_thanks_in_a_thread_are_no_supplement(call: Call, mail: Mail) -> None:
    """Nothing new to judge, and it is known which case they are about."""
    known = Candidates(letters=(CASE,), own=(CASE,))
    placement = place(mail(text="收到,谢谢!").reading, call, known)
    assert (placement.purpose, placement.towards) == (Purpose.QUESTION, CASE)


def test_the_address_of_a_case_brings_a_supplement_home(call: Call, mail: Mail, scan: Make) -> None:
    """By the address alone, also when neither name nor track stand in the mail."""
    reading = mail(scan("", track="", role=None), name="敏敏").reading
    assert joined(place(reading, call, own(CASE))) == [(7, "示范校", Standing.OWNER)]


@pytest.mark.parametrize(
    ("known", "proof", "how"),
    [
        (Candidates(letters=(CASE,)), AddressProof.REPLIED, "回复我方信函"),
        (Candidates(pointed=(CASE,)), None, "写明案卷编号"),
        (Candidates(own=(CASE,)), None, "发件地址是案卷"),
    ],
)
def test_who_answers_our_letter_from_the_cases_address_is_confirmed(
    known: Candidates, proof: AddressProof | None, how: str, call: Call, papers: Papers
) -> None:
    """A code confirms nobody."""
    (join,) = place(papers(), call, known).joins
    assert (join.case_id, join.proof) == (7, proof)
    assert how in join.how


def test_a_listed_address_is_at_home_in_a_case_of_a_listed_one(call: Call, papers: Papers) -> None:
    """A colleague of the same domain."""
    units = [
        replace(unit, addresses=("@example.cn",)) if unit.name == "第八师石河子市" else unit
        for unit in call.units
    ]
    listed = replace(call, units=tuple(units))
    of_listed = replace(CASE, addresses={"other@example.cn": AddressProof.LISTED})
    (join,) = place(papers(), listed, Candidates(claimed=(of_listed,))).joins
    assert (join.case_id, join.standing, join.proof) == (7, Standing.PROVED, AddressProof.LISTED)
    assert "名单" in join.how


def test_a_listed_address_is_kept_out_by_nobody(call: Call, papers: Papers) -> None:
    """An impostor was there first: a case of its own, uncontested, and staff see both."""
    units = [
        replace(unit, addresses=(ADDRESS,)) if unit.name == "第八师石河子市" else unit
        for unit in call.units
    ]
    of_stranger = replace(CASE, addresses={"x@evil.example": AddressProof.OPENED}, accepted=True)
    known = Candidates(claimed=(of_stranger,))
    (join,) = place(papers(), replace(call, units=tuple(units)), known).joins
    assert (join.case_id, join.proof) == (None, AddressProof.LISTED)
    assert (join.rivals, join.contested) == ((7,), False)
    assert join.key == submitter_key(UNIT, ADDRESS)


@pytest.mark.parametrize("accepted", [True, False])
def test_a_mere_claim_opens_a_contested_case_or_waits_for_staff(
    accepted: bool, call: Call, papers: Papers
) -> None:
    """Against what is accepted it waits; beside another mere claim it has a case of its own."""
    known = Candidates(claimed=(replace(CASE, accepted=accepted),))
    placement = place(papers(**STRANGER), call, known)
    if accepted:
        assert (placement.purpose, placement.told) == (Purpose.HELD, True)
        assert placement.towards is not None
        assert placement.towards.id == 7
        assert not placement.pointed
    else:
        (join,) = placement.joins
        assert (join.case_id, join.contested, join.rivals) == (None, True, (7,))
        assert join.key == submitter_key(UNIT, "x@evil.example")


def test_a_case_of_a_confirmed_address_stands_before_it_is_decided(
    call: Call, papers: Papers
) -> None:
    """Staff have said whose it is."""
    confirmed = replace(CASE, addresses={ADDRESS: AddressProof.STAFF})
    placement = place(papers(**STRANGER), call, Candidates(claimed=(confirmed,)))
    assert placement.purpose is Purpose.HELD


def test_another_track_of_the_name_is_no_rival(call: Call, papers: Papers) -> None:
    """Nor is a case that staff have closed."""
    others = (
        replace(CASE, id=6, track="示范区", accepted=True),
        replace(CASE, id=5, closed=True, accepted=True, key=submitter_key(UNIT, "y@b.cn")),
    )
    (join,) = place(papers(**STRANGER), call, Candidates(claimed=others)).joins
    assert (join.case_id, join.contested, join.key) == (None, False, UNIT)


def test_a_closed_case_is_nobodys_home_and_keeps_its_key(call: Call, papers: Papers) -> None:
    """Its sender begins anew."""
    (join,) = place(papers(), call, own(replace(CASE, closed=True))).joins
    assert (join.case_id, join.key) == (None, submitter_key(UNIT, ADDRESS))


def test_a_stranger_who_quotes_a_code_is_held_for_staff(call: Call, papers: Papers) -> None:
    """A guessed number opens no case of somebody else's, and nobody is told of a passer-by."""
    reading = papers(address="x@evil.example", name="路人")
    placement = place(reading, call, Candidates(pointed=(CASE,)))
    assert (placement.purpose, placement.joins) == (Purpose.HELD, ())
    assert (placement.towards, placement.pointed, placement.told) == (CASE, True, False)


def test_who_was_handed_our_letter_may_add(call: Call, papers: Papers) -> None:
    """He speaks for the same unit, from another address."""
    reading = papers(address="zhang@example.cn", name="石河子市教育局电教中心")
    placement = place(reading, call, Candidates(letters=(CASE,), claimed=(CASE,)))
    assert joined(placement) == [(7, "示范校", Standing.HANDED_ON)]
    assert (placement.towards, placement.told) == (CASE, True)
    assert placement.joins[0].proof is None


def test_who_was_handed_our_letter_and_brings_nothing_waits_for_staff(
    call: Call, mail: Mail
) -> None:
    """The known address is told: the letter went there."""
    reading = mail(text="怎么办?", address="zhang@example.cn").reading
    placement = place(reading, call, Candidates(letters=(CASE,)))
    assert (placement.purpose, placement.told) == (Purpose.HELD, True)


def test_a_name_in_the_subject_of_an_answered_letter_is_not_the_senders_own(
    call: Call, papers: Papers
) -> None:
    """Our own letters put it there."""
    reading = papers(address="x@b.cn", name="张", subject="Re: 第八师石河子市教育局的材料")
    placement = place(reading, call, Candidates(letters=(CASE,)))
    assert placement.purpose is Purpose.HELD


def test_who_names_another_unit_is_not_at_home_in_his_old_case(call: Call, papers: Papers) -> None:
    """One clerk who sends for two bureaus has two cases."""
    (join,) = place(papers(name="第七师胡杨河市教育局"), call, own(CASE)).joins
    assert (join.case_id, join.key) == (None, "unit:第七师胡杨河市")


def test_a_bureau_that_names_its_school_is_still_the_bureau(call: Call, papers: Papers) -> None:
    """A school puts forward nothing by itself."""
    (join,) = place(papers(name="石河子第一小学"), call, own(CASE)).joins
    assert join.case_id == 7


def test_a_case_without_a_name_takes_the_one_it_learns(call: Call, papers: Papers) -> None:
    """Contested where another case has it."""
    nameless = replace(CASE, key=f"address:{ADDRESS}", unit="", submitter="敏敏")
    (join,) = place(papers(), call, own(nameless)).joins
    assert (join.case_id, join.takes_name, join.key, join.contested) == (7, True, UNIT, False)
    rival = replace(CASE, id=9, addresses={"x@b.cn": AddressProof.OPENED})
    known = Candidates(own=(nameless,), claimed=(rival,))
    (join,) = place(papers(), call, known).joins
    assert (join.key, join.rivals, join.contested) == (submitter_key(UNIT, ADDRESS), (9,), True)


def test_another_track_opens_a_case_under_the_homes_name(
    call: Call, mail: Mail, word: Make
) -> None:
    """Also when the mail names nobody."""
    reading = mail(word("第八师教育局", "示范区"), name="敏敏").reading
    (join,) = place(reading, call, own(CASE)).joins
    assert (join.case_id, join.track, join.key) == (None, "示范区", UNIT)
    assert (join.submitter, join.unit) == ("第八师教育局", "第八师石河子市")


def test_another_track_of_a_named_sender_opens_a_case_under_his_name(
    call: Call, mail: Mail, word: Make
) -> None:
    """A reply in the schools' thread that brings the zone's form."""
    reading = mail(word("第八师教育局", "示范区")).reading
    (join,) = place(reading, call, Candidates(letters=(CASE,), own=(CASE,))).joins
    assert (join.case_id, join.track, join.key) == (None, "示范区", UNIT)


def test_papers_without_a_track_go_where_papers_are_waited_for(
    call: Call, mail: Mail, scan: Make
) -> None:
    """Unless the mail says where they belong."""
    zone = replace(CASE, id=8, track="示范区")
    accepted = replace(CASE, accepted=True)
    reading = mail(scan("", track="", role=None), name="敏敏").reading
    assert [join.case_id for join in place(reading, call, own(accepted, zone)).joins] == [8]
    done = replace(zone, accepted=True)
    assert [join.case_id for join in place(reading, call, own(accepted, done)).joins] == [8]
    named = mail(scan("", track="", role=None), subject="示范校扫描件", name="敏敏").reading
    assert [join.case_id for join in place(named, call, own(accepted, done)).joins] == [7]
    pointing = Candidates(pointed=(accepted,), own=(accepted, zone))
    assert [join.case_id for join in place(reading, call, pointing).joins] == [7]


def test_words_name_the_track_when_no_document_does(
    call: Call,
    mail: Mail,
    part: Callable[..., Part],
) -> None:
    """A cloud link has no content to recognise."""
    reading = mail(
        parts=(part("x", Fate.CLOUD_LINK),), subject="第八师智慧教育示范区申报材料"
    ).reading
    assert tracks_of(reading, call) == ("示范区",)


def test_a_mail_that_names_both_tracks_or_none_leaves_it_open(
    call: Call, mail: Mail, part: Callable[..., Part]
) -> None:
    """Nobody guesses."""
    assert tracks_of(
        mail(parts=(part("x", Fate.DAMAGED),), subject="示范区和示范校").reading, call
    ) == ("",)
