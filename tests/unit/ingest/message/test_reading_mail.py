"""One mail from bytes to a reading: parts, fates, documents."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.message.errors import UnreadableMessage
from ingest.reading import Fate, Kind, Reading, ScreeningKind
from ingest.sandbox.context import ReadingContext
from ingest.sandbox.read import read_message
from rules.call import Call
from rules.callfile import load_call

ROOT = Path(__file__).parents[4]
BLANK = ROOT / "config/calls/smart-education-2024/forms/附件1 兵团智慧教育示范区申报书.docx"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)


@pytest.fixture(scope="module")
def call() -> Call:
    return load_call(
        "smart-education-2024",
        (ROOT / "config/calls/smart-education-2024/call.yaml").read_text(encoding="utf-8"),
    )


def mail(**headers: str) -> EmailMessage:
    message = EmailMessage()
    for name, value in {
        "From": "张喆 <zhang@example.com>",
        "To": "office@example.cn",
        "Subject": "申报材料",
        "Message-ID": "<1@example.com>",
        **headers,
    }.items():
        message[name.replace("_", "-")] = value
    message.set_content("您好")
    return message


def attach(
    message: EmailMessage,
    name: str,
    data: bytes,
    kind: str = "application/octet-stream",
) -> None:
    maintype, subtype = kind.split("/")
    message.add_attachment(data, maintype=maintype, subtype=subtype, filename=name)


def fates(reading: Reading) -> list[tuple[str, str, Fate]]:
    return [(part.path, part.name, part.fate) for part in reading.parts]


def test_a_form_in_a_zip_is_read_and_everything_has_one_fate(call: Call) -> None:
    """Body, archive, form, something else: all named."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("材料/附件1.docx", BLANK.read_bytes())
        archive.writestr("说明.txt", "x")
    message = mail()
    attach(message, "材料.zip", buffer.getvalue())
    attach(message, "附件1.rar", b"Rar!\x1a\x07\0xx")

    reading = read_message(message.as_bytes(), call, ReadingContext())

    assert reading.screening.kind is ScreeningKind.PERSON
    assert reading.text == "您好"
    assert fates(reading) == [
        ("1", "", Fate.BODY),
        ("2", "材料.zip", Fate.UNPACKED),
        ("2/材料/附件1.docx", "附件1.docx", Fate.DOCUMENT),
        ("2/说明.txt", "说明.txt", Fate.UNRECOGNISED),
        ("3", "附件1.rar", Fate.DAMAGED),
    ]
    assert [(document.part, document.form) for document in reading.documents] == [
        ("2/材料/附件1.docx", "附件1")
    ]
    assert reading.documents[0].sha256 == reading.parts[2].sha256


def test_paths_stay_unique_when_an_archive_pretends_to_be_a_folder(call: Call) -> None:
    """An entry called a.zip/b.txt beside a.zip that holds b.txt."""
    inner, outer = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("b.txt", "x")
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("a.zip", inner.getvalue())
        archive.writestr("a.zip/b.txt", "y")
    message = mail()
    attach(message, "x.zip", outer.getvalue())

    parts = read_message(message.as_bytes(), call, ReadingContext()).parts

    assert [part.path for part in parts] == [
        "1",
        "2",
        "2/a.zip",
        "2/a.zip/b.txt",
        "2/a.zip/b.txt#2",
    ]


def test_a_reading_survives_a_round_trip_through_json(call: Call) -> None:
    """It crosses a process border and lies in the database."""
    message = mail()
    attach(message, "附件1.docx", BLANK.read_bytes())

    reading = read_message(message.as_bytes(), call, ReadingContext())

    assert Reading.model_validate_json(reading.model_dump_json()) == reading


def test_documents_are_only_listed_when_a_first_attempt_died(call: Call) -> None:
    """Each with the reason, none lost."""
    message = mail()
    attach(message, "附件1.docx", BLANK.read_bytes())

    reading = read_message(
        message.as_bytes(), call, ReadingContext(read_documents=False, unread_reason="超出内存限制")
    )

    assert reading.documents == ()
    assert (reading.parts[1].name, reading.parts[1].fate, reading.parts[1].reason) == (
        "附件1.docx",
        Fate.LIMIT,
        "超出内存限制",
    )


@pytest.mark.parametrize(
    "headers",
    [{"Auto_Submitted": "auto-replied"}, {"From": "office@example.cn"}],
)
def test_attachments_of_machines_are_listed_and_not_opened(
    call: Call,
    headers: dict[str, str],
) -> None:
    """Nobody will be answered about them."""
    message = mail(**headers)
    attach(message, "附件1.docx", BLANK.read_bytes())

    reading = read_message(
        message.as_bytes(),
        call,
        ReadingContext(own_addresses=("office@example.cn",)),
    )

    assert reading.documents == ()
    assert (reading.parts[1].kind, reading.parts[1].fate) == (Kind.DOCX, Fate.UNSUPPORTED)


