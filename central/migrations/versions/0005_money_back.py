"""A payment may be on its way back, or back."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("ALTER TABLE payment DROP CONSTRAINT payment_state_check")
    op.execute(
        "ALTER TABLE payment ADD CONSTRAINT payment_state_check CHECK "
        "(state IN ('requested', 'approved', 'declined', 'unresolved', 'reversing', 'reversed'))"
    )
