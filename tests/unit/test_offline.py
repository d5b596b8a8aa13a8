"""How far a terminal may go without its bank: each cap alone, all together, and none at all."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.money import exponent
from kiosk.domain.offline import HOUR_S, NEVER, OfflinePolicy, Stored

POLICY = OfflinePolicy(Decimal("20.50"), Decimal(60), 4, 24 * HOUR_S)
NOW = 1_790_000_000


def stored(*amounts: int, currency: str = "EUR", age_s: int = 60) -> list[Stored]:
    return [Stored("card", amount, currency, NOW - age_s) for amount in amounts]


@pytest.mark.parametrize(
    ("amount", "outstanding", "why"),
    [
        (2050, [], ""),
        (2051, [], "each"),
        (2000, stored(2000, 2000), ""),
        (2001, stored(2000, 2000), "total"),
        (1, stored(1, 1, 1), ""),
        (1, stored(1, 1, 1, 1), "count"),
        (1, stored(1, age_s=24 * HOUR_S), ""),
        (1, stored(1, age_s=24 * HOUR_S + 1), "age"),
        (1, stored(1, currency="CNY"), "total"),
    ],
)
def test_each_cap(amount: int, outstanding: list[Stored], why: str) -> None:
    assert POLICY.refusal(amount, "EUR", outstanding, NOW) == why


@pytest.mark.parametrize("field", ["each_max", "total_max", "count_max", "age_max_s"])
def test_without_one_of_the_caps_it_is_never(field: str) -> None:
    nothing: Any = {field: 0}
    assert msgspec.structs.replace(POLICY, **nothing).refusal(1, "EUR", [], NOW) == "off"
    assert NEVER.refusal(1, "EUR", [], NOW) == "off" and NEVER.off


def test_amounts_are_whole_units_of_their_currency() -> None:
    assert POLICY.refusal(20, "JPY", [], NOW) == "" and POLICY.refusal(21, "JPY", [], NOW) == "each"
    assert POLICY.refusal(20_500, "KWD", [], NOW) == "" and POLICY.refusal(20_501, "KWD", [], NOW) == "each"


def test_a_clock_that_was_set_back_makes_nothing_young() -> None:
    old = [Stored("card", 1, "EUR", NOW), Stored("card", 1, "EUR", NOW + 25 * HOUR_S)]
    assert POLICY.refusal(1, "EUR", old, NOW - HOUR_S) == "age"


@given(st.lists(st.integers(1, 5000), max_size=30), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_whatever_is_asked_for_what_is_let_stays_within_the_caps(amounts: list[int], currency: str) -> None:
    kept: list[Stored] = []
    for number, amount in enumerate(amounts):
        if not POLICY.refusal(amount, currency, kept, NOW + number):
            kept.append(Stored("card", amount, currency, NOW + number))
    unit = Decimal(10) ** exponent(currency)
    assert len(kept) <= 4 and sum(each.amount_minor for each in kept) <= 60 * unit
    assert all(each.amount_minor <= Decimal("20.50") * unit for each in kept)


def test_it_is_said_in_words() -> None:
    assert POLICY.words() == "up to 20.5 each, 60 in all, 4 payments, 24 h old"
    assert NEVER.words().startswith("off")
