"""What a ticket says by its way and its place: when it is sold, and when made again from a record."""

from __future__ import annotations

import msgspec

from kiosk.domain.layout import Layout
from kiosk.domain.ticket import UNRESERVED_CLASS

OPENS_BEFORE_MIN = 24 * 60  # a reserved ticket may be used from a day before; the gate has its own, shorter window
OPEN_AFTER_MIN = 4 * 60  # ... until some hours after the planned arrival, for delays
DAY_ENDS_S = 28 * 3600  # unreserved tickets are good until 04:00 of the next morning


class Right(msgspec.Struct, frozen=True, kw_only=True):
    """Fields of a ticket, as `kiosk.domain.ticket.Ticket` has them."""

    valid_from_min: int
    valid_for_min: int
    coach: int = 0
    seat: int = 0
    product_class: int = UNRESERVED_CLASS
    gate_group: int = 0


def right_of(
    layout: Layout | None, place: int | None, *, first: int, midnight: int, departs: int, arrives: int
) -> Right:
    """`first`: departure of the journey's first call; `midnight`: zero of its service day; `departs`, `arrives`: of the
    ticket's own way. All unix s."""
    if layout is None or place is None:
        starts, ends = midnight - first, max(midnight - first + DAY_ENDS_S, arrives - first + 3600)
        return Right(valid_from_min=starts // 60, valid_for_min=min((ends - starts) // 60, 0xFFFF))
    starts, ends = departs - first - OPENS_BEFORE_MIN * 60, arrives - first + OPEN_AFTER_MIN * 60
    coach, seat = layout.ticket_place(place)
    return Right(
        valid_from_min=starts // 60,
        valid_for_min=min((ends - starts) // 60, 0xFFFF),
        coach=coach,
        seat=seat,
        product_class=[each.id for each in layout.classes].index(layout.place_class_of(place)),
        gate_group=layout.coaches[coach - 1].entrance,
    )
