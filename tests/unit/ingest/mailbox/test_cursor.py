"""Which mails are new: a comparison that forgets nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.mailbox.cursor import IntakePlan, KnownFolder, plan_intake
from ingest.mailbox.protocol import FolderState

UIDS = st.frozensets(st.integers(min_value=1, max_value=2**32 - 1), max_size=30)


def test_every_mail_of_a_folder_never_seen_is_new() -> None:
    """The first look at a folder is no resynchronisation."""
    assert plan_intake(None, FolderState("INBOX", 7, (5, 9))) == IntakePlan((5, 9), resynchronise=False, missing=())


def test_a_mail_below_the_highest_known_uid_is_still_new() -> None:
    """A mail held back by another session must not be skipped for ever."""
    plan = plan_intake(KnownFolder(7, {5, 9}), FolderState("INBOX", 7, (5, 6, 9)))
    assert plan.new_uids == (6,)


def test_a_mail_deleted_on_the_server_is_missing_and_nothing_is_new() -> None:
    """We keep it; the staff moved or deleted it by hand."""
    plan = plan_intake(KnownFolder(7, {5, 9}), FolderState("INBOX", 7, (9,)))
    assert plan.missing == (5,)
    assert plan.idle


def test_a_new_uidvalidity_makes_every_mail_new_and_none_missing() -> None:
    """RFC 9051 2.3.1.1: stored uids mean nothing any more."""
    plan = plan_intake(KnownFolder(7, {5, 9}), FolderState("INBOX", 8, (1, 2)))
    assert plan == IntakePlan((1, 2), resynchronise=True, missing=())


@given(known=UIDS, listed=UIDS)
def test_every_listed_mail_is_known_or_planned_and_never_both(known: frozenset[int], listed: frozenset[int]) -> None:
    """Nothing is lost and nothing is fetched twice, whatever the numbers are."""
    plan = plan_intake(KnownFolder(1, known), FolderState("INBOX", 1, tuple(listed)))
    assert set(plan.new_uids) | (known & listed) == listed
    assert not set(plan.new_uids) & known
    assert set(plan.missing) == known - listed
    assert list(plan.new_uids) == sorted(set(plan.new_uids))
