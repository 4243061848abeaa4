"""The blank annexes and the sample mails: that they are what their generator makes, and that they
are sound.
"""

from __future__ import annotations

import email
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image, ImageChops
from ruamel.yaml import YAML

from rules.vocabulary import normalise, parse_value
from samples import applicants, fonts
from samples.fonts import MissingFontError, font_file
from samples.forms import CALL_FOLDER, REMARK, ROOT, the_call
from samples.make_forms import blank_forms
from samples.sheet import Face
from samples.toolchain import toolchain

SAMPLES = ROOT / "samples"
CALL = the_call()
EXPECTED: list[dict[str, Any]] = YAML(typ="safe").load(SAMPLES / "expected.yaml")["mails"]
MAILS = sorted((SAMPLES / "mails").glob("*.eml"))
DECISIONS = {"accepted", "incomplete", "rejected", "referred"}


def mail(number: str) -> Message:
    (path,) = (SAMPLES / "mails").glob(f"{number}-*.eml")
    return email.message_from_bytes(path.read_bytes())


def leaves(message: Message) -> Iterator[bytes]:
    for part in message.walk():
        data = part.get_payload(decode=True)
        if isinstance(data, bytes):
            yield data


def pdfs(number: str) -> list[pypdfium2.PdfDocument]:
    return [
        pypdfium2.PdfDocument(
            data,
        )
        for data in leaves(mail(number))
        if data.startswith(b"%PDF")
    ]


def red_pixels(page: pypdfium2.PdfPage) -> int:
    """Pixels that are clearly redder than green, on a page drawn at 72 dpi."""
    red, green, _ = page.render(scale=1).to_pil().convert("RGB").split()
    difference: Image.Image = ImageChops.subtract(red, green)
    return sum(difference.histogram()[60:])


def same_toolchain() -> None:
    """Skip, saying why, where other versions would write other bytes."""
    try:
        here = toolchain()
    except MissingFontError as error:
        pytest.skip(str(error))
    recorded: dict[str, str] = YAML(typ="safe").load(SAMPLES / "toolchain.yaml")
    other = [
        f"{name} {here.get(name)} instead of {recorded[name]}"
        for name in recorded
        if here.get(
            name,
        )
        != recorded[name]
    ]
    if other:
        pytest.skip("the samples were made with other versions: " + ", ".join(other))


def test_the_committed_blank_forms_are_what_the_generator_makes() -> None:
    """Nobody edited a blank annex by hand or forgot to make it anew."""
    same_toolchain()
    committed = {path.name: path.read_bytes() for path in (CALL_FOLDER / "forms").glob("*.docx")}
    assert committed == blank_forms()


@pytest.mark.parametrize("form", CALL.forms, ids=lambda form: form.id)
def test_a_blank_form_carries_the_first_label_of_every_field_and_says_what_it_is(form: Any) -> None:
    """The labels of call.yaml are the contract with whoever reads filled forms."""
    with zipfile.ZipFile(CALL_FOLDER / "forms" / form.blank) as package:
        text = normalise(re.sub(r"<[^>]+>", "", package.read("word/document.xml").decode()))
    labels = [field.labels[0] for field in (*form.fields, *form.columns)]
    assert [label for label in labels if normalise(label) not in text] == []
    assert normalise(REMARK) in text
    assert normalise(form.titles[0]) in text
    assert [
        option
        for field in form.fields
        for option in field.options
        if normalise(
            f"☐{option}",
        )
        not in text
    ] == []


def test_the_samples_are_many_and_small() -> None:
    """A checkout stays quick: at least 18 mails, together below 8 MB."""
    assert len(MAILS) >= 18
    assert sum(path.stat().st_size for path in MAILS) < 8_000_000


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_a_mail_is_sound(path: Path) -> None:
    """CRLF everywhere, ASCII headers, the server's Received line with the listed time, no address
    outside example domains.
    """
    raw = path.read_bytes()
    assert raw.count(b"\n") == raw.count(b"\r\n")
    head = raw.partition(b"\r\n\r\n")[0]
    assert head.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    message = email.message_from_bytes(raw)
    listed = next(item for item in EXPECTED if item["file"] == f"mails/{path.name}")
    stamp = parsedate_to_datetime(
        re.sub(r"\(.*\)", "", message.get_all("Received", [])[0].rpartition(";")[2]),
    )
    assert stamp == datetime.fromisoformat(listed["received"])
    addresses = [address for _, address in getaddresses([str(message["From"]), str(message["To"])])]
    assert all(re.fullmatch(r"[\w.-]+@example\.(cn|com|net|org)", address) for address in addresses)
    assert message["Date"]
    assert message["Message-ID"]
    assert message.defects == []


