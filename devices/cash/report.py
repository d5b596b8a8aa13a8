"""How each part of a cash machine is, in words for staff."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from devices.cash.book import Book
from devices.cash.payers import Payers
from devices.cash.takers import Coins, Notes

LOW_COINS = 20


@dataclass(frozen=True)
class Part:
    """`way_out`: what to do about it; "" = nothing."""

    name: str
    ok: bool
    words: str
    way_out: str = ""


def parts(
    book: Book, payers: Payers, coins: Coins | None, notes: Notes | None, money: Callable[[int], str]
) -> list[Part]:
    """After the machine was asked."""
    found = []
    for name, taker in (("coins", coins), ("notes", notes)):
        if taker is None:
            continue
        if not taker.answers:
            found.append(Part(name, False, "does not answer", "is it on, and its line right?"))
        elif taker.trouble or not taker.values:
            why = taker.trouble or ("the cash box is out" if taker.box_out else "the cash box is full")
            found.append(Part(name, False, why, "look at it; empty the box: kiosk cash emptied"))
        else:
            found.append(Part(name, True, f"takes {', '.join(money(value) for value in sorted(taker.values))}"))
    for payer in payers.all:
        name, level = f"hopper {payer.hopper.address}", payers.level(payer)
        holds = f"{level} coins of {money(payer.hopper.value)}"
        if payer.trouble:
            found.append(Part(name, False, payer.trouble, "look at it; after filling: kiosk cash fill"))
        elif level < LOW_COINS:
            found.append(Part(name, False, holds, "fill it, then: kiosk cash fill"))
        else:
            found.append(Part(name, True, holds))
    box = sum(value * count for value, count in book.state.box.items())
    found.append(Part("cash box", True, f"{sum(book.state.box.values())} pieces, {money(box)}"))
    if book.state.doubts:
        found.append(Part("doubts", True, f"{len(book.state.doubts)}, the latest: {book.state.doubts[-1]}"))
    return found
