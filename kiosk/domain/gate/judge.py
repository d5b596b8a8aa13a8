"""From a scan to its answer: which ticket, on which list, what the rules say, and what staff make of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from kiosk.domain.gate.asked import Asked
from kiosk.domain.gate.choice import Chosen, choose, clean
from kiosk.domain.gate.decision import decide
from kiosk.domain.gate.form import Mode
from kiosk.domain.gate.of_passing import handed
from kiosk.domain.gate.order import counted_out
from kiosk.domain.gate.scan import Scan
from kiosk.domain.gate.uses import again, bought, heads_of
from kiosk.domain.gate.words import OVERRIDABLE, UNPROVEN, Decision, Word
from kiosk.domain.gate.world import GateList, GatePost, Passage, Ticket, World


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A scan with its answer. `passage`: what is to be recorded when it passes."""

    decision: Decision
    list: GateList
    gate: GatePost
    ticket: Ticket | None = None
    medium: str = ""
    passage: Passage | None = None
    again: bool = False  # a further entry that the rules allow: no second use
    hand_out: str = ""  # the medium that is handed out with it
    bought: int = 0  # rides or heads of which the passage takes some; 0 = one entry, or none of them


def judge(
    world: World, scan: Scan, at: datetime, *, mode: Mode = "local", inside: int = 0, seen: Iterable[Passage] = ()
) -> Judged:
    """`at`: the true time of the scan. `seen`: passages known to the gate, in the order of the scans.

    The only door to the rules, for every mode, for written cases and for a replay from the record.
    """
    gate = next((each for each in world.gates if each.id == scan.gate), GatePost(id=scan.gate))
    shown = at if gate.clock_corrected or not gate.clock_off_s else at + timedelta(seconds=gate.clock_off_s)
    now, mode = world.instant(shown), scan.mode or mode
    chosen = choose(world, scan, gate, now, mode)
    if chosen.ticket is None:
        return Judged(decision=_without_ticket(world, scan, gate, chosen), list=chosen.list, gate=gate)
    known = counted_out(world, chosen.list, chosen.ticket.code, tuple(seen), now)
    asked = _asked(world, scan, gate, chosen, now, mode, inside, known)
    decision = decide(asked)
    if not decision.passes:
        decision = _passed_over(world, decision, scan)
    passage = Passage(
        ticket=chosen.ticket.code, at=shown, list=chosen.list.id, gate=gate.id, kind=scan.kind, persons=heads_of(asked)
    )
    return Judged(
        decision=decision,
        list=chosen.list,
        gate=gate,
        ticket=chosen.ticket,
        medium=chosen.medium,
        passage=passage if decision.passes and not gate.training else None,
        again=decision.passes and not decision.override and scan.kind == "entry" and again(asked),
        bought=bought(asked) if decision.passes else 0,
        hand_out=handed(asked) if decision.passes and not decision.override and scan.kind == "entry" else "",
    )


def _without_ticket(world: World, scan: Scan, gate: GatePost, chosen: Chosen) -> Decision:
    """In an emergency nobody asks those who leave for a ticket."""
    if gate.emergency:
        return Decision(word=Word.EXIT if scan.kind == "exit" else Word.EMERGENCY, rule="emergency")
    refusal = chosen.refusal or Decision(word=Word.UNKNOWN)
    if scan.override is None:
        return refusal
    return Decision(word=Word.OVERRIDE_REFUSED, rule=refusal.rule, detail=refusal.word.value)  # nobody to let in


def _passed_over(world: World, decision: Decision, scan: Scan) -> Decision:
    """By staff, or because it has happened already: then it is on record what would have been said."""
    if scan.override is not None:
        return overridden(world, decision, scan)
    if not scan.happened or decision.word in UNPROVEN:
        return decision
    word = Word.EXIT if scan.kind == "exit" else Word.ADMIT
    return msgspec.structs.replace(decision, word=word, override=decision.word.value)


def _asked(
    world: World, scan: Scan, gate: GatePost, chosen: Chosen, now: float, mode: Mode, inside: int,
    seen: tuple[Passage, ...],
) -> Asked:  # fmt: skip
    assert chosen.ticket is not None
    return Asked(
        world=world,
        ticket=chosen.ticket,
        gate=gate,
        list=chosen.list,
        now=now,
        mode=mode,
        kind=scan.kind,
        journey=scan.journey,
        alight=scan.alight,
        heads=scan.persons,
        answers=scan.answers,
        ask=scan.ask,
        document_seen=scan.document_seen,
        allow_unpaid=scan.allow_unpaid,
        fare_paid=scan.fare_paid,
        made_at=scan.made_at,
        code=clean(scan.scan),
        by_medium=chosen.medium,
        hand_out=scan.hand_out,
        source=scan.source,
        inside=inside,
        seen=seen,
    )


def overridden(world: World, decision: Decision, scan: Scan) -> Decision:
    """The refusal passed over by a role that may; no reason, no passing."""
    word, override = decision.word, scan.override
    assert override is not None
    roles = world.overrides.get(word.value, world.override_roles)
    may = word in OVERRIDABLE or (word.value in world.overrides and word not in UNPROVEN)
    if not may or override.role not in roles or not override.reason.strip():
        return msgspec.structs.replace(decision, word=Word.OVERRIDE_REFUSED, detail=word.value, may_override=False)
    passes = Word.EXIT if scan.kind == "exit" else Word.ADMIT
    return msgspec.structs.replace(decision, word=passes, override=word.value)
