"""Is the inventory sound? Two checks that do not trust each other: the bitmaps, and the tickets themselves."""

from __future__ import annotations

from collections import defaultdict

import msgspec
from sqlalchemy import Connection, text

from central.inventory.cells import unpack
from kiosk.domain.layout import Layout

_VALID = (
    "NOT EXISTS (SELECT 1 FROM void v WHERE (v.terminal_id, v.incarnation, v.seq) = "
    "({0}.terminal_id, {0}.incarnation, {0}.seq))"
)


def inventory_faults(connection: Connection) -> list[str]:
    """Every journey's cells must have exactly one owner, and SOLD cells exactly the covered tickets. [] = sound."""
    faults: list[str] = []
    layouts = {
        row.digest: msgspec.json.decode(bytes(row.body), type=Layout).full_mask
        for row in connection.execute(text("SELECT digest, body FROM layout"))
    }
    sold = _sold_by_tickets(connection)
    rows = connection.execute(
        text(
            "SELECT j.id, j.segments, j.layout_digest, "
            "coalesce(array_agg(h.kind) FILTER (WHERE h.kind IS NOT NULL), '{}') AS kinds, "
            "coalesce(array_agg(h.cells) FILTER (WHERE h.kind IS NOT NULL), '{}') AS cells "
            "FROM journey j LEFT JOIN holding h ON h.journey_id = j.id "
            "WHERE j.layout_digest IS NOT NULL GROUP BY j.id ORDER BY j.id"
        )
    )
    for row in rows:
        full = layouts[row.layout_digest]
        owned, marked = [0] * row.segments, [0] * row.segments
        for kind, cells in zip(row.kinds, row.cells, strict=True):
            masks = unpack(bytes(cells), row.segments)
            for segment, mask in enumerate(masks):
                if owned[segment] & mask:
                    faults.append(f"journey {row.id} segment {segment}: {kind} holds cells somebody else holds too")
                owned[segment] |= mask
                marked[segment] |= mask if kind == "SOLD" else 0
        if marked != sold.get(row.id, [0] * row.segments)[: row.segments]:
            faults.append(f"journey {row.id}: the cells marked sold are not those of its tickets")
        for segment, mask in enumerate(owned):
            if mask != full:
                faults.append(f"journey {row.id} segment {segment}: {(full ^ mask).bit_count()} cells have no owner")
    return faults


def oversold(connection: Connection) -> int:
    """Pairs of valid tickets for the same place on a common segment; from the tickets alone, without the bitmaps."""
    return (
        connection.scalar(
            text(
                "SELECT count(*) FROM ticket a JOIN ticket b ON a.journey_id = b.journey_id AND a.place = b.place "
                "AND a.from_segment < b.to_segment AND b.from_segment < a.to_segment "
                "AND (a.terminal_id, a.incarnation, a.seq) < (b.terminal_id, b.incarnation, b.seq) "
                f"WHERE {_VALID.format('a')} AND {_VALID.format('b')}"
            )
        )
        or 0
    )


def _sold_by_tickets(connection: Connection) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(lambda: [0] * 255)
    for row in connection.execute(
        text(
            "SELECT journey_id, place, from_segment, to_segment FROM ticket t "
            f"WHERE covered AND place IS NOT NULL AND {_VALID.format('t')}"
        )
    ):
        for segment in range(row.from_segment, row.to_segment):
            found[row.journey_id][segment] |= 1 << row.place
    return found
