"""Change against a brute force that tries every handful of pieces."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.change import can_give, give, largest_change, may_accept

STOCKS = st.dictionaries(st.sampled_from([1, 2, 3, 5, 10, 20, 25]), st.integers(0, 4), max_size=4)


def handfuls(stock: dict[int, int]) -> list[dict[int, int]]:
    counts = product(*(range(count + 1) for count in stock.values()))
    return [dict(zip(stock, taken, strict=True)) for taken in counts]


def worth(pieces: dict[int, int]) -> int:
    return sum(value * count for value, count in pieces.items())


def rank(pieces: dict[int, int], stock: dict[int, int]) -> tuple[int, list[int]]:
    """Small is better: fewest pieces, then the fullest emptiest hopper."""
    stays = sorted(stock[value] - pieces.get(value, 0) for value in stock)
    return sum(pieces.values()), [-count for count in stays]


@given(STOCKS, st.integers(0, 120))
def test_change_is_exact_bounded_and_the_best_there_is(stock: dict[int, int], amount: int) -> None:
    ways = [pieces for pieces in handfuls(stock) if worth(pieces) == amount]
    found = give(amount, stock)
    assert can_give(amount, stock) == bool(ways)
    if found is None:
        assert not ways
        return
    assert worth(found) == amount
    assert all(0 < count <= stock[value] for value, count in found.items())
    assert rank(found, stock) == min(rank(pieces, stock) for pieces in ways)


@given(STOCKS, st.integers(1, 5), st.integers(0, 80))
def test_the_largest_change_has_no_gap_below_it(stock: dict[int, int], step: int, limit: int) -> None:
    possible = {worth(pieces) for pieces in handfuls(stock)}
    largest = largest_change(stock, step, limit)
    assert largest % step == 0 and largest <= limit
    assert set(range(0, largest + 1, step)) <= possible
    assert largest + step > limit or largest + step not in possible


@given(STOCKS, st.integers(1, 25), st.integers(0, 40), st.integers(1, 40), st.booleans(), st.booleans())
def test_a_piece_is_taken_only_when_its_change_can_be_given(
    stock: dict[int, int], value: int, paid: int, due: int, recycled: bool, refundable: bool
) -> None:
    after = {**stock, value: stock.get(value, 0) + recycled}
    possible = {worth(pieces) for pieces in handfuls(after)}
    change_fits = max(0, paid + value - due) in possible
    refund_fits = paid + value in possible or not refundable
    assert may_accept(value, paid, due, stock, recycled, refundable) == (paid < due and change_fits and refund_fits)


def test_greed_would_fail_where_change_exists() -> None:
    assert give(60, {50: 1, 20: 3}) == {20: 3}


def test_equally_few_pieces_come_from_the_fuller_hoppers() -> None:
    assert give(6, {5: 1, 1: 1, 3: 9}) == {3: 2}


def test_empty_hoppers_mean_exact_money_only() -> None:
    assert largest_change({100: 0}, 10, 1000) == 0


@pytest.mark.parametrize("stock", [{0: 1}, {-5: 1}, {5: -1}])
def test_an_impossible_stock_is_refused(stock: dict[int, int]) -> None:
    with pytest.raises(ValueError, match="stock"):
        give(5, stock)
