"""The one door to pyHanko: what the certificate signatures of a PDF are worth, as plain values.
Runs in the disposable worker.

Never asks the network: no issuer's certificate, no revocation list and no time is fetched; what the
file itself carries (PAdES-LT) is used. Which signature counts for a case is decided in
``ingest/submission/digitalseal.py``, not here.
"""

from __future__ import annotations

import asyncio
import io
import logging
import selectors
import signal
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import cms, x509
from cryptography.exceptions import UnsupportedAlgorithm
from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, parse_pdf_date
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import PdfSignatureStatus, async_validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, extract_contents
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from ingest.document.paged.roots import BROKEN, usable
from ingest.reading import Integrity, Later, Signature
from rules.vocabulary import BEIJING

MAX_SIGNATURES = 20
MAX_BYTES = 50 * 1024 * 1024  #: of a file whose signatures are verified
MAX_CONTENTS = 1024 * 1024  #: of one signature
MAX_PAGES = 200  #: searched for where a signature is to be seen
SECONDS = 20.0  #: processor time for all signatures of a file
_AGAIN = 0.5  #: seconds after which an alarm that nobody heard is given again
MAX_NAME = 200  #: characters

for _name in ("pyhanko", "pyhanko_certvalidator"):
    # they report every oddity; the reading says what matters
    logging.getLogger(_name).setLevel(logging.CRITICAL)

_BROKEN = (PdfError, UnsupportedAlgorithm, zlib.error, *BROKEN)
"""What pyHanko, asn1crypto and cryptography were seen to raise on broken signatures."""

_UNREADABLE = "签名数据有误, 程序不能核验"
_NATIONAL = "国密算法签名, 程序不能核验"
#: 1.2.156.10197, the arc of SM2, SM3 and GM/T 0010, in DER
_NATIONAL_ARC = bytes.fromhex("2a811ccf55")
_FORMATS = ("/adbe.pkcs7.detached", "/ETSI.CAdES.detached", "/ETSI.CAdES")


def read_signatures(data: bytes, roots: Sequence[bytes]) -> tuple[Signature, ...]:
    """Every signature in a PDF, in the order of its fields;
    ``roots`` are certificates (PEM or DER) that are trusted.

    Never raises for whatever the bytes are: what cannot be verified says so.
    Time stamps of the whole document are no signatures of anybody and are left out.
    """
    if len(data) > MAX_BYTES:
        return (Signature(field="", problem="文件过大, 没有核验签名"),)
    found: list[Signature] = []
    try:
        with _time_limit(SECONDS):
            for signature in _signatures(data, list(usable(roots))):
                # what was found before the time was up stays
                found.append(signature)  # noqa: PERF402
    except _TimeIsUpError:
        found.append(Signature(field="", problem="核验签名超出时间限制"))
    except _BROKEN:
        found.append(Signature(field="", problem=_UNREADABLE))
    return tuple(found)


