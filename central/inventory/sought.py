"""Places that a party waits for and the pool does not have: terminals are asked to give back what makes them up."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, text

from sync.wire import HoldRequest

WAIT_S = 90.0  # terminals call every half minute; after that the party has gone


def seek(connection: Connection, requests: Iterable[HoldRequest], now: float) -> None:
    """Note what could not be held; the largest party of a ride counts."""
    connection.execute(
        text(
            "DELETE FROM sought WHERE ctid = ANY(ARRAY("
            "SELECT ctid FROM sought WHERE until <= :now FOR UPDATE SKIP LOCKED))"
        ),
        {"now": now},
    )
    rows = {(each.journey_id, each.place_class, each.from_call, each.to_call): each for each in requests}
    for key in sorted(rows):
        each = rows[key]
        connection.execute(
            text(
                "INSERT INTO sought (journey_id, place_class, from_call, to_call, places, until) "
                "VALUES (:journey, :place_class, :first, :last, :places, :until) "
                "ON CONFLICT (journey_id, place_class, from_call, to_call) DO UPDATE "
                "SET places = greatest(sought.places, EXCLUDED.places), until = EXCLUDED.until"
            ),
            {
                "journey": each.journey_id,
                "place_class": each.place_class,
                "first": each.from_call,
                "last": each.to_call,
                "places": each.count,
                "until": now + WAIT_S,
            },
        )


def sought_of(connection: Connection, terminal_id: int, incarnation: int, now: float) -> list[int]:
    """Journeys of which somebody seeks places and the terminal holds some."""
    rows = connection.scalars(
        text(
            "SELECT DISTINCT s.journey_id FROM sought s JOIN holding h ON h.journey_id = s.journey_id "
            "WHERE s.until > :now AND h.kind = 'LEASE' AND h.terminal_id = :terminal AND h.incarnation = :incarnation "
            "ORDER BY 1 LIMIT 40"
        ),
        {"terminal": terminal_id, "incarnation": incarnation, "now": now},
    )
    return list(rows)
