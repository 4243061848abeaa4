from __future__ import annotations

from dataclasses import fields, replace

import pytest

from notifier.letternames import LETTER_NAMES
from notifier.letters import make_page
from notifier.pages import LETTER_VARIABLES, EntryView
from notifier.rendering import (
    LETTER_KINDS,
    LetterTemplateError,
    Templates,
    check_templates,
    template_names,
)
from tests.unit.notifier.invented import RequestMaker


def changed(templates: Templates, name: str, source: str) -> Templates:
    return Templates({**templates.sources, name: source})


def test_the_shipped_templates_have_no_fault(templates: Templates) -> None:
    """What the project ships passes its own check."""
    assert check_templates(templates) == []


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("一\n{{ casecode }}", "accepted/body.txt:2: 不认识的变量“casecode”"),
        (
            "{% for file in files %}{{ file.nmae }}{% endfor %}",
            "accepted/body.txt:1: 不认识的属性“.nmae”",
        ),
        (
            "{% for file in files %}{{ loop.inedx }}{% endfor %}",
            "accepted/body.txt:1: 不认识的属性“.inedx”",
        ),
        ('{% extends "base/lettre.txt" %}', "accepted/body.txt:1: 没有模板“base/lettre.txt”"),
        ("{% if files %}", "accepted/body.txt:1: 模板写法有误"),
        ("\n{{ files | nofilter }}", "accepted/body.txt:2: 模板写法有误"),
        ("{{ case_code.__class__ }}", "accepted/body.txt:1: 不认识的属性“.__class__”"),
        ("{{ tasks }}", "accepted/body.txt:1: 不认识的变量“tasks”"),
    ],
)
def test_a_slip_in_a_template_is_named_with_its_line(
    templates: Templates,
    source: str,
    problem: str,
) -> None:
    """Before any letter is written with it."""
    problems = check_templates(changed(templates, "accepted/body.txt", source))
    assert len(problems) == 1
    assert problems[0].startswith(problem)


def test_missing_and_superfluous_templates_are_named(templates: Templates) -> None:
    """A misspelt override would otherwise never be used."""
    sources = {
        name: text for name, text in templates.sources.items() if name != "digest/subject.txt"
    }
    problems = check_templates(Templates({**sources, "acepted/body.txt": ""}))
    assert problems == [
        "digest/subject.txt: 缺少这个模板",
        "acepted/body.txt: 没有叫这个名字的模板，不会被用到",
    ]


def test_every_variable_of_a_letter_is_given(request_for: RequestMaker) -> None:
    """The check and the rendering speak of the same words."""
    assert {field.name for field in fields(make_page(request_for()))} == LETTER_VARIABLES


@pytest.mark.parametrize("kind", ["accepted", "incomplete", "rejected", "referred"])
@pytest.mark.parametrize("body", ["body.txt", "body.html"])
def test_both_bodies_say_how_much_is_left_out(
    templates: Templates, request_for: RequestMaker, kind: str, body: str
) -> None:
    """And nothing of it where nothing is."""
    page = make_page(request_for())
    short = replace(
        page,
        entries=(EntryView("示例中学", "待补正", ""),),
        entries_left_out=31,
        findings_left_out=57,
        files_left_out=83,
        listing_sha256="ab" * 32,
    )
    said = templates.render(f"{kind}/{body}", short)
    for words in ("另有 31 项", "另有 57 项", "另有 83 个", "ab" * 32):
        assert words in said
    assert "另有" not in templates.render(f"{kind}/{body}", page)


@pytest.mark.parametrize("body", ["body.txt", "body.html"])
def test_files_that_are_all_left_out_still_have_their_title(
    templates: Templates, request_for: RequestMaker, body: str
) -> None:
    page = replace(make_page(request_for(files=())), files_left_out=83)
    assert templates.render(f"accepted/{body}", page).count("收到的文件") == 1


def test_a_call_overrides_a_template(templates: Templates, request_for: RequestMaker) -> None:
    """The others stay as they are."""
    mine = changed(templates, "accepted/subject.txt", "【回执】{{ case_code }}")
    page = make_page(request_for())
    assert mine.render("accepted/subject.txt", page) == "【回执】X24-0007-K\n"
    assert mine.render(
        "rejected/subject.txt",
        page,
    ) == templates.render("rejected/subject.txt", page)


@pytest.mark.parametrize(
    "source",
    [
        "{{ nothing_like_it }}",
        "{{ case_code.__class__.__mro__ }}",
        "{{ files.append(1) }}",
        "{% include 'none.txt' %}",
    ],
)
def test_a_template_cannot_go_where_it_has_no_business(
    templates: Templates, request_for: RequestMaker, source: str
) -> None:
    """Strict and sandboxed: it fails by name and reaches nothing."""
    with pytest.raises(LetterTemplateError, match=r"accepted/body\.txt"):
        changed(
            templates,
            "accepted/body.txt",
            source,
        ).render("accepted/body.txt", make_page(request_for()))


def test_html_is_escaped_inlined_and_fetches_nothing(
    templates: Templates,
    request_for: RequestMaker,
) -> None:
    """A style sheet of elsewhere in an override is not asked for."""
    source = (
        "<html><head><style>p{color:#333}@media (max-width:660px){p{color:#000}}</style>"
        "<link rel='stylesheet' href='http://127.0.0.1:9/x.css'></head><body><p>{{ submitter }}</p></body></html>"
    )
    html = changed(templates, "accepted/body.html", source).render(
        "accepted/body.html", make_page(request_for(submitter="<i>"))
    )
    assert '<p style="color:#333">&lt;i&gt;</p>' in html
    assert "@media" in html


def test_every_letter_has_a_name_for_people() -> None:
    """In the order in which they are listed, so that one cannot be forgotten."""
    assert tuple(LETTER_NAMES) == LETTER_KINDS


def test_template_names_are_all_there_is() -> None:
    """Three files of each letter and of the digest, and what they share."""
    assert len(template_names()) == len(set(template_names())) == (len(LETTER_KINDS) + 1) * 3 + 5
