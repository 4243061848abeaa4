"""People with certificates for the tests beside this file: an authority, signers of every fate, and
their signatures.

Everything is made when a test runs; no key is kept.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from asn1crypto import cms, core, keys, x509
from asn1crypto import crl as asn1_crl
from cryptography import x509 as pyca
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers, timestamps
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from rules.vocabulary import BEIJING

MORNING = datetime(2024, 8, 20, 9, 0, tzinfo=BEIJING)
YEAR = timedelta(days=365)
BUREAU = "第八师石河子市教育局"


@dataclass(frozen=True)
class Identity:
    """A certificate and its key."""

    certificate: pyca.Certificate
    key: rsa.RSAPrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def asn1(self) -> x509.Certificate:
        return x509.Certificate.load(self.certificate.public_bytes(serialization.Encoding.DER))

    @property
    def asn1_key(self) -> keys.PrivateKeyInfo:
        return keys.PrivateKeyInfo.load(
            self.key.private_bytes(
                serialization.Encoding.DER,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )


@cache
def new_key(number: int) -> rsa.RSAPrivateKey:
    """Making a key is slow, so people who never meet share one by its ``number``."""
    assert number >= 0
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def name(common: str, organisation: str = "") -> pyca.Name:
    attributes = [pyca.NameAttribute(NameOID.COMMON_NAME, common)]
    if organisation:
        attributes.append(pyca.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    return pyca.Name(attributes)


def issue(
    common: str,
    issuer: Identity | None = None,
    organisation: str = "",
    *,
    start: datetime = MORNING - YEAR,
    end: datetime = MORNING + 20 * YEAR,
    stamps: bool = False,
    signs: bool = True,
    key_number: int | None = None,
) -> Identity:
    """A certificate for ``common``; without ``issuer`` an authority that signs its own."""
    key = new_key((issuer is not None) if key_number is None else key_number)
    builder = (
        pyca.CertificateBuilder()
        .subject_name(name(common, organisation))
        .issuer_name(issuer.certificate.subject if issuer else name(common, organisation))
        .public_key(key.public_key())
        .serial_number(pyca.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(pyca.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(
            pyca.KeyUsage(
                digital_signature=signs and issuer is not None,
                content_commitment=False,
                key_encipherment=not signs,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=issuer is None,
                crl_sign=issuer is None,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    if issuer is not None:
        # nobody ever asks there
        place = pyca.UniformResourceIdentifier("http://crl.example/list.crl")
        builder = builder.add_extension(
            pyca.CRLDistributionPoints([pyca.DistributionPoint([place], None, None, None)]),
            critical=False,
        )
    if stamps:
        builder = builder.add_extension(
            pyca.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]),
            critical=True,
        )
    return Identity(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


@cache
def authority() -> Identity:
    """The authority whose certificate the office has in its folder."""
    return issue("测试根证书")


@cache
def stranger() -> Identity:
    """An authority nobody here has heard of."""
    return issue("别处的根证书", organisation="别处")


@cache
def bureau() -> Identity:
    """A bureau's seal certificate."""
    return issue(BUREAU, authority(), BUREAU)


@cache
def time_authority() -> Identity:
    """A time stamping authority below the same root."""
    return issue("测试时间戳", authority(), stamps=True)


class _Pen(signers.SimpleSigner):
    """Signs with the key as it is: the library reads and proves it anew for each signature."""

    def __init__(self, who: Identity) -> None:
        self.key = who.key
        super().__init__(who.asn1, who.asn1_key, SimpleCertificateStore())

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        algorithm = get_pyca_cryptography_hash(digest_algorithm)
        return self.key.sign(data, padding.PKCS1v15(), algorithm)


class _SignerWithClock(signers.PdfSigner):
    """Signs at the hour it is told."""

    at = MORNING

    def init_signing_session(self, *args: Any, **more: Any) -> Any:
        session = super().init_signing_session(*args, **more)
        session.system_time = self.at
        return session


def _incremental(data: bytes) -> IncrementalPdfFileWriter:
    writer = IncrementalPdfFileWriter(io.BytesIO(data), strict=False)
    if writer.prev.encrypted:
        writer.encrypt("")
    return writer


