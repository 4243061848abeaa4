"""Houses with something to look at on the desk."""

from __future__ import annotations

from ingest.store.tables import CaseRow
from ingest.store.tasks import NewTask, open_task
from rules.tasks import TaskKind
from tests.desk.server import OpenDesk

GREY = "20"  #: a sample whose scans are grey: whether they bear a red seal only people can tell
GREY_UNIT = "第十一师教育局"
BATCH = "02"  #: a bureau with three schools
NASTY = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"


def with_sample(desk: OpenDesk, number: str) -> CaseRow:
    """The sample has come and been judged; its case."""
    desk.house.arrive_sample(number)
    desk.house.settle_and_decide()
    return desk.house.cases()[-1]


def task(desk: OpenDesk, key: str, kind: TaskKind, reason: str, **about: object) -> int:
    """Something waits for a person; its number."""
    new = NewTask(key=key, kind=kind, reason=reason, **about)  # type: ignore[arg-type]
    with desk.house.app.database.writing() as session:
        return open_task(session, new, desk.house.clock.instant)[0].id
