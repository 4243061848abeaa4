"""A blank form from disk held against a call: reads it in the disposable worker, so that a strange
file harms nothing.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from ingest.document.content import Content
from ingest.document.form.blank import Fit, fit_blank
from ingest.document.form.recognise import label_share, recognise
from ingest.errors import InputError, UsageError
from ingest.sandbox.workers import WorkerDied, WorkerFailed, run_in_worker
from rules.call import Call, Form


def fit_form(path: Path, call: Call, identifier: str | None) -> tuple[Form, Fit]:
    """The form that ``path`` is (or that ``identifier`` names) and how the configuration fits it.

    Raises:
        InputError: the file cannot be read.
        UsageError: there is no such form, or the file is like none and no form was named.
    """
    known = [form.id for form in call.forms]
    if identifier is not None and identifier not in known:
        raise UsageError(f"没有表单“{identifier}”", f"可用的有: {'、'.join(known)}")
    try:
        [content] = run_in_worker(
            "ingest.sandbox.files:read_blank_forms",
            [(path.name, path.read_bytes())],
            returns=list[Content],
        )
    except (WorkerDied, WorkerFailed) as error:
        reason = error.reason if isinstance(error, WorkerDied) else error.message
        raise InputError(f"读不了 {path}: {reason}", "请用 Word 另存为 .docx 后再试") from error
    form = call.form(identifier) if identifier else _form_of(content, call)
    return form, fit_blank(content, form)


def blank_forms(directory: Path, call: Call) -> list[tuple[Form, Fit]]:
    """Every form of ``call`` that names a blank one in ``directory``, and how it fits; read by one
    worker.

    Raises:
        InputError: one of them cannot be read.
    """
    forms = [form for form in call.forms if form.blank and (directory / form.blank).is_file()]
    files = tuple((form.blank, (directory / form.blank).read_bytes()) for form in forms)
    try:
        contents = _contents(files)
    except (WorkerDied, WorkerFailed) as error:
        reason = error.reason if isinstance(error, WorkerDied) else error.message
        raise InputError(
            f"读不了 {directory} 里的空白表: {reason}", "请用 Word 另存为 .docx 后再试"
        ) from error
    return [(form, fit_blank(content, form)) for form, content in zip(forms, contents, strict=True)]


@lru_cache(maxsize=4)
def _contents(files: tuple[tuple[str, bytes], ...]) -> list[Content]:
    """What was read once is known: the same forms are asked for whenever a rule is saved."""
    return run_in_worker("ingest.sandbox.files:read_blank_forms", files, returns=list[Content])


def _form_of(content: Content, call: Call) -> Form:
    """The form it is by its title and labels; else the one most of whose labels it has."""
    form = recognise(
        content,
        call,
    ).form or max(call.forms, key=lambda each: label_share(content, each))
    if label_share(content, form) == 0:
        raise UsageError(
            "看不出这是哪张表", f"用 --form 指明: {'、'.join(each.id for each in call.forms)}"
        )
    return form
