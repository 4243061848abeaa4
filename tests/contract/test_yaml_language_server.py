"""The schema of rule files in a real editor's server: yaml-language-server over standard input and
output.

Skipped where it is not installed; ``make schema-in-editor`` installs it below the tree,
``MAILROOM_YAML_LANGUAGE_SERVER`` may name its program.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from rules.authoring.schema import rule_schema
from rules.callfile import load_call
from rules.rulebook import load_rulebook

ROOT = Path(__file__).parents[2]
INSTALLED = ROOT / ".npm-editor/node_modules/.bin"
SERVER = os.environ.get("MAILROOM_YAML_LANGUAGE_SERVER") or shutil.which(
    "yaml-language-server", path=f"{INSTALLED}{os.pathsep}{os.environ.get('PATH', '')}"
)
CALL = ROOT / "config/calls/smart-education-2024"

pytestmark = pytest.mark.skipif(
    SERVER is None,
    reason="needs yaml-language-server: make schema-in-editor (npm)",
)


class Editor:
    """As much of an editor as it takes to open a file, see its errors and ask for completion."""

    def __init__(self, pipe_in: IO[bytes], pipe_out: IO[bytes]) -> None:
        self.pipe_in, self.pipe_out, self.number = pipe_in, pipe_out, 0

    def send(self, **message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.pipe_in.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.pipe_in.flush()

    def receive(self) -> dict[str, Any]:
        length = 0
        while line := self.pipe_out.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return dict(json.loads(self.pipe_out.read(length)))

    def until(self, wanted: Any) -> dict[str, Any]:
        """Answer the server's own questions until a message is what is waited for."""
        while True:
            message = self.receive()
            if "id" in message and "method" in message:
                items = message.get("params", {}).get("items", [None])
                answer = (
                    [{} for _ in items] if message["method"] == "workspace/configuration" else None
                )
                self.send(id=message["id"], result=answer)
            elif wanted(message):
                return message

    def ask(self, method: str, params: dict[str, Any]) -> Any:
        self.number += 1
        self.send(id=self.number, method=method, params=params)
        return self.until(lambda message: message.get("id") == self.number)["result"]

    def open(self, uri: str, text: str) -> list[dict[str, Any]]:
        """The errors the server shows for a file."""
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.send(method="textDocument/didOpen", params={"textDocument": document})
        shown = self.until(
            lambda message: message.get("method") == "textDocument/publishDiagnostics",
        )
        return list(shown["params"]["diagnostics"])

    def completions(self, uri: str, line: int, column: int) -> list[str]:
        place = {"textDocument": {"uri": uri}, "position": {"line": line, "character": column}}
        return [item["label"] for item in self.ask("textDocument/completion", place)["items"]]


@pytest.fixture
def head(tmp_path: Path) -> str:
    """The line at the top of a rule file that names the schema of the shipped call."""
    call = load_call("x", (CALL / "call.yaml").read_text(encoding="utf-8"))
    rulebook = load_rulebook((CALL / "rules.yaml").read_text(encoding="utf-8"), call)
    schema = tmp_path / "schema.json"
    schema.write_text(
        json.dumps(rule_schema(rulebook.vocabulary), ensure_ascii=False),
        encoding="utf-8",
    )
    return f"# yaml-language-server: $schema={schema.as_uri()}\n"


@pytest.fixture
def editor() -> Iterator[Editor]:
    """A running server, initialised."""
    assert SERVER is not None
    with subprocess.Popen(
        [SERVER, "--stdio"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin
        assert process.stdout
        talk = Editor(process.stdin, process.stdout)
        completion = {"completionItem": {"snippetSupport": True}}
        talk.ask(
            "initialize",
            {
                "processId": None,
                "rootUri": None,
                "capabilities": {"textDocument": {"completion": completion}},
            },
        )
        talk.send(method="initialized", params={})
        settings = {
            "yaml": {
                "validate": True,
                "completion": True,
                "hover": True,
                "schemaStore": {"enable": False},
            }
        }
        talk.send(method="workspace/didChangeConfiguration", params={"settings": settings})
        yield talk
        process.kill()


def test_the_shipped_rules_are_not_underlined(editor: Editor, head: str) -> None:
    """What the program reads, the editor must accept."""
    assert (
        editor.open(
            "file:///rules.yaml",
            head + (CALL / "rules.yaml").read_text(encoding="utf-8"),
        )
        == []
    )


def test_slips_are_underlined_in_chinese_where_they_stand(editor: Editor, head: str) -> None:
    """A sentence of two words, an outcome that does not exist, a key that does not exist."""
    text = head + (CALL / "rules.yaml").read_text(encoding="utf-8")
    text = text.replace("要求: 来件.收到时间 早于 截止时间", "要求: 来件.收到时间早于截止时间", 1)
    text = text.replace("不满足: 转人工", "不满足: 人工", 1)
    found = editor.open("file:///rules.yaml", text)

    lines = text.splitlines()
    shown = {lines[one["range"]["start"]["line"]].strip(): one["message"] for one in found}
    assert "写成三段" in shown["要求: 来件.收到时间早于截止时间"]
    assert "不予受理" in shown["不满足: 人工"]


def test_keys_outcomes_and_whole_sentences_are_offered(editor: Editor, head: str) -> None:
    """From the call's own words."""
    rule = "版本: 1\n通知: 试\n规则:\n  - 编号: R1\n    名称: 试\n    依据: 一\n    针对: 申报书\n    要求: \n    不满足: \n    \n"
    editor.open("file:///new.yaml", head + rule)

    sentences = editor.completions("file:///new.yaml", 8, 8)
    assert {
        "来件.收到时间 早于 截止时间",
        "申报书.类别 是 示范区",
        "申报书.公示天数 不少于 1",
    } <= set(sentences)
    assert {"不予受理", "退回补正", "转人工", "提醒"} <= set(
        editor.completions("file:///new.yaml", 9, 9)
    )
    assert {"告知", "适用", "生效"} <= set(editor.completions("file:///new.yaml", 10, 4))
