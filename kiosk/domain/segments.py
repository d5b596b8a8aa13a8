"""Which place to sell: free places over segments, best fit, parties side by side.

Holdings of a journey are one integer for each segment; bit i set = place index i is free and in hand.
A ride from call a to call b uses the segments [a, b), so the places free for it are the AND over them.

Best fit: a place that is busy (or not in hand) on the segment before a and on the one after b leaves no
gap that only a short ride could fill. First such exact fits, then places busy on one side, then the rest;
among equals the lowest index. An edge of the journey counts as busy.

All search is on whole integers (about a microsecond for 1,000 places); neighbours are found by shifting,
so places of a row must have consecutive indices from left to right, as the layout loader numbers them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import and_

from kiosk.domain.errors import NoPlaces
from kiosk.domain.layout import Layout
from kiosk.domain.seating import Seating, bits, lowest, seating_of


def free_mask(free: Sequence[int], a: int, b: int) -> int:
    """Places free on every segment of [a, b)."""
    if not 0 <= a < b <= len(free):
        raise ValueError(f"segments [{a}, {b}) are not within a journey of {len(free)} segments")
    return reduce(and_, free[a:b])


def best_fit(free: Sequence[int], a: int, b: int, within: int = -1) -> int:
    """Index of the best-fitting place free over [a, b) among the bits of `within`; -1 if there is none."""
    candidates = free_mask(free, a, b) & within
    if not candidates:
        return -1
    before = free[a - 1] if a else 0
    after = free[b] if b < len(free) else 0
    found = candidates & ~(before | after) or candidates & ~(before & after) or candidates
    return (found & -found).bit_length() - 1


def choose_places(
    free: Sequence[int],
    layout: Layout,
    place_class: str,
    a: int,
    b: int,
    party_size: int,
    *,
    prefer: str = "",
    within: int = -1,
) -> tuple[int, ...]:
    """Places for a party over [a, b), ascending; () if it cannot be seated.

    `place_class` "" = any. `prefer` is a feature ("window", "aisle", "wheelchair") honoured where it does
    not split the party. `within` narrows the choice, for instance to the mask of one coach.
    A party is seated, in this order: side by side without an aisle, side by side across the aisle, in the
    fewest consecutive rows of one coach, in the fewest coaches. Wheelchair places go last unless asked for.
    """
    if party_size < 1:
        raise ValueError(f"a party has at least one traveller, not {party_size}")
    candidates = free_mask(free, a, b) & _class_mask(layout, place_class) & within
    if candidates.bit_count() < party_size:
        return ()
    seating = seating_of(layout)
    wheelchairs = seating.features.get("wheelchair", 0)
    if prefer != "wheelchair":
        ordinary = candidates & ~wheelchairs
        if ordinary.bit_count() >= party_size:
            candidates = ordinary
    wished = candidates & seating.features.get(prefer, 0) if prefer else 0
    if party_size == 1:
        return (best_fit(free, a, b, wished or candidates),)
    if prefer == "wheelchair" and wished:
        return _around(seating, candidates, best_fit(free, a, b, wished), party_size)

    seats = candidates & ~seating.counted
    if seats.bit_count() < party_size:
        return _with_units(seating, free, a, b, candidates, party_size)
    fits = _fits(free, a, b, seats)
    for joined in (seating.joined, seating.in_row):
        start = _run(seats, fits, joined, wished, party_size)
        if start >= 0:
            return tuple(range(start, start + party_size))
    return seating.rows_together(seats, party_size) or seating.fewest_coaches(seats, party_size)


def is_adjacent(layout: Layout, places: Sequence[int]) -> bool:
    """True if nobody else can sit between these places.

    They share a row without a gap; an aisle between them is allowed only to a party larger than the longest
    block of that row. Units of a counted pool stand together wherever they are.
    """
    if not places:
        return False
    seating = seating_of(layout)
    mask = sum(1 << index for index in set(places))
    if len(places) == 1 or not mask & ~seating.counted:
        return True
    row = seating.row_of(min(places))
    if mask & ~row or mask & seating.counted:
        return False
    ordered = sorted(set(places))
    links = range(ordered[0], ordered[-1])
    if len(links) != len(ordered) - 1 or len(ordered) != len(places):
        return False
    across = any(not seating.joined >> index & 1 for index in links)
    return not across or len(ordered) > seating.longest_block(row)


def take(free: Sequence[int], places: Iterable[int], a: int, b: int) -> list[int]:
    """Holdings without these places over [a, b); NoPlaces if one of them is not free there."""
    mask = _mask(places)
    if mask & ~free_mask(free, a, b):
        missing = ", ".join(str(index) for index in bits(mask & ~free_mask(free, a, b)))
        raise NoPlaces(f"place {missing} is no longer free on this ride; choose another one")
    return [held & ~mask if a <= segment < b else held for segment, held in enumerate(free)]


def give(free: Sequence[int], places: Iterable[int], a: int, b: int) -> list[int]:
    """Holdings with these places back over [a, b); ValueError if one of them is free there already."""
    mask = _mask(places)
    free_mask(free, a, b)  # checks the range
    if any(held & mask for held in free[a:b]):
        raise ValueError(f"places {sorted(bits(mask))} are already free on a segment of [{a}, {b})")
    return [held | mask if a <= segment < b else held for segment, held in enumerate(free)]


def _class_mask(layout: Layout, place_class: str) -> int:
    return layout.class_masks.get(place_class, 0) if place_class else layout.full_mask


def _mask(places: Iterable[int]) -> int:
    mask = 0
    for index in places:
        mask |= 1 << index
    return mask


def _fits(free: Sequence[int], a: int, b: int, candidates: int) -> tuple[int, int, int]:
    """Candidates that fit exactly, at least on one side, at all (each contains the one before)."""
    before = free[a - 1] if a else 0
    after = free[b] if b < len(free) else 0
    return candidates & ~(before | after), candidates & ~(before & after), candidates


def _run(seats: int, fits: tuple[int, int, int], joined: int, wished: int, length: int) -> int:
    """First index of the best run of `length` joined seats, or -1.

    First those with a wished-for seat; then the best fit, a run fitting as well as its worst seat; then
    those that fill their block to both ends, that leave no single seat alone, the lowest index.
    """
    anywhere = _starts(seats, joined, length)
    if not anywhere:
        return -1
    allowed = anywhere & _reach(wished, length) or anywhere
    pairs = seats & seats >> 1 & joined
    left = (seats & joined) << 1  # bit i: the seat left of i is free too
    right = (seats >> 1 & joined) >> (length - 1)  # bit i: so is the one right of the run from i
    two_left = (pairs << 1 & joined) << 1
    two_right = (pairs >> 1 & joined) >> (length - 1)
    for fit in fits:
        starts = _starts(fit, joined, length) & allowed
        if starts:
            snug = starts & ~left & ~right
            unlonely = starts & ~(left & ~two_left) & ~(right & ~two_right)
            return lowest(snug or unlonely or starts)
    return -1


def _starts(seats: int, joined: int, length: int) -> int:
    """Bit i: the seats i .. i + length - 1 are all there and each is joined to the next."""
    pairs = seats & seats >> 1 & joined
    starts = pairs
    for step in range(1, length - 1):
        starts &= pairs >> step
    return starts


def _reach(wished: int, length: int) -> int:
    """Bit i: a run of `length` from i contains a wished-for seat."""
    reach = 0
    for step in range(length):
        reach |= wished >> step
    return reach


def _around(seating: Seating, candidates: int, seed: int, size: int) -> tuple[int, ...]:
    """The place `seed` and the nearest others: its coach first, by rows and columns away."""
    chosen = sorted(bits(candidates & ~(1 << seed)), key=lambda index: seating.distance(seed, index))
    return tuple(sorted([seed, *chosen[: size - 1]]))


def _with_units(seating: Seating, free: Sequence[int], a: int, b: int, candidates: int, size: int) -> tuple[int, ...]:
    """All free seats (too few for the party) and the best-fitting, lowest units of counted pools."""
    units = candidates & seating.counted
    seats = candidates & ~seating.counted
    chosen = list(seating.fewest_coaches(seats, seats.bit_count()))
    for fit in _fits(free, a, b, units):
        for index in bits(fit & units):
            if len(chosen) == size:
                break
            chosen.append(index)
        units &= ~fit
    return tuple(sorted(chosen))
