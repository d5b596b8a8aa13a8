"""Which ticket does a code stand for? Tickets, media and add-on lists."""

from __future__ import annotations

import msgspec

from kiosk.domain.gate.words import Decision, Word
from kiosk.domain.gate.world import GateList, Mode, Ticket, World

HIDDEN = "".join(map(chr, range(32)))


class Chosen(msgspec.Struct, frozen=True):
    """A ticket, or the refusal when there is none or more than one."""

    ticket: Ticket | None = None
    refusal: Decision | None = None


def choose(world: World, text: str, passing: GateList, now: float, mode: Mode) -> Chosen:
    """The exact code only: a number or a name never opens a gate."""
    code = text.strip(HIDDEN + " ")
    found = [each for each in world.tickets if each.code == code]
    if mode == "signed-only":
        found = [each for each in found if each.signature != "none"]
    if not found and mode != "signed-only":
        medium = next((each for each in world.media if each.code == code), None)
        if medium is not None:
            if not medium.active:
                return Chosen(refusal=Decision(word=Word.MEDIUM, detail="inactive", rule="medium"))
            if medium.expires is not None and now > world.instant(medium.expires):
                return Chosen(refusal=Decision(word=Word.MEDIUM, detail="expired", rule="medium"))
            return _of_medium(world, [t for t in world.tickets if t.code in medium.tickets], passing, now)
    if not found:
        return Chosen(refusal=Decision(word=Word.UNKNOWN, rule="choice"))
    if len(found) > 1:
        return Chosen(refusal=Decision(word=Word.AMBIGUOUS, rule="choice"))
    return _addon(world, found[0], passing)


def _of_medium(world: World, found: list[Ticket], passing: GateList, now: float) -> Chosen:
    """Of several the one that is valid now, else the one that will be next, else the one that was last."""
    ours = [t for t in found if not passing.event or not t.event or t.event == passing.event]
    found = ours or found
    starts = {t.code: world.instant(t.valid_from) if t.valid_from else float("-inf") for t in found}
    ends = {t.code: world.instant(t.valid_until) if t.valid_until else float("inf") for t in found}
    valid = [t for t in found if starts[t.code] <= now <= ends[t.code]]
    if len(valid) > 1:
        return Chosen(refusal=Decision(word=Word.AMBIGUOUS, rule="choice"))
    coming = sorted((t for t in found if starts[t.code] > now), key=lambda t: starts[t.code])
    gone = sorted(found, key=lambda t: ends[t.code])
    best = (valid or coming or gone[-1:])[:1]
    if not best:
        return Chosen(refusal=Decision(word=Word.MEDIUM, detail="empty", rule="medium"))
    return _addon(world, best[0], passing)


def _addon(world: World, ticket: Ticket, passing: GateList) -> Chosen:
    """On a list for add-ons the main ticket stands for its one add-on there."""
    if not passing.addons or passing.products is None or ticket.product in passing.products:
        return Chosen(ticket)
    addons = [t for t in world.tickets if t.addon_of == ticket.code and t.product in passing.products]
    if len(addons) > 1:
        return Chosen(refusal=Decision(word=Word.AMBIGUOUS, rule="choice"))
    return Chosen(addons[0] if addons else ticket)
