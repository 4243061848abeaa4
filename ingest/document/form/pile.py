"""Which sheets of a pile are which form: a file, a stack of scans or the photographs of one mail
may hold several forms, and what stands on one of them says nothing of the next.

Pure: what each sheet shows in, pieces of the pile out. How a sheet's facts are told is
``leaves.py`` beside the print and ``split.py`` for what is typed. Where a sheet belongs is either
sure or not; whoever asks must not take an unsure sheet for anybody's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from rapidfuzz import fuzz

from rules.call import Call, Form

SAME_NAME = 90  #: per cent of likeness of two readings of one name
OTHER_NAME = 75  #: ... below which they are two names
BODY = 0.5  #: share of a form's labels after which its body has been seen
LEAD = 0.15  #: by which that share must lead the next form's
REPEATED = 3  #: labels seen before that stand on a titled sheet: the form begins anew
ALIKE = 0.7  #: share of pairs of labels that come in one order in two forms of a kind
OPENING = 2  #: labels by which a sheet in front of a title belongs to that form


@dataclass(frozen=True)
class Leaf:
    """What one sheet shows."""

    number: int  #: from 1, in the order of the pile
    form: str = ""  #: id of the form whose title heads it
    #: whether that title stands in tall print, not in that of a running head; None: not known
    tall: bool | None = None
    below: str = ""  #: ... of another one whose title stands further down
    foreign: bool = False  #: headed as something else: a letter, a certificate, a notice
    name: str = ""  #: the applicant beside its label, for comparing; "" when not read
    labels: Mapping[str, frozenset[str]] = field(default_factory=dict)  #: fields by form
    printed: int | None = None  #: its printed page number
    asks: bool = False  #: asks for a seal, a signature or an opinion, as forms do at their end
    known: frozenset[str] = frozenset()  #: forms of which other texts than labels stand here
    read: bool = True  #: False: nobody looked, or nothing could be read

    def of(self, form: str) -> frozenset[str]:
        """The fields of ``form`` whose labels stand here."""
        return self.labels.get(form, frozenset())

    def shows(self, form: str) -> bool:
        """Whether, untitled, it shows that it is a sheet of ``form``."""
        return self.read and (form in self.known or bool(self.of(form)) or self.asks)


@dataclass(frozen=True)
class Piece:
    """Sheets that belong together; ``form`` is "" where it is no form of the call, or nobody can
    tell.
    """

    form: str
    pages: tuple[int, ...]
    sure: frozenset[int]  #: those that certainly are this form's
    foreign: bool = False  #: clearly something else than a form


@dataclass(eq=False)
class _Open:
    """A piece that may go on."""

    form: str
    foreign: bool = False
    leaves: list[Leaf] = field(default_factory=list)
    sure: set[int] = field(default_factory=set)

    def add(self, leaf: Leaf, *, sure: bool) -> None:
        """One sheet more."""
        self.leaves.append(leaf)
        self.sure |= {leaf.number} if sure else set()

    @property
    def name(self) -> str:
        """The applicant named on its sheets."""
        return next((leaf.name for leaf in self.leaves if leaf.name), "")

    def seen(self, form: str) -> frozenset[str]:
        """The fields of ``form`` whose labels stand on its sheets."""
        return frozenset().union(*(leaf.of(form) for leaf in self.leaves))

    @property
    def places(self) -> dict[str, int]:
        """Where in it each field's label stands first."""
        found: dict[str, int] = {}
        for at, leaf in enumerate(self.leaves):
            for name in leaf.of(self.form):
                found.setdefault(name, at)
        return found

    @property
    def alone(self) -> bool:
        """Whether it is one titled sheet that asks for its own seal."""
        return len(self.leaves) == 1 and self.leaves[0].asks and bool(self.leaves[0].form)

    def whole(self, form: Form) -> bool:
        """Whether the body of the form has been seen, not only its cover."""
        return len(self.seen(form.id)) >= BODY * len(form.fields)

    @property
    def runs(self) -> bool:
        """Whether its title stands on every sheet, as a running head does."""
        return all(leaf.form == self.form for leaf in self.leaves)

    def follows(self, leaf: Leaf) -> bool:
        """Whether the printed numbers say that the sheet is the next one."""
        last = self.leaves[-1].printed
        return last is not None and leaf.printed == last + 1

    def expect(self, form: str) -> None:
        """Be that form, as nothing here says another."""
        self.form = form
        self.sure |= {leaf.number for leaf in self.leaves if form and leaf.shows(form)}

    def keep_named(self) -> None:
        """Be sure only of sheets that name their applicant themselves."""
        self.sure &= {leaf.number for leaf in self.leaves if leaf.name}

    def keep_titled(self) -> None:
        """Be sure only of sheets under the form's own title."""
        self.sure &= {leaf.number for leaf in self.leaves if leaf.form == self.form}

    def closed(self) -> Piece:
        """As it stays."""
        pages = tuple(leaf.number for leaf in self.leaves)
        return Piece(self.form, pages, frozenset(self.sure), self.foreign)


