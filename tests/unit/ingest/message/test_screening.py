"""Whom an answer may be sent to: a matrix of header sets."""

from __future__ import annotations

import pytest

from ingest.message.headers import parse_headers
from ingest.message.screening import screen
from ingest.reading import Screening, ScreeningKind

OWN = ("office@example.cn",)
TRUSTED = ("mx.example.cn",)
PERSON = "From: 张喆 <zhang@example.com>\r\nSubject: 申报材料\r\n"
DAEMON = "From: MAILER-DAEMON@example.com\r\n"


def screened(block: str, **options: bool) -> Screening:
    return screen(parse_headers(block.encode()), OWN, TRUSTED, **options)


PEOPLE = {
    "an ordinary mail": PERSON,
    "Auto-Submitted: no": PERSON + "Auto-Submitted: no\r\n",
    "Auto-Submitted: NO with a parameter and a comment": PERSON
    + 'Auto-Submitted: (by hand) No; owner="x"\r\n',
    "a request for a read receipt": PERSON + "Disposition-Notification-To: zhang@example.com\r\n",
    "one address twice in From": "From: zhang@example.com, ZHANG@example.com\r\nSubject: x\r\n",
    "a Reply-To that goes elsewhere": PERSON + "Reply-To: other@example.com\r\n",
    "a normal Return-Path": PERSON + "Return-Path: <zhang@example.com>\r\n",
    "Precedence: normal": PERSON + "Precedence: normal\r\n",
    "Exchange asks only for no reports": PERSON + "X-Auto-Response-Suppress: DR, RN, NRN\r\n",
    "Exchange asks for nothing": PERSON + "X-Auto-Response-Suppress: None\r\n",
    "X-Autoreply: no": PERSON + "X-Autoreply: no\r\n",
    "a reply to our own automatic letter": PERSON.replace("申报材料", "回复：自动回复：申报材料"),
    "a reply with Re:": PERSON.replace("申报材料", "Re: 自动回复：申报材料"),
    "a subject that only begins with 外出": PERSON.replace(
        "申报材料", "外出培训学校申报智慧教育示范校"
    ),
    "a subject about a bounce": PERSON.replace("申报材料", "昨天收到退信, 现重新发送"),
    "a sender called like a service": PERSON.replace("zhang@", "notice.office@"),
    "dmarc=fail by a server nobody trusts": PERSON
    + "Authentication-Results: evil.example; dmarc=fail\r\n",
    "dmarc=pass by the trusted server": PERSON
    + "Authentication-Results: mx.example.cn; spf=fail; dmarc=pass\r\n",
    "a forged result below the trusted one": PERSON
    + "Authentication-Results: mx.example.cn; dmarc=pass\r\nAuthentication-Results: mx.example.cn; dmarc=fail\r\n",
    "dmarc=fail inside a quoted reason": PERSON
    + 'Authentication-Results: mx.example.cn; spf=pass reason="no dmarc=fail here"\r\n',
    "Auto-Submitted: no with a comment behind it": PERSON
    + "auto-submitted: no (typed by hand)\r\n",
    "a group of one": "From: office: zhang@example.com;\r\nSubject: x\r\n",
    "an address as a name": 'From: "boss@example.org" <zhang@example.com>\r\nSubject: x\r\n',
    "dmarc=fail in a comment": PERSON
    + "Authentication-Results: mx.example.cn; spf=pass (not dmarc=fail)\r\n",
}