def signed(
    data: bytes,
    who: Identity,
    *,
    at: datetime = MORNING,
    field: str = "签章1",
    visible_on: int | None = None,
    certify: fields.MDPPerm | None = None,
    digest: str = "sha256",
    stamped_by: Identity | None = None,
    stamped_at: datetime | None = None,
    pades: bool = True,
) -> bytes:
    """``data`` with one more signature, appended as an incremental update."""
    box = None if visible_on is None else (300, 100, 420, 220)
    meta = signers.PdfSignatureMetadata(
        field_name=field,
        md_algorithm=digest,
        certify=certify is not None,
        docmdp_permissions=certify or fields.MDPPerm.FILL_FORMS,
        subfilter=fields.SigSeedSubFilter.PADES
        if pades
        else fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED,
    )
    signer = _SignerWithClock(
        meta,
        _Pen(who),
        timestamper=stamped_by
        and timestamps.DummyTimeStamper(
            stamped_by.asn1,
            stamped_by.asn1_key,
            SimpleCertificateStore(),
            fixed_dt=stamped_at or at,
        ),
        new_field_spec=fields.SigFieldSpec(field, on_page=(visible_on or 1) - 1, box=box),
    )
    signer.at = at
    out = signer.sign_pdf(_incremental(data))
    return bytes(out.getvalue())


def updated(data: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """``data`` with an incremental update after it, as an editor makes one."""
    writer = _incremental(data)
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def with_other_page(data: bytes) -> bytes:
    """Something more is drawn on the first page; the old one is still in the file."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        page = writer.root["/Pages"]["/Kids"][0]
        more = writer.add_object(
            generic.StreamObject(stream_data=b"q 1 1 1 rg 60 60 300 100 re f Q"),
        )
        page["/Contents"] = generic.ArrayObject([page.raw_get("/Contents"), more])
        writer.update_container(page)

    return updated(data, change)


def contents_of(data: bytes) -> bytes:
    """The only signature's own bytes."""
    found = re.search(rb"/Contents <([0-9A-F]+)>", data)
    assert found is not None
    return bytes.fromhex(found[1].decode())


def with_contents(data: bytes, contents: bytes) -> bytes:
    """``data`` with other bytes in the place of its only signature."""
    place = contents_of(data)
    assert len(contents) <= len(place)
    return data.replace(
        place.hex().upper().encode(),
        contents.ljust(len(place), b"\0").hex().upper().encode(),
    )


def national(data: bytes, *, structure: bool = False) -> bytes:
    """A signature by SM2 and SM3, in the usual structure or in the one of GM/T 0010, as far as a
    reader can tell.
    """
    message = cms.ContentInfo.load(contents_of(data))
    signer = message["content"]["signer_infos"][0]
    signer["digest_algorithm"] = {"algorithm": "1.2.156.10197.1.401"}
    if not structure:
        return with_contents(data, message.dump(force=True))
    signed_data = message["content"].dump(force=True)
    oid = core.ObjectIdentifier("1.2.156.10197.6.1.4.2.2").dump()
    return with_contents(data, sequence(oid + tagged(0xA0, signed_data)))


def sequence(body: bytes) -> bytes:
    """A DER SEQUENCE."""
    return tagged(0x30, body)


def tagged(tag: int, body: bytes) -> bytes:
    """DER of a long value."""
    return bytes([tag, 0x82]) + len(body).to_bytes(2, "big") + body


def revoked(data: bytes, *identities: Identity) -> bytes:
    """``data`` with its issuer's list of revoked certificates kept in the file."""
    root = authority()
    builder = (
        pyca.CertificateRevocationListBuilder()
        .issuer_name(root.certificate.subject)
        .last_update(MORNING - timedelta(days=2))
        .next_update(MORNING + YEAR)
    )
    for identity in identities:
        builder = builder.add_revoked_certificate(
            pyca.RevokedCertificateBuilder()
            .serial_number(identity.certificate.serial_number)
            .revocation_date(MORNING - timedelta(days=3))
            .build()
        )
    crl = builder.sign(root.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    out = io.BytesIO(data)
    DocumentSecurityStore.add_dss(out, sig_contents=None, crls=[asn1_crl.CertificateList.load(crl)])
    return out.getvalue()