def sort_pile(leaves: Iterable[Leaf], call: Call, expected: str = "") -> tuple[Piece, ...]:
    """The pieces of a pile in its order.

    Where no sheet is titled, they are the form ``expected`` (from the file's name, or from all that
    is printed), those surely that show it. A sheet under two titles is in two pieces, sure in
    neither.
    """
    pieces: list[_Open] = []
    forms = {form.id: form for form in call.forms}
    for leaf in leaves:
        _place(leaf, pieces, forms)
    if expected and not any(piece.form for piece in pieces):
        for piece in pieces:
            piece.expect("" if piece.foreign else expected)
    pieces = _cover_joined(_front_joined(pieces), forms)
    mingled = _doubt_mingled(pieces, forms)
    _doubt_doubles(pieces)
    _doubt_disordered(pieces, mingled, forms)
    return tuple(piece.closed() for piece in pieces)


def _place(leaf: Leaf, pieces: list[_Open], forms: Mapping[str, Form]) -> None:
    owner = _owner(leaf, pieces) if pieces else None
    body = leaf.form or _body_of_another(leaf, owner, forms)
    if body:
        goes_on = _goes_on(pieces[-1], leaf, forms[body]) if pieces and leaf.form else False
        if goes_on is not True:
            pieces.append(_Open(body))
        pieces[-1].add(leaf, sure=not leaf.below and goes_on is not None)
    elif owner is None or leaf.foreign:
        pieces.append(_Open("", foreign=leaf.foreign))
        pieces[-1].add(leaf, sure=leaf.foreign)
    else:
        _put_to(owner, leaf, pieces, forms)
    if leaf.below:
        pieces.append(_Open(leaf.below))
        pieces[-1].add(leaf, sure=False)


def _put_to(owner: _Open, leaf: Leaf, pieces: list[_Open], forms: Mapping[str, Form]) -> None:
    """An untitled sheet goes to the form before it, or begins the next of its kind."""
    form = forms.get(owner.form)
    if form is not None and _covers_lie_together(pieces, form) and _is_anothers(owner, leaf):
        owner.sure.clear()  # whose cover is it then
        pieces.append(owner := _Open(owner.form))
        owner.add(leaf, sure=False)
        return
    anew = _begins_anew(owner, leaf, form) if form is not None else False
    sure = anew is not None and not leaf.below and _belongs(owner, leaf)
    if anew is not False:
        pieces.append(owner := _Open(owner.form))
    elif owner.foreign and any(leaf.labels.values()):
        pieces.append(owner := _Open(""))
    elif form is not None and owner.whole(form) and form.applicant in leaf.of(form.id):
        sure = False  # the cover of the next one, whose title could not be read
    owner.add(leaf, sure=sure)


def _covers_lie_together(pieces: Sequence[_Open], form: Form) -> bool:
    """Whether the last two pieces are covers of one form, neither with its body."""
    last = pieces[-2:]
    covers = [piece for piece in last if piece.form == form.id and not piece.whole(form)]
    return len(covers) == 2 and not form.columns


def _is_anothers(owner: _Open, leaf: Leaf) -> bool:
    """Whether an untitled sheet names another applicant than the sheets of one form before it,
    and its printed number does not say that it follows.
    """
    both = bool(leaf.name and owner.name) and not owner.follows(leaf)
    return both and _one_name(leaf.name, owner.name) is False


def _body_of_another(leaf: Leaf, owner: _Open | None, forms: Mapping[str, Form]) -> str:
    """The form whose body an untitled sheet shows, if that is not the one before it."""
    applications = (form for form in forms.values() if not form.columns)
    shares = sorted(
        ((len(leaf.of(form.id)) / max(1, len(form.fields)), form.id) for form in applications),
        reverse=True,
    )
    if not shares or shares[0][0] < BODY or (owner and owner.form == shares[0][1]):
        return ""
    lead = shares[0][0] - (shares[1][0] if len(shares) > 1 else 0.0)
    return shares[0][1] if lead >= LEAD else ""