class _TimeIsUpError(BaseException):
    """Not an Exception: libraries that go on after any error must not go on after this one."""


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Processor time, so that a busy machine does not change what is found.

    The alarm rings again: Python drops what is raised while it collects an object,
    and the limit must not be lost with it.
    """

    def stop(_number: int, _frame: object) -> None:
        raise _TimeIsUpError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


# --- one file -------------------------------------------------------------------------------------


def _signatures(data: bytes, roots: list[x509.Certificate]) -> Iterator[Signature]:
    reader = PdfFileReader(io.BytesIO(data), strict=False)
    if reader.encrypted:
        reader.decrypt(b"")  # pdfminer read it without a password, so it needs none
    fields = list(enumerate_sig_fields(reader))
    examiner = _Examiner(reader, roots, frozenset(name for name, _, _ in fields))
    signed = [(name, value, ref) for name, value, ref in fields if value is not None]
    for name, value, ref in signed[:MAX_SIGNATURES]:
        signature = examiner.look_at(str(name)[:MAX_NAME], value, ref)
        if signature is not None:
            yield signature
    if len(signed) > MAX_SIGNATURES:
        yield Signature(field="", problem=f"签名多于 {MAX_SIGNATURES} 个, 没有全部核验")


@dataclass(frozen=True)
class _Examiner:
    """Looks at the signatures of one file, one after the other."""

    reader: Any  #: a PdfFileReader, whose annotations are not complete
    roots: list[x509.Certificate]
    fields: frozenset[str]  #: names of all signature fields

    def look_at(self, name: str, value: Any, ref: Any) -> Signature | None:
        """The signature in one field; None for a time stamp of the document."""
        known = Signature(field=name, problem=_UNREADABLE)
        try:
            dictionary, field = value.get_object(), ref.get_object()
            if _entry(dictionary, "/Type", "/Sig") == "/DocTimeStamp":
                return None
            known = known.model_copy(
                update={"page": self._page_of(field, ref), **_claimed(dictionary)},
            )
            contents = extract_contents(dictionary)
            if len(contents) > MAX_CONTENTS:
                return known.model_copy(update={"problem": "签名数据过大, 没有核验"})
            if _is_national(contents):
                return known.model_copy(
                    update={"national": True, "problem": _NATIONAL, **_named(contents)},
                )
            if (form := _entry(dictionary, "/SubFilter", "")) not in _FORMATS:
                return known.model_copy(
                    update={"problem": f"签名格式 {str(form)[:40]} 程序不能核验"}
                )
            return self._verified(known, EmbeddedPdfSignature(self.reader, ref, name))
        except _BROKEN:
            return known

    def _page_of(self, field: DictionaryObject, ref: Any) -> int | None:
        """The page on which the signature is to be seen."""
        kids = _entry(field, "/Kids", ArrayObject())
        widgets = [kids.raw_get(number) for number in range(min(len(kids), MAX_SIGNATURES))] or [
            ref,
        ]
        shown = {widget.idnum for widget in widgets if _is_visible(widget.get_object())}
        count = int(self.reader.root["/Pages"]["/Count"]) if shown else 0
        for number in range(min(count, MAX_PAGES)):
            page = self.reader.find_page_for_modification(number)[0].get_object()
            notes = _entry(page, "/Annots", ArrayObject())
            there = (notes.raw_get(index) for index in range(len(notes)))
            if shown & {getattr(note, "idnum", None) for note in there}:
                return number + 1
        return None

    def _verified(self, known: Signature, signature: EmbeddedPdfSignature) -> Signature:
        certificate = signature.signer_cert
        stamped_at = _stamped_at(signature.signer_info)
        claimed = stamped_at or _aware(signature.self_reported_timestamp)
        moment = claimed or certificate.not_valid_before
        checking = async_validate_pdf_signature(
            signature,
            self._context(moment),
            self._context(stamped_at or moment),
            key_usage_settings=KeyUsageConstraints(
                key_usage={"non_repudiation", "digital_signature"},
            ),
        )
        with asyncio.Runner(loop_factory=_loop) as runner:
            status = runner.run(checking)
        intact = status.intact and status.valid
        stamp = status.timestamp_validity
        known = known.model_copy(update={**_names(certificate), "signed_at": claimed})
        trusted_stamp = stamp is not None and stamp.valid and stamp.trusted
        distrust = "" if status.trusted else _distrust(status, known, given=bool(self.roots))
        return known.model_copy(
            update={
                "timestamped": stamped_at is not None and trusted_stamp,
                "integrity": Integrity.INTACT if intact else Integrity.BROKEN,
                "later": _later(status, self.fields) if intact else Later.CHANGES,
                "trusted": status.trusted,
                "problem": distrust,
            }
        )

    def _context(self, moment: datetime) -> ValidationContext:
        """Trust as of ``moment``: the roots,
        and certificates and revocation lists that the file carries itself.
        """
        settings: dict[str, Any] = {
            "trust_roots": self.roots,
            "moment": moment,
            "allow_fetching": False,
            "revocation_mode": "soft-fail",
            "retroactive_revinfo": True,
        }
        try:
            return DocumentSecurityStore.read_dss(self.reader).as_validation_context(settings)
        except NoDSSFoundError:
            return ValidationContext(**settings)


def _loop() -> asyncio.AbstractEventLoop:
    """Nothing is waited for here; the usual loop asks for epoll, which the worker may not use."""
    return asyncio.SelectorEventLoop(selectors.PollSelector())


# --- pieces of a signature ------------------------------------------------------------------------


def _entry(dictionary: DictionaryObject, key: str, default: Any) -> Any:
    """``dictionary[key]``, deciphered where the file is encrypted, which its ``get`` leaves out."""
    return dictionary[key] if key in dictionary else default  # noqa: SIM401 - see above


def _is_visible(widget: DictionaryObject) -> bool:
    hidden = int(_entry(widget, "/F", 0)) & 0b100010  # Hidden, NoView (ISO 32000-1, table 165)
    left, bottom, right, top = (float(edge) for edge in _entry(widget, "/Rect", (0, 0, 0, 0)))
    return not hidden and left != right and bottom != top


def _claimed(dictionary: DictionaryObject) -> dict[str, Any]:
    """What the file says of the signer outside the signature itself."""
    said: dict[str, Any] = {"signer": str(_entry(dictionary, "/Name", ""))[:MAX_NAME]}
    if "/M" in dictionary:
        said["signed_at"] = _aware(parse_pdf_date(dictionary["/M"], strict=False))
    return said


def _aware(moment: datetime | None) -> datetime | None:
    """A date without a zone is taken for Beijing's."""
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=BEIJING)


