"""python -m tests.money [--quick] [--seed N] [--payments N] [--jobs N] [--wire NAME]: one JSON line last; exit 1 on a
violation.

Most payments go to takers that keep the promises of the port and no more; a share goes through the real drivers to
simulators in processes of their own (`tests.money.wires`).
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any

from tests.money import lane, machine, wires
from tests.money.street import MEMORY, every_step, run

EACH = 250  # payments of one street
LANES, LANE_PAYMENTS, LANE_PAYMENTS_QUICK = 6, 60, 10  # of each real driver


def one(job: tuple[int, int]) -> dict[str, Any]:
    """A street by its seed."""
    logging.disable(logging.CRITICAL)
    street = run(*job)
    return {"seed": job[0], "wrong": street.wrong, **street.count}


def steps(seed: int) -> dict[str, Any]:
    """One purchase, cut at each of its steps."""
    logging.disable(logging.CRITICAL)
    cuts, wrong = every_step(seed)
    return {"seed": seed, "wrong": wrong, "cuts": cuts}


def on_wire(job: tuple[str, int, int]) -> dict[str, Any]:
    """Payments through a real driver."""
    logging.disable(logging.CRITICAL)
    name, seed, payments = job
    played = lane.run(name, seed, payments)
    return {"seed": f"{seed} --wire {name}", "wrong": played.wrong, **played.count}


def cash(job: tuple[int, int]) -> dict[str, Any]:
    """Passengers at a cash machine of simulated devices."""
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        found = machine.run(*job, Path(folder))
    return {
        "seed": f"{job[0]} --wire cash",
        "wrong": found.wrong,
        **{f"cash_{name}": count for name, count in found.count.items()},
    }


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.money")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seed", type=int, help="this street only: the seed a failure named")
    parser.add_argument("--payments", type=int, default=20_000)
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--wire", choices=[*wires.names(), "cash"], help="through this driver only")
    given = parser.parse_args(arguments)
    begun, payments = time.monotonic(), 750 if given.quick else given.payments
    seeds = [given.seed] if given.seed is not None else list(range(1, -(-payments // EACH) + 1))
    total: dict[str, int] = {}
    wrong: list[str] = []
    purchases = seeds if given.seed is not None else list(range(1, 4 if given.quick else 201))
    lanes = seeds if given.seed is not None else list(range(1, 2 if given.quick else LANES + 1))
    each = LANE_PAYMENTS_QUICK if given.quick else LANE_PAYMENTS
    on_wires = [(name, seed, each) for name in wires.names() if given.wire in (None, name) for seed in lanes]
    machines = [(seed, 5 if given.quick else 20) for seed in (lanes if given.seed is not None else range(1, 13))]
    machines = machines[:1] if given.quick else machines
    if given.wire:
        seeds, purchases, machines = [], [], machines if given.wire == "cash" else []
    with ProcessPoolExecutor(given.jobs) as pool:
        streets, cuts = pool.map(one, [(seed, EACH) for seed in seeds]), pool.map(steps, purchases)
        for result in chain(streets, cuts, pool.map(on_wire, on_wires), pool.map(cash, machines)):
            wrong += [f"seed {result['seed']}: {text}" for text in result["wrong"]]
            for name, count in result.items():
                if isinstance(count, int) and name != "seed":
                    total[name] = total.get(name, 0) + count
    for text in wrong[:20]:
        print(text)
    seconds = round(time.monotonic() - begun, 1)
    said = {"ok": not wrong, "streets": len(seeds), "cut_at_each_step": len(purchases), "lanes": len(on_wires), **total}
    print(json.dumps({**said, "wrong": len(wrong), "seconds": seconds}))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
