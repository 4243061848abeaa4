"""YAML text -> plain nodes that know their line and column, every scalar still text.

YAML's own typing is refused on purpose: ``18:00``, ``2024-08-31``, ``0991`` and ``no`` stay what
the administrator typed, and the vocabulary decides their type (measured: both Python parsers mangle
one or another of them). Anchors, aliases and tags are refused: an office has no use for them and a
bomb is built from them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from typing import TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.composer import ComposerError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.tokens import (
    AliasToken,
    AnchorToken,
    BlockEndToken,
    BlockMappingStartToken,
    BlockSequenceStartToken,
    FlowMappingEndToken,
    FlowMappingStartToken,
    FlowSequenceEndToken,
    FlowSequenceStartToken,
    TagToken,
    Token,
)

from rules.errors import Position, RuleFileError
from rules.slips import explained

MAX_CHARACTERS = 300_000  #: twenty times a real rule file; the reader does some 80,000 a second
MAX_DEPTH = 30


class Text(str):
    """A scalar, exactly as typed, with its place, and whether it stood in quotes."""

    __slots__ = ("position", "quoted")
    position: Position
    quoted: bool


class Sequence(list["Tree"]):
    """A YAML list with its place."""

    position: Position


class Mapping(dict[Text, "Tree"]):
    """A YAML mapping with its place; its keys know theirs."""

    position: Position


Tree: TypeAlias = Text | Sequence | Mapping


def text_at(value: str, position: Position, *, quoted: bool = False) -> Text:
    """``value`` as a :class:`Text` that stands at ``position``."""
    text = Text(value)
    text.position = position
    text.quoted = quoted
    return text


@lru_cache(maxsize=16)
def load_tree(source: str) -> Tree:
    """Read one YAML document; nobody changes what comes back, it is shared by all who ask.

    The reader needs half a second for a call and its rules, and a check asks for each of them
    several times: what was read last is kept.

    Raises:
        RuleFileError: with the place, for anything that is not plain, finite YAML.
    """
    if len(source) > MAX_CHARACTERS:
        raise RuleFileError(
            f"文件过大(超过 {MAX_CHARACTERS} 个字符)",
            Position(1, 1),
            "请拆分或检查文件是否正确",
            "Y001",
        )
    refuse_slips(source)
    try:
        tree = _document(YAML(typ="safe", pure=True).parse(source))
    except (YAMLError, RuleFileError, RecursionError, AssertionError) as error:
        raise _explained(error, source) from error
    if tree is None:
        raise RuleFileError("文件是空的", Position(1, 1), "从示例配置开始", "Y003")
    return tree


def _explained(error: Exception, source: str) -> RuleFileError:
    """What to say of a file that cannot be read: a slip in how its words are written comes before
    one in how they stand together, which is mostly its consequence.
    """
    try:
        with suppress(AssertionError):  # the reader of comments gives up on a block's own
            refuse_exotic(source)
        for _ in YAML(typ="safe", pure=True).parse(source):
            pass
    except (YAMLError, RuleFileError) as earlier:
        error = earlier
    if isinstance(error, RuleFileError):
        return error
    if isinstance(error, MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        position = Position(mark.line + 1, mark.column + 1) if mark else Position(1, 1)
        return explained(error.problem or error.context or "", source, position)
    return RuleFileError(
        "YAML 读不了", _unprintable(source), "删去看不见的控制字符, 检查文件编码(UTF-8)", "Y002"
    )


def _unprintable(source: str) -> Position:
    """Where the first character stands that no text holds; the beginning when there is none."""
    found = re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]", source)
    before = source[: found.start()] if found else ""
    return Position(before.count("\n") + 1, len(before) - before.rfind("\n"))


_FULL_WIDTH_COLON = re.compile(r"\s*[^\s:#'\"\[{\-，。、][^\s:#'\"，。、]{0,19}(：)(?!.*:(?: |$))")
_BLOCK_SCALAR = re.compile(r".*[:\-] *[|>][+-]?\d?\s*$")


def refuse_slips(source: str) -> None:
    """Name the slips a Chinese keyboard makes before YAML gives a message nobody understands.

    Raises:
        RuleFileError: Y010 for what indents a line and is no space, Y011 for a full-width colon
        behind a key.
    """
    block_indent: int | None = None
    for number, line in enumerate(source.split("\n"), 1):
        body = line.split(" #")[0].rstrip()
        indent = body[: len(body) - len(body.lstrip())]
        if block_indent is not None and (not body or len(indent) > block_indent):
            continue
        block_indent = len(indent) if _BLOCK_SCALAR.match(body) else None
        if body.lstrip().startswith("#"):
            continue
        for char, message, hint in (
            ("\t", "用了制表符(Tab)缩进", "改成空格"),
            ("\u3000", "缩进里有全角空格", "改成半角空格"),
            ("\u00a0", "缩进里有网页上复制来的空格", "改成半角空格"),
        ):
            if char in indent:
                raise RuleFileError(message, Position(number, indent.index(char) + 1), hint, "Y010")
        if match := _FULL_WIDTH_COLON.match(body):
            raise RuleFileError(
                "冒号是全角“：”",
                Position(number, match.start(1) + 1),
                "改成半角冒号加空格“: ”",
                "Y011",
            )


_EXOTIC = {AnchorToken: "锚点(&)", AliasToken: "引用(*)", TagToken: "类型标记(!)"}
_OPENING = (
    BlockSequenceStartToken,
    BlockMappingStartToken,
    FlowSequenceStartToken,
    FlowMappingStartToken,
)
_CLOSING = (BlockEndToken, FlowSequenceEndToken, FlowMappingEndToken)


def refuse_exotic(source: str) -> None:
    """Name the first anchor, alias, tag or bracket too many of a file that has one, by looking at
    its tokens only.

    Raises:
        RuleFileError: with the place of the first of them.
    """
    depth = 0
    for token in YAML(typ="rt", pure=True).scan(source):
        depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
        if depth > MAX_DEPTH:
            raise RuleFileError("层次太深", _place(token), f"最多 {MAX_DEPTH} 层", "Y013")
        if type(token) in _EXOTIC:
            raise RuleFileError(
                f"不能使用{_EXOTIC[type(token)]}",
                _place(token),
                "把内容直接写出来; 若是文字请加引号",
                "Y012",
            )


# --- events to nodes ------------------------------------------------------------------------------

_ANOTHER = "but found another document"


def _document(events: Iterable[Event]) -> Tree | None:
    """The one document there is; None when the stream is empty."""
    builder, documents = _Builder(), 0
    for event in events:
        documents += isinstance(event, DocumentStartEvent)
        if documents > 1:
            raise ComposerError(problem=_ANOTHER, problem_mark=event.start_mark)
        builder.take(event)
    return builder.whole


class _Builder:
    """Puts nodes together while the file is read, so that the first bracket too many ends it: the
    scanner's work grows with the square of the depth (a hundred thousand brackets took it minutes).
    """

    def __init__(self) -> None:
        self.whole: Tree | None = None
        self._open: list[Sequence | _Pairs] = []

    def take(self, event: Event) -> None:
        """One event.

        Raises:
            RuleFileError: for anchors, aliases, tags, deep nesting and keys that are none.
        """
        if isinstance(event, NodeEvent):
            if isinstance(event, AliasEvent) or event.anchor or getattr(event, "tag", None):
                raise RuleFileError("不能使用锚点、引用和类型标记", _place(event), "", "Y012")
            self._begin(event)
        elif isinstance(event, SequenceEndEvent | MappingEndEvent):
            done = self._open.pop()
            self._add(done.mapping if isinstance(done, _Pairs) else done)

    def _begin(self, event: NodeEvent) -> None:
        at = _place(event)
        if isinstance(event, ScalarEvent):
            self._add(text_at(event.value, at, quoted=event.style is not None))
            return
        if len(self._open) >= MAX_DEPTH:
            raise RuleFileError("层次太深", at, f"最多 {MAX_DEPTH} 层", "Y013")
        inner = Sequence() if isinstance(event, SequenceStartEvent) else Mapping()
        inner.position = at
        self._open.append(_Pairs(inner) if isinstance(inner, Mapping) else inner)

    def _add(self, node: Tree) -> None:
        if not self._open:
            self.whole = node
        elif isinstance(holder := self._open[-1], _Pairs):
            holder.take(node)
        else:
            holder.append(node)


class _Pairs:
    """A mapping that is being read: keys and values come in turn."""

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self._key: Text | None = None

    def take(self, node: Tree) -> None:
        """A key, or the value of the last one.

        Raises:
            RuleFileError: for a key that is no text, or was there before.
        """
        if self._key is not None:
            self._pair(self._key, node)
        elif not isinstance(node, Text):
            raise RuleFileError("键必须是文字", node.position, "", "Y014")
        elif node in self.mapping:
            raise RuleFileError(
                f"“{node}”重复", node.position, "同一层里每个键只能出现一次", "Y015"
            )
        else:
            self._key = node

    def _pair(self, key: Text, value: Tree) -> None:
        if isinstance(value, Text) and not value and not value.quoted:
            value.position = key.position  # YAML puts what is not written at the next thing that is
        self.mapping[key], self._key = value, None


def _place(at: Event | Token) -> Position:
    return Position(at.start_mark.line + 1, at.start_mark.column + 1)
