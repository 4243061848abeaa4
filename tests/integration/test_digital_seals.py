"""Digital seals and OFD files in a whole house: what is decided, what the applicant reads, what
staff read.
"""

from __future__ import annotations

import email
import email.policy
import io
import shutil
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from ingest.calls import default_config
from ingest.inspection.reports import inspect_document
from ingest.views.digest import collect_digest
from ingest.views.lists import case_detail
from rules.verdict import Decision
from tests.integration.house import SAMPLES, House, attachments, plain_mail, with_file
from tests.unit.ingest.document.signing import Identity, authority, issue, signed, with_other_page

Open = Callable[..., House]
SHIPPED = "smart-education-2024"
EXPORTED = SAMPLES["04"]  #: Word files and PDFs exported from them
UNIT = "第七师胡杨河市教育局"


@cache
def unit() -> Identity:
    """The seal certificate of the bureau that sends the sample."""
    return issue(UNIT, authority(), UNIT)


def sealed(data: bytes) -> bytes:
    return signed(data, unit(), visible_on=1)


def sample_with(change: Callable[[bytes], bytes]) -> bytes:
    """The sample mail, its PDFs changed."""
    mail = email.message_from_bytes(EXPORTED.path.read_bytes(), policy=email.policy.SMTP)
    for part in mail.walk():
        name, data = part.get_filename() or "", part.get_payload(decode=True)
        if name.endswith(".pdf") and isinstance(data, bytes):
            part.set_content(change(data), maintype="application", subtype="pdf", filename=name)
    return mail.as_bytes()


@pytest.fixture
def accepting(tmp_path: Path, open_one: Open) -> House:
    """A house whose call accepts digital seals below one root."""
    calls = tmp_path / "config/calls"
    shutil.copytree(default_config() / "calls" / SHIPPED, calls / SHIPPED)
    file = calls / SHIPPED / "call.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("认可电子签章: 否", "认可电子签章: 是"), encoding="utf-8")
    (calls / SHIPPED / "roots").mkdir()
    (calls / SHIPPED / "roots/authority.pem").write_bytes(authority().pem)
    return open_one(calls={"directory": calls, "active": [SHIPPED]})


def decided(house: House, mail: bytes) -> Decision | None:
    house.clock.instant = EXPORTED.received
    house.arrive(mail)
    house.settle_and_decide()
    (case,) = house.cases()
    return case.decision


def reasons(house: House) -> list[str]:
    with house.store() as session:
        return [
            task.reason
            for task in collect_digest(
                session, house.app.rules.call, house.app.settings, house.app.clock.now()
            ).needs_human
        ]


def letter(house: House) -> str:
    """The text of the only letter to the applicant."""
    (row,) = house.letters()
    body = email.message_from_bytes(row.mime, policy=email.policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_by_default_a_digital_seal_goes_to_staff_and_nobody_is_told_to_scan(house: House) -> None:
    """The applicant reads a kind sentence; staff read who signed, when, whether it is intact and
    trusted, and why.
    """
    assert decided(house, sample_with(sealed)) is Decision.REFERRED
    text = letter(house)
    assert "带有电子签章" in text
    assert "由电子文档直接生成" not in text
    assert "PDF，带电子签章" in text
    reason = next(reason for reason in reasons(house) if "电子签章" in reason)
    assert all(
        each in reason
        for each in (
            f"{UNIT} 2024年8月20日 09:00 签名",
            "内容完整",
            "签名后未改动",
            "本征集没有认可电子签章",
        )
    )


def test_where_the_call_accepts_it_a_verified_seal_is_the_stamp_and_the_scan(
    accepting: House,
) -> None:
    """Nothing else of the sample was wrong."""
    assert decided(accepting, sample_with(sealed)) is Decision.ACCEPTED
    with accepting.store() as session:
        detail = case_detail(session, accepting.cases()[0].code)
    assert len(detail["digital_seals"]) == 2
    assert not any("待核" in line for line in detail["digital_seals"])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda data: with_other_page(sealed(data)), "签名之后文件又有改动"),
        (
            lambda data: signed(data, issue("第一师阿拉尔市教育局", authority())),
            "签名人与申报单位、报送单位都不符",
        ),
        (lambda data: signed(data, issue(UNIT)), "不在已配置的根证书之下"),
    ],
    ids=["changed", "another", "own root"],
)
def test_a_seal_in_doubt_goes_to_staff_with_the_reason(
    accepting: House, change: Callable[[bytes], bytes], why: str
) -> None:
    """In the digest and in `case show`; the letter speaks of no fault."""
    assert decided(accepting, sample_with(change)) is Decision.REFERRED
    assert any(why in reason for reason in reasons(accepting))
    with accepting.store() as session:
        seals = case_detail(session, accepting.cases()[0].code)["digital_seals"]
    assert len(seals) == 2
    assert all(why in line and ".pdf：电子签章：" in line for line in seals)
    assert why not in letter(accepting)


def test_a_file_shows_its_signatures_on_the_command_line(accepting: House, tmp_path: Path) -> None:
    """`document inspect --json`: every value and one sentence; the roots are the call's."""
    name, data = next(
        (name, data) for name, data in attachments(EXPORTED).items() if name.endswith(".pdf")
    )
    file = tmp_path / name
    file.write_bytes(sealed(data))
    (signature,) = inspect_document(file, accepting.app.rules.folder)["signatures"]
    assert (signature["signer"], signature["integrity"], signature["later"]) == (
        UNIT,
        "intact",
        "nothing",
    )
    assert (signature["trusted"], signature["valid_when_signed"], signature["page"]) == (
        True,
        True,
        1,
    )
    assert "证书可信" in signature["text"]
    file.write_bytes(data)
    assert inspect_document(file, accepting.app.rules.folder)["signatures"] == []


def test_an_ofd_file_is_asked_for_as_pdf_and_shown_to_staff(house: House) -> None:
    """It may be just what was missing, and it may be sealed: both are said."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for member in ("OFD.xml", "Doc_0/Document.xml", "Doc_0/Signs/Signatures.xml"):
            package.writestr(member, "<x/>")
    house.arrive(with_file(plain_mail(subject="申报材料"), out.getvalue(), "申报书.ofd").as_bytes())
    house.settle_and_decide()
    assert "“申报书.ofd”是OFD版式文件" in letter(house)
    assert "请另存为PDF，或打印盖章后扫描成PDF再发" in letter(house)
    assert any("申报书.ofd：OFD 文件(带有电子签章)" in reason for reason in reasons(house))
