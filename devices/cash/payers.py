"""What pays out: hoppers, with the coins that are in them by the book, and payouts proved by their life-long counts."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from devices.cash.book import Book
from devices.cash.hopper import COUNT_MAX, Hopper, since
from devices.cash.line import CashFault
from kiosk.domain.change import can_give, give

log = logging.getLogger(__name__)

REST_S = 60.0  # a payout that an earlier life of this program began


@dataclass
class Payer:
    """A hopper and what is known of it now."""

    hopper: Hopper
    path: int = 0  # of the sorter, that leads into it
    full: int = 0  # recycled coins go to the cash box from here on; 0 = it does not recycle
    serial: str = ""
    total: int = 0
    trouble: str = "not asked yet"  # "" = it can pay


class Payers:
    """All hoppers of a machine."""

    def __init__(self, payers: Sequence[Payer], book: Book) -> None:
        self._payers, self._book = list(payers), book

    @property
    def all(self) -> Sequence[Payer]:
        return self._payers

    def begin(self) -> None:
        """Ask every hopper; one that is silent or stuck pays nothing until it answers again."""
        for payer in self._payers:
            self._ask(payer)

    def level(self, payer: Payer) -> int:
        """Coins in it by the book: what staff filled in, less what it paid, plus what fell back."""
        known = self._book.state.hoppers.get(payer.hopper.address)
        if known is None or known.serial != payer.serial:
            return 0
        return max(0, known.coins + known.back - since(known.total, payer.total))

    def stock(self, only: Collection[int] | None = None) -> dict[int, int]:
        """Coins that can be paid now, by value; `only` from these hoppers."""
        stock: dict[int, int] = {}
        for payer in self._payers:
            if not payer.trouble and (only is None or payer.hopper.address in only):
                stock[payer.hopper.value] = stock.get(payer.hopper.value, 0) + self.level(payer)
        return stock

    def recycles(self, value: int) -> bool:
        """Whether a coin of this value falls into a hopper that can pay it out again."""
        mine = [payer for payer in self._payers if payer.hopper.value == value and payer.full and not payer.trouble]
        return any(self.level(payer) < payer.full for payer in mine)

    def counts(self, serials: Mapping[int, str]) -> dict[int, int]:
        """The life-long count of each hopper named, once all of them rest. CashFault: silent, or another hopper."""
        found = {}
        for address, serial in serials.items():
            payer = next((each for each in self._payers if each.hopper.address == address), None)
            if payer is None:
                raise CashFault(f"hopper {address} is no longer configured")
            now = payer.hopper.connect()
            if now != serial:
                raise CashFault(f"hopper {address} is another one than when the payment began")
            payer.hopper.rest(time.monotonic() + REST_S)
            payer.serial, payer.total = now, payer.hopper.total()
            found[address] = payer.total
        return found

    def pay(self, amount_minor: int, only: Collection[int], *, whole: bool) -> int:
        """Pay out the amount, or with `whole` nothing when it cannot be given exactly; returns what is still owed.

        `only`: hoppers whose count before is known. One that stops early is left out, and the rest is planned anew.
        """
        owed = amount_minor
        while owed > 0:
            stock = self.stock(only)
            wanted = owed if whole else _most(owed, stock)
            plan = give(wanted, stock) if wanted else None
            if not plan:
                break
            for value, count in sorted(plan.items(), reverse=True):
                owed -= value * self._pay_value(value, count, only)
        return owed

    def _pay_value(self, value: int, count: int, only: Collection[int]) -> int:
        """From the fullest hopper of this value first; how many came out."""
        came = 0
        mine = [each for each in self._payers if each.hopper.value == value and each.hopper.address in only]
        for payer in sorted(mine, key=self.level, reverse=True):
            while came < count and not payer.trouble and self.level(payer):
                came += self._pay_from(payer, min(count - came, self.level(payer), COUNT_MAX))
        return came

    def _pay_from(self, payer: Payer, count: int) -> int:
        """How many came, by its count; CashFault when nobody can tell."""
        hopper = payer.hopper
        came, fault = self._once(payer, count)
        if fault and not came and hopper.works():  # its count proves that nothing came: a lost word is said again
            came, fault = self._once(payer, count)
        if came < count:
            words = ", ".join(hopper.trouble()) or fault or "it is empty"
            log.warning("hopper %d paid %d coins of %d: %s", hopper.address, came, count, words)
            payer.trouble = words
            if not fault and hopper.works():  # it tried, and nothing came
                self._book.dry(hopper.address, payer.serial, payer.total)
                payer.trouble = "it is empty"
        return came

    def _once(self, payer: Payer, count: int) -> tuple[int, str]:
        """(coins that came, what went wrong); the hopper rests, and its count was read after."""
        hopper, before, fault = payer.hopper, payer.total, ""
        self._book.asked(hopper.address, count)
        try:
            hopper.pay(count)
        except CashFault as error:
            fault = str(error)
            hopper.rest(time.monotonic() + REST_S)  # it may be at it all the same
        payer.total = hopper.total()
        came = since(before, payer.total)
        if came > count:
            payer.trouble = f"its count went up by {came} for {count} coins"
            raise CashFault(f"hopper {hopper.address}: {payer.trouble}")
        return came, fault

    def _ask(self, payer: Payer) -> None:
        hopper = payer.hopper
        try:
            payer.serial = hopper.connect()
            payer.total = hopper.total()
            payer.trouble = "" if hopper.works() else ", ".join(hopper.trouble())
        except CashFault as fault:
            if payer.trouble != str(fault):
                log.warning("%s", fault)
            payer.trouble = str(fault)


def _most(amount: int, stock: Mapping[int, int]) -> int:
    """The greatest part of the amount that can be given."""
    if can_give(amount, stock):
        return amount
    smallest = min((value for value, count in stock.items() if count), default=0)
    if not smallest:
        return 0
    return next((part for part in range(amount - 1, 0, -1) if can_give(part, stock)), 0)
