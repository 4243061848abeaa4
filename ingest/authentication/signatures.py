"""DKIM signatures of one mail (RFC 6376), read and verified. Runs in the disposable worker only.

Keys are handed in: the worker has no network, and dkimpy asks nobody.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import dkim
from dkim.util import InvalidTagValueList, parse_tag_value

from ingest.authentication.claims import MOST_NAME, MOST_SIGNATURES, Claim, Claims, Outcome
from ingest.message.addresses import all_addresses
from ingest.message.headers import MAX_BLOCK, parse_headers
from ingest.message.screening import trusted_results

_LEAST_KEY = 1024  #: bits (RFC 8301)
_MOST_RESULTS = 5
_MOST_RESULT = 600  #: characters
#: what dkimpy lets through of hostile signatures and keys
_TROUBLE = (dkim.DKIMException, ArithmeticError, LookupError, TypeError, ValueError)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


def claims_of(path: Path, trusted: Collection[str]) -> Claims:
    """Who says to have sent and signed the raw mail at ``path``."""
    raw = path.read_bytes()
    headers = parse_headers(_BLANK_LINE.split(raw[:MAX_BLOCK], maxsplit=1)[0])
    found = _signatures(raw)
    senders = {each.rpartition("@")[2].lower() for each in all_addresses(headers, "from")}
    results = [each[:_MOST_RESULT] for each in trusted_results(headers, trusted)]
    return Claims(
        senders=tuple(sorted(senders)),
        signatures=tuple(_claim(each) for each in found[:MOST_SIGNATURES]),
        left_out=len(found[MOST_SIGNATURES:]),
        results=tuple(results[:_MOST_RESULTS]),
    )


def verify_signatures(path: Path, keys: Mapping[str, str]) -> tuple[Outcome, ...]:
    """What each of the first signatures is worth by ``keys``: name in the domain name system, its
    text.
    """
    raw = path.read_bytes()
    return tuple(_outcomes(raw, keys))


def _outcomes(raw: bytes, keys: Mapping[str, str]) -> Iterator[Outcome]:
    for index, value in enumerate(_signatures(raw)[:MOST_SIGNATURES]):
        name = _claim(value).key_name
        if not name:
            yield Outcome.MALFORMED
        elif name not in keys:
            yield Outcome.NO_KEY
        else:
            yield _outcome(raw, index, name, keys[name].encode("ascii", "replace"))


def _signatures(raw: bytes) -> list[bytes]:
    try:
        headers = dkim.DKIM(raw).headers
    except _TROUBLE:
        return []
    return [value for name, value in headers if name.lower() == b"dkim-signature"]


def _claim(value: bytes) -> Claim:
    """An empty one where the From field is not signed, which is no signature (RFC 6376 section
    5.4); dkimpy lets it pass.
    """
    try:
        tags = parse_tag_value(value)
    except InvalidTagValueList:
        return Claim()
    if b"from" not in {each.strip().lower() for each in tags.get(b"h", b"").split(b":")}:
        return Claim()
    return Claim(domain=_name(tags, b"d"), selector=_name(tags, b"s"), partial=b"l" in tags)


def _name(tags: Mapping[bytes, bytes], tag: bytes) -> str:
    name = tags.get(tag, b"").decode("ascii", "replace").lower()
    return name if len(name) <= MOST_NAME else ""


def _outcome(raw: bytes, index: int, name: str, key: bytes) -> Outcome:
    if not _usable(name, key):
        return Outcome.KEY_UNUSABLE
    message = dkim.DKIM(raw, minkey=_LEAST_KEY)
    try:
        right = message.verify(index, dnsfunc=lambda _name, timeout: key)  # noqa: ARG005 - dkimpy's
    except dkim.KeyFormatError:
        return Outcome.KEY_UNUSABLE
    except dkim.ValidationError as error:
        return _refused(str(error))
    except _TROUBLE:
        return Outcome.MALFORMED
    return Outcome.VALID if right else Outcome.WRONG


def _usable(name: str, key: bytes) -> bool:
    """Only here dkimpy tells a bad key from a bad signature."""
    try:
        dkim.evaluate_pk(name.encode(), key)
    except _TROUBLE:
        return False
    return True


def _refused(reason: str) -> Outcome:
    if reason.startswith("body hash mismatch"):
        return Outcome.BODY_CHANGED
    return Outcome.EXPIRED if reason.startswith("x= value is past") else Outcome.MALFORMED
