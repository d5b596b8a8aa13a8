"""What each fact of a terminal's journal does to central's ledger.

Collected for a batch in memory, written at the end with one statement a table. Every effect is idempotent and is
checked before anything moves, so a record that raises has done nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

import msgspec
from sqlalchemy import Connection, text

from central.incidents import note_all
from central.inventory.book import Book
from central.journal.admissions import Admissions
from central.journal.money import Money
from central.journal.statements import STATEMENTS
from central.journal.tickets import Sold, place_ticket
from central.journal.voids import Voids
from central.keys import Keys
from kiosk.domain import events as facts
from kiosk.domain.allotment import Gid, Grant
from kiosk.domain.events import AnyEvent
from kiosk.domain.items import SaleItem
from kiosk.domain.protocol import ledger
from kiosk.domain.protocol.ledger import Seller

Row = dict[str, Any]


class Effects:
    """The effects of some records of one incarnation, in order."""

    def __init__(
        self,
        connection: Connection,
        keys: Keys,
        terminal_id: int,
        incarnation: int,
        events: Sequence[tuple[int, AnyEvent]],
    ) -> None:
        self._keys = keys
        self._connection = connection
        self._terminal_id = terminal_id
        self._incarnation = incarnation
        self._seller = self._read_seller()
        self._sales = self._known_sales(events)
        self._grants = self._known_grants(events)
        self._voids = Voids(connection, terminal_id, incarnation, events)
        self._book = Book(connection, self._journeys(events))
        self._rows: dict[str, dict[Any, Row]] = {name: {} for name in STATEMENTS}  # by key, the last one counts
        self._incidents: list[tuple[str, str, int, int, int]] = []
        gate = Admissions(connection, events, self._rows, self._incidents, (terminal_id, incarnation))
        self._money = Money(self._rows["payment"], self._rows["paid"], self._note)
        self._handlers: dict[type, Callable[[int, Any], None]] = {
            facts.TerminalEnrolled: self._enrolled,
            facts.GrantAccepted: self._accepted,
            facts.CellsReleased: self._released,
            facts.EpochAdopted: self._adopted,
            facts.PlacesHeld: self._held,
            facts.PlacesFreed: self._freed,
            **dict.fromkeys(Money.takes, self._money.took),
            facts.TicketIssued: self._issued,
            facts.SaleClosed: self._closed,
            facts.SaleUndone: self._undone,
            facts.TicketVoided: self._voided,
            facts.RefundPaid: self._refund_paid,
            facts.Admitted: gate.admit,
            facts.AdmissionRefused: gate.refuse,
            facts.AdmissionAnnulled: gate.annul,
            facts.AdmissionContested: gate.contested,
        }

    def apply(self, seq: int, event: AnyEvent) -> None:
        """One record; facts about paper have no effect here, the raw record is enough."""
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(seq, event)

    def write(self) -> None:
        self._book.write()
        self._voids.write()
        who = {"terminal": self._terminal_id, "incarnation": self._incarnation}
        for name, statement in STATEMENTS.items():
            if rows := list(self._rows[name].values()):
                self._connection.execute(statement, {**who, "rows": msgspec.json.encode(rows).decode()})
        note_all(self._connection, self._incidents)

    def _read_seller(self) -> Seller:
        row = self._connection.execute(
            text(
                "SELECT adopted_epoch, lost_epoch FROM incarnation WHERE terminal_id = :terminal "
                "AND incarnation = :incarnation"
            ),
            {"terminal": self._terminal_id, "incarnation": self._incarnation},
        ).one()
        return Seller(self._terminal_id, self._incarnation, row.adopted_epoch, bool(row.lost_epoch))

    def _note(self, kind: str, detail: str, seq: int) -> None:
        self._incidents.append((kind, detail, self._terminal_id, self._incarnation, seq))

    def _known_grants(self, events: Sequence[tuple[int, AnyEvent]]) -> set[Gid]:
        gids = [grant.gid for grant in _grants_in(events)]
        if not gids:
            return set()
        rows = self._connection.execute(
            text(
                "SELECT g.epoch, g.n FROM grant_given g JOIN unnest(CAST(:epochs AS int[]), CAST(:ns AS bigint[])) "
                "AS asked (epoch, n) ON g.epoch = asked.epoch AND g.n = asked.n"
            ),
            {"epochs": [gid.epoch for gid in gids], "ns": [gid.n for gid in gids]},
        )
        return {Gid(row.epoch, row.n) for row in rows}

    def _known_sales(self, events: Sequence[tuple[int, AnyEvent]]) -> dict[str, tuple[tuple[SaleItem, ...], str]]:
        """Items and currency of the sales whose tickets are in this batch but whose beginning is not."""
        begun: set[str] = set()
        wanted: set[str] = set()
        for _, event in events:
            if isinstance(event, facts.PlacesHeld):
                begun.add(event.sale_id)
            elif isinstance(event, facts.TicketIssued | facts.TicketVoided) and event.sale_id not in begun:
                wanted.add(event.sale_id)
        if not wanted:
            return {}
        rows = self._connection.execute(
            text(
                "SELECT sale_id, items, currency FROM sale WHERE terminal_id = :terminal "
                "AND incarnation = :incarnation AND sale_id = ANY(:sales)"
            ),
            {"terminal": self._terminal_id, "incarnation": self._incarnation, "sales": sorted(wanted)},
        )
        return {row.sale_id: (msgspec.json.decode(row.items, type=tuple[SaleItem, ...]), row.currency) for row in rows}

    def _journeys(self, events: Sequence[tuple[int, AnyEvent]]) -> set[int]:
        found = {event.journey_id for _, event in events if isinstance(event, facts.CellsReleased)}
        found |= {grant.journey_id for grant in _grants_in(events)}
        if any(isinstance(event, facts.TicketIssued | facts.TicketVoided) for _, event in events):
            found |= {item.journey_id for items, _ in self._sales.values() for item in items}
            found |= {
                item.journey_id for _, event in events if isinstance(event, facts.PlacesHeld) for item in event.items
            }
        return {journey_id for journey_id in found if 0 < journey_id < 1 << 32}

    def _enrolled(self, seq: int, event: facts.TerminalEnrolled) -> None:
        if (event.terminal_id, event.incarnation) != (self._terminal_id, self._incarnation):
            self._note("identity", f"the journal says terminal {event.terminal_id}.{event.incarnation}", seq)
        self._adopt(event.epoch)

    def _adopted(self, seq: int, event: facts.EpochAdopted) -> None:
        self._adopt(event.epoch)

    def _adopt(self, epoch: int) -> None:
        self._seller = self._seller._replace(adopted=max(self._seller.adopted, epoch))
        self._rows["adopted"][0] = {"epoch": self._seller.adopted}

    def _accepted(self, seq: int, event: facts.GrantAccepted) -> None:
        """Nothing new, unless central forgot this grant in a failover: then it is remembered, and its cells with it."""
        grant = msgspec.json.decode(event.grant.body, type=Grant)
        row: Row = {"epoch": grant.gid.epoch, "n": grant.gid.n, "seq": seq}
        if grant.gid not in self._grants:
            if not self._keys.signed_by_us(b"KGRANT1" + event.grant.body.encode(), event.grant.signature):
                raise ValueError(f"grant {grant.gid.epoch}.{grant.gid.n} is not signed by us")
            inventory = self._book.get(grant.journey_id)
            if inventory is not None:
                left = ledger.accepted(inventory, self._seller, grant.gid, grant.blocks, known=False)
                if any(left):
                    self._note("grant_superseded", f"grant {grant.gid}: a later one has some of its cells", seq)
            self._grants.add(grant.gid)
            body, signature = event.grant.body, event.grant.signature
            row |= {"journey": grant.journey_id, "body": body, "signature": signature}
            self._rows["remembered"][grant.gid] = row
        self._rows["accepted"].setdefault(grant.gid, row)

    def _released(self, seq: int, event: facts.CellsReleased) -> None:
        """P5: only cells that are still this terminal's under the same grant go back."""
        inventory = self._book.get(event.journey_id)
        if inventory is None:
            self._note("released_unknown", f"journey {event.journey_id} has no inventory", seq)
            return
        left = ledger.released(inventory, self._seller, event.gid, event.blocks)
        if any(left):
            cells = sum(mask.bit_count() for mask in left)
            self._note("released_not_held", f"journey {event.journey_id}: {cells} cells were not its own", seq)

    def _voided(self, seq: int, event: facts.TicketVoided) -> None:
        """P12: only a ticket that was sold here before. What central voided when it was asked is done already, unless
        it came back as an older self that does not know."""
        items, _ = self._sales.get(event.sale_id, ((), ""))
        item = items[event.item_no] if 0 <= event.item_no < len(items) else None
        ticket_seq = self._voids.seq_of(event.sale_id, event.item_no)
        if item is None or ticket_seq is None:
            raise ValueError(f"sale {event.sale_id} has no ticket {event.item_no} to void")
        if event.by == "central" and self._voids.knows(ticket_seq):
            return
        inventory = self._book.get(item.journey_id)
        if inventory is not None and item.place is not None:
            ledger.voided(inventory, self._seller, item.place, item.gids)
        if not self._voids.add(ticket_seq, event.by, self._seller.adopted, event.reason):
            self._note("refunded_twice", f"ticket {ticket_seq} was voided by central as well", seq)

    def _refund_paid(self, seq: int, event: facts.RefundPaid) -> None:
        ticket_seq = self._voids.seq_of(event.sale_id, event.item_no)
        if ticket_seq is not None:
            self._voids.paid(ticket_seq)

    def _held(self, seq: int, event: facts.PlacesHeld) -> None:
        self._sales[event.sale_id] = (event.items, event.currency)
        items = msgspec.json.encode(event.items).decode()
        self._rows["sale"][event.sale_id] = {
            "sale_id": event.sale_id,
            "held_seq": seq,
            "items": items,
            "currency": event.currency,
            "outcome": "",
        }

    def _freed(self, seq: int, event: facts.PlacesFreed) -> None:
        self._end(event.sale_id, event.reason)

    def _closed(self, seq: int, event: facts.SaleClosed) -> None:
        self._end(event.sale_id, event.outcome)

    def _undone(self, seq: int, event: facts.SaleUndone) -> None:
        self._end(event.sale_id, "undone")

    def _end(self, sale_id: str, outcome: str) -> None:
        self._merge("sale", "outcome", sale_id, {"sale_id": sale_id, "outcome": outcome})

    def _merge(self, table: str, change: str, key: str, row: Row) -> None:
        """Into the row that this batch writes anyway, else as a change of one that is there."""
        if key in self._rows[table]:
            self._rows[table][key] |= row
        else:
            self._rows[change][key] = row

    def _issued(self, seq: int, event: facts.TicketIssued) -> None:
        """P3c: the cells named in the sale's item become SOLD; a ticket is kept whatever else is wrong with it."""
        items, currency = self._sales.get(event.sale_id, ((), ""))
        item = items[event.item_no] if 0 <= event.item_no < len(items) else None
        sold = Sold(self._terminal_id, self._incarnation, seq, event, item, currency)
        voided = self._voids.issued(event.sale_id, event.item_no, seq)
        row = place_ticket(self._book, sold, lambda kind, detail: self._note(kind, detail, seq))
        self._rows["ticket"][seq] = row
        inventory = self._book.get(row["journey_id"])
        if voided and inventory is not None and item is not None and row["covered"] and row["place"] is not None:
            ledger.voided(inventory, self._seller, row["place"], item.gids)  # central voided it before it forgot it


def _grants_in(events: Sequence[tuple[int, AnyEvent]]) -> Iterator[Grant]:
    """Those that can be read; the others are found out when their record is applied."""
    for _, event in events:
        if isinstance(event, facts.GrantAccepted):
            with suppress(msgspec.DecodeError):
                yield msgspec.json.decode(event.grant.body, type=Grant)
