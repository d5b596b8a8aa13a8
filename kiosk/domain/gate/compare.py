"""What came of a step, against what its case expects."""

from __future__ import annotations

from typing import Any

import msgspec

from kiosk.domain.gate.case import Expect
from kiosk.domain.gate.words import Decision
from kiosk.domain.gate.world import Product, Ticket, World


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Everything an expectation may name."""

    decision: Decision | None
    ticket: Ticket | None
    product: Product | None
    recorded: tuple[str, ...]
    passages: int
    inside: int
    contested: tuple[str, ...]
    hits: tuple[str, ...]


def differences(world: World, expect: Expect, outcome: Outcome) -> list[str]:
    """Named values that differ, each with both sides."""
    decision, found = outcome.decision, dict[str, Any]()
    if decision is not None:
        found = {
            "verdict": decision.word,
            **{name: getattr(decision, name) for name in ("rule", "remaining", "fare_due", "questions")},
            **{name: getattr(decision, name) for name in ("attention", "note", "may_override")},
        }
    found |= {name: getattr(outcome, name) for name in ("recorded", "passages", "inside", "contested", "hits")}
    found["ticket"] = outcome.ticket.code if outcome.ticket else None
    found["holder"] = outcome.ticket.holder if outcome.ticket else None
    found["product"] = outcome.product.name if outcome.product else None
    wrong = [
        f"{name} is {found.get(name)!r}, expected {wanted!r}"
        for name, wanted in msgspec.structs.asdict(expect).items()
        if wanted is not None and name not in ("detail", "next_at", "used") and found.get(name) != wanted
    ]
    detail = decision.detail if decision else ""
    if expect.detail is not None and expect.detail not in detail:
        wrong.append(f"detail is {detail!r}, expected {expect.detail!r} in it")
    next_at = decision.next_at if decision else None
    if expect.next_at is not None and next_at != world.instant(expect.next_at):
        shown = None if next_at is None else world.local(next_at).isoformat()
        wrong.append(f"next_at is {shown}, expected {expect.next_at.isoformat()}")
    return wrong + _used(world, expect, decision)


def _used(world: World, expect: Expect, decision: Decision | None) -> list[str]:
    if expect.used is None:
        return []
    first = decision.first if decision else None
    if first is None:
        return ["used before: nowhere, expected somewhere"]
    wrong = []
    if expect.used.gate and first.gate != expect.used.gate:
        wrong.append(f"used at gate {first.gate!r}, expected {expect.used.gate!r}")
    if expect.used.at and world.instant(first.at) != world.instant(expect.used.at):
        wrong.append(f"used at {first.at.isoformat()}, expected {expect.used.at.isoformat()}")
    return wrong
