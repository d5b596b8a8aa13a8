"""Rules about the gate itself: emergency, and how much it may believe of its lists and its clock."""

from __future__ import annotations

from kiosk.domain.gate.asked import Asked
from kiosk.domain.gate.words import Decision, Word


def emergency(asked: Asked) -> Decision | None:
    """Everybody out, nobody in."""
    if not asked.gate.emergency:
        return None
    return Decision(word=Word.EXIT if asked.leaving else Word.EMERGENCY)


def fresh(asked: Asked) -> Decision | None:
    """Revocations that are too old prove nothing any more."""
    limit_h = asked.gate.refuse_after_h
    age_h = lists_age_h(asked)
    return Decision(word=Word.STALE_LISTS) if limit_h and age_h is not None and age_h > limit_h else None


def lists_age_h(asked: Asked) -> float | None:
    """None = nobody says when they came."""
    came = asked.world.lists_as_of
    return None if came is None else (asked.now - asked.world.instant(came)) / 3600


def clock(asked: Asked) -> Decision | None:
    """A gate that does not know the time lets nobody pass whose right begins or ends, unless it is told to."""
    if not asked.clock_in_doubt or asked.gate.clock_doubt == "admit" or not _timed(asked):
        return None
    return Decision(word=Word.CLOCK)


def _timed(asked: Asked) -> bool:
    ticket, product = asked.ticket, asked.product
    limits = (ticket.valid_from, ticket.valid_until, product.valid_from, product.valid_until)
    return any(limits) or (ticket.bound and asked.train is not None)


def doubts(asked: Asked) -> tuple[str, ...]:
    """Why staff should look although nothing is wrong."""
    age_h, limit_h = lists_age_h(asked), asked.gate.amber_after_h
    old = limit_h and age_h is not None and age_h > limit_h and not asked.leaving
    unsure = asked.clock_in_doubt and not asked.leaving and _timed(asked)
    return (
        *(["training"] if asked.gate.training else []),
        *(["lists"] if old else []),
        *(["clock"] if unsure else []),
    )
