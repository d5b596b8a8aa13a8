"""Who sits where, by example: pairs, rows, large parties, wheelchairs, standing, and what counts as side by side."""

from __future__ import annotations

import pytest

from kiosk.domain.layout import Coach, Layout, Place, PlaceClass
from kiosk.domain.segments import choose_places, is_adjacent, take
from tests.unit.train import COACH, LAYOUT, full, numbers, train


def test_a_pair_takes_the_pair_of_seats_and_three_take_the_three() -> None:
    assert numbers(choose_places(full(), LAYOUT, "second", 0, 4, 2)) == ["1-1D", "1-1F"]
    assert numbers(choose_places(full(), LAYOUT, "second", 0, 4, 3)) == ["1-1A", "1-1B", "1-1C"]
    assert numbers(choose_places(full(), LAYOUT, "second", 0, 4, 5)) == ["1-1A", "1-1B", "1-1C", "1-1D", "1-1F"]


def one_row(*free: int) -> tuple[Layout, list[int]]:
    """A row of eight seats without an aisle, and which of them (1-8) are free."""
    seats = tuple(Place(0, f"A{n}", 1, n) for n in range(1, 9))
    hall = Layout("hall", (PlaceClass("stalls", "Stalls"),), (Coach("Stalls", "stalls"),), seats)
    return hall, [sum(1 << n - 1 for n in free)]


@pytest.mark.parametrize(
    ("free", "pair"),
    [
        ((1, 2, 3, 5, 6, 7, 8), (5, 6)),  # not one of the three alone
        ((1, 2, 3, 4, 6, 7), (6, 7)),  # a gap of two is filled before one of four is opened
        ((1, 3, 4, 5), (3, 4)),  # it cannot be helped
    ],
)
def test_no_single_seat_is_left_alone_where_that_can_be_helped(free: tuple[int, ...], pair: tuple[int, int]) -> None:
    hall, held = one_row(*free)
    assert tuple(i + 1 for i in choose_places(held, hall, "stalls", 0, 1, 2)) == pair


def test_six_sit_in_a_block_of_two_rows() -> None:
    assert numbers(choose_places(full(), LAYOUT, "second", 0, 4, 6)) == [
        f"1-{row}{letter}" for row in (1, 2) for letter in "ABC"
    ]


def only(*seats: str) -> list[int]:
    """Holdings of one segment with only these seats of coach 1 free."""
    at = {place.number: i for i, place in enumerate(LAYOUT.places) if place.coach == 0}
    return [sum(1 << at[seat] for seat in seats)]


def test_a_large_party_takes_the_fewest_rows_and_the_narrowest_block() -> None:
    eight = only("1A", *(f"2{letter}" for letter in "ABCDF"), "3A", "3B", "3C")
    assert numbers(choose_places(eight, LAYOUT, "second", 0, 1, 8)) == [
        *(f"1-2{letter}" for letter in "ABCDF"),
        *(f"1-3{letter}" for letter in "ABC"),
    ]
    holes = only(*(f"{row}{letter}" for row in (1, 2) for letter in "ACDF"))
    assert numbers(choose_places(holes, LAYOUT, "second", 0, 1, 5)) == ["1-1C", "1-1D", "1-1F", "1-2C", "1-2D"]


def test_a_party_larger_than_a_coach_is_split_without_anyone_alone() -> None:
    layout = train(coaches=3)
    coaches = [layout.places[i].coach for i in choose_places(full(1, layout), layout, "second", 0, 1, 16)]
    assert (coaches.count(0), coaches.count(1), coaches.count(2)) == (14, 2, 0)


def test_a_party_wishing_for_a_window_gets_one_of_its_seats_there() -> None:
    free = take(full(), [3, 4], 0, 4)  # 1D 1F are gone: B C would fit as well as A B
    assert numbers(choose_places(free, LAYOUT, "second", 0, 4, 2, prefer="window")) == ["1-2D", "1-2F"]
    assert numbers(choose_places(free, LAYOUT, "second", 0, 4, 1, prefer="aisle")) == ["1-1C"]
    three = only("1A", "1B", "1C")
    assert numbers(choose_places(three, LAYOUT, "second", 0, 1, 2)) == ["1-1A", "1-1B"]
    assert numbers(choose_places(three, LAYOUT, "second", 0, 1, 2, prefer="aisle")) == ["1-1B", "1-1C"]


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
        (["1A", "1A"], False),
        ([], False),
    ],
)
def test_side_by_side(places: list[str], adjacent: bool) -> None:
    at = {place.number: i for i, place in enumerate(LAYOUT.places) if place.coach == 0}
    assert is_adjacent(LAYOUT, [at[number] for number in places]) is adjacent


def test_units_stand_together_and_never_beside_a_seat() -> None:
    assert is_adjacent(LAYOUT, [2 * COACH, 2 * COACH + 3])
    assert not is_adjacent(LAYOUT, [0, 2 * COACH])