OTHERS = {
    "auto-replied": (PERSON + "Auto-Submitted: auto-replied\r\n", "automatic"),
    "auto-generated with parameters": (
        PERSON + "Auto-Submitted: Auto-Generated; type=x (y)\r\n",
        "automatic",
    ),
    "auto-notified": (PERSON + "Auto-Submitted: auto-notified\r\n", "automatic"),
    "an unknown keyword": (PERSON + "Auto-Submitted: x-strange\r\n", "automatic"),
    "a keyword that only begins with no": (PERSON + "Auto-Submitted: nobody\r\n", "automatic"),
    "an empty keyword": (PERSON + "Auto-Submitted:\r\n", "automatic"),
    "a second Auto-Submitted": (
        PERSON + "Auto-Submitted: no\r\nAuto-Submitted: auto-replied\r\n",
        "automatic",
    ),
    "Precedence: bulk": (PERSON + "Precedence: Bulk\r\n", "automatic"),
    "Precedence: junk": (PERSON + "Precedence: junk\r\n", "automatic"),
    "Precedence: auto_reply": (PERSON + "Precedence: auto_reply\r\n", "automatic"),
    "Precedence: list": (PERSON + "Precedence: list\r\n", "list"),
    "List-Id": (PERSON + "List-Id: <all.example.com>\r\n", "list"),
    "List-Unsubscribe": (PERSON + "List-Unsubscribe: <mailto:x@example.com>\r\n", "list"),
    "X-Auto-Response-Suppress: All": (PERSON + "X-Auto-Response-Suppress: All\r\n", "automatic"),
    "X-Auto-Response-Suppress with OOF": (
        PERSON + "X-Auto-Response-Suppress: DR, OOF, AutoReply\r\n",
        "automatic",
    ),
    "X-Autoreply": (PERSON + "X-Autoreply: yes\r\n", "automatic"),
    "X-Autorespond": (PERSON + "X-Autorespond: holiday\r\n", "automatic"),
    "X-Loop": (PERSON + "X-Loop: someone@example.com\r\n", "automatic"),
    "X-POST-MessageClass": (PERSON + "X-POST-MessageClass: 9; Autoresponder\r\n", "automatic"),
    "a null Return-Path": (PERSON + "Return-Path: <>\r\n", "automatic"),
    "a null Return-Path with a bounce's subject": (
        "From: a@example.com\r\nReturn-Path: <>\r\nSubject: Undelivered Mail\r\n",
        "bounce",
    ),
    "a delivery report": (
        DAEMON
        + 'Content-Type: multipart/report;\r\n report-type="delivery-status"; boundary=x\r\n',
        "bounce",
    ),
    "a read receipt": (
        PERSON
        + "Content-Type: multipart/report; report-type=disposition-notification; boundary=x\r\n",
        "receipt",
    ),
    "an abuse report": (
        PERSON + "Content-Type: multipart/report; report-type=feedback-report; boundary=x\r\n",
        "complaint",
    ),
    "a report of unknown type": (
        PERSON + "Content-Type: multipart/report; boundary=x\r\n",
        "automatic",
    ),
    "a report of unknown type from a daemon": (
        DAEMON + "Content-Type: Multipart/Report; boundary=x\r\n",
        "bounce",
    ),
    "X-Failed-Recipients": (PERSON + "X-Failed-Recipients: x@example.com\r\n", "bounce"),
    "163 bounces in prose": ("From: postmaster@163.example\r\nSubject: 系统退信\r\n", "bounce"),
    "QQ bounces in prose": (
        "From: =?gb18030?B?UVHTys/kudzA7dSx?= <PostMaster@qq.example>\r\nSubject: 来自example的退信\r\n",
        "bounce",
    ),
    "a daemon that says something else": (DAEMON + "Subject: Quota\r\n", "automatic"),
    "a null Return-Path with a space": (PERSON + "Return-Path: < >\r\n", "automatic"),
    "a keyword in odd case between nested comments": (
        PERSON + "AUTO-SUBMITTED: (a (b) c) AuTo-RePlied (d)\r\n",
        "automatic",
    ),
    "a quoted no is no keyword": (PERSON + 'Auto-Submitted: "no"\r\n', "automatic"),
    "X-Autogenerated": (PERSON + "X-Autogenerated: Reply\r\n", "automatic"),
    "自动回复 and a space": (PERSON.replace("申报材料", "自动回复 您好，邮件已收到"), "automatic"),
    "邮件自动回复": (PERSON.replace("申报材料", "邮件自动回复"), "automatic"),
    "our own address with a tag": ("From: office+stafF@example.cn\r\nSubject: x\r\n", "own"),
    "our own address with a comment": ("From: office(x)@Example.cn.\r\nSubject: x\r\n", "own"),
    "dmarc=fail below the server's result of another method": (
        PERSON
        + "Authentication-Results: mx.example.cn; spf=pass\r\nAuthentication-Results: mx.example.cn; dmarc=fail\r\n",
        "forged",
    ),
    "the server's name in quotes": (
        PERSON + 'Authentication-Results: "mx.example.cn"; dmarc=fail\r\n',
        "forged",
    ),
    "no-reply": (PERSON.replace("zhang@", "no-reply@"), "automatic"),
    "donotreply with a tag": (PERSON.replace("zhang@", "DoNotReply+42@"), "automatic"),
    "自动回复": (PERSON.replace("申报材料", "自动回复: 收到您的来信"), "automatic"),
    "自动回复 in full-width brackets": (
        PERSON.replace("申报材料", "【自动回复】谢谢"),
        "automatic",
    ),
    "我在休假": (PERSON.replace("申报材料", "休假中"), "automatic"),
    "外出": (PERSON.replace("申报材料", "我正在外出"), "automatic"),
    "Out of Office": (PERSON.replace("申报材料", "Out of Office: 申报"), "automatic"),
    "Automatic reply": (PERSON.replace("申报材料", "Automatic reply: 申报"), "automatic"),
    "our own mail among several authors": (
        "From: zhang@example.com, office@example.cn\r\nSubject: x\r\n",
        "own",
    ),
    "our own mail": ("From: Office <OFFICE@example.cn>\r\nSubject: x\r\n", "own"),
    "a forged sender": (
        PERSON
        + "Authentication-Results: MX.example.cn 1; spf=pass; dkim=none; dmarc=FAIL (p=reject)\r\n",
        "forged",
    ),
}


