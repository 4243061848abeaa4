"""The names that one case's documents use."""

from __future__ import annotations

from collections.abc import Callable

from ingest.reading import Document
from ingest.submission.applicants import Applicants, file_stem
from rules.call import Call

Make = Callable[..., Document]


def test_a_bare_name_is_of_the_unit_that_everything_else_speaks_of(
    call: Call, word: Make, summary: Make
) -> None:
    """The form writes 师市 before the name, the table does not."""
    form, table = word("第四师可克达拉市红旗小学"), summary("红旗小学")
    names = Applicants([form, table], call)

    assert names.same(names.of_document(form), names.of_row(table.rows[0]))


def test_the_column_of_units_says_whose_a_bare_name_is(call: Call, word: Make) -> None:
    """Two forms of one name in one batch, each with its own 师市."""
    fourth, fifth = word("红旗小学", 师市="第四师"), word("红旗小学", 师市="双河市")
    names = Applicants([fourth, fifth], call)

    assert not names.same(names.of_document(fourth), names.of_document(fifth))
    assert not names.unsure(names.of_document(fourth), names.of_document(fifth))


def test_a_document_without_a_name_is_nobodys(call: Call, word: Make) -> None:
    """And the same as no other."""
    names = Applicants([word("")], call)
    nobody = names.of_document(word(""))

    assert nobody is None
    assert not names.same(nobody, nobody)
    assert not names.unsure(nobody, nobody)
    assert names.of_row({}) is None


def test_file_stems_forget_what_only_says_the_rendition() -> None:
    """Word and scan of one form have one stem."""
    assert file_stem("附件2-143团一中申报书（盖章扫描件）20240820.pdf") == file_stem(
        "附件2 143团一中申报书（可编辑版）.docx"
    )
