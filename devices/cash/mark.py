"""The counts of a cash machine at one moment, as text that is kept with the intent to pay, and what moved since."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

from devices.cash.book import Book
from devices.cash.hopper import since
from devices.cash.payers import Payers
from kiosk.ports import Pieces


class Doubt(Exception):
    """The counts do not tell what moved; the message says why."""


@dataclass(frozen=True)
class Moved:
    """What came in and went out."""

    came: int  # minor units put in, whatever went back
    went: int
    pieces: Pieces

    @property
    def net(self) -> int:
        return self.came - self.went


@dataclass(frozen=True)
class Mark:
    """Pieces ever taken by value; life-long counts and coins ever asked for by hopper; doubts so far."""

    at: float
    takers: str
    inside: dict[int, int]
    out: dict[int, tuple[str, int, int]]
    doubts: int

    @classmethod
    def now(cls, book: Book, payers: Payers, takers: str) -> Mark:
        """Of hoppers that answer; the others pay nothing for this payment."""
        state = book.state
        out = {
            payer.hopper.address: (payer.serial, payer.total, state.asked.get(payer.hopper.address, 0))
            for payer in payers.all
            if not payer.trouble
        }
        return cls(time.time(), takers, dict(state.inside), out, len(state.doubts))

    def text(self) -> str:
        fields = {"at": round(self.at, 1), "takers": self.takers, "in": self.inside, "out": self.out}
        return json.dumps({**fields, "doubts": self.doubts}, separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> Mark:
        """Doubt when it is not one of ours."""
        try:
            found = json.loads(text)
            inside = {int(value): int(count) for value, count in found["in"].items()}
            out = {
                int(address): (str(serial), int(total), int(asked))
                for address, (serial, total, asked) in found["out"].items()
            }
            return cls(float(found["at"]), str(found["takers"]), inside, out, int(found["doubts"]))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Doubt(f"the counts before the payment cannot be read: {text[:80]!r}") from None

    def is_recent(self, within_s: float) -> bool:
        """The passenger may still be there; a clock that jumped says no."""
        return 0 <= time.time() - self.at < within_s

    def came(self, book: Book) -> int:
        """Minor units put in so far."""
        return sum(value * count for value, count in self._taken(book).items())

    def moved(self, book: Book, payers: Payers) -> Moved:
        """What moved since; every device must have come to rest. CashFault: one does not answer. Doubt: the counts
        cannot be right."""
        if len(book.state.doubts) > self.doubts:
            raise Doubt("; ".join(book.state.doubts[self.doubts :]))
        taken = self._taken(book)
        if any(count < 0 for count in taken.values()):
            raise Doubt("the cash machine's book is younger than this payment")
        values = {payer.hopper.address: payer.hopper.value for payer in payers.all}
        now = payers.counts({address: serial for address, (serial, _, _) in self.out.items()})
        pieces = [(value, count) for value, count in sorted(taken.items()) if count]
        for address, (_, before, asked) in sorted(self.out.items()):
            paid = since(before, now[address])
            ever = book.state.asked.get(address, 0) - asked
            if paid > ever:
                raise Doubt(f"hopper {address} counts {paid} coins where at most {ever} were asked for")
            if paid:
                pieces.append((values[address], -paid))
        came = sum(value * count for value, count in pieces if count > 0)
        went = -sum(value * count for value, count in pieces if count < 0)
        return Moved(came, went, tuple(pieces))

    def _taken(self, book: Book) -> dict[int, int]:
        values = book.state.inside.keys() | self.inside.keys()
        return {value: book.state.inside.get(value, 0) - self.inside.get(value, 0) for value in values}
