"""What a signature is worth: mails signed here, with a key of this run."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from ingest.authentication import evidence as gathering
from ingest.authentication.claims import MOST_SIGNATURES, Claim, Outcome
from ingest.authentication.evidence import Ask, Evidence, evidence_of
from ingest.authentication.signatures import claims_of, verify_signatures
from ingest.authentication.words import lines, meaning

MAIL = (
    b"From: =?utf-8?b?6bqm?= <mai@office.example.cn>\r\nTo: in@mailroom.example\r\n"
    b"Subject: report\r\n\r\nbody\r\n"
)
NAME = "s1._domainkey.office.example.cn"
POLICY = {"_dmarc.office.example.cn": "v=DMARC1; p=quarantine"}


@cache
def key() -> rsa.RSAPrivateKey:
    """One for all."""
    return rsa.generate_private_key(65537, 2048)


def record(private: rsa.RSAPrivateKey | None = None) -> str:
    """What the domain publishes."""
    public = (private or key()).public_key()
    data = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(data).decode()}"


def signed(
    mail: bytes = MAIL, domain: str = "office.example.cn", selector: str = "s1", **more: object
) -> bytes:
    """``mail`` with a signature above."""
    pem = key().private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    line: bytes = dkim.sign(mail, selector.encode(), domain.encode(), pem, **more)
    return line + mail


def resigned(mail: bytes, old: bytes, new: bytes) -> bytes:
    """A tag of the signature changed after the fact."""
    assert old in mail
    return mail.replace(old, new, 1)


def asking(records: dict[str, str]) -> Ask:
    """A domain name system that knows these."""
    return lambda name: [records[name]] if name in records else []


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the mail lies."""
    return tmp_path / "mail.eml"


def outcomes(path: Path, mail: bytes, records: dict[str, str]) -> tuple[Outcome, ...]:
    """Of each signature, without a worker."""
    path.write_bytes(mail)
    return verify_signatures(path, records)


def test_a_signature_of_today_is_valid(path: Path) -> None:
    """Its domain and selector are read from the mail."""
    mail = signed()
    assert outcomes(path, mail, {NAME: record()}) == (Outcome.VALID,)
    claims = claims_of(path, ())
    assert claims.senders == ("office.example.cn",)
    assert claims.signatures == (Claim(domain="office.example.cn", selector="s1"),)


def test_what_was_changed_after_signing_is_named(path: Path) -> None:
    """Body and headers apart; a From that was added counts as changed."""
    mail, keys = signed(), {NAME: record()}
    assert outcomes(path, mail.replace(b"body", b"tale"), keys) == (Outcome.BODY_CHANGED,)
    assert outcomes(path, mail.replace(b"report", b"demand"), keys) == (Outcome.WRONG,)
    assert outcomes(path, b"From: x@evil.example\r\n" + mail, keys) == (Outcome.WRONG,)


def test_another_key_does_not_fit_and_a_missing_one_is_missing(path: Path) -> None:
    """The key may have changed since."""
    other = rsa.generate_private_key(65537, 2048)
    assert outcomes(path, signed(), {NAME: record(other)}) == (Outcome.WRONG,)
    assert outcomes(path, signed(), {}) == (Outcome.NO_KEY,)


