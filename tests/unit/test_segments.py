"""Seat choice over segments: against a seat-by-seat reference, and by its promises."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.errors import NoPlaces
from kiosk.domain.segments import best_fit, choose_places, free_mask, give, is_adjacent, take
from tests.unit.train import COACH, LAYOUT, PLACES, full

holdings = st.lists(st.integers(0, (1 << PLACES) - 1), min_size=1, max_size=6)
# Mostly free holdings: random bits alone almost never leave neighbours.
roomy = st.lists(
    st.lists(st.integers(0, PLACES - 1), max_size=12).map(
        lambda gone: (1 << PLACES) - 1 & ~sum(1 << i for i in set(gone))
    ),
    min_size=1,
    max_size=6,
)


@st.composite
def rides(draw: st.DrawFn) -> tuple[list[int], int, int]:
    free = draw(holdings | roomy)
    a = draw(st.integers(0, len(free) - 1))
    return free, a, draw(st.integers(a + 1, len(free)))


def is_free(free: list[int], index: int, a: int, b: int) -> bool:
    return all(free[s] >> index & 1 for s in range(a, b))


def fit_of(free: list[int], index: int, a: int, b: int) -> int:
    """0 = exact, 1 = one side, 2 = free on both sides."""
    return (a > 0 and free[a - 1] >> index & 1) + (b < len(free) and free[b] >> index & 1)


@given(rides())
def test_the_free_mask_is_what_counting_seat_by_seat_says(ride: tuple[list[int], int, int]) -> None:
    free, a, b = ride
    expected = [i for i in range(PLACES) if is_free(free, i, a, b)]
    assert [i for i in range(PLACES) if free_mask(free, a, b) >> i & 1] == expected


@given(rides(), st.sampled_from(["", "window", "aisle", "wheelchair"]))
def test_one_traveller_gets_the_place_a_seat_by_seat_search_finds(
    ride: tuple[list[int], int, int], prefer: str
) -> None:
    free, a, b = ride
    choices = [i for i in range(2 * COACH) if is_free(free, i, a, b)]

    def rank(index: int) -> tuple[bool, bool, int, int]:
        features = LAYOUT.places[index].features
        kept = prefer != "wheelchair" and "wheelchair" in features
        return kept, bool(prefer) and prefer not in features, fit_of(free, index, a, b), index

    expected = (min(choices, key=rank),) if choices else ()
    assert choose_places(free, LAYOUT, "second", a, b, 1, prefer=prefer) == expected
    naive = min(range(PLACES), key=lambda i: (not is_free(free, i, a, b), fit_of(free, i, a, b), i))
    assert best_fit(free, a, b) == (naive if is_free(free, naive, a, b) else -1)


@given(
    rides(),
    st.integers(1, 12),
    st.sampled_from(["", "window", "wheelchair"]),
    st.sampled_from(["second", "standing", ""]),
)
@settings(max_examples=600)
def test_a_party_is_placed_exactly_when_there_is_room_and_only_on_free_places(
    ride: tuple[list[int], int, int], size: int, prefer: str, place_class: str
) -> None:
    free, a, b = ride
    chosen = choose_places(free, LAYOUT, place_class, a, b, size, prefer=prefer)
    possible = [i for i in range(PLACES) if place_class in ("", LAYOUT.place_class_of(i))]
    room = sum(is_free(free, i, a, b) for i in possible)
    assert len(chosen) == (size if room >= size else 0)
    assert list(chosen) == sorted(set(chosen))
    assert all(is_free(free, i, a, b) and i in possible for i in chosen)


@given(rides(), st.integers(1, 4))
def test_units_fit_best_then_come_from_the_lowest(ride: tuple[list[int], int, int], size: int) -> None:
    free, a, b = ride
    units = [i for i in range(2 * COACH, PLACES) if is_free(free, i, a, b)]
    expected = sorted(sorted(units, key=lambda i: (fit_of(free, i, a, b), i))[:size]) if len(units) >= size else []
    assert list(choose_places(free, LAYOUT, "standing", a, b, size)) == expected


def runs_of(size: int, usable: list[int], *, across: bool) -> list[tuple[int, ...]]:
    """Every `size` neighbours in one row, by trying all of them."""
    found = []
    for start in usable:
        run = tuple(range(start, start + size))
        rows = {(LAYOUT.places[i].coach, LAYOUT.places[i].row) for i in run if i < PLACES}
        gaps = [LAYOUT.places[j].column - LAYOUT.places[i].column for i, j in pairwise(run) if j < PLACES]
        if set(run) <= set(usable) and len(rows) == 1 and (across or all(gap == 1 for gap in gaps)):
            found.append(run)
    return found


@given(rides(), st.integers(2, 5))
@settings(max_examples=400)
def test_a_party_sits_side_by_side_whenever_it_can_and_fits_best(ride: tuple[list[int], int, int], size: int) -> None:
    free, a, b = ride
    usable = [i for i in range(2 * COACH) if is_free(free, i, a, b)]
    ordinary = [i for i in usable if "wheelchair" not in LAYOUT.places[i].features]
    usable = ordinary if len(ordinary) >= size else usable
    chosen = choose_places(free, LAYOUT, "second", a, b, size)
    possible = runs_of(size, usable, across=False) or runs_of(size, usable, across=True)
    if not possible:
        assert not is_adjacent(LAYOUT, chosen)
        return
    assert chosen in possible
    worst = {run: max(fit_of(free, i, a, b) for i in run) for run in possible}
    assert worst[chosen] == min(worst.values())


@given(rides(), st.integers(1, 6))
def test_what_is_taken_can_be_given_back_and_nothing_else_changes(ride: tuple[list[int], int, int], size: int) -> None:
    free, a, b = ride
    chosen = choose_places(free, LAYOUT, "", a, b, size)
    left = take(free, chosen, a, b)
    for segment, (before, after) in enumerate(zip(free, left, strict=True)):
        gone = sum(1 << i for i in chosen) if a <= segment < b else 0
        assert after == before & ~gone
    assert give(left, chosen, a, b) == free


def test_taking_twice_and_giving_twice_are_refused() -> None:
    left = take(full(), [3], 1, 3)
    with pytest.raises(NoPlaces, match="place 3 is no longer free"):
        take(left, [2, 3], 2, 4)
    with pytest.raises(ValueError, match="already free"):
        give(left, [3], 1, 4)


@pytest.mark.parametrize(("a", "b"), [(2, 2), (3, 1), (-1, 2), (0, 5)])
def test_a_ride_outside_the_journey_is_refused(a: int, b: int) -> None:
    with pytest.raises(ValueError, match="not within a journey of 4 segments"):
        choose_places(full(), LAYOUT, "second", a, b, 1)
    with pytest.raises(ValueError, match="not within"):
        give([0] * 4, [1], a, b)


def test_nobody_and_an_unknown_class_get_nothing() -> None:
    with pytest.raises(ValueError, match="at least one"):
        choose_places(full(), LAYOUT, "second", 0, 1, 0)
    assert choose_places(full(), LAYOUT, "sleeper", 0, 1, 1) == ()


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(1, 9)), min_size=10, max_size=60))
def test_selling_one_by_one_accepts_at_least_half_of_what_fits_together(rides: list[tuple[int, int]]) -> None:
    """A fair assignment accepts at least half of any requests that could all be seated (Boyar & Larsen 1999)."""
    capacity, segments = 3, 9
    wanted: list[tuple[int, int]] = []
    load = [0] * segments
    for a, b in rides:
        if a < b and all(load[s] < capacity for s in range(a, b)):
            wanted.append((a, b))
            for s in range(a, b):
                load[s] += 1
    free = [(1 << capacity) - 1] * segments
    sold = 0
    for a, b in wanted:
        place = best_fit(free, a, b)
        if place >= 0:
            free, sold = take(free, [place], a, b), sold + 1
    assert 2 * sold >= len(wanted)
