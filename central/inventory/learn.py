"""What past sales say of demand, brought into small tables; rebuilt from the tickets of the last weeks, now and then.

Passengers by origin, class and day type: of each service journey, and of each stop over all that call there. A refunded
ticket does not count. What was refused for want of places is not known here: demand is seen through what was sold.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from central.context import Context
from central.inventory.demand import BREAKS_H

WEEKS = 8
EVERY_S = 6 * 3600
LEARN_LOCK = 7_226_105_122  # any number; one at a time

DAY_TYPE = "CASE extract(isodow FROM j.operating_day) WHEN 6 THEN 1 WHEN 7 THEN 2 ELSE 0 END"
_TICKETS = (
    "ticket t JOIN journey j ON j.id = t.journey_id "
    "LEFT JOIN void v ON (v.terminal_id, v.incarnation, v.seq) = (t.terminal_id, t.incarnation, t.seq)"
)
_COUNTED = "t.place IS NOT NULL AND v.seq IS NULL AND j.ends_at BETWEEN :since AND :now"
_STATEMENTS = (
    "TRUNCATE seen_departures, seen_riders, seen_boarding, seen_leads",
    "INSERT INTO seen_departures "
    f"SELECT j.service_journey_id, {DAY_TYPE}, count(*) FROM journey j "
    "WHERE j.layout_digest IS NOT NULL AND j.ends_at BETWEEN :since AND :now GROUP BY 1, 2",
    "INSERT INTO seen_riders "
    f"SELECT j.service_journey_id, {DAY_TYPE}, t.place_class, t.from_segment, t.to_segment, count(*) "
    f"FROM {_TICKETS} WHERE {_COUNTED} AND t.to_segment <= j.segments GROUP BY 1, 2, 3, 4, 5",
    # Every departure from a stop counts, also those that nobody boarded.
    "INSERT INTO seen_boarding "
    f"WITH calling AS (SELECT stop, {DAY_TYPE} AS day_type, count(*) AS departures "
    "FROM journey j, unnest(j.stops[1:array_length(j.stops, 1) - 1]) AS stop "
    "WHERE j.ends_at BETWEEN :since AND :now GROUP BY 1, 2), "
    f"boarding AS (SELECT j.stops[t.from_segment + 1] AS stop, {DAY_TYPE} AS day_type, t.place_class, "
    f"count(*) AS passengers FROM {_TICKETS} WHERE {_COUNTED} AND j.stops IS NOT NULL "
    "AND t.from_segment < j.segments GROUP BY 1, 2, 3) "
    "SELECT stop, day_type, place_class, departures, passengers FROM boarding JOIN calling USING (stop, day_type)",
    "INSERT INTO seen_leads "
    "SELECT t.place_class, least(width_bucket((coalesce(j.departs[t.from_segment + 1], j.ends_at) - t.issued_at) "
    "/ 3600.0, CAST(:breaks AS numeric[])), :last) AS bucket, count(*) "
    f"FROM {_TICKETS} WHERE {_COUNTED} GROUP BY 1, 2",
    "UPDATE meta SET learned_at = to_timestamp(:now), (party_squares, party_passengers) = ("
    "SELECT coalesce(sum(n * n), 0), coalesce(sum(n), 0) FROM (SELECT count(*) AS n "
    f"FROM {_TICKETS} WHERE {_COUNTED} GROUP BY t.terminal_id, t.incarnation, t.sale_id, t.journey_id) AS party)",
    "UPDATE contact c SET sold = coalesce((SELECT count(*) FROM " + _TICKETS + f" WHERE {_COUNTED} "
    "AND t.terminal_id = c.terminal_id), 0)",
)


def learn_demand(context: Context) -> bool:
    """Learn anew when the last time is long ago; True when it did."""
    now = context.now()
    values = {
        "now": int(now),
        "since": int(now) - WEEKS * 7 * 86400,
        "breaks": list(BREAKS_H),
        "last": len(BREAKS_H) - 1,
    }
    with context.engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LEARN_LOCK})
        learned = connection.scalar(text("SELECT learned_at FROM meta"))
        if learned is not None and datetime.fromtimestamp(now, UTC) - learned < timedelta(seconds=EVERY_S):
            return False
        for statement in _STATEMENTS:
            wanted = {name: value for name, value in values.items() if f":{name}" in statement}
            connection.execute(text(statement), wanted)
    return True
