"""Schema of `journal.db`, forward only. Projections may change freely: they are rebuilt after a migration."""

from __future__ import annotations

from sqlite_utils import Database, Migrations

journal = Migrations("kiosk.journal")
projections = Migrations("kiosk.projections")


@journal()
def m001_journal(db: Database) -> None:
    db.executescript(
        """
        CREATE TABLE journal (
            seq INTEGER PRIMARY KEY CHECK (seq > 0),
            event_id TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            version INTEGER NOT NULL,
            body TEXT NOT NULL,
            recorded_at_ms INTEGER NOT NULL,
            previous_hash TEXT NOT NULL,
            hash TEXT NOT NULL
        ) STRICT;
        CREATE TRIGGER journal_is_not_edited BEFORE UPDATE ON journal
            BEGIN SELECT RAISE(ABORT, 'the journal is append only'); END;
        CREATE TRIGGER journal_is_not_cut BEFORE DELETE ON journal
            BEGIN SELECT RAISE(ABORT, 'the journal is append only'); END;
        CREATE TRIGGER journal_has_no_gap BEFORE INSERT ON journal
            WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM journal)
            BEGIN SELECT RAISE(ABORT, 'the journal has no gap'); END;
        CREATE TABLE identity (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            terminal_id INTEGER NOT NULL,
            incarnation INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE cursor (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
        """
    )


@projections()
def m001_projections(db: Database) -> None:
    db.executescript(
        """
        CREATE TABLE sale (
            sale_id TEXT PRIMARY KEY, stage TEXT NOT NULL, opened_seq INTEGER NOT NULL, state TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX sale_by_stage ON sale (stage) WHERE stage NOT IN ('done', 'freed');
        CREATE TABLE ticket (
            seq INTEGER PRIMARY KEY, code TEXT NOT NULL, sale_id TEXT NOT NULL, item_no INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX ticket_by_code ON ticket (code);
        CREATE TABLE holding (
            journey_id INTEGER NOT NULL, epoch INTEGER NOT NULL, n INTEGER NOT NULL, state BLOB NOT NULL,
            PRIMARY KEY (journey_id, epoch, n)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE admitted (
            ticket_id TEXT PRIMARY KEY, journey_id INTEGER NOT NULL, gate TEXT NOT NULL, at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
    )


@projections()
def m002_takings(db: Database) -> None:
    """Money taken, by UTC day, means and currency; counts only grow."""
    db.execute(
        """CREATE TABLE takings (
            day TEXT NOT NULL, means TEXT NOT NULL, currency TEXT NOT NULL, sales INTEGER NOT NULL,
            amount_minor INTEGER NOT NULL, PRIMARY KEY (day, means, currency)
        ) STRICT, WITHOUT ROWID"""
    )


@projections()
def m003_sale_as_bytes(db: Database) -> None:
    """The state of a sale is bound as it was encoded: no way over a str on each step of a sale."""
    db.executescript(
        """
        DROP TABLE sale;
        CREATE TABLE sale (
            sale_id TEXT PRIMARY KEY, stage TEXT NOT NULL, opened_seq INTEGER NOT NULL, state BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX sale_by_stage ON sale (stage) WHERE stage NOT IN ('done', 'freed');
        """
    )


@projections()
def m004_passings(db: Database) -> None:
    """Every passing of this gate that counts, in and out, in order; `admitted` has the first of each ticket."""
    db.executescript(
        """
        CREATE TABLE passing (
            seq INTEGER PRIMARY KEY, ticket_id TEXT NOT NULL, journey_id INTEGER NOT NULL, gate TEXT NOT NULL,
            at INTEGER NOT NULL, kind TEXT NOT NULL, persons INTEGER NOT NULL, list TEXT NOT NULL
        ) STRICT;
        CREATE INDEX passing_by_ticket ON passing (ticket_id);
        CREATE INDEX passing_by_time ON passing (at, kind, persons);
        """
    )


@projections()
def m005_network(db: Database) -> None:
    """Facts of every gate of the network; author 0.0 is this one. `ticket_id` empty: of a kind not known here."""
    db.executescript(
        """
        CREATE TABLE network_fact (
            terminal_id INTEGER NOT NULL, incarnation INTEGER NOT NULL, seq INTEGER NOT NULL,
            previous INTEGER NOT NULL, journal_seq INTEGER NOT NULL,
            ticket_id TEXT NOT NULL, journey_id INTEGER NOT NULL, place INTEGER NOT NULL, at INTEGER NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (terminal_id, incarnation, seq)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX network_fact_of_ticket ON network_fact (ticket_id);
        CREATE INDEX network_fact_on_place ON network_fact (journey_id, place) WHERE place > 0;
        CREATE INDEX network_fact_by_time ON network_fact (terminal_id, incarnation, at);
        CREATE TABLE network_head (
            terminal_id INTEGER NOT NULL, incarnation INTEGER NOT NULL, seq INTEGER NOT NULL,
            PRIMARY KEY (terminal_id, incarnation)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE contested (
            terminal_id INTEGER NOT NULL, incarnation INTEGER NOT NULL, seq INTEGER NOT NULL,
            ticket_id TEXT NOT NULL, gate TEXT NOT NULL, at INTEGER NOT NULL,
            first_gate TEXT NOT NULL, first_at INTEGER NOT NULL,
            PRIMARY KEY (terminal_id, incarnation, seq)
        ) STRICT, WITHOUT ROWID;
        """
    )


@projections()
def m006_stored_payment(db: Database) -> None:
    """Payments a terminal approved without its bank that are not known to have reached it."""
    db.execute(
        """CREATE TABLE stored_payment (
            attempt_id TEXT PRIMARY KEY, means TEXT NOT NULL, amount_minor INTEGER NOT NULL, currency TEXT NOT NULL,
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID"""
    )


@projections()
def m008_network_in_order(db: Database) -> None:
    """What came since the last look for contested admissions is found without a walk."""
    db.execute("CREATE INDEX network_fact_by_record ON network_fact (journal_seq)")


@projections()
def m009_passings_by_product(db: Database) -> None:
    """What passed, so that figures are counted by product; empty for records from before."""
    db.executescript(
        """
        ALTER TABLE passing ADD COLUMN product TEXT NOT NULL DEFAULT '';
        DROP INDEX passing_by_time;
        CREATE INDEX passing_by_time ON passing (at, kind, persons, product);
        """
    )


@projections()
def m010_media_handed_out(db: Database) -> None:
    """Which medium stands for which ticket, by what any gate of the network handed out."""
    db.executescript(
        """
        CREATE TABLE medium_handed (
            medium TEXT NOT NULL, ticket_id TEXT NOT NULL, PRIMARY KEY (medium, ticket_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX medium_handed_for_ticket ON medium_handed (ticket_id);
        """
    )


PROJECTION_TABLES = (
    "sale",
    "ticket",
    "holding",
    "takings",
    "stored_payment",
    "admitted",
    "passing",
    "network_fact",
    "network_head",
    "contested",
)
