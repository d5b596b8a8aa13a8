"""How often a ticket lets its holder in, and what is left of it."""

from __future__ import annotations

from kiosk.domain.gate.words import Asked, Word


def used_up(asked: Asked) -> tuple[Word | None, int, str]:
    """(verdict or None, what is left, where the rest is) before this entry."""
    if asked.product.unlimited or asked.list.multi_entry:
        return None, -1, ""
    if (rides := _rides(asked)) > 0:
        return _carnet(asked, rides)
    if asked.ticket.persons > 1:
        left = asked.ticket.persons - _inside_or_used(asked)
        if asked.persons <= left:
            return None, left, ""
        word = Word.GROUP_REST if left > 0 else Word.USED
        return word, left, f"{asked.ticket.persons - left} of {asked.ticket.persons}"
    if not asked.entries or (asked.list.reentry and asked.passages[-1].kind == "exit"):
        return None, -1, ""
    if all(each.kind == "exit" for each in asked.passages):
        return None, -1, ""
    return Word.USED, 0, ""


def left_after(asked: Asked) -> int:
    """Rides or heads left once this scan is recorded; -1 = not counted."""
    entering = asked.persons if asked.kind == "entry" else 0
    if asked.product.unlimited or asked.list.multi_entry:
        return -1
    if (rides := _rides(asked)) > 0:
        return rides - _used_rides(asked) - (1 if entering else 0)
    if asked.ticket.persons > 1:
        returning = asked.persons if asked.kind == "exit" and asked.list.reentry else 0
        return asked.ticket.persons - _inside_or_used(asked) - entering + returning
    return -1


def _rides(asked: Asked) -> int:
    return asked.ticket.rides or asked.product.rides


def _used_rides(asked: Asked) -> int:
    return len([each for each in asked.entries])


def _carnet(asked: Asked, rides: int) -> tuple[Word | None, int, str]:
    left = rides - _used_rides(asked)
    if left <= 0:
        return Word.NO_RIDES, 0, ""
    leases = asked.ticket.leases
    if leases and asked.mode != "live":
        here = leases.get(asked.gate.id, 0) - len([each for each in asked.entries if each.gate == asked.gate.id])
        if here <= 0:
            others = ", ".join(f"{gate} {count}" for gate, count in leases.items() if gate != asked.gate.id and count)
            return Word.NO_RIDES, 0, others
    return None, left, ""


def _inside_or_used(asked: Asked) -> int:
    """Heads of a group that came in; those who left count again only where re-entry is allowed."""
    came = sum(each.persons for each in asked.entries)
    left = sum(each.persons for each in asked.passages if each.kind == "exit") if asked.list.reentry else 0
    return came - left
