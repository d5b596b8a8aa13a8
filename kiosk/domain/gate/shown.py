"""A verdict as screens show it: the decision, and what may be said of the ticket."""

from __future__ import annotations

import msgspec

from kiosk.domain.codes import human_code
from kiosk.domain.gate.guests import GuestFacts
from kiosk.domain.gate.held import Ride
from kiosk.domain.gate.words import Decision, Word
from kiosk.domain.holder import is_named
from kiosk.domain.network import Names
from kiosk.domain.ticket import Ticket


class TicketFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the screen may say about a ticket whose signature is right. `Names`: "" = the feed's own text."""

    number: str  # train number, line or event
    mode: int
    title: Names
    departs_at: int  # unix s, at the boarding call
    opens_at: int  # unix s, the next useful instant; without one the departure
    timezone: str
    origin: Names
    destination: Names
    code: str  # human code
    coach: Names = {}
    place: str = ""  # "" = no place of its own
    counted: bool = False  # a unit of a pool: no seat number for people
    place_class: Names = {}
    category: Names = {}
    persons: int = 1
    named: bool = False  # it carries a name


class FirstUse(msgspec.Struct, frozen=True):
    """Where and when the ticket was let in before."""

    gate: str
    at: int  # unix s


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The gate's answer to one code."""

    decision: Decision
    ticket_id: str = ""  # 16 hex digits, or the code of another system; "" = neither
    journey_id: int = 0
    facts: TicketFacts | None = None  # None = nothing may be shown of it
    guest: GuestFacts | None = None  # what is on record of it; None = nothing, or nothing may be shown
    persons: int = 0  # how many pass by it
    holder: str = ""  # as far as it is known; for staff
    alight: Names = {}  # where the holder wants out after the ticket's end; {} = at its end
    goes_on: bool = False  # the train does, after the ticket's end
    looked_up: bool = False  # no code was held up

    @property
    def reason(self) -> Word:
        """Why; a stable code."""
        return self.decision.word

    @property
    def admitted(self) -> bool:
        """The holder comes in."""
        return self.decision.word is Word.ADMIT

    @property
    def passes(self) -> bool:
        """The holder comes in, or goes out."""
        return self.decision.passes

    @property
    def first_use(self) -> FirstUse | None:
        """The use before, of a ticket that was used."""
        first = self.decision.first
        return FirstUse(first.gate, int(first.at.timestamp())) if first else None


def facts_of(ticket: Ticket, ride: Ride, index: int, next_at: float | None) -> TicketFacts:
    """`index`: of the place in the layout, -1 = none."""
    origin, destination = ride.stop_places[ticket.from_call], ride.stop_places[ticket.to_call]
    facts = TicketFacts(
        number=ride.service.number or ride.line_name,
        mode=ride.mode,
        title={"": ride.service.headsign, **ride.service.names},
        departs_at=ride.departs_at(ticket.from_call),
        opens_at=ride.departs_at(ticket.from_call) if next_at is None else int(next_at),
        timezone=ride.timezone,
        origin={"": origin.name, **origin.names},
        destination={"": destination.name, **destination.names},
        code=human_code(ticket.ticket_id),
        category=ride.categories[ticket.category] if ticket.category < len(ride.categories) else {},
        persons=max(ticket.persons, 1),
        named=is_named(ticket),
    )
    layout = ride.layout
    if layout is None or index < 0:
        return facts
    place = layout.places[index]
    coach = layout.coaches[place.coach]
    place_class = next(each for each in layout.classes if each.id == coach.place_class)
    return msgspec.structs.replace(
        facts,
        coach=coach.printed,
        place=place.number,
        counted=coach.counted,
        place_class={"": place_class.name, **place_class.names},
    )
