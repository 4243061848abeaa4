"""Whether the ledger is still what was written: its chain, and what its rows vouch for. Reads only,
mends nothing.

Every finding is a Chinese sentence that names the row. What follows from a finding is for people to
decide.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from ingest.store.chain import GENESIS, content_sha256, decision_sha256, link, text_sha256
from ingest.store.events import EventKind, Head
from ingest.store.files import Files
from ingest.store.spans import of_spans
from ingest.store.tables import CaseRow, DecisionRow, EventRow, MessageRow, OutboxRow

_BATCH = 500
_HEAVY = 40  #: rows at a time that hold a whole reading, the trace of a decision or a letter
_MOVED_SOUGHT = 20  #: for so many rows at most it is found out where they stood before


@dataclass(frozen=True)
class Audit:
    """What was looked at and what was wrong with it."""

    head: Head  #: the end of the ledger as it is now
    findings: tuple[str, ...]  #: one Chinese sentence each; empty when all is as it was written


@dataclass
class _Quotes:
    """The hashes that the ledger quotes, by the row they are of."""

    received: dict[int, str] = field(default_factory=dict)  #: by message
    read: dict[int, str] = field(default_factory=dict)  #: by message, of the last reading
    decided: dict[int, set[str]] = field(default_factory=dict)  #: by case
    queued: dict[int, str] = field(default_factory=dict)  #: by letter
    #: rows that were erased on purpose, by their kind: their hashes alone are left
    purged: dict[str, set[int]] = field(default_factory=dict)

    def note(self, row: EventRow) -> None:
        """Remember what one event quotes."""
        if row.kind == EventKind.RECEIVED and row.message_id is not None and row.sha256:
            self.received[row.message_id] = row.sha256
        elif row.kind == EventKind.READ and row.message_id is not None:
            self.read[row.message_id] = row.sha256
        elif row.kind == EventKind.DECIDED and row.case_id is not None:
            self.decided.setdefault(row.case_id, set()).add(row.sha256)
        elif row.kind == EventKind.QUEUED and row.outbox_id is not None:
            self.queued[row.outbox_id] = row.sha256
        elif row.kind == EventKind.PURGED and row.data:
            said = json.loads(row.data)
            for name in ("messages", "decisions", "letters", "events"):
                self.purged.setdefault(name, set()).update(of_spans(said[name]))

    def erased(self, name: str, number: int) -> bool:
        """Whether a row of a kind was erased on purpose."""
        return number in self.purged.get(name, ())


def verify_ledger(session: Session, files: Files | None = None, noted_head: str = "") -> Audit:
    """Recompute the chain and compare everything it vouches for; with ``files`` the stored raw
    mails too.

    ``noted_head`` is a chain hash that somebody noted down earlier, from a digest or from ``status
    --json`` (the first 16 characters suffice): when it is nowhere in the ledger, the end was cut
    off or all was written anew. Raises :class:`ingest.errors.StorageError` when a file cannot be
    read.
    """
    walk, quotes = _Walk(noted_head.strip().lower()), _Quotes()
    for row in session.exec(
        select(EventRow).order_by(col(EventRow.id)).execution_options(yield_per=_BATCH),
    ):
        walk.step(row)
        quotes.note(row)
    findings = [
        *([] if walk.number else ["台账是空的: 一行记录也没有, 谈不上完好"]),
        *walk.finish(quotes),
        *_mails(session, quotes, files),
        *_decisions(session, quotes),
        *_letters(session, quotes),
    ]
    return Audit(Head(walk.number, walk.chain), tuple(findings))


class _Walk:
    """The chain, one row after the other; goes on with what stands there, so that one change is one
    finding.
    """

    def __init__(self, noted_head: str) -> None:
        self.number, self.chain = 0, GENESIS
        self._noted_head, self._seen_head = (
            noted_head,
            not noted_head
            or GENESIS.startswith(
                noted_head,
            ),
        )
        self._findings: list[str] = []
        self._strange: list[EventRow] = []

    def step(self, row: EventRow) -> None:
        """Look at the next row."""
        missing = range(self.number + 1, row.id)
        if missing:
            span = f"{missing[0]}" if len(missing) == 1 else f"{missing[0]} 至 {missing[-1]}"
            self._findings.append(f"台账第 {span} 行被删除")
        strange = content_sha256(row) != row.content
        if strange:
            self._strange.append(row)
        if (
            (not strange or not row.text)
            and link(self.chain, row.content) != row.chain
            and not missing
        ):
            self._findings.append(
                f"台账第 {row.id} 行与第 {self.number} 行接不上: 其中有行被重写或挪动过"
            )
        self._seen_head = self._seen_head or row.chain.startswith(self._noted_head)
        self.number, self.chain = row.id, row.chain

    def finish(self, quotes: _Quotes) -> Iterator[str]:
        """What was found in all rows; those that were erased on purpose say nothing any more, and
        still hang in the chain.
        """
        yield from self._findings
        strange = [row for row in self._strange if row.text or not quotes.erased("events", row.id)]
        places = [row.id for row in strange]
        for count, row in enumerate(strange):
            was = _place_before(row, places) if count < _MOVED_SOUGHT else None
            yield f"台账第 {row.id} 行" + (
                "的内容被改动" if was is None else f"被挪动过: 原是第 {was} 行"
            )
        if not self._seen_head:
            yield "所给的末行校验值不在台账中: 台账的末尾被删去, 或整本台账被重写"


def _place_before(row: EventRow, places: Iterable[int]) -> int | None:
    """The number under which the row is intact, among those of other strange rows; None when it was
    changed.
    """
    return next((place for place in places if content_sha256(row, place) == row.content), None)


def _mails(session: Session, quotes: _Quotes, files: Files | None) -> Iterator[str]:
    there = set()
    for row in session.exec(
        select(MessageRow).order_by(col(MessageRow.id)).execution_options(yield_per=_HEAVY),
    ):
        there.add(row.id)
        if row.sha256 != quotes.received.get(row.id, ""):
            yield f"来件 {row.id} 的原件校验值与收件时记下的不符"
        if row.reading is not None and text_sha256(row.reading) != quotes.read.get(row.id):
            yield f"来件 {row.id} 的读取结果被改动"
        if quotes.erased("messages", row.id):
            continue
        if files is not None and row.sha256 and not files.intact(row.sha256):
            yield f"来件 {row.id} 的原件缺失或被改动: {row.sha256}"
    for number in sorted((quotes.received.keys() | quotes.read.keys()) - there):
        yield f"来件 {number} 的登记被删除"


def _decisions(session: Session, quotes: _Quotes) -> Iterator[str]:
    left = {case_id: set(hashes) for case_id, hashes in quotes.decided.items()}
    latest: dict[int, tuple[int, str]] = {}
    query = select(DecisionRow).order_by(col(DecisionRow.case_id), col(DecisionRow.version))
    for row in session.exec(query.execution_options(yield_per=_HEAVY)):
        latest[row.case_id] = (row.version, row.decision)
        if quotes.erased("decisions", row.id):
            left.pop(row.case_id, None)
            continue
        said, quoted = decision_sha256(row), left.get(row.case_id, set())
        if said in quoted:
            quoted.discard(said)
        else:
            yield f"案卷 {_code(session, row.case_id)} 第 {row.version} 次裁定被改动, 或不是程序作出的"
    for case_id, hashes in sorted(left.items()):
        if hashes:
            yield f"案卷 {_code(session, case_id)} 有 {len(hashes)} 次裁定与台账记下的不符或被删除"
    cases = select(CaseRow.id, CaseRow.code, CaseRow.version, CaseRow.decision)
    for number, code, *now in session.exec(cases.order_by(col(CaseRow.id))):
        if tuple(now) != latest.get(number, (0, None)):
            yield f"案卷 {code} 的现行结论与最后一次裁定不符"


def _code(session: Session, case_id: int) -> str:
    case = session.get(CaseRow, case_id)
    return f"(第 {case_id} 号, 登记已被删除)" if case is None else case.code


def _letters(session: Session, quotes: _Quotes) -> Iterator[str]:
    there = set()
    query = (
        select(
            OutboxRow.id,
            OutboxRow.mime,
        )
        .order_by(col(OutboxRow.id))
        .execution_options(yield_per=_HEAVY)
    )
    for number, mime in session.exec(query):
        there.add(number)
        if quotes.erased("letters", number) and not mime:
            continue
        if hashlib.sha256(mime).hexdigest() != quotes.queued.get(number):
            yield f"信函 {number} 的内容与入发件箱时不同"
    for number in sorted(quotes.queued.keys() - there):
        yield f"信函 {number} 被删除"
