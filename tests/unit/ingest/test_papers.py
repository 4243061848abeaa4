"""A case's papers as a clerk looks at them: which file a page is in."""

from __future__ import annotations

from collections.abc import Callable

from ingest.reading import Document, Fate, Part
from ingest.submission.case import Filed, ReceivedMail
from ingest.views.papers import Sheet, files_of

Make = Callable[..., Document]


def sheet(*parts: str) -> Sheet:
    return Sheet("申1", 1, "mail", parts, "a.jpg", (1, 2, 3), 1, "", "", ())


def test_the_pages_of_one_file_are_its_own() -> None:
    assert [sheet("a").file_of(page) for page in (1, 2)] == [("a", 1), ("a", 2)]


def test_each_photograph_of_a_form_is_a_page() -> None:
    """One that is not there is looked for in the first, which says that it has none."""
    found = [sheet("a", "b", "c").file_of(page) for page in (1, 3, 9)]

    assert found == [("a", 1), ("c", 1), ("a", 9)]


def test_the_files_of_photographs_are_found_by_their_parts(
    mail: Callable[..., ReceivedMail], scan: Make, part: Callable[..., Part]
) -> None:
    parts = [part(f"{n}.jpg", Fate.DOCUMENT).model_copy(update={"sha256": str(n)}) for n in (1, 2)]
    form = scan(name="1.jpg").model_copy(update={"more_parts": ("2.jpg",)})

    assert files_of(Filed(mail(form, parts=tuple(parts)), form)) == (form.sha256, "2")
