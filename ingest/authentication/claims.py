"""What a mail claims of itself, and what became of each claim. Values only."""

from __future__ import annotations

import re
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

MOST_SIGNATURES = 10  #: of one mail; what is beyond is counted, not looked at
MOST_NAME = 253  #: characters
_NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")


class Outcome(StrEnum):
    """What a signature is worth now."""

    VALID = "valid"
    BODY_CHANGED = "body_changed"
    WRONG = "wrong"  #: signed headers were changed, or the key is another by now
    EXPIRED = "expired"
    NO_KEY = "no_key"
    KEY_UNUSABLE = "key_unusable"  #: revoked, too short, or of a kind that is not read here
    MALFORMED = "malformed"
    NOT_ASKED = "not_asked"  #: no name server, or none that answers


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Claim(_Value):
    """One DKIM-Signature: who says to have signed. Both names are empty where they are none."""

    domain: str = ""
    selector: str = ""
    partial: bool = False  #: ``l=``: what follows in the body is not signed

    @property
    def key_name(self) -> str:
        """Where the key is published (RFC 6376 section 3.6.2.1); "" without usable names."""
        name = f"{self.selector}._domainkey.{self.domain}"
        whole = self.domain and self.selector and len(name) <= MOST_NAME
        return name if whole and _NAME.fullmatch(name) else ""


class Claims(_Value):
    """All that a mail claims."""

    senders: tuple[str, ...] = ()  #: the domains of its From addresses
    signatures: tuple[Claim, ...] = ()
    left_out: int = 0
    results: tuple[str, ...] = ()  #: Authentication-Results of trusted servers
