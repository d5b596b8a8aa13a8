"""Dated journeys and their inventory: ids for ever, pools that start full, no change of shape under a lease."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256

import msgspec
from sqlalchemy import Connection, text

from central.inventory.cells import pack, stride_of
from central.publish.combine import Dated, PublishRefused
from kiosk.domain.layout import Layout
from kiosk.domain.network import Journey


def shape_digest(layout: Layout) -> str:
    """What the inventory depends on: places, their numbers and classes. Names, fares and pictures may change."""
    shape = (
        [(coach.number, coach.place_class) for coach in layout.coaches],
        [(place.coach, place.number) for place in layout.places],
        [place_class.id for place_class in layout.classes],
    )
    return sha256(msgspec.json.encode(shape)).hexdigest()


def put_on_sale(connection: Connection, wanted: Sequence[Dated], layouts: Mapping[str, Layout]) -> list[Journey]:
    """Make exactly these journeys sellable; refused when one that is leased or sold would change its places."""
    digests = {layout_id: shape_digest(layout) for layout_id, layout in layouts.items()}
    missing = sorted({each.layout_id for each in wanted if each.layout_id and each.layout_id not in digests})
    if missing:
        raise PublishRefused(f"layout {missing[0]!r} is used by a service journey but there is no such layout")
    _stage(connection, wanted, digests)
    _store_layouts(connection, layouts, digests)
    _refuse_new_shapes(connection)
    connection.execute(text(_INSERT))
    connection.execute(text(_RETIRE))
    _fill_pools(connection, layouts, digests)
    rows = connection.execute(
        text(
            "SELECT j.id, j.service_journey_id, to_char(j.operating_day, 'YYYY-MM-DD') AS operating_day FROM journey j "
            "JOIN wanted USING (service_journey_id, operating_day) ORDER BY j.operating_day, j.id"
        )
    )
    return [Journey(row.id, row.service_journey_id, row.operating_day) for row in rows]


def _stage(connection: Connection, wanted: Sequence[Dated], digests: Mapping[str, str]) -> None:
    connection.execute(
        text(
            "CREATE TEMPORARY TABLE wanted (service_journey_id text, operating_day date, segments int, "
            "layout_digest text, ends_at bigint, line_id text, stops text[], departs bigint[]) ON COMMIT DROP"
        )
    )
    cursor = connection.connection.cursor()
    with cursor.copy("COPY wanted FROM STDIN") as copy:
        for each in wanted:
            digest = digests[each.layout_id] if each.layout_id else None
            calls = (list(each.stops) or None, list(each.departs) or None)
            copy.write_row(
                (each.service_journey_id, each.operating_day, each.segments, digest, each.ends_at, each.line_id, *calls)
            )
    cursor.close()
    connection.execute(text("ANALYZE wanted"))


def _store_layouts(connection: Connection, layouts: Mapping[str, Layout], digests: Mapping[str, str]) -> None:
    for layout_id, layout in layouts.items():
        connection.execute(
            text("INSERT INTO layout (digest, body) VALUES (:digest, :body) ON CONFLICT DO NOTHING"),
            {"digest": digests[layout_id], "body": msgspec.json.encode(layout)},
        )


def _refuse_new_shapes(connection: Connection) -> None:
    """Untouched journeys take their new shape; others keep what was leased, so the import must not change it."""
    changed = (
        "FROM journey j JOIN wanted w USING (service_journey_id, operating_day) "
        "WHERE (j.segments <> w.segments OR j.layout_digest IS DISTINCT FROM w.layout_digest)"
    )
    touched = (
        "(EXISTS (SELECT 1 FROM grant_given g WHERE g.journey_id = j.id) "
        "OR EXISTS (SELECT 1 FROM ticket t WHERE t.journey_id = j.id))"
    )
    rows = connection.execute(
        text(f"SELECT service_journey_id, operating_day {changed} AND {touched} ORDER BY 2, 1 LIMIT 4")
    ).all()
    if rows:
        names = ", ".join(f"{row.service_journey_id} on {row.operating_day}" for row in rows[:3])
        more = " and others" if len(rows) > 3 else ""
        raise PublishRefused(
            f"{names}{more}: places were already given to terminals, so calls and layout can no longer change; "
            "give the changed service journey a new id"
        )
    connection.execute(text(f"DELETE FROM holding WHERE journey_id IN (SELECT j.id {changed})"))


_INSERT = """
INSERT INTO journey
    (service_journey_id, operating_day, segments, layout_digest, ends_at, on_sale, line_id, stops, departs)
SELECT service_journey_id, operating_day, segments, layout_digest, ends_at, true, line_id, stops, departs FROM wanted
ORDER BY operating_day, service_journey_id
ON CONFLICT (service_journey_id, operating_day) DO UPDATE
SET segments = EXCLUDED.segments, layout_digest = EXCLUDED.layout_digest, ends_at = EXCLUDED.ends_at, on_sale = true,
    line_id = EXCLUDED.line_id, stops = EXCLUDED.stops, departs = EXCLUDED.departs
"""
_RETIRE = """
UPDATE journey j SET on_sale = false WHERE on_sale AND NOT EXISTS (
    SELECT 1 FROM wanted w WHERE w.service_journey_id = j.service_journey_id AND w.operating_day = j.operating_day)
"""


def _fill_pools(connection: Connection, layouts: Mapping[str, Layout], digests: Mapping[str, str]) -> None:
    """A full pool for every journey that has places and no inventory yet."""
    sizes = connection.execute(
        text("SELECT DISTINCT layout_digest, segments FROM wanted WHERE layout_digest IS NOT NULL")
    ).all()
    by_digest = {digests[layout_id]: layout for layout_id, layout in layouts.items()}
    for size in sizes:
        layout = by_digest[size.layout_digest]
        cells = pack([layout.full_mask] * size.segments, stride_of(len(layout.places)))
        connection.execute(
            text(
                "INSERT INTO holding (journey_id, kind, cells) SELECT j.id, 'POOL', :cells FROM journey j "
                "JOIN wanted w USING (service_journey_id, operating_day) "
                "WHERE w.layout_digest = :digest AND w.segments = :segments "
                "AND NOT EXISTS (SELECT 1 FROM holding h WHERE h.journey_id = j.id)"
            ),
            {"cells": cells, "digest": size.layout_digest, "segments": size.segments},
        )
