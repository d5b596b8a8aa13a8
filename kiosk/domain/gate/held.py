"""What a gate holds, ready for look-ups: certificates, revocations, the lease map, and journeys of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.domain.certificate import TerminalCertificate
from kiosk.domain.gate.issuing import Certificate, Lease
from kiosk.domain.layout import Layout
from kiosk.domain.network import Journey, Names, ServiceJourney, StopPlace
from kiosk.domain.ticket import Ticket

EVENT_MODE = -1


class KnownCertificate(msgspec.Struct, frozen=True):
    """A terminal's certificate whose own signature was checked when it came in."""

    certificate: TerminalCertificate
    key: Ed25519PublicKey
    revoked_from: int | None  # unix s; nothing issued from then on is believed
    rules: Certificate  # the same, as the rules look at it


class Trust(msgspec.Struct, frozen=True):
    """What central last told the gate, ready for look-ups."""

    certificates: Mapping[bytes, KnownCertificate] = {}  # by key id
    revoked_tickets: frozenset[str] = frozenset()
    # (journey, terminal, incarnation) -> one integer a segment; bit i = place i may have been sold there
    leases: Mapping[tuple[int, int, int], tuple[int, ...]] = {}


class Ride(msgspec.Struct, frozen=True, kw_only=True):
    """A journey of the catalogue with what its tickets name by number."""

    journey: Journey
    service: ServiceJourney
    day_start: int  # unix s of the service day's zero
    timezone: str
    stop_places: tuple[StopPlace, ...]  # one for each call
    mode: int
    line_name: str = ""
    layout: Layout | None = None
    categories: tuple[Names, ...] = ()
    products: tuple[str, ...] = ()  # ids of the categories, by which a gate's plan names them

    @property
    def name(self) -> str:
        """As disruption feeds name it: the service journey and its operating day."""
        return f"{self.service.id} {self.journey.operating_day}"

    def departs_at(self, call: int) -> int:
        return self.day_start + self.service.calls[call].departure_s

    def arrives_at(self, call: int) -> int:
        return self.day_start + self.service.calls[call].arrival_s


def leases_of(ticket: Ticket, ride: Ride | None, trust: Trust, place: int) -> tuple[Lease, ...]:
    """The stretches on which this seller was given this place."""
    if place < 0 or ride is None:
        return ()
    masks = trust.leases.get((ticket.journey_id, ticket.terminal_id, ticket.incarnation), ())
    seller = f"{ticket.terminal_id}.{ticket.incarnation}"
    found, first = list[Lease](), -1
    for segment, given in enumerate([*(mask >> place & 1 for mask in masks), 0]):
        if given and first < 0:
            first = segment
        elif not given and first >= 0:
            found.append(Lease(journey=ride.name, seller=seller, place=str(place), first=first, last=segment))
            first = -1
    return tuple(found)
