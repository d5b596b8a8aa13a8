"""A void that the selling terminal asked for carries the key under which it gives the money back."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute("ALTER TABLE void ADD COLUMN refund_id text NOT NULL DEFAULT ''")
