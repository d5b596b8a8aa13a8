"""What came of a step, against what its case expects."""

from __future__ import annotations

from typing import Any

import msgspec

from kiosk.domain.gate.afterwards import Outcome
from kiosk.domain.gate.case import Expect
from kiosk.domain.gate.words import Decision
from kiosk.domain.gate.world import World

OF_DECISION = (
    *("signal", "rule", "right_gate", "remaining", "fare_due", "questions", "attention", "acknowledge"),
    *("doubts", "may_override", "override", "badge"),
)
OF_OUTCOME = (
    *("recorded", "same", "passages", "known_here", "refusals", "inside", "contested", "contested_at"),
    *("hits", "hits_are", "medium", "answers", "queued", "left_over"),
)
OTHERWISE = ("detail", "note", "next_at", "no_next", "used", "counts", "verdict_in")


def differences(world: World, expect: Expect, outcome: Outcome) -> list[str]:
    """Named values that differ, each with both sides."""
    decision, ticket, found = outcome.decision, outcome.ticket, dict[str, Any]()
    if decision is not None:
        found = {"verdict": decision.word, **{name: getattr(decision, name) for name in OF_DECISION}}
    found |= {name: getattr(outcome, name) for name in OF_OUTCOME}
    if ticket is not None:
        found |= {"ticket": ticket.code, "holder": ticket.holder, "variation": ticket.variation}
    if outcome.list is not None:
        found |= {"list": outcome.list.id, "record_list": outcome.list.id, "event": outcome.list.event}
    found["product"] = (outcome.product.name or outcome.product.id) if outcome.product else None
    wrong = [
        f"{name} is {_shown(found.get(name))}, expected {_shown(wanted)}"
        for name, wanted in msgspec.structs.asdict(expect).items()
        if wanted is not None and name not in OTHERWISE and found.get(name) != wanted
    ]
    word = found.get("verdict")
    if decision is not None and expect.verdict not in (None, word):
        told = filter(None, (f"rule {decision.rule}" if decision.rule else "", decision.detail))
        wrong = [f"{each} ({': '.join(told)})" if each.startswith("verdict is") else each for each in wrong]
    if expect.verdict_in is not None and word not in expect.verdict_in:
        wrong.append(f"verdict is {_shown(word)}, expected one of {_shown(expect.verdict_in)}")
    note = decision.note if decision else ""
    if expect.note is not None and (expect.note not in note or (note and not expect.note)):
        wrong.append(f"note is {note!r}, expected {expect.note!r} in it" if expect.note else f"note is {note!r}")
    detail = decision.detail if decision else ""
    if expect.detail is not None and expect.detail not in detail:
        wrong.append(f"detail is {detail!r}, expected {expect.detail!r} in it")
    for name, value in (expect.counts or {}).items():
        if outcome.counts.get(name) != value:
            wrong.append(f"counts.{name} is {outcome.counts.get(name)}, expected {value}")
    return wrong + _next(world, expect, decision) + _used(world, expect, decision)


def _shown(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(map(_shown, value))}]"
    return repr(str(value) if isinstance(value, str) else value)


def _next(world: World, expect: Expect, decision: Decision | None) -> list[str]:
    next_at = decision.next_at if decision else None
    shown = "none" if next_at is None else world.local(next_at).isoformat()
    if expect.no_next and next_at is not None:
        return [f"next_at is {shown}, expected none"]
    if expect.next_at is not None and next_at != world.instant(expect.next_at):
        return [f"next_at is {shown}, expected {expect.next_at.isoformat()}"]
    return []


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
