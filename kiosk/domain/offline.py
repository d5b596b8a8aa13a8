"""Card payments a terminal approves without its bank, and how far an operator lets it: store and forward.

Such an approval is a promise nobody checked: the bank may refuse it when it hears of it, and then the operator has
issued tickets for nothing. So there are none unless the operator says how many, how much and for how long. What is
outstanding is folded from the journal: an approval the terminal made alone counts until the same terminal says, with
an approval it did ask its bank for, that it keeps none back, until it is reversed, or until staff say so.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

import msgspec

from kiosk.domain.money import Money

HOUR_S = 3600


class Stored(msgspec.Struct, frozen=True):
    """An approval whose money is still with the passenger's bank, as far as is known."""

    means: str
    amount_minor: int
    currency: str
    at: int  # unix s


class OfflinePolicy(msgspec.Struct, frozen=True):
    """How far: for one payment and for all of them (in whole units of a currency), how many, and how old the oldest
    may get. All nought is never, which is what a terminal does that was told nothing."""

    each_max: Decimal = Decimal(0)
    total_max: Decimal = Decimal(0)
    count_max: int = 0
    age_max_s: float = 0.0

    @property
    def off(self) -> bool:
        return not (self.each_max > 0 and self.total_max > 0 and self.count_max > 0 and self.age_max_s > 0)

    def refusal(self, amount_minor: int, currency: str, stored: Collection[Stored], now: float) -> str:
        """Why this amount may not be approved without a bank now: off, each, total, count, age; "" = it may."""
        if self.off:
            return "off"
        amount = Decimal(Money(amount_minor, currency).decimal())
        total = sum((Decimal(Money(s.amount_minor, s.currency).decimal()) for s in stored), Decimal(0))
        if amount > self.each_max:
            return "each"
        if any(each.currency != currency for each in stored) or total + amount > self.total_max:
            return "total"  # two currencies have no sum
        if len(stored) >= self.count_max:
            return "count"
        # A clock that was set back must not make them younger than each other.
        latest = max([now, *(each.at for each in stored)])
        if any(latest - each.at > self.age_max_s for each in stored):
            return "age"
        return ""

    def words(self) -> str:
        """For operators."""
        if self.off:
            return "off: no card payment without the bank"
        hours = f"{self.age_max_s / HOUR_S:g} h"
        each, total = (f"{amount.normalize():f}" for amount in (self.each_max, self.total_max))
        return f"up to {each} each, {total} in all, {self.count_max} payments, {hours} old"


NEVER = OfflinePolicy()
