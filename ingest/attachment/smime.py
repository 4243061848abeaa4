"""Mails inside a cryptographic envelope (S/MIME, RFC 8551): a signed one is taken out, an encrypted
one is told. No signature is verified here.
"""

from __future__ import annotations

from asn1crypto import cms

from ingest.message.errors import UnreadableMessage

_SIGNED = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"  # 1.2.840.113549.1.7.2
_ENVELOPED = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03"  # 1.2.840.113549.1.7.3


def is_enveloped(data: bytes) -> bool:
    """Whether the bytes are an encrypted mail."""
    return data[:1] == b"\x30" and _ENVELOPED in data[:32]


def is_signed(data: bytes) -> bool:
    """Whether the bytes are a mail inside its signature."""
    return data[:1] == b"\x30" and _SIGNED in data[:32]


def signed_mail(data: bytes) -> bytes:
    """The part that was signed: headers, empty line, content.

    Raises:
        UnreadableMessage: there is none in it, or the structure is broken.
    """
    try:
        content = cms.ContentInfo.load(data)["content"]["encap_content_info"]["content"].native
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UnreadableMessage("签名邮件的结构已损坏") from error
    if not isinstance(content, bytes) or not content:
        raise UnreadableMessage("签名邮件里没有内容")
    return content
