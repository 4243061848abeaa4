"""Names that mean two things, in the calls that are served together. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ingest.doctor.signs import Sign
from rules.call import Call
from rules.vocabulary import normalise


def name_sign(calls: Sequence[Call]) -> Sign:
    """Each code that two tracks bear, and each name that two units answer to."""
    codes: dict[str, set[str]] = defaultdict(set)
    names: dict[str, set[str]] = defaultdict(set)
    for call in calls:
        for track in call.tracks:
            codes[track.code].add(f"{call.id} 的{track.name}")
        for unit in call.units:
            for name in (unit.name, unit.bureau, *unit.aliases):
                names[normalise(name)].add(unit.name)
    twice = [f"代码 {code}: {'、'.join(sorted(of))}" for code, of in codes.items() if len(of) > 1]
    twice += [f"“{name}”: {'、'.join(sorted(of))}" for name, of in names.items() if len(of) > 1]
    return Sign.of(
        "名称", "；".join(twice), "改 call.yaml，使每个代码、简称只指一个", "没有两用的代码和简称"
    )
