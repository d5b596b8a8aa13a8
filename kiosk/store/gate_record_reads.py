"""What is asked of a gate's records: one ticket by its id, several by what people say, the plan (decision 0022)."""

from __future__ import annotations

import contextlib
import logging
import threading
from pathlib import Path
from typing import Any

from kiosk.domain.errors import StoreDamaged, StoreFault
from kiosk.domain.gate.world import Medium, Ticket, World
from kiosk.store import database
from kiosk.store import gate_record_changes as changing
from kiosk.store import gate_record_rows as rows
from kiosk.store.gate_record_rows import BOOKED, Booked
from kiosk.store.gate_search import folded, letters, query
from sync.wire import BookedRow

log = logging.getLogger(__name__)

FIND_MAX = 50


class Reader:
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


class RecordReads:
    """Base of the records. A look-up that cannot be made finds nothing, and says so in the log: a gate goes on by what
    tickets prove."""

    version: int
    cursor: str
    _quick: Reader
    _search: Reader
    _plan: tuple[int, World | None]
    _has_guests: tuple[int, bool]

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

    @property
    def has_guests(self) -> bool:
        """Guests or media at all: most gates have none, and need not look for them at every ticket."""
        version = self.version
        if self._has_guests[0] != version:
            found = self._ask("SELECT EXISTS (SELECT 1 FROM guest) OR EXISTS (SELECT 1 FROM medium)")
            if not found:
                return False  # it cannot be read now
            self._has_guests = (version, bool(found[0][0]))
        return self._has_guests[1]

    def guest(self, code: str) -> Ticket | None:
        """A ticket of another system, or a name on a list, by the code that is held up."""
        found = self._ask_guests("SELECT body FROM guest WHERE code = ?", code)
        return rows.guest_of(found[0][0]) if found else None

    def medium(self, code: str) -> Medium | None:
        """A wristband or card."""
        found = self._ask_guests("SELECT body FROM medium WHERE code = ?", code)
        return rows.medium_of(found[0][0]) if found else None

    def addons_of(self, code: str) -> tuple[Ticket, ...]:
        """Tickets that are add-ons of this one."""
        found = self._ask_guests("SELECT body FROM guest WHERE addon_of = ? AND addon_of <> '' ORDER BY code", code)
        return tuple(rows.guest_of(row[0]) for row in found)

    def media_of(self, code: str) -> list[str]:
        """Codes of the wristbands and cards that stand for this ticket."""
        return [row[0] for row in self._ask_guests("SELECT medium FROM medium_ticket WHERE ticket = ?", code)]

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

    def _ask_guests(self, question: str, code: str) -> list[Any]:
        return self._ask(question, (code,)) if self.has_guests else []

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
