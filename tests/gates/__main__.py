"""`make gates`: copies of tickets at 4 to 20 gates, simulated, then a run on real processes; status 1 on any violation.

    python -m tests.gates [--quick] [--seeds N] [--seed N] [--scenario NAME] [--no-processes]

The last line is one JSON object. A violation is replayed by --scenario NAME --seed N --seeds 1, and --quick if it was
found so.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import logging
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from tests.gates import processes
from tests.gates.sim.play import play

SCENARIOS = {
    "lan": "clocks off by minutes, delays to 0.3 s, a gate that lies, lists by other hands",
    "partition": "two or three parts from beginning to end",
    "home": "one gate decides; partitions come and go, power goes at any write, answers get lost",
    "storm": "partitions come and go, power goes at any write, a gate that lies, revocations",
    "stolen": "four tickets for each of sixty places, made up with a stolen terminal's key; some places were sold",
}
VIOLATIONS = (
    "extra_beyond", "unreported", "unequal", "lost", "believed", "forged_beyond", "late_revocations", "damaged",
)  # fmt: skip
SHOWN = ("gates", "scans", "entries", "extra", "contested", "forged", "crashes", "splits")
Found = tuple[str, int, dict[str, Any], str, float]


def run(scenario: str, seed: int, small: bool) -> Found:
    logging.disable(logging.CRITICAL)  # what gates say of lies and cut power, by the thousand
    begin = time.perf_counter()
    counts, trace = play(scenario, seed, small=small)
    return scenario, seed, dataclasses.asdict(counts), trace, time.perf_counter() - begin


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.gates", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seeds", type=int, default=0, help="of each scenario")
    parser.add_argument("--seed", type=int, default=1, help="the first")
    parser.add_argument("--scenario", choices=[*SCENARIOS])
    parser.add_argument("--no-processes", action="store_true")
    given = parser.parse_args()
    begin = time.perf_counter()
    chosen = [given.scenario] if given.scenario else [*SCENARIOS]
    seeds = range(given.seed, given.seed + (given.seeds or (2 if given.quick else 8)))
    said: dict[str, Any] = {"ok": True, "runs": 0, "entries": 0, "contested": 0, "extra": 0}
    with ProcessPoolExecutor(max_workers=min(2, os.cpu_count() or 1)) as workers:
        wanted = [(scenario, seed) for scenario in chosen for seed in seeds]
        works = [workers.submit(run, scenario, seed, given.quick) for scenario, seed in wanted]
        # The first seed of each once more: equal traces, or a violation could not be replayed.
        twice = [scenario for scenario in chosen if scenario == "storm" or not given.quick]
        again = [workers.submit(run, scenario, seeds[0], given.quick) for scenario in twice]
        print(f"{'scenario':10} {'seed':>5} " + " ".join(f"{name:>9}" for name in SHOWN) + "   trace", flush=True)
        traces = {}
        for work in works:
            found = work.result()
            traces[found[0], found[1]] = found[3]
            _take(said, found)
        said["deterministic"] = all(each.result()[3] == traces[each.result()[0], seeds[0]] for each in again)
    if not given.no_processes:
        said["processes"] = processes.run(quick=given.quick)
        print(f"processes: {said['processes']}", flush=True)
        said["ok"] = said["ok"] and said["processes"]["ok"]
    said["ok"] = said["ok"] and said["deterministic"]
    said["seconds"] = round(time.perf_counter() - begin, 1)
    print(json.dumps(said))
    return 0 if said["ok"] else 1


def _take(said: dict[str, Any], found: Found) -> None:
    scenario, seed, counts, trace, _ = found
    said["runs"] += 1
    for name in ("entries", "contested", "extra", "crashes", "splits", "messages", "forged", *VIOLATIONS):
        said[name] = said.get(name, 0) + counts[name]
    said["slowest_revocation_s"] = round(max(said.get("slowest_revocation_s", 0), counts["slowest_revocation_s"]), 2)
    bad = {name: counts[name] for name in VIOLATIONS if counts[name]}
    print(f"{scenario:10} {seed:5} " + " ".join(f"{counts[name]:9}" for name in SHOWN) + f"   {trace} {bad or ''}")
    for words in counts["wrong"]:
        print("    ", words)
    sys.stdout.flush()
    said["ok"] = said["ok"] and not bad


if __name__ == "__main__":
    sys.exit(main())
