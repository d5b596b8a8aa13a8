"""What each fact of a terminal's journal does to central's ledger.

Collected for a batch in memory, written at the end with one statement a table. Every effect is idempotent and is
checked before anything moves, so a record that raises has done nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, text

from central.incidents import note_all
from central.inventory.book import POOL, Book, lease
from central.inventory.cells import from_blocks
from central.journal.tickets import Sold, place_ticket
from kiosk.domain import events as facts
from kiosk.domain.allotment import Grant
from kiosk.domain.events import AnyEvent, SaleItem

Row = dict[str, Any]


class Effects:
    """The effects of some records of one incarnation, in order."""

    def __init__(
        self, connection: Connection, terminal_id: int, incarnation: int, events: Sequence[tuple[int, AnyEvent]]
    ) -> None:
        self._connection = connection
        self._terminal_id = terminal_id
        self._incarnation = incarnation
        self._sales = self._known_sales(events)
        self._book = Book(connection, self._journeys(events))
        self._admitted = self._known_admissions(events)
        self._rows: dict[str, list[Row]] = {name: [] for name in _STATEMENTS}
        self._incidents: list[tuple[str, str, int, int, int]] = []
        self._handlers: dict[type, Callable[[int, Any], None]] = {
            facts.TerminalEnrolled: self._enrolled,
            facts.GrantAccepted: self._accepted,
            facts.CellsReleased: self._released,
            facts.PlacesHeld: self._held,
            facts.PlacesFreed: self._freed,
            facts.PaymentRequested: self._requested,
            facts.PaymentApproved: self._approved,
            facts.PaymentDeclined: self._declined,
            facts.PaymentUnresolved: self._unresolved,
            facts.TicketIssued: self._issued,
            facts.SaleClosed: self._closed,
            facts.Admitted: self._admit,
            facts.AdmissionRefused: self._refuse,
        }

    def apply(self, seq: int, event: AnyEvent) -> None:
        """One record; facts about paper have no effect here, the raw record is enough."""
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(seq, event)

    def write(self) -> None:
        self._book.write()
        who = {"terminal": self._terminal_id, "incarnation": self._incarnation}
        for name, statement in _STATEMENTS.items():
            if self._rows[name]:
                self._connection.execute(statement, [{**row, **who} for row in self._rows[name]])
        note_all(self._connection, self._incidents)

    def _note(self, kind: str, detail: str, seq: int) -> None:
        self._incidents.append((kind, detail, self._terminal_id, self._incarnation, seq))

    def _known_sales(self, events: Sequence[tuple[int, AnyEvent]]) -> dict[str, tuple[tuple[SaleItem, ...], str]]:
        """Items and currency of the sales whose tickets are in this batch but whose beginning is not."""
        wanted = sorted({event.sale_id for _, event in events if isinstance(event, facts.TicketIssued)})
        rows = self._connection.execute(
            text(
                "SELECT sale_id, items, currency FROM sale WHERE terminal_id = :terminal "
                "AND incarnation = :incarnation AND sale_id = ANY(:sales)"
            ),
            {"terminal": self._terminal_id, "incarnation": self._incarnation, "sales": wanted},
        )
        return {row.sale_id: (msgspec.json.decode(row.items, type=tuple[SaleItem, ...]), row.currency) for row in rows}

    def _journeys(self, events: Sequence[tuple[int, AnyEvent]]) -> set[int]:
        found = {event.journey_id for _, event in events if isinstance(event, facts.CellsReleased)}
        if any(isinstance(event, facts.TicketIssued) for _, event in events):
            found |= {item.journey_id for items, _ in self._sales.values() for item in items}
            found |= {
                item.journey_id for _, event in events if isinstance(event, facts.PlacesHeld) for item in event.items
            }
        return {journey_id for journey_id in found if 0 < journey_id < 1 << 32}

    def _known_admissions(self, events: Sequence[tuple[int, AnyEvent]]) -> set[str]:
        wanted = [event.ticket_id for _, event in events if isinstance(event, facts.Admitted)]
        rows = self._connection.scalars(
            text("SELECT ticket_id FROM admission WHERE ticket_id = ANY(:tickets) AND reason = ''"), {"tickets": wanted}
        )
        return set(rows)

    def _enrolled(self, seq: int, event: facts.TerminalEnrolled) -> None:
        if (event.terminal_id, event.incarnation) != (self._terminal_id, self._incarnation):
            self._note("identity", f"the journal says terminal {event.terminal_id}.{event.incarnation}", seq)

    def _accepted(self, seq: int, event: facts.GrantAccepted) -> None:
        grant = msgspec.json.decode(event.grant.body, type=Grant)
        self._rows["accepted"].append({"epoch": grant.gid.epoch, "n": grant.gid.n, "seq": seq})

    def _released(self, seq: int, event: facts.CellsReleased) -> None:
        """P5: only cells that are still this terminal's under the same grant go back."""
        inventory = self._book.get(event.journey_id)
        if inventory is None:
            self._note("released_unknown", f"journey {event.journey_id} has no inventory", seq)
            return
        masks = from_blocks(event.blocks, inventory.segments, inventory.layout.full_mask)
        left = inventory.move(lease(self._terminal_id, self._incarnation, event.gid), POOL, masks)
        if any(left):
            cells = sum(mask.bit_count() for mask in left)
            self._note("released_not_held", f"journey {event.journey_id}: {cells} cells were not its own", seq)

    def _held(self, seq: int, event: facts.PlacesHeld) -> None:
        self._sales[event.sale_id] = (event.items, event.currency)
        items = msgspec.json.encode(event.items).decode()
        self._rows["sale"].append({"sale": event.sale_id, "seq": seq, "items": items, "currency": event.currency})

    def _freed(self, seq: int, event: facts.PlacesFreed) -> None:
        self._rows["outcome"].append({"sale": event.sale_id, "outcome": event.reason})

    def _closed(self, seq: int, event: facts.SaleClosed) -> None:
        self._rows["outcome"].append({"sale": event.sale_id, "outcome": event.outcome})

    def _requested(self, seq: int, event: facts.PaymentRequested) -> None:
        if event.amount_minor < 0:
            raise ValueError(f"a payment of {event.amount_minor}")
        self._rows["payment"].append(
            {
                "attempt": event.attempt_id,
                "sale": event.sale_id,
                "amount": event.amount_minor,
                "currency": event.currency,
                "means": event.means,
            }
        )

    def _approved(self, seq: int, event: facts.PaymentApproved) -> None:
        self._pay(event.attempt_id, "approved", event.reference)

    def _declined(self, seq: int, event: facts.PaymentDeclined) -> None:
        self._pay(event.attempt_id, "declined", "")

    def _unresolved(self, seq: int, event: facts.PaymentUnresolved) -> None:
        self._pay(event.attempt_id, "unresolved", "")

    def _pay(self, attempt_id: str, state: str, reference: str) -> None:
        self._rows["paid"].append({"attempt": attempt_id, "state": state, "reference": reference})

    def _issued(self, seq: int, event: facts.TicketIssued) -> None:
        """P3c: the cells named in the sale's item become SOLD; a ticket is kept whatever else is wrong with it."""
        items, currency = self._sales.get(event.sale_id, ((), ""))
        item = items[event.item_no] if 0 <= event.item_no < len(items) else None
        sold = Sold(self._terminal_id, self._incarnation, seq, event, item, currency)
        self._rows["ticket"].append(place_ticket(self._book, sold, lambda kind, detail: self._note(kind, detail, seq)))

    def _admit(self, seq: int, event: facts.Admitted) -> None:
        if event.ticket_id in self._admitted:
            self._note("admitted_twice", f"ticket {event.ticket_id} at {event.gate}", seq)
        self._admitted.add(event.ticket_id)
        self._admission(seq, event.ticket_id, "", event.gate, event.at)

    def _refuse(self, seq: int, event: facts.AdmissionRefused) -> None:
        self._admission(seq, event.ticket_id, event.reason or "unknown", event.gate, event.at)

    def _admission(self, seq: int, ticket_id: str, reason: str, gate: str, at: int) -> None:
        row = {"seq": seq, "ticket": ticket_id, "reason": reason, "gate": gate, "at": at}
        self._rows["admission"].append(row)


