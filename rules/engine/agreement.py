"""Do the engine and the interpreter agree? What the one said is held against what the other says,
rule by rule. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rules.engine.compile import POSSIBLE, SURE
from rules.judge import RuleResult
from rules.verdict import Truth

EngineHit = tuple[str, dict[str, str]]


def disagreements(results: Iterable[RuleResult], hits: Iterable[EngineHit]) -> tuple[str, ...]:
    """Where the engine and the interpreter differ, one line each, sorted; empty when they agree
    about everything.
    """
    results = tuple(results)
    said = _said(hits, {result.rule.id: result.rule.kinds for result in results})
    expected = {(result.rule.id, result.places): result.truth for result in results}
    lines = [
        _line(
            key,
            said.get(key, ""),
            truth,
        )
        for key, truth in expected.items()
        if _strength(truth) != said.get(key, "")
    ]
    lines += [
        f"{rule} {places}: 引擎判{strength}, 解释器未涉及"
        for (rule, places), strength in said.items()
        if (rule, places) not in expected
    ]
    return tuple(sorted(lines))


_Key = tuple[str, tuple[int, ...]]


def _said(hits: Iterable[EngineHit], kinds: Mapping[str, tuple[str, ...]]) -> dict[_Key, str]:
    """The strongest thing the engine said of every rule and binding; facts it found for a 存在 are left out."""
    said: dict[_Key, str] = {}
    for name, matched in hits:
        rule, _, rest = name.partition("#")
        strength = rest.partition("#")[2]
        if not strength:
            continue
        places = tuple(int(matched[kind][1:]) for kind in kinds.get(rule, ()) if kind in matched)
        said[(rule, places)] = SURE if SURE in (strength, said.get((rule, places))) else POSSIBLE
    return said


def _strength(truth: Truth) -> str:
    return {Truth.VIOLATED: SURE, Truth.UNDECIDED: POSSIBLE, Truth.BLANK: POSSIBLE}.get(truth, "")


def _line(key: _Key, strength: str, truth: Truth) -> str:
    return f"{key[0]} {key[1]}: 引擎判{strength or '未违反'}, 解释器判{truth}"
