"""Which certificate signatures stand for the seal: only what is beyond any doubt, and only where
the call says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ingest.reading import Document, Integrity, Later, SealOutcome, Signature
from ingest.submission.case import ReceivedMail, arrange
from ingest.submission.digitalseal import describe, digital_seal, signed_for
from ingest.submission.letterrequest import role_name
from ingest.submission.presenting import subjects_of
from ingest.submission.sender import Sender
from rules.call import Call, DigitalSeal
from rules.facts import Fact, Knowledge
from rules.subjects import Subject
from tests.unit.ingest.conftest import MORNING

Make = Callable[..., Document]
Mail = Callable[..., ReceivedMail]
BUREAU = "第八师石河子市教育局"
SENDER = Sender("师市教育局", "unit:第八师石河子市", BUREAU, "第八师石河子市", "发件人名称")
YEAR = timedelta(days=365)
GOOD = Signature(
    field="签章1",
    signer=BUREAU,
    organisation=BUREAU,
    issuer="某某认证中心",
    signed_at=MORNING,
    integrity=Integrity.INTACT,
    later=Later.NOTHING,
    trusted=True,
    certificate_from=MORNING - YEAR,
    certificate_until=MORNING + YEAR,
    page=2,
)


def but(**changes: Any) -> Signature:
    """The good signature, changed."""
    return GOOD.model_copy(update=changes)


@pytest.fixture
def accepting(call: Call) -> Call:
    """The call as if it accepted digital seals."""
    return replace(call, accept_digital_seal=True)


@pytest.fixture
def export(scan: Make) -> Callable[..., Document]:
    """Builds a born-digital PDF with signatures."""

    def build(
        *signatures: Signature, is_scan: bool | None = False, applicant: str = "甲团中学"
    ) -> Document:
        known = Fact.unknown() if is_scan is None else Fact.known(is_scan)
        changes = {"is_scan": known, "signatures": signatures}
        return scan(applicant, outcome=SealOutcome.UNCERTAIN).model_copy(update=changes)

    return build


def judged(document: Document, call: Call, received: timedelta = timedelta()) -> Fact:
    return digital_seal(document, ("甲团中学", BUREAU), call, MORNING + received)


# --- counts ---------------------------------------------------------------------------------------


def test_a_pdf_without_signatures_has_no_digital_seal(accepting: Call, export: Make) -> None:
    """Most have none."""
    assert judged(export(), accepting) == Fact.known(DigitalSeal.NONE)


def test_a_verified_signature_of_the_right_unit_counts_where_the_call_accepts_it(
    accepting: Call,
    export: Make,
) -> None:
    """With all that is known of it as evidence; also when others signed after it."""
    fact = judged(export(GOOD), accepting)
    assert fact.value == DigitalSeal.ACCEPTED
    assert "证书可信（签发者 某某认证中心）" in fact.provenance.raw
    assert "待核" not in fact.provenance.raw
    both = export(but(later=Later.ADDITIONS), but(signer="李四", organisation=""))
    assert judged(both, accepting).value == DigitalSeal.ACCEPTED


def test_by_default_no_digital_seal_counts(call: Call, export: Make) -> None:
    """Staff decide, and read why."""
    fact = judged(export(GOOD), call)
    assert (call.accept_digital_seal, fact.value) == (False, DigitalSeal.OPEN)
    assert "本征集没有认可电子签章" in fact.provenance.raw


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"integrity": Integrity.BROKEN, "trusted": False, "problem": "签名与文件内容不符"},
            "签名与文件内容不符",
        ),
        (
            {
                "integrity": Integrity.UNVERIFIABLE,
                "trusted": False,
                "problem": "国密算法签名, 程序不能核验",
            },
            "国密",
        ),
        ({"trusted": False, "problem": "证书不在已配置的根证书之下"}, "不在已配置的根证书之下"),
        ({"integrity": Integrity.UNVERIFIABLE}, "签名未能核验"),
        ({"later": Later.CHANGES}, "签名之后文件又有改动"),
        ({"signer": "第七师胡杨河市教育局"}, "签名人与申报单位、报送单位都不符"),
        ({"signer": "张三"}, "签名人与申报单位、报送单位都不符"),
        ({"signed_at": MORNING + timedelta(hours=2)}, "签名时间晚于收到时间"),
        ({"certificate_until": MORNING - timedelta(days=1)}, "收到时证书已过期"),
    ],
    ids=[
        "broken",
        "national",
        "untrusted",
        "unverified",
        "changed",
        "another",
        "person",
        "future",
        "expired",
    ],
)
def test_the_least_doubt_leaves_it_to_staff_with_the_reason(
    accepting: Call, export: Make, changes: dict[str, Any], reason: str
) -> None:
    """Also when another signature beside it is beyond doubt, unless only its signer is another."""
    fact = judged(export(but(**changes)), accepting)
    assert fact.value == DigitalSeal.OPEN
    assert reason in fact.provenance.raw
    beside = judged(export(GOOD, but(**changes)), accepting)
    assert beside.value == (DigitalSeal.ACCEPTED if "signer" in changes else DigitalSeal.OPEN)


def test_an_expired_certificate_is_good_where_a_trusted_stamp_proves_it_was_in_time(
    accepting: Call, export: Make
) -> None:
    """The signer's own clock proves nothing once the certificate has expired."""
    late = 2 * YEAR
    assert judged(export(GOOD), accepting, late).value == DigitalSeal.OPEN
    assert judged(export(but(timestamped=True)), accepting, late).value == DigitalSeal.ACCEPTED


