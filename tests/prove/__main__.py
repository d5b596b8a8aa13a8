"""`make prove`: the model check and the simulation, with their counts; exit status 1 on any violation.

    python -m tests.prove [--quick | --deep] [--steps N] [--seeds N] [--first-seed N] [--only model|simulate]

The last line is one JSON object. A failing seed is replayed with --first-seed SEED --seeds 1 and the same --steps.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
import time
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from typing import Any

from tests.prove.model import Bounds
from tests.prove.parts import Result
from tests.prove.sim.run import play
from tests.prove.sim.world import Faults
from tests.prove.walk import explore

QUICK = (Bounds(2, 1, 2, 3, 1, 0), Bounds(2, 1, 2, 4, 0, 1, True))
# The longest first, so that two processes share the work well.
FULL = (
    Bounds(2, 2, 3, 3, 1, 1),
    Bounds(3, 1, 3, 3, 1, 1),
    Bounds(2, 1, 4, 5, 1, 1),
    Bounds(2, 1, 2, 3, 2, 0),
    Bounds(2, 1, 2, 3, 1, 0, True),
    Bounds(2, 1, 2, 4, 0, 1, True),
)
# Hours and tens of gigabytes; --deep.
DEEP = (Bounds(2, 1, 2, 3, 2, 1), Bounds(2, 2, 3, 4, 1, 1), Bounds(2, 1, 2, 4, 1, 1, True))
VIOLATIONS = (
    "oversold", "lost", "duplicated", "double_refunds", "double_charges", "unmarked_copies", "sat_twice",
    "forks_missed",
)  # fmt: skip


def faults_of(seed: int) -> Faults:
    """From a fair day to a bad one: loss 0-30 %, replay 0-50 %, partitions to 96 h, clocks off by up to a day."""
    share = seed % 7 / 6
    return Faults(loss=0.3 * share, replay=0.5 * share, partition_h=24 + 72 * share, skew_h=24.0)


def simulate(seed: int, steps: int) -> tuple[int, dict[str, Any], str, float, int]:
    counts, trace, seconds, done = play(seed, steps, faults_of(seed))
    return seed, dataclasses.asdict(counts), trace, seconds, done


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.prove", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--deep", action="store_true")
    parser.add_argument("--steps", type=int, default=0, help="of all seeds together")
    parser.add_argument("--seeds", type=int, default=0)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--only", choices=["model", "simulate"])
    given = parser.parse_args()
    steps = given.steps or (40_000 if given.quick else 1_400_000)
    seeds = given.seeds or (2 if given.quick else 14)
    begin = time.perf_counter()
    said: dict[str, Any] = {"ok": True, "states": 0, "transitions": 0, "steps": 0, "bounds": []}
    with ProcessPoolExecutor(max_workers=min(2, os.cpu_count() or 1)) as workers:
        models = [] if given.only == "simulate" else [workers.submit(explore, bounds) for bounds in _bounds(given)]
        chosen = range(given.first_seed, given.first_seed + seeds)
        # The first seed twice: equal traces, or a failing seed could not be replayed.
        played = [] if given.only == "model" else [*chosen, chosen[0]]
        runs = [workers.submit(simulate, seed, steps // seeds) for seed in played]
        all_work: list[Future[Any]] = [*models, *runs]
        for work in as_completed(all_work):
            found = work.result()
            _take_model(said, found) if isinstance(found, Result) else _take_run(said, *found)
    said["deterministic"] = not runs or runs[0].result()[2] == runs[-1].result()[2]
    said["ok"] = said["ok"] and said["deterministic"]
    said["seconds"] = round(time.perf_counter() - begin, 1)
    print(json.dumps(said))
    return 0 if said["ok"] else 1


def _bounds(given: argparse.Namespace) -> tuple[Bounds, ...]:
    return QUICK if given.quick else FULL + DEEP if given.deep else FULL


def _take_model(said: dict[str, Any], result: Result) -> None:
    said["states"] += result.states
    said["transitions"] += result.transitions
    said["bounds"].append([*result.bounds, result.states])
    print(
        f"model {result.bounds}: {result.states} states, {result.transitions} transitions, depth {result.depth}, "
        f"{result.seconds:.0f} s: {result.violation or 'no violation'}",
        flush=True,
    )
    for step in result.trace:
        print("   ", step)
    said["ok"] = said["ok"] and not result.violation


def _take_run(said: dict[str, Any], seed: int, counts: dict[str, Any], trace: str, seconds: float, steps: int) -> None:
    said["steps"] += steps
    wrong = counts.pop("wrong")
    for name, count in counts.items():
        said[name] = said.get(name, 0) + count
    bad = {name: counts[name] for name in VIOLATIONS if counts[name]}
    print(
        f"seed {seed}: {steps} steps, {counts['sales']} sales, {counts['failovers']} failovers, "
        f"{counts['clones']} clones, trace {trace}, {seconds:.0f} s: {bad or 'nothing oversold, lost, doubled'}",
        flush=True,
    )
    for words in wrong:
        print("   ", words)
    said["ok"] = said["ok"] and not bad


if __name__ == "__main__":
    sys.exit(main())
