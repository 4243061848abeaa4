"""What the facts of one form say together: the applicant's name under the word everybody knows it
by, a telephone that was written beside the contact's name. Facts in, facts out; pure.
"""

from __future__ import annotations

from collections.abc import Iterable

from rules.call import APPLICANT_NAME, Form
from rules.facts import Fact, Knowledge
from rules.vocabulary import Field, FieldType, parse_value

_TRUST = 0.8  #: in a telephone that stands in another field's place


def completed(form: Form, fields: Iterable[Field], facts: dict[str, Fact]) -> dict[str, Fact]:
    """``facts`` of ``fields`` with what others of them tell."""
    facts = _with_telephone(list(fields), facts)
    name = facts.get(form.applicant)
    return facts if name is None else {APPLICANT_NAME: name, **facts}


def _with_telephone(fields: list[Field], facts: dict[str, Fact]) -> dict[str, Fact]:
    """An open place for a telephone, filled with the one that stands under or behind a name."""
    open_ = [
        field
        for field in fields
        if field.type is FieldType.TELEPHONE and not _is_filled(facts.get(field.name))
    ]
    if len(open_) != 1:
        return facts
    field = open_[0]
    texts = (facts.get(each.name) for each in fields if each.type is FieldType.TEXT)
    told = [
        (value, fact.provenance)
        for fact in texts
        if fact is not None and (value := parse_value(field, fact.provenance.raw)) is not None
    ]
    if len(told) != 1:
        return facts
    value, at = told[0]
    at = at.model_copy(update={"confidence": at.confidence * _TRUST})
    return {**facts, field.name: Fact.known(value, at)}


def _is_filled(fact: Fact | None) -> bool:
    return fact is not None and (fact.knowledge is Knowledge.KNOWN or bool(fact.provenance.raw))
