"""A cash machine for tests: simulated coins, hoppers and notes, and a till on top that can die and be begun anew."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from devices.cash.book import Book
from devices.cash.cctalk import Bus
from devices.cash.coins import CoinAcceptor
from devices.cash.essp import Conversation
from devices.cash.essp_key import FIXED_DEFAULT
from devices.cash.hopper import Hopper
from devices.cash.line import Line
from devices.cash.payers import Payer, Payers
from devices.cash.takers import Coins, Notes
from devices.cash.till import Till
from devices.cash.validator import Validator
from kiosk.ports import ChargeRequest, PaymentOutcome, Pieces, Prompt

from .simulators import Device, Start

CURRENCY = "CNY"
HOPPERS = {3: (100, 40), 4: (50, 20)}  # address: value, coins filled in


class Died(BaseException):
    """The program is gone: nothing may swallow it."""


def die() -> None:
    raise Died


class Shop:
    """Simulators in a folder, and the till of one life of the program."""

    def __init__(
        self, start: Start, folder: Path, *cctalk: str, timeout_s: float = 20.0, recycle: bool = False
    ) -> None:
        self.folder, self._timeout_s = folder, timeout_s
        self._paths = {address: address for address in HOPPERS} if recycle else {}
        hoppers = [f"--hopper={address}:{value}:{count}" for address, (value, count) in HOPPERS.items()]
        self.coins: Device = start("cctalk", *hoppers, "--coin-s", "0.005", *cctalk)
        self.notes: Device = start("essp", "--move-s", "0.02")
        self.prompts: list[Prompt] = []
        self.till = self.begin()
        self.fill()

    def begin(self) -> Till:
        """A new life of the program."""
        self.book = Book(self.folder / "cash.jsonl")
        self._lines = [Line(device.ready["device"], 9600) for device in (self.coins, self.notes)]
        bus = Bus(self._lines[0], timeout_s=0.1)
        talk = Conversation(self._lines[1], fixed_key=FIXED_DEFAULT, timeout_s=0.1)
        hoppers = [
            (Hopper(bus, address, value), self._paths.get(address, 0)) for address, (value, _) in HOPPERS.items()
        ]
        self.payers = Payers([Payer(hopper, path, 100 if path else 0) for hopper, path in hoppers], self.book)
        coins = Coins(CoinAcceptor(bus, 2, CURRENCY), self.book, {path: at for at, path in self._paths.items()})
        notes = Notes(Validator(talk, CURRENCY), self.book)
        self.till = Till(self.book, self.payers, coins, notes, CURRENCY, self._timeout_s)
        return self.till

    def die(self) -> None:
        """As after kill -9: nothing is said to the devices."""
        for line in self._lines:
            line.close()
        self.book.close()

    def charge_here(self, request: ChargeRequest, value: int) -> PaymentOutcome:
        """Charge on this thread while somebody puts in one piece."""
        put_in = threading.Thread(target=lambda: self._put_in_when_open(value))
        put_in.start()
        try:
            return self.till.charge(request, self.prompts.append)
        finally:
            put_in.join(20)

    def _put_in_when_open(self, value: int) -> None:
        until(lambda: value in self.notes.order("state")["accepts"])
        self.notes.order("insert", value=value)

    def fill(self) -> None:
        """Staff say what is in the hoppers."""
        self.payers.begin()
        for payer in self.payers.all:
            address = payer.hopper.address
            coins = int(self.coins.order("state")["hoppers"][str(address)])
            self.book.filled(address, payer.serial, coins, payer.total)

    def request(self, amount: int, attempt: str = "attempt-1", refund_of: str = "") -> ChargeRequest:
        return ChargeRequest(attempt, amount, CURRENCY, self.till.mark(), refund_of)

    def charge(self, request: ChargeRequest) -> Callable[[], PaymentOutcome]:
        """Begin it in the background; the answer waits for the outcome."""
        answers: list[PaymentOutcome] = []
        self.prompts.clear()
        thread = threading.Thread(target=lambda: answers.append(self.till.charge(request, self.prompts.append)))
        thread.start()

        def wait() -> PaymentOutcome:
            thread.join(60)
            return answers[0]

        return wait

    def put_in(self, *values: int) -> None:
        """A passenger puts in pieces, each as soon as it is taken."""
        for value in values:
            device = self.coins if value < 500 and value in (10, 50, 100) else self.notes
            until(lambda device=device, value=value: value in device.order("state")["accepts"])  # type: ignore[misc]
            before = sum(prompt.in_minor for prompt in self.prompts[-1:])
            device.order("insert", value=value)
            until(lambda before=before: self._more(before))  # type: ignore[misc]

    def _more(self, before: int) -> bool:
        last = self.prompts[-1]
        return last.what == "change" or last.in_minor > before or self._done()

    def _done(self) -> bool:
        return not self.coins.order("state")["accepts"] and not self.notes.order("state")["accepts"]

    def truth(self) -> Pieces:
        """What the ledgers say moved: pieces that stayed inside > 0, pieces out of the hoppers < 0."""
        lines = self.coins.ledger("coins.jsonl") + self.notes.ledger("notes.jsonl")
        came: dict[int, int] = {}
        went: dict[int, int] = {}
        for line in lines:
            if line["event"] == "in":
                came[line["value"]] = came.get(line["value"], 0) + 1
            elif line["event"] == "paid":
                went[line["value"]] = went.get(line["value"], 0) - 1
        return (*sorted(came.items()), *sorted(went.items()))

    def net(self) -> int:
        return sum(value * count for value, count in self.truth())


def until(true: Callable[[], object], wait_s: float = 20.0) -> None:
    """Wait for it; AssertionError when it does not come."""
    end = time.monotonic() + wait_s
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


@pytest.fixture
def shop(shared: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setattr("devices.cash.till.SETTLE_TRIES_S", 1.0)
    monkeypatch.setattr("devices.cash.till.QUIET_S", 0.05)
    monkeypatch.setattr("devices.cash.till.POLL_S", 0.02)
    return Shop(shared, tmp_path)