_WHO = "terminal_id = :terminal AND incarnation = :incarnation"
# In this order: a sale before its outcome, a payment before what became of it.
_STATEMENTS = {
    "accepted": text(
        f"UPDATE grant_given SET accepted_seq = :seq WHERE epoch = :epoch AND n = :n AND {_WHO} "
        "AND accepted_seq IS NULL"
    ),
    "sale": text(
        "INSERT INTO sale (terminal_id, incarnation, sale_id, held_seq, items, currency) "
        "VALUES (:terminal, :incarnation, :sale, :seq, :items, :currency) "
        "ON CONFLICT (terminal_id, incarnation, sale_id) DO UPDATE SET held_seq = EXCLUDED.held_seq, "
        "items = EXCLUDED.items, currency = EXCLUDED.currency, outcome = ''"
    ),
    "outcome": text(f"UPDATE sale SET outcome = :outcome WHERE {_WHO} AND sale_id = :sale"),
    "payment": text(
        "INSERT INTO payment (terminal_id, incarnation, attempt_id, sale_id, amount_minor, currency, means, state) "
        "VALUES (:terminal, :incarnation, :attempt, :sale, :amount, :currency, :means, 'requested') "
        "ON CONFLICT DO NOTHING"
    ),
    "paid": text(f"UPDATE payment SET state = :state, reference = :reference WHERE {_WHO} AND attempt_id = :attempt"),
    "ticket": text(
        "INSERT INTO ticket (terminal_id, incarnation, seq, sale_id, item_no, journey_id, place, from_segment, "
        "to_segment, place_class, product_id, category_id, price_minor, currency, issued_at, code, covered) "
        "VALUES (:terminal, :incarnation, :seq, :sale_id, :item_no, :journey_id, :place, :from_segment, :to_segment, "
        ":place_class, :product_id, :category_id, :price_minor, :currency, :issued_at, :code, :covered) "
        "ON CONFLICT DO NOTHING"
    ),
    "admission": text(
        "INSERT INTO admission (terminal_id, incarnation, seq, ticket_id, reason, gate, at) "
        "VALUES (:terminal, :incarnation, :seq, :ticket, :reason, :gate, :at) ON CONFLICT DO NOTHING"
    ),
}
