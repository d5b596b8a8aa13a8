"""Money: integer minor units and an ISO 4217 currency. Never a float."""

from __future__ import annotations

from decimal import Decimal

import msgspec

Pieces = tuple[tuple[int, int], ...]
"""Notes and coins: (value in minor units, how many); taken in > 0, given out < 0."""

# ISO 4217 currencies whose minor unit is not 1/100 (source: ISO 4217 list one).
_EXPONENTS = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}
_SIGNS = {
    "CNY": "¥",
    "JPY": "¥",
    "EUR": "€",
    "GBP": "£",
    "USD": "$",
    "INR": "₹",
    "KRW": "₩",
    "TWD": "NT$",
    "CAD": "$",
    "PHP": "₱",
}


def exponent(currency: str) -> int:
    """Number of decimals of the currency's minor unit."""
    return _EXPONENTS.get(currency, 2)


class Money(msgspec.Struct, frozen=True):
    """An amount in minor units (fen, cents) of one currency."""

    amount_minor: int
    currency: str

    def __add__(self, other: Money) -> Money:
        if self.currency != other.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __mul__(self, count: int) -> Money:
        return Money(self.amount_minor * count, self.currency)

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """From a decimal string such as "553.5"; more decimals than the currency has are refused."""
        scaled = Decimal(text).scaleb(exponent(currency))
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{text} has more decimals than {currency} allows")
        return cls(int(scaled), currency)

    def decimal(self) -> str:
        """Plain decimal string, all minor digits: "553.50"."""
        places = exponent(self.currency)
        return f"{Decimal(self.amount_minor).scaleb(-places):.{places}f}"

    def text(self, *, exact: bool = False) -> str:
        """For people: "¥ 553.50"; a round sum loses its zeros ("¥ 553") unless `exact`."""
        digits = self.decimal()
        places = exponent(self.currency)
        if places and not exact and self.amount_minor % 10**places == 0:
            digits = digits[: -places - 1]
        sign = _SIGNS.get(self.currency, self.currency)
        return f"{sign} {digits}"
