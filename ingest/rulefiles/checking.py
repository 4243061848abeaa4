"""Rule files as files: what ``rules check`` and ``rules test`` say of them, with path, line and
column. No database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ingest.calls import CallFolder, read_text, with_place
from ingest.errors import InputError
from rules.authoring.clauses import Coverage, coverage
from rules.authoring.declared import DeclaredMutant
from rules.authoring.examples import Example, ExampleFailure, load_examples, run_examples
from rules.authoring.layout import laid_out
from rules.authoring.lint import check_source
from rules.authoring.manual import Manual, manual_of
from rules.authoring.mutants import Mutant, run_mutants, unshown_settings
from rules.authoring.schema import rule_schema
from rules.call import Call, vocabulary_of
from rules.engine.shards import shown_rule
from rules.errors import RuleFileError
from rules.language import Rulebook
from rules.rulebook import load_rulebook, read_rulebook


@dataclass(frozen=True)
class Problem:
    """One complaint about a file."""

    path: Path
    line: int
    column: int
    code: str
    message: str
    hint: str
    severity: str  #: error, warning, or note (not looked at)
    text: str  #: the whole complaint as printed, source line and caret included

    @classmethod
    def of(cls, path: Path, source: str, error: RuleFileError) -> Problem:
        """The complaint with the file's name, which the rules never know."""
        line, column = error.position
        return cls(
            path,
            line,
            column,
            error.code,
            error.message,
            error.hint,
            error.severity,
            error.format(
                str(path),
                source,
            ),
        )


def find_rule_file(path: Path | None, folder: CallFolder) -> tuple[Path, str]:
    """The rule file that is meant and its text: the one named, else the call's. Raises
    InputError.
    """
    if path is None:
        return folder.rules_path, folder.rules_source
    if not path.is_file():
        raise InputError(f"没有文件 {path}", "检查路径")
    return path, read_text(path)


def rule_report(path: Path, source: str, call: Call) -> list[Problem]:
    """Everything wrong with a rule file, in its order; when there is nothing, warnings about the
    rules' meaning, and what was not looked at.
    """
    return [Problem.of(path, source, error) for error in check_source(source, call)]


@dataclass(frozen=True)
class ExamplesReport:
    """What running the golden cases showed."""

    path: Path
    count: int
    failures: tuple[str, ...]  #: ``path:line:column: message``
    uncovered: Coverage  #: clauses without a rule, rules without an example


@dataclass(frozen=True)
class MutantsReport:
    """How well the golden cases guard the rules."""

    path: Path
    total: int
    noticed: int
    unnoticed: tuple[Unnoticed, ...]


@dataclass(frozen=True)
class Unnoticed:
    """A change of a rule that no golden case notices."""

    path: Path
    line: int
    column: int
    rule: str
    change: str


def run_call_mutants(folder: CallFolder, rules_path: Path, rules_source: str) -> MutantsReport:
    """Change the rules in one place at a time and see whether a golden case notices.

    Raises:
        ConfigError: one of the files cannot be used; with file, line and column.
    """
    path, rulebook, examples = _examples_of(folder, rules_path, rules_source)
    report = run_mutants(rulebook, examples)
    unnoticed = _unnoticed(rules_path, report.unnoticed)
    return MutantsReport(path, report.total, report.noticed, unnoticed)


def run_call_examples(folder: CallFolder, rules_path: Path, rules_source: str) -> ExamplesReport:
    """Run the call's ``examples.yaml`` against a rule file.

    Raises:
        ConfigError: one of the files cannot be used; with file, line and column.
    """
    path, rulebook, examples = _examples_of(folder, rules_path, rules_source)
    failures = tuple(
        f"{path}:{failure.position.line}:{failure.position.column}: 案例“{failure.example}”: {failure.message}"
        for failure in _tried(folder.examples_source or read_text(path), rules_source, folder.call)
    )
    uncovered = coverage(rulebook, examples, folder.notice)
    return ExamplesReport(path, len(examples), failures, uncovered)


