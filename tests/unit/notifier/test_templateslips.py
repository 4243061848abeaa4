"""Slips that fill nothing in, and mistakes said in Chinese."""

from __future__ import annotations

import pytest
from jinja2 import Environment, TemplateSyntaxError

from notifier.templateslips import in_chinese, stray_variables


@pytest.mark.parametrize(
    ("source", "strays"),
    [
        ("{{ deadline }}{% if word %}一{% endif %}{# { #}", []),
        ("<style>td{color:red}</style>《通知》（一）", []),
        ("一\n{deadline}", [("{", 2), ("}", 2)]),
        ("｛｛deadline｝｝", [("｛", 1), ("｛", 1), ("｝", 1), ("｝", 1)]),
        ("{{ word }}\n\n《deadline》", [("《deadline》", 3)]),
        ("[ item.text ]（word）<word>", [("[ item.text ]", 1), ("（word）", 1), ("<word>", 1)]),
    ],
)
def test_what_was_meant_for_a_variable_is_found(source: str, strays: list[tuple[str, int]]) -> None:
    assert list(stray_variables(source, {"deadline", "word"})) == strays


@pytest.mark.parametrize(
    "source",
    [
        "{{ a }", "{{ a", "{% if a %}", "{% endif %}", "{% fi a %}", "{{ a b }}", "{{ ｛a }}", "{# a",
        "{{ a | nothing }}", "{% block a %}{% endblock %}{% block a %}{% endblock %}", "{% for a %}",
        "{{ (a }}", "{% extends %}", "{{ 'a }}",
    ],
)  # fmt: skip
def test_no_english_is_said(source: str) -> None:
    """Names of the template's own words are quoted."""
    with pytest.raises(TemplateSyntaxError) as caught:
        Environment(autoescape=True).from_string(source)
    said = in_chinese(caught.value.message or "")
    assert said
    assert not any(word in said for word in ("expected", "unknown", "Unexpected", " named ", "got"))
