"""What every card terminal's driver does, whatever it speaks: against its simulator, whose ledger is the truth.

A suite for a driver is a subclass that names the simulator and builds the driver. Simulators obey the same orders
(decline, silence, late_answer, drop_after_approval, wrong_amount, busy, mute, unreachable, ready, tap_s, state).
"""

from __future__ import annotations

import socket
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar

import pytest

from kiosk.ports import Approved, ChargeRequest, Declined, PaymentOutcome, PaymentTerminal, Unresolved

from .conftest import Device, Start


def in_background(call: Callable[[], PaymentOutcome]) -> Callable[[], PaymentOutcome]:
    """Start it; the returned call waits for its answer."""
    answers: list[PaymentOutcome] = []
    thread = threading.Thread(target=lambda: answers.append(call()))
    thread.start()

    def wait() -> PaymentOutcome:
        thread.join(20)
        return answers[0]

    return wait


def charged(device: Device) -> list[tuple[str, int]]:
    """What the acquirer took: (attempt, amount)."""
    return [
        (line["attempt_id"], line["amount_minor"])
        for line in device.ledger("ledger.jsonl")
        if line["do"] == "charge" and line["outcome"] == "approved"
    ]


class PaymentSuite(ABC):
    """The port's promises."""

    simulator: ClassVar[str]
    arguments: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def driver(self, device: Device | int, timeout_s: float = 10.0) -> PaymentTerminal:
        """A new driver, as after a restart; an int is a port where nobody is."""

    @pytest.fixture
    def terminal(self, start: Start) -> Device:
        """A card is held to the reader at once."""
        return start(self.simulator, "--tap-s", "0", *self.arguments)

    def asked(self, driver: PaymentTerminal, key: str = "attempt-1", amount: int = 99300) -> ChargeRequest:
        return ChargeRequest(key, amount, "CNY", driver.mark())

    def found_out(self, driver: PaymentTerminal, request: ChargeRequest, outcome: PaymentOutcome) -> PaymentOutcome:
        """What the desk does with an answer that is none: it asks."""
        return driver.outcome_of(request) if isinstance(outcome, Unresolved) else outcome

    def never_began(self, outcome: PaymentOutcome) -> bool:
        """What is said of a charge of which the terminal took no notice; some cannot tell yet."""
        return isinstance(outcome, Unresolved) or outcome == Declined("not_started")

    def test_a_charge_is_approved_and_booked_once_however_often_it_is_sent(self, terminal: Device) -> None:
        payment = self.driver(terminal)
        assert payment.ready()
        request = self.asked(payment)
        answers = {payment.charge(request) for _ in range(3)} | {payment.outcome_of(request)}
        [answer] = answers
        assert isinstance(answer, Approved) and answer.reference and answer.card.endswith("4417")
        assert self.driver(terminal).outcome_of(request) == answer  # after a restart
        assert charged(terminal) == [("attempt-1", 99300)]
        payment.close()
        payment.close()

    def test_a_declined_card_is_declined_and_stays_so(self, terminal: Device) -> None:
        terminal.order("decline")
        payment = self.driver(terminal)
        request = self.asked(payment)
        assert payment.charge(request) == Declined("declined")
        assert payment.outcome_of(request) == self.driver(terminal).outcome_of(request) == Declined("declined")
        assert charged(terminal) == []

    @pytest.mark.parametrize("fault", ["silence", "drop_after_approval", "wrong_amount", "late_answer"])
    def test_an_answer_that_does_not_come_right_is_found_out_and_never_charged_again(
        self, terminal: Device, fault: str
    ) -> None:
        terminal.order(fault, s=30)
        payment = self.driver(terminal, timeout_s=0.6)
        request = self.asked(payment)
        outcome = self.found_out(payment, request, payment.charge(request))
        assert charged(terminal) == [("attempt-1", 99300)]
        assert isinstance(outcome, Approved) and outcome == self.driver(terminal).outcome_of(request)
        assert charged(terminal) == [("attempt-1", 99300)]

    def test_a_late_answer_within_the_time_is_an_answer(self, terminal: Device) -> None:
        terminal.order("late_answer", s=0.3)
        payment = self.driver(terminal, timeout_s=20)
        assert isinstance(payment.charge(self.asked(payment)), Approved)

    def test_cancel_ends_the_wait_for_the_card(self, start: Start) -> None:
        device = start(self.simulator, "--tap-s", "600", *self.arguments)
        payment = self.driver(device, timeout_s=20)
        request = self.asked(payment)
        answer = in_background(lambda: payment.charge(request))
        while not device.order("state")["waiting"]:
            pass
        assert isinstance(self.driver(device).outcome_of(request), Unresolved)  # still at it
        other = self.driver(device)
        assert other.charge(self.asked(other, "attempt-2", 100)) == Declined("busy")
        payment.cancel("somebody else's")
        payment.cancel("attempt-1")
        assert answer() == Declined("cancelled")
        assert self.driver(device).outcome_of(request) == Declined("cancelled")
        assert charged(device) == []

    def test_nobody_there_is_never_an_exception(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        payment = self.driver(port, 1.0)
        assert not payment.ready()
        request = ChargeRequest("attempt-1", 500, "CNY")
        assert payment.charge(request) == Declined("unreachable")  # nothing was sent, so nothing was charged
        assert isinstance(payment.outcome_of(request), Unresolved)
        assert not isinstance(payment.refund(request, "A1@then"), Approved)
        payment.cancel("attempt-1")

    @pytest.mark.parametrize("mood", ["unreachable", "busy", "mute"])
    def test_a_terminal_in_trouble_is_not_ready_and_takes_no_money(self, terminal: Device, mood: str) -> None:
        terminal.order(mood)
        payment = self.driver(terminal, timeout_s=0.4)
        assert not payment.ready()
        request = self.asked(payment)
        outcome = payment.charge(request)
        assert outcome == Declined("busy") if mood == "busy" else isinstance(outcome, Unresolved)
        terminal.order("ready")
        assert payment.ready()
        assert self.never_began(payment.outcome_of(request))
        assert charged(terminal) == []

    def test_a_refund_is_given_once_and_only_for_what_was_paid(self, terminal: Device) -> None:
        payment = self.driver(terminal)
        paid = payment.charge(self.asked(payment))
        assert isinstance(paid, Approved)
        back = ChargeRequest("refund-1", 33100, "CNY", payment.mark(), paid.reference)
        first, again = payment.refund(back, paid.reference), payment.refund(back, paid.reference)
        assert isinstance(first, Approved) and first == again == self.driver(terminal).outcome_of(back)
        too_much = ChargeRequest("refund-2", 99301, "CNY", payment.mark(), paid.reference)
        assert isinstance(payment.refund(too_much, paid.reference), Declined)
        unknown = ChargeRequest("refund-3", 100, "CNY", payment.mark(), "A999999@then")
        assert isinstance(payment.refund(unknown, "A999999@then"), Declined)
        assert terminal.order("state")["refunded"] == 1

    def test_a_charge_that_was_under_way_when_the_kiosk_died_is_found(self, start: Start) -> None:
        device = start(self.simulator, "--tap-s", "600", *self.arguments)
        first = self.driver(device, timeout_s=20)
        request = self.asked(first, amount=5)
        answer = in_background(lambda: first.charge(request))
        while not device.order("state")["waiting"]:
            pass
        again = self.driver(device)
        assert isinstance(again.outcome_of(request), Unresolved)
        again.cancel("attempt-1")
        assert answer() == again.outcome_of(request) == Declined("cancelled")
