"""May the holder of this code come in? A pure decision over what the gate knows; nothing is read or written here.

The order is fixed: form of the code, certificate in force when it was issued, signature, what the certificate allows,
operator, journey, station and time, revocation, lease map, earlier admission. What is unknown is refused, never
guessed. Text for people is made elsewhere: a reason is a code, and nothing of an unproven ticket is ever shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.domain import ticket as tickets
from kiosk.domain.certificate import SCOPE_SELL, TerminalCertificate
from kiosk.domain.codes import human_code
from kiosk.domain.errors import BadTicket
from kiosk.domain.layout import Layout
from kiosk.domain.network import Journey, Names, ServiceJourney, StopPlace
from kiosk.domain.ticket import Ticket

CLOCK_SKEW_S = 300  # a terminal's clock may be ahead of the gate's by this much
OTHER_DAY_S = 12 * 3600  # nearer than this, a ticket is early or late, not for another day
EVENT_MODE = -1
NO_PLACE_BIT = 31  # in a certificate's product mask: tickets without a place


class Reason(StrEnum):
    """Why; stable codes that are journalled and shown in words by the screen."""

    ADMITTED = "admitted"
    NOT_A_TICKET = "not_a_ticket"
    UNKNOWN_ISSUER = "unknown_issuer"
    NOT_IN_FORCE = "not_in_force"
    FORGED = "forged"
    OUT_OF_SCOPE = "out_of_scope"
    TEST_TICKET = "test_ticket"
    OTHER_OPERATOR = "other_operator"
    UNKNOWN_JOURNEY = "unknown_journey"
    WRONG_STATION = "wrong_station"
    WRONG_DAY = "wrong_day"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    REVOKED = "revoked"
    NOT_LEASED = "not_leased"
    ALREADY_USED = "already_used"
    TYPED_CODE = "typed_code"  # a human code is a name, not a proof: the code on the ticket is needed


class TicketFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the screen may say about a ticket whose signature is right. `Names`: "" = the feed's own text."""

    number: str  # train number, line or event
    mode: int
    title: Names
    departs_at: int  # unix s, at the boarding call
    opens_at: int  # unix s, when this gate lets it in
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


class FirstUse(msgspec.Struct, frozen=True):
    """Where and when the ticket was let in before."""

    gate: str
    at: int  # unix s


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The gate's answer to one code."""

    reason: Reason
    ticket_id: str = ""  # 16 hex digits; "" = not read as a ticket
    journey_id: int = 0
    facts: TicketFacts | None = None
    first_use: FirstUse | None = None

    @property
    def admitted(self) -> bool:
        return self.reason is Reason.ADMITTED


class KnownCertificate(msgspec.Struct, frozen=True):
    """A terminal's certificate whose own signature was checked when it came in."""

    certificate: TerminalCertificate
    key: Ed25519PublicKey
    revoked_from: int | None = None  # unix s; nothing issued from then on is believed


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

    def departs_at(self, call: int) -> int:
        return self.day_start + self.service.calls[call].departure_s

    def arrives_at(self, call: int) -> int:
        return self.day_start + self.service.calls[call].arrival_s


class GateRules(msgspec.Struct, frozen=True, kw_only=True):
    """This gate: whose tickets, where, and how long around the departure."""

    tenant: int
    stop_place_id: str = ""  # "" = a gate that may stand anywhere
    opens_before_s: int = 90 * 60
    grace_s: int = 30 * 60  # after the planned departure: trains are late, and nobody tells an offline gate


