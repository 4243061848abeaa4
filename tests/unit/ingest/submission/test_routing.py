"""Which of several calls a mail is for: what it says must agree, and nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from ingest.reading import Document, Reading, Screening, ScreeningKind
from ingest.submission.case import ReceivedMail
from ingest.submission.routing import Referred, Route, Seen, joint_call, named_in, route
from rules.call import Call, Unit
from rules.callfile import load_call
from rules.vocabulary import BEIJING
from tests.unit.ingest.conftest import MORNING

GRANTS = Path(__file__).parents[4] / "config/calls/community-grants-2025/call.yaml"
SCHOOLS, COMMUNITIES = "smart-education-2024", "community-grants-2025"
BOTH = frozenset({SCHOOLS, COMMUNITIES})
NOTHING = Referred()
Mail = Callable[..., ReceivedMail]
Make = Callable[..., Document]


@pytest.fixture(scope="session")
def other() -> Call:
    """A second call on the same mailbox."""
    return load_call(COMMUNITIES, GRANTS.read_text(encoding="utf-8"))


@pytest.fixture
def told(call: Call, other: Call) -> Callable[..., Route]:
    """The route of a mail that each call reads alike, unless the other reads it as ``of_other``."""

    def routed(
        reading: Reading, referred: Referred = NOTHING, of_other: Reading | None = None
    ) -> Route:
        return route([Seen(call, reading), Seen(other, of_other or reading)], referred)

    return routed


Told = Callable[..., Route]


def one(call: str) -> frozenset[str]:
    """Just this call."""
    return frozenset({call})


def without_forms(reading: Reading) -> Reading:
    """As a call reads the mail that knows none of its forms."""
    return reading.model_copy(update={"documents": ()})


@pytest.fixture
def bare(mail: Mail) -> Callable[..., Reading]:
    """A mail by nobody in particular."""
    given = {"name": "敏敏", "address": "min@qq.example"}
    return lambda **more: mail(**(given | more)).reading


Bare = Callable[..., Reading]


@pytest.mark.parametrize("field", ["codes", "thread", "own"])
@pytest.mark.parametrize("wanted", [SCHOOLS, COMMUNITIES])
def test_what_a_mail_refers_to_tells_its_call(
    field: str, wanted: str, told: Told, bare: Bare
) -> None:
    """A code, an answered letter, an address with a case."""
    assert told(bare(), Referred(**{field: one(wanted)})).call == wanted


def test_a_form_of_one_call_alone_tells_it(told: Told, bare: Bare, mail: Mail, word: Make) -> None:
    """Whatever the other call made of the file."""
    reading = mail(word("甲团中学"), name="敏敏", address="min@qq.example").reading
    assert told(reading, of_other=without_forms(reading)).call == SCHOOLS
    assert told(without_forms(reading), of_other=reading).call == COMMUNITIES
    assert told(reading).call == ""


def test_a_printed_title_counts_before_guessed_labels(told: Told, mail: Mail, word: Make) -> None:
    """Every form has 联系人 and 联系电话."""
    guessed = word("甲团中学").model_copy(update={"recognised_by": "labels"})
    titled = guessed.model_copy(update={"recognised_by": "title"})
    ours, theirs = (mail(each, name="敏敏", address="").reading for each in (guessed, titled))
    assert told(ours, of_other=theirs).call == COMMUNITIES


def test_a_scan_nobody_could_tell_is_no_clue(told: Told, mail: Mail, scan: Make) -> None:
    """What remains is the address."""
    reading = mail(scan(), name="敏敏", address="min@qq.example").reading
    assert told(reading, Referred(own=one(COMMUNITIES))).call == COMMUNITIES


def test_forms_of_two_calls_in_one_mail_are_for_staff(told: Told, mail: Mail, word: Make) -> None:
    """It can be judged under one call only."""
    first, second = word("甲团中学", name="a.docx"), word("柳湾社区", name="b.docx")
    both = mail(first, second).reading
    ours, theirs = (both.model_copy(update={"documents": (each,)}) for each in (first, second))
    assert told(ours, of_other=theirs) == Route("", "随信的表格分属几项征集")


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("示范校申报材料", SCHOOLS),
        ("报送空间改造项目", COMMUNITIES),
        ("社区微更新睦邻活动项目申报书", COMMUNITIES),
        ("申报材料", ""),
        ("示范校和睦邻活动", ""),
    ],
)
def test_subject_and_words_name_a_call(words: str, wanted: str, told: Told, bare: Bare) -> None:
    """By its title, a track or a form."""
    assert told(bare(subject=words)).call == wanted
    assert told(bare(text=f"您好，附上{words}，请查收。")).call == wanted


def test_a_name_that_both_have_names_neither(call: Call, other: Call) -> None:
    """Next year's call has last year's tracks; one name inside another is not named."""
    again = replace(call, id="again", title="关于第二批的通知")
    assert named_in("示范校申报", [call, again]) == frozenset()
    assert named_in("关于第二批的通知", [call, again]) == one("again")
    longer = replace(other, id="longer", tracks=(replace(call.tracks[1], name="数字示范校"),))
    assert named_in("数字示范校申报", [call, longer]) == one("longer")


def test_clues_that_contradict_are_for_staff(told: Told, bare: Bare) -> None:
    """Whoever answers an old letter with new papers means one of them."""
    reading = bare(subject="空间改造申报")
    found = told(reading, Referred(thread=one(SCHOOLS)))
    assert found == Route("", "所回复的邮件、主题所指的征集不一致")


def test_what_is_left_open_is_narrowed_by_the_next(told: Told, bare: Bare) -> None:
    """A thread of both, and a code of one."""
    assert told(bare(), Referred(thread=BOTH, codes=one(COMMUNITIES))).call == COMMUNITIES


def test_a_case_in_both_and_no_name_is_for_staff(told: Told, bare: Bare) -> None:
    """Nothing is guessed, whatever lists say."""
    open_ = Route("", "信中没有写明是哪一项征集")
    assert told(bare(), Referred(own=BOTH)) == open_
    assert told(bare(address="a@shiqiao.example"), Referred(own=BOTH)) == open_
    assert told(bare()) == open_


def test_a_unit_of_one_list_is_known_by_address_and_name(told: Told, bare: Bare) -> None:
    """Nobody else in the other call is called so."""
    assert told(bare(address="a@shiqiao.example")).call == COMMUNITIES
    assert told(bare(name="第八师石河子市教育局")).call == SCHOOLS


def test_a_unit_of_both_lists_is_no_clue(call: Call, other: Call, bare: Bare) -> None:
    """One office may answer to two calls."""
    unit = Unit("柳湾", "柳湾", addresses=("min@qq.example",))
    listed = [replace(each, units=(*each.units, unit)) for each in (call, other)]
    reading = bare()
    assert route([Seen(each, reading) for each in listed], Referred()).call == ""


@pytest.mark.parametrize("kind", [ScreeningKind.STAFF, ScreeningKind.BOUNCE, ScreeningKind.OWN])
def test_what_no_applicant_wrote_belongs_to_no_call(
    kind: ScreeningKind, told: Told, bare: Bare
) -> None:
    """It is the same under each."""
    screening = Screening(kind=kind, reply=False, reason="")
    reading = bare().model_copy(update={"screening": screening})
    assert told(reading) == Route(SCHOOLS, "不涉及征集")


def test_thanks_need_no_call(told: Told, bare: Bare) -> None:
    """They get no letter and no task, whichever it is."""
    assert told(bare(text="收到，谢谢！", subject="回复：您的来件已收到")).reason == "不涉及征集"


def test_a_letter_that_may_speak_of_any_names_all(call: Call, other: Call) -> None:
    """Both titles, both telephones."""
    joint = joint_call([call, other], MORNING)
    assert (joint.id, joint.title) == ("", f"{call.title}》《{other.title}")
    assert joint.contact.telephone == "0991-8878035、010-5550100"
    assert joint_call([call, call], MORNING).title == call.title


@pytest.mark.parametrize(
    ("moment", "day"), [("2024-08-20", "09-01"), ("2024-09-20", "03-31"), ("2025-09-20", "09-01")]
)
def test_a_letter_that_may_speak_of_any_names_the_first_deadline_to_come(
    call: Call, other: Call, moment: str, day: str
) -> None:
    """Whoever keeps it is in time for either."""
    now = datetime.fromisoformat(moment).replace(tzinfo=BEIJING)
    assert f"{joint_call([other, call], now).deadline:%m-%d}" == day
