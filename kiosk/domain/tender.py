"""Cash over a counter: what a customer may hand over for an amount, and the change for it in few pieces. Pure rules."""

from __future__ import annotations

from kiosk.domain.change import give
from kiosk.domain.money import exponent

_COMMON = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)
PIECES: dict[str, tuple[int, ...]] = {
    "EUR": _COMMON,
    "GBP": tuple(value for value in _COMMON if value <= 5000),
    "CNY": (10, 50, 100, 500, 1000, 2000, 5000, 10_000),
    "USD": (1, 5, 10, 25, 100, 500, 1000, 2000, 5000, 10_000),
    "CHF": (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000),
    "JPY": (1, 5, 10, 50, 100, 500, 1000, 5000, 10_000),
}
"""Notes and coins that are around, in minor units."""
_PLENTY = 40  # of each piece, in a drawer


def pieces_of(currency: str) -> tuple[int, ...]:
    """Of a currency that is not listed: 1, 2 and 5 of every power of ten up to two hundred."""
    if currency in PIECES:
        return PIECES[currency]
    top = 200 * 10 ** exponent(currency)
    return tuple(step * 10**n for n in range(12) for step in (1, 2, 5) if step * 10**n <= top)


def change_due(amount_minor: int, tendered_minor: int) -> int:
    """What goes back; ValueError when too little was handed over."""
    if tendered_minor < amount_minor:
        raise ValueError(f"{tendered_minor} is less than {amount_minor}")
    return tendered_minor - amount_minor


def suggested(change_minor: int, currency: str) -> dict[int, int] | None:
    """The change in the fewest pieces of a well-filled drawer: value -> how many; None when the currency's pieces
    cannot make it."""
    return give(change_minor, dict.fromkeys(pieces_of(currency), _PLENTY))


def likely(amount_minor: int, currency: str, most: int = 4) -> tuple[int, ...]:
    """Sums a customer will probably hand over, smallest first: the amount itself where pieces make it, then up to the
    next of each note."""
    exact = {amount_minor} if suggested(amount_minor, currency) is not None else set()
    rounded = {-(-amount_minor // value) * value for value in pieces_of(currency) if value >= 100}
    return tuple(sorted(exact | {sum_ for sum_ in rounded if sum_ > 0})[:most])
