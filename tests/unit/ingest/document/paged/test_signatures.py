"""Certificate signatures of PDFs: every fate of one is told apart, and whatever is wrong with it is
a value.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from functools import reduce

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.sign import timestamps
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.signers import PdfTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from ingest.document.paged import signatures
from ingest.document.paged.roots import BadRootError, check_root, usable
from ingest.document.paged.signatures import read_signatures
from ingest.reading import Integrity, Later, Signature
from tests.unit.ingest.document.papers import pages_pdf, pdf, text_page
from tests.unit.ingest.document.signing import (
    BUREAU,
    MORNING,
    YEAR,
    Identity,
    authority,
    bureau,
    contents_of,
    issue,
    national,
    revoked,
    sequence,
    signed,
    stranger,
    tagged,
    time_authority,
    updated,
    with_contents,
    with_other_page,
)

LINES = [f"line number {number} of a born-digital page" for number in range(20)]
PLAIN = pages_pdf([text_page(LINES), text_page(LINES)])


@pytest.fixture(scope="module")
def good() -> bytes:
    """Two pages, signed by the bureau, to be seen on the second."""
    return signed(PLAIN, bureau(), visible_on=2)


def look(data: bytes, *roots: Identity) -> tuple[Signature, ...]:
    return read_signatures(data, [root.pem for root in roots or (authority(),)])


def only(data: bytes, *roots: Identity) -> Signature:
    (signature,) = look(data, *roots)
    return signature


# --- well -----------------------------------------------------------------------------------------


def test_a_signature_says_who_when_and_where_and_that_all_is_well(good: bytes) -> None:
    """The same after a round trip through JSON."""
    signature = only(good)
    assert (signature.signer, signature.organisation, signature.issuer) == (
        BUREAU,
        BUREAU,
        "测试根证书",
    )
    assert (signature.signed_at, signature.timestamped, signature.page) == (MORNING, False, 2)
    assert (
        signature.integrity,
        signature.later,
        signature.trusted,
    ) == (Integrity.INTACT, Later.NOTHING, True)
    assert (signature.valid_when_signed, signature.national, signature.problem) == (True, False, "")
    assert Signature.model_validate_json(signature.model_dump_json()) == signature


def test_a_pdf_without_a_signature_has_none() -> None:
    """Also when a field waits for one."""
    assert look(PLAIN) == ()
    waiting = b"<</FT/Sig/T(waiting)/Type/Annot/Subtype/Widget/Rect[0 0 9 9]>>"
    assert (
        look(
            pdf(
                {
                    1: b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[3 0 R]>>>>",
                    2: b"<</Type/Pages/Kids[]/Count 0>>",
                    3: waiting,
                }
            )
        )
        == ()
    )


def test_an_invisible_signature_and_the_older_format_are_signatures_too() -> None:
    """adbe.pkcs7.detached, on no page."""
    signature = only(signed(PLAIN, bureau(), pades=False))
    assert (
        signature.integrity,
        signature.trusted,
        signature.page,
    ) == (Integrity.INTACT, True, None)


def test_the_time_of_a_trusted_authority_is_told_from_the_signers_own_claim() -> None:
    """A stamp of an unknown authority proves nothing."""
    stamped = only(
        signed(PLAIN, bureau(), at=MORNING + YEAR, stamped_by=time_authority(), stamped_at=MORNING),
    )
    assert (stamped.signed_at, stamped.timestamped) == (MORNING, True)
    unknown = issue("别处的时间戳", stranger(), stamps=True)
    assert only(signed(PLAIN, bureau(), stamped_by=unknown)).timestamped is False


def test_a_second_signature_leaves_the_first_one_whole(good: bytes) -> None:
    """It is an addition, and the newest one covers the whole file."""
    first, second = look(signed(good, issue("李四", authority()), field="签章2"))
    assert (first.later, second.later, second.signer) == (Later.ADDITIONS, Later.NOTHING, "李四")


def test_a_time_stamp_of_the_document_is_no_signature_of_anybody(good: bytes) -> None:
    """And it does not spoil the signature before it."""
    tsa = time_authority()
    stamper = timestamps.DummyTimeStamper(
        tsa.asn1,
        tsa.asn1_key,
        SimpleCertificateStore(),
        fixed_dt=MORNING,
    )
    out = PdfTimeStamper(stamper).timestamp_pdf(
        IncrementalPdfFileWriter(io.BytesIO(good), strict=False),
        "sha256",
    )
    signature = only(out.getvalue())
    assert (signature.integrity, signature.later) == (Integrity.INTACT, Later.ADDITIONS)


def test_a_file_that_opens_without_a_password_is_read_though_it_is_encrypted() -> None:
    """Only its owner may print it; anybody may read it."""
    writer = PdfFileWriter()
    writer.insert_page(
        PageObject(
            contents=writer.add_object(generic.StreamObject(stream_data=b"")),
            media_box=(0, 0, 595, 842),
        )
    )
    writer.encrypt(owner_pass="x", user_pass="")
    locked = io.BytesIO()
    writer.write(locked)
    signature = only(signed(locked.getvalue(), bureau()))
    assert (signature.integrity, signature.trusted) == (Integrity.INTACT, True)


# --- nobody vouches for it ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "problem"),
    [
        (lambda: issue(BUREAU, stranger()), "证书不在已配置的根证书之下"),
        (lambda: issue(BUREAU), "不在已配置的根证书之下"),
        (lambda: issue(BUREAU, issue("测试根证书", key_number=2)), "不在已配置的根证书之下"),
        (
            lambda: issue(BUREAU, authority(), end=MORNING - timedelta(days=1)),
            "证书在签名时不在有效期内",
        ),
        (
            lambda: issue(BUREAU, authority(), start=MORNING + timedelta(days=1)),
            "证书在签名时不在有效期内",
        ),
        (lambda: issue(BUREAU, authority(), signs=False), "证书不能用于签名"),
    ],
    ids=[
        "unknown root",
        "its own root",
        "root of the same name",
        "expired",
        "not yet valid",
        "another use",
    ],
)
def test_an_intact_signature_nobody_vouches_for_is_intact_and_not_trusted(
    who: Callable[[], Identity], problem: str
) -> None:
    """Only the chain to a root of the call counts, at the time of signing."""
    signature = only(signed(PLAIN, who()))
    assert (signature.integrity, signature.trusted) == (Integrity.INTACT, False)
    assert problem in signature.problem


def test_without_roots_nothing_is_trusted_not_even_what_the_system_trusts(good: bytes) -> None:
    """The call names its roots; the operating system's list is never asked."""
    (signature,) = read_signatures(good, [])
    assert (signature.trusted, signature.problem) == (False, "没有配置可信的根证书")


