"""The append-only journal: facts go in with their projections, in one durable transaction, or not at all."""

from __future__ import annotations

import logging
import operator
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sqlite_utils import Database

from kiosk.domain.errors import StoreDamaged, StoreFault
from kiosk.domain.events import AnyEvent, Event
from kiosk.ports import Clock, Ids
from kiosk.store import database, migrations
from kiosk.store.codec import VERSION, decode, encode
from kiosk.store.counter import Counter
from kiosk.store.projections import Changes, Projections
from sync.chain import GENESIS, record_hash
from sync.wire import Record

log = logging.getLogger(__name__)

_SLICE = 1000  # records read at once, so that the lock is never held long
_INSERT = "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_row = operator.attrgetter(*Record.__struct_fields__)  # the columns, in order
_SELECT = "SELECT seq, event_id, kind, version, body, recorded_at_ms, previous_hash, hash FROM journal"


class Journal:
    """One writer connection under one lock; `append` returns when the facts are on the disk."""

    def __init__(
        self,
        path: Path,
        db: Database,
        lock: threading.RLock,
        identity: tuple[int, int],
        clock: Clock,
        ids: Ids,
        counter: Counter,
        reopen: Callable[[], None],
    ) -> None:
        self._path = path
        self._db = db
        self._lock = lock
        self._terminal_id, self._incarnation = identity
        self._clock = clock
        self._ids = ids
        self._counter = counter
        self._reopen = reopen
        self.healthy = True  # False after a failed write, until `heal`
        self._in_doubt = False  # what is read may be only in memory, until `heal` has written it anew
        self._seq, self._hash = 0, GENESIS
        self.projections = Projections(db)
        self.listeners: list[Callable[[], object]] = []  # hear, in the writer's thread, that facts became durable
        self._read()

    def _read(self) -> None:
        """Memory follows the disk."""
        row = self._db.execute("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
        self._seq, self._hash = row or (0, GENESIS)
        self.projections.load()

    def head(self) -> tuple[int, str]:
        """(seq, hash) of the last record; (0, zeros) when there is none."""
        with self._lock:
            return self._seq, self._hash

    # writing

    def append(self, *events: Event) -> list[Record]:
        """Make facts durable, all or none."""
        return self.append_built(lambda _: events)

    def append_built(self, build: Callable[[int], Sequence[Event]]) -> list[Record]:
        """Like `append`, for facts that contain their own seq: `build` gets the first one, under the lock.

        StoreFull, StoreFault: nothing was recorded, or (the disk cannot be read either) nobody knows.
        """
        # Plain try blocks: this is the path of every sale, and a context manager made for each would be felt.
        with self._lock:
            if self._in_doubt and not self.heal():
                raise StoreFault(
                    f"{self._path}: an earlier write failed. Nothing is recorded until the disk works again."
                )
            events = build(self._seq + 1)
            records = self._records(events)
            try:
                changes = self.projections.stage(records, events)
            except database.ERRORS as error:
                raise database.fault(self._path, error) from error
            try:
                self._write(records, changes)
            except database.ERRORS as error:
                self.healthy = False
                if not self.heal() or (self._seq, self._hash) != (records[-1].seq, records[-1].hash):
                    raise database.fault(self._path, error) from error
                log.error("a commit failed and is on the disk all the same: %s", error)
                return records
            except BaseException:
                self.healthy = False
                self.heal()
                raise
            self.projections.publish(changes)
            self._seq, self._hash = records[-1].seq, records[-1].hash
            for listener in self.listeners:
                listener()
            return records

    def _records(self, events: Sequence[Event]) -> list[Record]:
        at_ms = int(self._clock.now() * 1000)
        seq, previous, records = self._seq, self._hash, []
        for event in events:
            seq += 1
            kind, event_id, body = type(event).__name__, self._ids.next(), encode(event)
            hash_ = record_hash(
                previous, self._terminal_id, self._incarnation, seq, event_id, kind, VERSION, body, at_ms
            )
            records.append(Record(seq, event_id, kind, VERSION, body, at_ms, previous, hash_))
            previous = hash_
        return records

    def _write(self, records: Sequence[Record], changes: Changes) -> None:
        connection = self._db.conn
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(_INSERT, [_row(record) for record in records])
        self.projections.write(changes)
        connection.execute("COMMIT")

    def heal(self) -> bool:
        """After a failed commit the result is unknown and pages in memory prove nothing: open anew, read the disk, and
        write what is there once more. False when that failed; then nothing is recorded on top of it.

        `healthy` stays False until a write succeeds here, so nothing is sold on a disk that was seen to fail.
        """
        with self._lock:
            self._in_doubt = True
            try:
                self._reopen()
                with database.errors(self._path):
                    self._read()
                    self._in_doubt = not database.settle(self._db, self._path)
            except StoreFault as fault:
                log.error("the store cannot be read back: %s", fault)
            return not self._in_doubt

    # reading

    def records(self, after_seq: int, limit: int) -> list[Record]:
        """Records after a seq, oldest first: what the outbox sends next.

        Whoever reads here may send, so the counter moves first, over all there is: a backup from before is told apart
        (P3, P9), and what was not voided by now is no longer ours to refund (P12).
        """
        with self._lock:
            found = self._records_after(after_seq, limit)
            if found:
                self._counter.let_go(self._seq)
        return found

    def _records_after(self, after_seq: int, limit: int) -> list[Record]:
        with self._lock, database.errors(self._path):
            rows = self._db.execute(f"{_SELECT} WHERE seq > ? ORDER BY seq LIMIT ?", [after_seq, limit]).fetchall()
        return [Record(*row) for row in rows]

    def events(self, after_seq: int = 0) -> Iterator[tuple[int, AnyEvent]]:
        """All facts in order, with their seq."""
        while records := self._records_after(after_seq, _SLICE):
            for record in records:
                yield record.seq, decode(record.body)
            after_seq = records[-1].seq

    def verify(self, after_seq: int = 0, previous: str = GENESIS) -> tuple[int, str]:
        """Walk the hash chain; StoreDamaged names the first record that does not fit."""
        while records := self._records_after(after_seq, _SLICE):
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
        """Drop the projections and fold them again from the journal, in one transaction."""
        with self._lock:
            try:
                with database.errors(self._path):
                    self._db.conn.execute("BEGIN IMMEDIATE")
                    for table in migrations.PROJECTION_TABLES:
                        self._db.conn.execute(f"DELETE FROM {table}")
                    self.projections.load()
                    self._fold()
                    self._db.conn.execute("COMMIT")
            except BaseException:
                self.heal()
                raise

    def _fold(self) -> None:
        after_seq = 0
        while records := self._records_after(after_seq, _SLICE):
            for record in records:
                changes = self.projections.stage([record], [decode(record.body)])
                self.projections.write(changes)
                self.projections.publish(changes)
            after_seq = records[-1].seq