def _goes_on(current: _Open, leaf: Leaf, form: Form) -> bool | None:
    """Whether a titled sheet goes on with the form before it, whose title it repeats; None when
    that cannot be told.
    """
    if leaf.form != current.form:
        return False
    if current.follows(leaf):
        return True
    named = _one_name(leaf.name, current.name) if leaf.name and current.name else True
    if named is not True or form.columns:  # heads of long tables are printed on every sheet
        return named
    seen, here = current.seen(form.id), leaf.of(form.id)
    again = len(here & seen) >= REPEATED
    if not current.whole(form):  # the cover in front of the table, most likely
        if _is_cover_again(current, leaf, form):
            return None
        return None if again and not (leaf.name and current.name) else True
    if here - seen and not again:
        return True
    return not (leaf.tall or not current.runs or again or leaf.tall is None)


def _is_cover_again(current: _Open, leaf: Leaf, form: Form) -> bool:
    """Whether a second cover follows a first: a title as tall, and nothing asked that the first did
    not ask. Scans of several copies fed together lie so.
    """
    last, here = current.leaves[-1], leaf.of(form.id)
    as_tall = last.form == leaf.form and bool(last.tall and leaf.tall)
    return as_tall and bool(here) and here <= last.of(form.id)


def _begins_anew(current: _Open, leaf: Leaf, form: Form) -> bool | None:
    """Whether an untitled sheet is the body of the next form of the same kind: the labels come
    again, under another name; None when that cannot be told.
    """
    here = leaf.of(form.id)
    again = here & current.seen(form.id)
    if form.columns or current.follows(leaf) or len(again) < BODY * len(form.fields):
        return False
    if leaf.name and current.name:
        same = _one_name(leaf.name, current.name)
        return None if same is None else not same
    return None


def _one_name(one: str, other: str) -> bool | None:
    """Whether two readings are one name; None when that cannot be told."""
    likeness = fuzz.ratio(one, other)
    if likeness >= SAME_NAME:
        return not _tells_apart(one, other)
    return False if likeness < OTHER_NAME else None


_NUMERALS = frozenset("一二三四五六七八九十0123456789")


