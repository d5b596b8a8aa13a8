"""Which ticket does a code stand for? Tickets, media and add-on lists."""

from __future__ import annotations

import re

import msgspec

from kiosk.domain.gate.form import Mode
from kiosk.domain.gate.scan import Scan
from kiosk.domain.gate.words import Decision, Word
from kiosk.domain.gate.world import GateList, GatePost, Medium, Ticket, World

# Readers put the character set before the text; keyboards and cables leave control characters around it.
CHARACTER_SET = re.compile(r"\\0000(01|03|26|27)")
HIDDEN = "".join(map(chr, range(33)))


class Chosen(msgspec.Struct, frozen=True):
    """A ticket on a list, or the refusal when there is none or more than one."""

    list: GateList
    ticket: Ticket | None = None
    medium: str = ""  # that was held up instead
    refusal: Decision | None = None


def clean(text: str) -> str:
    """The code as it was printed."""
    return CHARACTER_SET.sub("", text).strip(HIDDEN)


def choose(world: World, scan: Scan, gate: GatePost, now: float, mode: Mode) -> Chosen:
    """The exact code only: a number or a name never opens a gate."""
    code = clean(scan.scan)
    found = named(world, code) if scan.source == "typed" else [each for each in world.tickets if each.code == code]
    if mode == "signed-only":
        found = [each for each in found if each.signature != "none"]
    medium = None
    if not found and mode != "signed-only":
        medium = next((each for each in world.media if each.code == code and each.source == scan.source), None)
    linked = [each for each in world.tickets if medium is not None and each.code in medium.tickets]
    passing = list_of(world, scan, gate, (found or linked)[:1])
    if passing is None:
        return Chosen(GateList(id=""), refusal=Decision(word=Word.NOT_CONFIGURED, detail=scan.list or gate.list))
    if medium is not None:
        return _of_medium(world, medium, _picked(linked, scan.pick), passing, now)
    if not found:
        return Chosen(passing, refusal=Decision(word=Word.UNKNOWN, rule="choice"))
    ours = [each for each in found if not passing.event or passing.event == _event(world, each)] or found
    ours = _picked(ours, scan.pick)
    if len(ours) > 1:
        return Chosen(passing, refusal=Decision(word=Word.AMBIGUOUS, rule="choice"))
    return _addon(world, ours[0], passing, pick=scan.pick)


def named(world: World, typed: str) -> list[Ticket]:
    """By a code typed in: its letters count, not their case, nor what stands between them."""
    wanted = letters(typed)
    return [each for each in world.tickets if wanted and wanted in (letters(each.short_code), letters(each.code))]


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def list_of(world: World, scan: Scan, gate: GatePost, tickets: list[Ticket]) -> GateList | None:
    """The list that was chosen, or the gate's; of a gate for several events the one of the ticket's event."""
    known = {each.id: each for each in world.lists}
    if scan.list:
        return known.get(scan.list)
    serves = [known[name] for name in gate.lists if name in known]
    if serves:
        if len({each.event for each in serves}) < len(serves):
            return None  # two lists of one event: nobody knows which is meant
        theirs = _event(world, tickets[0]) if tickets else ""
        return next((each for each in serves if each.event == theirs), serves[0])
    if gate.list or known:
        return known.get(gate.list)
    return GateList(id="")


def _event(world: World, ticket: Ticket) -> str:
    return ticket.event or next((each.event for each in world.products if each.id == ticket.product), "")


def _of_medium(world: World, medium: Medium, found: list[Ticket], passing: GateList, now: float) -> Chosen:
    """Of several the one that is valid now, else the one that will be next, else the one that was last."""
    if not medium.active:
        return Chosen(passing, refusal=Decision(word=Word.MEDIUM, detail="inactive", rule="medium"))
    if medium.expires is not None and now > world.instant(medium.expires):
        return Chosen(passing, refusal=Decision(word=Word.MEDIUM, detail="expired", rule="medium"))
    ours = [each for each in found if not passing.event or _event(world, each) in ("", passing.event)]
    found = ours or found
    starts = {t.code: world.instant(t.valid_from) if t.valid_from else float("-inf") for t in found}
    ends = {t.code: world.instant(t.valid_until) if t.valid_until else float("inf") for t in found}
    valid = [t for t in found if starts[t.code] <= now <= ends[t.code]]
    if len(valid) > 1 and passing.products is not None:
        valid = [t for t in valid if t.product in passing.products] or valid
    if len(valid) > 1:
        return Chosen(passing, refusal=Decision(word=Word.AMBIGUOUS, rule="choice"))
    coming = sorted((t for t in found if starts[t.code] > now), key=lambda t: starts[t.code])
    gone = sorted(found, key=lambda t: ends[t.code])
    best = (valid or coming or gone[-1:])[:1]
    if not best:
        return Chosen(passing, refusal=Decision(word=Word.MEDIUM, detail="empty", rule="medium"))
    return _addon(world, best[0], passing, medium.code)


def _picked(found: list[Ticket], pick: str) -> list[Ticket]:
    """Staff say which of several is meant; what is none of them says nothing."""
    return [each for each in found if pick and pick in (each.code, each.product)] or found


def _addon(world: World, ticket: Ticket, passing: GateList, medium: str = "", pick: str = "") -> Chosen:
    """On a list for add-ons the main ticket stands for its one add-on there."""
    if not passing.addons or passing.products is None or ticket.product in passing.products:
        return Chosen(passing, ticket, medium)
    addons = [t for t in world.tickets if t.addon_of == ticket.code and t.product in passing.products]
    addons = [t for t in addons if t.status not in ("cancelled", "exchanged")] or addons
    addons = _picked(addons, pick)
    if len(addons) > 1:
        return Chosen(passing, refusal=Decision(word=Word.AMBIGUOUS, rule="choice"))
    return Chosen(passing, addons[0] if addons else ticket, medium)
