"""Scan-to-pay: attempts and refunds at providers, written before the provider hears of them."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"

ATTEMPT = """
CREATE TABLE scan_attempt (
    attempt_id text PRIMARY KEY,
    number text NOT NULL UNIQUE,  -- the provider's out_trade_no; never used again
    kind text NOT NULL CHECK (kind IN ('qr', 'scan')),
    provider text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    currency text NOT NULL,
    terminal_id integer NOT NULL,
    begun_at double precision NOT NULL,  -- all times are unix s
    deadline_at double precision NOT NULL,
    state text NOT NULL CHECK (state IN ('created', 'waiting', 'closing', 'approved', 'declined')),
    sent boolean NOT NULL DEFAULT false,  -- true before the provider may have heard of it
    cancelled boolean NOT NULL DEFAULT false,
    code text NOT NULL DEFAULT '',
    reference text NOT NULL DEFAULT '',
    payer text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    next_at double precision NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    watch_until double precision NOT NULL DEFAULT 0
);
CREATE INDEX ON scan_attempt (next_at) WHERE state NOT IN ('approved', 'declined') OR watch_until > 0;
CREATE INDEX ON scan_attempt (provider, reference) WHERE reference <> '';
"""

REFUND = """
CREATE TABLE scan_refund (
    refund_id text PRIMARY KEY,
    number text NOT NULL UNIQUE,  -- the provider's out_refund_no or out_request_no
    attempt_id text NOT NULL REFERENCES scan_attempt,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    terminal_id integer NOT NULL,
    begun_at double precision NOT NULL,
    state text NOT NULL CHECK (state IN ('asked', 'done', 'refused')),
    reference text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    next_at double precision NOT NULL,
    tries integer NOT NULL DEFAULT 0
);
CREATE INDEX ON scan_refund (next_at) WHERE state = 'asked';
CREATE INDEX ON scan_refund (attempt_id);
"""


def upgrade() -> None:
    op.execute(ATTEMPT)
    op.execute(REFUND)
