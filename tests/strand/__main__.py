"""`python -m tests.strand`: the table, the goals, and one JSON object as the last line."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from itertools import chain

from tests.strand.runs import HEAD, Total, is_goal, misses, run_all, settings
from tests.strand.world import PLACES, SEGMENTS, Setting

QUICK = [Setting(5, 0.05, 0.8), Setting(20, 0.05, 0.8), Setting(20, 0.05, 1.2), Setting(10, 0.2, 1.0, common=True)]


def report(words: Sequence[str] | None = None) -> int:
    """Run and print; the exit status: 1 when a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.strand", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few settings, few departures; goals not judged")
    parser.add_argument("--seed", type=int, default=0, help="of the first departure")
    parser.add_argument(
        "--runs", type=int, default=0, help="departures where a goal is judged, a third elsewhere  [default: 60]"
    )
    asked = parser.parse_args(words)
    runs = asked.runs or (6 if asked.quick else 60)
    started = time.perf_counter()
    print(f"{PLACES} places, {SEGMENTS} segments, half of the demand at terminals")
    print("sold: of an upper bound, on each segment the demand or all places; dark: of those who asked a terminal")
    print("without a link; stranded: cells left unsold in dark terminals, of all cells; oversold: passengers")
    print(HEAD)
    wanted = QUICK if asked.quick else settings()
    totals: list[Total] = []
    for found in run_all(wanted, asked.seed, runs):
        totals += found
        for total in found:
            print(total.line(), flush=True)
    missed = [] if asked.quick else misses(totals)
    missed += [each for each in misses(totals) if "without the place" in each and each not in missed]
    for each in missed:
        print(f"MISSED {each}")
    print(json.dumps(_summary(totals, missed, time.perf_counter() - started)))
    return 1 if missed else 0


def _summary(totals: list[Total], missed: list[str], seconds: float) -> dict[str, object]:
    ours = [total for total in totals if total.way == "leases"]
    judged = [total for total in ours if is_goal(total.setting)]
    return {
        "departures": sum(len(total.rows) for total in ours),
        "tickets": sum(total.sum.tickets for total in ours),
        "oversold": sum(total.sum.oversold for total in ours),
        "oversold_from_snapshot": sum(total.sum.oversold for total in totals if total.way == "from snapshot"),
        "worst_stranded_share": round(max((total.sum.stranded_share for total in judged), default=0.0), 5),
        "worst_dark_share": round(min((total.sum.dark_share for total in judged), default=1.0), 4),
        "dark_asked": sum(row.dark_asked for row in chain.from_iterable(total.rows for total in ours)),
        "missed": missed,
        "seconds": round(seconds, 1),
    }


if __name__ == "__main__":
    sys.exit(report())
