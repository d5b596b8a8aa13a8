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
    today = world.local_day(now)
    at = time.fromisoformat(hour)
    struck = datetime.combine(today, at, world.zone)
    return struck if struck.timestamp() <= now else datetime.combine(today - timedelta(days=1), at, world.zone)


def counted_out(
    world: World, passing: GateList, ticket: str, seen: tuple[Passage, ...], now: float
) -> tuple[Passage, ...]:
    """With the exit of who was inside when the list's hour struck."""
    if not passing.checkout_at:
        return seen
    mine = [each for each in seen if (each.ticket, each.list, each.annulled) == (ticket, passing.id, False)]
    heads = sum(each.persons if each.kind == "entry" else -each.persons for each in mine)
    struck = last_strike(world, passing.checkout_at, now)
    if heads <= 0 or world.instant(mine[-1].at) >= struck.timestamp():
        return seen
    out = msgspec.structs.replace(mine[-1], at=struck, kind="exit", persons=heads, contested=False)
    return (*seen, out)
