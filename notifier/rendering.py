"""Jinja2 templates of letters and digest: loaded from texts, sandboxed, strict, checked before use.

The shell reads the files (``template_names`` says which) and hands their texts over; nothing here
opens a file. What a letter says is in ``config/templates``; what is known about a case is in
``notifier.pages``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import CodeType
from typing import Final, Literal, TypeAlias, get_args

from css_inline import CSSInliner
from jinja2 import DictLoader, StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.bccache import Bucket, BytecodeCache
from jinja2.sandbox import ImmutableSandboxedEnvironment

from notifier.pages import (
    ATTRIBUTES,
    DIGEST_VARIABLES,
    LETTER_VARIABLES,
    DigestPage,
    LetterPage,
    variables,
)
from notifier.templateslips import in_chinese, stray_variables

LetterKind: TypeAlias = Literal[
    "accepted",
    "incomplete",
    "rejected",
    "referred",
    "received",
    "too_large",
    "passed_on",
    "withdrawing",
    "withdrawn",
    "outcome",
    "reminder",
    "call_reminder",
    "noted",
    "informed",
]
"""Every letter there is; each has a folder of this name in ``config/templates``."""
LETTER_KINDS: Final[tuple[LetterKind, ...]] = get_args(LetterKind)
_FILES: Final = ("subject.txt", "body.txt", "body.html")
_BASES: Final = (
    "base/letter.txt",
    "base/letter.html",
    "base/note.txt",
    "base/note.html",
    "base/style.html",
)
_LOOP_WORDS: Final = frozenset({"first", "last", "index", "length"})

# Nothing is ever fetched for a letter; @media stays in <style> because it cannot stand on an
# element, and clients that do not know it (Outlook) ignore it.
_INLINER: Final = CSSInliner(keep_at_rules=True, minify_css=True, load_remote_stylesheets=False)


class LetterTemplateError(Exception):
    """A template that cannot be rendered: its name, and what Jinja2 says about it."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"模板 {name}: {reason}")
        self.name = name
        self.reason = reason


def template_names() -> tuple[str, ...]:
    """Every template's name, which is its path below ``config/templates`` and below a call's
    ``templates``.
    """
    return (
        *_BASES,
        *(f"{folder}/{file}" for folder in (*LETTER_KINDS, "digest") for file in _FILES),
    )


class Templates:
    """The texts of all templates, ready to render."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self.sources: Final = dict(sources)
        self._environment = _environment(self.sources)

    def render(self, name: str, page: LetterPage | DigestPage) -> str:
        """The text of template ``name`` for ``page``; of ``*.html`` with every style on its
        element.

        Raises:
            LetterTemplateError: the template is missing, malformed or uses an unknown variable.
        """
        text = self.fill(name, page)
        return _html(text) if _is_html(name) else _plain(text)

    def fill(self, name: str, page: LetterPage | DigestPage) -> str:
        """The same before styles are inlined and blank lines taken out, tags as they were written.

        Raises:
            LetterTemplateError: as :meth:`render`.
        """
        try:
            return self._environment.get_template(name).render(variables(page))
        except TemplateError as error:
            raise LetterTemplateError(name, str(error)) from error

    def parse(self, name: str) -> nodes.Template:
        """The syntax tree of one template. Raises TemplateSyntaxError, also for unknown filters and
        tests.
        """
        return _parsed(name, self.sources[name])


class _Compiled(BytecodeCache):
    """Templates as they were compiled, known again by name and text: the shipped ones are used by
    every call, in every command.
    """

    def __init__(self) -> None:
        self._code: dict[str, CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """See jinja2."""
        bucket.code = self._code.get(bucket.key + bucket.checksum)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """See jinja2."""
        self._code[bucket.key + bucket.checksum] = bucket.code


_COMPILED: Final = _Compiled()


def _environment(sources: Mapping[str, str]) -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=DictLoader(sources),
        undefined=StrictUndefined,
        autoescape=_is_html,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_COMPILED,
    )


@lru_cache(maxsize=256)
def _parsed(name: str, source: str) -> nodes.Template:
    environment = _environment({name: source})
    tree = environment.parse(source, name)
    bucket = _COMPILED.get_bucket(environment, name, None, source)
    if bucket.code is None:  # what is only found when it is compiled is found, too
        bucket.code = environment.compile(tree, name)
        _COMPILED.set_bucket(bucket)
    return tree


def _is_html(name: str | None) -> bool:
    """Whether a template's values are escaped: all but plain text."""
    return name is None or not name.endswith(".txt")


