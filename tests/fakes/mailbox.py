"""A mailbox in memory that keeps the promises of ``ingest/mailbox/protocol.py``, with troubles on
order.

``tests/contract/test_mailbox_contract.py`` holds it to the same behaviour as real servers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from ingest.errors import LoginRefusedError, MailroomError
from ingest.mailbox.protocol import (
    FolderMissingError,
    FolderState,
    MessageSummary,
    MessageUnreadableError,
)
from ingest.mailbox.sent import choose_sent, message_id_in


@dataclass
class _Folder:
    uidvalidity: int = 1
    next_uid: int = 1
    mails: dict[int, tuple[bytes, datetime]] = field(default_factory=dict)


class FakeMailbox:
    """An account; ``password_accepted`` and :meth:`fail_next` make it misbehave."""

    def __init__(self) -> None:
        self.folders: dict[str, _Folder] = {"INBOX": _Folder()}
        self.password_accepted = True
        self.sessions = 0
        self.fetched: list[int] = []  #: uids handed over, in order
        #: a test may put in one that misbehaves
        self.kind_of_session: type[FakeSession] = FakeSession
        self._troubles: dict[str, list[MailroomError]] = {}

    def append(self, raw: bytes, received: datetime, folder: str = "INBOX") -> int:
        """File a mail; its uid."""
        place = self.folders.setdefault(folder, _Folder())
        uid, place.next_uid = place.next_uid, place.next_uid + 1
        place.mails[uid] = (raw, received)
        return uid

    def expunge(self, uid: int, folder: str = "INBOX") -> None:
        """Delete a mail as another mail program would."""
        del self.folders[folder].mails[uid]

    def renumber(self, uidvalidity: int, folder: str = "INBOX") -> None:
        """Give every mail a new uid under a new UIDVALIDITY."""
        place = self.folders[folder]
        mails = list(place.mails.values())
        place.uidvalidity, place.mails, place.next_uid = (
            uidvalidity,
            dict(
                enumerate(mails, 1),
            ),
            len(mails) + 1,
        )

    def recreate(self, mails: Iterable[tuple[bytes, datetime]], folder: str = "INBOX") -> None:
        """Empty the folder and fill it anew, uids from 1 again under the same UIDVALIDITY, as
        NetEase does.
        """
        filled = dict(enumerate(mails, 1))
        self.folders[folder] = _Folder(self.folders[folder].uidvalidity, len(filled) + 1, filled)

    def fail_next(self, step: str, error: MailroomError) -> None:
        """Raise ``error`` at the next ``session``, ``examine``, ``summaries``, ``fetch_raw`` or
        ``fetch_header``; orders queue up.
        """
        self._troubles.setdefault(step, []).append(error)

    @contextmanager
    def session(self) -> Iterator[FakeSession]:
        self.stumble("session")
        if not self.password_accepted:
            raise LoginRefusedError("邮件服务器拒绝登录")
        self.sessions += 1
        yield self.kind_of_session(self)

    def stumble(self, step: str) -> None:
        """Raise what was ordered for this step."""
        if waiting := self._troubles.get(step):
            raise waiting.pop(0)


class FakeSession:
    def __init__(self, mailbox: FakeMailbox) -> None:
        self._mailbox = mailbox
        self._folder = _Folder()

    def examine(self, folder: str) -> FolderState:
        self._mailbox.stumble("examine")
        if folder not in self._mailbox.folders:
            raise FolderMissingError(f"邮箱里没有文件夹“{folder}”")
        self._folder = self._mailbox.folders[folder]
        return FolderState(folder, self._folder.uidvalidity, tuple(sorted(self._folder.mails)))

    def summaries(self, uids: Iterable[int]) -> list[MessageSummary]:
        self._mailbox.stumble("summaries")
        mails = self._folder.mails
        return [
            MessageSummary(
                uid,
                len(mails[uid][0]),
                mails[uid][1],
            )
            for uid in sorted(uids)
            if uid in mails
        ]

    def fetch_raw(self, uid: int, size: int, into: BinaryIO) -> bool:
        self._mailbox.stumble("fetch_raw")
        if uid not in self._folder.mails:
            return False
        into.write(self._folder.mails[uid][0])
        self._mailbox.fetched.append(uid)
        return True

    def fetch_small(self, summaries: Sequence[MessageSummary]) -> dict[int, bytes]:
        found: dict[int, bytes] = {}
        for summary in summaries:
            try:
                self._mailbox.stumble("fetch_raw")
            except MessageUnreadableError:
                continue
            raw = self._folder.mails.get(summary.uid, (b"",))[0]
            found |= {summary.uid: raw} if len(raw) == summary.size else {}
        self._mailbox.fetched += found  # a session that broke on the way handed over nothing
        return found

    def sent_folder(self) -> str | None:
        self._mailbox.stumble("sent_folder")
        return choose_sent([((), b"/", name) for name in self._mailbox.folders])

    def message_ids(self, uids: Iterable[int]) -> frozenset[str]:
        self._mailbox.stumble("message_ids")
        heads = (
            self._folder.mails[uid][0].partition(
                b"\r\n\r\n",
            )[0]
            for uid in uids
            if uid in self._folder.mails
        )
        return frozenset(name for head in heads if (name := message_id_in(head)))

    def fetch_header(self, uid: int, limit: int) -> bytes | None:
        self._mailbox.stumble("fetch_header")
        if uid not in self._folder.mails:
            return None
        head, end, _ = self._folder.mails[uid][0].partition(b"\r\n\r\n")
        return (head + end)[:limit]
