"""Guests: tickets of other systems, media, the plan of the gates; each change marks what the feed must tell."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"

TABLES = """
CREATE TABLE guest_batch (
    name text PRIMARY KEY CHECK (name <> ''),
    file text NOT NULL,
    imported_at timestamptz NOT NULL
);

CREATE TABLE guest (
    code text PRIMARY KEY CHECK (code <> ''),  -- what is held up; or the id of a ticket of ours that the row adds to
    batch text NOT NULL REFERENCES guest_batch,
    body text NOT NULL,  -- JSON of a gate's ticket, without what is as usual
    until bigint NOT NULL DEFAULT 0,  -- unix s from when nobody misses it; 0 = always
    cancelled_at timestamptz,
    cancelled_by text,
    cancel_reason text
);
CREATE INDEX ON guest (batch);

CREATE TABLE medium (
    code text PRIMARY KEY CHECK (code <> ''),
    batch text NOT NULL REFERENCES guest_batch,
    body text NOT NULL,
    until bigint NOT NULL DEFAULT 0
);
CREATE INDEX ON medium (batch);

CREATE TABLE medium_handed (  -- at a gate, to the holder of a ticket
    medium text NOT NULL,
    ticket_id text NOT NULL,
    terminal_id integer NOT NULL,
    incarnation integer NOT NULL,
    seq bigint NOT NULL,
    PRIMARY KEY (terminal_id, incarnation, seq),
    FOREIGN KEY (terminal_id, incarnation, seq) REFERENCES raw_journal
);
CREATE INDEX ON medium_handed (medium);

CREATE TABLE gate_plan (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    body text NOT NULL,
    file text NOT NULL,
    set_at timestamptz NOT NULL
);

ALTER TABLE admission ADD COLUMN persons integer NOT NULL DEFAULT 1;
ALTER TABLE admission ADD COLUMN list text NOT NULL DEFAULT '';
"""

MARKS = """
CREATE FUNCTION feed_guest() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO feed_touched SELECT 'guest', code FROM changed;
    RETURN NULL;
END $$;
CREATE FUNCTION feed_medium() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO feed_touched SELECT 'medium', code FROM changed;
    RETURN NULL;
END $$;
CREATE FUNCTION feed_handed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO feed_touched SELECT DISTINCT 'medium', medium FROM changed;
    RETURN NULL;
END $$;
CREATE FUNCTION feed_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO feed_touched VALUES ('plan', '');
    RETURN NULL;
END $$;
CREATE TRIGGER feed_plan AFTER INSERT OR UPDATE OR DELETE ON gate_plan FOR EACH STATEMENT EXECUTE FUNCTION feed_plan();
CREATE TRIGGER feed_handed AFTER INSERT ON medium_handed REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION feed_handed();
"""

MARK = """
CREATE TRIGGER feed_{table}_new AFTER INSERT ON {table} REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION feed_{table}();
CREATE TRIGGER feed_{table}_changed AFTER UPDATE ON {table} REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION feed_{table}();
CREATE TRIGGER feed_{table}_gone AFTER DELETE ON {table} REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION feed_{table}();
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(MARKS)
    for table in ("guest", "medium"):
        op.execute(MARK.format(table=table))
