"""Facts of all gates of the network as tables: what is asked at every scan, and how far each gate is known.

Author (0, 0) in the tables is this gate itself. Facts of another author come in the order of its journal, without a gap
(`sync.lan.facts` sees to that), so one number says how much of it is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from sqlite_utils import Database

from kiosk.domain.events import AdmissionContested, AdmissionLearned
from kiosk.domain.passages import Author, Passage, read_shared, uses
from kiosk.store.database import errors
from sync.wire import Record

if TYPE_CHECKING:
    from kiosk.store.store import Store

TABLES = ("network_fact", "network_head", "contested", "medium_handed")
OURS = Author(0, 0)
_PUT = f"INSERT OR IGNORE INTO network_fact VALUES ({', '.join('?' * 10)})"
_PUT_HANDED = "INSERT OR IGNORE INTO medium_handed VALUES (?, ?)"
_PUT_HEAD = "INSERT OR REPLACE INTO network_head VALUES (?, ?, ?)"
_PUT_CONTESTED = "INSERT OR IGNORE INTO contested VALUES (?, ?, ?, ?, ?, ?, ?, ?)"

Row = tuple[Any, ...]


class NetworkChanges(msgspec.Struct):
    """What one append changes here."""

    rows: list[Row] = []
    heads: dict[Author, int] = {}
    contested: list[Row] = []
    handed: list[Row] = []


class NetworkTables:
    """The projection; `heads` is its part in memory."""

    def __init__(self) -> None:
        self.heads: dict[Author, int] = {}  # seq of the last fact known of each author

    def load(self, db: Database) -> None:
        found = db.execute("SELECT terminal_id, incarnation, seq FROM network_head").fetchall()
        self.heads = {Author(row[0], row[1]): row[2] for row in found}

    def ours(self, changes: NetworkChanges, record: Record) -> None:
        """A fact of this gate that others must hear of."""
        self._add(changes, OURS, record.seq, self._head(changes, OURS), record.seq, record.body)

    def learned(self, changes: NetworkChanges, record: Record, event: AdmissionLearned) -> None:
        """A fact of another gate."""
        author = Author(event.terminal_id, event.incarnation)
        if event.seq > self._head(changes, author):
            self._add(changes, author, event.seq, event.previous, record.seq, event.body)

    def contested(self, changes: NetworkChanges, event: AdmissionContested) -> None:
        changes.contested.append(
            (
                *(event.terminal_id, event.incarnation, event.seq, event.ticket_id, event.gate, event.at),
                *(event.first_gate, event.first_at),
            )
        )

    def _head(self, changes: NetworkChanges, author: Author) -> int:
        return changes.heads.get(author) or self.heads.get(author, 0)

    def _add(
        self, changes: NetworkChanges, author: Author, seq: int, previous: int, journal_seq: int, body: str
    ) -> None:
        """A fact of a kind that is not known here is about no ticket: it counts as heard, no more."""
        changes.heads[author] = seq
        fact: Any = read_shared(body)
        about = ("", 0, 0, 0) if fact is None else (fact.ticket_id, fact.journey_id, getattr(fact, "place", 0), fact.at)
        if getattr(fact, "hand_out", ""):
            changes.handed.append((fact.hand_out, fact.ticket_id))
        changes.rows.append((*author, seq, previous, journal_seq, *about, body))

    def write(self, db: Database, changes: NetworkChanges) -> None:
        if changes.rows:
            db.conn.executemany(_PUT, changes.rows)
            db.conn.executemany(_PUT_HEAD, [(*author, seq) for author, seq in changes.heads.items()])
        if changes.handed:
            db.conn.executemany(_PUT_HANDED, changes.handed)
        if changes.contested:
            db.conn.executemany(_PUT_CONTESTED, changes.contested)

    def publish(self, changes: NetworkChanges) -> None:
        if changes.heads:
            self.heads = {**self.heads, **changes.heads}


def known(store: Store, where: str, *values: object) -> list[Passage]:
    """Passages known here, of any gate, in no order; ours under our real name."""
    query = f"SELECT terminal_id, incarnation, seq, body FROM network_fact WHERE ticket_id <> '' AND {where}"
    with store.lock, errors(store.folder):
        rows = store._db.execute(query, values).fetchall()
    me = Author(*store._identity)
    found = []
    for terminal_id, incarnation, seq, body in rows:
        author = Author(terminal_id, incarnation)
        found.append(Passage(me if author == OURS else author, seq, read_shared(body)))
    return found


def first_use(store: Store, ticket_id: str) -> Passage | None:
    """What used the ticket first, as far as it is known here."""
    used = uses(known(store, "ticket_id = ?", ticket_id), Author(*store._identity))
    return used[0] if used else None


def contested_since(store: Store, since: int) -> int:
    """Admissions since a unix second that were not their ticket's first."""
    with store.lock, errors(store.folder):
        return int(store._db.execute("SELECT count(*) FROM contested WHERE at >= ?", [since]).fetchone()[0])


def told_since(store: Store, since: int) -> list[tuple[Author, int, str]]:
    """(author, seq, body) of what other gates told that happened since a unix second, each author's in order."""
    query = (
        "SELECT terminal_id, incarnation, seq, body FROM network_fact WHERE terminal_id = ? AND incarnation = ? "
        "AND at >= ? ORDER BY seq"
    )
    others = [author for author in store.journal.projections.network.heads if author != OURS]
    with store.lock, errors(store.folder):
        rows = [row for author in others for row in store._db.execute(query, [*author, since]).fetchall()]
    return [(Author(row[0], row[1]), row[2], row[3]) for row in rows]


def handed_for(store: Store, medium: str) -> list[str]:
    """Tickets for which a medium was handed out, as far as it is known here."""
    return _handed(store, "SELECT ticket_id FROM medium_handed WHERE medium = ?", medium)


def handed_to(store: Store, ticket_id: str) -> list[str]:
    """Media that were handed out for a ticket."""
    return _handed(store, "SELECT medium FROM medium_handed WHERE ticket_id = ?", ticket_id)


def _handed(store: Store, query: str, value: str) -> list[str]:
    with store.lock, errors(store.folder):
        return [row[0] for row in store._db.execute(query, [value]).fetchall()]
