"""Quotas: places that only one channel gets until some time before the departure, by journey or line."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, text

from central.inventory.book import read_layouts
from central.inventory.outlook import LINE_FITS, Outlook
from central.inventory.targets import Target
from kiosk.domain.errors import KioskError

CHANNELS = ("kiosk", "counter")  # roles that sell; another name is kept from all of them
Asked = tuple[int, str, str]  # journey, class, channel


class QuotaImpossible(KioskError):
    """What the operator asked for does not fit what is on sale."""


def kept_for_others(connection: Connection, asked: Iterable[Asked], now: float) -> dict[Asked, tuple[int, ...]]:
    """Cells of each segment that must stay in the pool for other channels; journeys without a quota are left out."""
    if not connection.scalar(text("SELECT EXISTS (SELECT 1 FROM quota)")):
        return {}
    wanted = sorted(set(asked))
    outlook = Outlook(connection, {journey_id for journey_id, _, _ in wanted}, now)
    found = {}
    for journey_id, place_class, channel in wanted:
        facts = outlook.journeys.get(journey_id)
        if facts is not None and facts.quotas and facts.layout.class_masks.get(place_class):
            found[journey_id, place_class, channel] = Target(outlook, facts, place_class, now).kept_for_others(channel)
    return found


def set_quota(
    connection: Connection,
    journey_or_line: str,
    channel: str,
    places: int,
    release_before_min: int,
    place_class: str = "",
) -> str:
    """Put a quota in place of one of the same journey (a number) or line, channel and class; 0 takes it away.

    In a line's id * stands for any signs. Returns what is so now, in words.
    """
    number = int(journey_or_line) if journey_or_line.isdecimal() else None
    target: dict[str, int | str | None] = {
        "journey": number,
        "line": None if number is not None else journey_or_line,
        "channel": channel,
        "place_class": place_class,
    }
    if number is not None:
        what = f"journey {number}"
        if connection.scalar(text("SELECT 1 FROM journey WHERE id = :journey AND on_sale"), target) is None:
            raise QuotaImpossible(f"no journey {number} is on sale")
    else:
        what = f"line {journey_or_line}"
        lines = connection.execute(
            text(
                f"SELECT line_id, {LINE_FITS} AS fits FROM (SELECT DISTINCT line_id FROM journey "
                "WHERE layout_digest IS NOT NULL) AS j CROSS JOIN (SELECT CAST(:line AS text) AS line) AS q "
                "ORDER BY line_id"
            ),
            target,
        ).all()
        if not any(row.fits for row in lines):
            known = ", ".join(row.line_id for row in lines[:5] if row.line_id) or "none"
            raise QuotaImpossible(f"no line with places fits {journey_or_line!r}; there are {known}")
    if place_class and places:
        _check_class(connection, place_class, target)
    gone = connection.execute(
        text(
            "DELETE FROM quota WHERE channel = :channel AND place_class = :place_class "
            "AND journey_id IS NOT DISTINCT FROM CAST(:journey AS bigint) "
            "AND line IS NOT DISTINCT FROM CAST(:line AS text)"
        ),
        target,
    ).rowcount
    classes = place_class or "each class"
    if not places:
        return f"{what}: {'no quota' if gone else 'there was no quota'} for {channel} of {classes}"
    connection.execute(
        text(
            "INSERT INTO quota (journey_id, line, place_class, channel, places, release_before_min) "
            "VALUES (:journey, :line, :place_class, :channel, :places, :release)"
        ),
        {**target, "places": places, "release": release_before_min},
    )
    return (
        f"{what}: {places} places of {classes} only for {channel}, until {release_before_min} minutes before departure"
    )


class Kept(msgspec.Struct, frozen=True):
    """One quota, as the operator set it."""

    journey_id: int  # 0 = of a line
    line: str
    place_class: str  # "" = so many of each class
    channel: str
    places: int
    release_before_min: int


def all_quotas(connection: Connection) -> list[Kept]:
    """Those of lines first."""
    rows = connection.execute(
        text(
            "SELECT coalesce(journey_id, 0), coalesce(line, ''), place_class, channel, places, release_before_min "
            "FROM quota ORDER BY line NULLS LAST, journey_id, channel, place_class"
        )
    )
    return [Kept(*row) for row in rows]


def listed(connection: Connection) -> list[str]:
    """All quotas as lines."""
    return [
        f"{f'line {each.line}' if each.line else f'journey {each.journey_id}':24} {each.channel:10} "
        f"{each.places:5d} of {each.place_class or 'each class':12} "
        f"until {each.release_before_min} min before departure"
        for each in all_quotas(connection)
    ]


def _check_class(connection: Connection, place_class: str, target: dict[str, int | str | None]) -> None:
    """QuotaImpossible for a class that no journey it is about has."""
    digests = connection.scalars(
        text(
            "SELECT DISTINCT j.layout_digest FROM journey j CROSS JOIN (SELECT CAST(:line AS text) AS line) AS q "
            f"WHERE j.layout_digest IS NOT NULL AND (j.id = CAST(:journey AS bigint) OR {LINE_FITS})"
        ),
        target,
    )
    classes = {name for each in read_layouts(connection, set(digests)).values() for name in each.class_masks}
    if place_class not in classes:
        raise QuotaImpossible(f"no class {place_class!r} there; there are {', '.join(sorted(classes)) or 'none'}")
