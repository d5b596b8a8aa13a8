"""How the gates of a written case stand after a step: what an expectation may name."""

from __future__ import annotations

import msgspec

from kiosk.domain.gate.judge import Judged
from kiosk.domain.gate.record import Records
from kiosk.domain.gate.words import Decision
from kiosk.domain.gate.world import GateList, GatePost, Product, Ticket, World


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Everything an expectation may name."""

    decision: Decision | None
    ticket: Ticket | None
    product: Product | None
    list: GateList | None
    medium: str
    recorded: tuple[str, ...]
    same: bool
    passages: int
    known_here: int
    refusals: int
    inside: int
    contested: tuple[str, ...]
    contested_at: tuple[str, ...]
    queued: int
    left_over: tuple[str, ...]
    hits: tuple[str, ...]
    hits_are: dict[str, str]
    answers: dict[str, str] = {}
    counts: dict[str, int] = {}


def inside_of(world: World, gate: GatePost, records: Records) -> int:
    """People in the zone of a gate, as far as it knows."""
    if not gate.zone:
        return 0
    posts = {each.id for each in world.gates if each.zone == gate.zone}
    start = sum(each.inside for each in world.zones if each.id == gate.zone)
    passed = [each.passage for each in records.counting(gate.id) if each.passage.gate in posts]
    no_guests = {each.id for each in world.products if not each.admission}
    extras = {each.code for each in world.tickets if each.product in no_guests}
    signs = [(each, 1 if each.kind == "entry" else -1) for each in passed if each.ticket not in extras]
    return max(start + sum(sign * each.persons for each, sign in signs if not each.contested), 0)


def outcome_of(
    world: World,
    gate: GatePost,
    records: Records,
    decision: Decision | None,
    judged: Judged | None,
    recorded: tuple[str, ...],
    hits: list[str],
) -> Outcome:
    """As it stands now."""
    ticket = judged.ticket if judged else None
    known = [each.passage for each in records.counting(gate.id)]
    contested = [each for each in known if each.contested]
    mine = [each for each in records.entries if each.passage.gate == gate.id and each.judged]
    came = {each.ticket for each in known if each.kind == "entry"}
    return Outcome(
        decision=decision,
        ticket=ticket,
        product=next((each for each in world.products if ticket and each.id == ticket.product), None),
        list=judged.list if judged else None,
        medium=judged.medium if judged else "",
        recorded=recorded,
        same=False,
        passages=len(records.counting()),
        known_here=len(known),
        refusals=sum(not each.counts and not each.passage.annulled for each in mine),
        queued=sum(not each.acknowledged for each in mine),
        left_over=tuple(dict.fromkeys(each.passage.ticket for each in mine if each.left_over)),
        inside=inside_of(world, gate, records),
        contested=tuple(dict.fromkeys(each.ticket for each in contested)),
        contested_at=tuple(each.gate for each in contested),
        hits=tuple(hits),
        hits_are={t.code: "used" if t.code in came else t.status for t in world.tickets if t.code in hits},
    )
