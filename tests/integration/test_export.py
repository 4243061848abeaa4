"""``mailroom export``: what the experts get is what was sent, under names that say what it is."""

from __future__ import annotations

import hashlib
import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from ingest.errors import UsageError
from ingest.handover.exporting import Outcome, export_call
from ingest.reading import Fate, Part
from ingest.store.files import FileStore
from ingest.store.messages import load_reading
from tests.integration.house import House

Open = Callable[..., House]


def export(house: House, target: Path) -> Outcome:
    with house.store() as session:
        return export_call(
            session,
            house.app.office,
            FileStore(house.app.settings.store.files),
            target,
            house.clock.instant,
        )


def parts(house: House) -> list[Part]:
    readings = [load_reading(row) for row in house.messages()]
    return [part for reading in readings if reading is not None for part in reading.parts]


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_call_is_handed_over_whole_and_again_without_a_byte_changed(
    house: House, tmp_path: Path
) -> None:
    """Three schools of one bureau and a supplement to another: each file once, its hash that of the
    ledger; the sums hold; a second run writes nothing, a damaged file comes back.
    """
    for number in ("09", "10", "02"):
        house.arrive_sample(number)
        house.settle_and_decide()
        house.send()
    target = tmp_path / "移交"

    first = export(house, target)
    assert first.missing == ()
    files = {path for path in target.rglob("*") if path.is_file()}
    batch = next(path for path in target.glob("示范校/第八师石河子市教育局 *"))
    assert sorted(path.name for path in batch.iterdir() if path.is_dir()) == [
        "信函",
        "石河子市启航职业技术学校",
        "石河子市晨曦小学",
        "石河子市金穗初级中学",
    ]
    assert sorted(path.name for path in (batch / "石河子市晨曦小学").iterdir()) == [
        "申报书（可编辑Word）.docx",
        "申报书（盖章扫描件）.pdf",
    ]
    told = (batch / "裁定依据.txt").read_text("utf-8")
    assert "受理" in told
    assert "accepted" not in told
    assert [path.suffix for path in (batch / "信函").iterdir()] == [".eml"]
    assert "退回补正 1 次: 1 个案卷" in (target / "总结报告.txt").read_text("utf-8")

    sums = subprocess.run(
        ["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=target, check=False, capture_output=True
    )
    assert sums.returncode == 0, sums.stderr
    sent = {part.sha256 for part in parts(house) if part.fate is Fate.DOCUMENT}
    assert len(sent) > 10
    written = {hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    assert sent <= written

    index = CalamineWorkbook.from_filelike(io.BytesIO((target / "索引.xlsx").read_bytes()))
    rows = index.get_sheet_by_name("文件").to_python()
    assert {str(row[5]) for row in rows[1:]} <= {str(path.relative_to(target)) for path in files}
    assert {str(row[8]) for row in rows[1:]} <= written

    assert export(house, target).written == 0
    damaged = next(batch.rglob("*.pdf"))
    damaged.write_bytes(b"x")
    assert export(house, target).written == 1
    assert hashlib.sha256(damaged.read_bytes()).hexdigest() in sent


def test_a_call_without_cases_is_told(house: House, tmp_path: Path) -> None:
    """Nothing is made."""
    with pytest.raises(UsageError, match="还没有案卷"):
        export(house, tmp_path / "x")
    assert not (tmp_path / "x").exists()
