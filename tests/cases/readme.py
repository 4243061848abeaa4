"""A folder of inputs whose README.md says in a table what is right for each: the table read, and
its words turned into claims.

The words are people's. A phrase that is known becomes a claim; a row none of whose phrases is known
comes out as unsure, with what was observed, and has to be looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import InputError
from rules.vocabulary import FieldType
from tests.cases import claims as it
from tests.cases.case import Claim, Outcome, Report
from tests.cases.running import call_folder, look_at, look_at_pair


@dataclass(frozen=True)
class Row:
    """One input and the words of the table about it."""

    path: Path
    right: str
    claims: tuple[Claim, ...]

    @property
    def name(self) -> str:
        """Name of the file."""
        return self.path.name

    def run(self) -> tuple[Outcome, Report]:
        """Look at the input, alone or with its scan."""
        try:
            scan = self.path.with_suffix(".pdf")
            paired = self.path.suffix == ".docx" and scan.exists()
            report = look_at_pair(self.path, scan) if paired else look_at(self.path)
        except InputError as error:
            return Outcome.WRONG, Report({"parts": [], "error": error.message})
        return max((claim(report) for claim in self.claims), default=Outcome.UNSURE), report


def cases_in(folder: Path) -> list[Row]:
    """The rows of the table in ``README.md`` whose files are there, a row for each file."""
    found: dict[Path, tuple[str, tuple[Claim, ...]]] = {}
    for files, right in _table((folder / "README.md").read_text(encoding="utf-8")):
        paths = list(_paths(folder, files))
        for number, path in enumerate(paths):
            own = _own_words(right.split(";"), number, len(paths))
            earlier, claims = found.get(path, ("", ()))
            found[path] = (f"{earlier} {own}".strip(), (*claims, *_claims(own)))
    return [Row(path, right, claims) for path, (right, claims) in sorted(found.items())]


def _table(text: str) -> Iterator[tuple[str, str]]:
    """First and second cell of every row under the heading."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if (
            line.startswith("|")
            and len(cells) > 1
            and set(cells[0]) - set("-: ")
            and cells[0] != "file"
        ):
            yield cells[0], cells[1]


def _paths(folder: Path, files: str) -> Iterator[Path]:
    for name in re.sub(r"\([^()]*\)|（[^（）]*）", " ", files).replace("`", " ").split(","):
        path = folder / name.strip()
        if not path.suffix and path.with_suffix(".docx").exists():
            path = path.with_suffix(".docx")
        if name.strip() and path.is_file():
            yield path


def _own_words(pieces: list[str], number: int, count: int) -> str:
    """What the words say of one file of a row: as many sentences as files are one for each."""
    if count > 2 and len(pieces) == count:
        return pieces[number].strip()
    return "; ".join(_own(piece, number, count) for piece in pieces)


def _own(piece: str, number: int, count: int) -> str:
    """``a / b / c`` beside as many files: the one of this file, with the words before ``a``."""
    each = [text.strip() for text in piece.split(" / ")]
    if count < 2 or len(each) != count:
        return piece.strip()
    label, _, _ = each[0].rpartition(" ")
    more = " or unknown" if "or unknown" in piece else ""
    return f"{label} {each[number]}{more}" if number and label in _names() else each[number] + more


def _fields() -> Iterator[tuple[str, FieldType, tuple[str, ...]]]:
    for form in call_folder().call.forms:
        for field in (*form.fields, *form.columns):
            options = ("是", "否") if field.type is FieldType.YES_NO else field.options
            yield field.name, field.type, tuple(options)


def _names() -> set[str]:
    return {name for name, _, _ in _fields()}


def _claims(text: str) -> tuple[Claim, ...]:
    claims = [maker(match) for pattern, maker in _PHRASES if (match := pattern.search(text))]
    return (*claims, *_values(text), *_options(text))


def _values(text: str) -> Iterator[Claim]:
    """``联系人 = 麦玉清``; ``known or unknown`` is what the claim allows anyway."""
    for name in _names():
        for match in re.finditer(rf"{name} =? ?([一-鿿\d][\w一-鿿-]*)", text):
            yield it.field(name, int(match[1]) if match[1].isdecimal() else match[1])


def _options(text: str) -> Iterator[Claim]:
    """A ticked option by itself: the field that has it."""
    first = re.match(r"(?:支持边远薄弱团场 = )?([一-鿿]+)(?=$|[;,]| or )", text.strip())
    for name, kind, options in set(_fields()):
        if first and first[1] in options and kind is not FieldType.CHOICES:
            wanted = {"是": True, "否": False}.get(first[1], first[1])
            yield _else_unknown(it.field(name, wanted), it.not_blank(name))


def _else_unknown(*claims: Claim) -> Claim:
    return lambda report: max(claim(report) for claim in claims)


def _rates_unknown(report: Report) -> Outcome:
    rates = {name for name, kind, _ in _fields() if kind is FieldType.PERCENT}
    return max(it.unknown(name)(report) for name in rates)


def _pair_named(report: Report) -> Outcome:
    pair = report.json["pair"]
    if pair["differing"]:
        return Outcome.RIGHT
    return Outcome.WRONG if pair["outcome"] == "same" else Outcome.UNSURE


def _found(report: Report) -> Outcome:
    """A file is there that can be a document; nobody is told that there is none."""
    files = {"docx", "doc", "pdf", "xlsx", "odt", "ofd"}
    there = any(each["kind"] in files for each in report.parts)
    told = it.unsaid("来信没有附件")(report)
    damaged = any(each["fate"] in {"damaged", "encrypted", "limit"} for each in report.parts)
    return max(told, it.RIGHT if there else it.UNSURE if report.to_staff or damaged else it.WRONG)


