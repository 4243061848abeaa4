"""Whose seal is it, where a file holds several forms: a seal counts only for the form on whose
pages it stands; elsewhere it is a remark, never a pass. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ingest.document.form.pile import Piece
from ingest.document.seal.page import PageLook, without_clear_seal
from ingest.reading import Seal, SealOutcome, SealReading, page_list


def seal_of(
    piece: Piece,
    pieces: Sequence[Piece],
    looks: Mapping[int, PageLook],
    behind: Sequence[int] = (),
) -> SealReading:
    """What one form's own pages say; ``looks`` are those of all pages looked at, ``behind`` pages
    that may go on with it and that nobody looked at.

    A clear seal on a page that is not surely the form's is uncertain, and so is a form without one
    while a page that nobody can assign, or that is no form's, bears one.
    """
    stamped = [page for page in piece.pages if _is_stamped(looks.get(page))]
    sure = [page for page in stamped if page in piece.sure]
    if sure:
        seals = tuple(seal for page in sure for seal in looks[page].seals)
        return SealReading(
            outcome=SealOutcome.STAMPED,
            seals=seals,
            reason=f"第{page_list(sure)}页有清晰的红色印章",
        )
    if stamped:
        return _uncertain(
            f"印章在第{page_list(stamped)}页, 不能确定这一页属于这张表", _seals(stamped, looks)
        )
    unseen = [page for page in (*piece.pages, *behind) if page not in looks]
    if len(unseen) == len(piece.pages) + len(behind):
        return _uncertain(f"第{page_list(unseen)}页没有逐页查看", ())
    own = without_clear_seal([looks[page] for page in piece.pages if page in looks])
    elsewhere = _stamped_pages(pieces, looks) - set(piece.pages)
    if own.outcome is not SealOutcome.NOT_STAMPED:
        return own
    if unseen:
        return _uncertain(f"第{page_list(unseen)}页没有查看, 其余各页没有发现印章", ())
    doubtful = sorted(elsewhere & _nobodys(pieces))
    if doubtful:
        where = page_list(doubtful)
        return _uncertain(f"本表各页没有印章, 印章在第{where}页, 看不出那一页属于哪张表", ())
    if elsewhere:
        where = page_list(sorted(elsewhere))
        remark = f"本表各页没有发现红色印章; 第{where}页的印章在另一张表上"
        return own.model_copy(update={"reason": remark})
    return own


def _is_stamped(look: PageLook | None) -> bool:
    return look is not None and look.outcome is SealOutcome.STAMPED


def _stamped_pages(pieces: Iterable[Piece], looks: Mapping[int, PageLook]) -> set[int]:
    return {page for piece in pieces for page in piece.pages if _is_stamped(looks.get(page))}


def _nobodys(pieces: Iterable[Piece]) -> set[int]:
    """Pages that are not surely one form's."""
    sure = {page for piece in pieces if piece.form for page in piece.sure}
    return {page for piece in pieces for page in piece.pages} - sure


def _seals(pages: Iterable[int], looks: Mapping[int, PageLook]) -> tuple[Seal, ...]:
    return tuple(seal for page in pages for seal in looks[page].seals)


def _uncertain(reason: str, seals: tuple[Seal, ...]) -> SealReading:
    return SealReading(outcome=SealOutcome.UNCERTAIN, seals=seals, reason=reason)
