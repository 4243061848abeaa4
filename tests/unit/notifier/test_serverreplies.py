"""What a mail server's reply means for the letter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.serverreplies import Stage, classify, login_may_be_repeated, readable
from notifier.transport import SendOutcome
from tests.letters import ANY


@pytest.mark.parametrize(
    ("stage", "code", "words", "outcome"),
    [
        (Stage.CONTENT, 450, "MI:DMC 163 smtp1,example", SendOutcome.RETRY),
        (Stage.MAIL, 421, "HL:ICC 163 smtp1", SendOutcome.RETRY),
        (Stage.RCPT, 451, "RP:QRC", SendOutcome.RETRY),
        (Stage.CONTENT, 451, "DT:SPM ,please try again", SendOutcome.RETRY),
        (Stage.CONTENT, 550, "DT:SPM 163 smtp1", SendOutcome.REFUSED),
        (Stage.CONTENT, 554, "DT:SPM 163 smtp1", SendOutcome.REFUSED),
        (Stage.MAIL, 550, "MI:STC 163 smtp1", SendOutcome.TOMORROW),
        (Stage.MAIL, 554, "MI:STC 163 smtp1", SendOutcome.TOMORROW),
        (Stage.RCPT, 550, "RP:TRC 163 smtp1", SendOutcome.TOMORROW),
        (Stage.CONTENT, 554, "DT:SUM 163 smtp1", SendOutcome.CONFIGURATION),
        (Stage.MAIL, 553, "Mail from must equal authorized user", SendOutcome.CONFIGURATION),
        (
            Stage.MAIL,
            501,
            "mail from address must be same as authorization user",
            SendOutcome.CONFIGURATION,
        ),
        (Stage.MAIL, 550, "User has no permission", SendOutcome.CONFIGURATION),
        (Stage.MAIL, 530, "5.7.0 Must issue a STARTTLS command first", SendOutcome.CONFIGURATION),
        (
            Stage.MAIL,
            554,
            "IP is rejected, smtp auth error limit exceed",
            SendOutcome.CONFIGURATION,
        ),
        (Stage.MAIL, 451, "too much fail authentication", SendOutcome.CONFIGURATION),
        (Stage.RCPT, 554, "5.7.1 Relay access denied", SendOutcome.CONFIGURATION),
        (Stage.RCPT, 550, "Invalid User", SendOutcome.REFUSED),
        (Stage.MAIL, 552, "exceeded mailsize limit", SendOutcome.REFUSED),
        (Stage.CONTENT, 552, "Illegal Attachment", SendOutcome.REFUSED),
        (Stage.CONTENT, 550, "Ip frequency limited", SendOutcome.RETRY),
        (Stage.RCPT, 450, "4.2.0 Greylisted", SendOutcome.RETRY),
    ],
)
def test_a_refusal_leads_to_what_the_provider_means_by_it(
    stage: Stage, code: int, words: str, outcome: SendOutcome
) -> None:
    """NetEase's table of codes and the sentences seen at QQ."""
    assert classify(stage, code, words) is outcome


@given(stage=st.sampled_from(Stage), code=st.integers(-1, 999), words=st.text(ANY, max_size=40))
def test_no_refusal_is_ever_taken_for_a_success(stage: Stage, code: int, words: str) -> None:
    """Only the 250 after the final dot is, and that one never gets here."""
    assert classify(stage, code, words) is not SendOutcome.SENT


@given(
    stage=st.sampled_from([Stage.MAIL, Stage.RCPT, Stage.DATA]),
    code=st.integers(-1, 999),
    words=st.text(ANY, max_size=40),
)
def test_before_the_content_nothing_is_uncertain(stage: Stage, code: int, words: str) -> None:
    """The server cannot have taken what it has not seen."""
    assert classify(stage, code, words) is not SendOutcome.UNCERTAIN


@pytest.mark.parametrize("code", [-1, 0, 200, 354, 600])
def test_an_answer_after_the_content_that_is_none_leaves_it_uncertain(code: int) -> None:
    """Guessing "not sent" here is how people get the same letter twice."""
    assert classify(Stage.CONTENT, code, "\x00\x00") is SendOutcome.UNCERTAIN


@pytest.mark.parametrize(
    ("code", "words", "again"),
    [
        (535, "Error: authentication failed", False),
        (535, "Login Fail. Please enter your authorization code to login.", False),
        (535, "login frequency limited", True),
        (454, "4.7.0 Temporary authentication failure", True),
        (451, "too much fail authentication", False),
        (-1, "", True),
        (550, "User has no permission", False),
        (
            535,
            "Login fail. Account is abnormal, password is incorrect, login frequency limited, or system is busy",
            False,
        ),
    ],
)
def test_a_login_is_repeated_only_where_that_cannot_lock_the_account(
    code: int,
    words: str,
    again: bool,
) -> None:
    """Too often and too busy pass by themselves; a wrong password does not."""
    assert login_may_be_repeated(code, words) is again


def test_a_reply_is_made_readable_whatever_its_charset() -> None:
    """Evidence for staff: one line, printable, of bounded length."""
    assert readable("发送频率过高\r\n请稍后".encode("gb18030")) == "发送频率过高 请稍后"
    assert len(readable(b"x" * 5000)) == 300
