"""The append-only journal: facts go in with their projections, in one durable transaction, or not at all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
from sqlite_utils import Database

from kiosk.domain.errors import StoreDamaged, StoreFault
from kiosk.domain.events import AnyEvent, Event
from kiosk.ports import Clock, Ids
from kiosk.store import database, migrations
from kiosk.store.projections import Changes, Projections
from sync.chain import GENESIS, record_hash
from sync.wire import Record

VERSION = 1  # of the event bodies written by this program
_encode = msgspec.json.Encoder().encode
_event = msgspec.json.Decoder(AnyEvent)
_INSERT = "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_SELECT = "SELECT seq, event_id, kind, version, body, recorded_at_ms, previous_hash, hash FROM journal"


def decode(body: str) -> AnyEvent:
    """The fact in a record's body."""
    event: AnyEvent = _event.decode(body)
    return event


class Journal:
    """One writer connection under one lock; `append` returns when the facts are on the disk."""

    def __init__(
        self, path: Path, db: Database, lock: threading.RLock, identity: tuple[int, int], clock: Clock, ids: Ids
    ) -> None:
        self._path = path
        self._db = db
        self._lock = lock
        self._terminal_id, self._incarnation = identity
        self._clock = clock
        self._ids = ids
        self.healthy = True
        self._seq, self._hash = 0, GENESIS
        self._read_head()
        self.projections = Projections(db)

    def _read_head(self) -> None:
        row = self._db.execute("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
        self._seq, self._hash = row or (0, GENESIS)

    def head(self) -> tuple[int, str]:
        """(seq, hash) of the last record; (0, zeros) when there is none."""
        with self._lock:
            return self._seq, self._hash

    def append(self, *events: Event) -> list[Record]:
        """Make facts durable, all or none."""
        return self.append_built(lambda _: events)

    def append_built(self, build: Callable[[int], Sequence[Event]]) -> list[Record]:
        """Like `append`, for facts that contain their own seq: `build` gets the first one."""
        with self._lock:
            if not self.healthy:
                raise StoreFault(f"{self._path}: an earlier write failed; restart the terminal")
            events = build(self._seq + 1)
            records = self._records(events)
            changes = self.projections.stage(zip((r.seq for r in records), events, strict=True))
            try:
                with database.errors(self._path):
                    self._write(records, changes)
            except BaseException:
                self._after_failure()
                raise
            self.projections.publish(changes)
            self._seq, self._hash = records[-1].seq, records[-1].hash
            return records

    def _records(self, events: Sequence[Event]) -> list[Record]:
        at_ms = int(self._clock.now() * 1000)
        seq, previous, records = self._seq, self._hash, []
        for event in events:
            seq += 1
            kind, event_id, body = type(event).__name__, self._ids.next(), _encode(event).decode()
            hash_ = record_hash(
                previous, self._terminal_id, self._incarnation, seq, event_id, kind, VERSION, body, at_ms
            )
            records.append(Record(seq, event_id, kind, VERSION, body, at_ms, previous, hash_))
            previous = hash_
        return records

    def _write(self, records: Sequence[Record], changes: Changes) -> None:
        execute = self._db.conn.execute
        execute("BEGIN IMMEDIATE")
        for r in records:
            execute(_INSERT, (r.seq, r.event_id, r.kind, r.version, r.body, r.recorded_at_ms, r.previous_hash, r.hash))
        self.projections.write(changes)
        execute("COMMIT")

    def _after_failure(self) -> None:
        """A failed commit means unknown: read what the disk says; when even that fails, sell no more."""
        try:
            with database.errors(self._path):
                if self._db.conn.in_transaction:
                    self._db.conn.execute("ROLLBACK")
                self._read_head()
                self.projections.load()
        except StoreFault:
            self.healthy = False

    def records(self, after_seq: int, limit: int) -> list[Record]:
        """Records after a seq, oldest first: what the outbox sends next."""
        with self._lock, database.errors(self._path):
            rows = self._db.execute(f"{_SELECT} WHERE seq > ? ORDER BY seq LIMIT ?", [after_seq, limit]).fetchall()
        return [Record(*row) for row in rows]

    def events(self, after_seq: int = 0) -> Iterator[tuple[int, AnyEvent]]:
        """All facts in order, in slices, so that the lock is never held long."""
        while records := self.records(after_seq, 1000):
            for record in records:
                yield record.seq, decode(record.body)
            after_seq = records[-1].seq

    def verify(self, after_seq: int = 0, previous: str = GENESIS) -> tuple[int, str]:
        """Walk the hash chain; StoreDamaged names the first record that does not fit."""
        while records := self.records(after_seq, 1000):
            for r in records:
                expected = record_hash(
                    previous, self._terminal_id, self._incarnation, r.seq, r.event_id, r.kind, r.version, r.body,
                    r.recorded_at_ms,
                )  # fmt: skip
                if r.seq != after_seq + 1 or r.previous_hash != previous or r.hash != expected:
                    raise StoreDamaged(
                        f"{self._path}: record {r.seq} does not fit the chain. Selling stops; call the operator."
                    )
                after_seq, previous = r.seq, r.hash
        return after_seq, previous

    def rebuild(self) -> None:
        """Drop the projections and fold them again from the journal."""
        with self._lock:
            history = list(self.events())
            with database.errors(self._path):
                self._db.conn.execute("BEGIN IMMEDIATE")
                for table in migrations.PROJECTION_TABLES:
                    self._db.conn.execute(f"DELETE FROM {table}")
                self.projections.load()
                for seq, event in history:
                    changes = self.projections.stage([(seq, event)])
                    self.projections.write(changes)
                    self.projections.publish(changes)
                self._db.conn.execute("COMMIT")
