"""What a failover needs to know (P8, P11, P12): who adopted which epoch, who was given up, what is in doubt, voids."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

RECOVERY = """
ALTER TABLE meta
    ADD COLUMN epoch integer NOT NULL DEFAULT 1 CHECK (epoch > 0),  -- under which this database was last used
    ADD COLUMN recovering_since integer NOT NULL DEFAULT 0,  -- P11: epoch the recovery began in; 0 = none
    ADD COLUMN revocation_version bigint NOT NULL DEFAULT 0;

ALTER TABLE incarnation
    ADD COLUMN adopted_epoch integer NOT NULL DEFAULT 0,  -- highest its applied journal has adopted
    ADD COLUMN lost_epoch integer NOT NULL DEFAULT 0,  -- epoch in which it was given up; 0 = alive
    ADD COLUMN told_seq bigint NOT NULL DEFAULT 0,  -- its head, as its uploads told it
    ADD COLUMN heard_at timestamptz;  -- last call of it
UPDATE incarnation i SET lost_epoch = 1 FROM terminal t
    WHERE t.id = i.terminal_id AND (i.incarnation < t.incarnation OR i.forked);
UPDATE incarnation SET adopted_epoch = 1 WHERE applied_seq > 0;

ALTER TABLE journey ADD COLUMN doubt_epoch integer NOT NULL DEFAULT 0;

-- SOLD and VOID_PENDING carry the grant they were sold from: of two claims to a cell the later grant wins (P11).
ALTER TABLE holding DROP CONSTRAINT holding_check, DROP CONSTRAINT holding_check1;
ALTER TABLE holding
    ADD CHECK (kind <> 'LEASE' OR (terminal_id > 0 AND incarnation > 0 AND epoch > 0 AND n > 0)),
    ADD CHECK (kind <> 'POOL' OR (terminal_id = 0 AND incarnation = 0 AND epoch = 0 AND n = 0));

CREATE TABLE void (
    terminal_id integer NOT NULL,
    incarnation integer NOT NULL,
    seq bigint NOT NULL,
    version bigint NOT NULL,  -- of the revocation list that names it first
    epoch integer NOT NULL,  -- in which it was voided: adopted by the terminal, or central's own
    by text NOT NULL CHECK (by IN ('terminal', 'central')),
    reason text NOT NULL DEFAULT '',
    voided_at timestamptz NOT NULL,
    refunded boolean NOT NULL DEFAULT false,
    reopened boolean NOT NULL DEFAULT false,  -- its cells are in the pool again
    PRIMARY KEY (terminal_id, incarnation, seq)
);

CREATE TABLE gate_ack (
    terminal_id integer PRIMARY KEY REFERENCES terminal,
    revocation_version bigint NOT NULL
);
"""


def upgrade() -> None:
    op.execute(RECOVERY)
