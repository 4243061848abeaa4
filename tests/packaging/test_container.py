"""The recipe of the container image, held to the tree as far as that goes without an engine: what it
copies is there and enough, what it runs is what the scripts say.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from ingest.cli.application import app
from ingest.settings import StoreSettings

ROOT = Path(__file__).parents[2]
RECIPE = ROOT / "share/container/Containerfile"


def instructions() -> list[tuple[str, str]]:
    """Each instruction and its argument; continued lines joined, comments left out."""
    text = re.sub(r"(?m)^#.*\n", "", RECIPE.read_text(encoding="utf-8")).replace("\\\n", " ")
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line.strip()]
    return [(word, rest) for word, rest in lines]


def runs() -> list[str]:
    """The commands of RUN, one by one."""
    found = " && ".join(rest for word, rest in instructions() if word == "RUN").split("&&")
    return [" ".join(command.split()) for command in found]


def copied() -> list[tuple[list[str], str]]:
    """What is copied from the tree, and where to."""
    given = [shlex.split(rest) for word, rest in instructions() if word == "COPY"]
    return [(names, target) for *names, target in given if not names[0].startswith("--from")]


def wheel(source: Path, folder: Path) -> list[str]:
    """The names in the wheel that is built from ``source``."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=source, check=True, capture_output=True, timeout=100)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as made:
        return sorted(made.namelist())


@pytest.mark.slow
@pytest.mark.xdist_group("wheel")
def test_what_is_copied_is_enough_to_build_the_whole_program(tmp_path: Path) -> None:
    """The same wheel, file by file, as from the whole tree."""
    source = tmp_path / "src"
    for names, target in copied():
        for name in names:
            place = source / target
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, place, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                place.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, place)

    assert wheel(source, tmp_path / "from-copy") == wheel(ROOT, tmp_path / "from-tree")
    for script in re.findall(r"scripts/[\w-]+\.sh", (ROOT / "scripts/setup.sh").read_text("utf-8")):
        assert (source / script).exists()


def test_the_environment_is_made_by_the_line_that_setup_documents() -> None:
    """No second way to install, no package without its hash."""
    (made,) = [command for command in runs() if "setup.sh" in command]

    assert made in (ROOT / "scripts/setup.sh").read_text(encoding="utf-8")
    assert not [command for command in runs() if "pip" in command]
    assert {path.name for path in ROOT.glob("requirements*.lock")} >= {
        name for names, _ in copied() for name in names if name.endswith(".lock")
    }


def test_it_needs_what_setup_needs() -> None:
    """Python's venv and a compiler to build; the unpackers of README to run."""
    wanted = re.findall(
        r"packages=\"(?:\$packages )?([\w -]+)\"", (ROOT / "scripts/setup.sh").read_text()
    )
    build, final = [command for command in runs() if command.startswith("apt-get install")]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert set(" ".join(wanted).split()) <= set(build.split())
    assert all(name in readme for name in ("libarchive-tools", "unar"))
    assert {"python3", "libarchive-tools", "unar"} <= set(final.split())


def test_it_runs_as_the_service_does() -> None:
    """Not as root, with the unit's variables, the unit's command and places."""
    said = dict(instructions())
    unit = (ROOT / "systemd/mailroom.service").read_text(encoding="utf-8")

    assert said["USER"] == "mailroom"
    assert all(variable in unit for variable in said["ENV"].split())
    command = shlex.split(re.sub(r"[\[\],]", " ", said["ENTRYPOINT"] + said["CMD"]))
    assert f"ExecStart={' '.join(command)}\n" in unit
    assert said["VOLUME"] == '["/etc/mailroom", "/var/lib/mailroom"]'


def test_the_documented_commands_name_what_is_there() -> None:
    """The recipe, and every command of the program."""
    text = (ROOT / "docs/howto/容器.md").read_text(encoding="utf-8")
    reference = (ROOT / "docs/reference/命令.md").read_text(encoding="utf-8")

    assert "-f share/container/Containerfile ." in text
    for words in re.findall(
        r"(?:mailroom|bin/mailroom) ((?:init|check|migrate|status|backup|doctor|case list))\b", text
    ):
        assert f"mailroom {words}" in reference


def test_the_example_of_several_machines_is_made_of_what_there_is() -> None:
    """Its services run commands of ours, with settings of ours; whoever is named is there."""
    text = (ROOT / "share/container/compose.yaml").read_text(encoding="utf-8")
    compose = YAML(typ="safe").load(text)
    services = compose["services"]
    commands = {command.name for command in app.registered_commands}
    ours = [each for each in services.values() if each["image"] == "mailroom"]

    assert {each["command"] for each in ours} == {"receiver", "worker"} <= commands
    assert {
        name: each["deploy"]["replicas"] for name, each in services.items() if each in ours
    } == {
        "receiver": 2,
        "worker": 3,
    }
    for each in ours:
        assert set(each["depends_on"]) <= set(services)
        names = [name for name in each["environment"] if name.startswith("MAILROOM_STORE__")]
        known = {*StoreSettings.model_fields, "local"}
        assert {name.removeprefix("MAILROOM_STORE__").lower() for name in names} <= known
    for each in services.values():
        assert set(each.get("secrets", ())) <= set(compose["secrets"])


def test_what_the_example_needs_beside_it_is_told() -> None:
    """Every file that it or its variables name, the place of each, and the bucket."""
    text = (ROOT / "share/container/compose.yaml").read_text(encoding="utf-8")
    howto = (ROOT / "docs/howto/多台机器.md").read_text(encoding="utf-8")
    compose = YAML(typ="safe").load(text)
    worker = compose["services"]["worker"]
    places = dict(volume.split(":")[:2] for volume in worker["volumes"])
    named = [each["file"].removeprefix("./") for each in compose["secrets"].values()]
    for value in worker["environment"].values():
        for here, inside in places.items():
            if value.startswith(inside) and here.startswith("./"):
                named.append(here.removeprefix("./") + value.removeprefix(inside))

    assert sorted(set(named)) == [
        "secrets/database-password",
        "secrets/objects-secret",
        "secrets/pgpass",
    ]
    assert all(f"`{name}`" in howto for name in [*named, "etc/mailroom.toml"])
    assert places["./etc"] == "/etc/mailroom"
    assert "建桶 `mailroom`" in howto
    assert worker["environment"]["MAILROOM_STORE__FILES"].startswith("s3://mailroom/")
    kept = {
        volume.split(":")[0] for each in compose["services"].values() for volume in each["volumes"]
    }
    assert {each for each in kept if not each.startswith(".")} == set(compose["volumes"])
