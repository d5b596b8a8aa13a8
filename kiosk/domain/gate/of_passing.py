"""Rules about this passing: paid, allowed by the organiser, answered, not used up, and room inside."""

from __future__ import annotations

from kiosk.domain.gate.conditions import NotUnderstood, Seen, holds, next_true
from kiosk.domain.gate.questions import accepted
from kiosk.domain.gate.uses import used_up
from kiosk.domain.gate.words import Asked, Decision, Word


def paid(asked: Asked) -> Decision | None:
    ticket = asked.ticket
    if not asked.stored or ticket.status != "pending" or ticket.valid_if_pending:
        return None
    if asked.allow_unpaid and asked.list.include_pending:
        return None
    return Decision(word=Word.UNPAID, may_override=asked.list.include_pending)


def organiser(asked: Asked) -> Decision | None:
    """The rule written for the list; not for people who leave."""
    if asked.kind == "exit" or asked.list.rule is None:
        return None
    entries = tuple(asked.world.instant(each.at) for each in asked.entries)
    seen = Seen(asked.world, asked.now, asked.gate.id, asked.ticket.product, entries)
    try:
        if holds(asked.list.rule, seen):
            return None
    except NotUnderstood as fault:
        return None if asked.list.rule_fails_open else Decision(word=Word.RULE_NOT_UNDERSTOOD, detail=str(fault))
    return Decision(word=Word.RULE, next_at=next_true(asked.list.rule, seen))


def questions(asked: Asked) -> Decision | None:
    if asked.kind == "exit" or not asked.ask:
        return None
    known = {**(asked.ticket.answers if asked.stored else {}), **asked.answers}
    missing = [
        each.id
        for each in asked.world.questions
        if each.at_gate
        and (not each.products or asked.ticket.product in each.products)
        and not accepted(each, known.get(each.id, ""))
    ]
    return Decision(word=Word.ANSWER_REQUIRED, questions=tuple(missing)) if missing else None


def companion(asked: Asked) -> Decision | None:
    other = asked.ticket.companion_of
    if asked.kind == "exit" or not other:
        return None
    theirs = [each for each in asked.seen if each.ticket == other and not each.annulled]
    if theirs and theirs[-1].kind == "entry":
        return None
    return Decision(word=Word.COMPANION_FIRST, detail=other)


def passback(asked: Asked) -> Decision | None:
    if asked.kind == "exit" or not asked.list.passback_min or not asked.entries:
        return None
    free = asked.world.instant(asked.entries[-1].at) + asked.list.passback_min * 60
    return Decision(word=Word.PASSBACK, first=asked.entries[0], next_at=free) if asked.now < free else None


def use(asked: Asked) -> Decision | None:
    """How often: carnets by rides, groups by heads, all others by entry and exit."""
    if asked.kind == "exit":
        return None
    word, remaining, detail = used_up(asked)
    if word is None:
        return None
    first = asked.entries[0] if asked.entries else None
    return Decision(word=word, first=first, remaining=remaining, detail=detail)


def room(asked: Asked) -> Decision | None:
    zone = next((each for each in asked.world.zones if each.id == asked.gate.zone), None)
    if asked.kind == "exit" or zone is None or asked.inside + asked.persons <= zone.capacity:
        return None
    return Decision(word=Word.ZONE_FULL, detail=zone.id, remaining=max(zone.capacity - asked.inside, 0))


def document(asked: Asked) -> Decision | None:
    """Last, so that staff look at a document only of people who would come in."""
    need = asked.product.document
    if asked.kind == "exit" or not need or asked.document_seen:
        return None
    return Decision(word=Word.DOCUMENT, detail=need)