def _plain(text: str) -> str:
    lines = (line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"


def _html(text: str) -> str:
    """Inlined and without indentation: every byte counts against a letter's limit."""
    return re.sub(r"\n\s*", "\n", _INLINER.inline(text)).strip() + "\n"


def check_templates(templates: Templates) -> list[str]:
    """What is wrong with the templates, one Chinese line each with name and line number; empty when
    all is well.
    """
    missing = [
        f"{name}: 缺少这个模板" for name in template_names() if name not in templates.sources
    ]
    there = frozenset(templates.sources)
    return missing + [
        problem
        for name in sorted(there)
        for problem in _check_one(name, templates.sources[name], there)
    ]


@lru_cache(maxsize=256)
def _check_one(name: str, source: str, there: frozenset[str]) -> tuple[str, ...]:
    """What is wrong with one template among those that are ``there``; most of them are the same
    ones for every call.
    """
    if name not in template_names():
        return (f"{name}: 没有叫这个名字的模板，不会被用到",)
    try:
        tree = _parsed(name, source)
    except TemplateSyntaxError as error:
        return (f"{name}:{error.lineno}: 模板写法有误：{in_chinese(error.message or '')}",)
    known = DIGEST_VARIABLES if name.startswith("digest/") else LETTER_VARIABLES
    return (
        *(f"{name}:{line}: 不认识的变量“{word}”" for word, line in _unknown_names(tree, known)),
        *(f"{name}:{line}: 不认识的属性“.{word}”" for word, line in _unknown_attributes(tree)),
        *(f"{name}:{line}: 没有模板“{word}”" for word, line in _unknown_parents(tree, there)),
        *(
            f"{name}:{line}: “{word}”会照样留在信里，变量写成半角的 {{{{ 名称 }}}}"
            for word, line in stray_variables(source, known)
            if not name.endswith("style.html")
        ),
    )


def _unknown_names(tree: nodes.Template, known: frozenset[str]) -> Iterator[tuple[str, int]]:
    """Names read but neither given by the page nor set in the template (macro parameters count as
    set).
    """
    names = list(tree.find_all(nodes.Name))
    own = {node.name for node in names if node.ctx != "load"} | {
        macro.name
        for macro in tree.find_all(
            nodes.Macro,
        )
    }
    for node in names:
        if node.ctx == "load" and node.name not in known | own | {
            "loop",
            "super",
            "self",
            "caller",
        }:
            yield node.name, node.lineno


def _unknown_attributes(tree: nodes.Template) -> Iterator[tuple[str, int]]:
    for node in tree.find_all(nodes.Getattr):
        of_loop = isinstance(node.node, nodes.Name) and node.node.name == "loop"
        if node.attr not in (_LOOP_WORDS if of_loop else ATTRIBUTES):
            yield node.attr, node.lineno


def _unknown_parents(tree: nodes.Template, there: frozenset[str]) -> Iterator[tuple[str, int]]:
    parents = [(node.template, node.lineno) for node in tree.find_all(nodes.Extends)]
    parents += [(node.template, node.lineno) for node in tree.find_all(nodes.Include)]
    for parent, line in parents:
        if isinstance(parent, nodes.Const) and parent.value not in there:
            yield str(parent.value), line
