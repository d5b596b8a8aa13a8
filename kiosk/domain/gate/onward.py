"""Beyond the ticket: what it costs to get in before it begins, or to ride on after it ends."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from kiosk.domain import ticket as tickets
from kiosk.domain.gate.held import EVENT_MODE, Ride
from kiosk.domain.gate.railway import Journey
from kiosk.domain.network import Names

FareOf = Callable[[Ride, int, int, str, str], int | None]  # (ride, from call, to call, category, place class)


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody may get out after the end of their ticket."""

    id: str
    names: Names  # "" = the feed's own text
    arrives_at: int  # unix s, as planned
    fare_due: int  # minor units, of all whom the ticket is for; -1 = nobody here knows


def class_of(ticket: tickets.Ticket, ride: Ride) -> str:
    """Id of the place class; "" = none, or not of this layout."""
    classes = ride.layout.classes if ride.layout and ticket.reserved else ()
    return classes[ticket.product_class].id if ticket.product_class < len(classes) else ""


def with_fares(
    journey: Journey, ticket: tickets.Ticket, ride: Ride, here: str, alight: str, fare_of: FareOf
) -> Journey:
    """With the fare from this gate to the ticket's way where it is not on it, and from the ticket's end to where its
    holder wants out; what the plan says of a fare stands."""
    visits = journey.calls_at(here) if here else []
    ways = []
    if visits and not any(ticket.from_call <= each <= ticket.to_call for each in visits):
        ways.append((visits[0], ticket.from_call) if visits[0] < ticket.from_call else (ticket.to_call, visits[-1]))
    beyond = [each for each in journey.calls_at(alight) if each > ticket.to_call] if alight else []
    ways += [(ticket.to_call, each) for each in beyond[:1]]
    fares = dict(journey.fares)
    for start, end in ways:
        name = f"{journey.calls[start].stop}-{journey.calls[end].stop}"
        fare = None if name in fares else _fare(ticket, ride, start, end, fare_of)
        if fare is not None:
            fares[name] = fare
    return journey if fares == journey.fares else msgspec.structs.replace(journey, fares=fares)


def stops_beyond(journey: Journey, ticket: tickets.Ticket, ride: Ride, fare_of: FareOf) -> tuple[Stop, ...]:
    """The stops after the ticket's end, each where the train first comes to it; none of an event."""
    if ride.mode == EVENT_MODE:
        return ()
    end, on_way = journey.calls[ticket.to_call].stop, {call.stop for call in journey.calls[: ticket.to_call + 1]}
    found: dict[str, Stop] = {}
    for number in range(ticket.to_call + 1, len(journey.calls)):
        stop, place = journey.calls[number].stop, ride.stop_places[number]
        if stop in found or stop in on_way:
            continue
        planned = journey.fares.get(f"{end}-{stop}")
        fare = _fare(ticket, ride, ticket.to_call, number, fare_of) if planned is None else planned
        names = {"": place.name, **place.names}
        due = -1 if fare is None else fare * max(ticket.persons, 1)
        found[stop] = Stop(id=stop, names=names, arrives_at=ride.arrives_at(number), fare_due=due)
    return tuple(found.values())


def _fare(ticket: tickets.Ticket, ride: Ride, start: int, end: int, fare_of: FareOf) -> int | None:
    category = ride.products[ticket.category] if ticket.category < len(ride.products) else ""
    return fare_of(ride, start, end, category, class_of(ticket, ride))


def rides_on(ticket: tickets.Ticket | None, ride: Ride | None) -> bool:
    """Does the train go on after the ticket's end?"""
    return (
        ticket is not None
        and ride is not None
        and ride.mode != EVENT_MODE
        and ticket.to_call < len(ride.stop_places) - 1
    )


def name_on(ride: Ride | None, stop: str) -> Names:
    """A stop's names; "" = the feed's own text."""
    places = ride.stop_places if ride is not None and stop else ()
    return next(({"": each.name, **each.names} for each in places if each.id == stop), {})
