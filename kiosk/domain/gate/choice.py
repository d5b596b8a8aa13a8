"""Which ticket does a code stand for? Tickets, media and add-on lists."""

from __future__ import annotations

import re

import msgspec

from kiosk.domain.gate.form import Mode
from kiosk.domain.gate.scan import Scan
from kiosk.domain.gate.several import meant, picked
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
    medium = None
    if mode == "signed-only":
        found = [each for each in found if each.signature != "none"]
    elif not found:
        medium = next((each for each in world.media if each.code == code and each.source == scan.source), None)
    linked = [each for each in world.tickets if medium is not None and each.code in medium.tickets]
    if not found and medium is None:
        found = [each for each in world.tickets if code in each.old_codes]
    passing = list_of(world, scan, gate, (found or linked)[:1])
    if passing is None:
        return Chosen(GateList(id=""), refusal=Decision(word=Word.NOT_CONFIGURED, detail=scan.list or gate.list))
    if medium is not None:
        return _of_medium(world, scan, gate, passing, medium, linked, now)
    if not found:
        return Chosen(passing, refusal=_without_record(world, code))
    ours = [each for each in found if not passing.event or passing.event == _event(world, each)] or found
    ours = picked(ours, scan.pick)
    if len(ours) > 1:
        return Chosen(passing, refusal=Decision(word=Word.AMBIGUOUS, rule="choice"))
    return _addon(world, scan, gate, passing, ours[0], now)


def _without_record(world: World, code: str) -> Decision:
    """A code on the list of the withdrawn was ours, though nobody says any more what it was."""
    if code in world.revoked:
        return Decision(word=Word.REVOKED, rule="revoked")
    if code in world.blocked:
        return Decision(word=Word.BLOCKED, rule="blocked")
    return Decision(word=Word.UNKNOWN, rule="choice")


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
    names = gate.lists if scan.lists is None else scan.lists
    serves = [known[name] for name in names if name in known]
    if serves:
        if len({each.event for each in serves}) < len(serves):
            return None  # two lists of one event: nobody knows which is meant
        theirs = _event(world, tickets[0]) if tickets else ""
        return next((each for each in serves if each.event == theirs), serves[0])
    if gate.list or known:
        return known.get(gate.list) if scan.lists is None else None
    return GateList(id="")


def _event(world: World, ticket: Ticket) -> str:
    return ticket.event or next((each.event for each in world.products if each.id == ticket.product), "")


def _of_medium(
    world: World, scan: Scan, gate: GatePost, passing: GateList, medium: Medium, found: list[Ticket], now: float
) -> Chosen:
    if not medium.active:
        return Chosen(passing, refusal=Decision(word=Word.MEDIUM, detail="inactive", rule="medium"))
    if medium.expires is not None and now > world.instant(medium.expires):
        return Chosen(passing, refusal=Decision(word=Word.MEDIUM, detail="expired", rule="medium"))
    ours = [each for each in found if not passing.event or _event(world, each) in ("", passing.event)]
    best = meant(world, scan, gate, passing, ours or found, now)
    if len(best) > 1:
        return Chosen(passing, refusal=Decision(word=Word.AMBIGUOUS, rule="choice"))
    if not best:
        return Chosen(passing, refusal=Decision(word=Word.MEDIUM, detail="empty", rule="medium"))
    return _addon(world, scan, gate, passing, best[0], now, medium.code)


def _addon(
    world: World, scan: Scan, gate: GatePost, passing: GateList, ticket: Ticket, now: float, medium: str = ""
) -> Chosen:
    """On a list for add-ons a ticket stands for itself and its add-ons, as far as the list lets them in."""
    if passing.addons:
        addons = [each for each in world.tickets if each.addon_of == ticket.code]
        addons = [each for each in addons if each.status not in ("cancelled", "exchanged")] or addons
        candidates = [e for e in (ticket, *addons) if passing.products is None or e.product in passing.products]
        best = meant(world, scan, gate, passing, candidates, now)
        if len(best) > 1:
            return Chosen(passing, refusal=Decision(word=Word.AMBIGUOUS, rule="choice"))
        ticket = best[0] if best else ticket
    return Chosen(passing, _named(world, ticket), medium)


def _named(world: World, ticket: Ticket) -> Ticket:
    """An add-on without a name is its main ticket's holder's."""
    main = next((each for each in world.tickets if each.code == ticket.addon_of), None) if ticket.addon_of else None
    return ticket if ticket.holder or main is None else msgspec.structs.replace(ticket, holder=main.holder)
