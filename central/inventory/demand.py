"""What sales teach: how early people buy, and how many of them ride over each segment. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from central.inventory.forecast import USUAL_CURVE, Curve, still_to_come

BREAKS_H = (0.5, 1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 48.0, 72.0, 168.0, 336.0)
PRIOR_SALES = 100.0  # the usual curve counts like so many
PRIOR_DEPARTURES = 2.0  # what is usual counts like so many departures
LOAD = 0.6  # of the places, where nobody knows better


def lead_counts(leads_h: Iterable[float]) -> list[int]:
    """Sales by hours before the departure, one count for each of BREAKS_H; those after it or earlier at the ends."""
    counts = [0] * len(BREAKS_H)
    for lead in leads_h:
        counts[min(bisect_right(BREAKS_H, lead), len(BREAKS_H) - 1)] += 1
    return counts


def curve(counts: Sequence[float]) -> Curve:
    """The booking curve of sales as `lead_counts` gives them; few sales change the usual one little."""
    total = sum(counts) + PRIOR_SALES
    points, share, before = [(0.0, 0.0)], 0.0, 0.0
    for hours, count in zip(BREAKS_H, counts, strict=True):
        usual = still_to_come(USUAL_CURVE, hours)
        share += (count + PRIOR_SALES * (usual - before)) / total
        points.append((hours, min(1.0, share)))
        before = usual
    return tuple(points)


def riders(
    sold: Sequence[float], departures: float, prior: Sequence[float], weight: float = PRIOR_DEPARTURES
) -> tuple[float, ...]:
    """Mean passengers over each segment: `sold` over all `departures`, a prior that counts like `weight` of them."""
    return tuple((seen + weight * mean) / (departures + weight) for seen, mean in zip(sold, prior, strict=True))


def party(sizes: Iterable[int]) -> float:
    """How passengers come together: mean of squares by mean of the parties' sizes; 1 = one by one."""
    squares = total = PRIOR_SALES
    for size in sizes:
        squares += size * size
        total += size
    return squares / total


def usual_riders(places: int, segments_left: int, stops: int) -> tuple[float, ...]:
    """Passengers of one stop over each segment from there, where nothing was sold yet.

    A fair load, boarding alike at each of the `stops` on the way and alighting alike at each later one.
    """
    boarding = 2 * LOAD * places / (stops + 1)
    return tuple(boarding * (segments_left - index) / segments_left for index in range(segments_left))
