"""A template is tried on sample data before a letter is written with it: what spoils the letter is
named, and that letter is written with the shipped template.
"""

from __future__ import annotations

import pytest

from notifier.lettertrials import letter_of, sound_templates, template_problems, unclosed
from notifier.rendering import LETTER_KINDS, Templates
from rules.call import Call
from rules.verdict import Decision, Outcome
from tests.unit.notifier.invented import NO_SCAN, finding, load_first_call, load_templates


@pytest.fixture(scope="module")
def call() -> Call:
    return load_first_call()


@pytest.fixture(scope="module")
def shipped() -> Templates:
    return load_templates()


def said(shipped: Templates, call: Call, name: str, source: str) -> list[str]:
    return template_problems(Templates({**shipped.sources, name: source}), shipped, call)


def test_the_shipped_letters_hold_everything(shipped: Templates, call: Call) -> None:
    """All of them, as text and as HTML."""
    assert template_problems(shipped, shipped, call) == []
    for kind in ("accepted", "incomplete", "rejected", "referred"):
        words = "\n".join(said(shipped, call, f"{kind}/body.html", "无"))
        assert words.count("里面没有") >= 5


@pytest.mark.parametrize("kind", LETTER_KINDS)
def test_eleven_characters_are_no_letter(shipped: Templates, call: Call, kind: str) -> None:
    """Everything that is missing is named."""
    problems = said(shipped, call, f"{kind}/body.txt", "您的材料已收到,谢谢。")
    assert all(problem.startswith(f"{kind}/body.txt: 里面没有") for problem in problems)
    words = "\n".join(problems)
    assert all(word in words for word in ("落款的单位", "联系电话"))
    assert ("需要补正的事项" in words) == (kind in ("incomplete", "referred", "reminder"))
    assert ("办理说明" in words) == (kind in ("withdrawn", "outcome"))
    assert ("不予受理的原因" in words) == (kind == "rejected")


@pytest.mark.parametrize(
    ("name", "change", "problem"),
    [
        ("accepted/subject.txt", ("{{ case_code }}", "｛｛ case_code ｝｝"), "“｛”会照样留在信里"),
        ("accepted/subject.txt", ("{{ case_code }}", "{case_code}"), "“{”会照样留在信里"),
        ("accepted/body.html", ("{{ deadline }}", "{ { deadline } }"), "“{”会照样留在信里"),
        ("base/letter.txt", ("{{ item.clause }}", "《item.clause》"), "“《item.clause》”会照样"),
        ("base/letter.html", ("{{ receipt_signature }}", "【receipt_signature】"), "会照样留在信里"),
        ("base/letter.txt", ("for item in items %}", "for item in items[:1] %}"), "需要补正的事项"),
        ("base/letter.txt", ("{{ office }}\n", "\n"), "落款的办公室"),
        ("base/letter.html", ("{{ findings_left_out }}", "几"), "没列出的还有几项"),
        ("base/letter.html", ('<td class="org">', '<td class="org"'), "没有成对"),
        ("base/letter.html", ('<span style="word-break:break-all">', ""), "没有成对"),
        ("incomplete/body.txt", ("{% endif %}", "{% endfi %}"), "模板写法有误：不认识的标签“endfi”"),
        ("incomplete/body.txt", ("{{ deadline }}", "{{ deadline }"), "模板写法有误：多了“}”"),
        ("accepted/subject.txt", ("{{ case_code }}", "{{ '{{' }}"), "信里留着“{{”"),
        ("accepted/subject.txt", ("：", "\n："), "主题要恰好一行"),
        ("accepted/subject.txt", ("{{ case_code }}", ""), "里面没有案卷编号"),
        ("base/letter.html", ("</table>", ""), "没有成对"),
        ("base/letter.html", ("{{ receipt_code }}", ""), "里面没有回执校验码"),
        ("incomplete/body.html", ("{{ deadline }}", "{{ deadline.year.day }}"), "不认识的属性"),
        ("incomplete/body.txt", ("{{ mend_remaining }}", "{{ total.upper() }}"), "不认识的属性"),
        ("incomplete/body.txt", ("{{ mend_remaining }}", "{{ files[9].name }}"), "模板 incomplete"),
    ],
)  # fmt: skip
def test_a_letter_that_is_spoilt_is_named(
    shipped: Templates, call: Call, name: str, change: tuple[str, str], problem: str
) -> None:
    """With the template that spoils it, or the letters that its base spoils."""
    old, new = change
    assert old in shipped.sources[name]
    problems = said(shipped, call, name, shipped.sources[name].replace(old, new))
    assert problem in "\n".join(problems)


@pytest.mark.parametrize(
    ("html", "tag"),
    [
        ("<p>一<br>二</p>", ""),
        ("<p><b>一</p>", "b"),
        ("<p>一", "p"),
        ("一</p>", "/p"),
        ("<p><b 一</b></p>", "b"),
        ("一</p></b>", "/p"),
        ("<p>一</br></p>", ""),
    ],
)
def test_tags_are_in_pairs(html: str, tag: str) -> None:
    """Those that stand alone by nature may."""
    assert unclosed(html) == tag


def test_a_spoilt_letter_is_written_with_the_shipped_template(
    shipped: Templates, call: Call
) -> None:
    """The others keep what is laid over them; a spoilt base takes all overrides with it."""
    layers = (
        dict(shipped.sources),
        {"accepted/subject.txt": "受理 {{ case_code }}"},
        {"rejected/body.txt": "不行"},
    )
    found, problems = sound_templates(layers, call)
    assert found.sources["accepted/subject.txt"] == "受理 {{ case_code }}"
    assert found.sources["rejected/body.txt"] == shipped.sources["rejected/body.txt"]
    assert {problem.split(":")[0] for problem in problems} == {"rejected/body.txt"}

    base = (*layers[:2], {"base/letter.txt": "{% block opening %}{% endblock %}"})
    found, problems = sound_templates(base, call)
    assert found.sources == shipped.sources
    assert problems

    whole, none = sound_templates(layers[:2], call)
    assert (whole.sources["accepted/subject.txt"], none) == ("受理 {{ case_code }}", [])


def test_authors_see_their_words_in_the_letter_that_tells_them(
    shipped: Templates, call: Call
) -> None:
    """Of the kind that the decision sends."""
    fault = finding(NO_SCAN, Outcome.RETURN)
    letter = letter_of([fault], Decision.INCOMPLETE, call, shipped)
    assert NO_SCAN[2] in letter
    assert "请" in letter
    accepted = letter_of([], Decision.ACCEPTED, call, shipped)
    assert NO_SCAN[2] not in accepted
    assert "受理" in accepted
