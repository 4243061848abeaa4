"""Step 0: the rule files on the disk are looked at; changed ones go in force when they are good,
and are told when not.

The last good version stays in force whatever stands on the disk. When there is none, every case
goes to staff. A case that has been judged is not judged again because rules have changed
(``mailroom case rejudge`` does that on purpose).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from ingest.calls import CallFolder, shortened, usable_templates
from ingest.errors import ConfigError
from ingest.judging.judge import Judge
from ingest.judging.refer import ReferEverything
from ingest.log import get_logger
from ingest.rulefiles.candidates import (
    MOVING,
    RuleTexts,
    Signature,
    kept_texts,
    read_texts,
    rule_files_row,
    signature,
    start_judge,
    text_sha256,
    texts_of,
    with_texts,
)
from ingest.rulefiles.examination import Before, before, examine
from ingest.rulefiles.in_force import RulesInForce
from ingest.rulefiles.replay import CaseChange, judge_again
from ingest.steps.border import fault_of
from ingest.store.cases import decisions_in_force
from ingest.store.database import Database
from ingest.store.events import EventKind, latest_event, record_event
from ingest.store.rulefiles import keep_rule_files, last_good, last_rules_event
from ingest.store.tables import RuleFilesRow
from rules.authoring.examples import case_count
from rules.call import Call, changed_settings
from rules.callfile import load_call
from rules.errors import RuleFileError
from rules.rulebook import read_rulebook

SHADOW = 50
"""How many decided cases new rules are tried on before they go in force."""
MAX_NAMED = 5
REFUSED_TEXT = "规则文件有误,未启用,继续使用上一版:"


def settle_rules(rules: RulesInForce, database: Database, now: datetime) -> None:
    """What a fresh process does, for each call: the files on the disk go in force, else the last
    good ones, else everything is referred.

    Files that were in force before this process started are compiled and not examined again.
    """
    _tell_of_templates(database, [each.folder for each in rules.all], now)
    for each in rules.all:
        _settle(each, database, now)


def _settle(rules: RulesInForce, database: Database, now: datetime) -> None:
    with database.reading() as session:
        row = last_good(session, rules.call.id)
    kept, disk = (kept_texts(row) if row is not None else None), rules.folder
    rules.seen = signature(disk.path)
    if not rules.trouble and texts_of(disk) == kept and _put_in_force(rules, disk):
        _tell(
            rules,
            database,
            now,
            EventKind.RULES_ACCEPTED,
            "规则文件与上次启用的版本一致",
            only_after=EventKind.RULES_REFUSED,
        )
    elif not rules.trouble and _accept(rules, database, disk, now):
        pass
    elif kept is not None and _put_in_force(rules, disk, kept):
        _tell(rules, database, now, EventKind.RULES_REFUSED, f"{REFUSED_TEXT}\n{rules.trouble}")
    else:
        rules.use(disk, ReferEverything(rules.trouble))
        _tell(
            rules,
            database,
            now,
            EventKind.RULES_REFUSED,
            f"没有可用的规则文件,全部案卷转人工:\n{rules.trouble}",
        )
        get_logger().error("no usable rules: every case goes to staff")


def _tell_of_templates(database: Database, folders: Sequence[CallFolder], now: datetime) -> None:
    """Templates that spoil their letter are not used: told once, and again when they change."""
    problems = [each for folder in folders for each in usable_templates(folder)[1]]
    problems = [*dict.fromkeys(problems)]  # templates beside the calls are those of all
    text = "信函模板有误, 有关的信改用随附的模板:\n" + shortened(problems)
    with database.writing() as session:
        last = latest_event(session, EventKind.ALARM)
        if problems and (last is None or last.text != text):
            record_event(session, now, EventKind.ALARM, text)


def look_at_rules(
    rules: RulesInForce, database: Database, now: datetime, *, closely: bool = False
) -> bool:
    """Take up rule files that have changed since the last look, those of every call; True when new
    ones went in force.

    ``closely`` reads them even when neither time nor size has changed. Files that cannot be used
    change nothing but ``rules.trouble``, and are an event that the digest and ``mailroom rules
    status`` show.
    """
    if not all(each.seen for each in rules.all):
        settle_rules(rules, database, now)
        return False
    changed = [_look(each, database, now, closely=closely) for each in rules.all]
    return any(changed)


def _look(rules: RulesInForce, database: Database, now: datetime, *, closely: bool) -> bool:
    seen = signature(rules.folder.path)
    if seen == rules.seen and not closely:
        return False
    try:
        texts = _read_at_rest(rules, seen)
        if texts == texts_of(rules.folder) and isinstance(rules.judge, Judge):
            rules.trouble = ""
            _tell(
                rules,
                database,
                now,
                EventKind.RULES_ACCEPTED,
                "规则文件已恢复为正在使用的版本",
                only_after=EventKind.RULES_REFUSED,
            )
            return False
        accepted = _accept(rules, database, with_texts(rules.folder, texts), now)
    except ConfigError as error:
        rules.trouble, accepted = str(error), False
    if not accepted:
        _tell(rules, database, now, EventKind.RULES_REFUSED, f"{REFUSED_TEXT}\n{rules.trouble}")
        get_logger().error(
            "rule files refused, what was in force stays in force", error=rules.trouble
        )
    return accepted


def _read_at_rest(rules: RulesInForce, seen: Signature) -> RuleTexts:
    """The files on the disk. When they moved while they were read, the next look reads them again:
    what comes back under its old name with its old time would look like nothing new.
    """
    try:
        return read_texts(rules.folder.path)
    finally:
        rules.seen = seen if signature(rules.folder.path) == seen else MOVING


def agree_to_examples(
    database: Database, folder: CallFolder, now: datetime, *, who: str, reason: str
) -> int:
    """A person's word that the examples on the disk may hold fewer cases than those in force; how
    many they hold.
    """
    count = case_count(folder.examples_source)
    with database.writing() as session:
        text = f"{who} 同意样例只有 {count} 个案例: {reason}"
        sha256 = text_sha256(folder.examples_source)
        record_event(
            session, now, EventKind.EXAMPLES_AGREED, text, sha256=sha256,
            data={"who": who, "reason": reason},
        )  # fmt: skip
    return count


def use_rules_in_force(rules: RulesInForce, database: Database) -> None:
    """For a command beside the daemon: the rules that are in force there, of every call, whatever
    stands on the disk by now. A call that has none yet has no cases either.

    Raises:
        ConfigError: no call has any, or they cannot be used.
    """
    with database.reading() as session:
        rows = [(each, last_good(session, each.call.id)) for each in rules.all]
    known = [(each, row) for each, row in rows if row is not None]
    if not known:
        raise ConfigError("还没有启用过规则文件", "先运行 mailroom run")
    for each, row in known:
        if not _put_in_force(each, each.folder, kept_texts(row)):
            raise ConfigError(each.trouble)


def follow_rules_in_force(rules: RulesInForce, database: Database) -> None:
    """For a process beside the daemon that only reads mails: let each call say what it says there,
    whatever stands on this machine's disk. Nothing is judged, so no rule is started.
    """
    for each in rules.all:
        with database.reading() as session:
            row = last_good(session, each.call.id)
        if row is not None and kept_texts(row) != texts_of(each.folder):
            each.folder = with_texts(each.folder, kept_texts(row))


def _put_in_force(rules: RulesInForce, folder: CallFolder, texts: RuleTexts | None = None) -> bool:
    """Use files that were good before; False when this program cannot use them any more."""
    try:
        whole = folder if texts is None else with_texts(folder, texts)
        rules.use(whole, start_judge(whole))
    except ConfigError as error:
        get_logger().error("rules that were good cannot be used", error=str(error))
        rules.trouble = rules.trouble or str(error)
        return False
    return True


def _accept(rules: RulesInForce, database: Database, folder: CallFolder, now: datetime) -> bool:
    """Examine ``folder``, try it on decided cases, keep it and swap; False, with ``rules.trouble``,
    when refused.
    """
    tried = _Tried(database, folder)
    fault = fault_of(tried.run)  # rules that make us stumble must not go in force either
    if fault is not None or tried.judge is None:
        told, name = isinstance(fault, ConfigError), type(fault).__name__
        rules.trouble = str(fault) if told else f"检查规则文件时程序出错: {name}: {fault}"
        return False
    judge, changes = tried.judge, tried.changes
    row = rule_files_row(folder, now)
    with database.writing() as session:
        text = f"启用规则文件 {row.rules_sha256[:12]}({len(judge.rulebook.rules)} 条规则); {_impact(changes)}"
        record_event(
            session, now, EventKind.RULES_ACCEPTED, text, sha256=row.rules_sha256,
            data={"call": folder.call.id},
        )  # fmt: skip
        _note_settings(session, folder.call, last_good(session, folder.call.id), now)
        _note_gone(session, tried.gone, now)
        keep_rule_files(session, row)
    rules.use(folder, judge)
    rules.trouble = ""
    get_logger().info(
        "rules in force", sha256=text_sha256(folder.rules_source)[:12], changes=len(changes)
    )
    return True


def _note_settings(
    session: Session, call: Call, before: RuleFilesRow | None, now: datetime
) -> None:
    """Each setting of the call that decides when something ends gets its own line when it
    changes.
    """
    if before is None:
        return
    try:
        old = load_call(call.id, before.call_source)
    except RuleFileError:  # this program reads the older file no longer: nothing to compare with
        return
    for change in changed_settings(old, call):
        text = f"征集设置“{change.name}”由“{change.before}”改为“{change.after}”"
        record_event(session, now, EventKind.CALL_CHANGED, text, data=vars(change))


@dataclass
class _Tried:
    """Rule files that are being tried."""

    database: Database
    folder: CallFolder
    judge: Judge | None = None  #: they are good, and at work
    changes: list[CaseChange] = field(default_factory=list)  #: what they change in decided cases
    gone: tuple[str, ...] = ()  #: rules of the files in force that these have no more

    def run(self) -> None:
        """Examine the files, then try them on decided cases. Raises ConfigError when refused."""
        with self.database.reading() as session:
            held_against = before(session, self.folder.call.id)
        with ExitStack() as undo:
            judge = undo.enter_context(examine(self.folder, held_against))
            self.changes = _shadow(self.database, self.folder, judge)
            self.gone = _gone(held_against, judge, self.folder.call)
            self.judge = judge
            undo.pop_all()


def _shadow(database: Database, folder: CallFolder, judge: Judge) -> list[CaseChange]:
    """What the new rules would have changed in the latest decided cases.

    Raises:
        ConfigError: engine and interpreter differ.
    """
    with database.reading() as session:
        decided = decisions_in_force(session, folder.call.id, limit=SHADOW)
    found = [judge_again(case, decision, judge, folder.call) for case, decision in decided]
    changes = [change for change in found if change is not None]
    differing = next((change for change in changes if change.disagreement), None)
    if differing is not None:
        raise ConfigError(
            f"引擎与解释器对案卷 {differing.case} 的判断不一致: {differing.disagreement}"
        )
    return changes


def _gone(held_against: Before, judge: Judge, call: Call) -> tuple[str, ...]:
    """The rules of the files in force that new ones have no more: a file that lost its end between
    two rules reads as well as ever.
    """
    if held_against.texts is None:
        return ()
    old, _ = read_rulebook(held_against.texts.rules, call)
    kept = {rule.id for rule in judge.rulebook.rules}
    return tuple(
        dict.fromkeys(rule.id for rule in (old.rules if old else ()) if rule.id not in kept)
    )


def _note_gone(session: Session, gone: Sequence[str], now: datetime) -> None:
    """People read it in the digest: whoever took them out on purpose knows."""
    if gone:
        named = "、".join(gone[:MAX_NAMED]) + ("等" if len(gone) > MAX_NAMED else "")
        text = (
            f"已启用的规则文件比上一版少了 {len(gone)} 条规则: {named}。"
            "不是有意删去的, 文件可能丢了一截, 请从备份恢复"
        )
        record_event(session, now, EventKind.ALARM, text)


def _impact(changes: list[CaseChange]) -> str:
    """What replaying decided cases showed, for the ledger."""
    if not changes:
        return "试判已裁定的案卷,结论没有变化"
    named = "、".join(change.case for change in changes[:MAX_NAMED]) + (
        "等" if len(changes) > MAX_NAMED else ""
    )
    return f"试判已裁定的案卷,{len(changes)} 个会有变化({named}),已有裁定不变"


def _tell(
    rules: RulesInForce,
    database: Database,
    now: datetime,
    kind: EventKind,
    text: str,
    *,
    only_after: EventKind | None = None,
) -> None:
    """An event, but not the same one twice running for a call, and only when the one before was
    ``only_after`` if that is given.
    """
    call = rules.call.id
    with database.writing() as session:
        last = last_rules_event(session, call)
        if only_after and (last is None or last.kind != only_after):
            return
        if last is None or (last.kind, last.text) != (kind, text):
            record_event(session, now, kind, text, data={"call": call})
