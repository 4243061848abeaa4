"""What a person reads on the command line is Chinese: usage, status, cases, mails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from typer import Typer
from typer.main import get_command

from ingest.cli import application, run, showing
from ingest.cli.application import app
from ingest.cli.helptext import help_in_chinese, speak_chinese
from ingest.cli.usage import in_chinese
from ingest.reading import Fate, ScreeningKind
from ingest.store.tables import MessageState
from ingest.views import records
from ingest.views.words import fact_text
from notifier.outboxstates import OutboxState
from rules.verdict import Decision
from rules.vocabulary import Field, FieldType

Capture = pytest.CaptureFixture[str]
AT = datetime(2024, 8, 30, 8, 5, 9, tzinfo=UTC)
CODE_WORDS = {
    str(word)
    for kind in (MessageState, OutboxState, ScreeningKind, Fate, Decision)
    for word in kind
} | {"None", "True", "False", "undecided", "known", "blank"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["fly"], "没有命令“fly”"),
        (["case", "shwo"], "没有命令“shwo”，是不是 show？"),
        (["case", "show"], "少写了 code（案卷编号"),
        (["case", "show", "A", "B"], "多写了 B"),
        (["case", "decide", "A", "受理"], "少写了选项 --because"),
        (["message", "show", "abc"], "number（来件编号） 的值不能用: 要写整数"),
        (["message", "list", "--limit", "0"], "--limit"),
        (["message", "list", "--limit", "0"], "不能小于 1"),
        (["status", "--nonsense"], "没有选项 --nonsense"),
        (["rules", "test", "--jsno"], "没有选项 --jsno，是不是 --json？"),
        (["document", "inspect", "--picture"], "选项 --picture 后面要写一个值"),
        (["status", "--json=1"], "选项 --json 后面不写值"),
    ],
)
def test_a_wrong_command_line_is_told_in_chinese(
    arguments: list[str], said: str, capsys: Capture
) -> None:
    """With where the help of that command is."""
    assert run(arguments) == 64
    error = capsys.readouterr().err
    assert said in error
    assert not re.search(r"\b(No|Missing|Invalid|Option|Got|argument|requires|env var)\b", error)
    assert "--help" in error


def test_every_help_is_chinese(capsys: Capture) -> None:
    """Headings, kinds of values and notes of every command, as they are printed."""
    command = get_command(app)
    speak_chinese(command)
    for path in paths(command):
        command([*path, "--help"], prog_name="mailroom", standalone_mode=False)
        said = capsys.readouterr().out
        assert said.startswith(" ".join(["用法: mailroom", *path, "[选项]"]))
        found = re.findall(r"(?i)usage|options|arguments|commands:|show this|<[a-z]|required", said)
        assert (path, found) == (path, [])
        assert not re.search(r"\[(?:env|default)\b|x>=", said), path


def test_the_command_itself_says_it(capsys: Capture) -> None:
    """On standard output; the help of a group named alone is on standard error."""
    assert run(["--help"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("用法: mailroom [选项] 命令 ...\n")
    assert "\n选项:\n" in said
    assert "\n命令:\n" in said
    assert run(["case"]) == 64
    assert capsys.readouterr().err.startswith("用法: mailroom case [选项] 命令 ...\n")


def test_only_the_branch_that_is_asked_for_is_made_and_its_help_is_the_same(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With and without a configuration before it, from each group and command of the root."""
    whole = get_command(app)
    speak_chinese(whole)
    made: list[set[str]] = []

    def counted(tree: Typer) -> Any:
        command = get_command(tree)
        made.append(set(command.commands))
        return command

    application._branch.cache_clear()
    monkeypatch.setattr(application, "get_command", counted)
    for name in whole.commands:
        whole([name, "--help"], prog_name="mailroom", standalone_mode=False)
        expected = capsys.readouterr().out
        assert run([name, "--help"]) == run(["--config", "x.toml", name, "--help"]) == 0
        assert capsys.readouterr().out == expected * 2
    assert made == [{name} for name in whole.commands]


