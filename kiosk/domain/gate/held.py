"""What a gate holds, ready for look-ups: certificates, revocations, the lease map, and journeys of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.domain.certificate import TerminalCertificate
from kiosk.domain.gate.issuing import Certificate
from kiosk.domain.layout import Layout
from kiosk.domain.network import Journey, Names, ServiceJourney, StopPlace

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
