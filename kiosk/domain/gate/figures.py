"""Figures of a list, and who is found by a name, a booking or a part of a code."""

from __future__ import annotations

from collections.abc import Iterable

from kiosk.domain.gate.case import Lookup
from kiosk.domain.gate.choice import letters
from kiosk.domain.gate.words import Decision, Word
from kiosk.domain.gate.world import GateList, GatePost, Passage, Ticket, World


def figures(world: World, passing: GateList, passages: Iterable[Passage]) -> dict[str, int]:
    """tickets, came, out, inside, products; and the first three of each product as "PRODUCT.tickets"."""
    on_list = [each for each in world.tickets if _on(world, passing, each)]
    product_of = {each.code: each.product for each in world.tickets}
    here = [each for each in passages if each.on(passing.id) and not each.contested]
    came = {each.ticket for each in here if each.kind == "entry"}
    out = [each for each in here if each.kind == "exit"]
    inside: dict[str, int] = {}
    for each in here:
        product = product_of.get(each.ticket, "")
        inside[product] = inside.get(product, 0) + (each.persons if each.kind == "entry" else -each.persons)
    products = [each.id for each in world.products if passing.products is None or each.id in passing.products]
    products = [each.id for each in world.products if each.id in products and each.event in ("", passing.event)]
    found = {"tickets": len(on_list), "came": len(came), "out": len(out), "inside": sum(inside.values())}
    found["products"] = len(products)
    for product in products:
        found[f"{product}.tickets"] = sum(each.product == product for each in on_list)
        found[f"{product}.came"] = sum(product_of.get(each) == product for each in came)
        found[f"{product}.inside"] = inside.get(product, 0)
    return found


def _on(world: World, passing: GateList, ticket: Ticket) -> bool:
    event = ticket.event or next((each.event for each in world.products if each.id == ticket.product), "")
    return (
        (not passing.event or event in ("", passing.event))
        and (passing.products is None or ticket.product in passing.products)
        and (ticket.status == "paid" or (passing.include_pending and ticket.status == "pending"))
        and (not passing.day or ticket.day in ("", passing.day))
    )


def looked_up(world: World, gate: GatePost, look_up: Lookup) -> tuple[Decision, list[str]]:
    """What a search at a gate finds. A hit is a name, no proof; who searches must say on which lists."""
    roles = world.look_up_roles
    if roles is not None and look_up.role not in roles:
        return Decision(word=Word.OVERRIDE_REFUSED, detail="look_up"), []
    events = events_of(world, gate, look_up.lists)
    if events is None:
        return Decision(word=Word.NOT_CONFIGURED), []
    hits = found_by(world, look_up.text, events)
    return Decision(word=Word.NAME_ONLY if hits else Word.UNKNOWN), hits


def events_of(world: World, gate: GatePost, lists: tuple[str, ...] | None) -> set[str] | None:
    """Of the lists on which is searched, None = the gate's; "" among them = of all. None: nobody knows which."""
    known = {each.id: each for each in world.lists}
    if not known:
        return {""}
    chosen = lists if lists is not None else gate.lists or ((gate.list,) if gate.list else ())
    events = [known[name].event for name in chosen if name in known]
    return set(events) if events and len(set(events)) == len(events) else None


def found_by(world: World, text: str, events: set[str]) -> list[str]:
    """Codes of the tickets that a text is part of, each once, in their order; of these events, "" = of all."""
    needle = text.strip().casefold()
    if len(needle) < max(world.search_min, 1):
        return []
    event_of = {each.id: each.event for each in world.products}
    hits = [
        each.code
        for each in world.tickets
        if needle in "\n".join((each.code, each.short_code, each.holder, each.email, each.booking)).casefold()
        or (letters(needle) and letters(needle) == letters(each.short_code))
        if "" in events or (each.event or event_of.get(each.product, "")) in ("", *events)
    ]
    return list(dict.fromkeys(hits))[: world.search_max]
