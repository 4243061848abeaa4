"""Which case a mail belongs to."""

from __future__ import annotations

from collections.abc import Callable

from ingest.reading import Document, Fate, Part
from ingest.submission.case import ReceivedMail
from ingest.submission.joining import KnownCase, Purpose, place, tracks_of
from rules.call import Call

Make = Callable[..., Document]
Mail = Callable[..., ReceivedMail]
CASE = KnownCase(7, "X24-0007-K", "示范校", "unit:第八师石河子市", frozenset({"jyj@example.cn"}))


def test_an_application_opens_one_case_a_track(call: Call, mail: Mail, word: Make) -> None:
    """Zone and school forms in one mail are two cases."""
    placement = place(mail(word("甲团中学"), word("第八师教育局", "示范区")).reading, call, [])
    assert [(join.case_id, join.track) for join in placement.joins] == [
        (None, "示范校"),
        (None, "示范区"),
    ]


def test_a_mail_without_attachment_is_a_question(call: Call, mail: Mail) -> None:
    """It is answered with a receipt and read by people."""
    assert place(mail(text="请问截止时间是几点?").reading, call, []).purpose is Purpose.QUESTION


def test_a_reply_with_a_file_is_a_supplement_of_its_case(
    call: Call,
    mail: Mail,
    scan: Make,
) -> None:
    """By the thread, also when the file's track is unknown."""
    placement = place(mail(scan("", track="", role=None)).reading, call, [CASE])
    assert [join.case_id for join in placement.joins] == [7]


def test_a_colleague_of_the_same_bureau_may_supplement(call: Call, mail: Mail, word: Make) -> None:
    """Another address, the same unit."""
    reading = mail(
        word("甲团中学"), address="zhang@example.cn", name="石河子市教育局电教中心"
    ).reading
    assert place(reading, call, [CASE]).purpose is Purpose.APPLICATION


def test_a_stranger_who_quotes_a_code_is_held_for_staff(call: Call, mail: Mail, word: Make) -> None:
    """A guessed number opens no case of somebody else's."""
    reading = mail(word("甲团中学"), address="x@evil.example", name="路人").reading
    placement = place(reading, call, [CASE])
    assert (placement.purpose, placement.joins) == (Purpose.HELD, ())


def test_thanks_in_a_thread_are_no_supplement(call: Call, mail: Mail) -> None:
    """Nothing new to judge."""
    assert place(mail(text="收到,谢谢!").reading, call, [CASE]).purpose is Purpose.QUESTION


def test_a_supplement_for_another_track_opens_that_tracks_case(
    call: Call,
    mail: Mail,
    word: Make,
) -> None:
    """A reply in the schools' thread that brings the zone's form."""
    placement = place(mail(word("第八师教育局", "示范区")).reading, call, [CASE])
    assert [(join.case_id, join.track) for join in placement.joins] == [(None, "示范区")]


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