@pytest.mark.parametrize(
    "text",
    [
        "v=DKIM1; p=",
        "v=DKIM1; p=AAAA",
        "v=DKIM2; p=AAAA",
        "p",
        "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    ],
)
def test_a_key_that_cannot_be_used_is_no_wrong_signature(path: Path, text: str) -> None:
    """Revoked, cut off, of a kind not read here."""
    assert outcomes(path, signed(), {NAME: text}) == (Outcome.KEY_UNUSABLE,)


def test_a_key_too_short_to_trust_is_not_used(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 8301."""
    monkeypatch.setattr("ingest.authentication.signatures._LEAST_KEY", 4096)
    assert outcomes(path, signed(), {NAME: record()}) == (Outcome.KEY_UNUSABLE,)


def test_a_signature_may_run_out(path: Path) -> None:
    """By its own word."""
    mail = resigned(signed(), b"; s=s1", b"; x=1000000000; s=s1")
    assert outcomes(path, mail, {NAME: record()}) == (Outcome.EXPIRED,)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"v=1", b"v=9"),
        (b"a=rsa-sha256", b"a=none"),
        (b"c=relaxed/simple", b"c=x/y"),
        (b"d=office.example.cn", b"d=a b"),
        (b"d=office.example.cn", b"d=" + b"a." * 150 + b"cn"),
        (b"s=s1", b"s="),
        (b"v=1;", b";;;"),
    ],
)
def test_a_signature_that_is_none_is_malformed(path: Path, old: bytes, new: bytes) -> None:
    """Whatever its key says."""
    assert outcomes(path, resigned(signed(), old, new), {NAME: record()}) == (Outcome.MALFORMED,)


def test_a_signature_that_leaves_out_who_wrote_the_mail_is_none(path: Path) -> None:
    """Whatever else it covers."""
    mail = signed().replace(b"from", b"date")
    assert outcomes(path, mail, {NAME: record()}) == (Outcome.MALFORMED,)


@pytest.mark.parametrize("mail", [b"", b" \r\n", b"\x00\xff\r\n", b"From a\r\n\r\n"])
def test_what_is_no_mail_has_no_signature(path: Path, mail: bytes) -> None:
    """It is no error either."""
    assert outcomes(path, mail, {}) == ()
    assert claims_of(path, ()).signatures == ()


def test_no_more_than_ten_are_looked_at(path: Path) -> None:
    """The eleventh is counted."""
    mail = MAIL
    for number in range(MOST_SIGNATURES + 1):
        mail = signed(mail, selector=f"s{number}")
    assert outcomes(path, mail, {}) == (Outcome.NO_KEY,) * MOST_SIGNATURES
    assert claims_of(path, ()).left_out == 1


def test_only_a_trusted_server_is_quoted(path: Path) -> None:
    """Anybody can write such a header."""
    results = b"Authentication-Results: mx.office.example; dmarc=pass (x)\r\n"
    path.write_bytes(results + results.replace(b"mx.", b"evil.") + MAIL)
    assert claims_of(path, ()).results == ()
    assert claims_of(path, ["MX.office.example"]).results == ("mx.office.example; dmarc=pass",)


# --- put together ---------------------------------------------------------------------------------


def gathered(path: Path, mail: bytes, ask: Ask | None) -> Evidence:
    """In a real worker."""
    path.write_bytes(mail)
    return evidence_of(path, (), ask)


def told(evidence: Evidence) -> str:
    """For a person."""
    return "\n".join(lines(evidence))


def test_an_aligned_signature_proves_the_domain(path: Path) -> None:
    """And not the person; said in these words."""
    evidence = gathered(path, signed(), asking({NAME: record(), **POLICY}))
    assert [(each.outcome, each.aligned) for each in evidence.signatures] == [(Outcome.VALID, True)]
    assert "不证明是哪一个人写的" in meaning(evidence)
    assert "d=office.example.cn s=s1  有效  (与发件人域名一致)" in told(evidence)
    assert "通不过的按垃圾邮件处理" in told(evidence)
    assert "没有问到" not in told(evidence)


def test_another_s_signature_proves_nothing_of_the_sender(path: Path) -> None:
    """However valid it is."""
    mail = signed(domain="relay.example")
    evidence = gathered(path, mail, asking({"s1._domainkey.relay.example": record()}))
    assert evidence.signatures[0].outcome is Outcome.VALID
    assert meaning(evidence) == "有效的签名是别的域名的, 证明不了发件人。"
    assert "DMARC 策略: 没有查到" in told(evidence)


def test_a_strict_policy_wants_the_very_domain(path: Path) -> None:
    """``adkim=s``."""
    mail = signed(MAIL.replace(b"office", b"m.office"))
    records = {NAME: record(), "_dmarc.example.cn": "v=DMARC1; p=odd; adkim=s"}
    evidence = gathered(path, mail, asking(records))
    assert not evidence.signatures[0].aligned
    assert "DMARC 策略: 写得不合格式" in told(evidence)


def test_a_signature_of_the_beginning_does_not_speak_for_attachments(path: Path) -> None:
    """``l=``: anybody may have added the rest."""
    mail = signed(length=True) + b"more\r\n"
    evidence = gathered(path, mail, asking({NAME: record()}))
    assert evidence.signatures[0].outcome is Outcome.VALID
    assert "附件和后面的文字证明不了" in meaning(evidence)
    assert "后面可能是别人加的" in told(evidence)


def test_without_a_name_server_nothing_is_verified_and_that_is_said(path: Path) -> None:
    """Neither when it is silent."""

    def silent(name: str) -> list[str]:
        raise TimeoutError(name)

    for ask in (None, silent):
        evidence = gathered(path, signed(), ask)
        assert evidence.signatures[0].outcome is Outcome.NOT_ASKED
        assert f"没有问到: {NAME}" in told(evidence)
        assert meaning(evidence) == "没有能证明发件人域名的签名。"


def test_the_questions_are_few_and_end(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One a name, however many signatures there are; none when the time is over."""
    mail, asked = MAIL, []
    for _ in range(MOST_SIGNATURES + 1):
        mail = signed(mail)

    def ask(name: str) -> list[str]:
        asked.append(name)
        return []

    evidence = gathered(path, mail, ask)
    assert asked == [NAME, "_dmarc.office.example.cn", "_dmarc.example.cn"]
    assert {each.outcome for each in evidence.signatures} == {Outcome.NO_KEY}
    assert "另有 1 个签名没有看" in told(evidence)
    monkeypatch.setattr(gathering, "MOST_SECONDS", 0)
    assert len(gathered(path, mail, ask).unanswered) == len(asked) == 3


def test_several_senders_are_nobody(path: Path) -> None:
    """No policy is asked for."""
    mail = MAIL.replace(b"\r\nTo:", b", b@b.example\r\nTo:")
    evidence = gathered(path, mail, asking(POLICY))
    assert (evidence.senders, evidence.policy) == (("b.example", "office.example.cn"), None)
    assert "发件人不是一个地址" in meaning(evidence)
    assert "DKIM 签名: 没有" in told(evidence)


def test_what_a_server_said_is_shown(path: Path) -> None:
    """As it stands in the mail."""
    path.write_bytes(b"Authentication-Results: mx.a.example; dkim=fail\r\n" + MAIL)
    evidence = evidence_of(path, ("mx.a.example",), None)
    assert "收信服务器的验证结果: mx.a.example; dkim=fail" in told(evidence)
