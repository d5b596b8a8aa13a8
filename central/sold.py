"""Which ticket each place was sold to, as far as central knows: a key that was stolen makes up no other for it."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, text

from central.context import Context
from sync.wire import SoldRow


def sold_rows(connection: Connection, context: Context, journeys: list[str] | None) -> list[tuple[SoldRow, int]]:
    """By journey, terminal and incarnation, with when the journey ends. Voided tickets are not among them."""
    today = datetime.fromtimestamp(int(context.now()), UTC).date()
    rows = connection.execute(
        text(
            "SELECT t.journey_id, t.terminal_id, t.incarnation, t.place, t.from_segment, t.to_segment, t.seq, "
            "j.ends_at FROM ticket t JOIN journey j ON j.id = t.journey_id "
            "LEFT JOIN void v USING (terminal_id, incarnation, seq) "
            "WHERE t.covered AND t.place IS NOT NULL AND v.seq IS NULL AND j.operating_day BETWEEN :first AND :last "
            + ("" if journeys is None else "AND j.id = ANY(:journeys) ")
            + "ORDER BY 1, 2, 3, 4, 5, 7"
        ),
        _window(context, today, journeys),
    )
    found: dict[tuple[int, int, int], list[tuple[int, int, int, int]]] = defaultdict(list)
    ends: dict[tuple[int, int, int], int] = {}
    for row in rows:
        key = (row.journey_id, row.terminal_id, row.incarnation)
        found[key].append((row.place, row.from_segment, row.to_segment, row.seq))
        ends[key] = row.ends_at
    return [(SoldRow(*key, tuple(tickets)), ends[key]) for key, tickets in found.items()]


def body_of(row: SoldRow) -> str:
    """As the feed tells it."""
    return msgspec.json.encode(row.tickets).decode()


def _window(context: Context, today: Any, journeys: list[str] | None) -> dict[str, Any]:
    return {
        "first": today - timedelta(days=1),
        "last": today + timedelta(days=context.manifest_days),
        "journeys": None if journeys is None else sorted({int(each) for each in journeys}),
    }
