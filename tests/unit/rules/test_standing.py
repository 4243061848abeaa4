"""Whose mail it is, and what it may do."""

from __future__ import annotations

from itertools import chain, combinations

import pytest

from rules.standing import (
    ACT_NAMES,
    PROOF_NAMES,
    PROOF_OF_ADDRESS,
    STANDING_NAMES,
    TABLE,
    Act,
    AddressProof,
    Answer,
    Proof,
    Standing,
    confirms,
    may,
    standing_of,
    tells,
)

EVERY_SET = [
    frozenset(
        chosen,
    )
    for chosen in chain.from_iterable(combinations(Proof, size) for size in range(len(Proof) + 1))
]
WITHOUT_ADDRESS = [
    proofs
    for proofs in EVERY_SET
    if not proofs
    & {
        Proof.LISTED,
        Proof.CONFIRMED,
        Proof.CASE_ADDRESS,
    }
]


@pytest.mark.parametrize(
    ("proofs", "standing"),
    [
        ({Proof.LISTED}, Standing.PROVED),
        ({Proof.CONFIRMED, Proof.OTHER_UNIT}, Standing.PROVED),
        ({Proof.CASE_ADDRESS, Proof.OUR_LETTER}, Standing.PROVED),
        ({Proof.CASE_ADDRESS}, Standing.OWNER),
        ({Proof.CASE_ADDRESS, Proof.CODE, Proof.SAME_UNIT}, Standing.OWNER),
        ({Proof.CASE_ADDRESS, Proof.OTHER_UNIT}, Standing.UNRELATED),
        ({Proof.OUR_LETTER, Proof.SAME_UNIT}, Standing.HANDED_ON),
        ({Proof.OUR_LETTER}, Standing.POINTING),
        ({Proof.CODE}, Standing.POINTING),
        ({Proof.CODE, Proof.SAME_UNIT}, Standing.POINTING),
        ({Proof.OUR_LETTER, Proof.OTHER_UNIT}, Standing.POINTING),
        ({Proof.SAME_UNIT}, Standing.CLAIMING),
        ({Proof.QUOTED}, Standing.UNRELATED),
        (set(), Standing.UNRELATED),
    ],
)
def test_every_proof_has_its_rung(proofs: set[Proof], standing: Standing) -> None:
    """The table of the document, proof by proof."""
    assert standing_of(proofs) is standing


@pytest.mark.parametrize("act", [Act.REPLACE, Act.WITHDRAW, Act.LEARN])
def test_without_an_address_of_the_case_nothing_is_replaced_withdrawn_or_learned(act: Act) -> None:
    """Whatever else is put together: names, codes, our letters, quotes."""
    assert not [proofs for proofs in WITHOUT_ADDRESS if may(standing_of(proofs), act)]


def test_quoted_words_prove_nothing() -> None:
    """A mail stands as it would without them."""
    assert all(standing_of(proofs) is standing_of(proofs - {Proof.QUOTED}) for proofs in EVERY_SET)


def test_a_proof_more_never_makes_a_mail_weaker() -> None:
    """But another unit's name; and a claim that points at a case waits for staff instead of opening
    its own.
    """
    order = list(Standing)
    for proofs in EVERY_SET:
        for more in set(Proof) - proofs - {Proof.OTHER_UNIT}:
            gained = order.index(standing_of(proofs | {more}))
            assert gained <= order.index(standing_of(proofs)), (proofs, more)


@pytest.mark.parametrize("address", AddressProof)
def test_every_way_an_address_became_known_is_a_proof_of_the_case(address: AddressProof) -> None:
    """Whoever opened a case may go on in it."""
    assert may(standing_of({PROOF_OF_ADDRESS[address]}), Act.ADD)


def test_every_word_has_its_name() -> None:
    """For digest, ledger and docs."""
    assert (
        set(PROOF_NAMES),
        set(STANDING_NAMES),
        set(ACT_NAMES),
    ) == (set(Proof), set(Standing), set(Act))


def test_nobody_without_standing_is_answered_from_the_case() -> None:
    """Whoever may not learn gets a receipt, or a letter about his own case."""
    for standing, rights in TABLE.items():
        assert (rights.answer is Answer.LETTER) is may(standing, Act.LEARN)


@pytest.mark.parametrize(
    ("proofs", "stands", "told"),
    [
        ({Proof.SAME_UNIT}, True, True),
        ({Proof.SAME_UNIT}, False, False),
        ({Proof.SAME_UNIT, Proof.CODE}, True, True),
        ({Proof.SAME_UNIT, Proof.OUR_LETTER}, False, True),
        ({Proof.CODE}, True, False),
        ({Proof.CASE_ADDRESS, Proof.SAME_UNIT}, True, False),
        ({Proof.LISTED, Proof.SAME_UNIT}, True, False),
    ],
)
def test_the_known_address_hears_of_whoever_uses_its_name(
    proofs: set[Proof],
    stands: bool,
    told: bool,
) -> None:
    """Against a case that stands, and of whoever has a letter that went there."""
    assert tells(proofs, stands=stands) is told


def test_whoever_is_told_of_is_a_task_for_staff_too() -> None:
    """The known address alone cannot mend it."""
    told = [proofs for proofs in EVERY_SET if tells(proofs, stands=True)]

    assert told
    assert [
        proofs
        for proofs in told
        if not TABLE[
            standing_of(
                proofs,
            )
        ].task
        and Proof.OTHER_UNIT not in proofs
    ] == []


def test_whoever_can_neither_add_nor_open_is_a_task() -> None:
    """Nothing anybody sends is without an owner."""
    lost = [standing for standing, rights in TABLE.items() if not rights.acts and not rights.task]

    assert lost == []


def test_an_address_is_confirmed_by_answering_a_letter_that_went_there_only() -> None:
    """Not by a code, not by a name, not by having our letter from somebody else."""
    assert confirms({Proof.CASE_ADDRESS, Proof.OUR_LETTER})
    assert not confirms({Proof.CASE_ADDRESS, Proof.CODE})
    assert not confirms({Proof.OUR_LETTER, Proof.SAME_UNIT})