def test_documents_of_a_forged_mail_are_read_for_staff(call: Call) -> None:
    """They decide whether it was forged at all."""
    message = mail(Authentication_Results="mx.example.cn; dmarc=fail")
    attach(message, "附件1.docx", BLANK.read_bytes())

    reading = read_message(
        message.as_bytes(),
        call,
        ReadingContext(trusted_authserv_ids=("mx.example.cn",)),
    )

    assert reading.screening.kind is ScreeningKind.FORGED
    assert len(reading.documents) == 1


def test_a_logo_is_dress_and_a_pasted_photo_is_not(call: Call) -> None:
    """Small pictures shown by the HTML body are inline; a page's photo is looked at."""
    message = mail()
    message.add_alternative('<p>您好<img src="cid:logo@x"></p>', subtype="html")
    html = message.get_payload()[1]
    assert isinstance(html, EmailMessage)
    html.add_related(PNG, "image", "png", cid="<logo@x>", filename="logo.png")
    attach(message, "照片.png", PNG, "image/png")

    reading = read_message(message.as_bytes(), call, ReadingContext())

    dress = next(part for part in reading.parts if part.name == "logo.png")
    photo = next(part for part in reading.parts if part.name == "照片.png")
    assert (dress.fate, dress.reason) == (Fate.INLINE, "邮件正文里的小图片(徽标、签名之类)")
    assert photo.reason != dress.reason


def test_a_forwarded_mail_gives_its_attachments(call: Call) -> None:
    """A bureau forwards a school's mail as an attachment."""
    inner = mail(Subject="学校来件")
    attach(inner, "附件1.docx", BLANK.read_bytes())
    message = mail()
    message.add_attachment(inner)

    reading = read_message(message.as_bytes(), call, ReadingContext())

    assert [(part.path, part.fate) for part in reading.parts] == [
        ("1", Fate.BODY),
        ("2", Fate.UNPACKED),
        ("2/1", Fate.BODY),
        ("2/2", Fate.DOCUMENT),
    ]


def test_a_cloud_attachment_is_a_part_of_its_own(call: Call) -> None:
    """With name, size and what to do."""
    message = mail()
    message.add_alternative(
        '<a href="https://mail.163.com/large-attachment-download/index.html?file=x">扫描.pdf</a> (80M, 2024年8月17日 0:49 到期)',
        subtype="html",
    )

    part = read_message(message.as_bytes(), call, ReadingContext()).parts[-1]

    assert (part.path, part.name, part.kind, part.fate, part.size) == (
        "链接/1",
        "扫描.pdf",
        Kind.CLOUD_LINK,
        Fate.CLOUD_LINK,
        80 * 1024**2,
    )
    assert "作为普通附件重新发送" in part.reason


def test_an_attachment_that_lies_elsewhere_is_named(call: Call) -> None:
    """message/external-body and message/partial."""
    raw = b"From: a@example.com\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/external-body; access-type=URL; name=a.pdf\n\nx\n--b--\n"

    assert read_message(raw, call, ReadingContext()).parts[0].fate is Fate.UNSUPPORTED


def test_a_torn_multipart_is_damaged_and_an_empty_one_nothing(call: Call) -> None:
    """QQ sends empty multiparts; a mail cut off in transit is another matter."""
    raw = b"From: a@example.com\nContent-Type: multipart/mixed; boundary=b\n\n%s"

    assert [part.fate for part in read_message(raw % b"", call, ReadingContext()).parts] == [
        Fate.BODY,
    ]
    assert [
        part.fate
        for part in read_message(
            raw % b"some text",
            call,
            ReadingContext(),
        ).parts
    ] == [Fate.DAMAGED]


def test_what_is_no_mail_is_refused_by_name(call: Call) -> None:
    """The step sets it aside."""
    with pytest.raises(UnreadableMessage):
        read_message(b"\0" * 1000, call, ReadingContext())


@given(
    st.binary(max_size=600),
    st.sampled_from(
        [
            "multipart/mixed; boundary=b",
            "multipart/report; report-type=delivery-status; boundary=b",
            "text/html; charset=gbk",
            "message/rfc822",
        ]
    ),
)
def test_any_bytes_after_a_header_are_read_and_paths_are_unique(
    call: Call,
    body: bytes,
    kind: str,
) -> None:
    """Hostile or damaged, a mail with a header is a reading."""
    raw = f"From: a@example.com\nContent-Type: {kind}\n\n--b\n".encode() + body.replace(
        b"\xfe", b"\n--b\nContent-Type: application/pdf\n\n"
    )

    reading = read_message(raw, call, ReadingContext())

    paths = [part.path for part in reading.parts]
    assert len(paths) == len(set(paths))
    Reading.model_validate_json(reading.model_dump_json())
