"""What others vouch for: an RFC 3161 time stamp on the end of the ledger. The one door to
rfc3161-client, and to an authority's server; nothing is kept here.

An authority is told a hash and nothing else. Its answer says that this end of the ledger was there
at its time: whoever writes the ledger anew later cannot have it.
"""

from __future__ import annotations

import urllib.request
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from urllib.error import URLError

from cryptography import x509
from rfc3161_client import (
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from ingest.errors import ConfigError, InputError, UnavailableError

PATIENCE = 30.0
_MOST = 65536  #: bytes of an answer: a token with its certificates has a few thousand


def statement(events: int, chain: str) -> bytes:
    """The words that are stamped: so many lines, and the last one's chain hash."""
    return f"mailroom ledger {events} {chain}\n".encode()


def authority_roots(path: Path) -> list[x509.Certificate]:
    """The certificates an authority is believed by. Raises ConfigError."""
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"[store] timestamp_ca {path} 读不了: {error}", "填写时间戳服务的根证书(PEM)"
        ) from error


def ask_for_stamp(
    url: str, said: bytes, roots: Sequence[x509.Certificate]
) -> tuple[bytes, datetime]:
    """The authority's answer, already verified, and its time.

    Raises:
        UnavailableError: it cannot be asked.
        InputError: its answer does not hold.
    """
    request = TimestampRequestBuilder().data(said).nonce(nonce=True).cert_request(cert_request=True)
    built = request.build()
    answer = _post(url, built.as_bytes())
    return answer, moment_of(answer, said, roots, built.nonce)


def moment_of(
    answer: bytes, said: bytes, roots: Sequence[x509.Certificate], nonce: int | None = None
) -> datetime:
    """When the authority saw ``said``; aware. Raises InputError when its answer does not hold."""
    builder = VerifierBuilder(roots=list(roots), nonce=nonce)
    try:
        response = decode_timestamp_response(answer)
        builder.build().verify_message(response, said)
    except (VerificationError, ValueError) as error:
        raise InputError(
            f"时间戳不成立: {error}", "核对 [store] timestamp_url 与 timestamp_ca 是否同一家"
        ) from error
    return response.tst_info.gen_time


def _post(url: str, body: bytes) -> bytes:
    if not url.startswith(("https://", "http://")):
        raise ConfigError(f"[store] timestamp_url 不是网址: {url}", "以 https:// 或 http:// 开头")
    request = urllib.request.Request(  # noqa: S310 - its scheme was looked at
        url, body, {"Content-Type": "application/timestamp-query"}
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 - as above
            content: bytes = answer.read(_MOST)
    except (URLError, OSError, ValueError) as error:
        raise UnavailableError(f"时间戳服务 {url} 连不上: {error}", "稍后再试") from error
    return content
