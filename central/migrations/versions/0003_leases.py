"""What the size of a lease depends on: calls of journeys, a terminal's contact, past demand, quotas of channels."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"

LEASES = """
ALTER TABLE journey
    ADD COLUMN line_id text NOT NULL DEFAULT '',
    ADD COLUMN stops text[],  -- stop places of its calls; NULL = not known yet
    ADD COLUMN departs bigint[];  -- unix s, of every call but the last

ALTER TABLE meta
    ADD COLUMN own_share real NOT NULL DEFAULT 0.2 CHECK (own_share BETWEEN 0 AND 1),  -- of demand, not from leases
    ADD COLUMN learned_at timestamptz,
    ADD COLUMN party_squares double precision NOT NULL DEFAULT 0,
    ADD COLUMN party_passengers double precision NOT NULL DEFAULT 0;

CREATE TABLE contact (
    terminal_id integer PRIMARY KEY REFERENCES terminal,
    last_at double precision NOT NULL,  -- unix s
    observed_s double precision NOT NULL DEFAULT 0,
    dark_s double precision NOT NULL DEFAULT 0,
    outages double precision NOT NULL DEFAULT 0,
    recalled_at double precision NOT NULL DEFAULT 0,  -- when its holdings were last looked through
    sold bigint NOT NULL DEFAULT 0  -- its passengers of the time that was learned from
);

CREATE TABLE seen_departures (
    service_journey_id text NOT NULL,
    day_type smallint NOT NULL CHECK (day_type BETWEEN 0 AND 2),  -- workday, Saturday, Sunday
    departures integer NOT NULL,
    PRIMARY KEY (service_journey_id, day_type)
);

CREATE TABLE seen_riders (
    service_journey_id text NOT NULL,
    day_type smallint NOT NULL,
    place_class text NOT NULL,
    from_segment integer NOT NULL,
    to_segment integer NOT NULL,
    passengers integer NOT NULL,
    PRIMARY KEY (service_journey_id, day_type, place_class, from_segment, to_segment)
);

CREATE TABLE seen_boarding (
    stop_place_id text NOT NULL,
    day_type smallint NOT NULL,
    place_class text NOT NULL,
    departures integer NOT NULL,
    passengers integer NOT NULL,
    PRIMARY KEY (stop_place_id, day_type, place_class)
);

CREATE TABLE seen_leads (
    place_class text NOT NULL,
    bucket integer NOT NULL,  -- see central.inventory.demand.BREAKS_H
    passengers integer NOT NULL,
    PRIMARY KEY (place_class, bucket)
);

CREATE TABLE quota (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    journey_id bigint REFERENCES journey,  -- or
    line text,  -- a pattern of line ids, such as G* or rail
    place_class text NOT NULL DEFAULT '',  -- '' = every class
    channel text NOT NULL CHECK (channel <> ''),
    places integer NOT NULL CHECK (places > 0),
    release_before_min integer NOT NULL CHECK (release_before_min >= 0),
    CHECK ((journey_id IS NULL) <> (line IS NULL))
);

CREATE TABLE sought (
    journey_id bigint NOT NULL REFERENCES journey,
    place_class text NOT NULL,
    from_call integer NOT NULL,
    to_call integer NOT NULL,
    places integer NOT NULL,
    until double precision NOT NULL,  -- unix s
    PRIMARY KEY (journey_id, place_class, from_call, to_call)
);
"""

# What waits is what lies above applied_seq; a record says only when something is the matter with it.
STATES = """
ALTER TABLE raw_journal DROP CONSTRAINT raw_journal_state_check;
ALTER TABLE raw_journal ALTER COLUMN state DROP DEFAULT, ALTER COLUMN state DROP NOT NULL;
UPDATE raw_journal SET state = NULL WHERE state IN ('PENDING', 'APPLIED');
ALTER TABLE raw_journal ADD CHECK (state IN ('UNKNOWN', 'POISON'));
DROP INDEX raw_journal_terminal_id_incarnation_seq_idx;
CREATE INDEX ON raw_journal (terminal_id, incarnation, seq) WHERE state IS NOT NULL;
"""


def upgrade() -> None:
    op.execute(LEASES)
    op.execute(STATES)
