"""Houses with something to look at on the desk."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.reading import Document, ScanLine
from ingest.store.messages import list_messages, load_reading
from ingest.store.tables import CaseRow
from ingest.store.tasks import NewTask, open_task
from rules.call import Form, Rendition, Role
from rules.tasks import TaskKind
from rules.vocabulary import show_value
from tests.desk.server import OpenDesk
from tests.integration.house import SETTLE, House

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


def furnish_grey(house: House) -> None:
    """The grey sample has been judged, and a person is asked about it (tasks 1 and 2)."""
    house.settle_rules()
    house.arrive_sample(GREY)
    house.take_in()
    give_print(house)
    house.wait(SETTLE)
    house.decide()


def give_print(house: House) -> None:
    """What OCR reads on page 2 of the grey 申报书, label by label in two columns; its models would
    take a minute on a busy machine.
    """
    with house.app.database.writing() as session:
        row = list_messages(session)[-1]
        reading = load_reading(row)
        assert reading is not None
        word = next(item for item in reading.documents if item.role is Role.APPLICATION
                    and item.rendition is Rendition.EDITABLE)  # fmt: skip
        form = house.app.rules.call.form(word.form)
        lines = tuple(_lines(form, word))
        documents = tuple(
            item.model_copy(update={"lines": lines, "pages_read": (2,)})
            if item.form == word.form and item.rendition is Rendition.STAMPED_SCAN
            else item
            for item in reading.documents
        )
        row.reading = reading.model_copy(update={"documents": documents}).model_dump_json()
        session.add(row)


def _lines(form: Form, word: Document) -> Iterator[ScanLine]:
    for number, field in enumerate(form.fields, 1):
        fact, top = word.fields.get(field.name), 20.0 + 12 * number
        value = show_value(field, fact.value) if fact and fact.value is not None else ""
        for text, left in ((field.labels[0], 20.0), (value[:20], 70.0)):
            if text:
                box = (left, top, left + 45, top + 6)
                yield ScanLine(page=2, row=number, text=text, confidence=0.99, box=box)


def grey_page(desk: OpenDesk) -> str:
    """The page on which the first of them is done."""
    return f"/cases/{desk.house.cases()[0].code}?task=1#task-1"