def _tells_apart(one: str, other: str) -> bool:
    """Whether two names of one length differ in a numeral: 第一中学 is not 第二中学."""
    if len(one) != len(other):
        return False
    pairs = [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
    return any(a in _NUMERALS and b in _NUMERALS for a, b in pairs)


def _owner(leaf: Leaf, pieces: Sequence[_Open]) -> _Open:
    """The piece an untitled sheet is put to: behind a strange sheet a form may go on."""
    if pieces[-1].form:
        return pieces[-1]
    forms = [piece for piece in pieces if piece.form and len(leaf.of(piece.form)) >= OPENING]
    return forms[-1] if forms else pieces[-1]


def _belongs(piece: _Open, leaf: Leaf) -> bool:
    """Whether an untitled sheet shows that it is a form's."""
    return bool(piece.form) and leaf.read and (leaf.shows(piece.form) or piece.follows(leaf))


def _front_joined(pieces: list[_Open]) -> list[_Open]:
    """Untitled sheets at the front that show the labels of the form behind them are its own; its
    title may be illegible on them.
    """
    if len(pieces) < 2 or pieces[0].form or pieces[0].foreign:
        return pieces
    front, form = pieces[:2]
    if not form.form or len(front.seen(form.form)) < OPENING:
        return pieces
    form.leaves = [*front.leaves, *form.leaves]
    return pieces[1:]


def _cover_joined(pieces: list[_Open], forms: Mapping[str, Form]) -> list[_Open]:
    """A cover at the very end belongs to the form before it that has none: its pages were scanned
    in a wrong order. Under another name it is another form's.
    """
    if len(pieces) < 2 or not pieces[-1].form or pieces[-2].form != pieces[-1].form:
        return pieces
    body, cover = pieces[-2:]
    form = forms[cover.form]
    headed = any(leaf.form for leaf in body.leaves)
    if headed or not body.whole(form) or cover.whole(form) or _other_names(body, cover):
        return pieces
    body.leaves += cover.leaves
    body.sure |= cover.sure
    return pieces[:-1]


def _doubt_mingled(pieces: Sequence[_Open], forms: Mapping[str, Form]) -> list[_Open]:
    """Of a cover with another one right behind it nobody can say which of the sheets that follow
    are its own: copies fed together, or two heaps pushed into one. Surely a form begins again at
    the next title behind other sheets than covers. Gives such covers and what is doubted.
    """
    mingled = False
    heap: list[_Open] = []
    for before, piece in pairwise(pieces):
        if _is_bare_cover(before, forms) and piece.form == before.form and piece.leaves[0].form:
            mingled = mingled or before.name != piece.name or not piece.name
        elif piece.leaves[0].form:
            mingled = False
        if mingled:
            heap += [piece] if heap[-1:] == [before] else [before, piece]
            piece.keep_named()
    return heap


def _is_bare_cover(piece: _Open, forms: Mapping[str, Form]) -> bool:
    """Whether a piece is one titled sheet without the body of its form."""
    form = forms.get(piece.form)
    if form is None or form.columns or len(piece.leaves) != 1:
        return False
    return bool(piece.leaves[0].form) and not piece.whole(form)


def _doubt_doubles(pieces: Iterable[_Open]) -> None:
    """Two untitled sheets of one piece that ask for the same seal under the same labels: one of
    them is another form's.
    """
    for piece in pieces:
        ends = [leaf for leaf in piece.leaves if leaf.asks and not leaf.form]
        for one, other in combinations(ends, 2):
            labels = one.of(piece.form)
            if len(labels) >= REPEATED and labels == other.of(piece.form):
                piece.sure -= {one.number, other.number}


# --- sheets out of order --------------------------------------------------------------------------


def _doubt_disordered(
    pieces: Sequence[_Open], mingled: Sequence[_Open], forms: Mapping[str, Form]
) -> None:
    """Where one of several forms is out of order, an untitled sheet may be any of them's. What is
    doubted already does not count.
    """
    known = [piece for piece in pieces if piece.form]
    rest = [piece for piece in known if piece not in mingled]
    ordered = len(known) < 2 or _in_order(rest, forms)
    for piece in known:
        if forms[piece.form].columns and (mingled or not ordered):
            piece.keep_titled()
        elif not ordered:
            piece.keep_named()


def _in_order(known: Sequence[_Open], forms: Mapping[str, Form]) -> bool:
    """Whether each has its title in front and its end behind, and none reads otherwise than the
    next one of its kind.
    """
    pieces = [piece for piece in known if not forms[piece.form].columns]
    ended = {bool(_ends(piece)) for piece in pieces if not piece.alone}
    ended |= {True for piece in known if piece not in pieces and _ends(piece)}
    alike = all(
        _read_alike(one, other) for one, other in combinations(pieces, 2) if one.form == other.form
    )
    return len(ended) < 2 and all(map(_is_straight, pieces)) and alike


def _ends(piece: _Open) -> list[int]:
    """The places in a piece of the untitled sheets that ask for a seal."""
    return [at for at, leaf in enumerate(piece.leaves) if leaf.asks and not leaf.form]


def _is_straight(piece: _Open) -> bool:
    """Whether nothing stands in front of the title or behind the end, the printed numbers follow
    each other, and all names are one.
    """
    titled = [bool(leaf.form) for leaf in piece.leaves]
    numbers = [(one.printed, other.printed) for one, other in pairwise(piece.leaves)]
    follow = all(one is None or other is None or other == one + 1 for one, other in numbers)
    names = [leaf.name for leaf in piece.leaves if leaf.name]
    one_name = all(_one_name(*both) is not False for both in combinations(names, 2))
    return titled[0] >= any(titled) and follow and one_name and not _goes_on_behind_end(piece)


def _goes_on_behind_end(piece: _Open) -> bool:
    """Whether labels of the form stand behind an untitled sheet that asks for a seal."""
    ends = _ends(piece)
    behind = piece.leaves[ends[0] :] if ends else []
    return any(leaf.of(piece.form) and not leaf.asks and not leaf.form for leaf in behind)


def _read_alike(one: _Open, other: _Open) -> bool:
    """Whether the labels of two forms of a kind come in one order."""
    first, second = one.places, other.places
    pairs = [
        (first[a] < first[b]) == (second[a] < second[b])
        for a, b in combinations(sorted(first.keys() & second.keys()), 2)
        if first[a] != first[b] and second[a] != second[b]
    ]
    return sum(pairs) >= ALIKE * len(pairs)


def _other_names(one: _Open, other: _Open) -> bool:
    return bool(one.name and other.name) and _one_name(one.name, other.name) is not True
