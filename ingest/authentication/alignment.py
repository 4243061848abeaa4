"""Whose domain it is: alignment and policy after DMARC (RFC 7489 section 3.1). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from publicsuffixlist import PublicSuffixList
from pydantic import BaseModel, ConfigDict

_MOST_RECORD = 300  #: characters that are shown


class Policy(BaseModel):
    """What a domain publishes about mails in its name."""

    model_config = ConfigDict(frozen=True)

    name: str  #: where it stands
    record: str
    policy: str  #: none, quarantine, reject; "" when it is not said
    strict: bool = False  #: ``adkim=s``


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def organisation(domain: str) -> str:
    """The organisational domain; a public suffix itself is its own."""
    return _suffixes().privatesuffix(domain) or domain


def aligned(signer: str, sender: str, *, strict: bool = False) -> bool:
    """Whether a signature of ``signer`` speaks for ``sender``."""
    if strict:
        return signer == sender
    return organisation(signer) == organisation(sender)


def policy_names(sender: str) -> tuple[str, ...]:
    """Where the policy is looked for, in order."""
    places = dict.fromkeys((sender, organisation(sender)))
    return tuple(f"_dmarc.{place}" for place in places)


def read_policy(name: str, texts: Iterable[str], sender: str) -> Policy | None:
    """The one DMARC record among ``texts``; several are none (RFC 7489 section 6.6.3)."""
    records = [text for text in texts if text.partition(";")[0].replace(" ", "") == "v=DMARC1"]
    if len(records) != 1:
        return None
    pairs = (piece.partition("=") for piece in records[0].split(";"))
    tags = {key.strip().lower(): value.strip().lower() for key, _, value in pairs}
    of_parent = name != f"_dmarc.{sender}"
    policy = tags.get("sp", "") if of_parent else ""
    return Policy(
        name=name,
        record=records[0][:_MOST_RECORD],
        policy=policy or tags.get("p", ""),
        strict=tags.get("adkim") == "s",
    )
