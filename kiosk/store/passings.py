"""Questions about who passed this gate, answered from the tables."""

from __future__ import annotations

import contextlib
from functools import cached_property
from pathlib import Path
from threading import RLock

from sqlite_utils import Database

from kiosk.store import database
from kiosk.store.gate_records import GateRecords


class Passings:
    """Base of the store."""

    folder: Path
    key: bytes
    lock: RLock
    _db: Database
    _path: Path
    _closing: contextlib.ExitStack

    @cached_property
    def gate_records(self) -> GateRecords:
        """What central tells gates of tickets; no file before somebody asks."""
        records = GateRecords(self.folder, self.key)
        self._closing.callback(records.close)
        return records

    def admitted_since(self, at: int) -> int:
        """How often somebody was let in here since a unix second."""
        with self.lock, database.errors(self._path):
            query = "SELECT count(*) FROM passing WHERE at >= ? AND kind = 'entry'"
            return int(self._db.execute(query, [at]).fetchone()[0])

    def passings(self, ticket_id: str) -> list[tuple[int, int, str, int, str, int, str]]:
        """(seq, journey, gate, unix s, "entry" or "exit", persons, list) of a ticket here, in order."""
        query = "SELECT seq, journey_id, gate, at, kind, persons, list FROM passing WHERE ticket_id = ? ORDER BY seq"
        with self.lock, database.errors(self._path):
            return list(self._db.execute(query, [ticket_id]).fetchall())

    def last_passing(self) -> tuple[int, str, int, int] | None:
        """(seq, ticket, journey, unix s) of the last passing here that counts."""
        query = "SELECT seq, ticket_id, journey_id, at FROM passing ORDER BY seq DESC LIMIT 1"
        with self.lock, database.errors(self._path):
            row = self._db.execute(query).fetchone()
        return (row[0], row[1], row[2], row[3]) if row else None

    def passed_tickets(self) -> list[str]:
        """Ids of all tickets that passed here."""
        with self.lock, database.errors(self._path):
            return [row[0] for row in self._db.execute("SELECT DISTINCT ticket_id FROM passing").fetchall()]

    def persons_inside(self, since: int = 0) -> int:
        """Who came in here less who went out here, since a unix second; below zero where people leave by another gate
        than they came."""
        query = (
            "SELECT coalesce(sum(CASE kind WHEN 'entry' THEN persons ELSE -persons END), 0) FROM passing WHERE at >= ?"
        )
        with self.lock, database.errors(self._path):
            return int(self._db.execute(query, [since]).fetchone()[0])
