"""What is true now: tables folded from the journal, in the transaction that appends to it.

`stage` computes the next state from memory and the new facts, touching nothing; `write` puts it on disk; `publish`
makes it visible in memory after the commit. So a failed commit leaves memory as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from functools import cache
from typing import get_args

import msgspec
from sqlite_utils import Database

from kiosk.domain import cells
from kiosk.domain.allotment import Gid, Grant
from kiosk.domain.cells import Holding, Key
from kiosk.domain.events import (
    AdmissionAnnulled,
    AdmissionContested,
    AdmissionGiven,
    AdmissionLearned,
    Admitted,
    CellsReleased,
    EpochAdopted,
    Event,
    Exited,
    GrantAccepted,
    PaymentApproved,
    PaymentReversed,
    PlacesFreed,
    PlacesHeld,
    RefundPaid,
    StoredPaymentsForwarded,
    TerminalEnrolled,
    TicketIssued,
    TicketVoided,
)
from kiosk.domain.sale import SALE_EVENTS, Sale, evolve_record
from kiosk.store.holding_bytes import holding_from, holding_state
from kiosk.store.network import NetworkChanges, NetworkTables
from kiosk.store.outstanding import Outstanding, StoredChanges
from sync.wire import Record

_encode = msgspec.json.Encoder().encode
_grant = msgspec.json.Decoder(Grant)
decode_sale = msgspec.json.Decoder(Sale).decode

_SALE_EVENTS = frozenset(get_args(SALE_EVENTS))

_PUT_SALE = (
    "INSERT INTO sale VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET stage = excluded.stage, state = excluded.state"
)
_PUT_HOLDING = "INSERT INTO holding VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET state = excluded.state"
_PUT_TICKET = "INSERT INTO ticket VALUES (?, ?, ?, ?)"
_PUT_ADMITTED = "INSERT OR IGNORE INTO admitted VALUES (?, ?, ?, ?)"
_PUT_PASSING = "INSERT INTO passing VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_ANNUL_PASSING = "DELETE FROM passing WHERE seq = ?"
_PUT_TAKINGS = (
    "INSERT INTO takings VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
    " sales = sales + excluded.sales, amount_minor = amount_minor + excluded.amount_minor"
)


class Changes(msgspec.Struct):
    """What one append changes."""

    sales: dict[str, Sale] = {}
    opened: dict[str, int] = {}
    moves: dict[tuple[Key, int, int, str, str], int] = {}  # (key, from, to, source, target)
    holdings: dict[Key, Holding] = {}
    tickets: list[tuple[int, str, str, int]] = []
    admitted: list[tuple[str, int, str, int]] = []
    network: NetworkChanges = msgspec.field(default_factory=NetworkChanges)
    passings: list[tuple[int, str, int, str, int, str, int, str, str]] = []  # as the columns of the table
    annulled: list[int] = []  # seqs of passings
    takings: list[tuple[str, str, str, int, int]] = []  # day, means, currency, payments, amount
    stored: StoredChanges = {}
    last_gid: Gid | None = None
    epoch: int = 0


@cache
def _day(number: int) -> str:
    """The UTC day of so many days since 1970."""
    return (date(1970, 1, 1) + timedelta(days=number)).isoformat()


class Projections:
    """Tables and their in-memory part: open sales and holdings."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.sales: dict[str, Sale] = {}  # only those that are not at rest
        self.holdings: dict[int, dict[Gid, Holding]] = {}
        self.last_gid = Gid(0, 0)
        self.outstanding = Outstanding()
        self.network = NetworkTables()
        self.epoch = 1  # of central: the highest this terminal adopted; 1 is the first there is

    def load(self) -> None:
        """Read the in-memory part back from the tables."""
        rows = self._db.execute(
            "SELECT state FROM sale WHERE stage NOT IN ('done', 'freed') AND stage <> 'undelivered' ORDER BY opened_seq"
        )
        self.sales = {sale.sale_id: sale for sale in (decode_sale(row[0]) for row in rows.fetchall())}
        self.holdings = {}
        self.last_gid = Gid(0, 0)
        for journey_id, epoch, n, state in self._db.execute("SELECT * FROM holding").fetchall():
            self.holdings.setdefault(journey_id, {})[Gid(epoch, n)] = holding_from(state)
            self.last_gid = max(self.last_gid, Gid(epoch, n))
        row = self._db.execute("SELECT value FROM cursor WHERE name = 'epoch'").fetchone()
        self.epoch = int(row[0]) if row else 1
        self.outstanding.load(self._db)
        self.network.load(self._db)

    def sale(self, sale_id: str) -> Sale | None:
        """A sale, open or at rest."""
        if sale_id in self.sales:
            return self.sales[sale_id]
        row = self._db.execute("SELECT state FROM sale WHERE sale_id = ?", [sale_id]).fetchone()
        return decode_sale(row[0]) if row else None

    def stage(self, records: Sequence[Record], events: Sequence[Event]) -> Changes:
        """What these facts change; nothing is touched yet."""
        changes = Changes()
        for record, event in zip(records, events, strict=True):
            kind = type(event)
            if kind in _SALE_EVENTS:
                before = changes.sales.get(event.sale_id) or self.sale(event.sale_id)  # type: ignore[attr-defined]
                after = evolve_record(before, event, record.seq)
                changes.sales[after.sale_id] = after
                if kind in _AROUND_A_SALE:
                    _AROUND_A_SALE[kind](self, changes, record, event, after)
            elif kind in _OTHERS:
                _OTHERS[kind](self, changes, event)
            elif kind in _AT_A_GATE:
                _AT_A_GATE[kind](self, changes, record, event)
        for (key, a, b, source, target), mask in changes.moves.items():
            holding = changes.holdings.get(key) or self.holdings[key[0]][key[1]]
            changes.holdings[key] = cells.moved(holding, source, target, mask, a, b)
        return changes

    def _held(self, changes: Changes, record: Record, event: PlacesHeld, sale: Sale) -> None:
        changes.opened[event.sale_id] = record.seq
        self._move(changes, cells.parts(sale.items), "free", "cart")

    def _freed(self, changes: Changes, record: Record, event: PlacesFreed, sale: Sale) -> None:
        self._move(changes, cells.parts(sale.items), "cart", "free")

    def _issued(self, changes: Changes, record: Record, event: TicketIssued, sale: Sale) -> None:
        self._move(changes, cells.parts([sale.items[event.item_no]]), "cart", "sold")
        changes.tickets.append((record.seq, event.code, event.sale_id, event.item_no))

    def _approved(self, changes: Changes, record: Record, event: PaymentApproved, sale: Sale) -> None:
        self._took(changes, record, sale, event.attempt_id, 1)
        paid = next(each for each in sale.attempts if each.attempt_id == event.attempt_id)
        self.outstanding.approved(changes.stored, event, paid, record.recorded_at_ms // 1000)

    def _reversed(self, changes: Changes, record: Record, event: PaymentReversed, sale: Sale) -> None:
        self._took(changes, record, sale, event.attempt_id, -1)
        self.outstanding.reversed(changes.stored, event.attempt_id)

    def _refunded(self, changes: Changes, record: Record, event: RefundPaid, sale: Sale) -> None:
        """The price of one ticket out of the takings; what a whole reversal gave back is out already."""
        gone = next((each for each in sale.voided if each.refund_id == event.refund_id and each.attempt_id), None)
        if gone is not None and not event.by_hand:
            paid = next(each for each in sale.attempts if each.attempt_id == gone.attempt_id)
            day = _day(record.recorded_at_ms // 86_400_000)
            changes.takings.append((day, paid.means, paid.currency, 0, -gone.amount_minor))

    def _took(self, changes: Changes, record: Record, sale: Sale, attempt_id: str, sign: int) -> None:
        """One payment into the takings of its day, or out of those of the day it went back."""
        paid = next(each for each in sale.attempts if each.attempt_id == attempt_id)
        day = _day(record.recorded_at_ms // 86_400_000)
        changes.takings.append((day, paid.means, paid.currency, sign, sign * paid.amount_minor))

    def _forwarded(self, changes: Changes, event: StoredPaymentsForwarded) -> None:
        self.outstanding.forwarded(changes.stored, event.means)

    def _voided(self, changes: Changes, record: Record, event: TicketVoided, sale: Sale) -> None:
        self._move(changes, cells.parts([sale.items[event.item_no]]), "sold", "")

    def _accepted(self, changes: Changes, event: GrantAccepted) -> None:
        grant = _grant.decode(event.grant.body)
        changes.holdings[grant.journey_id, grant.gid] = cells.granted(grant)
        changes.last_gid = max(changes.last_gid or self.last_gid, grant.gid)

    def _released(self, changes: Changes, event: CellsReleased) -> None:
        key = (event.journey_id, event.gid)
        self._move(changes, [(key, b.mask, b.from_segment, b.to_segment) for b in event.blocks], "free", "")

    def _adopted(self, changes: Changes, event: EpochAdopted | TerminalEnrolled) -> None:
        changes.epoch = max(changes.epoch, event.epoch)

    def _admitted(self, changes: Changes, record: Record, event: Admitted) -> None:
        changes.admitted.append((event.ticket_id, event.journey_id, event.gate, event.at))
        self.network.ours(changes.network, record)
        self._passed(changes, record, event)

    def _passed(self, changes: Changes, record: Record, event: Admitted | Exited) -> None:
        kind = "entry" if isinstance(event, Admitted) else "exit"
        where = (record.seq, event.ticket_id, event.journey_id, event.gate, event.at)
        changes.passings.append((*where, kind, event.persons, event.list, event.product))

    def _exited(self, changes: Changes, record: Record, event: Exited) -> None:
        self.network.ours(changes.network, record)
        self._passed(changes, record, event)

    def _annulled(self, changes: Changes, record: Record, event: AdmissionAnnulled) -> None:
        self.network.ours(changes.network, record)
        changes.annulled.append(event.of_seq)

    def _given(self, changes: Changes, record: Record, event: AdmissionGiven) -> None:
        self.network.ours(changes.network, record)

    def _learned(self, changes: Changes, record: Record, event: AdmissionLearned) -> None:
        self.network.learned(changes.network, record, event)

    def _contested(self, changes: Changes, record: Record, event: AdmissionContested) -> None:
        self.network.contested(changes.network, event)

    def _move(self, changes: Changes, parts: Iterable[tuple[Key, int, int, int]], source: str, target: str) -> None:
        """Moves of one append are gathered: a party's places lie on the same stretch and move at once."""
        for key, mask, a, b in parts:
            move = (key, a, b, source, target)
            before = changes.moves.get(move, 0)
            assert not before & mask, f"cells {mask:x} of journey {key[0]} would move twice"
            changes.moves[move] = before | mask

    def write(self, changes: Changes) -> None:
        """Put the changes into the tables, inside the caller's transaction."""
        execute = self._db.conn.execute
        for sale in changes.sales.values():
            opened = changes.opened.get(sale.sale_id, 0)
            execute(_PUT_SALE, (sale.sale_id, sale.stage, opened, _encode(sale)))
        for (journey_id, gid), holding in changes.holdings.items():
            execute(_PUT_HOLDING, (journey_id, gid.epoch, gid.n, holding_state(holding)))
        if changes.tickets:
            self._db.conn.executemany(_PUT_TICKET, changes.tickets)
        for takings in changes.takings:
            execute(_PUT_TAKINGS, takings)
        if changes.epoch > self.epoch:
            execute("INSERT OR REPLACE INTO cursor VALUES ('epoch', ?)", (str(changes.epoch),))
        for admitted in changes.admitted:
            execute(_PUT_ADMITTED, admitted)
        for passing in changes.passings:
            execute(_PUT_PASSING, passing)
        for seq in changes.annulled:
            execute(_ANNUL_PASSING, (seq,))
        self.outstanding.write(self._db, changes.stored)
        self.network.write(self._db, changes.network)

    def publish(self, changes: Changes) -> None:
        """After the commit: memory follows the disk."""
        for sale in changes.sales.values():
            if sale.resting:
                self.sales.pop(sale.sale_id, None)
            else:
                self.sales[sale.sale_id] = sale
        for (journey_id, gid), holding in changes.holdings.items():
            # A new dict for each change: readers on other threads see the old or the new, never half.
            self.holdings[journey_id] = {**self.holdings.get(journey_id, {}), gid: holding}
        self.outstanding.publish(changes.stored)
        self.network.publish(changes.network)
        self.epoch = max(self.epoch, changes.epoch)
        if changes.last_gid is not None:
            self.last_gid = changes.last_gid


_AROUND_A_SALE: dict[type[Event], Callable[..., None]] = {
    PlacesHeld: Projections._held,
    PlacesFreed: Projections._freed,
    PaymentApproved: Projections._approved,
    PaymentReversed: Projections._reversed,
    RefundPaid: Projections._refunded,
    TicketIssued: Projections._issued,
    TicketVoided: Projections._voided,
}
_OTHERS: dict[type[Event], Callable[..., None]] = {
    GrantAccepted: Projections._accepted,
    CellsReleased: Projections._released,
    EpochAdopted: Projections._adopted,
    TerminalEnrolled: Projections._adopted,
    StoredPaymentsForwarded: Projections._forwarded,
}
_AT_A_GATE: dict[type[Event], Callable[..., None]] = {
    Admitted: Projections._admitted,
    Exited: Projections._exited,
    AdmissionAnnulled: Projections._annulled,
    AdmissionGiven: Projections._given,
    AdmissionLearned: Projections._learned,
    AdmissionContested: Projections._contested,
}
