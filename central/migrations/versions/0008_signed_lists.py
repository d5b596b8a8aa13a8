"""The feed has a hash over everything that led to a state, so that two lists under one number can be told apart."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE feed_mark (
            seq bigint PRIMARY KEY,  -- of the last change of a round
            chain text NOT NULL,
            marked_at timestamptz NOT NULL DEFAULT now()
        );
        INSERT INTO feed_mark (seq, chain) SELECT seq, repeat('0', 64) FROM feed_head;
        """
    )
