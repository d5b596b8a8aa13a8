"""The simulated terminal's memory and its acquirer: what was truly taken and given back, line by line on the disk."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from devices.simulated.control import Ledger

CURRENCY = {978: "EUR", 156: "CNY", 756: "CHF", 826: "GBP", 840: "USD", 124: "CAD", 392: "JPY", 901: "TWD", 344: "HKD"}


@dataclass
class Entry:
    """One transaction that has a receipt."""

    do: str  # charge, reversal, refund
    amount_minor: int
    currency: int
    receipt: int
    trace: int
    at: str  # MMDDHHMMSS
    original: int = 0  # trace of what is given back
    final: bool = True
    reversed: bool = False


class Book:
    """Counters go on after a restart; an approval nobody answered for is reversed then, where `unattended`."""

    def __init__(self, ledger: Ledger, *, unattended: bool) -> None:
        self._ledger = ledger
        self.entries: list[Entry] = []
        self.day: list[Entry] = []  # since the last end of day
        self.trace = self.receipt = 0
        for line in ledger.lines():
            self._learn(line)
        if unattended and self.entries and not self.entries[-1].final:
            self.reverse(self.entries[-1])

    def _learn(self, line: dict[str, Any]) -> None:
        self.trace = max(self.trace, int(line.get("trace", 0)))
        match line["do"]:
            case "charge" | "reversal" | "refund":
                names = ("do", "amount_minor", "receipt", "trace", "at_terminal")
                do, amount, receipt, trace, at = (line[name] for name in names)
                entry = Entry(do, amount, line["currency_no"], receipt, trace, at, line.get("original", 0))
                entry.final = do != "charge" or line["final"]
                self.receipt = receipt
                self._add(entry)
            case "final":
                next(e for e in self.entries if e.trace == line["trace"]).final = True
            case "end_of_day":
                self.day = []

    def _add(self, entry: Entry) -> None:
        self.entries.append(entry)
        self.day.append(entry)
        if entry.do == "reversal":
            next(e for e in self.entries if e.trace == entry.original).reversed = True

    @property
    def last(self) -> Entry | None:
        return self.entries[-1] if self.entries else None

    def next_trace(self) -> int:
        """Also what is declined has a trace number."""
        self.trace = self.trace % 999_999 + 1
        return self.trace

    def take(self, do: str, amount_minor: int, currency: int, *, original: int = 0, final: bool = True) -> Entry:
        """Money moves: on the disk first."""
        trace, receipt = self.next_trace(), self.receipt % 9999 + 1
        entry = Entry(do, amount_minor, currency, receipt, trace, time.strftime("%m%d%H%M%S"), original, final)
        self._ledger.write(
            do=do, outcome="approved", amount_minor=amount_minor, currency=CURRENCY.get(currency, str(currency)),
            currency_no=currency, receipt=receipt, trace=trace, at_terminal=entry.at, original=original, final=final,
        )  # fmt: skip
        self.receipt = receipt
        self._add(entry)
        return entry

    def refuse(self, amount_minor: int, code: int) -> None:
        self._ledger.write(
            do="charge_refused", outcome="declined", amount_minor=amount_minor, trace=self.next_trace(), code=code
        )

    def make_final(self, entry: Entry) -> None:
        if not entry.final:
            entry.final = True
            self._ledger.write(do="final", outcome="final", trace=entry.trace)

    def reverse(self, entry: Entry) -> Entry:
        entry.final = True
        return self.take("reversal", entry.amount_minor, entry.currency, original=entry.trace)

    def taken_minor(self) -> int:
        return sum(e.amount_minor if e.do == "charge" else -e.amount_minor for e in self.entries)

    def totals(self) -> tuple[int, int, int, int]:
        """(first receipt, last receipt, payments that stand, turnover) of this day."""
        stand = [e for e in self.day if e.do == "charge" and not e.reversed]
        turnover = sum(e.amount_minor for e in stand) - sum(e.amount_minor for e in self.day if e.do == "refund")
        receipts = [e.receipt for e in self.day] or [0]
        return receipts[0], receipts[-1], len(stand), turnover

    def close_day(self) -> None:
        _, _, count, turnover = self.totals()
        self._ledger.write(do="end_of_day", outcome="done", count=count, turnover_minor=turnover, trace=self.trace)
        self.day = []
