"""In which order passings happened, when some are only heard of later."""

from __future__ import annotations

from collections.abc import Iterable

from kiosk.domain.gate.world import Passage


def in_order(own: Iterable[Passage], heard: Iterable[Passage]) -> tuple[Passage, ...]:
    """Own passings stay in the order of their scans, whatever the clock did; what others tell takes its place by time.

    All times must have an offset.
    """
    found = list(own)
    for passage in sorted(heard, key=lambda each: (each.at, each.gate)):
        if passage not in found:
            place = next((i for i, each in enumerate(found) if each.at > passage.at), len(found))
            found.insert(place, passage)
    return tuple(found)