@pytest.mark.parametrize("block", PEOPLE.values(), ids=PEOPLE.keys())
def test_a_person_is_answered(block: str) -> None:
    """Headers that only look automatic do not cost an applicant the receipt."""
    found = screened(block)

    assert (found.kind, found.reply) == (ScreeningKind.PERSON, True)


@pytest.mark.parametrize(("block", "kind"), OTHERS.values(), ids=OTHERS.keys())
def test_whatever_is_no_person_is_not_answered(block: str, kind: str) -> None:
    """Each kind by its name, with a Chinese reason, and never an answer."""
    found = screened(block)

    assert found.kind == kind
    assert not found.reply
    assert any("\u4e00" <= char <= "\u9fff" for char in found.reason)


@pytest.mark.parametrize(
    "block",
    [
        "Subject: x\r\n",
        "From: nobody\r\nSubject: x\r\n",
        "From: <>\r\n",
        "From: a@example.com, b@example.com\r\nSender: a@example.com\r\n",
        "From: a@example.com\r\nFrom: b@example.com\r\n",
        "From: <a@example.com> <b@example.com>\r\n",
        "From: group: a@example.com, b@example.com;\r\n",
        "From: undisclosed-recipients:;\r\n",
        'From: "a b"@example.com\r\n',
        "From: 张三@example.com\r\n",
        "From: a@b_c.example\r\n",
    ],
)
def test_without_exactly_one_sender_there_is_nobody_to_answer(block: str) -> None:
    """The mail stays a person's, for staff to look at."""
    found = screened(block)

    assert (found.kind, found.reply) == (ScreeningKind.PERSON, False)


def test_a_subject_alone_does_not_drop_a_mail_with_documents() -> None:
    """Somebody who writes 自动回复 before attached forms still applies; a machine's header still counts."""
    block = PERSON.replace("申报材料", "自动回复: 申报材料")

    assert screened(block, carries_files=True).reply
    assert not screened(block + "Auto-Submitted: auto-replied\r\n", carries_files=True).reply


def test_nobody_is_trusted_until_the_administrator_says_so() -> None:
    """RFC 7601 7.1: the list starts empty."""
    block = PERSON + "Authentication-Results: mx.example.cn; dmarc=fail\r\n"

    assert screen(parse_headers(block.encode()), OWN, ()).reply


def test_our_own_letters_end_every_ping_pong() -> None:
    """What we send carries Auto-Submitted: auto-replied; coming back it is never answered, a
    thousand times over.
    """
    block = PERSON.replace("申报材料", "自动回复：申报材料") + "Auto-Submitted: auto-replied\r\n"

    assert not any(screened(block, carries_files=bool(number % 2)).reply for number in range(1000))


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "value",
    ["(" * 30_000, "()" * 15_000, "(a" * 10_000 + ")" * 10_000, ";" * 30_000],
)
def test_hostile_header_values_take_no_time(value: str) -> None:
    """Comments are taken off in a few linear rounds; a field full of nonsense makes nobody forged
    or bounced.
    """
    kinds = {
        name: screened(f"{PERSON}{name}: {value}\r\n").kind
        for name in (
            "Auto-Submitted",
            "Authentication-Results",
            "Precedence",
            "Content-Type",
            "Return-Path",
            "X-Auto-Response-Suppress",
        )
    }

    assert kinds["Auto-Submitted"] is ScreeningKind.AUTOMATIC
    assert set(kinds.values()) == {ScreeningKind.AUTOMATIC, ScreeningKind.PERSON}


STAFF = "From: 经办人 <Staff@example.cn>\r\nSubject: 受理\r\n"
SERVER = "Authentication-Results: mx.example.cn; dmarc="


@pytest.mark.parametrize(
    ("block", "trusted", "kind"),
    [
        (STAFF, (), ScreeningKind.STAFF),
        (STAFF, TRUSTED, ScreeningKind.FORGED),
        (f"{STAFF}{SERVER}pass\r\n", TRUSTED, ScreeningKind.STAFF),
        (f"{STAFF}{SERVER}none\r\n", TRUSTED, ScreeningKind.FORGED),
        (f"{STAFF}{SERVER}fail\r\n", TRUSTED, ScreeningKind.FORGED),
        (f"{STAFF}Auto-Submitted: auto-replied\r\n", (), ScreeningKind.AUTOMATIC),
        (STAFF.replace("From: ", "From: eve@example.net, "), (), ScreeningKind.PERSON),
        (PERSON, (), ScreeningKind.PERSON),
    ],
)
def test_staff_are_known_by_their_address_and_by_what_the_server_says(
    block: str, trusted: tuple[str, ...], kind: ScreeningKind
) -> None:
    """Their mail may order something, so where anybody vouches it must have passed."""
    headers = parse_headers(block.encode())

    assert screen(headers, OWN, trusted, staff_addresses=("staff@example.cn",)).kind is kind
