"""The rules of the house that no linter knows: sizes, places, reasons."""

from __future__ import annotations

import ast
import gc
import re
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

from tests.sources import tree

pytestmark = pytest.mark.xdist_group("sources")  # parsed once, by one worker

ROOT = Path(__file__).parents[2]
PACKAGES = ("rules", "notifier", "ingest")
FOLDERS = (
    *PACKAGES,
    "config",
    "systemd",
    "docs",
    "tests",
    "bench",
    "samples",
    "scripts",
    "findings",
    ".ci",
)
LOCKS = ("requirements.lock", "requirements-run.lock", "requirements-build.lock")

# Put together here, so that this file does not find itself.
MACHINE = re.compile("/" + r"(?:root|home/\w+|Users/\w+|work/\w+|tmp/brief)/")
REGISTRY = re.compile(
    "python" + r"hosted\.org|pypi\." + r"org/|--(?:extra-)?index" + r"-url\s*[=h]|--find" + "-links"
)

# The step border (and the loop around the steps), the sandbox border, the outbox send border, the
# command line.
BROAD_EXCEPT = re.compile(
    r"ingest/(steps/\w+|daemon|sandbox/workers|cli/__init__)\.py|notifier/sending\.py",
)


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def own_code() -> list[Path]:
    return [path for path in sources(*PACKAGES) if "migrations/versions" not in path.as_posix()]


@pytest.fixture(scope="module", autouse=True)
def _sources_are_no_garbage() -> None:
    """Half a million nodes stay to the end: nobody looks through them for what may go."""
    gc.disable()
    for path in own_code():
        nodes(path)
    gc.freeze()
    gc.enable()


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Everything in a file, gone through once for all who ask."""
    return tuple(ast.walk(tree(path)))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in nodes(path):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def public_functions(path: Path) -> Iterator[ast.FunctionDef]:
    """Functions and methods that others may call; not what stands inside a function or a private
    class.
    """
    bodies = [tree(path).body]
    while bodies:
        for node in bodies.pop():
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                bodies.append(node.body)
            elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield node


def raised(node: ast.AST) -> Iterator[str]:
    """What a function raises itself, by the last name of it; ``Error`` for what it has from
    elsewhere.
    """
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.Raise) and child.exc is not None:
            name = ast.unparse(
                child.exc.func if isinstance(child.exc, ast.Call) else child.exc,
            ).split(".")[-1]
            yield name if name[0].isupper() else "Error" if name != "abort" else name
        yield from raised(child)


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def branches(node: ast.AST) -> int:
    """How often the way through a function forks; its cyclomatic complexity is one more."""
    forks = (
        ast.If,
        ast.For,
        ast.While,
        ast.IfExp,
        ast.ExceptHandler,
        ast.comprehension,
        ast.match_case,
    )
    return sum(
        isinstance(inner, forks) + (len(inner.values) - 1 if isinstance(inner, ast.BoolOp) else 0)
        for inner in ast.walk(node)
    )


def nineteen_of_twenty(numbers: Sequence[int]) -> int:
    """The number that 95 % of all do not exceed."""
    return statistics.quantiles(numbers, n=20, method="inclusive")[-1].__ceil__()


@cache
def texts() -> tuple[tuple[str, str], ...]:
    """Every text file we ship, by name; what is not UTF-8 is a picture or a document."""
    return tuple(_texts())


def _texts() -> Iterator[tuple[str, str]]:
    # a file in a worktree
    top = [path for path in ROOT.iterdir() if path.is_file() and path.name != ".git"]
    below = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]
    for path in (*top, *below):
        if "__pycache__" in path.parts or path.suffix == ".eml":
            continue
        try:
            yield name_of(path), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def test_a_public_function_says_what_it_raises() -> None:
    """By name, in its docstring. The commands are exempt: theirs is the help for users, who see
    exit codes.
    """
    silent = [
        f"{name_of(path)}:{node.lineno} {node.name}: {name}"
        for path in own_code()
        if not name_of(path).startswith("ingest/cli/")
        for node in public_functions(path)
        for name in raised(node)
        if name not in (ast.get_docstring(node) or "")
    ]

    assert silent == []


def test_no_function_is_longer_than_seventy_lines() -> None:
    """What needs more is two functions."""
    long = [
        f"{name_of(path)}:{node.lineno} {node.name} {length(node)}"
        for path in own_code()
        for node in functions(path)
        if length(node) > 70
    ]

    assert long == []


def test_half_of_all_functions_have_at_most_nine_lines() -> None:
    """The docstring and the signature count."""
    assert statistics.median(length(node) for path in own_code() for node in functions(path)) <= 9


def test_nineteen_of_twenty_functions_have_at_most_forty_lines_and_eight_branches() -> None:
    """What decides a lot is a table, or several functions; branches inside of conditions
    count too.
    """
    all_of_them = [node for path in own_code() for node in functions(path)]

    assert nineteen_of_twenty([length(node) for node in all_of_them]) <= 40
    assert nineteen_of_twenty([branches(node) for node in all_of_them]) <= 8


def test_files_are_short() -> None:
    """Half of them 150 lines, nineteen of twenty 500, and none more than 700; tests too."""
    ours, others = own_code(), sources("tests", "samples", "bench", "scripts")
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in (*ours, *others)}

    assert statistics.median(lines[path] for path in ours) <= 150
    assert nineteen_of_twenty([lines[path] for path in ours]) <= 500
    assert {name_of(path): count for path, count in lines.items() if count > 700} == {}


@pytest.mark.parametrize("folder", PACKAGES)
def test_lines_have_at_most_a_hundred_columns(folder: str) -> None:
    """Those without Chinese: its characters are twice as wide, and its sentences cannot
    be broken.
    """
    long = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in own_code()
        if name_of(path).startswith(f"{folder}/")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if len(line) > 100 and line.isascii()
    ]

    assert long == []


def test_everything_is_annotated() -> None:
    """Every argument and every result, of private and of inner functions too."""
    missing = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in own_code()
        for node in functions(path)
        for given in (
            node.args.posonlyargs,
            node.args.args,
            node.args.kwonlyargs,
            [node.args.vararg, node.args.kwarg],
        )
        for argument in given
        if node.returns is None
        or (
            argument is not None
            and argument.annotation is None
            and argument.arg
            not in {
                "self",
                "cls",
            }
        )
    ]

    assert missing == []


def test_no_path_of_a_developers_machine_is_in_the_tree() -> None:
    """Also not in documents, locks and configuration."""
    found = [f"{name}: {match[0]}" for name, text in texts() for match in MACHINE.finditer(text)]

    assert found == []


def test_no_package_registry_is_named_in_the_tree() -> None:
    """Where packages come from is the machine's configuration, not ours."""
    found = [f"{name}: {match[0]}" for name, text in texts() for match in REGISTRY.finditer(text)]

    assert found == []


