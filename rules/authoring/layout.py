"""The one layout of a rule file: indents, spaces, line ends. Text in, text out; what it says and
its comments stay.

Layout changes nothing in what the reader sees; if it ever did, the file is left alone and that is
said.
"""

from __future__ import annotations

import re
from io import StringIO

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.resolver import VersionedResolver

from rules.errors import Position, RuleFileError
from rules.yaml_text import load_tree

_ROUNDS = 4
_WIDE = 1_000_000  #: no line is broken: a sentence is one line


class _TextResolver(VersionedResolver):
    """Takes every scalar for text, as the reader of rule files does: 0991 and 18:00 are written
    back as they are.
    """

    def resolve(self, kind: object, value: object, implicit: object) -> object:
        """The plain tag of the node's kind."""
        of_a_scalar = kind.__name__ == "ScalarNode"  # type: ignore[attr-defined]
        return super().resolve(kind, value, (False, True) if of_a_scalar else implicit)


def laid_out(source: str) -> str:
    """``source`` in the one layout: two spaces a level, lists indented, no trailing spaces, one
    empty line at most.

    Raises:
        RuleFileError: the file cannot be read as YAML; or (Y020) its layout cannot be changed
        safely.
    """
    before, result = load_tree(source), source
    for _ in range(_ROUNDS):
        try:
            earlier, result = result, _once(result)
        except YAMLError as error:  # what was written, with a comment astray, is no YAML any more
            raise _untouched() from error
        if result == earlier:
            break
    else:
        raise _untouched()  # comments in odd places wander with every writing
    if load_tree(result) != before or _comments(result) != _comments(source):
        raise _untouched()
    return result


def _once(source: str) -> str:
    yaml = YAML(typ="rt", pure=True)
    yaml.Resolver = _TextResolver
    yaml.preserve_quotes = True
    yaml.width = _WIDE
    yaml.indent(mapping=2, sequence=4, offset=2)
    written = StringIO()
    yaml.dump(yaml.load(source), written)
    return _tidy(written.getvalue())


def _untouched() -> RuleFileError:
    return RuleFileError(
        "这个文件的排版不能安全地改动, 原样保留", Position(1, 1), "手工排版即可", "Y020"
    )


def _tidy(text: str) -> str:
    lines = [line.rstrip() for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"


def _comments(text: str) -> list[str]:
    """Every comment (and what looks like one), all spaces alike."""
    found = (re.search(r"(?:^|\s)#(.*)$", line) for line in text.splitlines())
    return sorted(" ".join(match[1].split()) for match in found if match)
