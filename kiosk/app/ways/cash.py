"""Notes and coins: a simulated note validator, coin acceptor and two hoppers, filled."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from kiosk.app.cash import CashMachine
from kiosk.app.config_cash import CashSection
from kiosk.app.ways.way import Way, lines_of
from kiosk.domain.errors import KioskError

HOPPERS = {3: (100, 1500), 4: (50, 100)}  # address: value, coins
CREDITS = 229  # the ccTalk question what came in
NOTE_EVERY_S = 0.5
WAIT_S = 60.0


class Here(Way):
    """Somebody puts in the greatest note that is taken, again and again; `notes.jsonl` and `coins.jsonl` have every
    piece that moved."""

    means = "cash"
    words_when_out = "No cash"
    _lose = False
    _due = 0  # of all payments so far

    def start(self) -> None:
        hoppers = [f"--hopper={address}:{value}:{coins}" for address, (value, coins) in HOPPERS.items()]
        self._coins = self.child("cctalk", "--ledger", str(self.folder / "coins.jsonl"), *hoppers, "--coin-s", "0.01")
        helping = ("--passenger-s", str(NOTE_EVERY_S))
        self._notes = self.child("essp", "--ledger", str(self.folder / "notes.jsonl"), *helping)

    def sections(self, timeout_s: float = 90.0) -> dict[str, dict[str, Any]]:
        """With hoppers that staff have filled."""
        section = CashSection(
            currency="CNY",
            coins=f"127.0.0.1:{self._coins['port']}",
            hoppers=" ".join(f"{address}:{value / 100:.2f}" for address, (value, _) in HOPPERS.items()),
            notes=f"127.0.0.1:{self._notes['port']}",
            timeout_s=timeout_s,
        )
        machine = CashMachine(section, self.folder / "kiosk")
        for address, (_, coins) in HOPPERS.items():
            if address not in machine.book.state.hoppers:
                machine.fill(address, coins)
        machine.close()
        return {"cash": asdict(section)}

    def present(self, due_minor: int, tap: Callable[[str], None]) -> None:
        self._due += due_minor
        until = time.monotonic() + WAIT_S
        while (taken := self.taken_minor()) < self._due:
            if time.monotonic() > until:
                raise KioskError(f"{taken} is in where {self._due} is due, and no note is taken any more")
            time.sleep(0.02)  # the machine takes its time, and wakes nobody here
        if self._lose:
            self.order("cctalk", do="fault", kind="silent", command=CREDITS, times=6)
            self._lose = False

    def lose_next_answer(self) -> None:
        self._lose = True

    def out_of_order(self) -> None:
        for name in ("cctalk", "essp"):
            self.order(name, do="power", on=False)

    def in_order(self) -> None:
        for name in ("cctalk", "essp"):
            self.order(name, do="power", on=True)

    def taken_minor(self) -> int:
        lines = lines_of(self.folder / "coins.jsonl") + lines_of(self.folder / "notes.jsonl")
        sign = {"in": 1, "paid": -1}
        return sum(sign.get(line["event"], 0) * line.get("value", 0) for line in lines)
