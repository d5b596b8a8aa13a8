"""Rules about the ticket itself: genuine, in force, for this event, day, train, place and time."""

from __future__ import annotations

from kiosk.domain.gate.words import Asked, Decision, Word
from kiosk.domain.gate.world import Journey


def signature(asked: Asked) -> Decision | None:
    ticket, keys = asked.ticket, asked.world.keys
    if ticket.signature == "bad":
        return Decision(word=Word.BAD_SIGNATURE)
    if ticket.signature == "good" and keys and ticket.key not in keys:
        return Decision(word=Word.KEY_RETIRED, detail=ticket.key)
    if ticket.signature == "none" and not asked.stored:
        return Decision(word=Word.UNKNOWN)
    return None


def event(asked: Asked) -> Decision | None:
    theirs = asked.ticket.event or asked.product.event
    if asked.list.event and theirs and asked.list.event != theirs:
        right = [each.id for each in asked.world.lists if each.event == theirs]
        return Decision(word=Word.WRONG_EVENT, detail=right[0] if right else "")
    return None


def revoked(asked: Asked) -> Decision | None:
    return Decision(word=Word.REVOKED) if asked.ticket.code in asked.world.revoked else None


def state(asked: Asked) -> Decision | None:
    words = {"cancelled": Word.CANCELLED, "expired": Word.CANCELLED, "exchanged": Word.EXCHANGED}
    if asked.stored and asked.ticket.status in words:
        return Decision(word=words[asked.ticket.status], detail=asked.ticket.status)
    return None


def blocked(asked: Asked) -> Decision | None:
    if asked.ticket.code in asked.world.blocked or (asked.stored and asked.ticket.blocked):
        return Decision(word=Word.BLOCKED)
    return None


def approved(asked: Asked) -> Decision | None:
    return Decision(word=Word.UNAPPROVED) if asked.stored and asked.ticket.status == "unapproved" else None


def validity(asked: Asked) -> Decision | None:
    """Of the ticket itself, with the gate's tolerance; a train's delay moves the end along."""
    if asked.kind == "exit":
        return None
    ticket, world = asked.ticket, asked.world
    if ticket.valid_from is not None:
        opens = world.instant(ticket.valid_from) - asked.gate.early_min * 60
        if asked.now < opens:
            return Decision(word=Word.NOT_YET, next_at=opens)
    if ticket.valid_until is not None:
        closes = world.instant(ticket.valid_until) + asked.gate.late_min * 60 + delay_min(asked, ticket.origin) * 60
        if asked.now > closes:
            return Decision(word=Word.EXPIRED)
    return None


def home(asked: Asked) -> Decision | None:
    home_gate = asked.ticket.home_gate
    return Decision(word=Word.WRONG_GATE, detail=home_gate) if home_gate and home_gate != asked.gate.id else None


def listed(asked: Asked) -> Decision | None:
    products = asked.list.products
    if products is None or asked.ticket.product in products:
        return None
    right = [
        each
        for each in asked.world.lists
        if each.event == asked.list.event and each.products is not None and asked.ticket.product in each.products
    ]
    return Decision(word=Word.WRONG_LIST, detail=right[0].id if right else "")


def day(asked: Asked) -> Decision | None:
    if asked.list.day and asked.ticket.day and asked.list.day != asked.ticket.day:
        return Decision(word=Word.WRONG_DAY, detail=asked.ticket.day)
    return None


def _journey(asked: Asked) -> Journey | None:
    return next((each for each in asked.world.journeys if each.id == asked.ticket.journey), None)


def delay_min(asked: Asked, stop: str) -> int:
    """Minutes by the feed at a call; 0 when the feed says nothing."""
    journey = _journey(asked)
    if journey is None:
        return 0
    here = journey.index(stop)
    known = [each for each in asked.world.delays if each.journey == journey.id]
    known = [each for each in known if not each.from_stop or journey.index(each.from_stop) <= here]
    return known[-1].minutes if known else 0


def train(asked: Asked) -> Decision | None:
    if asked.journey and asked.ticket.journey and asked.journey != asked.ticket.journey:
        return Decision(word=Word.WRONG_TRAIN, detail=asked.ticket.journey)
    if asked.ticket.journey and _journey(asked) is None:
        return Decision(word=Word.WRONG_TRAIN, detail=asked.ticket.journey)
    return None


def place(asked: Asked) -> Decision | None:
    """Boarding anywhere on the paid way is right; getting out beyond it costs the fare from its end."""
    journey, stop = _journey(asked), asked.gate.stop
    if journey is None or not asked.ticket.origin:
        return None
    first, last = journey.index(asked.ticket.origin), journey.index(asked.ticket.destination)
    out = journey.index(asked.alight) if asked.alight else -1
    if out > last:
        way = f"{asked.ticket.destination}-{asked.alight}"
        return Decision(word=Word.WRONG_PLACE, detail=asked.ticket.destination, fare_due=journey.fares.get(way, -1))
    if not stop:
        return None
    here = journey.index(stop)
    if asked.kind == "exit":
        if here > last:
            way = f"{asked.ticket.destination}-{stop}"
            return Decision(word=Word.WRONG_PLACE, detail=asked.ticket.destination, fare_due=journey.fares.get(way, -1))
        return None
    if not first <= here < last:
        return Decision(word=Word.WRONG_PLACE, detail=asked.ticket.origin)
    return None


def departure(asked: Asked) -> Decision | None:
    """A train is boarded between the gate's opening and its real departure with grace."""
    journey = _journey(asked)
    if asked.kind == "exit" or journey is None or not asked.ticket.origin:
        return None
    stop = asked.gate.stop or asked.ticket.origin
    leaves = journey.calls[journey.index(stop)].departs
    if leaves is None:
        return None
    planned = asked.world.instant(leaves)
    opens = planned - (journey.opens_before_min + asked.gate.early_min) * 60
    closes = planned + (journey.grace_min + asked.gate.late_min + delay_min(asked, stop)) * 60
    if opens <= asked.now <= closes:
        return None
    if asked.world.local_day(asked.now) != asked.world.local_day(planned) and abs(asked.now - planned) > 12 * 3600:
        return Decision(word=Word.WRONG_DAY, detail=asked.world.local_day(planned).isoformat(), next_at=opens)
    return Decision(word=Word.NOT_YET, next_at=opens) if asked.now < opens else Decision(word=Word.EXPIRED)