def test_a_root_that_cannot_be_read_hides_no_other(good: bytes) -> None:
    """`mailroom check` names it."""
    (signature,) = read_signatures(good, [b"garbage", authority().pem])
    assert signature.trusted


def test_a_weak_digest_is_not_trusted() -> None:
    """SHA-1 has been forged."""
    signature = only(signed(PLAIN, bureau(), digest="sha1"))
    assert (signature.integrity, signature.trusted, signature.problem) == (
        Integrity.INTACT,
        False,
        "签名使用的算法强度不足",
    )


def test_a_revoked_certificate_is_found_where_the_file_carries_the_list(good: bytes) -> None:
    """Lists are never fetched; another's revocation is none of this signature's business."""
    assert only(revoked(good)).trusted
    assert only(revoked(good, bureau())).problem == "证书已被吊销"


# --- tampered with --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "what",
    [b"stream\n", b"/MediaBox[0 0 5", b"/BaseFont", b"/T (", b"/Info "],
)
def test_one_changed_byte_breaks_the_signature(good: bytes, what: bytes) -> None:
    """Anywhere outside the signature itself: in a page, its size, the field, the end of
    the file.
    """
    place = good.index(what) + len(what) + 1
    broken = good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :]
    signature = only(broken)
    assert (
        signature.integrity,
        signature.trusted,
        signature.later,
    ) == (Integrity.BROKEN, False, Later.CHANGES)
    assert signature.problem == "签名与文件内容不符"


def test_a_page_changed_by_an_update_after_signing_is_a_change(good: bytes) -> None:
    """The bytes that were signed are all still there: intact, and not what is shown."""
    signature = only(with_other_page(good))
    assert (signature.integrity, signature.later) == (Integrity.INTACT, Later.CHANGES)


def test_a_field_filled_in_after_signing_is_a_change_though_the_signer_allowed_it() -> None:
    """It changes what is shown; only further signatures do not."""
    text = b"<</FT/Tx/T(rate)/Type/Annot/Subtype/Widget/Rect[0 0 90 9]/V(97)/P 4 0 R>>"
    form = pdf(
        {
            1: b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[3 0 R]>>>>",
            2: b"<</Type/Pages/Kids[4 0 R]/Count 1>>",
            3: text,
            4: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Annots[3 0 R]>>",
        }
    )

    def fill(writer: IncrementalPdfFileWriter) -> None:
        field = writer.root["/AcroForm"]["/Fields"][0]
        field["/V"] = generic.TextStringObject("99")
        writer.update_container(field)

    for certify in (None, MDPPerm.NO_CHANGES, MDPPerm.FILL_FORMS):
        signature = only(updated(signed(form, bureau(), certify=certify), fill))
        assert (signature.integrity, signature.later) == (Integrity.INTACT, Later.CHANGES)


def test_a_change_a_certifying_signer_forbade_is_a_change() -> None:
    """The same page changed under every permission there is."""
    for certify in MDPPerm:
        assert (
            only(
                with_other_page(signed(PLAIN, bureau(), certify=certify)),
            ).later
            is Later.CHANGES
        )


def test_a_signature_that_leaves_a_hole_in_the_file_is_not_whole(good: bytes) -> None:
    """What stands in the hole is signed by nobody."""
    start = good.index(b"/ByteRange [")
    end = good.index(b"]", start)
    numbers = good[start:end].split(b"[")[1].split()
    wider = b" ".join(
        [*numbers[:2], b"%d" % (int(numbers[2]) + 100), b"%d" % (int(numbers[3]) - 100)],
    )
    holed = good[:start] + (b"/ByteRange [" + wider).ljust(end - start) + good[end:]
    signature = only(holed)
    assert (signature.integrity, signature.later) == (Integrity.BROKEN, Later.CHANGES)


