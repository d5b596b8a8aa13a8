"""Terminals, catalogue, inventory, journal, sales, admissions, incidents."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None

TERMINALS = """
CREATE TABLE meta (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    tenant integer NOT NULL DEFAULT 1 CHECK (tenant BETWEEN 1 AND 65535),
    window_days integer NOT NULL DEFAULT 15 CHECK (window_days BETWEEN 1 AND 366),
    root_key bytea CHECK (length(root_key) = 32)  -- which keys this database belongs to
);
INSERT INTO meta DEFAULT VALUES;

CREATE TABLE terminal (
    id integer GENERATED ALWAYS AS IDENTITY (MAXVALUE 65535) PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (name <> ''),
    role text NOT NULL CHECK (role IN ('kiosk', 'counter', 'gate')),
    stop_place_id text NOT NULL DEFAULT '',
    incarnation integer NOT NULL DEFAULT 0 CHECK (incarnation BETWEEN 0 AND 255)  -- the newest; 0 = not yet enrolled
);

CREATE TABLE incarnation (
    terminal_id integer NOT NULL REFERENCES terminal,
    incarnation integer NOT NULL CHECK (incarnation BETWEEN 1 AND 255),
    public_key bytea NOT NULL CHECK (length(public_key) = 32),
    machine text NOT NULL,
    enrolled_at timestamptz NOT NULL,
    revoked_from bigint,  -- unix s: nothing issued later counts
    head_seq bigint NOT NULL DEFAULT 0 CHECK (head_seq BETWEEN 0 AND 1099511627775),
    head_hash text NOT NULL CHECK (head_hash ~ '^[0-9a-f]{64}$'),
    applied_seq bigint NOT NULL DEFAULT 0 CHECK (applied_seq BETWEEN 0 AND head_seq),
    forked boolean NOT NULL DEFAULT false,
    PRIMARY KEY (terminal_id, incarnation)
);

CREATE TABLE certificate (
    body bytea PRIMARY KEY CHECK (length(body) BETWEEN 66 AND 1000),
    key_id bytea NOT NULL UNIQUE CHECK (length(key_id) = 4),
    terminal_id integer NOT NULL,
    incarnation integer NOT NULL,
    not_before bigint NOT NULL,
    not_after bigint NOT NULL CHECK (not_after > not_before),
    FOREIGN KEY (terminal_id, incarnation) REFERENCES incarnation
);
CREATE INDEX ON certificate (terminal_id, incarnation, not_after);

CREATE TABLE enrolment_code (
    code_hash bytea PRIMARY KEY CHECK (length(code_hash) = 32),
    terminal_id integer NOT NULL REFERENCES terminal,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    incarnation integer,  -- what came of it
    CHECK ((used_at IS NULL) = (incarnation IS NULL)),
    FOREIGN KEY (terminal_id, incarnation) REFERENCES incarnation
);

CREATE TABLE enrolment_failure (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    address text NOT NULL,
    failed_at timestamptz NOT NULL
);
CREATE INDEX ON enrolment_failure (address, failed_at);
"""

CATALOGUE = """
CREATE TABLE source (
    name text PRIMARY KEY,
    imported_at timestamptz NOT NULL,
    body bytea NOT NULL,  -- gzip of the JSON of central.publish.source.Source
    report text NOT NULL
);

CREATE TABLE catalogue (
    version integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    published_at timestamptz NOT NULL,
    etag text NOT NULL,
    body bytea NOT NULL  -- gzip of the JSON of kiosk.domain.catalogue.Catalogue
);

CREATE TABLE layout (
    digest text PRIMARY KEY CHECK (digest ~ '^[0-9a-f]{64}$'),
    body bytea NOT NULL  -- JSON of kiosk.domain.layout.Layout; never changes, inventory refers to its indices
);

CREATE TABLE journey (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY CHECK (id BETWEEN 1 AND 4294967295),
    service_journey_id text NOT NULL,
    operating_day date NOT NULL,
    segments integer NOT NULL CHECK (segments BETWEEN 1 AND 255),
    layout_digest text REFERENCES layout,  -- NULL = unreserved admissions, no inventory
    ends_at bigint NOT NULL,  -- unix s: arrival at the last call
    on_sale boolean NOT NULL,
    UNIQUE (service_journey_id, operating_day)
);
CREATE INDEX ON journey (operating_day);
"""

INVENTORY = """
CREATE TABLE gate_manifest (
    version integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    etag text NOT NULL
);

CREATE SEQUENCE grant_number;

CREATE TABLE holding (
    journey_id bigint NOT NULL REFERENCES journey,
    kind text NOT NULL CHECK (kind IN ('POOL', 'LEASE', 'SOLD', 'VOID_PENDING', 'STRANDED')),
    terminal_id integer NOT NULL DEFAULT 0,
    incarnation integer NOT NULL DEFAULT 0,
    epoch integer NOT NULL DEFAULT 0,
    n bigint NOT NULL DEFAULT 0,  -- with epoch: the grant
    cells bytea NOT NULL,  -- see central.inventory.cells
    PRIMARY KEY (journey_id, kind, terminal_id, incarnation, epoch, n),
    CHECK (kind <> 'LEASE' OR (terminal_id > 0 AND incarnation > 0 AND epoch > 0 AND n > 0)),
    CHECK (kind NOT IN ('POOL', 'SOLD') OR (terminal_id = 0 AND incarnation = 0 AND epoch = 0 AND n = 0))
);
CREATE INDEX ON holding (terminal_id, incarnation) WHERE kind = 'LEASE';

