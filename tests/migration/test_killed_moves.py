"""A move killed before one act after another, in the same place, until it gets to its end: there and
back. At no moment do both places work; at the end nothing is lost and nobody is answered twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ingest.opening import look_at
from ingest.settings import StoreSettings
from ingest.store.database import open_database
from ingest.store.identity import AT_WORK, Fit, fit
from ingest.storefiles import open_files
from tests.integration.test_object_store import written
from tests.migration.test_moving import Office, made, office, refused, state_of, works_on
from tests.servers.objects import BUCKET
from tests.torture.runs import KILLED, Zygote

__all__ = ["made", "office"]  # fixtures
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.postgresql,
    pytest.mark.xdist_group("postgresql"),
]


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    with Zygote() as zygote:
        yield zygote


def at_work(store: StoreSettings) -> bool:
    """Whether the program would go on there; a place where nothing has been put would be new."""
    with closing(open_database(store.database)) as database:
        return fit(look_at(database, open_files(store))) in AT_WORK - {Fit.NEW}


@pytest.mark.parametrize("back", [False, True], ids=["there", "back"])
def test_a_killed_move_goes_on(
    office: Office, postgresql_url: str, zygote: Zygote, tmp_path: Path, *, back: bool
) -> None:
    """Whatever was done stays done; what the letters had come to is the same before and after."""
    home, away = office.at_home, office.away(postgresql_url)
    if back:
        office.move(home, away)
    old, new = (away, home) if back else (home, away)
    bucket = f"s3://{BUCKET}/{office.prefix}"
    words = ["migrate", "--to", new.database, "--files", str(home.files) if back else bucket]
    table = {
        "database": old.database,
        "files": bucket if back else home.files,
        "local": home.files if back else "",
        "objects_endpoint": office.server.endpoint,
        "objects_key_id": away.objects_key_id,
        "objects_secret_file": away.objects_secret_file,
    }
    config = written(office.directory, table)
    before, deaths, log = state_of(old), 0, tmp_path / "log"

    line = [*words, "--config", str(config)]
    while (
        code := zygote.run(line, log, {}, acts=(str(office.directory), 5 * deaths + 1))
    ) == KILLED:
        deaths += 1
        assert not (at_work(old) and at_work(new))

    assert code == 0, log.read_text("utf-8")
    assert deaths > 10
    refused(old)
    assert state_of(new) == before
    works_on(office, new)
