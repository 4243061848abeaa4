"""A seal counts for the form on whose pages it stands, and for no other."""

from __future__ import annotations

import pytest

from ingest.document.form.pile import Piece
from ingest.document.print.pileseals import seal_of
from ingest.document.seal.page import PageLook
from ingest.reading import Seal, SealOutcome

CLEAN = PageLook(SealOutcome.NOT_STAMPED, (), "")


def stamped(page: int) -> PageLook:
    """A page with a clear seal."""
    seal = Seal(page=page, bbox=(1, 1, 40, 40), diameter_mm=40, shape="circle", confidence=0.9)
    return PageLook(SealOutcome.STAMPED, (seal,), "")


FORM = Piece("附件1", (1, 2, 3), frozenset([1, 2]))
TABLE = Piece("附件3", (4,), frozenset([4]))
LETTER = Piece("", (5,), frozenset([5]), foreign=True)


@pytest.mark.parametrize(
    ("seals", "outcome", "said"),
    [
        ((2, 4), SealOutcome.STAMPED, "第2页有清晰的红色印章"),
        ((3, 4), SealOutcome.UNCERTAIN, "不能确定这一页属于这张表"),
        ((4,), SealOutcome.NOT_STAMPED, "第4页的印章在另一张表上"),
        ((5,), SealOutcome.UNCERTAIN, "看不出那一页属于哪张表"),
        ((), SealOutcome.NOT_STAMPED, "没有发现红色印章"),
    ],
)
def test_only_a_seal_on_a_page_that_surely_is_the_forms_counts(
    seals: tuple[int, ...], outcome: SealOutcome, said: str
) -> None:
    """Elsewhere it is a remark."""
    looks = {page: stamped(page) if page in seals else CLEAN for page in range(1, 6)}

    found = seal_of(FORM, (FORM, TABLE, LETTER), looks)

    assert (found.outcome, said in found.reason) == (outcome, True)


def test_what_is_doubtful_on_an_own_page_stays_doubtful() -> None:
    """A faint ring there is worth more than a clear one elsewhere."""
    faint = PageLook(SealOutcome.UNCERTAIN, (), "第2页有很淡的红色环形痕迹")

    found = seal_of(FORM, (FORM, TABLE), {1: CLEAN, 2: faint, 3: CLEAN, 4: stamped(4)})

    assert (found.outcome, found.reason) == (SealOutcome.UNCERTAIN, faint.reason)


def test_pages_nobody_looked_at_leave_it_open() -> None:
    """The time was over."""
    clean = {1: CLEAN, 2: CLEAN, 3: CLEAN}

    found = (
        seal_of(FORM, (FORM,), {1: CLEAN}),
        seal_of(FORM, (FORM,), {}),
        seal_of(FORM, (FORM,), clean, (4,)),
    )

    assert {seal.outcome for seal in found} == {SealOutcome.UNCERTAIN}
    assert seal_of(FORM, (FORM,), clean).outcome is SealOutcome.NOT_STAMPED
