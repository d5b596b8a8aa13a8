"""How often a ticket lets its holder in, and what is left of it."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from kiosk.domain.gate.asked import Asked
from kiosk.domain.gate.words import Word
from kiosk.domain.gate.world import Passage


class Use(NamedTuple):
    """What an entry would find: a refusal or None, what is left before it (-1 = not counted), where the rest is."""

    word: Word | None
    left: int = -1
    detail: str = ""


def use_of(asked: Asked) -> Use:
    """Carnets count rides, groups heads, all others entries and exits."""
    ticket, one = asked.ticket, asked.heads <= 1
    if asked.product.unlimited:
        return Use(None)
    if _rides(asked):
        return _carnet(asked)
    if ticket.persons > 1:
        return _group(asked)
    if asked.list.multi_entry:
        return Use(None)
    if not one:
        return Use(Word.GROUP_REST, 1, "1 of 1")
    if not asked.entries or (asked.list.reentry and not asked.is_inside):
        return Use(None)
    return Use(Word.USED, 0)


def heads_of(asked: Asked) -> int:
    """How many pass with this scan: as many as were said, or all who are left."""
    if asked.heads:
        return asked.heads
    if asked.ticket.persons <= 1 or _rides(asked):
        return 1
    inside = _came(asked.passages)
    return max(inside if asked.leaving else asked.ticket.persons - _taken(asked), 1)


def left_after(asked: Asked) -> int:
    """Rides or heads left once this scan is recorded; -1 = not counted."""
    if asked.product.unlimited:
        return -1
    if (rides := _rides(asked)) > 0:
        return rides - _rides_begun(asked) - (0 if asked.leaving or _riding(asked) or _free(asked) else 1)
    if asked.ticket.persons > 1 and not asked.list.multi_entry:
        heads = heads_of(asked)
        came_back = heads if asked.list.reentry else 0
        return asked.ticket.persons - _taken(asked) + (came_back if asked.leaving else -heads)
    return -1


def again(asked: Asked) -> bool:
    """An entry after another one that is right all the same, so no second use; of what is never used up, every one."""
    if asked.product.unlimited or (asked.list.multi_entry and not _rides(asked)):
        return True
    return bool(asked.entries) and use_of(asked).word is None


def bought(asked: Asked) -> int:
    """Rides or heads of which this entry takes some; 0 = one entry, or none of them: a ride goes on, people go in and
    out."""
    if asked.product.unlimited or asked.leaving:
        return 0
    if _rides(asked):
        return 0 if _riding(asked) else _rides(asked)
    free = asked.list.multi_entry or asked.list.reentry
    return asked.ticket.persons if asked.ticket.persons > 1 and not free else 0


def _group(asked: Asked) -> Use:
    if asked.list.multi_entry:
        return Use(None)
    of, left = asked.ticket.persons, asked.ticket.persons - _taken(asked)
    heads = asked.heads or max(left, 1)
    if heads <= left:
        return Use(None, left)
    return Use(Word.GROUP_REST if left > 0 else Word.USED, max(left, 0), f"{of - left} of {of}")


def _taken(asked: Asked) -> int:
    """Heads that came in; those who left count again only where re-entry is allowed."""
    came = sum(each.persons for each in asked.entries)
    return _came(asked.passages) if asked.list.reentry else came


def _came(passages: tuple[Passage, ...]) -> int:
    return sum(each.persons if each.kind == "entry" else -each.persons for each in passages)


def _rides(asked: Asked) -> int:
    return asked.ticket.rides or asked.product.rides


def _begun(asked: Asked) -> list[Passage]:
    """The entries that began a ride; within its time a ride goes on."""
    lasts_s, found = asked.product.ride_min * 60, list[Passage]()
    for each in asked.entries:
        at = asked.world.instant(each.at)
        if not found or not lasts_s or at >= asked.world.instant(found[-1].at) + lasts_s:
            found.append(each)
    return found


def _rides_begun(asked: Asked) -> int:
    """With a cap, no more of a day than that."""
    cap, days = asked.product.cap_per_day, dict[date, int]()
    for each in _begun(asked):
        day = asked.world.local_day(asked.world.instant(each.at))
        days[day] = days.get(day, 0) + each.persons
    return sum(min(begun, cap) if cap else begun for begun in days.values())


def _free(asked: Asked) -> bool:
    """What is taken of the carnet for this day is the most that is taken."""
    today, cap = asked.world.local_day(asked.now), asked.product.cap_per_day
    of_today = [each for each in _begun(asked) if asked.world.local_day(asked.world.instant(each.at)) == today]
    return bool(cap) and sum(each.persons for each in of_today) >= cap


def _riding(asked: Asked) -> bool:
    begun, lasts_s = _begun(asked), asked.product.ride_min * 60
    return bool(begun and lasts_s) and asked.now < asked.world.instant(begun[-1].at) + lasts_s


def _carnet(asked: Asked) -> Use:
    left = _rides(asked) - _rides_begun(asked)
    if _riding(asked) or _free(asked):
        return Use(None, left)
    if _rides(asked) == 1 and asked.product.ride_min and left < 1:
        return Use(Word.EXPIRED, left)  # a ticket for so many minutes from its first entry
    if left < max(asked.heads, 1):
        return Use(Word.NO_RIDES, left)
    leases = asked.ticket.leases
    if leases and asked.mode != "live":
        gate = asked.gate
        name = gate.id if gate.id in leases or gate.group not in leases else gate.group
        here = leases.get(name, 0) - sum(
            each.persons for each in _begun(asked) if each.gate == gate.id or name == gate.group
        )
        if here < max(asked.heads, 1):
            others = ", ".join(f"{each} {count}" for each, count in leases.items() if each != name and count)
            return Use(Word.NO_RIDES, max(here, 0), others)
    return Use(None, left)