@pytest.mark.parametrize(
    ("signer", "organisation", "name", "right"),
    [
        (BUREAU, "", BUREAU, True),
        (f"新疆生产建设兵团{BUREAU}", "", BUREAU, True),
        (f"CFCA@{BUREAU}@1", "", BUREAU, True),
        ("", BUREAU, BUREAU, True),
        ("石河子市甲团中学", "", "第八师石河子市甲团中学", True),
        ("张三", BUREAU, BUREAU, False),
        ("第八师石河子市", "", BUREAU, False),
        ("第七师胡杨河市教育局", "", BUREAU, False),
        ("", "", BUREAU, False),
        (BUREAU, "", "", False),
    ],
)
def test_a_signer_fits_by_the_name_of_the_organisation_alone(
    call: Call, signer: str, organisation: str, name: str, *, right: bool
) -> None:
    """Not a person of it, not the government of the place, nor an empty name."""
    assert signed_for(but(signer=signer, organisation=organisation), name, call) is right


# --- as subjects ----------------------------------------------------------------------------------


def look(mail: ReceivedMail, call: Call) -> dict[str, Subject]:
    case = arrange([mail], "示范校", call)
    return {s.id: s for s in subjects_of(case, call, SENDER, decided_before=False, ledger=())}


def test_an_accepted_signature_of_an_export_is_its_seal(
    accepting: Call,
    mail: Mail,
    word: Make,
    export: Make,
) -> None:
    """The rules ask for 盖章 or for 电子签章, as they like."""
    scan = look(mail(word("甲团中学"), export(GOOD)), accepting)["扫申1"]
    assert (scan.fact("电子签章").value, scan.fact("盖章").value, scan.fact("是扫描").value) == (
        "认可",
        True,
        False,
    )


def test_an_open_signature_leaves_the_seal_unknown(
    call: Call,
    mail: Mail,
    word: Make,
    export: Make,
) -> None:
    """Never a fault of the applicant."""
    scan = look(mail(word("甲团中学"), export(GOOD)), call)["扫申1"]
    assert (scan.fact("电子签章").value, scan.fact("盖章").knowledge) == ("待核", Knowledge.UNKNOWN)


def test_on_paper_only_the_stamp_counts(
    accepting: Call,
    mail: Mail,
    word: Make,
    scan: Make,
) -> None:
    """Though the scan be signed by the right unit."""
    for outcome, sealed in ((SealOutcome.STAMPED, True), (SealOutcome.NOT_STAMPED, False)):
        paper = scan("甲团中学", outcome=outcome).model_copy(update={"signatures": (GOOD,)})
        assert look(mail(word("甲团中学"), paper), accepting)["扫申1"].fact("盖章").value is sealed


def test_a_signed_file_nobody_could_place_is_open(
    accepting: Call,
    mail: Mail,
    word: Make,
    export: Make,
) -> None:
    """Whose seal it should bear is not known."""
    loose = export(GOOD, applicant="")
    subjects = look(mail(word("甲团中学"), word("乙团中学"), loose), accepting)
    assert subjects["散1"].fact("电子签章").value == "待核"


def test_a_signed_export_is_called_so_in_the_list_of_files(export: Make) -> None:
    """A signed scan is a scan."""
    assert role_name(export(GOOD)) == "申报书（PDF，带电子签章）"
    assert role_name(export(GOOD, is_scan=True)) == role_name(export(is_scan=True))


# --- in words -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signature", "said"),
    [
        (GOOD, f"{BUREAU} 2024年8月20日 09:00 签名（时间为签名人自称），内容完整，签名后未改动，证书可信（签发者 某某认证中心），见第2页"),
        (but(timestamped=True, page=None, later=Later.ADDITIONS), f"{BUREAU} 2024年8月20日 09:00 签名（时间戳证实），内容完整，签名后只追加了别的签名或存档信息，证书可信（签发者 某某认证中心）"),
        (but(signer="张三", signed_at=None, page=None, later=Later.CHANGES, trusted=False, problem="没有配置可信的根证书"), f"张三（{BUREAU}） 签名，内容完整，签名后有改动，证书不可信：没有配置可信的根证书"),
        (Signature(field="x", national=True, problem="国密算法签名, 程序不能核验"), "签名人不明 签名，国密算法签名, 程序不能核验"),
    ],
    ids=["good", "stamped", "person", "national"],
)  # fmt: skip
def test_a_signature_is_told_in_one_sentence(signature: Signature, said: str) -> None:
    """Who, when by whose word, intact, changed, trusted, where to be seen."""
    assert describe(signature) == said


@pytest.mark.parametrize(("days", "valid"), [(0, True), (-366, False), (366, False), (None, None)])
def test_a_certificate_was_valid_when_it_was_used_or_not(
    days: int | None,
    *,
    valid: bool | None,
) -> None:
    """Nobody can tell without a time."""
    at = None if days is None else MORNING + timedelta(days=days)
    assert but(signed_at=at).valid_when_signed is valid