def _names(certificate: x509.Certificate) -> dict[str, Any]:
    subject, issuer = certificate.subject.native, certificate.issuer.native
    return {
        "signer": _first(subject.get("common_name")),
        "organisation": _first(subject.get("organization_name")),
        "issuer": _first(issuer.get("common_name") or issuer.get("organization_name")),
        "certificate_from": certificate.not_valid_before,
        "certificate_until": certificate.not_valid_after,
    }


def _first(name: object) -> str:
    return str(name[0] if isinstance(name, list) and name else name or "")[:MAX_NAME]


def _is_national(contents: bytes) -> bool:
    """Whether the signature itself uses SM2 or SM3,
    or a structure of GM/T 0010 or GB/T 38540 around them.

    In an ordinary structure the signer's algorithms decide:
    an SM2 certificate further up proves nothing.
    """
    try:
        message = cms.ContentInfo.load(contents)
        if message["content_type"].native == "signed_data":
            algorithms = (
                signer[key]["algorithm"].dotted
                for signer in message["content"]["signer_infos"]
                for key in ("digest_algorithm", "signature_algorithm")
            )
            return any(each.startswith("1.2.156.10197.") for each in algorithms)
    except _BROKEN:
        pass
    return _NATIONAL_ARC in contents


def _named(contents: bytes) -> dict[str, Any]:
    """The signer of a signature in the structure of GM/T 0010,
    as its first certificate says; nothing of others.
    """
    try:
        body = cms.ContentInfo.load(contents)["content"]
        signed = body if isinstance(body, cms.SignedData) else cms.SignedData.load(body.contents)
        return _names(signed["certificates"][0].chosen)
    except _BROKEN:
        return {}


def _stamped_at(signer: cms.SignerInfo) -> datetime | None:
    """When a time stamping authority says the signature was there, whoever that authority is."""
    for token in extract_tst_data_iter(signer, signed=False):
        moment: datetime = token["encap_content_info"]["content"].parsed["gen_time"].native
        return moment
    return None


def _later(status: PdfSignatureStatus, signature_fields: frozenset[str]) -> Later:
    """What was added after the signature;
    filled-in fields change what is shown, whatever the signer allowed.
    """
    if status.coverage is SignatureCoverageLevel.ENTIRE_FILE:
        return Later.NOTHING
    level, difference = status.modification_level, status.diff_result
    if status.docmdp_ok and isinstance(difference, DiffResult) and level is not None:
        only_signatures = difference.changed_form_fields <= signature_fields
        if level in (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES) or (
            level is ModificationLevel.FORM_FILLING and only_signatures
        ):
            return Later.ADDITIONS
    return Later.CHANGES


_NO_CHAIN = "证书不在已配置的根证书之下"
_DISTRUST: dict[object, str] = {
    AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND: _NO_CHAIN,
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE: "签名使用的算法强度不足",
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE_NO_POE: "签名使用的算法强度不足",
    AdESIndeterminate.REVOKED_NO_POE: "证书已被吊销",
    AdESIndeterminate.REVOKED_CA_NO_POE: "签发机构的证书已被吊销",
    AdESFailure.REVOKED: "证书已被吊销",
}


def _distrust(status: PdfSignatureStatus, known: Signature, *, given: bool) -> str:
    """Why nobody vouches for the signature, in Chinese."""
    if not (status.intact and status.valid):
        return "签名与文件内容不符"
    if known.valid_when_signed is False:
        return "证书在签名时不在有效期内"
    found = _DISTRUST.get(
        status.trust_problem_indic, f"证书不能用于签名, 或{_NO_CHAIN.removeprefix('证书')}"
    )
    return "没有配置可信的根证书" if found == _NO_CHAIN and not given else found
