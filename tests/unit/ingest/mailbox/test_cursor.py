"""Which mails are new: a comparison that forgets nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.mailbox.cursor import new_uids
from ingest.mailbox.protocol import FolderState

UIDS = st.frozensets(st.integers(min_value=1, max_value=2**32 - 1), max_size=30)


def test_every_mail_of_a_folder_never_seen_is_new() -> None:
    """Also of one that was numbered anew: nothing is known of it."""
    assert new_uids(frozenset(), FolderState("INBOX", 7, (9, 5))) == (5, 9)


def test_a_mail_below_the_highest_known_uid_is_still_new() -> None:
    """A mail held back by another session must not be skipped for ever."""
    assert new_uids({5, 9}, FolderState("INBOX", 7, (5, 6, 9))) == (6,)


def test_a_mail_deleted_on_the_server_makes_nothing_new() -> None:
    """We keep it; the staff moved or deleted it by hand."""
    assert new_uids({5, 9}, FolderState("INBOX", 7, (9,))) == ()


@given(known=UIDS, listed=UIDS)
def test_every_listed_mail_is_known_or_new_and_never_both(
    known: frozenset[int],
    listed: frozenset[int],
) -> None:
    """Nothing is lost and nothing is fetched twice, whatever the numbers are."""
    new = new_uids(known, FolderState("INBOX", 1, tuple(listed)))
    assert set(new) | (known & listed) == listed
    assert not set(new) & known
    assert list(new) == sorted(set(new))
