"""Cash over a counter: sums handed over, and change in few pieces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.tender import PIECES, change_due, likely, pieces_of, suggested


@given(st.sampled_from(sorted(PIECES)), st.integers(0, 20_000))
def test_change_is_exact_or_none(currency: str, amount: int) -> None:
    found = suggested(amount, currency)
    step = min(pieces_of(currency))
    assert (found is None) == (amount % step != 0)
    if found is not None:
        assert sum(value * count for value, count in found.items()) == amount
        assert sum(found.values()) <= 20


@given(st.sampled_from(["EUR", "CNY", "PLN"]), st.integers(1, 50_000))
def test_what_is_handed_over_is_enough(currency: str, amount: int) -> None:
    sums = likely(amount, currency)
    assert 1 <= len(sums) <= 4 and list(sums) == sorted(set(sums)) and all(each >= amount for each in sums)


def test_as_a_clerk_would_say_it() -> None:
    assert likely(55_300, "CNY") == (55_300, 55_500, 56_000, 60_000)
    assert suggested(4700, "CNY") == {2000: 2, 500: 1, 100: 2}
    assert suggested(60, "EUR") == {50: 1, 10: 1} and suggested(55, "CNY") is None
    assert pieces_of("XXX")[:4] == (1, 2, 5, 10)
    assert change_due(300, 500) == 200
    with pytest.raises(ValueError, match="less"):
        change_due(300, 299)