def unshown_call_settings(
    folder: CallFolder, rules_path: Path, rules_source: str
) -> tuple[Unnoticed, ...]:
    """未填, 无法判断 and 截止后 that a rule says of its own and no example of the call shows.

    Raises:
        ConfigError: one of the files cannot be used; with file, line and column.
    """
    _, rulebook, examples = _examples_of(folder, rules_path, rules_source)
    return _unnoticed(rules_path, unshown_settings(rulebook, examples))


def _unnoticed(path: Path, mutants: Iterable[Mutant | DeclaredMutant]) -> tuple[Unnoticed, ...]:
    return tuple(
        dict.fromkeys(
            Unnoticed(path, one.position.line, one.position.column, one.name, one.change)
            for one in mutants
        )
    )


@lru_cache(maxsize=4)
def _examples(source: str, rules: str, call: Call) -> tuple[Example, ...]:
    return load_examples(source, load_rulebook(rules, call))


@lru_cache(maxsize=4)
def _tried(source: str, rules: str, call: Call) -> tuple[ExampleFailure, ...]:
    """What failed. Whoever puts rules in force, and whoever asks whether they may be, tries the
    same examples: those tried last are known.
    """
    return tuple(run_examples(load_rulebook(rules, call), _examples(source, rules, call)))


def _examples_of(
    folder: CallFolder,
    rules_path: Path,
    rules_source: str,
) -> tuple[Path, Rulebook, tuple[Example, ...]]:
    path = folder.path / "examples.yaml"
    rulebook = with_place(rules_path, rules_source, lambda text: load_rulebook(text, folder.call))
    source = folder.examples_source or read_text(path)
    read = with_place(path, source, lambda text: _examples(text, rules_source, folder.call))
    return path, rulebook, read


def call_schema(folder: CallFolder, rules_source: str) -> dict[str, object]:
    """The JSON Schema of the call's rule files, with what this file itself names (统计, 派生, 参数).

    A file with errors still gets a schema: that is when an editor's help is wanted most.
    """
    rulebook, _ = read_rulebook(rules_source, folder.call)
    if rulebook is None:
        return rule_schema(vocabulary_of(folder.call))
    return rule_schema(rulebook.vocabulary, rulebook.parameters)


def compiled_rule(
    folder: CallFolder,
    rules_path: Path,
    rules_source: str,
    identifier: str,
) -> dict[str, object]:
    """What the engine is given for one rule.

    Raises:
        ConfigError: the rule file cannot be used.
        InputError: it has no such rule.
    """
    rulebook = with_place(rules_path, rules_source, lambda text: load_rulebook(text, folder.call))
    shown = shown_rule(rulebook, identifier)
    if not shown:
        known = "、".join(dict.fromkeys(rule.id for rule in rulebook.rules))
        raise InputError(f"没有规则“{identifier}”", f"可用: {known}")
    return shown


def call_manual(folder: CallFolder, rules_path: Path, rules_source: str) -> Manual:
    """The handbook of the rules; without examples when the call has none.

    Raises:
        ConfigError: one of the files cannot be used; with file, line and column.
    """
    rulebook = with_place(rules_path, rules_source, lambda text: load_rulebook(text, folder.call))
    examples: tuple[Example, ...] = ()
    if folder.examples_source:
        path = folder.path / "examples.yaml"
        examples = with_place(
            path,
            folder.examples_source,
            lambda text: load_examples(text, rulebook),
        )
    sha256 = hashlib.sha256(rules_source.encode()).hexdigest()
    return manual_of(rulebook, rules_source, folder.call, examples, sha256, folder.notice)


def lay_out(path: Path, source: str) -> str:
    """The file in the one layout. Raises ConfigError when it cannot be read, or not be laid out
    safely.
    """
    return with_place(path, source, laid_out)
