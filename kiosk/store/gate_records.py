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

from kiosk.domain.errors import StoreDamaged, StoreFault
from kiosk.domain.gate.world import Medium, Ticket, World
from kiosk.store import database
from kiosk.store import gate_record_changes as changing
from kiosk.store import gate_record_rows as rows
from kiosk.store.gate_record_rows import BOOKED, Booked
from kiosk.store.gate_search import folded, letters, query
from kiosk.store.manifest import Held
from sync.wire import BookedRow, Change

log = logging.getLogger(__name__)

NAME = "gate-records-{}.db"
FIND_MAX = 50
KEPT_S = 3 * 86400  # what is over goes on the gate's own word so much later than on central's


class _Reader:
    """A connection that only reads, for one thread at a time."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._lock = threading.Lock()
        self._path = path
        self.db: Any = database.connect(path, key).conn
        self.db.execute("PRAGMA query_only = ON")

    def ask(self, question: str, values: tuple[Any, ...] = ()) -> list[Any]:
        with self._lock, database.errors(self._path):
            found: list[Any] = self.db.execute(question, values).fetchall()
            return found

    def walk(self, question: str, values: tuple[Any, ...], keep: Any, limit: int) -> list[Any]:
        """What `keep` makes of the rows, as far as it is not None, until there are enough."""
        found: list[Any] = []
        with self._lock, database.errors(self._path), contextlib.closing(self.db.cursor()) as cursor:
            for row in cursor.execute(question, values):
                if (kept := keep(row)) is not None:
                    found.append(kept)
                if len(found) >= limit:
                    break
        return found

    def close(self) -> None:
        with self._lock:
            self.db.close()


class GateRecords:
    """The records of one gate. Safe for several threads; a look-up that cannot be made finds nothing, and says so in
    the log: a gate goes on by what tickets prove."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._folder, self._key = folder, key
        self._writing = threading.RLock()
        self.version = 0  # moves on whenever something was taken
        self.cursor = ""  # of central's feed, as these records are; "" = they must be fetched anew
        self._plan: tuple[int, World | None] = (-1, None)
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
        self._quick, self._search = _Reader(self.path, self._key), _Reader(self.path, self._key)
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

    # look-ups

    def booked(self, ticket_id: str) -> BookedRow | None:
        """What central knows of a ticket that a terminal sold; None when it does not, or it was voided."""
        try:
            number = rows.number_of(ticket_id)
        except ValueError:
            return None
        found = self._ask(f"SELECT {BOOKED} FROM booked WHERE ticket = ?", (number,))
        return rows.booked_of(found[0]).row if found else None

    def sold_to_another(self, seller: tuple[int, int, int], place: int, way: tuple[int, int], seq: int) -> bool:
        """Does central know another ticket of this seller (journey, terminal, incarnation) for the place, on a part of
        the way, and not this one?"""
        journey_id, terminal_id, incarnation = seller
        found = self._ask(
            "SELECT ticket FROM booked "
            "WHERE journey_id = ? AND place = ? AND from_call < ? AND to_call > ? AND covered",
            (journey_id, place, way[1], way[0]),
        )
        ids = [int(rows.ticket_id_of(row[0]), 16) for row in found]
        numbers = [each & (1 << 40) - 1 for each in ids if each >> 40 == terminal_id << 8 | incarnation]
        return bool(numbers) and seq not in numbers

    def by_code(self, human_code: str) -> list[Booked | Ticket]:
        """Whatever has this code, however it is typed: a name of tickets, so there may be several."""
        short = letters(human_code)
        booked = self._ask(f"SELECT {BOOKED} FROM booked WHERE code = ?", (short.upper(),))
        guests = self._ask("SELECT body FROM guest WHERE short = ?", (short,))
        return [*map(rows.booked_of, booked), *(rows.guest_of(row[0]) for row in guests)]

    def of_sale(self, sale_id: str) -> list[Booked]:
        """The tickets of a sale, in their order."""
        question = f"SELECT {BOOKED} FROM booked WHERE sale_id = ? ORDER BY ticket"
        return [rows.booked_of(row) for row in self._ask(question, (rows.sale_key(sale_id),))]

    def by_product(self, journey_id: int) -> dict[str, int]:
        """Persons booked on a journey, by product."""
        question = "SELECT product_id, sum(persons) FROM booked WHERE journey_id = ? GROUP BY product_id"
        return dict(self._ask(question, (journey_id,)))

    def find(self, text: str, limit: int = FIND_MAX) -> list[Booked | Ticket]:
        """Whose name, booking, e-mail or code the text is a part of; case and accents do not count. Not for a decision:
        it has a connection of its own."""
        needle, short = folded(text), letters(text)

        def guest(row: Any) -> Ticket | None:
            known = rows.guest_of(row[0])
            texts = rows.texts_of_guest(known)
            return known if any(needle in each for each in texts) or (short and short in texts) else None

        def booked(row: Any) -> Booked | None:
            known = rows.booked_of(row)
            texts = rows.texts_of_booked(known)
            return known if any(needle in each for each in texts) or (short and short in texts[1]) else None

        found: list[Booked | Ticket] = []
        if not needle:
            return found
        asked = f"({query(needle)})" if short in ("", needle) else f"({query(needle)}) OR ({query(short)})"
        for table, key, columns, keep in (("guest", "row", "body", guest), ("booked", "ticket", BOOKED, booked)):
            question = (
                f"SELECT {columns} FROM {table}_runs r JOIN {table} ON {table}.{key} = r.rowid "
                f"WHERE {table}_runs MATCH ?"
            )
            if len(found) < limit:
                found += self._safely(lambda: self._search.walk(question, (asked,), keep, limit - len(found)))  # noqa: B023
        return found

    def guest(self, code: str) -> Ticket | None:
        """A ticket of another system, or a name on a list, by the code that is held up."""
        found = self._ask("SELECT body FROM guest WHERE code = ?", (code,))
        return rows.guest_of(found[0][0]) if found else None

    def medium(self, code: str) -> Medium | None:
        """A wristband or card."""
        found = self._ask("SELECT body FROM medium WHERE code = ?", (code,))
        return rows.medium_of(found[0][0]) if found else None

    def addons_of(self, code: str) -> tuple[Ticket, ...]:
        """Tickets that are add-ons of this one."""
        found = self._ask("SELECT body FROM guest WHERE addon_of = ? AND addon_of <> '' ORDER BY code", (code,))
        return tuple(rows.guest_of(row[0]) for row in found)

    def media_of(self, code: str) -> list[str]:
        """Codes of the wristbands and cards that stand for this ticket."""
        return [row[0] for row in self._ask("SELECT medium FROM medium_ticket WHERE ticket = ?", (code,))]

    @property
    def plan_refused(self) -> str:
        """Why central's newest plan was not taken, in words; "" = it was."""
        return "".join(row[0] for row in self._ask("SELECT value FROM mark WHERE name = 'plan_refused'"))

    def guests_of(self, medium: Medium) -> list[Ticket]:
        """The tickets that it stands for, as far as they are known here."""
        return [each for each in map(self.guest, medium.tickets) if each is not None]

    def plan(self) -> World | None:
        """What the operator plans for all gates; None = nothing."""
        version = self.version
        if self._plan[0] != version:
            found = self._ask("SELECT body FROM plan")
            self._plan = (version, rows.plan_of(found[0][0]) if found else None)
        return self._plan[1]

    def size(self) -> int:
        """Tickets, guests and media."""
        tables = ("booked", *changing.GUARDED)
        return sum(self._ask(f"SELECT count(*) FROM {table}")[0][0] for table in tables)

    def _ask(self, question: str, values: tuple[Any, ...] = ()) -> list[Any]:
        return self._safely(lambda: self._quick.ask(question, values))

    def _safely(self, look: Any) -> list[Any]:
        try:
            found: list[Any] = look()
        except StoreFault as fault:
            if isinstance(fault, StoreDamaged) and self.cursor:
                self.cursor = ""
            log.error("the gate's records cannot be read: %s", fault)
            return []
        return found

    def close(self) -> None:
        for each in (self._quick, self._search, self._writer):
            each.close()

    def _unlink(self, number: int) -> None:
        for ending in ("", "-wal", "-shm"):
            path = self._folder / (NAME.format(number) + ending)
            path.unlink(missing_ok=True)