def test_no_two_mails_share_a_message_id() -> None:
    """Two files are two mails; only 18 and 19 are one file."""
    identifiers = [email.message_from_bytes(path.read_bytes())["Message-ID"] for path in MAILS]
    assert len(set(identifiers)) == len(identifiers)


def test_the_list_names_every_mail_in_the_agreed_words() -> None:
    """Numbers run on, times are Beijing's, letters and decisions are known words, applicants are
    never empty.
    """
    assert [item["number"] for item in EXPECTED] == [
        f"{number:02d}"
        for number in range(
            1,
            len(EXPECTED) + 1,
        )
    ]
    assert {item["file"] for item in EXPECTED} == {f"mails/{path.name}" for path in MAILS}
    for item in EXPECTED:
        assert datetime.fromisoformat(item["received"]).utcoffset() == timedelta(hours=8)
        assert item["letter"] in DECISIONS | {"received", "noted", "none"}
        assert item["what"]
        for entry in item["entries"]:
            assert entry["decision"] in DECISIONS
            assert entry["applicant"]
            CALL.track(entry["track"])


def test_only_sample_13_arrives_after_the_deadline_and_its_date_header_claims_otherwise() -> None:
    """Lateness is judged by the server's clock."""
    late = [
        item["number"]
        for item in EXPECTED
        if datetime.fromisoformat(
            item["received"],
        )
        >= CALL.deadline
    ]
    assert late == ["13"]
    assert parsedate_to_datetime(mail("13")["Date"]) < CALL.deadline


def test_the_supplement_answers_the_first_mail() -> None:
    """10 can be joined to 09 by its headers alone."""
    first = mail("09")["Message-ID"]
    assert mail("10")["In-Reply-To"] == mail("10")["References"] == first


def test_the_second_delivery_is_the_same_file() -> None:
    """19 is 18 again, a little later."""
    first, second = (item for item in EXPECTED if item["number"] in ("18", "19"))
    assert first["file"] == second["file"]
    assert first["received"] < second["received"]


def test_the_zip_has_gbk_names_without_the_utf8_flag() -> None:
    """As Chinese Windows packs it."""
    (data,) = (data for data in leaves(mail("14")) if data.startswith(b"PK"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert all(not entry.flag_bits & 0x800 for entry in archive.infolist())
        names = [entry.filename.encode("cp437").decode("gbk") for entry in archive.infolist()]
    assert sum("申报书" in name for name in names) == 2
    assert sum("汇总表" in name for name in names) == 2


def test_scans_are_pictures_and_the_export_is_text() -> None:
    """A scan has no character, the export names its applicant."""
    assert [page.get_textpage().count_chars() for document in pdfs("01") for page in document] == [
        0,
        0,
        0,
        0,
    ]
    assert "第七师胡杨河市教育局" in pdfs("04")[0][0].get_textpage().get_text_bounded()


def test_seals_are_red_where_they_should_be_and_nowhere_else() -> None:
    """Cover and declaration of 01 are stamped in red, 05 is bare, 20 is grey, the export has no
    colour.
    """
    application = pdfs("01")[0]
    assert red_pixels(application[0]) > 800
    assert red_pixels(application[1]) == 0
    assert red_pixels(application[2]) > 800
    assert [
        red_pixels(page)
        for number in (
            "04",
            "05",
            "20",
        )
        for document in pdfs(number)
        for page in document
    ] == [0] * 12


def test_what_applicants_write_into_their_forms_can_be_read() -> None:
    """Every filled field parses as its type, so that a sample's fate never hangs on a
    slip of ours.
    """
    filled = [("附件1", applicants.zone(applicants.THIRD, "2024年8月19日", "98%", "98.0%"))]
    schools = (
        applicants.CHENXI,
        applicants.JINSUI,
        applicants.QIHANG,
        applicants.HONGLIU,
        applicants.DIRECT,
    )
    filled += [("附件2", applicants.school(school, "2024年8月19日")) for school in schools]
    for form, values in filled:
        unread = [
            field.name
            for field in CALL.form(form).fields
            if parse_value(
                field,
                values[field.name],
            )
            is None
        ]
        assert unread == []


def test_a_missing_font_is_named_with_its_debian_package(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Whoever makes the samples anew is told what to install."""
    monkeypatch.setattr(fonts, "FOLDERS", (tmp_path,))
    with pytest.raises(MissingFontError, match="apt install fonts-arphic-uming"):
        font_file.__wrapped__(Face.SONG)
