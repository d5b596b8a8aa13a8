"""Which places a lease gets: neighbours in one coach, out of the tightest gap that is large enough."""

from __future__ import annotations

import re

from kiosk.domain.layout import Layout

_ONES = re.compile("1+")


def choose(candidates: int, preferred: int, layout: Layout, count: int) -> int:
    """`count` of the candidates (fewer when there are fewer), as a mask.

    Runs of neighbouring places come first, the smallest that holds all. `preferred` are places that fit especially
    well (busy just before the ride); they win when they hold all in one run.
    """
    chosen = 0
    tight = runs(candidates & preferred, layout)
    if any(length >= count for _, length in tight):
        return _take(tight, count)
    left = runs(candidates, layout)
    while count > 0 and left:
        part = _take(left, count)
        chosen |= part
        count -= part.bit_count()
        left = runs(candidates & ~chosen, layout)
    return chosen


def runs(mask: int, layout: Layout) -> list[tuple[int, int]]:
    """(first place, length) of every run of set bits that stays in one coach."""
    found = []
    for first, size in _coaches(layout):
        text = f"{mask >> first & (1 << size) - 1:0{size}b}"[::-1]
        found += [(first + run.start(), run.end() - run.start()) for run in _ONES.finditer(text)]
    return found


def _take(candidates: list[tuple[int, int]], count: int) -> int:
    enough = [run for run in candidates if run[1] >= count]
    first, length = min(enough, key=lambda run: run[1]) if enough else max(candidates, key=lambda run: run[1])
    return (1 << min(length, count)) - 1 << first


def _coaches(layout: Layout) -> list[tuple[int, int]]:
    """(first place, number of places) of each stretch of places in one coach."""
    cached: list[tuple[int, int]] | None = layout.__dict__.get("coach_stretches")
    if cached is not None:
        return cached
    stretches: list[tuple[int, int]] = []
    for index, place in enumerate(layout.places):
        if index and layout.places[index - 1].coach == place.coach:
            stretches[-1] = (stretches[-1][0], stretches[-1][1] + 1)
        else:
            stretches.append((index, 1))
    layout.__dict__["coach_stretches"] = stretches
    return stretches
