"""What comes down: published bodies by the hash of their bytes, and the feed of changes with no gap in it."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

DOWNLOADS = """
ALTER TABLE catalogue ADD COLUMN sha256 text GENERATED ALWAYS AS (encode(sha256(body), 'hex')) STORED;
ALTER TABLE catalogue ALTER COLUMN body SET STORAGE EXTERNAL;  -- packed already: a range is read without the rest
CREATE INDEX ON catalogue (sha256);

CREATE TABLE catalogue_delta (
    version integer PRIMARY KEY,  -- that it leads to
    from_etag text NOT NULL,
    body bytea NOT NULL  -- gzip of the JSON of kiosk.domain.catalogue_delta.CatalogueDelta
);
CREATE INDEX ON catalogue_delta (from_etag);
"""

# Whoever changes something leaves a mark in the same transaction; one writer at a time takes the marks that are
# committed, looks what became of the things, and gives the numbers. So a number is never visible before a lower one.
FEED = """
CREATE TABLE feed (
    topic text NOT NULL,
    key text NOT NULL,
    seq bigint NOT NULL UNIQUE,  -- moves on with every change of the key
    body text,  -- NULL = gone
    until bigint NOT NULL,  -- unix s: nobody misses it later; 0 = always
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (topic, key)
);
CREATE INDEX ON feed (split_part(key, '.', 1)) WHERE topic = 'lease';
CREATE INDEX ON feed (changed_at) WHERE body IS NULL;

CREATE TABLE feed_touched (topic text NOT NULL, key text NOT NULL);  -- marks, in no order

CREATE TABLE feed_head (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    seq bigint NOT NULL,
    floor bigint NOT NULL DEFAULT 0,  -- what went before this number is no longer told of
    checked_at double precision NOT NULL DEFAULT 0  -- unix s: when everything was compared
);
INSERT INTO feed_head (seq) SELECT coalesce(max(version), 0) FROM gate_manifest;  -- a gate's list never gets older

CREATE FUNCTION feed_lease() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO feed_touched SELECT DISTINCT 'lease', journey_id::text FROM changed WHERE kind = 'LEASE';
    RETURN NULL;
END $$;
CREATE TRIGGER feed_lease_new AFTER INSERT ON holding REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION feed_lease();
CREATE TRIGGER feed_lease_moved AFTER UPDATE ON holding REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION feed_lease();
CREATE TRIGGER feed_lease_gone AFTER DELETE ON holding REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION feed_lease();

CREATE FUNCTION feed_sold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO feed_touched SELECT DISTINCT 'lease', journey_id::text FROM changed WHERE covered AND place IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER feed_sold AFTER INSERT ON ticket REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION feed_sold();

CREATE FUNCTION feed_void() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO feed_touched
    SELECT 'revoked_ticket', lpad(to_hex(terminal_id), 4, '0') || lpad(to_hex(incarnation), 2, '0')
        || lpad(to_hex(seq), 10, '0') FROM changed;
    RETURN NULL;
END $$;
CREATE TRIGGER feed_void AFTER INSERT ON void REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION feed_void();

CREATE FUNCTION feed_certificate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO feed_touched SELECT 'certificate', encode(key_id, 'hex') FROM changed;
    RETURN NULL;
END $$;
CREATE TRIGGER feed_certificate AFTER INSERT ON certificate REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION feed_certificate();

CREATE FUNCTION feed_revoked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO feed_touched VALUES ('revoked_incarnation', NEW.terminal_id || '.' || NEW.incarnation);
    RETURN NULL;
END $$;
CREATE TRIGGER feed_revoked AFTER UPDATE ON incarnation FOR EACH ROW
    WHEN (OLD.revoked_from IS DISTINCT FROM NEW.revoked_from) EXECUTE FUNCTION feed_revoked();

CREATE FUNCTION feed_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO feed_touched VALUES ('catalogue', '');
    RETURN NULL;
END $$;
CREATE TRIGGER feed_published AFTER INSERT ON catalogue FOR EACH STATEMENT EXECUTE FUNCTION feed_published();
"""


def upgrade() -> None:
    op.execute(DOWNLOADS)
    op.execute(FEED)
