"""Many numbers in few characters, and back."""

from hypothesis import given
from hypothesis import strategies as st

from ingest.store.spans import as_spans, of_spans


def test_neighbours_stand_together() -> None:
    """In order, each once."""
    assert as_spans([7, 1, 2, 3, 3]) == "1-3,7"
    assert as_spans([]) == ""
    assert of_spans("") == set()


@given(st.sets(st.integers(min_value=0, max_value=400)))
def test_every_number_comes_back(numbers: set[int]) -> None:
    """Whatever they are."""
    assert of_spans(as_spans(numbers)) == numbers
