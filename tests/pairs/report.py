"""Prints what is made of generated pairs of Word file and scan: ``make pairs-report ARGS="--pairs
60 --seed 7"``.
"""

from __future__ import annotations

import argparse
import statistics
import time

from ingest.calls import default_config, open_call
from tests.pairs.made import Truth, pairs
from tests.pairs.mixed import mixed
from tests.pairs.scoring import RememberingEngine, Tally, judge


def main() -> None:
    """A confusion table, what was noticed, what was said wrongly, and the times."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--pairs",
        type=int,
        default=60,
        help="print runs; each gives four to six pairs",
    )
    options.add_argument("--seed", type=int, default=1)
    options.add_argument(
        "--details",
        action="store_true",
        help="every pair that was not judged as it is",
    )
    options.add_argument(
        "--mixed",
        action="store_true",
        help="what goes wrong between desk and scanner instead: rows and pages exchanged, ink",
    )
    chosen = options.parse_args()
    call = open_call(default_config() / "calls", "smart-education-2024").call
    engine, start = RememberingEngine(), time.perf_counter()
    tally = judge((mixed if chosen.mixed else pairs)(chosen.seed, chosen.pairs, call), call, engine)
    print(f"seed {chosen.seed}: {chosen.pairs} print runs, {len(tally.judged)} pairs")
    _table(tally)
    _times(tally, engine, time.perf_counter() - start)
    if chosen.details:
        _details(tally)


def _table(tally: Tally) -> None:
    print(f"{'truth':18}{'same':>7}{'other':>7}{'unsure':>8}{'noticed':>9}")
    for truth in filter(tally.of, Truth):
        counts = [tally.outcomes[truth, outcome] for outcome in ("same", "other", "unsure")]
        noticed = (
            ""
            if truth
            in (
                Truth.SAME,
                Truth.OTHER,
                Truth.INKED,
            )
            else f"{tally.noticed[truth]}/{tally.of(truth)}"
        )
        print(f"{truth:18}{counts[0]:7}{counts[1]:7}{counts[2]:8}{noticed:>9}")
    alarms = [each for each in tally.judged if each.false_alarm]
    print(f"false alarms: {len(alarms)} of {len(tally.judged)}")


def _times(tally: Tally, engine: RememberingEngine, whole: float) -> None:
    read = sum(engine.seconds)
    median = statistics.median(engine.seconds or [0.0])
    elsewhere = sum(each.seconds_elsewhere for each in tally.judged)
    print(
        f"print: {len(engine.seconds)} pages read, median {median:.2f} s a page; share of reading print in the work "
        f"{read / max(read + elsewhere, 1e-9):.0%}; {whole:.0f} s in all"
    )


def _details(tally: Tally) -> None:
    for each in tally.judged:
        pair, found = each.pair, each.found
        expected = {Truth.SAME: "same", Truth.OTHER: "other", Truth.INKED: "same"}.get(
            pair.truth, ""
        )
        wrong = expected and found.outcome != expected
        missed = not expected and not each.noticed
        if wrong or missed or each.false_alarm:
            print(
                f"{pair.truth:16} {pair.form} {pair.how.name} {pair.how.dpi} dpi q{pair.how.quality} -> {found.outcome} "
                f"{found.score} {pair.field} missing={found.missing} {found.differences} {found.passages} {each.order} "
                f"{each.seals}"
            )


if __name__ == "__main__":
    main()
