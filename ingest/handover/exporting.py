"""Plans a hand-over from the store and writes it; another run goes on where one was stopped."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from sqlmodel import Session

from ingest.errors import UsageError
from ingest.handover.contents import Paper, papers_of
from ingest.handover.folder import Writer
from ingest.handover.names import Namer
from ingest.handover.report import Story, Told, report_text
from ingest.handover.telling import Vocabulary, explanation_text
from ingest.office import Office
from ingest.progress import Progress, told, untold
from ingest.sandbox.workers import WorkerDied, WorkerFailed, run_in_worker
from ingest.store.cases import (
    decisions_of_case,
    list_cases,
    load_verdict,
    messages_of_case,
    received_mails,
)
from ingest.store.files import Files
from ingest.store.staff import endings_of_case
from ingest.store.tables import CaseRow, MessageRow
from ingest.submission.case import arrange
from ingest.views.lists import case_explanation
from ingest.walls.limits import Limits
from notifier.letternames import LETTER_NAMES
from notifier.outbox import OutboxRow, list_letters
from notifier.outboxstates import OutboxState
from notifier.wording import beijing
from notifier.workbook import Sheet, workbook_of
from rules.call import vocabulary_of
from rules.verdict import decision_name

INDEX, REPORT = "索引.xlsx", "总结报告.txt"
#: Bytes of attachments that one worker gives back; base64 makes four of three.
BATCH = 16 * 1024**2
TAKE_PARTS = "ingest.sandbox.takeout:take_parts"


@dataclass(frozen=True)
class Planned:
    """One case of the hand-over."""

    row: CaseRow
    folder: PurePosixPath
    papers: tuple[Paper, ...]
    texts: Mapping[PurePosixPath, bytes]  #: explanation and letters


@dataclass(frozen=True)
class Outcome:
    """What came of an export."""

    files: int
    written: int  #: the rest was there already
    missing: tuple[str, ...]  #: attachments that could not be taken out, with the reason


def export_call(
    session: Session,
    office: Office,
    store: Files,
    target: Path,
    now: datetime,
    progress: Progress = untold,
) -> Outcome:
    """Everything of the office's call under ``target``.

    Raises:
        UsageError: there is no case of this call.
        OutputError: ``target`` is something else's, or cannot be written.
        StorageError: a mail's file is missing.
    """
    plan = list(plan_cases(session, office))
    if not plan:
        raise UsageError(f"征集 {office.call.id} 还没有案卷", "用 mailroom case list 查看")
    writer = Writer(target, office.call.id)
    missing: list[str] = []
    for case in told(plan, progress):
        for place, content in case.texts.items():
            writer.write(place, content)
        missing += _take_out(session, case, office, store, writer)
    stories = [_story(session, case.row) for case in plan]
    mails = len({one.id for case in plan for one, _ in messages_of_case(session, case.row.id)})
    writer.write(PurePosixPath(REPORT), report_text(office.call, stories, mails, now).encode())
    index = workbook_of(index_sheets(plan), "移交索引", office.call.title, now)
    writer.write(PurePosixPath(INDEX), index)
    writer.finish()
    return Outcome(len(writer.sums), writer.written, tuple(missing))


# --- what is to be there --------------------------------------------------------------------------


def plan_cases(session: Session, office: Office) -> Iterator[Planned]:
    """The cases of the call, each with its folder: track, unit and code."""
    namer, vocabulary = Namer(), vocabulary_of(office.call)
    for row in list_cases(session, office.call.id):
        if row.merged_into is not None:
            continue
        folder = namer.folder(row.track or "未定类别", f"{row.submitter} {row.code}")
        mails = received_mails(session, row.id)
        endings = endings_of_case(session, row.id)
        case = arrange(mails, row.track, office.call, endings) if mails else None
        papers = papers_of(case, folder, namer) if case is not None else ()
        texts = dict(_texts(session, row, folder, papers, vocabulary, namer))
        yield Planned(row, folder, papers, texts)


def _texts(
    session: Session,
    row: CaseRow,
    folder: PurePosixPath,
    papers: tuple[Paper, ...],
    vocabulary: Vocabulary,
    namer: Namer,
) -> Iterator[tuple[PurePosixPath, bytes]]:
    explained = explanation_text(case_explanation(session, row.code), papers, vocabulary)
    yield namer.file(folder, "裁定依据.txt"), explained.encode()
    for letter in list_letters(session, (OutboxState.SENT,), row.id):
        if not letter.mime:  # purged
            continue
        yield namer.file(folder / "信函", _letter_name(letter)), letter.mime


def _letter_name(letter: OutboxRow) -> str:
    day = f"{beijing(letter.sent_at):%Y-%m-%d}" if letter.sent_at else ""
    return f"{day} {LETTER_NAMES.get(letter.kind, '信函')} {letter.id}.eml"


def index_sheets(plan: Sequence[Planned]) -> tuple[Sheet, ...]:
    """Every case and every file."""
    cases = tuple(
        (
            case.row.code, case.row.track, case.row.submitter, decision_name(case.row.decision),
            case.row.last_received_at, len(case.papers), str(case.folder),
        )
        for case in plan
    )  # fmt: skip
    files = tuple(
        (
            case.row.code, case.row.track, case.row.submitter, paper.applicant, paper.role,
            str(paper.place), paper.name, paper.size, paper.sha256,
        )
        for case in plan
        for paper in case.papers
    )  # fmt: skip
    return (
        Sheet("案卷", ("案卷编号", "申报类别", "报送单位", "裁定", "最近收到", "文件数", "文件夹"), cases),
        Sheet(
            "文件",
            ("案卷编号", "申报类别", "报送单位", "申报单位", "是什么", "位置", "原名", "字节", "SHA-256"),
            files,
        ),
    )  # fmt: skip


def _story(session: Session, row: CaseRow) -> Story:
    received = tuple(mail.received_at for mail, _ in messages_of_case(session, row.id))
    told = tuple(
        Told(one.decided_at, load_verdict(one)) for one in decisions_of_case(session, row.id)
    )
    return Story(row.track, received, told)


# --- attachments ----------------------------------------------------------------------------------


def _take_out(
    session: Session, case: Planned, office: Office, store: Files, writer: Writer
) -> Iterator[str]:
    """Write the attachments that are not there yet; yields what could not be taken out."""
    mails = {mail.id: mail for mail, _ in messages_of_case(session, case.row.id)}
    left = [paper for paper in case.papers if not writer.has(paper.place, paper.sha256)]
    for mail, batch in batches(left, mails):
        found, reason = _taken(store, mail, batch, office)
        for paper in batch:
            content = found.get(paper.sha256)
            if content is None:
                yield f"{case.row.code} {paper.name}: {reason or '来件里没有找到'}"
            else:
                writer.write(paper.place, content)


def batches(
    papers: Sequence[Paper], mails: Mapping[int, MessageRow]
) -> Iterator[tuple[MessageRow, list[Paper]]]:
    """The papers by mail, so many bytes at a time; one that is larger goes alone."""
    for message, mail in mails.items():
        batch: list[Paper] = []
        for paper in papers:
            if paper.message != message:
                continue
            if batch and sum(one.size for one in batch) + paper.size > BATCH:
                yield mail, batch
                batch = []
            batch.append(paper)
        if batch:
            yield mail, batch


def _taken(
    store: Files, mail: MessageRow, batch: Sequence[Paper], office: Office
) -> tuple[dict[str, bytes], str]:
    """The bytes by their hash, or why there are none."""
    size = sum(paper.size for paper in batch)
    limits = Limits(
        memory=max(office.worker.memory, 8 * size + 512 * 1024**2),
        cpu=office.worker.cpu,
        wall=office.worker.wall,
        output=2 * size + 1024**2,
    )
    hashes = tuple(paper.sha256 for paper in batch)
    try:
        with store.whole(mail.sha256) as path:  # says in words when it is not
            found = run_in_worker(
                TAKE_PARTS, path, hashes, office.reading, returns=dict[str, str], limits=limits
            )
    except WorkerDied as error:
        return {}, error.reason
    except WorkerFailed as error:
        return {}, error.message
    decoded = {sha256: base64.b64decode(text) for sha256, text in found.items()}
    return {
        sha256: data
        for sha256, data in decoded.items()
        if hashlib.sha256(data).hexdigest() == sha256
    }, ""
