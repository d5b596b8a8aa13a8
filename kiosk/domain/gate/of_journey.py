"""Rules about the way: this train, this stretch, this day, and its time at the platform."""

from __future__ import annotations

import msgspec

from kiosk.domain.gate.asked import Asked
from kiosk.domain.gate.railway import Journey
from kiosk.domain.gate.uses import heads_of
from kiosk.domain.gate.words import Decision, Word

OTHER_DAY_S = 12 * 3600  # nearer than this, a ticket is early or late, not for another day


def known(asked: Asked) -> Decision | None:
    """A journey that nobody here knows cannot be judged."""
    ticket = asked.ticket
    if asked.way is not None:
        return None
    if not ticket.bound and asked.train is not None and asked.train.id == asked.journey:
        return Decision(word=Word.WRONG_TRAIN, detail=ticket.destination)  # it does not go where the open ticket does
    return Decision(word=Word.UNKNOWN_JOURNEY, detail=ticket.journey) if ticket.journey else None


def day(asked: Asked) -> Decision | None:
    """The date of a list; the day of a departure."""
    if asked.list.day and asked.ticket.day and asked.list.day != asked.ticket.day:
        return Decision(word=Word.WRONG_DAY, detail=asked.ticket.day)
    window = boarding(asked)
    if window is None or asked.clock_in_doubt:
        return None
    opens, closes = window
    missed_by = opens - asked.now if asked.now < opens else asked.now - closes
    departs = asked.world.local_day(closes if asked.now < opens else opens)
    if missed_by <= OTHER_DAY_S or departs == asked.world.local_day(asked.now):
        return None
    coming = opens if asked.now < opens else None
    return Decision(word=Word.WRONG_DAY, detail=departs.isoformat(), next_at=coming)


def train(asked: Asked) -> Decision | None:
    """The train that boards here is the ticket's, or takes its passengers, or the ticket names none."""
    ticket, delay = asked.ticket, asked.disruption
    boards = asked.journey
    if not ticket.journey or not ticket.bound:
        return None
    if delay is not None and delay.cancelled:
        if boards and boards in delay.instead:
            return None
        return Decision(word=Word.TRAIN_CANCELLED, detail=", ".join(delay.instead))
    if boards and boards != ticket.journey and not (delay and boards in delay.instead):
        return Decision(word=Word.WRONG_TRAIN, detail=ticket.journey)
    return None


def place(asked: Asked) -> Decision | None:
    """Boarding anywhere on the paid way is right; getting out beyond it costs the fare from its end."""
    if (found := _fare_zone(asked)) is not None:
        return found
    ticket, journey, way, stop = asked.ticket, asked.train, asked.way, asked.gate.stop
    if journey is None or way is None or not ticket.origin:
        return None
    if asked.alight and not asked.leaving:
        beyond = [each for each in journey.calls_at(asked.alight) if each > way.last]
        if beyond and not [each for each in journey.calls_at(asked.alight) if way.first < each <= way.last]:
            return _beyond(asked, asked.alight, journey)
    if not stop:
        return None
    if asked.leaving:
        return _beyond(asked, stop, journey) if asked.here > way.last else None
    if way.first <= asked.here < way.last:
        return None
    before = journey.fares.get(f"{stop}-{ticket.origin}", -1) if 0 <= asked.here < way.first else -1
    right = next((each.id for each in asked.world.gates if each.stop == ticket.origin), "")
    wrong = Decision(word=Word.WRONG_PLACE, detail=ticket.origin, fare_due=before, right_gate=right)
    return _unless_paid(asked, wrong)


def _beyond(asked: Asked, stop: str, journey: Journey) -> Decision | None:
    end = asked.ticket.destination
    due = journey.fares.get(f"{end}-{stop}", -1)
    return _unless_paid(asked, Decision(word=Word.WRONG_PLACE, detail=end, fare_due=due))


def _unless_paid(asked: Asked, decision: Decision) -> Decision | None:
    """Each who goes in or out now pays it."""
    if decision.fare_due > 0:
        decision = msgspec.structs.replace(decision, fare_due=decision.fare_due * heads_of(asked))
    return None if 0 <= decision.fare_due <= asked.fare_paid else decision


def _fare_zone(asked: Asked) -> Decision | None:
    """Tickets of a network pay for zones instead of a way."""
    ticket, gate = asked.ticket, asked.gate
    if not ticket.fare_zones or not gate.fare_zone or gate.fare_zone in ticket.fare_zones:
        return None
    fare = min((asked.world.zone_fares.get(f"{each}-{gate.fare_zone}", -1) for each in ticket.fare_zones), default=-1)
    return _unless_paid(asked, Decision(word=Word.WRONG_PLACE, detail=", ".join(ticket.fare_zones), fare_due=fare))


def boarding(asked: Asked) -> tuple[float, float] | None:
    """When the gate lets in for this departure: from its opening to the real departure with grace; None = no limit."""
    journey, way, ticket = asked.train, asked.way, asked.ticket
    if journey is None or way is None or not ticket.bound:
        return None
    boards_early = asked.fare_paid > 0 and 0 <= asked.here < way.first  # paid from here to where the ticket begins
    call = asked.here if boards_early or way.first <= asked.here < way.last else way.first
    leaves, ends = journey.calls[call].departs, journey.calls[way.last].arrives
    if leaves is None:
        return None
    planned = asked.world.instant(leaves)
    last = asked.world.instant(ends) if journey.until_end and ends else planned + journey.grace_min * 60
    opens = planned - (journey.opens_before_min + asked.gate.early_min) * 60
    return opens, last + (asked.gate.late_min + asked.delay_min) * 60


def departure(asked: Asked) -> Decision | None:
    window = boarding(asked)
    if window is None or asked.clock_in_doubt:
        return None
    opens, closes = window
    if asked.now < opens:
        return Decision(word=Word.NOT_YET, next_at=opens)
    return Decision(word=Word.EXPIRED) if asked.now > closes else None
