"""What `sync.lan.ledger` asks of a gate's store."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager

from kiosk.domain.events import AdmissionLearned, Event
from kiosk.domain.passages import Author, Passage, Written
from kiosk.store.codec import decode
from kiosk.store.database import errors
from kiosk.store.network import OURS, Row, known
from kiosk.store.store import Store

LOOKED_AT = "lan.looked_at"  # cursor
MARK_EVERY = 1000  # records


class NetworkMemory:
    """The memory of all gates in one gate's journal and tables."""

    def __init__(self, store: Store, me: Author) -> None:
        self._store = store
        self._me = me
        # Records up to here leave nothing contested untold. A start looks again from the mark on the disk on.
        self._looked_at = self._marked = int(store.cursor(LOOKED_AT, "0"))

    def heads(self) -> Mapping[Author, int]:
        heads = self._store.journal.projections.network.heads
        return {self._me if author == OURS else author: seq for author, seq in heads.items()}

    def written(self, author: Author, after: int, limit: int) -> list[Written]:
        """An author's facts after a seq, oldest first."""
        rows = self._rows(
            "SELECT f.seq, f.previous, f.body, j.body FROM network_fact f JOIN journal j ON j.seq = f.journal_seq "
            "WHERE f.terminal_id = ? AND f.incarnation = ? AND f.seq > ? ORDER BY f.seq LIMIT ?",
            *self._ours(author),
            after,
            limit,
        )
        return [Written(seq, previous, body, _signature(record)) for seq, previous, body, record in rows]

    def recent(self, author: Author, since: int) -> int:
        """The last of an author's facts that is older than `since`; 0 = none."""
        rows = self._rows(
            "SELECT seq FROM network_fact WHERE terminal_id = ? AND incarnation = ? AND at < ? AND at > 0 "
            "ORDER BY at DESC LIMIT 1",
            *self._ours(author),
            since,
        )
        return int(rows[0][0]) if rows else 0

    def passages(self, ticket_id: str) -> list[Passage]:
        return known(self._store, "ticket_id = ?", ticket_id)

    def reported(self, ticket_id: str) -> set[tuple[Author, int]]:
        rows = self._rows("SELECT terminal_id, incarnation, seq FROM contested WHERE ticket_id = ?", ticket_id)
        return {(Author(row[0], row[1]), row[2]) for row in rows}

    def doubled(self) -> list[str]:
        """Tickets with more than one admission, of which one is newer than the last look."""
        head, _ = self._store.journal.head()
        if head == self._looked_at:
            return []
        if self._looked_at > head:  # the journal lost its end
            self._looked_at = 0
        if self._looked_at - self._marked >= MARK_EVERY:
            self._store.set_cursor(LOOKED_AT, str(self._looked_at))
            self._marked = self._looked_at
        rows = self._rows(
            "SELECT DISTINCT ticket_id FROM network_fact a INDEXED BY network_fact_by_record WHERE journal_seq > ? "
            "AND ticket_id <> '' AND (SELECT count(*) FROM network_fact b WHERE b.ticket_id = a.ticket_id) > 1",
            self._looked_at,
        )
        self._looked_at = head
        return sorted(row[0] for row in rows)

    def alone(self) -> AbstractContextManager[object]:
        """Nothing is recorded in between."""
        return self._store.lock

    def append(self, *events: Event) -> None:
        try:
            self._store.journal.append(*events)
        except BaseException:
            self._looked_at = self._marked  # what was to be told is not
            raise

    def _ours(self, author: Author) -> Author:
        return OURS if author == self._me else author

    def _rows(self, query: str, *values: object) -> list[Row]:
        with self._store.lock, errors(self._store.folder):
            return list(self._store._db.execute(query, values).fetchall())


def _signature(record: str) -> bytes:
    event = decode(record)
    return bytes.fromhex(event.signature) if isinstance(event, AdmissionLearned) else b""
