"""One answer to whether a call's folder may go in force: the daemon acts by it, ``mailroom check``
and ``rules status`` print it.

Files in, problems out, each under the name of its part. What is in force, and what the store
remembers, is ``ingest/steps/rules.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session

from ingest.calls import CallFolder, read_call, root_files, shortened, usable_templates
from ingest.errors import ConfigError, InputError, MailroomError
from ingest.inspection.fitting import blank_forms
from ingest.judging.judge import Judge
from ingest.rulefiles.candidates import RuleTexts, kept_texts, start_judge, text_sha256
from ingest.rulefiles.checking import run_call_examples
from ingest.sandbox.workers import WorkerDied, WorkerFailed, run_in_worker
from ingest.store.events import EventKind, latest_event
from ingest.store.rulefiles import last_good
from rules.authoring.examples import case_count
from rules.callfile import blank_places
from rules.errors import RuleFileError
from rules.rulebook import check_rulebook

CONFIRM_HINT = "确实不要了的, 运行 mailroom rules confirm-examples --reason 原因"


@dataclass(frozen=True)
class Before:
    """What new files are held against: those in force, and examples a person agreed to lose."""

    texts: RuleTexts | None = None
    agreed: str = ""  #: hash of the examples that may hold fewer cases than those in force


NOTHING_BEFORE = Before()


def before(session: Session, call: str) -> Before:
    """What is in force of ``call``, and what was agreed to."""
    row = last_good(session, call)
    event = latest_event(session, EventKind.EXAMPLES_AGREED)
    return Before(kept_texts(row) if row is not None else None, event.sha256 if event else "")


def problems_of(folder: CallFolder, held_against: Before) -> dict[str, str]:
    """Every part's problem, "" where it is well; rules that cannot be read hide their examples."""
    call, rules = _problem(lambda: _call(folder)), _problem(lambda: _rules(folder))
    examples = "" if call or rules else _problem(lambda: _examples(folder, held_against))
    return {
        "征集配置": call,
        "规则文件": rules,
        "样例": examples,
        **problems_beside(folder),
    }


def problems_beside(folder: CallFolder) -> dict[str, str]:
    """The problem, "" where it is well, of each kind of file beside the rules."""
    return {
        "空白表": _problem(lambda: _blanks(folder)),
        "根证书": _problem(lambda: _roots(folder)),
        "信函模板": _problem(lambda: _templates(folder)),
    }


def examine(folder: CallFolder, held_against: Before = NOTHING_BEFORE) -> Judge:
    """Everything files must pass before they go in force, the engine last; the judge when they do.

    Raises:
        ConfigError: with file, line, column and hint of every complaint.
    """
    problems = [problem for problem in problems_of(folder, held_against).values() if problem]
    if problems:
        raise ConfigError("\n".join(problems))
    return start_judge(folder)


def _problem(check: Callable[[], object]) -> str:
    try:
        check()
    except MailroomError as error:
        return str(error)
    return ""


def _call(folder: CallFolder) -> None:
    read_call(folder.path / "call.yaml", folder.call_source)


def _rules(folder: CallFolder) -> None:
    path, source = folder.rules_path, folder.rules_source
    slips = [error.format(str(path), source) for error in check_rulebook(source, folder.call)]
    if slips:
        raise ConfigError(shortened(slips))


# --- examples -------------------------------------------------------------------------------------


def _examples(folder: CallFolder, held_against: Before) -> None:
    if (
        held_against.texts is not None
        and text_sha256(folder.examples_source) != held_against.agreed
    ):
        lost = _lost(case_count(held_against.texts.examples), case_count(folder.examples_source))
        if lost:
            raise ConfigError(f"{folder.path / 'examples.yaml'}: {lost}", CONFIRM_HINT)
    if folder.examples_source:
        report = run_call_examples(folder, folder.rules_path, folder.rules_source)
        if report.failures:
            raise ConfigError(shortened(list(report.failures)))


def _lost(old: int, new: int) -> str:
    """What became of the cases that guarded the rules in force; "" when there are as many."""
    if not new and old:
        return f"样例没有了, 正在使用的有 {old} 个案例"
    return f"案例从 {old} 个减少到 {new} 个" if new < old else ""


# --- files beside the rules -----------------------------------------------------------------------


def _blanks(folder: CallFolder) -> None:
    """Every blank form is there, can be read and has a place for each of its fields."""
    path, source = folder.path / "call.yaml", folder.call_source
    slips = []
    for form, place in zip(folder.call.forms, blank_places(source), strict=True):
        if form.blank and not (folder.path / "forms" / form.blank).is_file():
            known = sorted(one.name for one in (folder.path / "forms").glob("*.*"))
            hint = "forms/ 里有: " + "、".join(known) if known else "放进征集文件夹的 forms/"
            slips.append(RuleFileError(f"没有空白表“{form.blank}”", place, hint, "C113"))
    if slips:
        raise ConfigError(shortened([slip.format(str(path), source) for slip in slips]))
    try:
        fits = blank_forms(folder.path / "forms", folder.call)
    except InputError as error:
        raise ConfigError(str(error)) from error
    unfit = [
        f"{path}: “{form.id}”的空白表里找不到这些字段的标签: {'、'.join(fit.missing)}"
        for form, fit in fits
        if fit.missing
    ]
    if unfit:
        raise ConfigError(
            shortened(unfit),
            "用 mailroom call fit 看每一格该怎样写; 表换了的, 换掉 forms/ 里的文件",
        )


def _roots(folder: CallFolder) -> None:
    """The files that digital seals are trusted by; when there are none, no seal is trusted, which
    is no mistake.
    """
    for file in root_files(folder.path):
        try:
            run_in_worker(
                "ingest.document.paged.roots:check_root", file.read_bytes(), returns=object
            )
        except OSError as error:
            raise ConfigError(
                f"读不了根证书 {file}: {error.strerror}", "检查权限, 应能由 mailroom 账户读取"
            ) from error
        except (WorkerDied, WorkerFailed) as error:
            reason = error.reason if isinstance(error, WorkerDied) else error.message
            raise ConfigError(
                f"根证书 {file} 用不了: {reason}", "换成签发机构公布的 PEM 格式证书"
            ) from error


def _templates(folder: CallFolder) -> None:
    _, problems = usable_templates(folder)
    if problems:
        raise ConfigError(shortened(problems))
