"""Faults in what keeps the rules: store, upload, outbox; one at a time."""

from __future__ import annotations

from typing import Any

from tests.prove.planting import fault, put


@fault
def a_sale_is_acknowledged_before_it_is_on_disk() -> None:
    """The commit of a sale waits for the next write; print before commit, seen from the paper."""
    from kiosk.store.journal import Journal

    right = Journal._write

    class Late:
        """A connection that keeps the last COMMIT back."""

        def __init__(self, connection: Any) -> None:
            self._connection, self._owes = connection, False

        def execute(self, sql: str, *given: Any) -> Any:
            if sql == "COMMIT":
                self._owes = True
                return None
            if sql == "BEGIN IMMEDIATE" and self._owes:
                self._owes = False
                self._connection.execute("COMMIT")
            return self._connection.execute(sql, *given)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._connection, name)

    def write(self: Any, records: Any, changes: Any) -> None:
        if not isinstance(self._db.conn, Late):
            self._db.conn = Late(self._db.conn)
        right(self, records, changes)

    put(Journal, "_write", write)


@fault
def the_cursor_moves_before_the_answer() -> None:
    """The outbox counts records as sent before central has them."""
    from sync.push import ACCEPTED, Push

    right = Push._send_batch

    def send(self: Any) -> bool:
        before = self.accepted_seq
        records = self._store.journal.records(before, self._limit)
        client, self._client = self._client, _Moves(self._client, self._store, ACCEPTED, records)
        try:
            return right(self)
        finally:
            self._client = client

    put(Push, "_send_batch", send)


class _Moves:
    def __init__(self, client: Any, store: Any, cursor: str, records: Any) -> None:
        self._client, self._store, self._cursor, self._records = client, store, cursor, records

    def journal(self, batch: Any) -> Any:
        if self._records:
            self._store.set_cursor(self._cursor, str(self._records[-1].seq))
        return self._client.journal(batch)

    @property
    def proof(self) -> Any:
        return self._client.proof


@fault
def a_refused_batch_is_dropped() -> None:
    """Deleted on 4xx."""
    from sync.push import ACCEPTED, Push

    def after(self: Any, refused: Any, after: int, sent: int) -> None:
        self._store.set_cursor(ACCEPTED, str(after + sent))

    put(Push, "_after_refusal", after)


@fault
def records_are_acknowledged_before_they_are_stored() -> None:
    """Acknowledged before the raw record is durable."""
    from central.journal import upload

    put(upload, "_insert", lambda connection, context, who, records: None)


@fault
def a_poison_record_is_thrown_away() -> None:
    """Skipped without a trace."""
    from central.journal import apply

    put(apply, "note_all", lambda connection, incidents: None)


@fault
def the_feed_numbers_before_the_commit() -> None:
    """A bigserial as cursor: nobody waits for who has a lower number and commits later."""
    from central import feed

    right = feed.sequence

    class Hasty:
        def __init__(self, connection: Any) -> None:
            self._connection = connection

        def execute(self, statement: Any, *given: Any) -> Any:
            if "pg_advisory_xact_lock" not in str(statement):
                return self._connection.execute(statement, *given)
            return None

        def __getattr__(self, name: str) -> Any:
            return getattr(self._connection, name)

    def sequence(connection: Any, context: Any, *, everything: bool = False) -> None:
        right(Hasty(connection), context, everything=everything)  # type: ignore[arg-type]

    put(feed, "sequence", sequence)


@fault
def the_store_forgets_to_flush() -> None:
    """`synchronous=NORMAL`: a power cut may take what was acknowledged."""
    from kiosk.store import database

    right = database.connect

    def connect(path: Any, key: bytes) -> Any:
        db = right(path, key)
        db.conn.execute("PRAGMA synchronous = NORMAL")
        return db

    put(database, "connect", connect)
