"""In which order passings happened, when some are only heard of later."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta

import msgspec

from kiosk.domain.gate.world import GateList, Passage, World


def in_order(own: Iterable[Passage], heard: Iterable[Passage]) -> tuple[Passage, ...]:
    """Own passings stay in the order of their scans, whatever the clock did; what others tell takes its place by time.

    All times must have an offset.
    """
    found = list(own)
    for passage in sorted(heard, key=lambda each: (each.at, each.gate, each.kind, each.persons, each.list)):
        if passage not in found:
            place = next((i for i, each in enumerate(found) if each.at > passage.at), len(found))
            found.insert(place, passage)
    return tuple(found)


def last_strike(world: World, hour: str, now: float) -> datetime:
    """When the clock on the wall last struck this hour, "HH:MM"."""
    today = world.local(now).date()
    at = time.fromisoformat(hour)
    struck = datetime.combine(today, at, world.zone)
    return struck if struck.timestamp() <= now else datetime.combine(today - timedelta(days=1), at, world.zone)


def counted_out(
    world: World, passing: GateList, ticket: str, seen: tuple[Passage, ...], now: float
) -> tuple[Passage, ...]:
    """With an exit wherever the list's hour struck while somebody was inside."""
    if not passing.checkout_at:
        return seen
    found, heads, before = list[Passage](), 0, float("-inf")
    for passage in seen:
        if passage.ticket == ticket and passage.on(passing.id) and not passage.annulled:
            at = world.instant(passage.at)
            # Who goes out at the very hour needs nobody to count them out.
            out = _out(world, passing, passage, heads, before, at if passage.kind == "entry" else at - 0.001)
            heads = max((0 if out else heads) + (passage.persons if passage.kind == "entry" else -passage.persons), 0)
            found += out
            before = at
            mine = passage
        found.append(passage)
    return (*found, *_out(world, passing, mine, heads, before, now)) if heads else tuple(found)


def _out(world: World, passing: GateList, like: Passage, heads: int, before: float, now: float) -> list[Passage]:
    """The exit of these heads, when the hour struck after `before`; [] = it did not, or nobody was inside."""
    if heads <= 0:
        return []
    struck = last_strike(world, passing.checkout_at, now)
    if struck.timestamp() <= before:
        return []
    return [msgspec.structs.replace(like, at=struck, kind="exit", persons=heads, contested=False)]
