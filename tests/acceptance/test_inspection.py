"""``message inspect`` and ``document inspect`` print the JSON of the contract for every sample,
with no office at all.
"""

from __future__ import annotations

import email
import email.policy
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest.calls import default_config, open_call
from ingest.cli import run
from ingest.demo.mails import Sample, load_samples
from ingest.exitcodes import ExitCode
from ingest.reading import Fate, Kind, Rendition, SealOutcome
from tests.environment import KNOWN_PRINT, without_office
from tests.unit.ingest.document.papers import locked_pdf
from tests.warm import command as warm

SAMPLES = {sample.path.name: sample for sample in load_samples()}
NEEDS_ITS_CASE = {"10-supplement-as-reply.eml", "24-grey-scans-follow.eml", "25-impostor.eml"}
"""Alone, a supplement is an incomplete application, and a stranger the only one of his name."""


def mailroom(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = without_office()
    return subprocess.run(
        [warm.mailroom(), *arguments],
        cwd="/",
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def inspect(*arguments: str) -> Any:
    done = mailroom(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


Inspect = Callable[[Sample], Any]


@pytest.fixture
def inspect_here(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Inspect:
    """``message inspect --json`` in this process, with no office: each scan is read once in the
    whole run.
    """
    for name in [
        name for name in os.environ if name.startswith("MAILROOM_") and name != KNOWN_PRINT
    ]:
        monkeypatch.delenv(name)
    monkeypatch.chdir("/")

    def printed(sample: Sample) -> Any:
        assert run(inspection_of(sample)) == 0
        return json.loads(capsys.readouterr().out)

    return printed


def inspection_of(sample: Sample) -> list[str]:
    return [
        "message",
        "inspect",
        str(sample.path),
        "--received",
        sample.received.isoformat(),
        "--json",
    ]


@pytest.mark.slow
def test_message_inspect_by_the_installed_command_prints_the_same(inspect_here: Inspect) -> None:
    """For a complete mail with scans: through the door people use, exactly what the test below
    looks at.
    """
    sample = SAMPLES["01-zone-complete.eml"]
    done = mailroom(*inspection_of(sample))

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == inspect_here(sample)


@pytest.mark.slow
@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
def test_message_inspect_prints_the_contract_for_every_sample(
    sample: Sample,
    inspect_here: Inspect,
) -> None:
    """Screening, parts with fates, documents, entries with findings, the letter."""
    report = inspect_here(sample)

    assert set(report["screening"]) == {"kind", "reply", "reason"}
    assert report["screening"]["reply"] is (sample.letter != "none" or sample.number == "19")
    for part in report["parts"]:
        assert set(part) == {"path", "name", "kind", "size", "sha256", "fate", "reason"}
        assert part["fate"] in set(Fate)
    for document in report["documents"]:
        assert {"part", "form", "rendition", "applicant"} <= set(document)
    for entry in report["entries"]:
        assert set(entry) == {"applicant", "track", "verdict", "findings"}
        assert all({"rule", "outcome", "text"} <= set(finding) for finding in entry["findings"])
    if sample.letter == "none" and sample.number != "19":
        assert report["letter"] is None
    elif sample.path.name not in NEEDS_ITS_CASE:
        assert set(report["letter"]) == {"kind", "to", "subject", "text"}
        assert sample.number == "19" or report["letter"]["kind"] == sample.letter
        found = {
            (
                entry["applicant"],
                entry["track"],
                entry["verdict"],
            )
            for entry in report["entries"]
        }
        assert sample.number == "19" or found == set(sample.entries)


@pytest.fixture(scope="module")
def attachments(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Every Word and PDF of every sample, as a file of its own."""
    directory = tmp_path_factory.mktemp("attachments")
    paths = []
    for sample in SAMPLES.values():
        for part in email.message_from_bytes(
            sample.path.read_bytes(),
            policy=email.policy.default,
        ).iter_attachments():
            name = part.get_filename() or ""
            if name.endswith((".docx", ".pdf")):
                (directory / sample.number).mkdir(exist_ok=True)
                paths.append(directory / sample.number / name)
                paths[-1].write_bytes(part.get_content())
    return paths


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_document_inspect_prints_the_contract_for_every_attachment(attachments: list[Path]) -> None:
    """Kind, pages, form, rendition, seal, fields."""
    from ingest.inspection.reports import inspect_document  # noqa: PLC0415 - the command's own function, one process for all

    folder = open_call(default_config() / "calls", "smart-education-2024")
    assert len(attachments) > 50
    for path in attachments:
        report = inspect_document(path, folder)
        assert {"kind", "pages", "form", "rendition", "seal", "fields"} <= set(report), path.name
        assert report["kind"] == (Kind.DOCX if path.suffix == ".docx" else Kind.PDF)
        forms = {form.id for form in folder.call.forms}
        # two forms in one scan under a name that says neither: without their print no one form's
        both = path.parent.name == "26" and path.suffix == ".pdf"
        assert report["form"] in ({None} if both else forms), path.name
        assert report["rendition"] == (
            Rendition.EDITABLE if path.suffix == ".docx" else Rendition.STAMPED_SCAN
        )
        if path.suffix == ".pdf":
            assert report["seal"]["outcome"] in set(SealOutcome)
            assert all(
                {
                    "page",
                    "bbox",
                    "diameter_mm",
                    "shape",
                    "confidence",
                }
                <= set(seal)
                for seal in report["seal"]["seals"]
            )
        else:
            assert report["fields"], path.name


@pytest.mark.slow
def test_document_inspect_by_the_installed_command(attachments: list[Path]) -> None:
    """The same, through the door people use."""
    scan = next(path for path in attachments if path.suffix == ".pdf")
    report = inspect("document", "inspect", str(scan))
    assert report["seal"]["outcome"] == "stamped"
    assert all(1 <= seal["page"] <= report["pages"] for seal in report["seal"]["seals"])


@pytest.mark.slow
def test_document_inspect_draws_what_was_seen_or_says_why_not(
    attachments: list[Path],
    tmp_path: Path,
) -> None:
    """A PNG of the page with the seal; of a locked file the reason, in the words an applicant would
    get.
    """
    picture = tmp_path / "seen.png"
    scan = next(path for path in attachments if path.suffix == ".pdf")
    done = mailroom("document", "inspect", str(scan), "--picture", str(picture))
    assert (done.returncode, picture.read_bytes()[:8]) == (0, b"\x89PNG\r\n\x1a\n")

    (tmp_path / "locked.pdf").write_bytes(locked_pdf())
    done = mailroom("document", "inspect", str(tmp_path / "locked.pdf"), "--picture", str(picture))
    assert done.returncode == ExitCode.BAD_INPUT
    assert "取消 PDF 的密码" in done.stderr
    assert "只有 PDF 和图片" not in done.stderr


@pytest.mark.parametrize("ending", [".docx", ".pdf"])
def test_a_person_is_told_of_a_file_in_words(attachments: list[Path], ending: str) -> None:
    """Neither the program's own words nor what is not known."""
    path = next(path for path in attachments if path.suffix == ending)

    said = mailroom("document", "inspect", str(path)).stdout

    assert {"类型:", "表单:", "版式:"} <= set(said.split())
    assert ("盖章:" in said) == (ending == ".pdf")
    assert not [word for word in ("None", "editable", "stamped", "docx") if word in said]
