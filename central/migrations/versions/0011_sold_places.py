"""Gates know which ticket a place was sold to; a void takes it off that list in the same round as it is told."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute(
        """
        CREATE OR REPLACE FUNCTION feed_void() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO feed_touched
            SELECT 'revoked_ticket', lpad(to_hex(terminal_id), 4, '0') || lpad(to_hex(incarnation), 2, '0')
                || lpad(to_hex(seq), 10, '0') FROM changed;
            INSERT INTO feed_touched
            SELECT DISTINCT 'lease', t.journey_id::text FROM changed JOIN ticket t USING (terminal_id, incarnation, seq)
            WHERE t.covered AND t.place IS NOT NULL;
            RETURN NULL;
        END $$
        """
    )
    op.execute("CREATE INDEX feed_sold_by_journey ON feed (split_part(key, '.', 1)) WHERE topic = 'sold'")
