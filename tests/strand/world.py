"""One departure as it will happen, whoever sells it: who asks where and when, and when which terminal is dark.

A train of 400 places over six segments of an hour. At each stop between, four of ten passengers leave and as many
board, so every segment is asked for by `demand` x 400 passengers. Half of them go to terminals (as many at a stop as
board there), half buy from central. Seven of ten buy on the last day.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from kiosk.domain.layout import Coach, Layout, Place, PlaceClass

SEGMENTS, HORIZON_H, HOUR_OF_RUN = 6, 72.0, 1.0
LEAVE = 0.4  # share of those on board that alight at a stop between
AT_TERMINALS = 0.5
LATE, LATE_H = 0.6, 8.0  # this share comes at an exponential time before the departure, the others evenly
CLASS = "second"
CENTRAL = -1  # who asks: central itself, or the index of a terminal


def layout(coaches: int = 5, rows: int = 20) -> Layout:
    """Open coaches, two and two in a row."""
    places = tuple(
        Place(coach, f"{row}{letter}", row, column)
        for coach in range(coaches)
        for row in range(1, rows + 1)
        for column, letter in ((1, "A"), (2, "B"), (4, "D"), (5, "F"))
    )
    return Layout(
        "open", (PlaceClass(CLASS, "Second"),), tuple(Coach(str(i + 1), CLASS) for i in range(coaches)), places
    )


TRAIN = layout()
PLACES = len(TRAIN.places)


@dataclass(frozen=True)
class Setting:
    """What a row of the table stands for."""

    terminals: int = 20
    downtime: float = 0.05
    demand: float = 0.8
    common: bool = False  # all terminals are dark at the same times
    lost: bool = False  # one terminal is destroyed, with what it had not yet sent
    parties: bool = False  # one to four together instead of one
    outage_h: float = 6.0

    @cached_property
    def stops(self) -> tuple[int, ...]:
        """Where each terminal stands: the busiest stop that has fewest for its passengers gets the next one."""
        boarding = [1.0] + [LEAVE] * (SEGMENTS - 1)
        count = [0] * SEGMENTS
        for _ in range(self.terminals):
            at = max(range(SEGMENTS), key=lambda stop: boarding[stop] / (count[stop] + 1))
            count[at] += 1
        return tuple(stop for stop, n in enumerate(count) for _ in range(n))


class Request(NamedTuple):
    """`party` passengers want to ride from one call to another."""

    at: float  # hours; the train starts at HORIZON_H
    seller: int
    from_call: int
    to_call: int
    party: int


@dataclass
class World:
    """What happens, in order of time."""

    setting: Setting
    requests: list[Request]
    outages: list[list[tuple[float, float]]]  # of each terminal: dark from, to
    lost: tuple[int, float] | None = None  # (terminal, when it went for ever)
    places: int = field(default=PLACES)

    def dark(self, terminal: int, at: float) -> bool:
        return any(start <= at < end for start, end in self.outages[terminal])

    @cached_property
    def demand_cells(self) -> list[int]:
        """Passengers over each segment."""
        count = [0] * SEGMENTS
        for each in self.requests:
            for segment in range(each.from_call, each.to_call):
                count[segment] += each.party
        return count

    @property
    def sellable_cells(self) -> int:
        """An upper bound of the cells anybody could sell: on each segment, the demand or all places."""
        return sum(min(self.places, count) for count in self.demand_cells)


def departs(stop: int) -> float:
    return HORIZON_H + stop * HOUR_OF_RUN


def make(setting: Setting, seed: int) -> World:
    """A world; the same seed gives the same passengers and outages to every way of selling."""
    rng = random.Random(f"{seed} {setting}")
    outages = _outages(setting, rng)
    lost = None
    if setting.lost:
        lost = (rng.randrange(setting.terminals), rng.uniform(HORIZON_H / 3, HORIZON_H))
        outages[lost[0]] = [(start, min(end, lost[1])) for start, end in outages[lost[0]] if start < lost[1]]
        outages[lost[0]].append((lost[1], math.inf))
    requests = [each for each in _requests(setting, rng) if lost is None or each.seller != lost[0] or each.at < lost[1]]
    return World(setting, requests, outages, lost)


def _requests(setting: Setting, rng: random.Random) -> list[Request]:
    found: list[Request] = []
    sizes, mean = ((1, 1, 1, 2, 2, 4), 11 / 6) if setting.parties else ((1,), 1.0)
    for stop in range(SEGMENTS):
        boarding = setting.demand * PLACES * (1.0 if stop == 0 else LEAVE)
        here = [index for index, at in enumerate(setting.stops) if at == stop]
        for _ in range(_poisson(boarding / mean, rng)):
            before = rng.expovariate(1 / LATE_H) if rng.random() < LATE else rng.uniform(0, HORIZON_H)
            to_call = stop + 1
            while to_call < SEGMENTS and rng.random() > LEAVE:
                to_call += 1
            seller = rng.choice(here) if here and rng.random() < AT_TERMINALS else CENTRAL
            if before < HORIZON_H:
                found.append(Request(departs(stop) - before, seller, stop, to_call, rng.choice(sizes)))
    return sorted(found)


def _outages(setting: Setting, rng: random.Random) -> list[list[tuple[float, float]]]:
    if setting.common:
        together = spans(setting, rng, departs(SEGMENTS))
        return [list(together) for _ in range(setting.terminals)]
    return [spans(setting, rng, departs(SEGMENTS)) for _ in range(setting.terminals)]


def spans(setting: Setting, rng: random.Random, until: float) -> list[tuple[float, float]]:
    """Outages and the time between them, both exponential, in their steady state from the start."""
    if not setting.downtime:
        return []
    between = setting.outage_h * (1 - setting.downtime) / setting.downtime
    at, dark = 0.0, rng.random() < setting.downtime
    found = []
    while at < until:
        length = rng.expovariate(1 / (setting.outage_h if dark else between))
        if dark:
            found.append((at, at + length))
        at, dark = at + length, not dark
    return found


def _poisson(mean: float, rng: random.Random) -> int:
    count, left = 0, rng.expovariate(1)
    while left < mean:
        count, left = count + 1, left + rng.expovariate(1)
    return count
