"""On which list somebody was let in: a ticket may be good once on each."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.execute("ALTER TABLE admission ADD COLUMN IF NOT EXISTS list text NOT NULL DEFAULT ''")
