"""Which cells a terminal gets so that it holds so many places free from its stop through each later segment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from central.inventory.cells import free_throughout
from central.inventory.choose import choose
from kiosk.domain.layout import Layout
from kiosk.domain.seating import bits


def fill(
    pool: Sequence[int],
    held: Sequence[int],
    layout: Layout,
    class_mask: int,
    from_call: int,
    goal: Sequence[int],
    leave: Sequence[int] = (),
) -> list[int]:
    """Cells to move from the pool to the terminal, as masks over all segments.

    `goal`: places to hold from `from_call` through each segment, never rising. `leave`: cells of the class that stay in
    the pool on each segment. Long stretches first; a place held in part is completed before another is begun.
    """
    hand = _Hand(pool, held, class_mask, leave)
    for length in range(len(goal), 0, -1):
        end = from_call + length
        missing = goal[length - 1] - free_throughout(hand.have, from_call, end).bit_count()
        if missing <= 0:
            continue
        either = [free | have for free, have in zip(hand.free, hand.have, strict=True)]
        candidates = free_throughout(either, from_call, end) & ~free_throughout(hand.have, from_call, end)
        begun = 0
        for segment in range(from_call, end):
            begun |= hand.have[segment] & candidates
        for place in bits(begun):  # each lacks other cells
            if missing > 0 and hand.room(1 << place, from_call, end) > 0:
                hand.take(1 << place, from_call, end)
                missing -= 1
        for group in _fits(either, from_call, end, candidates & ~begun):
            count = min(missing, hand.room(group, from_call, end))
            if count > 0 and group:
                chosen = choose(group, 0, layout, count)
                hand.take(chosen, from_call, end)
                missing -= chosen.bit_count()
    return hand.taken


class _Hand:
    """Cells on their way from the pool (`free`) to the terminal (`have`)."""

    def __init__(self, pool: Sequence[int], held: Sequence[int], class_mask: int, leave: Sequence[int]) -> None:
        self.free = [mask & class_mask for mask in pool]
        self.have = [mask & class_mask for mask in held]
        self.taken = [0] * len(pool)
        self._room = [mask.bit_count() - (leave[at] if leave else 0) for at, mask in enumerate(self.free)]

    def room(self, places: int, first: int, last: int) -> int:
        """How many of such places the pool may give, by the segments on which they are not in hand."""
        needed = [self._room[segment] for segment in range(first, last) if places & ~self.have[segment]]
        return min(needed, default=0)

    def take(self, places: int, first: int, last: int) -> None:
        for segment in range(first, last):
            new = places & ~self.have[segment]
            self.taken[segment] |= new
            self.free[segment] &= ~new
            self.have[segment] |= new
            self._room[segment] -= new.bit_count()


def gather(
    pool: Sequence[int], holders: Mapping[int, Sequence[int]], class_mask: int, from_call: int, to_call: int, count: int
) -> dict[int, int]:
    """Which places each holder is to give back so that `count` more are free over the ride; {} when there are too few.

    `holders`: what terminals with a link hold free. Places in the fewest hands are taken.
    """
    ride = range(from_call, to_call)
    free = free_throughout(pool, from_call, to_call) & class_mask
    together = [mask & class_mask for mask in pool]
    for masks in holders.values():
        together = [a | b for a, b in zip(together, masks, strict=True)]
    candidates = free_throughout(together, from_call, to_call) & class_mask & ~free
    if count <= 0 or candidates.bit_count() < count:
        return {}
    hands = {
        place: [key for key, masks in holders.items() if any(masks[segment] >> place & 1 for segment in ride)]
        for place in bits(candidates)
    }
    found: dict[int, int] = {}
    for place in sorted(hands, key=lambda place: (len(hands[place]), place))[:count]:
        for key in hands[place]:
            found[key] = found.get(key, 0) | 1 << place
    return found


def _fits(free: Sequence[int], first: int, last: int, candidates: int) -> tuple[int, int, int]:
    """Candidates in the order of their use: free on neither side of the stretch, on one, on both."""
    before = free[first - 1] if first else 0
    after = free[last] if last < len(free) else 0
    return candidates & ~(before | after), candidates & (before ^ after), candidates & before & after
