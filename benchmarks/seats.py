"""Seat search on 1,000 places and 30 segments, against the bare loop over the same bitmaps.

The floor is what any search on these integers must do: intersect the segments of the ride and take the lowest
place. Ours also keeps to the class, fits best, keeps wheelchair places back, and seats parties side by side.
Each sample is a batch of 1,000 requests, so a figure in ms is one in microseconds for a single request.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from typing import Any

from benchmarks.figure import figure
from kiosk.domain.layout import Coach, Layout, Place, PlaceClass
from kiosk.domain.segments import choose_places

PLACES, SEGMENTS, BATCH, SAMPLES = 1000, 30, 1000, 60
GOAL = 4.0  # one traveller: a search stays within a few microseconds
Ride = tuple[list[int], int, int]


def run() -> list[dict[str, Any]]:
    """One traveller and a party of four, on journeys from nearly empty to nearly sold out."""
    layout = _train()
    rides = _rides(random.Random(7))
    floor = [_batch_ms(_bare, rides) for _ in range(SAMPLES)]
    one, four = [], []
    for _ in range(SAMPLES):
        one.append(_batch_ms(lambda free, a, b: choose_places(free, layout, "second", a, b, 1), rides))
        four.append(_batch_ms(lambda free, a, b: choose_places(free, layout, "second", a, b, 4), rides))
    return [
        _result("1,000 seat searches, one traveller", floor, one, GOAL),
        _result("1,000 seat searches, party of four", floor, four, None),
    ]


def _bare(free: list[int], a: int, b: int) -> int:
    candidates = free[a]
    for segment in range(a + 1, b):
        candidates &= free[segment]
    return (candidates & -candidates).bit_length() - 1


def _batch_ms(search: Callable[[list[int], int, int], object], rides: list[Ride]) -> float:
    start = time.perf_counter()
    for free, a, b in rides:
        search(free, a, b)
    return (time.perf_counter() - start) * 1000


def _result(name: str, floor: list[float], ours: list[float], goal: float | None) -> dict[str, Any]:
    text = f"<= {goal:g}x the bare loop" if goal else "tens of us each"
    return figure(name, floor, ours, text, ok=None if goal else statistics.median(ours) < 100.0, most=goal or 0.0)


def _train() -> Layout:
    """Ten coaches of twenty rows A B C | D F."""
    coaches = tuple(Coach(str(n), "second") for n in range(1, 11))
    places = tuple(
        Place(coach, f"{row}{letter}", row, column)
        for coach in range(10)
        for row in range(1, 21)
        for letter, column in (("A", 1), ("B", 2), ("C", 3), ("D", 5), ("F", 6))
    )
    return Layout("bench", (PlaceClass("second", "Second"),), coaches, places)


def _rides(chance: random.Random) -> list[Ride]:
    """Random rides on journeys of four loads."""
    journeys = []
    for load in (0.02, 0.3, 0.6, 0.9):
        journeys.append([sum((chance.random() >= load) << i for i in range(PLACES)) for _ in range(SEGMENTS)])
    rides = []
    for number in range(BATCH):
        a, b = sorted(chance.sample(range(SEGMENTS + 1), 2))
        rides.append((journeys[number % len(journeys)], a, b))
    return rides
