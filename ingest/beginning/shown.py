"""A configuration as it is in force: each setting, its value and origin; secrets are not shown."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from ingest.beginning.configuration import toml
from ingest.secretplaces import ENV_PREFIX, SECRET_KEYS, SecretPlace
from ingest.settings import Settings, line_of, load_settings

MASK = "******"


@dataclass(frozen=True)
class Setting:
    """One setting."""

    section: str
    key: str
    value: str  #: as it is written in TOML; secrets masked
    source: str  #: Chinese: which line, which variable, or that it is the default


def settings_in_force(path: Path, environment: Mapping[str, str] | None = None) -> list[Setting]:
    """Every setting of ``path`` with the environment laid over it, in the order of the sections.

    Raises:
        ConfigError: the configuration cannot be used.
    """
    variables = os.environ if environment is None else environment
    settings = load_settings(path, variables)
    source = path.read_text(encoding="utf-8-sig")
    return list(_all(settings, source, variables))


def _all(settings: Settings, source: str, variables: Mapping[str, str]) -> Iterator[Setting]:
    table = tomllib.loads(source)
    for section in Settings.model_fields:
        values, written = getattr(settings, section), table.get(section, {})
        for field in type(values).model_fields:
            value, key = getattr(values, field), _written_as(settings, section, field)
            name = f"{ENV_PREFIX}{section}__{key}".upper()
            if key in SECRET_KEYS:
                file = getattr(values, f"{key}_file")
                yield _secret(SecretPlace(section, key), file, value)
                continue
            if name in variables:
                place = f"环境变量 {name}"
            elif key in written:
                place = f"第 {line_of(source, (section, key))} 行"
            else:
                place = "默认"
            yield Setting(section, key, shown(value, written.get(key)), place)


def _written_as(settings: Settings, section: str, field: str) -> str:
    """The key a field is written as: with an object store, ``files`` names that."""
    if section == "store" and settings.store.objects:
        return {"files": "local", "objects": "files"}.get(field, field)
    return field


def shown(value: Any, written: Any = None) -> str:
    """A value as it would be written; times and sizes as they were, paths in full."""
    if isinstance(value, Path):
        return toml(str(value))
    if isinstance(value, str) and "://" in value:
        return toml(_masked(value))
    if written is not None and isinstance(written, str | int | bool | list):
        return toml(written)
    if isinstance(value, timedelta):
        return toml(f"{int(value.total_seconds())}s")
    if isinstance(value, tuple):
        return toml([str(item) for item in value])
    if value is None:
        return toml("")
    return toml(value if isinstance(value, str | int | bool) else str(value))


def _masked(url: str) -> str:
    """A database's address without its password."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except (ArgumentError, ValueError):
        return url


def _secret(place: SecretPlace, file: Path | None, environment: SecretStr | None) -> Setting:
    """Where a password comes from, in the order :class:`SecretPlace` looks."""
    if place.credential_file() is not None:
        return Setting(place.section, place.key, MASK, f"systemd 凭据 {place.credential}")
    if file is not None:
        there = file.is_file()
        told = f"文件 {file}" + ("" if there else "(没有)")
        return Setting(place.section, place.key, MASK if there else "", told)
    if environment is not None:
        return Setting(place.section, place.key, MASK, f"环境变量 {place.variable}")
    return Setting(place.section, place.key, "", "没有")
