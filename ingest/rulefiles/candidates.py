"""Rule files as candidates: read together, known by their hashes, kept, started.

Whether they may go in force is ``ingest/rulefiles/examination.py``; what is in force, and what the
store remembers, is ``ingest/steps/rules.py``.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from ingest.calls import CallFolder, read_call_text, read_text, with_place
from ingest.errors import ConfigError
from ingest.judging.child import ChildDiedError
from ingest.judging.judge import Judge
from ingest.store.tables import RuleFilesRow
from rules.callfile import load_call

Signature = tuple[tuple[str, int, int], ...]
MOVING: Signature = (("", 0, 0),)
"""Of files that changed while they were read: no folder looks like this, so they are read again."""


@dataclass(frozen=True)
class RuleTexts:
    """The files of one call that decide how a case is judged, as read."""

    call: str
    rules: str
    examples: str  #: "" when there is no such file

    @property
    def hashes(self) -> tuple[str, str, str]:
        """SHA-256 of each."""
        return text_sha256(self.call), text_sha256(self.rules), text_sha256(self.examples)


def text_sha256(text: str) -> str:
    """SHA-256 of a file's text, as decisions quote it."""
    return hashlib.sha256(text.encode()).hexdigest()


def signature(path: Path) -> Signature:
    """Time of change and size of every file below a call's folder: what a look costs when nothing
    changed. A blank form, a certificate or a template mended is a change too; a folder that is
    renamed at this very moment is seen at the next look.
    """
    below = (Path(top, name) for top, folders, files in os.walk(path) for name in folders + files)
    return tuple((str(file), *_stamp(file)) for file in sorted(below))


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return found.st_mtime_ns, found.st_size


def read_texts(path: Path) -> RuleTexts:
    """The files below a call's folder. Raises ConfigError when one cannot be read."""
    examples = path / "examples.yaml"
    return RuleTexts(
        read_call_text(path),
        read_text(path / "rules.yaml"),
        read_text(examples) if examples.is_file() else "",
    )


def texts_of(folder: CallFolder) -> RuleTexts:
    """The files a call was read from."""
    return RuleTexts(folder.call_source, folder.rules_source, folder.examples_source)


def kept_texts(row: RuleFilesRow) -> RuleTexts:
    """The files the store keeps."""
    return RuleTexts(row.call_source, row.rules_source, row.examples_source)


def rule_files_row(folder: CallFolder, now: datetime) -> RuleFilesRow:
    """The row that keeps the files of ``folder``."""
    texts = texts_of(folder)
    call_sha256, rules_sha256, _ = texts.hashes
    return RuleFilesRow(
        call=folder.call.id,
        rules_sha256=rules_sha256,
        call_sha256=call_sha256,
        rules_source=texts.rules,
        call_source=texts.call,
        examples_source=texts.examples,
        accepted_at=now,
    )


def with_texts(folder: CallFolder, texts: RuleTexts) -> CallFolder:
    """``folder`` with the call and the rules that ``texts`` say. Raises ConfigError when call.yaml
    cannot be used.
    """
    call = with_place(
        folder.path / "call.yaml",
        texts.call,
        lambda text: load_call(folder.path.name, text),
    )
    return replace(
        folder,
        call=call,
        call_source=texts.call,
        rules_source=texts.rules,
        examples_source=texts.examples,
    )


def start_judge(folder: CallFolder) -> Judge:
    """The rules of ``folder``, compiled in a child process of their own.

    Raises:
        ConfigError: they cannot be used.
    """
    judge = with_place(
        folder.rules_path,
        folder.rules_source,
        lambda text: Judge(text, folder.call),
    )
    try:
        judge.start()
    except ChildDiedError as error:
        judge.close()
        raise ConfigError(
            f"{folder.rules_path}: 规则引擎无法编译这份规则: {error}", "把最近的改动拆小再试"
        ) from error
    return judge
