"""Whose a ticket is: its holder's name, told to gates with the ticket, and blanked when it is old enough."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"


# With a name, before this database had a place for it.
SOLD_BEFORE = """
UPDATE ticket t SET holder = named.holder FROM (
    SELECT s.terminal_id, s.incarnation, s.sale_id, item.no - 1 AS item_no, item.body ->> 'holder' AS holder
    FROM sale s, json_array_elements(s.items::json) WITH ORDINALITY AS item (body, no)
    WHERE strpos(s.items, '"holder":') > 0
) AS named
WHERE (named.terminal_id, named.incarnation, named.sale_id, named.item_no)
    = (t.terminal_id, t.incarnation, t.sale_id, t.item_no) AND named.holder <> ''
"""


def upgrade() -> None:
    op.execute("ALTER TABLE ticket ADD COLUMN holder text NOT NULL DEFAULT ''  -- '' = not named, or forgotten")
    op.execute(SOLD_BEFORE)
    op.execute("CREATE INDEX ticket_named ON ticket (journey_id) WHERE holder <> ''")
    op.execute(
        """
        CREATE OR REPLACE FUNCTION feed_booked(t ticket) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE RETURN
            json_build_array(t.sale_id, t.journey_id, t.place, t.from_segment, t.to_segment, t.place_class,
                t.product_id, t.category_id, t.persons, t.holder, t.covered)::text
        """
    )
