"""称谓 in call.yaml: how the parties of a call are named, and the vocabulary that follows."""

from __future__ import annotations

from rules.call import APPLICANT_NAME, Words, vocabulary_of
from rules.callfile import load_call
from tests.unit.rules.writing import CALL

WITHOUT = CALL[: CALL.index("称谓:")]


def test_a_call_that_says_nothing_gets_neutral_words() -> None:
    """No place and no kind of office is taken for granted."""
    call = load_call("x", WITHOUT)
    assert call.words == Words()
    assert vocabulary_of(call)["来件"]["发件方"].options == (
        "报送单位",
        "直属单位",
        "申报单位",
        "其他",
    )
    assert "所属单位" in vocabulary_of(call)["申报书"]


def test_rules_speak_the_calls_own_words() -> None:
    """Senders, the field of the unit; the applicant's name always under the same word."""
    call = load_call(
        "x", WITHOUT + "称谓: {报送单位: 街道办, 所属单位字段: 街道, 报送单位用词: [街道办]}\n"
    )
    words = vocabulary_of(call)
    assert words["来件"]["发件方"].options == ("街道办", "直属单位", "申报单位", "其他")
    assert "街道" in words["申报书"]
    assert "街道" in words["台账"]
    assert APPLICANT_NAME in words["汇总行"]
    assert call.words.bureau_words == ("街道办",)
