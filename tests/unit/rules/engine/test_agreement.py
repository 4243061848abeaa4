"""Where the engine and the interpreter differ, said so that a person can look."""

from __future__ import annotations

from collections.abc import Callable

from rules.engine.agreement import disagreements
from rules.judge import judge
from rules.language import Rulebook
from tests.unit.rules.writing import at, subject

Book = Callable[..., Rulebook]
IN_TIME = at("2024-08-31T23:59:59")


def test_every_way_to_disagree_is_named(book: Book) -> None:
    """Missed, imagined, too sure, too shy, about nobody."""
    rule = book("申报书.支持团场 是 是")
    forms = [subject("申报书", f"申{n}", 支持团场=v) for n, v in enumerate([False, None, True])]
    results = judge(rule, forms, IN_TIME)

    def hit(strength: str, place: int) -> tuple[str, dict[str, str]]:
        return (f"R1#0.0#{strength}", {"申报书": f"n{place}", "寻0": "n9"})

    sound = [hit("真", 0), hit("可能", 0), hit("可能", 1), ("完", {})]
    assert disagreements(results, sound) == ()
    assert disagreements(results, sound[2:]) == ("R1 (0,): 引擎判未违反, 解释器判不满足",)
    assert disagreements(results, [*sound, hit("可能", 2)]) == (
        "R1 (2,): 引擎判可能, 解释器判满足",
    )
    assert disagreements(results, [*sound, hit("真", 1)]) == (
        "R1 (1,): 引擎判真, 解释器判无法判断",
    )
    assert disagreements(results, sound[1:]) == ("R1 (0,): 引擎判可能, 解释器判不满足",)
    assert disagreements(results, [*sound, hit("真", 7)]) == ("R1 (7,): 引擎判真, 解释器未涉及",)
    assert disagreements(results, [*sound, ("R9#0.0#真", {})]) == ("R9 (): 引擎判真, 解释器未涉及",)