CREATE TABLE grant_given (
    epoch integer NOT NULL CHECK (epoch > 0),
    n bigint NOT NULL CHECK (n > 0),
    terminal_id integer NOT NULL,
    incarnation integer NOT NULL,
    journey_id bigint NOT NULL REFERENCES journey,
    body text NOT NULL,
    signature text NOT NULL,
    accepted_seq bigint,  -- the terminal's record that took it
    PRIMARY KEY (epoch, n),
    FOREIGN KEY (terminal_id, incarnation) REFERENCES incarnation
);
CREATE INDEX ON grant_given (terminal_id, incarnation, epoch, n);
"""

JOURNAL = """
CREATE TABLE raw_journal (
    terminal_id integer NOT NULL,
    incarnation integer NOT NULL,
    seq bigint NOT NULL CHECK (seq > 0),
    event_id text NOT NULL,
    kind text NOT NULL,
    version integer NOT NULL,
    body text NOT NULL,
    recorded_at_ms bigint NOT NULL,
    previous_hash text NOT NULL,
    hash text NOT NULL,
    received_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'PENDING' CHECK (state IN ('PENDING', 'APPLIED', 'UNKNOWN', 'POISON')),
    PRIMARY KEY (terminal_id, incarnation, seq),
    FOREIGN KEY (terminal_id, incarnation) REFERENCES incarnation
);
CREATE INDEX ON raw_journal (terminal_id, incarnation, seq) WHERE state <> 'APPLIED';

CREATE TABLE fork_record (
    terminal_id integer NOT NULL,
    incarnation integer NOT NULL,
    seq bigint NOT NULL,
    hash text NOT NULL,
    record text NOT NULL,  -- JSON of sync.wire.Record
    received_at timestamptz NOT NULL,
    PRIMARY KEY (terminal_id, incarnation, seq, hash),
    FOREIGN KEY (terminal_id, incarnation) REFERENCES incarnation
);

CREATE TABLE incident (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    noticed_at timestamptz NOT NULL DEFAULT now(),
    kind text NOT NULL CHECK (kind <> ''),
    detail text NOT NULL,
    terminal_id integer NOT NULL DEFAULT 0,
    incarnation integer NOT NULL DEFAULT 0,
    seq bigint NOT NULL DEFAULT 0,  -- the record it is about; 0 = none
    UNIQUE (terminal_id, incarnation, seq, kind, detail)
);
"""

SALES = """
CREATE TABLE sale (
    terminal_id integer NOT NULL,
    incarnation integer NOT NULL,
    sale_id text NOT NULL,
    held_seq bigint NOT NULL,
    items text NOT NULL,  -- JSON of the SaleItems
    currency text NOT NULL,
    outcome text NOT NULL DEFAULT '',  -- '' = open, else delivered, undelivered, or why its places were freed
    PRIMARY KEY (terminal_id, incarnation, sale_id),
    FOREIGN KEY (terminal_id, incarnation) REFERENCES incarnation
);

CREATE TABLE payment (
    terminal_id integer NOT NULL,
    incarnation integer NOT NULL,
    attempt_id text NOT NULL,
    sale_id text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    currency text NOT NULL,
    means text NOT NULL,
    state text NOT NULL CHECK (state IN ('requested', 'approved', 'declined', 'unresolved')),
    reference text NOT NULL DEFAULT '',
    PRIMARY KEY (terminal_id, incarnation, attempt_id),
    FOREIGN KEY (terminal_id, incarnation) REFERENCES incarnation
);

CREATE TABLE ticket (
    terminal_id integer NOT NULL,
    incarnation integer NOT NULL,
    seq bigint NOT NULL,
    sale_id text NOT NULL,
    item_no integer NOT NULL CHECK (item_no >= 0),
    journey_id bigint NOT NULL,  -- no reference: a ticket is kept whatever it says
    place integer CHECK (place >= 0),
    from_segment integer NOT NULL CHECK (from_segment >= 0),
    to_segment integer NOT NULL CHECK (to_segment > from_segment),
    place_class text NOT NULL,
    product_id text NOT NULL,
    category_id text NOT NULL,
    price_minor bigint NOT NULL,
    currency text NOT NULL,
    issued_at bigint NOT NULL,
    code text NOT NULL,
    covered boolean NOT NULL,  -- its cells were leased to this terminal; false comes with an incident
    PRIMARY KEY (terminal_id, incarnation, seq),
    FOREIGN KEY (terminal_id, incarnation, seq) REFERENCES raw_journal
);
CREATE INDEX ON ticket (journey_id, place);
CREATE INDEX ON ticket (terminal_id, incarnation, sale_id, item_no);

CREATE TABLE admission (
    terminal_id integer NOT NULL,
    incarnation integer NOT NULL,
    seq bigint NOT NULL,
    ticket_id text NOT NULL,
    reason text NOT NULL DEFAULT '',  -- '' = admitted
    gate text NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (terminal_id, incarnation, seq),
    FOREIGN KEY (terminal_id, incarnation, seq) REFERENCES raw_journal
);
CREATE INDEX ON admission (ticket_id) WHERE reason = '';
"""


def upgrade() -> None:
    for part in (TERMINALS, CATALOGUE, INVENTORY, JOURNAL, SALES):
        op.execute(part)
