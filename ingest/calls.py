"""The calls an office serves, read from ``config/calls/<id>/``: the one place that opens those
files.
"""

from __future__ import annotations

import codecs
import os
import tomllib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import ingest
from ingest.errors import ConfigError
from ingest.namelists import with_list_files
from rules.call import Call
from rules.callfile import check_call, load_call
from rules.errors import RuleFileError

if TYPE_CHECKING:
    from notifier.rendering import Templates

NOTICE = "通知.txt"
_T = TypeVar("_T")


@dataclass(frozen=True)
class CallFolder:
    """One call with the texts of its files."""

    path: Path
    call: Call
    rules_source: str
    examples_source: str
    templates: dict[str, str]  #: overrides, by ``letter/body.txt``
    call_source: str = ""
    notice: str = ""  #: 通知.txt, the notice's own words; "" when it is not there

    @property
    def rules_path(self) -> Path:
        """Where the rule file stands, for messages."""
        return self.path / "rules.yaml"


def default_config() -> Path:
    """The configuration that ships with the program: inside the wheel, or beside the packages in a
    checkout.
    """
    packaged = Path(ingest.__file__).parent / "_defaults"
    return packaged if packaged.is_dir() else Path(ingest.__file__).parents[1] / "config"


def shipped_call() -> str:
    """The call that a command without configuration works with: the one the shipped
    ``mailroom.toml`` serves.
    """
    settings = tomllib.loads(read_text(default_config() / "mailroom.toml"))
    return str(settings["calls"]["active"][0])


def read_text(path: Path) -> str:
    """A configuration file's text. Raises ConfigError naming the file."""
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise ConfigError(f"没有文件 {path}", "检查 [calls] 的 directory 和 active") from error
    except OSError as error:
        raise ConfigError(f"读不了 {path}", "检查权限, 应能由 mailroom 账户读取") from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        kind = "UTF-16" if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "GBK"
        raise ConfigError(
            f"{path}:{line}:1: 不是 UTF-8 编码, 像是 {kind}", "在编辑器里另存为 UTF-8"
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_call_text(folder: Path) -> str:
    """The text of a folder's ``call.yaml``, with the names that the files of its lists hold. Raises
    ConfigError.
    """
    path = folder / "call.yaml"
    return with_list_files(path, read_text(path), read_text)


def with_place(path: Path, source: str, load: Callable[[str], _T]) -> _T:
    """``load(source)``, its complaint turned into a ConfigError that names the file and
    the line.
    """
    try:
        return load(source)
    except RuleFileError as error:
        raise ConfigError(error.format(str(path), source)) from error


MAX_SHOWN = 5
"""How many complaints about one file are told; an administrator mends the first ones first."""


def shortened(problems: list[str]) -> str:
    """The first complaints, and how many more there are."""
    more = len(problems) - MAX_SHOWN
    return "\n".join([*problems[:MAX_SHOWN], *([f"另有 {more} 处问题"] if more > 0 else [])])


def read_call(path: Path, source: str) -> Call:
    """The call that ``source``, the text of ``path``, says, when it is fit to be taken up.

    Raises:
        ConfigError: with file, line, column and hint of every complaint.
    """
    identifier = path.parent.name
    if slips := check_call(identifier, source):
        raise ConfigError(shortened([slip.format(str(path), source) for slip in slips]))
    return load_call(identifier, source)


def open_call(directory: Path, identifier: str, *, rules_required: bool = True) -> CallFolder:
    """Read one call; without ``rules_required`` a missing rule file is an empty one.

    Raises:
        ConfigError: with file, line, column and hint.
    """
    path = directory / identifier
    if not path.is_dir():
        known = (
            sorted(item.name for item in directory.iterdir() if (item / "call.yaml").is_file())
            if directory.is_dir()
            else []
        )
        raise ConfigError(
            f"没有征集“{identifier}”(应在 {path})",
            "现有: " + "、".join(known) if known else "检查 [calls] directory",
        )
    source = read_call_text(path)
    call = read_call(path / "call.yaml", source)
    rules, examples = path / "rules.yaml", path / "examples.yaml"
    return CallFolder(
        path,
        call,
        read_text(rules) if rules_required or rules.exists() else "",
        read_text(examples) if examples.is_file() else "",
        template_texts(path / "templates"),
        source,
        read_text(path / NOTICE) if (path / NOTICE).is_file() else "",
    )


def root_files(path: Path) -> tuple[Path, ...]:
    """The certificates below a call's folder that digital seals may lead to: ``roots/*.pem``, in
    the order of their names.
    """
    return tuple(sorted((path / "roots").glob("*.pem")))


def read_roots(path: Path) -> tuple[bytes, ...]:
    """What stands in those files; one that cannot be read is left out, and named by ``mailroom
    check``.
    """
    found = []
    for file in root_files(path):
        with suppress(OSError):
            found.append(file.read_bytes())
    return tuple(found)


def template_texts(directory: Path) -> dict[str, str]:
    """Every template file under ``directory`` by its relative name; empty when there is no such
    directory.
    """
    texts = {}
    for folder, _, names in os.walk(directory):
        inner = Path(folder).relative_to(directory)
        for name in names:
            path = Path(folder, name)
            if path.suffix in (".txt", ".html") and path.is_file():
                texts[(inner / name).as_posix()] = read_text(path)
    return dict(sorted(texts.items()))


def shared_templates(folder: Path) -> Path:
    """Where the templates stand that all calls beside ``folder`` share."""
    return folder.absolute().parents[1] / "templates"


def template_layers(folder: CallFolder) -> tuple[dict[str, str], ...]:
    """The shipped templates, those beside the call's directory, the call's own: each over the ones
    before.
    """
    shipped, beside = default_config() / "templates", shared_templates(folder.path)
    own = template_texts(shipped)
    return own, own if beside == shipped else template_texts(beside), folder.templates


def usable_templates(folder: CallFolder) -> tuple[Templates, list[str]]:
    """Those that letters can be written with, and what is wrong with the ones left out."""
    layers = tuple(tuple(sorted(layer.items())) for layer in template_layers(folder))
    templates, problems = _sound(layers, folder.call)
    return templates, list(problems)


@lru_cache(maxsize=16)
def _sound(
    layers: tuple[tuple[tuple[str, str], ...], ...], call: Call
) -> tuple[Templates, tuple[str, ...]]:
    """As every letter is written for trial, the same ones are tried once."""
    from notifier.lettertrials import sound_templates  # noqa: PLC0415 - `rules check` needs none

    templates, problems = sound_templates(tuple(dict(layer) for layer in layers), call)
    return templates, tuple(problems)
