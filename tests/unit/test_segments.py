"""Seat choice over segments: against a seat-by-seat reference, and by its promises."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.errors import NoPlaces
from kiosk.domain.layout import Coach, Layout, Place, PlaceClass
from kiosk.domain.segments import best_fit, choose_places, count_free, free_mask, give, is_adjacent, take

COLUMNS = {
    "A": (1, ("window",)),
    "B": (2, ("middle",)),
    "C": (3, ("aisle",)),
    "D": (5, ("aisle",)),
    "F": (6, ("window",)),
}


def train(coaches: int = 2, rows: int = 3, standing: int = 0, wheelchair: str = "") -> Layout:
    """Second-class coaches of A B C | D F, and a coach of standing units."""
    made = [Coach(str(n + 1), "second") for n in range(coaches)]
    places = [
        Place(c, f"{row}{letter}", row, column, ("wheelchair",) if f"{row}{letter}" == wheelchair else features)
        for c in range(coaches)
        for row in range(1, rows + 1)
        for letter, (column, features) in COLUMNS.items()
    ]
    if standing:
        made.append(Coach("S", "standing", counted=True))
        places += [Place(coaches, str(unit + 1)) for unit in range(standing)]
    classes = (PlaceClass("second", "Second"), PlaceClass("standing", "Standing"))
    return Layout("train", classes, tuple(made), tuple(places))


LAYOUT = train(standing=4, wheelchair="3F")
PLACES = len(LAYOUT.places)
COACH = 15  # places of one coach


def numbers(places: tuple[int, ...], layout: Layout = LAYOUT) -> list[str]:
    return [f"{layout.places[i].coach + 1}-{layout.places[i].number}" for i in places]


def full(segments: int = 4, layout: Layout = LAYOUT) -> list[int]:
    return [layout.full_mask] * segments


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
    for place_class in ("second", "standing"):
        of_class = [i for i in expected if LAYOUT.place_class_of(i) == place_class]
        assert count_free(free, LAYOUT, place_class, a, b) == len(of_class)
    assert count_free(free, LAYOUT, "", a, b) == len(expected)


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


@given(rides(), st.integers(1, 12), st.sampled_from(["", "window", "wheelchair"]))
@settings(max_examples=400)
def test_a_party_is_seated_exactly_when_there_is_room_and_only_on_free_places(
    ride: tuple[list[int], int, int], size: int, prefer: str
) -> None:
    free, a, b = ride
    chosen = choose_places(free, LAYOUT, "second", a, b, size, prefer=prefer)
    room = sum(is_free(free, i, a, b) for i in range(2 * COACH))
    assert len(chosen) == (size if room >= size else 0)
    assert list(chosen) == sorted(set(chosen))
    assert all(is_free(free, i, a, b) and LAYOUT.place_class_of(i) == "second" for i in chosen)


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


def test_a_pair_takes_the_pair_of_seats_and_three_take_the_three() -> None:
    assert numbers(choose_places(full(), LAYOUT, "second", 0, 4, 2)) == ["1-1D", "1-1F"]
    assert numbers(choose_places(full(), LAYOUT, "second", 0, 4, 3)) == ["1-1A", "1-1B", "1-1C"]
    assert numbers(choose_places(full(), LAYOUT, "second", 0, 4, 5)) == ["1-1A", "1-1B", "1-1C", "1-1D", "1-1F"]


def test_no_single_seat_is_left_alone_where_that_can_be_helped() -> None:
    hall = Layout(
        "hall",
        (PlaceClass("stalls", "Stalls"),),
        (Coach("Stalls", "stalls"),),
        tuple(Place(0, f"1-{n}", 1, n) for n in range(1, 9)),
    )
    # Seats 1-3 and 5-8 are free: the pair leaves the three alone, which it would break into two and one.
    free = take(full(1, hall), [3], 0, 1)
    assert choose_places(free, hall, "stalls", 0, 1, 2) == (4, 5)


def test_six_sit_in_a_block_of_two_rows() -> None:
    assert numbers(choose_places(full(), LAYOUT, "second", 0, 4, 6)) == [
        f"1-{row}{letter}" for row in (1, 2) for letter in "ABC"
    ]


def test_a_party_larger_than_a_coach_is_split_without_anyone_alone() -> None:
    layout = train(coaches=3)
    coaches = [layout.places[i].coach for i in choose_places(full(1, layout), layout, "second", 0, 1, 16)]
    assert (coaches.count(0), coaches.count(1), coaches.count(2)) == (14, 2, 0)


def test_a_party_wishing_for_a_window_gets_one_of_its_seats_there() -> None:
    free = take(full(), [3, 4], 0, 4)  # 1D 1F are gone: B C would fit as well as A B
    assert numbers(choose_places(free, LAYOUT, "second", 0, 4, 2, prefer="window")) == ["1-2D", "1-2F"]
    assert numbers(choose_places(free, LAYOUT, "second", 0, 4, 1, prefer="aisle")) == ["1-1C"]


def test_companions_sit_by_the_wheelchair_place() -> None:
    chosen = choose_places(full(), LAYOUT, "second", 0, 4, 3, prefer="wheelchair")
    assert numbers(chosen) == ["1-2F", "1-3D", "1-3F"]


def test_the_wheelchair_place_is_sold_last_to_others() -> None:
    one_coach = (1 << COACH) - 1
    assert choose_places([one_coach], LAYOUT, "second", 0, 1, 14) == tuple(range(14))
    assert len(choose_places([one_coach], LAYOUT, "second", 0, 1, 15)) == 15


def test_units_of_a_counted_pool_are_the_best_fitting_then_the_lowest() -> None:
    assert numbers(choose_places(full(), LAYOUT, "standing", 0, 4, 3)) == ["3-1", "3-2", "3-3"]
    free = take(full(), [2 * COACH + 2], 0, 1)  # unit 3 is sold before the ride
    assert numbers(choose_places(free, LAYOUT, "standing", 1, 4, 1)) == ["3-3"]
    assert choose_places(full(), LAYOUT, "standing", 0, 4, 5) == ()


def test_any_class_fills_up_with_units_when_seats_run_out() -> None:
    free = [0b11 | 0b1111 << 2 * COACH]
    assert numbers(choose_places(free, LAYOUT, "", 0, 1, 4)) == ["1-1A", "1-1B", "3-1", "3-2"]


def test_a_search_can_be_kept_to_one_coach() -> None:
    second_coach = (1 << COACH) - 1 << COACH
    assert numbers(choose_places(full(), LAYOUT, "second", 0, 4, 2, within=second_coach)) == ["2-1D", "2-1F"]


def test_an_exact_fit_goes_before_an_empty_seat() -> None:
    free = take(take(full(), [7], 0, 1), [7], 3, 4)  # place 7 is only free in the middle
    free = take(free, [5], 0, 1)
    assert choose_places(free, LAYOUT, "second", 1, 3, 1) == (7,)
    assert choose_places(free, LAYOUT, "second", 1, 2, 1) == (5,)


@pytest.mark.parametrize(
    ("places", "adjacent"),
    [
        (["1A"], True),
        (["1A", "1B"], True),
        (["1B", "1A"], True),
        (["1A", "1C"], False),
        (["1C", "1D"], False),  # an aisle between two friends
        (["1B", "1C", "1D"], False),
        (["1A", "1B", "1C", "1D"], True),  # four cannot avoid the aisle
        (["1A", "1B", "1D", "1F"], False),
        (["1F", "2A"], False),
        ([], False),
    ],
)
def test_side_by_side(places: list[str], adjacent: bool) -> None:
    at = {place.number: i for i, place in enumerate(LAYOUT.places) if place.coach == 0}
    assert is_adjacent(LAYOUT, [at[number] for number in places]) is adjacent


def test_units_stand_together_and_never_beside_a_seat() -> None:
    assert is_adjacent(LAYOUT, [2 * COACH, 2 * COACH + 3])
    assert not is_adjacent(LAYOUT, [0, 2 * COACH])


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
