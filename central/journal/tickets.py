"""A sold ticket: what its own bytes say, whether the terminal held its cells, and the row it becomes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from central.inventory.book import Book, Inventory
from kiosk.domain.events import TicketIssued
from kiosk.domain.items import SaleItem
from kiosk.domain.protocol import ledger
from kiosk.domain.protocol.ledger import Seller
from kiosk.domain.ticket import Ticket, unpack

Note = Callable[[str, str], None]


class Sold(msgspec.Struct, frozen=True):
    """A TicketIssued record with the item of its sale; item None = the sale is unknown or has no such item."""

    terminal_id: int
    incarnation: int
    seq: int
    event: TicketIssued
    item: SaleItem | None
    currency: str


def place_ticket(book: Book, sold: Sold, note: Note) -> dict[str, Any]:
    """Move the ticket's cells from the terminal's leases to SOLD and return its row; notes whatever does not fit."""
    ticket = unpack(bytes.fromhex(sold.event.payload))  # what is on paper decides
    if (ticket.terminal_id, ticket.incarnation, ticket.seq) != (sold.terminal_id, sold.incarnation, sold.seq):
        note("ticket_id", f"record {sold.seq} issues ticket {ticket.ticket_id}")
    item = sold.item
    if item is None:
        note("ticket_without_sale", f"ticket {ticket.ticket_id}: sale {sold.event.sale_id} has no such item")
    elif (item.journey_id, item.from_call, item.to_call) != (ticket.journey_id, ticket.from_call, ticket.to_call):
        note("ticket_differs", f"ticket {ticket.ticket_id} is for another ride than its sale")
    inventory = book.get(ticket.journey_id)
    place = _place(ticket, item, inventory)
    if item is not None and place != item.place:
        note("ticket_differs", f"ticket {ticket.ticket_id} is for place {place}, its sale for {item.place}")
    covered = _take(inventory, sold, ticket, place, note)
    price = ticket.price_minor if item is None else item.price_minor
    return {
        "seq": sold.seq,
        "sale_id": sold.event.sale_id,
        "item_no": max(0, sold.event.item_no),
        "journey_id": ticket.journey_id,
        "place": place,
        "from_segment": ticket.from_call,
        "to_segment": ticket.to_call,
        "place_class": item.place_class if item else "",
        "product_id": item.product_id if item else "",
        "category_id": item.category_id if item else "",
        "price_minor": price or 0,
        "currency": sold.currency or ticket.currency,
        "issued_at": ticket.issued,
        "code": sold.event.code,
        "covered": covered,
        "persons": ticket.persons,
        "holder": item.holder if item else "",
    }


def _place(ticket: Ticket, item: SaleItem | None, inventory: Inventory | None) -> int | None:
    """Place index of the ticket; for a journey without a known layout what the sale says."""
    if not ticket.reserved:
        return None
    if inventory is None:
        return item.place if item else None
    index = inventory.layout.index_of(ticket.coach, ticket.seat)
    return index if index >= 0 else None


def _take(inventory: Inventory | None, sold: Sold, ticket: Ticket, place: int | None, note: Note) -> bool:
    """LEASE -> SOLD for the cells the sale's item names. False, with an incident, when some were not its own."""
    if place is None:
        if ticket.reserved or inventory is not None:
            note("sold_outside_lease", f"ticket {ticket.ticket_id}: no place of journey {ticket.journey_id} fits it")
            return False
        return True  # an admission without a limit needs no lease
    missing = set(range(ticket.from_call, ticket.to_call))
    if inventory is not None and ticket.to_call <= inventory.segments and sold.item is not None:
        seller = Seller(sold.terminal_id, sold.incarnation)
        missing = ledger.issued(inventory, seller, place, ticket.from_call, ticket.to_call, sold.item.gids)
    if missing:
        segments = ", ".join(map(str, sorted(missing)))
        note(
            "sold_outside_lease",
            f"ticket {ticket.ticket_id}: place {place} of journey {ticket.journey_id} was not leased to the terminal "
            f"on segments {segments}",
        )
    return not missing
