"""What a gate writes down of a verdict, and how much of what nobody proved."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from kiosk.domain import passages as network
from kiosk.domain.events import AdmissionRefused, Admitted, Event, Exited, VerdictExplained
from kiosk.domain.gate.grounds import Grounds, light, packed
from kiosk.domain.gate.guests import facts_of, kin
from kiosk.domain.gate.judge import Judged
from kiosk.domain.gate.onward import name_on, rides_on
from kiosk.domain.gate.order import in_order
from kiosk.domain.gate.presented import Presented
from kiosk.domain.gate.scan import Scan
from kiosk.domain.gate.shown import Verdict
from kiosk.domain.gate.words import UNPROVEN as UNSHOWN
from kiosk.domain.gate.words import Word
from kiosk.domain.gate.world import Passage, World
from kiosk.domain.passages import on_place, standing
from kiosk.store.network import known
from kiosk.store.store import Store

# Anybody can print what is not a ticket, so records of such codes are rationed: a few at once, then one now and then.
UNPROVEN = frozenset({Word.UNKNOWN, Word.UNKNOWN_ISSUER, Word.NOT_IN_FORCE, Word.BAD_SIGNATURE})
UNPROVEN_AT_ONCE = 5
UNPROVEN_EVERY_S = 10.0
SCAN_MAX = 240  # letters of a code that is no ticket


def events_of(presented: Presented, grounds: Grounds, judged: Judged, at: int, seq: int) -> tuple[Event, ...]:
    """The fact, and what it was decided from. `seq`: of the fact in the journal."""
    scan = msgspec.structs.replace(grounds.scan, scan=grounds.scan.scan[:SCAN_MAX])
    small = msgspec.structs.replace(grounds, world=light(grounds.world), scan=scan)
    explained = VerdictExplained(of_seq=seq, gate=judged.gate.id, at=at, grounds=packed(small))
    return _fact(presented, scan, judged, at), explained


def _fact(presented: Presented, scan: Scan, judged: Judged, at: int) -> Event:
    decision, gate = judged.decision, judged.gate.id
    ticket_id = judged.ticket.code if judged.ticket else presented.code
    held = presented.ticket  # an extra that it stands for has no place of its own
    ticket = held if held is not None and held.ticket_id == ticket_id else None
    journey_id = presented.journey_id if ticket else 0
    if decision.word is Word.EXIT:
        persons = judged.passage.persons if judged.passage else 1
        return Exited(
            ticket_id=ticket_id,
            journey_id=journey_id,
            gate=gate,
            at=at,
            persons=persons,
            list=judged.list.id,
            product=_counted_as(presented, judged),
            fare_minor=scan.fare_paid,
            by=scan.by if scan.fare_paid else "",
        )
    if judged.passage is None or judged.ticket is None:
        return AdmissionRefused(ticket_id=ticket_id, reason=decision.word.value, gate=gate, at=at)
    staff = scan.override if decision.override else None
    return Admitted(
        ticket_id=ticket_id,
        journey_id=journey_id,
        gate=gate,
        at=at,
        place=ticket.coach << 10 | ticket.seat if ticket and ticket.reserved else 0,
        from_call=ticket.from_call if ticket else 0,
        to_call=ticket.to_call if ticket else 0,
        persons=judged.passage.persons,
        list=judged.list.id,
        again=judged.again,
        override=decision.override,
        role=staff.role if staff else "",
        reason=staff.reason if staff else "",
        by=staff.by if staff else scan.by if scan.fare_paid else "",
        product=_counted_as(presented, judged),
        alight=scan.alight,
        fare_minor=scan.fare_paid,
        of=judged.bought,
        hand_out=judged.hand_out,
    )


def _counted_as(presented: Presented, judged: Judged) -> str:
    """The product in the figures; of an extra that the code stands for, the extra's own."""
    ticket = judged.ticket
    if ticket is None or (ticket.code == presented.code and presented.counted_as):
        return presented.counted_as
    return ticket.product


class Ration:
    """How many records of unproven codes there may be."""

    def __init__(self, monotonic: float) -> None:
        self._allowance, self._at = float(UNPROVEN_AT_ONCE), monotonic

    def allows(self, monotonic: float) -> bool:
        earned = (monotonic - self._at) / UNPROVEN_EVERY_S
        self._allowance = min(float(UNPROVEN_AT_ONCE), self._allowance + earned)
        self._at = monotonic
        if self._allowance < 1:
            return False
        self._allowance -= 1
        return True


