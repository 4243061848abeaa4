"""Pieces of a configuration tree: a mapping with its allowed keys, a list, a text; complaints name
the place.

What the pieces mean is for their readers (``rules/declarations.py``, ``rules/conditions.py``,
``rules/rulebook.py``).
"""

from __future__ import annotations

from collections.abc import Iterable

from rules.errors import Position, RuleFileError
from rules.sentences import unknown_word
from rules.vocabulary import Vocabulary
from rules.yaml_text import Mapping, Sequence, Text, Tree, text_at


def complain(message: str, at: Position, hint: str = "", code: str = "E108") -> RuleFileError:
    """An error about the shape of the file."""
    return RuleFileError(message, at, hint, code)


def mapping(
    tree: Tree,
    what: str,
    allowed: Iterable[str],
    compulsory: Iterable[str] = (),
) -> Mapping:
    """``tree`` as a mapping with none but ``allowed`` keys and all the ``compulsory`` ones, else
    RuleFileError.
    """
    if not isinstance(tree, Mapping):
        raise complain(f"{what}应写成若干“键: 值”", tree.position)
    for key in tree:
        if key not in allowed:
            unknown_word(key, allowed, key.position)
    for key_name in compulsory:
        if tree.get(Text(key_name)) in (None, ""):
            raise complain(f"{what}缺“{key_name}”", tree.position, "", "E106")
    return tree


def sequence(parent: Mapping, key: str) -> Sequence:
    """The list under ``key``; empty when there is none. Raises RuleFileError for anything but a
    list.
    """
    tree = parent.get(Text(key), Sequence())
    if not isinstance(tree, Sequence):
        raise complain(f"“{key}”应是一个列表", tree.position, "每项前写“- ”")
    return tree


def text(parent: Mapping, key: str, default: str = "") -> Text:
    """The text under ``key``, else ``default``. Raises RuleFileError for anything but a text."""
    tree = parent.get(Text(key))
    if tree is None:
        return text_at(default, parent.position)
    if not isinstance(tree, Text):
        raise complain(f"“{key}”应是一个值", tree.position)
    return tree


def kind_of(word: Text, vocabulary: Vocabulary) -> str:
    """``word`` when it is an object of the vocabulary."""
    if word not in vocabulary:
        unknown_word(word, vocabulary, word.position)
    return str(word)
