"""Published bodies by the hash of their bytes, so that a download goes on where it was cut."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

DOWNLOADS = """
ALTER TABLE catalogue ADD COLUMN sha256 text GENERATED ALWAYS AS (encode(sha256(body), 'hex')) STORED;
ALTER TABLE catalogue ALTER COLUMN body SET STORAGE EXTERNAL;  -- packed already: a range is read without the rest
CREATE INDEX ON catalogue (sha256);
"""


def upgrade() -> None:
    op.execute(DOWNLOADS)
