"""A decision from the record as a written case, for whoever wants to try it by hand."""

from __future__ import annotations

from typing import Any

import msgspec

from kiosk.domain.gate.grounds import Grounds
from kiosk.domain.gate.words import Decision
from kiosk.domain.gate.world import Passage, Ticket, Zone


def case_of(grounds: Grounds, decision: Decision, name: str) -> dict[str, Any]:
    """The case, as JSON would hold it."""
    world, seen = grounds.world, grounds.seen
    known = {each.code for each in world.tickets}
    others = [Ticket(code=code) for code in dict.fromkeys(each.ticket for each in seen) if code not in known]
    tickets = [
        msgspec.structs.replace(each, used=tuple(p for p in seen if p.ticket == each.code))
        for each in (*world.tickets, *others)
    ]
    step = {
        **msgspec.to_builtins(grounds.scan),
        "at": msgspec.to_builtins(grounds.at),
        "mode": grounds.mode,
        "expect": {"verdict": decision.word.value, "rule": decision.rule, "detail": decision.detail},
    }
    zones = tuple(_empty(each, grounds) for each in world.zones)
    return {
        "id": name,
        "world": msgspec.to_builtins(msgspec.structs.replace(world, tickets=tuple(tickets), zones=zones)),
        "steps": [step],
    }


def _empty(zone: Zone, grounds: Grounds) -> Zone:
    """People inside at the start, without those whose passages are told."""
    posts = {each.id for each in grounds.world.gates if each.zone == zone.id}
    told = sum(_sign(each) for each in grounds.seen if each.gate in posts)
    here = any(each.id == grounds.scan.gate and each.zone == zone.id for each in grounds.world.gates)
    return msgspec.structs.replace(zone, inside=grounds.inside - told) if here else zone


def _sign(passage: Passage) -> int:
    return passage.persons if passage.kind == "entry" else -passage.persons
