"""A ZVT terminal, a driver at one of its lines, and the order in which a desk asks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from devices.payment.zvt.link import Settings
from devices.payment.zvt.terminal import ZvtPayment
from kiosk.ports import ChargeRequest, PaymentOutcome, Unresolved

from .simulators import Device, Start

AMOUNT = 99300
QUICK = Settings(currency="CNY", answer_s=1.0, stop_s=0.8)


class Shop:
    """The terminal's ledger is the truth about money."""

    def __init__(self, start: Start, folder: Path, line: str) -> None:
        self._start, self._folder, self.line = start, folder, line
        self._drivers: list[ZvtPayment] = []
        self._port = 0

    def open(self, *arguments: str, tap_s: float = 0.0) -> Device:
        more = ["--serial", str(self._folder / "tty")] if self.line == "serial" else []
        port = ["--port", str(self._port)] if self._port else []
        times = ("--tap-s", str(tap_s), "--answer-s", "1", "--again-s", "0.1")
        self.device = self._start("zvt", *times, *port, *more, *arguments)
        self._port = self.device.port
        return self.device

    def driver(self, timeout_s: float = 10.0, *, two_phase: bool = False, card_refunds: bool = False) -> ZvtPayment:
        address = str(self._folder / "tty") if self.line == "serial" else f"127.0.0.1:{self._port}"
        driver = ZvtPayment(
            address, timeout_s, settings=QUICK, two_phase=two_phase, card_refunds=card_refunds, on_lines=self.lines
        )
        self._drivers.append(driver)
        return driver

    def lines(self, lines: list[str]) -> None:
        self.printed = [*getattr(self, "printed", []), *lines]

    def taken(self) -> int:
        """What stays with the acquirer."""
        sign = {"charge": 1, "reversal": -1, "refund": -1}
        return sum(sign.get(line["do"], 0) * line.get("amount_minor", 0) for line in self.device.ledger("ledger.jsonl"))

    def charges(self) -> int:
        return sum(line["do"] == "charge" for line in self.device.ledger("ledger.jsonl"))

    def close(self) -> None:
        for driver in self._drivers:
            driver.close()


@pytest.fixture(params=["tcp", "serial"])
def zvt(request: pytest.FixtureRequest, start: Start, tmp_path: Path) -> Iterator[Shop]:
    found = Shop(start, tmp_path, request.param)
    yield found
    found.close()


@pytest.fixture
def zvt_tcp(start: Start, tmp_path: Path) -> Iterator[Shop]:
    found = Shop(start, tmp_path, "tcp")
    yield found
    found.close()


def asked(payment: ZvtPayment, attempt_id: str = "attempt-1", amount: int = AMOUNT) -> ChargeRequest:
    """The mark is taken before the intent is written."""
    return ChargeRequest(attempt_id, amount, "CNY", mark=payment.mark())


def until(met: Callable[[], object]) -> None:
    ticks, deadline = threading.Event(), time.monotonic() + 15
    while not met():
        assert time.monotonic() < deadline, "nothing happened"
        ticks.wait(0.01)


def known(ask: Callable[[], PaymentOutcome]) -> PaymentOutcome:
    """Ask until it is known, as the desk does."""
    answers: list[PaymentOutcome] = []

    def clear() -> bool:
        answers.append(ask())
        return not isinstance(answers[-1], Unresolved)

    until(clear)
    return answers[-1]


def in_background(call: Callable[[], PaymentOutcome]) -> Callable[[], PaymentOutcome]:
    answers: list[PaymentOutcome] = []
    thread = threading.Thread(target=lambda: answers.append(call()))
    thread.start()

    def wait() -> PaymentOutcome:
        thread.join(30)
        return answers[0]

    return wait
