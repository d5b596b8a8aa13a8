"""A ticket made again from central's record of it, without a signature: for whoever looks it up, never as a proof."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.domain import ticket as tickets
from kiosk.domain.gate.held import Ride
from kiosk.domain.right import Right, right_of
from kiosk.store.gate_record_rows import Booked
from kiosk.store.gate_records import GateRecords


def ticket_of(booked: Booked, ride: Ride | None, tenant: int) -> tickets.Ticket:
    """`ride`: None = a journey that is not in the catalogue; then place and validity are not known."""
    row, number = booked.row, int(booked.ticket_id, 16)
    right = Right(valid_from_min=0, valid_for_min=0)
    fits = ride is not None and not (row.place and ride.layout and row.place >= len(ride.layout.places))
    if ride is not None and fits and row.to_call < len(ride.service.calls):
        right = right_of(
            ride.layout,
            row.place,
            first=ride.departs_at(0),
            midnight=ride.day_start,
            departs=ride.departs_at(row.from_call),
            arrives=ride.arrives_at(row.to_call),
        )
    categories = ride.products if ride is not None else ()
    return tickets.Ticket(
        key_id=bytes(4),
        tenant=tenant,
        terminal_id=number >> 48,
        incarnation=number >> 40 & 0xFF,
        seq=number & (1 << 40) - 1,
        issued=0,
        journey_id=row.journey_id,
        valid_from_min=right.valid_from_min,
        valid_for_min=right.valid_for_min,
        from_call=row.from_call,
        to_call=row.to_call,
        coach=right.coach,
        seat=right.seat,
        product_class=right.product_class,
        category=categories.index(row.category_id) if row.category_id in categories else 0,
        persons=row.persons,
        gate_group=right.gate_group,
    )


def by_record(
    records: GateRecords, ticket_id: str, ride_of: Callable[[int], Ride | None], tenant: int
) -> tickets.Ticket | None:
    """None: central told of no such ticket, or it was voided."""
    row = records.booked(ticket_id)
    return None if row is None else ticket_of(Booked(ticket_id, row), ride_of(row.journey_id), tenant)