# --- what cannot be verified ----------------------------------------------------------------------


@pytest.mark.parametrize("structure", [False, True])
def test_a_national_signature_is_named_as_such_and_not_called_broken(*, structure: bool) -> None:
    """SM2 and SM3, in the usual structure and in that of GM/T 0010; its signer is named all the
    same.
    """
    signature = only(national(signed(PLAIN, bureau(), pades=False), structure=structure))
    assert (signature.national, signature.integrity) == (True, Integrity.UNVERIFIABLE)
    assert (signature.signer, signature.problem) == (BUREAU, "国密算法签名, 程序不能核验")


def test_a_national_seal_of_another_structure_is_recognised_by_its_arc(good: bytes) -> None:
    """GB/T 38540 is no CMS; the oid of SM3 stands somewhere in it."""
    oid = bytes.fromhex("06082a811ccf55018311")
    signature = only(with_contents(good, sequence(sequence(b"\x02\x01\x04" + oid))))
    assert (signature.national, signature.signer) == (True, "")


def test_an_ordinary_signature_below_a_national_root_is_still_verified(good: bytes) -> None:
    """Bytes of the arc in the padding, where a certificate of another might stand."""
    contents = contents_of(good)
    assert contents[:2] == b"\x30\x82"
    whole = contents[: 4 + int.from_bytes(contents[2:4], "big")]  # it may end in a zero of its own
    data = with_contents(good, whole + bytes.fromhex("2a811ccf55"))
    assert (only(data).national, only(data).integrity) == (False, Integrity.INTACT)


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"\x00",
        b"not a signature",
        sequence(b"\x02\x01\x04"),
        tagged(0x30, b"\xff" * 200),
        b"\x30\x84\xff\xff\xff\xff" + b"\x30" * 500,
    ],
)
def test_garbage_in_the_place_of_a_signature_cannot_be_verified(
    good: bytes,
    garbage: bytes,
) -> None:
    """It is there, it is on page 2, and nobody can say more."""
    signature = only(with_contents(good, garbage))
    assert (
        signature.integrity,
        signature.trusted,
        signature.page,
    ) == (Integrity.UNVERIFIABLE, False, 2)
    assert signature.problem


def test_a_format_that_is_not_known_is_named(good: bytes) -> None:
    """adbe.pkcs7.sha1 and whatever else a program may write."""
    data = good.replace(b"/ETSI.CAdES.detached", b"/GM.sm2seal.detached")
    assert only(data).problem == "签名格式 /GM.sm2seal.detached 程序不能核验"


def test_a_file_cut_anywhere_is_never_an_error(good: bytes) -> None:
    """Whatever is left of it: values, and none of them trusted."""
    for share in range(1, 40):
        assert not any(signature.trusted for signature in look(good[: len(good) * share // 40]))


def test_a_signature_that_goes_in_circles_ends(good: bytes) -> None:
    """A field that is its own parent and child."""
    data = good.replace(b"/FT /Sig", b"/Kids [5 0 R]/FT /Sig")
    assert all(signature.problem for signature in look(data))


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # the alarm may ring while Python collects
def test_more_signatures_than_anybody_makes_are_not_all_verified(
    good: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nor a file that is too large, a signature that is too large, or one that takes too long."""
    monkeypatch.setattr(signatures, "MAX_SIGNATURES", 1)
    assert [s.problem for s in look(signed(good, bureau(), field="签章2"))] == [
        "",
        "签名多于 1 个, 没有全部核验",
    ]
    many = reduce(lambda file, n: signed(file, bureau(), field=f"签章{n}"), range(2, 7), good)
    monkeypatch.setattr(signatures, "MAX_SIGNATURES", 20)
    monkeypatch.setattr(signatures, "SECONDS", 0.002)  # the kernel looks every few milliseconds
    monkeypatch.setattr(signatures, "_AGAIN", 0.002)
    assert look(many)[-1].problem == "核验签名超出时间限制"
    monkeypatch.setattr(signatures, "SECONDS", 20)
    monkeypatch.setattr(signatures, "MAX_CONTENTS", 10)
    assert only(good).problem == "签名数据过大, 没有核验"
    monkeypatch.setattr(signatures, "MAX_BYTES", 10)
    assert only(good).problem == "文件过大, 没有核验签名"


# --- roots ----------------------------------------------------------------------------------------


def test_roots_come_as_pem_as_several_in_one_file_or_as_der() -> None:
    """As authorities publish them; a root that could not be used would be refused, and each is one
    that is trusted.
    """
    for data in (authority().pem, authority().pem + stranger().pem, authority().asn1.dump()):
        check_root(data)
        assert authority().asn1.dump() in [root.dump() for root in usable([data])]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n",
    ],
)
def test_a_file_that_is_no_certificate_is_refused_as_a_root(data: bytes) -> None:
    """With a sentence for the administrator."""
    with pytest.raises(BadRootError, match="证书"):
        check_root(data)