def test_every_rule_of_the_linter_that_is_ignored_has_its_reason() -> None:
    """A code without a comment on its line is a rule somebody found tiresome."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lines = text[
        text.index(
            "[tool.ruff.lint]",
        ) : text.index("[tool.ruff.lint.flake8-tidy-imports]")
    ].splitlines()
    codes = [
        line
        for line in lines
        if re.search(
            r'"[A-Z]+[0-9]*"',
            line,
        )
        and not line.startswith("select")
    ]

    assert len(codes) > 20
    assert [line for line in codes if not re.search(r"#.*\w", line)] == []


def test_every_name_that_dead_code_ignores_has_its_reason_and_is_there() -> None:
    """Names stand in groups below their reason; one nobody has any more would hide the next of that
    name.
    """
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    begin = text.index("ignore_names = [")
    lines = [line.strip() for line in text[begin : text.index("\n]", begin)].splitlines()[1:]]
    names = [line.strip('",') for line in lines if line.startswith('"')]
    code = sources(*PACKAGES, "samples", "bench")
    words = {word for path in code for word in re.findall(r"\w+", path.read_text("utf-8"))}

    assert lines[0].startswith("# ")
    assert all(re.fullmatch(r'# .*\w.*|"[\w*]+",', line) for line in lines)
    assert len(names) > 20
    assert [
        name
        for name in names
        if name not in words
        and not any(map(re.compile(name.replace("*", r"\w*")).fullmatch, words))
    ] == []


def test_every_suppression_in_the_code_says_what_it_suppresses() -> None:
    """A bare noqa or type: ignore hides the next mistake too."""
    bare = re.compile(r"#\s*(?:noq" + r"a(?!:)|type:\s*ignor" + r"e(?!\[))")
    found = [
        name_of(path)
        for path in sources(*PACKAGES, "tests", "samples", "bench")
        if bare.search(path.read_text("utf-8"))
    ]

    assert found == []


def catches_everything(node: ast.ExceptHandler) -> bool:
    names = [node.type] if not isinstance(node.type, ast.Tuple) else node.type.elts
    return any(
        name is None
        or (
            isinstance(
                name,
                ast.Name,
            )
            and name.id in {"Exception", "BaseException"}
        )
        for name in names
    )


def test_only_the_borders_catch_every_exception() -> None:
    """Elsewhere an unknown exception is a bug that must be seen."""
    places = {
        name_of(path)
        for path in own_code()
        for node in nodes(path)
        if isinstance(node, ast.ExceptHandler) and catches_everything(node)
    }

    assert "ingest/cli/__init__.py" in places
    assert {place for place in places if not BROAD_EXCEPT.fullmatch(place)} == set()


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_version_is_exact_and_has_a_hash(name: str) -> None:
    """Otherwise pip --require-hashes would refuse the file."""
    entries = re.split(
        r"\n(?=[a-zA-Z])",
        re.sub(r"(?m)^\s*#.*\n", "", (ROOT / name).read_text(encoding="utf-8")),
    )

    assert len(entries) > 5
    assert [
        entry.split()[0]
        for entry in entries
        if not re.match(
            r"[\w.-]+==\S+ ",
            entry,
        )
        or "--hash=sha256:" not in entry
    ] == []


def locked(name: str) -> dict[str, set[str]]:
    versions: dict[str, set[str]] = {}
    for package, version in re.findall(
        r"(?m)^([\w.-]+)==(\S+)",
        (ROOT / name).read_text(encoding="utf-8"),
    ):
        versions.setdefault(package, set()).add(version)
    return versions


def test_the_three_locks_agree() -> None:
    """What runs is what was tested."""
    everything = locked("requirements.lock")

    for name in LOCKS[1:]:
        assert {package: everything.get(package) for package in locked(name)} == locked(name)


def test_every_dependency_of_the_project_is_locked() -> None:
    """A new dependency needs `make lock`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = [
        *project["project"]["optional-dependencies"].values(),
        *project["dependency-groups"].values(),
    ]
    wanted = [
        *project["project"]["dependencies"],
        *(item for group in groups for item in group if isinstance(item, str)),
    ]
    names = {re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", item)[0]).lower() for item in wanted}

    known = locked("requirements.lock").keys() | locked("requirements-audit.lock").keys()
    assert names - known == set()


def test_everything_that_is_installed_finds_what_it_needs() -> None:
    """The locks are installed without resolving anything, so nobody else would notice a package
    that is missing.
    """
    checked = subprocess.run(
        [sys.executable, "-m", "pip", "check"],
        check=False,
        capture_output=True,
        text=True,
    )

    assert (checked.returncode, checked.stdout.strip()) == (0, "No broken requirements found.")


def test_the_continuous_check_is_the_readmes_test_command() -> None:
    """.ci/run calls make test and nothing else."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")

    assert [line for line in script.splitlines() if "make" in line] == ["exec make test"]
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "script",
    sorted((ROOT / "scripts").glob("*.sh")),
    ids=lambda path: path.name,
)
def test_a_shell_script_is_valid_for_the_plain_shell(script: Path) -> None:
    """Debian's sh is dash."""
    assert subprocess.run(["sh", "-n", str(script)], check=False, timeout=10).returncode == 0


BORDERS = {
    "ingest/cli/__init__.py",
    "ingest/daemon.py",
    "ingest/sandbox/workers.py",
    "ingest/steps/border.py",
}


def test_everything_is_caught_at_four_borders_only() -> None:
    """The command line, the loop, the worker and the step; elsewhere an error is named to be
    caught.
    """
    caught = [
        name_of(path)
        for path in own_code()
        for node in nodes(path)
        if isinstance(node, ast.ExceptHandler)
        and (
            node.type is None
            or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException"))
        )
    ]

    assert sorted(caught) == sorted(BORDERS)
