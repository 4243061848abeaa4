"""The evidence put together: a worker lists the signatures, the parent asks for the keys, a worker
verifies with them.

It decides nothing. What is asked is bounded: one name a signature, two for the policy, and no
more names once the time is over.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import TypeAlias

from pydantic import BaseModel, ConfigDict

from ingest.authentication.alignment import Policy, aligned, policy_names, read_policy
from ingest.authentication.claims import Claim, Claims, Outcome
from ingest.sandbox.workers import run_in_worker

MOST_SECONDS = 10.0  #: for all names together; one that is being asked then may still take its time
CLAIMS_OF = "ingest.authentication.signatures:claims_of"
VERIFY_SIGNATURES = "ingest.authentication.signatures:verify_signatures"

#: the TXT records of a name; raises OSError, ValueError as ``ingest.dns.texts_of``
Ask: TypeAlias = Callable[[str], list[str]]


class Verified(BaseModel):
    """One signature and what it is worth."""

    model_config = ConfigDict(frozen=True)

    domain: str
    selector: str
    outcome: Outcome
    aligned: bool  #: with the one From domain
    partial: bool


class Evidence(BaseModel):
    """What can be said about where a mail is from."""

    model_config = ConfigDict(frozen=True)

    senders: tuple[str, ...]
    signatures: tuple[Verified, ...]
    left_out: int
    policy: Policy | None
    results: tuple[str, ...]
    unanswered: tuple[str, ...]  #: names nobody told us about


def evidence_of(path: Path, trusted: Collection[str], ask: Ask | None) -> Evidence:
    """The evidence of the raw mail at ``path``; without ``ask`` nothing is looked up.

    Raises:
        WorkerDied, WorkerFailed: as in :func:`ingest.sandbox.workers.run_in_worker`.
    """
    claims = run_in_worker(CLAIMS_OF, path, tuple(trusted), returns=Claims)
    asked = _Asked(ask)
    keys = asked.keys(each.key_name for each in claims.signatures)
    policy = asked.policy(claims.senders)
    outcomes = run_in_worker(VERIFY_SIGNATURES, path, keys, returns=tuple[Outcome, ...])
    pairs = zip(claims.signatures, outcomes, strict=True)
    return Evidence(
        senders=claims.senders,
        signatures=tuple(
            _verified(claim, asked.told(claim, outcome), claims.senders, policy)
            for claim, outcome in pairs
        ),
        left_out=claims.left_out,
        policy=policy,
        results=claims.results,
        unanswered=tuple(asked.unanswered),
    )


def _verified(
    claim: Claim, outcome: Outcome, senders: tuple[str, ...], policy: Policy | None
) -> Verified:
    strict = policy is not None and policy.strict
    return Verified(
        domain=claim.domain,
        selector=claim.selector,
        outcome=outcome,
        aligned=len(senders) == 1 and aligned(claim.domain, senders[0], strict=strict),
        partial=claim.partial,
    )


class _Asked:
    """The questions of one mail, until their time is over."""

    def __init__(self, ask: Ask | None) -> None:
        self._ask, self._end = ask, time.monotonic() + MOST_SECONDS
        self.unanswered: dict[str, None] = {}

    def keys(self, names: Iterable[str]) -> dict[str, str]:
        """The key of each name that has one."""
        texts = {name: self._texts(name) for name in dict.fromkeys(names) if name}
        found = {name: [text for text in them if "p=" in text] for name, them in texts.items()}
        return {name: them[0] for name, them in found.items() if them}

    def policy(self, senders: tuple[str, ...]) -> Policy | None:
        """The policy of the one sender's domain."""
        if len(senders) != 1:
            return None
        found = (
            read_policy(each, self._texts(each), senders[0]) for each in policy_names(*senders)
        )
        return next((each for each in found if each), None)

    def told(self, claim: Claim, outcome: Outcome) -> Outcome:
        """No key is one thing, no answer another."""
        return Outcome.NOT_ASKED if claim.key_name in self.unanswered else outcome

    def _texts(self, name: str) -> list[str]:
        if self._ask is not None and time.monotonic() < self._end:
            try:
                return self._ask(name)
            except (OSError, ValueError):
                pass
        self.unanswered[name] = None
        return []
