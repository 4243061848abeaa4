"""总结报告 of a call: how many, for what reasons, in how many rounds, how fast. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from notifier.wording import deadline_text, moment
from rules.call import Call
from rules.verdict import DECISION_NAMES, Decision, Outcome, Verdict


@dataclass(frozen=True)
class Told:
    """One version of a case's verdict."""

    decided: datetime
    verdict: Verdict


@dataclass(frozen=True)
class Story:
    """What became of one case."""

    track: str
    received: tuple[datetime, ...]  #: of its mails
    told: tuple[Told, ...]  #: the oldest first

    @property
    def rounds(self) -> int:
        """How often it was sent back to be mended."""
        return sum(one.verdict.decision is Decision.INCOMPLETE for one in self.told)


def report_text(call: Call, stories: Sequence[Story], mails: int, now: datetime) -> str:
    """The report as plain text."""
    return "\n".join(_lines(call, stories, mails, now)) + "\n"


def _lines(call: Call, stories: Sequence[Story], mails: int, now: datetime) -> Iterator[str]:
    yield f"{call.title} 总结报告"
    yield f"{call.authority}　截止 {deadline_text(call.deadline)}　生成 {moment(now)}（北京时间）"
    yield ""
    yield f"一、总数: 来件 {mails} 封，案卷 {len(stories)} 个"
    for track in call.tracks:
        yield f"  {track.name}: {_counted(decisions_of(stories, track.name))}"
    yield ""
    yield "二、各条规则查出的问题（现行裁定；括号内是历次裁定里出现过的案卷数）"
    yield from reason_lines(stories) or ["  没有"]
    yield ""
    yield "三、补正轮次"
    rounds = Counter(story.rounds for story in stories)
    for number in sorted(rounds):
        yield f"  退回补正 {number} 次: {rounds[number]} 个案卷"
    yield ""
    yield "四、办理时间（从收到第一封来件算起）"
    yield f"  到第一次裁定: {_spans(first_spans(stories))}"
    yield f"  到现行裁定: {_spans(last_spans(stories))}"


def decisions_of(stories: Iterable[Story], track: str) -> Counter[Decision]:
    """The entries of a track by the decision in force; a case without entries counts as one."""
    found: Counter[Decision] = Counter()
    for story in stories:
        if story.track == track and story.told:
            verdict = story.told[-1].verdict
            found.update(entry.decision for entry in verdict.entries or ())
            if not verdict.entries:
                found[verdict.decision] += 1
    return found


def _counted(decisions: Counter[Decision]) -> str:
    named = [f"{DECISION_NAMES[key]} {decisions[key]}" for key in Decision if decisions[key]]
    return f"申报项 {decisions.total()} 个" + (f"，其中{'、'.join(named)}" if named else "")


def reason_lines(stories: Sequence[Story]) -> list[str]:
    """Every rule that found something, the most frequent first."""
    now: Counter[tuple[str, str]] = Counter()
    ever: Counter[tuple[str, str]] = Counter()
    for story in stories:
        found = [set(_reasons(one.verdict)) for one in story.told]
        now.update(found[-1] if found else ())
        ever.update(set().union(*found))
    return [
        f"  {rule} {title}: {now[rule, title]} 个案卷（{count}）"
        for (rule, title), count in sorted(ever.items(), key=lambda item: (-item[1], item[0]))
    ]


def _reasons(verdict: Verdict) -> Iterator[tuple[str, str]]:
    findings = [*verdict.findings, *(one for entry in verdict.entries for one in entry.findings)]
    return ((one.rule, one.fault) for one in findings if one.outcome is not Outcome.REMIND)


def first_spans(stories: Iterable[Story]) -> list[timedelta]:
    """From the first mail to the first verdict."""
    return [s.told[0].decided - min(s.received) for s in stories if s.told and s.received]


def last_spans(stories: Iterable[Story]) -> list[timedelta]:
    """From the first mail to the verdict in force."""
    return [s.told[-1].decided - min(s.received) for s in stories if s.told and s.received]


def _spans(spans: Sequence[timedelta]) -> str:
    if not spans:
        return "还没有裁定"
    middle = sorted(spans)[len(spans) // 2]
    return f"一半在 {span_text(middle)}以内，最长 {span_text(max(spans))}"


def span_text(span: timedelta) -> str:
    """``12 分钟``, ``3.5 小时``, ``2.0 天``."""
    minutes = max(0, span.total_seconds() / 60)
    if minutes < 90:
        return f"{minutes:.0f} 分钟"
    return f"{minutes / 60:.1f} 小时" if minutes < 48 * 60 else f"{minutes / 1440:.1f} 天"
