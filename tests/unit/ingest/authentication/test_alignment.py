"""Whose domain it is."""

from __future__ import annotations

import pytest

from ingest.authentication.alignment import aligned, policy_names, read_policy


@pytest.mark.parametrize(
    ("signer", "sender", "relaxed", "strict"),
    [
        ("a.example", "a.example", True, True),
        ("mail.a.edu.cn", "a.edu.cn", True, False),
        ("a.edu.cn", "mail.a.edu.cn", True, False),
        ("x.a.com", "y.a.com", True, False),
        ("b.edu.cn", "a.edu.cn", False, False),
        ("edu.cn", "a.edu.cn", False, False),
        ("evil-a.com", "a.com", False, False),
        ("", "a.com", False, False),
    ],
)
def test_a_signature_speaks_for_its_organisation(
    signer: str, sender: str, relaxed: bool, strict: bool
) -> None:
    """Not for all of a public suffix, where strangers live side by side."""
    assert aligned(signer, sender) is relaxed
    assert aligned(signer, sender, strict=True) is strict


def test_the_policy_is_looked_for_at_the_domain_and_then_at_its_organisation() -> None:
    """Once where these are one."""
    assert policy_names("mail.a.edu.cn") == ("_dmarc.mail.a.edu.cn", "_dmarc.a.edu.cn")
    assert policy_names("a.com") == ("_dmarc.a.com",)


def test_a_parent_s_policy_has_a_word_for_its_children() -> None:
    """``sp=``, and ``p=`` without it."""
    texts = ["v=spf1", "v=DMARC1; p=reject; sp=none; adkim=s"]
    own, of_parent = (read_policy("_dmarc.a.com", texts, each) for each in ("a.com", "m.a.com"))
    assert own is not None
    assert of_parent is not None
    assert (own.policy, own.strict, of_parent.policy) == ("reject", True, "none")
    without = read_policy("_dmarc.a.com", ["v=DMARC1;p=Reject"], "m.a.com")
    assert without is not None
    assert (without.policy, without.strict) == ("reject", False)


@pytest.mark.parametrize(
    "texts", [[], ["v=spf1"], ["v=DMARC10; p=none"], ["v=DMARC1; p=none", "v=DMARC1; p=reject"]]
)
def test_no_record_or_two_are_no_policy(texts: list[str]) -> None:
    """As the standard has it."""
    assert read_policy("_dmarc.a.com", texts, "a.com") is None
