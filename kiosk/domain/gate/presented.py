"""A code before a gate of the product, put into the words of the rules: by look-ups, never by a walk over all tickets.

The result is a world with one ticket in it, the form in which cases are written; so what runs at a gate, what is tried
on paper and what is decided again from the record are one thing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from kiosk.domain import ticket as tickets
from kiosk.domain.codes import human_code
from kiosk.domain.errors import BadTicket
from kiosk.domain.gate.guests import NoRecords, Records, added, found_of, kin_of
from kiosk.domain.gate.held import EVENT_MODE, Ride, Trust, leases_of
from kiosk.domain.gate.onward import FareOf, Stop, class_of, stops_beyond, with_fares
from kiosk.domain.gate.railway import Call, Delay, Journey
from kiosk.domain.gate.shown import TicketFacts, facts_of
from kiosk.domain.gate.world import GatePost, Ticket, World
from kiosk.domain.holder import is_named

NO_PLACE_BIT = 31  # in a certificate's product mask: tickets without a place


class GateSetting(msgspec.Struct, frozen=True, kw_only=True):
    """This gate: whose tickets, where, and how long around the departure.

    `plan`: what the operator wrote for the gates, a world without tickets; it may name this gate and its list.
    """

    tenant: int
    name: str = ""
    stop_place_id: str = ""  # "" = a gate that may stand anywhere
    group: int = 0  # tickets may be bound to a group of gates
    opens_before_min: int = 90
    grace_min: int = 30  # after the planned departure: trains are late, and nobody may have told
    plan: World = World()

    @property
    def post(self) -> GatePost:
        """Of the plan, with what enrolment and the configuration say."""
        known = next((each for each in self.plan.gates if each.id == self.name), GatePost(id=self.name))
        return msgspec.structs.replace(
            known,
            stop=known.stop or self.stop_place_id,
            operator=str(self.tenant),
            group=known.group or (str(self.group) if self.group else ""),
        )


class Presented(msgspec.Struct, frozen=True, kw_only=True):
    """One code with what this gate holds of it."""

    world: World
    code: str  # under which the rules know it: the ticket id, a foreign code, or "" for what is neither
    journey_id: int = 0
    ticket: tickets.Ticket | None = None
    ride: Ride | None = None
    place: int = -1  # in the layout
    counted_as: str = ""  # in figures: "category/class", unless the plan has a name for what was sold

    def facts(self, next_at: float | None = None) -> TicketFacts | None:
        """For the screen, of a ticket that is proven."""
        return facts_of(self.ticket, self.ride, self.place, next_at) if self.ticket and self.ride else None


class Presenter:
    """Puts codes into words. One thread at a time."""

    def __init__(
        self,
        setting: GateSetting,
        ride_of: Callable[[int], Ride | None],
        delays_of: Callable[[Ride], tuple[Delay, ...]] = lambda ride: (),
        fare_of: FareOf = lambda ride, start, end, category, place_class: None,
    ) -> None:
        """`fare_of`: what it costs to ride on, minor units, None = nobody knows."""
        self._ride_of, self._delays_of, self._fare_of = ride_of, delays_of, fare_of
        self.records: Records = NoRecords()  # what central told of tickets and media
        self.time_zone: Callable[[], str] = lambda: "UTC"  # of a code without a journey, where the plan names none
        self.sold: Callable[[str], tickets.Ticket | None] = lambda ticket_id: None  # by central's record of it
        self._open: bool | None = None  # as staff say, whatever the plan does
        self.use(setting)

    def use(self, setting: GateSetting) -> None:
        """From now on by this plan; a lane that stands open stays so."""
        post = setting.post
        post = msgspec.structs.replace(post, emergency=post.emergency if self._open is None else self._open)
        others = tuple(each for each in setting.plan.gates if each.id != post.id)
        self.setting = setting
        self.plan = msgspec.structs.replace(setting.plan, gates=(post, *others))
        self._journeys: dict[int, tuple[Ride, Journey]] = {}

    def emergency(self, on: bool) -> None:
        self._open = on
        self.use(self.setting)

    def present(
        self,
        text: str,
        trust: Trust,
        lists_as_of: float | None = None,
        alight: str = "",
        hand_out: str = "",
    ) -> Presented:
        """Never raises for anything a code can contain. `alight`: where its holder wants out, if beyond its end.
        `hand_out`: the medium that staff hand out for it now."""
        try:
            ticket, payload, signature = tickets.read(text)
        except BadTicket:
            return self._foreign(text, trust, lists_as_of, hand_out)
        known = trust.certificates.get(ticket.key_id)
        proof = "unchecked"
        if known is not None:
            proof = "good" if tickets.verified(payload, signature, known.key) else "bad"
        return self.of_ticket(ticket, trust, lists_as_of, proof=proof, alight=alight, hand_out=hand_out)

    def of_ticket(
        self,
        ticket: tickets.Ticket,
        trust: Trust,
        lists_as_of: float | None = None,
        *,
        proof: str = "none",
        holder: str = "",
        booking: str = "",
        alight: str = "",
        hand_out: str = "",
    ) -> Presented:
        """`proof`: of its signature; "none" = nobody held it up, central's record of it speaks for it."""
        known = trust.certificates.get(ticket.key_id) if proof != "none" else None
        ride = self._ride_of(ticket.journey_id)
        if ride is None or ticket.to_call >= len(ride.service.calls) or ticket.from_call >= ticket.to_call:
            ride = None
        place = -1
        if ride is not None and ride.layout and ticket.reserved:
            place = ride.layout.index_of(ticket.coach, ticket.seat)
        value = self._ticket(ticket, ride, place, proof)
        if proof == "none":
            code = human_code(value.code)
            value = msgspec.structs.replace(value, stored=True, short_code=code, holder=holder, booking=booking)
        value = added(value, self.records.guest(value.code))
        kin = kin_of(self.records, value, hand_out)
        world = msgspec.structs.replace(
            self.plan,
            time_zone=ride.timezone if ride else self.plan.time_zone,
            certificates=(known.rules,) if known else (),
            leases=leases_of(ticket, ride, trust, place) if proof != "none" else None,
            lists_as_of=_as_of(lists_as_of),
            journeys=(self._with_fares(ticket, ride, alight),) if ride else (),
            delays=self._delays_of(ride) if ride else (),
            tickets=kin.tickets,
            media=kin.media,
            revoked=(value.code,) if value.code in trust.revoked_tickets else (),
            blocked=(value.code,) if value.code in self.plan.blocked else (),
        )
        return Presented(
            world=world,
            code=value.code,
            journey_id=ticket.journey_id,
            ticket=ticket,
            ride=ride,
            place=place,
            counted_as=self._counted_as(ticket, ride, value.product),
        )

    def _foreign(self, text: str, trust: Trust, lists_as_of: float | None, hand_out: str) -> Presented:
        """A code of another system, a medium, or nothing that anybody knows."""
        found = found_of(self.records, text, hand_out)
        for ticket_id in found.media[0].tickets if found.media and not found.tickets else ():
            if (sold := self.sold(ticket_id)) is not None:  # a medium that was handed out for a ticket of ours
                of_ours = self.of_ticket(sold, trust, lists_as_of)
                world = msgspec.structs.replace(of_ours.world, media=found.media)
                return msgspec.structs.replace(of_ours, code=found.code, world=world)
        codes = {each.code for each in found.tickets}
        world = msgspec.structs.replace(
            self.plan,
            time_zone=self.plan.time_zone if self.plan.time_zone != "UTC" else self.time_zone(),
            lists_as_of=_as_of(lists_as_of),
            tickets=found.tickets,
            media=found.media,
            blocked=tuple(each for each in self.plan.blocked if each in codes),
        )
        return Presented(world=world, code=found.code)

    def _ticket(self, ticket: tickets.Ticket, ride: Ride | None, place: int, proof: str) -> Ticket:
        opens = None
        if ride is not None:
            opens = ride.departs_at(0) + ticket.valid_from_min * 60
        return Ticket(
            code=ticket.ticket_id,
            product=self._product(ticket, ride),
            event=ride.service.id if ride and ride.mode == EVENT_MODE else "",
            day=ride.journey.operating_day if ride else "",
            stored=False,
            signature=proof,  # type: ignore[arg-type]
            key=ticket.key_id.hex(),
            operator=str(ticket.tenant),
            seller=f"{ticket.terminal_id}.{ticket.incarnation}",
            number=ticket.seq,
            issued=_moment(ticket.issued),
            test=bool(ticket.flags & tickets.FLAG_TEST),
            named=is_named(ticket),
            valid_from=None if opens is None else _moment(opens),
            valid_until=None if opens is None else _moment(opens + ticket.valid_for_min * 60),
            journey=ride.name if ride else str(ticket.journey_id),
            bound=ticket.reserved,
            origin=ride.service.calls[ticket.from_call].stop_place_id if ride else "",
            origin_call=ticket.from_call,
            destination=ride.service.calls[ticket.to_call].stop_place_id if ride else "",
            destination_call=ticket.to_call,
            place=str(place) if ticket.reserved else "",
            place_class=str(min(ticket.product_class, NO_PLACE_BIT) if ticket.reserved else NO_PLACE_BIT),
            persons=max(ticket.persons, 1),
            home_gate=str(ticket.gate_group) if ticket.gate_group else "",
        )

    def _with_fares(self, ticket: tickets.Ticket, ride: Ride, alight: str) -> Journey:
        here, journey = self.plan.gates[0].stop, self._journey(ticket.journey_id, ride)
        return with_fares(journey, ticket, ride, here, alight, self._fare_of)

    def beyond(self, presented: Presented) -> tuple[Stop, ...]:
        """Where its holder may ride on to, and for how much."""
        ticket, ride = presented.ticket, presented.ride
        if ticket is None or ride is None:
            return ()
        return stops_beyond(self._journey(ticket.journey_id, ride), ticket, ride, self._fare_of)

    def ride(self, journey_id: int) -> Ride | None:
        """None: not in the catalogue."""
        return self._ride_of(journey_id)

    def _product(self, ticket: tickets.Ticket, ride: Ride | None) -> str:
        """How the plan names what was sold: "category/class", "category/open" of a ticket without a place, or the
        category alone."""
        if ride is None or ticket.category >= len(ride.products):
            return ""
        finer = _finer(ticket, ride)
        return finer if any(each.id == finer for each in self.plan.products) else ride.products[ticket.category]

    def _counted_as(self, ticket: tickets.Ticket, ride: Ride | None, product: str) -> str:
        """More finely than by the category, but for what the plan or a record has its own name for."""
        category = ride.products[ticket.category] if ride and ticket.category < len(ride.products) else ""
        planned = any(each.id == product for each in self.plan.products)
        return _finer(ticket, ride) if ride and category == product != "" and not planned else product

    def _journey(self, journey_id: int, ride: Ride) -> Journey:
        kept = self._journeys.get(journey_id)
        if kept is not None and kept[0] is ride:
            return kept[1]
        if len(self._journeys) > 1000:
            self._journeys.clear()
        calls = tuple(
            Call(
                stop=call.stop_place_id,
                arrives=_moment(ride.day_start + call.arrival_s),
                departs=_moment(ride.day_start + call.departure_s),
            )
            for call in ride.service.calls
        )
        journey = Journey(
            id=ride.name,
            calls=calls,
            opens_before_min=self.setting.opens_before_min,
            grace_min=self.setting.grace_min,
            until_end=ride.mode == EVENT_MODE,
            fares=next((each.fares for each in self.plan.journeys if each.id in (ride.name, ride.service.id)), {}),
        )
        self._journeys[journey_id] = ride, journey
        return journey


def _finer(ticket: tickets.Ticket, ride: Ride) -> str:
    return f"{ride.products[ticket.category]}/{class_of(ticket, ride) if ticket.reserved else 'open'}"


def _as_of(at: float | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)
