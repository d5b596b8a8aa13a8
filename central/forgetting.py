"""Names that nobody needs any more: blanked in the tables, where the journey ended long enough ago (docs/privacy.md).

The copy of the terminals' journals keeps them: it is what every ticket and payment is proven with, and a record
without its words would no longer fit its hash.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import text

from central.context import Context

DAY_S = 86_400
NO_JOURNEY_S = 366 * DAY_S  # nobody knows when the journey of a ticket ended that central never had: then so late

# The tickets, and gates are told where they still hold a record.
_TICKETS = """
WITH old AS (
    SELECT t.terminal_id, t.incarnation, t.seq FROM ticket t LEFT JOIN journey j ON j.id = t.journey_id
    WHERE t.holder <> '' AND coalesce(j.ends_at, t.issued_at + :no_journey) < :before
), blanked AS (
    UPDATE ticket t SET holder = '' FROM old
    WHERE (t.terminal_id, t.incarnation, t.seq) = (old.terminal_id, old.incarnation, old.seq)
    RETURNING feed_ticket_id(t.terminal_id, t.incarnation, t.seq) AS id
), told AS (
    INSERT INTO feed_touched SELECT 'booked', id FROM blanked
)
SELECT count(*) FROM blanked
"""

# The carts, also of sales that came to nothing.
_SALES = """
WITH item AS (
    SELECT s.terminal_id, s.incarnation, s.sale_id, each.no, each.body,
        coalesce(j.ends_at, r.recorded_at_ms / 1000 + :no_journey) AS ends_at
    FROM sale s CROSS JOIN json_array_elements(s.items::json) WITH ORDINALITY AS each (body, no)
        LEFT JOIN journey j ON j.id = (each.body ->> 'journey_id')::bigint
        LEFT JOIN raw_journal r ON (r.terminal_id, r.incarnation, r.seq) = (s.terminal_id, s.incarnation, s.held_seq)
    WHERE strpos(s.items, '"holder":') > 0
), blank AS (
    SELECT terminal_id, incarnation, sale_id, json_agg(body::jsonb - 'holder' ORDER BY no)::text AS items
    FROM item GROUP BY 1, 2, 3 HAVING max(ends_at) < :before
)
UPDATE sale s SET items = blank.items FROM blank
WHERE (s.terminal_id, s.incarnation, s.sale_id) = (blank.terminal_id, blank.incarnation, blank.sale_id)
"""

# Guests of other systems, once nobody misses them.
_GUESTS = """
UPDATE guest SET body = (body::jsonb - 'holder' - 'email')::text
WHERE until > 0 AND until < :before AND body::jsonb ?| ARRAY['holder', 'email']
"""


class Forgotten(NamedTuple):
    """How many rows named somebody and do no more."""

    tickets: int
    sales: int
    guests: int


def forget_names(context: Context, older_than_days: int) -> Forgotten:
    """Blank the names of tickets, carts and guests whose journey or time ended so long ago."""
    before = {"before": int(context.now()) - older_than_days * DAY_S}
    parts = {**before, "no_journey": NO_JOURNEY_S}
    with context.engine.begin() as connection:
        tickets = connection.execute(text(_TICKETS), parts).scalar_one()
        sales = connection.execute(text(_SALES), parts).rowcount
        guests = connection.execute(text(_GUESTS), before).rowcount
    return Forgotten(int(tickets), sales, guests)