def _count(word: str) -> int:
    return {"two": 2, "both": 2, "three": 3, "four": 4}.get(word) or int(word)


_PHRASES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Claim]], ...] = tuple(
    (re.compile(pattern), maker)
    for pattern, maker in (
        (r"NOT accepted", lambda _: it.never("accepted")),
        (r"^accepted", lambda _: it.verdict("accepted")),
        (r"^referred", lambda _: it.verdict("referred")),
        (r"at least 转人工", lambda _: it.verdict("referred", "accepted")),
        (r"never blank|the ticked ones only", lambda _: _ticks_seen),
        (r"name without telephone", lambda _: _no_telephone_in_names),
        (r"(\S+) once, not three times", lambda m: _once(m[1])),
        (r"([一-鿿、 and]+) are no applicants", lambda m: _no_applicants(m[1])),
        (r"(?:not|never|no|none)(?: say)? [“\"]?([一-鿿][^”;\"]*)", lambda m: _unsaid(m[1])),
        (r"none “([^”]+)”", lambda m: _unsaid(m[1])),
        (r"no (C\d\d)", lambda m: _no_rule(m[1])),
        (r"seal `(\w+)`(?: or `(\w+)`)?", lambda m: it.seal(*filter(None, m.groups()))),
        (r"^`(uncertain|stamped)`", lambda m: it.seal(m[1])),
        (r"seal about (\d+) mm", lambda m: it.seal("stamped", diameter=float(m[1]))),
        (r"sha ([0-9a-f]{6,})", lambda m: it.part(sha256=m[1])),
        (r"(both) \.docx found", lambda m: it.parts(_count(m[1]), "docx")),
        (r"(?:attachment|docx|files)[\w .]* found|^the \.docx is found", lambda _: _found),
        (r"by its bytes", lambda _: _found),
        (r"^read\b", lambda _: it.documents(1)),
        (r"(\d+) fields", lambda m: it.known_fields(int(m[1]))),
        (r"(two|both) (?:documents|tables)", lambda m: it.documents(_count(m[1]))),
        (r"(\d+) schools", lambda m: _schools(int(m[1]))),
        (r"rates unknown", lambda _: _rates_unknown),
        (r"named, or unsure", lambda _: _pair_named),
        (r"加密", lambda _: it.said("加密")),
        (r"set aside", lambda _: _nothing_of_systems),
        (r"name (?:kept|from)", lambda _: _all_named),
        (r"prompts [(（]?(\S\S\S)", lambda m: _no_value(m[1])),
    )
)


def _unsaid(word: str) -> Claim:
    word = word.strip()
    return it.not_blank("公示结果") if word == "未填写" else it.unsaid(word)


def _no_rule(rule: str) -> Claim:
    return lambda report: (
        Outcome.WRONG
        if any(f["rule"] == rule for e in report.json["entries"] for f in e["findings"])
        else Outcome.RIGHT
    )


def _ticks_seen(report: Report) -> Outcome:
    lists = {FieldType.CHOICE, FieldType.CHOICES, FieldType.YES_NO}
    return max(it.not_blank(name)(report) for name, kind, _ in _fields() if kind in lists)


def _no_telephone_in_names(report: Report) -> Outcome:
    texts = {name for name, kind, _ in _fields() if kind is FieldType.TEXT}
    rows = [row for document in report.documents for row in document.get("rows", [])]
    said = [str(row[name]["value"]) for row in rows for name in texts & set(row)]
    told = any(re.search(r"\d{7}", value) for value in said)
    return Outcome.WRONG if told or not said else Outcome.RIGHT


def _once(name: str) -> Claim:
    def claim(report: Report) -> Outcome:
        rows = [row for document in report.documents for row in document.get("rows", [])]
        values = [str(row[name]["value"]) for row in rows if name in row]
        twice = any(value and value in value[1:] for value in values)
        return Outcome.WRONG if twice or not values else Outcome.RIGHT

    return claim


def _no_applicants(words: str) -> Claim:
    def claim(report: Report) -> Outcome:
        rows = [row for document in report.documents for row in document.get("rows", [])]
        named = {fact["shown"] for row in rows for fact in row.values()}
        named |= {entry["applicant"] for entry in report.json.get("entries", [])}
        return Outcome.WRONG if named & set(re.split(r" and |、(?=合)", words)) else Outcome.RIGHT

    return claim


def _schools(count: int) -> Claim:
    def claim(report: Report) -> Outcome:
        if "entries" in report.json:  # the number is that of the files beside the mail
            return Outcome.RIGHT if report.json["entries"] else Outcome.WRONG
        rows = [row for document in report.documents for row in document.get("rows", [])]
        return Outcome.RIGHT if len(rows) == count else Outcome.WRONG

    return claim


def _no_value(words: str) -> Claim:
    def claim(report: Report) -> Outcome:
        facts = [fact for each in report.documents for fact in each["fields"].values()]
        known = [str(fact["value"]) for fact in facts if fact["knowledge"] == "known"]
        return Outcome.WRONG if any(words in value for value in known) else Outcome.RIGHT

    return claim


def _nothing_of_systems(report: Report) -> Outcome:
    names = [
        each["path"] for each in report.parts if re.search(r"(?:^|/)(?:\._|~\$|\.~)", each["path"])
    ]
    return max((it.no_part_for_staff(name)(report) for name in names), default=Outcome.RIGHT)


def _all_named(report: Report) -> Outcome:
    files = [each for each in report.parts if each["fate"] not in {"body", "unpacked"}]
    return Outcome.RIGHT if files and all(each["name"] for each in files) else Outcome.WRONG