class _Refused(Exception):
    """Ends the decision with a reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


def decide(
    text: str,
    *,
    rules: GateRules,
    trust: Trust,
    ride_of: Callable[[int], Ride | None],
    first_use_of: Callable[[str], FirstUse | None],
    now: float,
) -> Verdict:
    """The verdict on a scanned text; never raises for anything a code can contain."""
    try:
        ticket, payload, signature = tickets.read(text)
    except BadTicket:
        return Verdict(reason=Reason.NOT_A_TICKET)
    verdict = Verdict(reason=Reason.ADMITTED, ticket_id=ticket.ticket_id, journey_id=ticket.journey_id)
    try:
        _prove(ticket, payload, signature, rules, trust, now)
        ride = ride_of(ticket.journey_id)
        if ride is None or ticket.to_call >= len(ride.service.calls):
            raise _Refused(Reason.UNKNOWN_JOURNEY)
        place = ride.layout.index_of(ticket.coach, ticket.seat) if ride.layout and ticket.reserved else -1
        verdict = msgspec.structs.replace(verdict, facts=_facts(ticket, ride, rules, place))
        _check_ride(ticket, ride, rules, now)
        if ticket.ticket_id in trust.revoked_tickets:
            raise _Refused(Reason.REVOKED)
        if ticket.reserved:
            _check_lease(ticket, place, trust)
        if (used := first_use_of(ticket.ticket_id)) is not None:
            verdict = msgspec.structs.replace(verdict, first_use=used)
            raise _Refused(Reason.ALREADY_USED)
    except _Refused as refused:
        return msgspec.structs.replace(verdict, reason=refused.reason)
    return verdict


def _prove(ticket: Ticket, payload: bytes, signature: bytes, rules: GateRules, trust: Trust, now: float) -> None:
    """Made by a terminal that was allowed to make it."""
    known = trust.certificates.get(ticket.key_id)
    if known is None:
        raise _Refused(Reason.UNKNOWN_ISSUER)
    certificate = known.certificate
    in_force = certificate.not_before <= ticket.issued <= min(certificate.not_after, now + CLOCK_SKEW_S)
    if not in_force or (known.revoked_from is not None and ticket.issued >= known.revoked_from):
        raise _Refused(Reason.NOT_IN_FORCE)
    if not tickets.verified(payload, signature, known.key):
        raise _Refused(Reason.FORGED)
    if not _in_scope(ticket, certificate):
        raise _Refused(Reason.OUT_OF_SCOPE)
    if ticket.flags & tickets.FLAG_TEST:
        raise _Refused(Reason.TEST_TICKET)
    if ticket.tenant != rules.tenant:
        raise _Refused(Reason.OTHER_OPERATOR)


def _in_scope(ticket: Ticket, certificate: TerminalCertificate) -> bool:
    bit = min(ticket.product_class, NO_PLACE_BIT) if ticket.reserved else NO_PLACE_BIT
    return (
        bool(certificate.scope & SCOPE_SELL)
        and certificate.seq_first <= ticket.seq <= certificate.seq_max
        and (certificate.terminal_id, certificate.incarnation) == (ticket.terminal_id, ticket.incarnation)
        and certificate.tenant == ticket.tenant
        and bool(certificate.product_mask >> bit & 1)
    )


def _check_ride(ticket: Ticket, ride: Ride, rules: GateRules, now: float) -> None:
    """Here, and now."""
    if rules.stop_place_id and ride.service.calls[ticket.from_call].stop_place_id != rules.stop_place_id:
        raise _Refused(Reason.WRONG_STATION)
    opens, closes = _window(ticket, ride, rules)
    if opens <= now <= closes:
        return
    missed_by = opens - now if now < opens else now - closes
    zone = ZoneInfo(ride.timezone)
    days = [datetime.fromtimestamp(at, zone).date() for at in (now, ride.departs_at(ticket.from_call))]
    if ticket.reserved and missed_by > OTHER_DAY_S and days[0] != days[1]:
        raise _Refused(Reason.WRONG_DAY)
    raise _Refused(Reason.TOO_EARLY if now < opens else Reason.TOO_LATE)


def _window(ticket: Ticket, ride: Ride, rules: GateRules) -> tuple[int, int]:
    """(opens, closes) in unix s: the ticket's own validity, and for a place the time around its boarding."""
    opens = ride.departs_at(0) + ticket.valid_from_min * 60
    closes = opens + ticket.valid_for_min * 60
    if ticket.reserved:
        departs = ride.departs_at(ticket.from_call)
        # A performance may be entered late; a train may not.
        last = ride.arrives_at(ticket.to_call) if ride.mode == EVENT_MODE else departs + rules.grace_s
        opens, closes = max(opens, departs - rules.opens_before_s), min(closes, last)
    return opens, closes


def _check_lease(ticket: Ticket, place: int, trust: Trust) -> None:
    """That terminal may have sold this place on this way."""
    masks = trust.leases.get((ticket.journey_id, ticket.terminal_id, ticket.incarnation), ())
    way = masks[ticket.from_call : ticket.to_call]
    if place < 0 or len(way) < ticket.to_call - ticket.from_call or not all(mask >> place & 1 for mask in way):
        raise _Refused(Reason.NOT_LEASED)


def _facts(ticket: Ticket, ride: Ride, rules: GateRules, index: int) -> TicketFacts:
    origin, destination = ride.stop_places[ticket.from_call], ride.stop_places[ticket.to_call]
    facts = TicketFacts(
        number=ride.service.number or ride.line_name,
        mode=ride.mode,
        title={"": ride.service.headsign, **ride.service.names},
        departs_at=ride.departs_at(ticket.from_call),
        opens_at=_window(ticket, ride, rules)[0],
        timezone=ride.timezone,
        origin={"": origin.name, **origin.names},
        destination={"": destination.name, **destination.names},
        code=human_code(ticket.ticket_id),
        category=ride.categories[ticket.category] if ticket.category < len(ride.categories) else {},
        persons=max(ticket.persons, 1),
    )
    layout = ride.layout
    if layout is None or index < 0:
        return facts
    place = layout.places[index]
    coach = layout.coaches[place.coach]
    place_class = next(each for each in layout.classes if each.id == coach.place_class)
    return msgspec.structs.replace(
        facts,
        coach={"": coach.number, **coach.names},
        place=place.number,
        counted=coach.counted,
        place_class={"": place_class.name, **place_class.names},
    )
