"""Records of the store as people read them: Chinese labels and words, Beijing time.

``--json`` prints the records as they are; nothing here is read by programs, and nothing is looked
up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer

from ingest.cli.console import beijing, print_table
from ingest.views.words import (
    FATE_WORDS,
    LETTER_WORDS,
    MESSAGE_WORDS,
    RENDITION_WORDS,
    SCREENING_WORDS,
    fact_text,
    kind_word,
)
from notifier.outboxstates import STATE_NAMES
from notifier.wording import size_text
from rules.verdict import DECISION_NAMES, decision_name
from rules.vocabulary import Field

if TYPE_CHECKING:
    from ingest.views.records import (
        CaseDetail,
        DocumentRecord,
        Dumped,
        EntryRecord,
        LetterRecord,
        MessageDetail,
        MessageRecord,
        QueueRecord,
        SilenceRecord,
        StatusReport,
    )

LABELS: Mapping[str, str] = {
    "id": "编号",
    "received": "收到时间",
    "state": "状态",
    "screening": "性质",
    "from": "发件地址",
    "name": "发件人",
    "subject": "主题",
    "size": "大小",
    "sha256": "SHA-256",
    "folder": "邮箱文件夹",
    "uid": "服务器上的编号",
    "duplicate_of": "与此件重复",
    "answered": "已答复或不必答复",
    "screening_reply": "可以答复",
    "screening_reason": "性质的依据",
    "message_id": "邮件标识",
    "cases": "案卷",
    "attempts": "读取次数",
    "error": "读取出错",
    "code": "案卷",
    "call": "征集",
    "track": "申报类别",
    "submitter": "报送单位",
    "unit": "名单里的单位",
    "decision": "裁定",
    "version": "第几次裁定",
    "decided": "裁定时间",
    "judge_after": "何时再裁定",
    "reply_address": "答复地址",
    "undelivered": "有信函未送达",
    "assigned_to": "经办人",
    "merged_into": "已并入案卷",
    "kind": "种类",
    "asks": "要办的事",
    "case": "案卷",
    "entry": "申报项",
    "message": "来件",
    "reason": "原因",
    "address": "邮箱",
    "telephone": "电话",
    "opened": "开始时间",
    "how": "怎样办",
    "closed": "办结时间",
    "closed_by": "谁办结的",
    "closed_because": "怎样办的",
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "state": {**MESSAGE_WORDS, **{str(key): word for key, word in STATE_NAMES.items()}},
    "screening": SCREENING_WORDS,
    "decision": DECISION_NAMES,
}
_LEFT_OUT = frozenset({"kind", "undelivered"})
"""Keys whose Chinese stands under another one, or that say it by a list below."""


def shown(key: str, value: object) -> str:
    """One value as a person reads it; "" when there is nothing to say."""
    if value is None or value == "":
        return ""
    if isinstance(value, datetime):
        return beijing(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if key == "size" and isinstance(value, int):
        return size_text(value)
    return _WORDS.get(key, {}).get(str(value), str(value))


def show_fields(record: Mapping[str, Any]) -> None:
    """The plain values of a record, one a line; lists are shown by whoever knows what is in
    them.
    """
    for key, value in record.items():
        if isinstance(value, list | dict) or key in _LEFT_OUT or key not in LABELS:
            continue
        if text := shown(key, value):
            typer.echo(f"{LABELS[key]}: {text}")


def _heading(title: str, there: object) -> bool:
    if there:
        typer.echo(f"\n{title}")
    return bool(there)


def show_lines(title: str, lines: Iterable[str]) -> None:
    """A heading and its lines; nothing when there are none."""
    listed = list(lines)
    if _heading(title, listed):
        for line in listed:
            typer.echo(f"  {line}")


def show_parts(parts: Sequence[Dumped]) -> None:
    """Every attachment with its fate."""
    print_table(
        ("附件", "类型", "大小", "去向", "说明"),
        [
            [
                part["name"] or part["path"],
                kind_word(part["kind"]),
                size_text(part["size"]),
                FATE_WORDS.get(part["fate"], part["fate"]),
                f"{part['reason']} {part.get('link', '')}".strip(),
            ]
            for part in parts
        ],
    )


def show_documents(documents: Sequence[DocumentRecord]) -> None:
    """What was recognised as a form."""
    show_lines(
        "认出的表",
        (
            f"{one['form'] or '未识别表单'}  {RENDITION_WORDS.get(one['rendition'], one['rendition'])}"
            f"  {one['applicant'] or ''}".rstrip()
            for one in documents
        ),
    )


def show_letters(letters: Sequence[LetterRecord], silences: Sequence[SilenceRecord] = ()) -> None:
    """Every letter, and each that was not sent."""
    show_lines("信函", (_letter(one) for one in letters))
    show_lines("没有发的信函", (f"{beijing(one['at'])}  {one['reason']}" for one in silences))


def _letter(letter: LetterRecord) -> str:
    words = [
        f"{letter['id']}",
        LETTER_WORDS.get(letter["kind"], letter["kind"]),
        STATE_NAMES.get(letter["state"], letter["state"]),  # type: ignore[call-overload]
        letter["recipient"],
        beijing(letter["sent"]) if letter["sent"] else "",
        letter["subject"],
        f"未送达: {letter['undelivered']}" if letter["undelivered"] else "",
    ]
    return "  ".join(word for word in words if word)


def show_message(detail: MessageDetail) -> None:
    """Everything about one mail."""
    show_fields(detail)
    show_lines("归入的案卷", detail["cases"])
    if _heading("附件", detail["parts"]):
        show_parts(detail["parts"])
    show_documents(detail["documents"])
    show_letters(detail["letters"], detail["no_letters"])
    show_lines("经过", (f"{beijing(one['at'])}  {one['text']}" for one in detail["events"]))


def show_case(detail: CaseDetail) -> None:
    """One case: its mails, every version of its verdict, its letters, its findings."""
    show_fields(detail)
    show_lines("来件", (_mail(mail, mail["joined_by"]) for mail in detail["messages"]))
    show_lines(
        "历次裁定",
        (
            f"第 {one['version']} 次  {decision_name(one['decision'])}  {beijing(one['decided'])}"
            for one in detail["decisions"]
        ),
    )
    show_lines("未办结的待办", detail["tasks"])
    show_lines(
        "经办", (f"{beijing(one['at'])}  {one['who']}  {one['text']}" for one in detail["staff"])
    )
    show_lines("电子签章", detail["digital_seals"])
    show_letters(detail["letters"])
    show_entries(detail["entries"], evidence=False)


def _mail(mail: MessageRecord, why: str) -> str:
    return f"{mail['id']}  {beijing(mail['received'])}  {mail['from']}  {mail['subject']}  ({why})"


def show_entries(entries: Sequence[EntryRecord], *, evidence: bool = True) -> None:
    """Every entry with its findings and, where wanted, what they rest on."""
    for entry in entries:
        typer.echo(f"\n{entry['applicant'] or '整份材料'}: {decision_name(entry['verdict'])}")
        for finding in entry["findings"]:
            place = f"{finding['clause']}; 规则文件第 {finding['line']} 行"
            said = f"[{finding['rule']} {finding['outcome']} {finding['truth']}] {finding['text']}"
            typer.echo(f"  {said}  ({place})")
            for line in finding["evidence"] if evidence else ():
                typer.echo(f"      {line}")


Vocabulary = Mapping[str, Mapping[str, Field]]


def show_subjects(subjects: Sequence[Dumped], vocabulary: Vocabulary) -> None:
    """Every fact with its place, its value as a person writes it."""
    for subject in subjects:
        typer.echo(f"\n{subject['kind']} {subject['id']}")
        known = vocabulary.get(subject["kind"], {})
        for name, fact in subject["fields"].items():
            source = fact["provenance"]
            value = fact_text(fact, known.get(name))
            typer.echo(f"  {name} = {value}  {source['part']} {source['place']}".rstrip())


_HEALTH = (
    ("server_count", "邮箱里的邮件"),
    ("ledger_count", "台账里的邮件"),
    ("to_judge", "等待裁定的案卷"),
)


def status_rows(report: StatusReport, now: datetime) -> list[tuple[str, str]]:
    """What ``status`` prints: a label and a value a line."""
    polled = report["last_poll"]
    rows = [
        ("现在", beijing(now)),
        ("最近一次收信", beijing(datetime.fromisoformat(polled)) if polled else "尚未成功收信"),
        *((label, str(report[key])) for key, label in _HEALTH),  # type: ignore[literal-required]
        ("对账", "一致" if report["reconciled"] else "不一致"),
        *(("对账不符", one) for one in report["differences"]),
        ("来件", _counted(report["messages"], MESSAGE_WORDS)),
        ("案卷", _counted(report["cases"], {**DECISION_NAMES, "undecided": "未裁定"})),
        ("信函", _counted(report["outbox"], STATE_NAMES)),
        ("发信", "已人工暂停" if report["held"] else "正常"),
        ("规则", report["rules_trouble"] or "正常"),
        *(("请注意", one) for one in report["attention"]),
        *((f"文件夹 {folder}", error) for folder, error in report["errors"].items()),
        *_queue_rows(report["queue"]),
        ("台账", f"{report['ledger']['events']} 行，末行校验值 {report['ledger']['head']}"),
    ]
    return [("异常", report["stale"]), *rows] if report["stale"] else rows


def _queue_rows(queue: QueueRecord | None) -> list[tuple[str, str]]:
    if queue is None:
        return []
    jobs = f"待读 {queue['waiting']}、在读 {queue['doing']}、停住 {queue['stuck']}、出错 {queue['failed']}"
    about = f"{queue['receiver']}(版本 {queue['receiver_version']}),{queue['receiver_silent']} 秒前有动静"
    return [("读取任务", f"{jobs};worker {queue['workers']} 个"), ("receiver", about)]


def _counted(counts: Mapping[str, int], words: Mapping[Any, str]) -> str:
    """What there is of each; what there is none of is not named."""
    named = [f"{words.get(key, key)} {number}" for key, number in counts.items() if number]
    return "、".join(named) or "没有"
