"""The files that hold a call's lists of names (名单), read beside its ``call.yaml``: one name a line, or
a column of a table.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import ConfigError
from rules.callfile import list_files
from rules.errors import RuleFileError
from rules.namelists import MAX_NAMES, ListFile, with_names

if TYPE_CHECKING:
    from ingest.document.content import Content

MAX_LIST_BYTES = 4 * 1024 * 1024
_ANY = re.compile(r"^名单 *:", re.MULTILINE)


def with_list_files(path: Path, source: str, read: Callable[[Path], str]) -> str:
    """``source``, the text of the ``call.yaml`` at ``path``, with what the files of its lists hold.

    ``read`` gives a text file's text. Raises ConfigError that names the file, and where it is asked
    for.
    """
    if not _ANY.search(source):
        return source
    try:
        wanted = list_files(source)
    except RuleFileError:  # whoever reads the text itself says so
        return source
    found = []
    for one in wanted:
        try:
            found.append((one.list, _names(path.parent, one, read)))
        except RuleFileError as slip:
            raise ConfigError(slip.format(str(path), source)) from slip
    return with_names(source, found)


def _names(folder: Path, wanted: ListFile, read: Callable[[Path], str]) -> list[str]:
    file = folder / wanted.file
    if not file.is_file():
        raise _slip(wanted, f"没有名单的文件“{wanted.file}”", "放在 call.yaml 旁边")
    if file.stat().st_size > MAX_LIST_BYTES:
        raise _too_long(wanted, f"有 {file.stat().st_size // 2**20} MB")
    if file.suffix == ".xlsx":
        names = _of_column(_sheet_rows(file, wanted), wanted)
    elif file.suffix == ".csv":
        names = _of_column(list(csv.reader(read(file).splitlines())), wanted)
    else:
        names = [line for line in read(file).splitlines() if not line.startswith("#")]
    unique = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    if len(unique) > MAX_NAMES:
        raise _too_long(wanted, f"有 {len(unique)} 个名称")
    return unique


def _slip(wanted: ListFile, message: str, hint: str) -> RuleFileError:
    return RuleFileError(message, wanted.position, hint, "C114")


def _too_long(wanted: ListFile, how: str) -> RuleFileError:
    return _slip(wanted, f"名单“{wanted.file}”{how}, 太长", f"一个名单最多 {MAX_NAMES} 个名称")


def _of_column(rows: Sequence[Sequence[str]], wanted: ListFile) -> list[str]:
    """What stands below the heading; without one the first column, all of it."""
    if not wanted.column:
        return [row[0] for row in rows if row]
    for number, row in enumerate(islice(rows, 20)):
        headings = [cell.strip() for cell in row]
        if wanted.column in headings:
            place = headings.index(wanted.column)
            return [below[place] for below in rows[number + 1 :] if len(below) > place]
    raise _slip(wanted, f"“{wanted.file}”里没有“{wanted.column}”这一列", "照表头那一格的文字写“列”")


def _sheet_rows(file: Path, wanted: ListFile) -> list[list[str]]:
    """The first sheet, opened where nothing can be done but read it."""
    # not above: who has no workbook need not wait for what opens one
    from ingest.document.content import Content  # noqa: PLC0415
    from ingest.sandbox.workers import WorkerDied, WorkerFailed, run_in_worker  # noqa: PLC0415

    try:
        [content] = run_in_worker(
            "ingest.sandbox.files:read_blank_forms",
            [(file.name, file.read_bytes())],
            returns=list[Content],
        )
    except (WorkerDied, WorkerFailed) as error:
        reason = error.reason if isinstance(error, WorkerDied) else error.message
        raise _slip(
            wanted, f"读不了“{wanted.file}”: {reason}", "另存为 .csv 或 .txt 再试"
        ) from error
    return _rows(content)


def _rows(content: Content) -> list[list[str]]:
    cells = content.tables[0].cells if content.tables else ()
    return _grid((cell.row, cell.column, cell.text) for cell in cells)


def _grid(cells: Iterable[tuple[int, int, str]]) -> list[list[str]]:
    rows: dict[int, dict[int, str]] = {}
    for row, column, text in cells:
        rows.setdefault(row, {})[column] = text
    return [
        [row.get(column, "") for column in range(max(row) + 1)] for _, row in sorted(rows.items())
    ]
