"""What a gate knows of tickets besides their own proof: whose they are, guests, wristbands, the operator's plan.

A second file beside the journal, under the same key, and only a copy of what central tells (decision 0022): a damaged
or missing one is fetched anew. Everything at once goes into a new file that takes the old one's place when it is
whole; differences are transactions. Readers see what was last complete and never wait for the writer.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlite

from kiosk.domain.errors import StoreDamaged
from kiosk.store import database
from kiosk.store import gate_record_changes as changing
from kiosk.store import gate_record_rows as rows
from kiosk.store.gate_record_reads import Reader, RecordReads
from kiosk.store.manifest import Held
from sync.wire import Change

log = logging.getLogger(__name__)

NAME = "gate-records-{}.db"
KEPT_S = 3 * 86400  # what is over goes on the gate's own word so much later than on central's


def has_records(folder: Path) -> bool:
    """Was this ever a gate?"""
    return any(folder.glob(NAME.format("*")))


class GateRecords(RecordReads):
    """The records of one gate. Safe for several threads."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._folder, self._key = folder, key
        self._writing = threading.RLock()
        self.version = 0  # moves on whenever something was taken
        self.cursor = ""  # of central's feed, as these records are; "" = they must be fetched anew
        self._plan, self._has_guests = (-1, None), (-1, False)
        self._open()

    def _open(self) -> None:
        """The newest whole file; others are what a lost power left."""
        numbers = sorted(
            int(each.stem.rpartition("-")[2])
            for each in self._folder.glob(NAME.format("*"))
            if each.stem.rpartition("-")[2].isdecimal()
        )
        self._number = numbers[-1] if numbers else 1
        for each in self._folder.glob("gate-records-*"):
            if not each.name.startswith(NAME.format(self._number)):
                each.unlink(missing_ok=True)
        try:
            self._connect(make=not numbers)
        except StoreDamaged as damage:
            log.warning("%s; the gate's records are fetched anew", damage)
            self._unlink(self._number)
            self._number += 1
            self._connect(make=True)

    @property
    def path(self) -> Path:
        return self._folder / NAME.format(self._number)

    def _connect(self, *, make: bool) -> None:
        if make:
            self._make(self.path).close()
        self._quick, self._search = Reader(self.path, self._key), Reader(self.path, self._key)
        with database.errors(self.path):
            self._writer: Any = database.connect(self.path, self._key).conn
            self._writer.execute("PRAGMA secure_delete = ON")
        marks = dict(self._quick.ask("SELECT name, value FROM mark"))
        self.cursor = marks.get("cursor", "")
        self._taken_at, self._told_at = int(marks.get("taken_at", 0)), int(marks.get("told_at", 0))

    def _make(self, path: Path, *, indexes: bool = True) -> Any:
        db = database.connect(path, self._key).conn
        with database.errors(path):
            # Until it is whole and synced it has no name, so nothing has to survive a lost power.
            for statement in ("PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", *rows.TABLES):
                db.execute(statement)
            for statement in rows.INDEXES if indexes else ():
                db.execute(statement)
        return db

    # what central says

    def take(
        self, changes: Iterable[Change], *, anew: bool, cursor: str = "", now: int = 0, told_at: int = 0
    ) -> list[Held]:
        """Durable when this returns, and the same when it is repeated; what now waits for staff.

        `anew`: the changes are everything there is. `cursor` they lead to, `told_at` by central's clock. Whatever the
        changes raise leaves the records as they were. StoreFault, StoreFull: likewise.
        """
        with self._writing:
            if anew:
                held = self._replace(changes, cursor, now, told_at)
            else:
                try:
                    held = self._change(changes, cursor, now, told_at)
                except StoreDamaged as damage:
                    log.error("%s; the gate's records are fetched anew", damage)
                    self.cursor = ""
                    return []
            self.version += 1
            return held

    def _change(self, changes: Iterable[Change], cursor: str, now: int, told_at: int) -> list[Held]:
        cursor = cursor if self.cursor else ""  # what must be fetched anew does not become whole by a difference
        with database.errors(self.path), self._transaction() as db:
            held = changing.apply(db, changes, now)
            if told_at:
                changing.forget(db, told_at)
            self._mark(db, cursor, now, told_at)
        self._marked(cursor, now, told_at)
        return held

    def _replace(self, changes: Iterable[Change], cursor: str, now: int, told_at: int) -> list[Held]:
        part = self._folder / f"gate-records-{self._number + 1}.part"
        part.unlink(missing_ok=True)
        db = self._make(part, indexes=False)
        try:
            with database.errors(part):
                db.execute("BEGIN")
                held = changing.fill(db, changes, self._before(), now, self._taken_at)
                self._mark(db, cursor, now, told_at)
                db.execute("COMMIT")
                db.close()
                database.flush(part)
                part.replace(self._folder / NAME.format(self._number + 1))
                database.flush(self._folder)
        except BaseException:
            db.close()
            part.unlink(missing_ok=True)
            raise
        old, readers, writer = self._number, (self._quick, self._search), self._writer
        self._number += 1
        self._connect(make=False)
        for each in (*readers, writer):
            each.close()
        self._unlink(old)
        return held

    def _before(self) -> Any:
        """What was there, for comparison; an empty one when it cannot be read."""
        try:
            for topic in changing.GUARDED:
                self._writer.execute(f"SELECT count(*), sum(length(body)) FROM {topic}").fetchone()
        except database.ERRORS as error:
            log.warning("the gate's records from before cannot be compared with: %s", error)
            empty = sqlite.connect(":memory:")
            for topic in changing.GUARDED:
                empty.execute(f"CREATE TABLE {topic} (code, body, until, held)")
            return empty
        return self._writer

    @contextlib.contextmanager
    def _transaction(self) -> Any:
        self._writer.execute("BEGIN IMMEDIATE")
        try:
            yield self._writer
            self._writer.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite.Error):
                self._writer.execute("ROLLBACK")
            raise

    def _mark(self, db: Any, cursor: str, now: int, told_at: int) -> None:
        marks = {"cursor": cursor, "taken_at": now, "told_at": told_at}
        db.executemany("INSERT OR REPLACE INTO mark VALUES (?, ?)", [each for each in marks.items() if each[1]])

    def _marked(self, cursor: str, now: int, told_at: int) -> None:
        self.cursor = cursor or self.cursor
        self._taken_at, self._told_at = now or self._taken_at, told_at or self._told_at

    def held(self) -> dict[str, int]:
        """How much counts only until staff confirm that it goes, by topic."""
        found = {topic: self._ask(f"SELECT count(*) FROM {topic} WHERE held > 0")[0][0] for topic in changing.GUARDED}
        return {topic: count for topic, count in found.items() if count}

    def confirm(self) -> int:
        """Staff confirm that it goes; how much that was."""
        with self._writing, database.errors(self.path), self._transaction() as db:
            self.version += 1
            return changing.confirm(db)

    def forget(self, now: int) -> None:
        """Names are kept no longer than somebody may ask for them, also while central is far.

        A clock that was set forward forgets too much; then central is asked for everything again.
        """
        with self._writing, database.errors(self.path), self._transaction() as db:
            newest = changing.forget(db, now - KEPT_S)
            if newest > self._told_at:
                db.execute("DELETE FROM mark WHERE name = 'cursor'")
                self.cursor = ""

    def close(self) -> None:
        for each in (self._quick, self._search, self._writer):
            each.close()

    def _unlink(self, number: int) -> None:
        for ending in ("", "-wal", "-shm"):
            path = self._folder / (NAME.format(number) + ending)
            path.unlink(missing_ok=True)
