"""What ``rules preview`` shows of a call's folder: every complaint about its files, blank forms and
templates among them, and each rule beside its clause, its examples and the letter it would write
now. Files in, values out.

Nothing is found out here that ``rules check``, ``rules test`` and the handbook do not find out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ingest.calls import CallFolder, open_call, usable_templates, with_place
from ingest.errors import MailroomError
from ingest.rulefiles.checking import call_manual, rule_report
from ingest.rulefiles.examination import problems_beside
from notifier.lettertrials import letter_of
from notifier.rendering import Templates
from rules.authoring.examples import Example, load_examples, run_examples
from rules.authoring.manual import ManualRule, Shown
from rules.judge import findings, judge
from rules.language import Rulebook
from rules.rulebook import SILENT, load_rulebook
from rules.verdict import Truth, decide_outcomes

_QUIET = (Truth.SATISFIED, Truth.NOT_APPLICABLE, SILENT)


@dataclass(frozen=True)
class Tried:
    """An example that names a rule, and where the rules differ from it."""

    shown: Shown
    differences: tuple[str, ...]  #: of the whole example; empty when it holds


@dataclass(frozen=True)
class RuleBeside:
    """A rule with what stands beside it."""

    entry: ManualRule
    examples: tuple[Tried, ...]
    letter: str  #: of the first example in which it has something to say; "" = there is none


@dataclass(frozen=True)
class Preview:
    """One look at a folder."""

    problems: tuple[str, ...]  #: with place and hint, as ``rules check`` prints them
    rules: tuple[RuleBeside, ...] = ()  #: empty when the files cannot be read
    earlier: bool = False  #: the rules are those of an earlier look


def preview(path: Path) -> Preview:
    """Look at the call's folder at ``path`` as it is now."""
    try:
        folder = open_call(path.parent, path.name, rules_required=False)
    except MailroomError as error:
        return Preview((str(error),))
    report = rule_report(folder.rules_path, folder.rules_source, folder.call)
    written = (one.text for one in report if one.severity != "note")
    problems = (*written, *filter(None, problems_beside(folder).values()))
    if any(one.severity == "error" for one in report):
        return Preview(problems)
    try:
        return Preview(problems, _rules(folder))
    except MailroomError as error:
        return Preview((*problems, str(error)))


def _rules(folder: CallFolder) -> tuple[RuleBeside, ...]:
    rulebook = load_rulebook(folder.rules_source, folder.call)
    manual = call_manual(folder, folder.rules_path, folder.rules_source)
    examples = _examples(folder, rulebook)
    desk = _Beside(folder, rulebook, usable_templates(folder)[0], examples)
    return tuple(desk.rule(entry) for section in manual.sections for entry in section.entries)


def _examples(folder: CallFolder, rulebook: Rulebook) -> tuple[Example, ...]:
    source = folder.examples_source
    if not source:
        return ()
    path = folder.path / "examples.yaml"
    return with_place(path, source, lambda text: load_examples(text, rulebook))


class _Beside:
    """Puts beside a rule what its examples come to."""

    def __init__(
        self,
        folder: CallFolder,
        rulebook: Rulebook,
        templates: Templates,
        examples: tuple[Example, ...],
    ) -> None:
        self._differences: dict[str, list[str]] = {}
        for one in run_examples(rulebook, examples):
            self._differences.setdefault(one.example, []).append(one.message)

        by_name = {one.name: one for one in examples}

        @cache
        def letter(name: str) -> str:
            example = by_name[name]
            results = judge(rulebook, example.subjects, example.received)
            found = findings(rulebook, results, example.subjects)
            decision = decide_outcomes([one.outcome for one in found])
            return letter_of(found, decision, folder.call, templates)

        self._letter = letter

    def rule(self, entry: ManualRule) -> RuleBeside:
        """A rule of the handbook with its examples and a letter."""
        tried = tuple(
            Tried(one, tuple(self._differences.get(one.name, ()))) for one in entry.examples
        )
        speaking = (one.name for one in entry.examples if one.word not in _QUIET)
        name = next(speaking, "")
        return RuleBeside(entry, tried, self._letter(name) if name else "")