def test_the_columns_of_a_help_stay() -> None:
    """A Chinese character takes two columns; an unknown kind of value is left alone."""
    text = (
        "Usage: x [OPTIONS] {code}\n\nArguments:\n  code <str>   the str  [required]\n"
        "  to <path>    where\n  n <int range>  how many  [env\n               var: N; x>=1]\n"
        "  y <uuid>     which\n  z <int>\n  w <int>  few"
    )
    assert help_in_chinese(text) == (
        "用法: x [选项] {code}\n\n参数:\n  code <文字>  the str  [必写]\n"
        "  to <路径>    where\n  n <整数>       how many  [环境变量: N; 不小于 1]\n"
        "  y <uuid>     which\n  z <整数>\n  w <整数> few"
    )


def paths(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command and group."""
    yield path
    for name, child in (getattr(command, "commands", None) or {}).items():
        yield from paths(child, (*path, name))


def test_what_the_parser_may_say_one_day_is_not_lost() -> None:
    """Behind Chinese words."""
    assert in_chinese("Brand new trouble.") == "命令用法不对（Brand new trouble.）"
    assert in_chinese("Invalid value for 'x': Odd.") == "x 的值不能用: Odd."


def test_a_group_named_alone_shows_its_help_and_no_error(capsys: Capture) -> None:
    """It is not a mistake to ask what there is."""
    assert run(["case"]) == 64
    assert not capsys.readouterr().err.startswith("mailroom:")


def test_the_version_is_told(capsys: Capture) -> None:
    """One line, exit 0."""
    assert run(["--version"]) == 0
    assert re.fullmatch(r"mailroom \d+\.\d+\.\d+\S*\n", capsys.readouterr().out)


MAIL: dict[str, Any] = {
    "id": 7, "received": AT, "state": "read", "screening": "person", "from": "a@example.cn",
    "name": "王小明", "subject": "材料", "size": 251_904, "sha256": "ab" * 32, "folder": "INBOX", "uid": 3,
    "duplicate_of": None, "answered": True, "joined_by": "单位名称", "files": ["申报书.docx"],
}  # fmt: skip
LETTER: dict[str, Any] = {
    "id": 3, "kind": "incomplete", "state": "uncertain", "recipient": "a@example.cn", "subject": "【补正通知】",
    "message_id": "<x@y>", "case_id": 1, "attempts": 1, "created": AT, "next_attempt": None, "sent": None,
    "reply": "250 ok", "undelivered": "是否送达无法确定",
}  # fmt: skip
CASE: dict[str, Any] = {
    "code": "Q24-0001-X", "call": "c", "track": "甲类", "submitter": "某单位", "unit": "某单位",
    "decision": "incomplete", "version": 2, "received": AT, "decided": AT, "judge_after": None,
    "reply_address": "a@example.cn", "undelivered": True, "state": "待补正", "assigned_to": "", "merged_into": "",
    "staff": [{"at": AT, "who": "小李", "text": "已问过"}], "tasks": ["4 人工核验：印章"], "messages": [MAIL],
    "decisions": [{"version": 1, "decision": "referred", "decided": AT, "rules_sha256": "0"}],
    "digital_seals": [], "letters": [LETTER],
    "entries": [{"applicant": "某校", "track": "甲类", "verdict": "incomplete", "findings": []}],
}  # fmt: skip
MESSAGE: dict[str, Any] = {
    **MAIL, "call": "c", "screening_reply": True, "screening_reason": "个人来信", "message_id": "<a@b>", "cases": ["Q24-0001-X"],
    "parts": [{"path": "2", "name": "材料.rar", "kind": "rar", "size": 9, "fate": "unsupported", "reason": "暂不打开"}],
    "documents": [{"part": "2", "form": "附件1", "rendition": "stamped_scan", "applicant": "某校"}],
    "letters": [LETTER], "no_letters": [{"at": AT, "reason": "到了上限"}],
    "events": [{"at": AT, "kind": "received", "text": "登记"}], "attempts": 1, "error": "",
}  # fmt: skip
STATUS: dict[str, Any] = {
    "now": AT.isoformat(), "server_count": 4, "ledger_count": 4, "reconciled": True, "differences": [],
    "last_poll": AT.isoformat(), "stale": "", "messages": {str(state): 1 for state in MessageState},
    "cases": {str(decision): 2 for decision in Decision} | {"undecided": 1}, "to_judge": 1,
    "outbox": {str(state): 3 for state in OutboxState}, "held": True, "rules_trouble": "", "attention": ["备份旧了"],
    "queue": None, "ledger": {"events": 9, "head": "ab"}, "errors": {"INBOX": "连不上"},
}  # fmt: skip


def plain(text: str) -> None:
    """No word of the code, no instant that is not Beijing's, no bare seconds or millionths."""
    assert not set(re.findall(r"[A-Za-z_]+", text)) & CODE_WORDS
    assert "T08:05" not in text
    assert not re.search(r"(?<![\w:.-])\d{6,}(?![\w.-])", text)


def test_a_case_is_shown_in_words(capsys: Capture) -> None:
    """Decisions, states and times as the office says them."""
    showing.show_case(CASE)  # type: ignore[arg-type]
    text = capsys.readouterr().out
    plain(text)
    assert "2024-08-30 16:05:09" in text
    for words in ("裁定: 待补正", "补正通知  是否送达不确定", "第 1 次  转人工", "小李  已问过"):
        assert words in text


def test_a_mail_is_shown_in_words(capsys: Capture) -> None:
    """Its kind, its attachments' fates."""
    showing.show_message(MESSAGE)  # type: ignore[arg-type]
    text = capsys.readouterr().out
    plain(text)
    for words in ("性质: 来件", "大小: 246.0 KB", "RAR", "不能打开", "盖章扫描件", "到了上限"):
        assert words in text


def test_the_status_is_told_in_words() -> None:
    """Every number with what it counts."""
    text = "\n".join("  ".join(row) for row in showing.status_rows(STATUS, AT))  # type: ignore[arg-type]
    plain(text)
    for words in (
        "2024-08-30 16:05:09",
        "受理 2",
        "未裁定 1",
        "已人工暂停",
        "文件夹 INBOX  连不上",
    ):
        assert words in text
    stale = showing.status_rows({**STATUS, "stale": "没有收信"}, AT)  # type: ignore[typeddict-item]
    assert stale[0] == ("异常", "没有收信")


@pytest.mark.parametrize(
    ("fact", "field", "text"),
    [
        (980_000, Field("率", FieldType.PERCENT), "98%"),
        (int(AT.timestamp()), Field("时", FieldType.INSTANT), "2024年8月30日 16:05:09"),
        (["甲", "乙"], Field("选", FieldType.CHOICES, ("甲", "乙")), "甲、乙"),
        (980_000, None, "九成八"),
        (True, None, "九成八"),
    ],
)
def test_a_value_is_shown_as_it_is_written(fact: object, field: Field | None, text: str) -> None:
    """Never as it is stored; where its field is no longer known, as it was found."""
    dumped = {"knowledge": "known", "value": fact, "provenance": {"raw": "九成八"}}
    assert fact_text(dumped, field) == text


@pytest.mark.parametrize("knowledge", ["blank", "unknown"])
def test_what_has_no_value_says_why(knowledge: str) -> None:
    """In brackets."""
    text = fact_text({"knowledge": knowledge, "value": None, "provenance": {}}, None)
    assert re.fullmatch(r"\((未填|未知)\)", text)


@pytest.mark.parametrize("record", [records.CaseRecord, records.MessageRecord])
def test_every_plain_key_has_its_label(record: Any) -> None:
    """A new one would be left out."""
    assert set(record.__annotations__) <= set(showing.LABELS)