def passage_of(ticket_id: str, row: tuple[int, int, str, int, str, int, str]) -> Passage:
    """A row of the store, as the rules look at it."""
    _, _, gate, at, kind, persons, passing = row
    return Passage(
        ticket=ticket_id,
        at=datetime.fromtimestamp(at, UTC),
        list=passing,
        gate=gate,
        kind="exit" if kind == "exit" else "entry",
        persons=persons,
    )


def seen_of(store: Store, presented: Presented, told: Iterable[Passage]) -> tuple[Passage, ...]:
    """Passages of the ticket and of what belongs to it, as this gate knows them; `told`: what only its home knew."""
    codes = kin(presented.world) or ({presented.code} if presented.code else set[str]())
    own = sorted((row, code) for code in codes for row in store.passings(code))
    heard = [each for code in sorted(codes) for each in heard_of(store, known(store, "ticket_id = ?", code))]
    used = [msgspec.structs.replace(p, ticket=t.code) for t in presented.world.tickets for p in t.used]
    return in_order([passage_of(code, row) for row, code in own], [*heard, *told, *used])


def without_uses(world: World) -> World:
    """Uses from elsewhere are among the passages by now."""
    if not any(each.used for each in world.tickets):
        return world
    tickets = tuple(msgspec.structs.replace(each, used=()) for each in world.tickets)
    return msgspec.structs.replace(world, tickets=tickets)


def plain_scan(gate: str, code: str, scan: Scan | None) -> Scan:
    """What was held up, with what staff said; 0 persons = all who are left."""
    given = scan or Scan(persons=0)
    return msgspec.structs.replace(given, gate=gate, scan=code)


def heard_of(store: Store, passages: Iterable[network.Passage]) -> list[Passage]:
    """What other gates told of a ticket, and what this one gave away as its home. What a home gate gave to this one
    does not stand in its way."""
    me = store.author
    told = [each for each in standing(passages) if each.author != me or each.given_to is not None]
    return [
        Passage(
            ticket=each.fact.ticket_id,
            at=datetime.fromtimestamp(each.fact.at, UTC),
            list=getattr(each.fact, "list", ""),
            gate=each.fact.gate,
            kind="exit" if isinstance(each.fact, Exited) else "entry",
            persons=getattr(each.fact, "persons", 1),
        )
        for each in told
        if each.given_to is None or each.given_to != me
    ]


def without_taken_place(store: Store, presented: Presented) -> Presented:
    """Another ticket let somebody in on this place and a part of this way, or was sold for it as central knows: its
    seller's lease is used up there.

    So a stolen key lets in nobody beyond the places that were leased to it, however many numbers it makes up.
    """
    ticket = presented.ticket
    if ticket is None or not ticket.reserved or not presented.world.leases:
        return presented
    place = ticket.coach << 10 | ticket.seat
    there = known(store, "journey_id = ? AND place = ?", presented.journey_id, place)
    seller = (presented.journey_id, ticket.terminal_id, ticket.incarnation)
    way = (ticket.from_call, ticket.to_call)
    another = store.gate_records.sold_to_another(seller, presented.place, way, ticket.seq)
    if not another and on_place(there, presented.code, ticket.from_call, ticket.to_call) is None:
        return presented
    return msgspec.structs.replace(presented, world=msgspec.structs.replace(presented.world, leases=()))


def verdict_of(presented: Presented, judged: Judged, alight: str = "") -> Verdict:
    """As screens show it: nothing of a ticket that nobody proved."""
    hidden = judged.decision.word in UNSHOWN
    return Verdict(
        decision=judged.decision,
        ticket_id=judged.ticket.code if judged.ticket else presented.code,
        journey_id=presented.journey_id,
        facts=None if hidden else presented.facts(judged.decision.next_at),
        guest=None if hidden else facts_of(presented.world, judged.ticket, judged.list.id, judged.medium),
        holder="" if hidden or judged.ticket is None else judged.ticket.holder,
        persons=judged.passage.persons if judged.passage and judged.decision.passes else 0,
        alight={} if hidden else name_on(presented.ride, alight),
        goes_on=not hidden and rides_on(presented.ticket, presented.ride),
    )


def named(store: Store, verdict: Verdict) -> Verdict:
    """With the name that central knows to the ticket, if the ticket has none of its own to show."""
    if verdict.holder or verdict.facts is None:
        return verdict
    row = store.gate_records.booked(verdict.ticket_id)
    return msgspec.structs.replace(verdict, holder=row.holder) if row is not None and row.holder else verdict
