"""Many departures of each setting, on all cores, added up; what the figures must be; how they are shown."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache

from tests.strand.knowledge import Knowledge
from tests.strand.leases import Leases
from tests.strand.ledger import Row
from tests.strand.others import from_snapshot, online_only
from tests.strand.world import Setting, World, make

STRANDED_MAX, DARK_MIN = 0.01, 0.90  # at 5 % downtime and 0.8 of the places asked for
TERMINALS, DOWNTIMES, DEMANDS = (5, 10, 20, 50), (0.05, 0.20), (0.8, 1.0, 1.2)
BATCH = 5  # departures that share what was learned before


def settings() -> list[Setting]:
    """The rows of the table."""
    base = [
        Setting(terminals, downtime, demand) for downtime in DOWNTIMES for demand in DEMANDS for terminals in TERMINALS
    ]
    common = [Setting(20, downtime, demand, common=True) for downtime in DOWNTIMES for demand in DEMANDS]
    lost = [Setting(terminals, 0.05, demand, lost=True) for terminals in (5, 20) for demand in (0.8, 1.2)]
    parties = [Setting(terminals, 0.05, 0.8, parties=True) for terminals in TERMINALS]
    return base + common + lost + parties


@lru_cache(maxsize=64)
def known(setting: Setting, batch: int) -> Knowledge:
    return Knowledge(setting, batch)


def _leases(world: World, seed: int) -> Row:
    return Leases(world, known(world.setting, seed // BATCH)).run().row()


WAYS: dict[str, Callable[[World, int], Row]] = {
    "online only": lambda world, seed: online_only(world).row(),
    "from snapshot": lambda world, seed: from_snapshot(world).row(),
    "leases": _leases,
}


@dataclass
class Total:
    """All departures of one setting, sold in one way."""

    setting: Setting
    way: str
    rows: list[Row] = field(default_factory=list)

    @property
    def sum(self) -> Row:
        total = Row()
        for row in self.rows:
            total = total.plus(row)
        return total

    @property
    def stranded_error(self) -> float:
        """Standard error of the mean stranded share."""
        shares = [row.stranded_share for row in self.rows]
        mean = sum(shares) / len(shares)
        return math.sqrt(sum((each - mean) ** 2 for each in shares) / max(1, len(shares) - 1) / len(shares))

    def line(self) -> str:
        row, about = self.sum, self.setting
        kind = "common" if about.common else "one lost" if about.lost else "parties" if about.parties else ""
        return (
            f"{about.downtime:5.0%} {about.demand:5.1f} {about.terminals:5d}  {kind:9} {self.way:14} "
            f"{row.sold_share:8.2%} {row.dark_share:8.1%} {row.stranded_share:9.2%} ±{self.stranded_error:.2%} "
            f"{row.oversold:8d}"
        )


HEAD = " down  d/K  term.  outages   way of selling      sold     dark  stranded          oversold"


def is_goal(setting: Setting) -> bool:
    """One passenger at a time, terminals dark now and then and each by itself: what the goals are about."""
    return setting == Setting(setting.terminals, 0.05, 0.8)


def run(setting: Setting, seeds: Sequence[int]) -> list[Total]:
    """Every way sells the same departures."""
    totals = [Total(setting, way) for way in WAYS]
    for seed in seeds:
        world = make(setting, seed)
        for total in totals:
            total.rows.append(WAYS[total.way](world, seed))
    return totals


def run_all(wanted: Sequence[Setting], seed: int, runs: int) -> Iterator[list[Total]]:
    """The totals of each setting, in order: `runs` departures where a goal is judged, a third of that elsewhere."""
    seeds = [range(seed, seed + (runs if is_goal(each) else max(1, runs // 3))) for each in wanted]
    with ProcessPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        yield from pool.map(run, wanted, seeds)


def misses(totals: Sequence[Total]) -> list[str]:
    """Goals that were not reached, as sentences."""
    found = []
    for total in totals:
        row, about = total.sum, total.setting
        if total.way != "leases":
            continue
        name = f"{about.terminals} terminals, {about.downtime:.0%} down, demand {about.demand} K"
        if row.oversold:
            found.append(f"{name}: {row.oversold} passengers without the place they paid for")
        if is_goal(about) and row.stranded_share > STRANDED_MAX:
            found.append(f"{name}: {row.stranded_share:.2%} of capacity stranded, {STRANDED_MAX:.0%} allowed")
        if is_goal(about) and row.dark_share < DARK_MIN:
            found.append(f"{name}: {row.dark_share:.1%} of dark demand served, {DARK_MIN:.0%} wanted")
    return found
