"""Forms of another track, and of another year."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ingest.reading import Document
from ingest.submission.case import ReceivedMail, arrange
from ingest.submission.tracks import misfits, one_track, title_year
from rules.call import Call, Role

Make = Callable[..., Document]
Mail = Callable[..., ReceivedMail]
ZONE, SCHOOL = "示范区", "示范校"
TITLES = ("兵团智慧教育示范区申报书", "智慧教育示范区申报书")


def test_a_form_and_the_table_of_the_other_track_are_one_application(
    word: Make, summary: Make
) -> None:
    """Of the track that the words name, else of the form's."""
    mixed = [word("甲团中学", SCHOOL), summary("乙局", track=ZONE)]

    assert one_track(mixed, ZONE) == ZONE
    assert one_track(mixed, "") == one_track(mixed, "别的") == SCHOOL


def test_whole_applications_are_not_mixed_up(word: Make, summary: Make) -> None:
    """Two whole ones, a whole one, or one with more of another track."""
    school = [word("甲团中学", SCHOOL), summary("甲团中学", track=SCHOOL)]
    zone = [word("乙局", ZONE), summary("乙局", track=ZONE)]

    for documents in ([*school, *zone], school, [*school, word("乙局", ZONE)], zone[:1], []):
        assert one_track(documents, ZONE) == ""


def test_a_form_of_the_other_track_stands_in_the_place_of_what_is_missing(
    call: Call, mail: Mail, word: Make, scan: Make, summary: Make
) -> None:
    """Word and scan of it."""
    forms = word("甲团中学", SCHOOL), scan("甲团中学", SCHOOL)
    case = arrange([mail(*forms, summary("乙局", track=ZONE))], ZONE, call)

    assert [item.document for item in misfits(case)] == list(forms)


def test_a_table_of_the_other_track_does_so_too(
    call: Call, mail: Mail, word: Make, summary: Make
) -> None:
    """Here the table is missing."""
    table = summary("甲团中学", track=SCHOOL)
    case = arrange([mail(word("乙局", ZONE), table)], ZONE, call)

    assert [item.document.role for item in misfits(case)] == [Role.SUMMARY]


def test_what_belongs_to_a_whole_application_of_its_own_is_no_misfit(
    call: Call, mail: Mail, word: Make, summary: Make
) -> None:
    """The zone's table is missing; the school's is the school's."""
    school = [word("甲团中学", SCHOOL), summary("甲团中学", track=SCHOOL)]
    case = arrange([mail(word("乙局", ZONE), *school)], ZONE, call)
    complete = arrange([mail(word("乙局", ZONE), summary("乙局", track=ZONE))], ZONE, call)

    assert misfits(case) == misfits(complete) == ()


@pytest.mark.parametrize(
    ("lines", "year"),
    [
        (["附件1", "2023年兵团智慧教育示范区申报书"], 2023),
        (["智慧教育示范区申报书（2023年度）"], 2023),
        (["智慧教育示范区申报书", "2023年度"], 2023),
        (["（2023）", "智慧教育示范区申报书"], 2023),
        (["智慧教育示范区申报书", "填报日期：2023年8月9日"], None),
        (["智慧教育示范区申报书", "申报单位", "2023年"], None),
        (["2023年工作总结"], None),
        ([], None),
    ],
)
def test_the_year_of_a_form_stands_in_its_title_or_beside_it(
    lines: list[str], year: int | None
) -> None:
    """A day on which it was filled in is no year of the form."""
    assert title_year([lines], TITLES) == year
    assert title_year([], TITLES) is None
