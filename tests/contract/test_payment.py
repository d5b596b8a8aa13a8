"""The payment port: the JSON-lines driver against the simulated terminal, whose ledger is the truth about money."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devices.payment.jsonline import JsonLinePayment
from kiosk.ports import Approved, ChargeRequest, Declined, PaymentOutcome, PaymentTerminal, Unresolved

from .conftest import Device, Start
from .payment_suite import PaymentSuite, charged, in_background

REQUEST = ChargeRequest("attempt-1", 99300, "CNY")


def driver(device: Device, timeout_s: float = 10.0) -> JsonLinePayment:
    return JsonLinePayment("127.0.0.1", device.port, timeout_s)


class TestJsonLines(PaymentSuite):
    simulator = "payment"

    def driver(self, device: Device | int, timeout_s: float = 10.0) -> PaymentTerminal:
        return JsonLinePayment("127.0.0.1", device if isinstance(device, int) else device.port, timeout_s)

    def never_began(self, outcome: PaymentOutcome) -> bool:
        return outcome == Declined("not_started")  # it keeps every attempt, so it knows


@pytest.fixture
def terminal(start: Start) -> Device:
    """A card is held to the reader at once."""
    return start("payment", "--tap-s", "0")


def test_what_is_sent_again_is_answered_as_before(start: Start) -> None:
    device = start("payment", "--tap-s", "600")
    payment = driver(device, timeout_s=20)
    answer = in_background(lambda: payment.charge(REQUEST))
    while not device.order("state")["waiting"]:
        pass
    assert isinstance(payment.charge(REQUEST), Unresolved)  # still at it, and not declined
    payment.cancel("attempt-1")
    assert answer() == payment.charge(REQUEST) == Declined("cancelled")


def test_a_question_closes_an_attempt_nobody_heard_of_so_it_is_never_charged(terminal: Device) -> None:
    payment = driver(terminal)
    assert payment.outcome_of(REQUEST) == Declined("not_started")
    assert payment.charge(REQUEST) == Declined("not_started")
    assert charged(terminal) == []


def test_the_same_attempt_with_another_amount_is_not_believed(terminal: Device) -> None:
    payment = driver(terminal)
    payment.charge(REQUEST)
    assert isinstance(payment.charge(ChargeRequest("attempt-1", 1, "CNY")), Unresolved)
    assert isinstance(payment.outcome_of(ChargeRequest("attempt-1", 99300, "JPY")), Unresolved)
    assert charged(terminal) == [("attempt-1", 99300)]


def test_a_name_that_is_none_is_never_an_exception() -> None:
    for host in ("terminal..box", "t" * 70):
        payment = JsonLinePayment(host, 9, 1.0)
        assert not payment.ready()
        assert payment.charge(REQUEST) == Declined("unreachable")  # nothing was sent, so nothing was charged
        assert isinstance(payment.outcome_of(REQUEST), Unresolved)
        assert isinstance(payment.refund(REQUEST, "A1"), Unresolved)
        payment.cancel("attempt-1")


def test_refunds_never_add_up_to_more_than_was_paid(start: Start) -> None:
    device = start("payment", "--tap-s", "0")
    paid = driver(device).charge(REQUEST)
    assert isinstance(paid, Approved)
    assert isinstance(driver(device).refund(ChargeRequest("r1", 33100, "CNY"), paid.reference), Approved)
    device.child.kill()
    again = start("payment", "--tap-s", "0")  # what was given back is still known
    assert driver(again).refund(ChargeRequest("r2", 66201, "CNY"), paid.reference) == Declined("amount")
    assert isinstance(driver(again).refund(ChargeRequest("r3", 66200, "CNY"), paid.reference), Approved)
    assert driver(again).refund(ChargeRequest("r4", 1, "CNY"), paid.reference) == Declined("amount")
    assert driver(again).refund(ChargeRequest("r5", 1, "CNY"), "A999999") == Declined("unknown_original")


def test_the_approval_of_a_charge_is_not_taken_for_its_refund(terminal: Device) -> None:
    payment = driver(terminal)
    paid = payment.charge(REQUEST)
    assert isinstance(paid, Approved)
    assert payment.refund(REQUEST, paid.reference) == Declined("key_used")
    assert terminal.order("state")["refunded"] == 0


def test_a_line_that_is_no_request_does_not_stop_the_terminal(terminal: Device) -> None:
    for line in (b"[1]\n", b"{}\n", b"\xff\n", b'"charge"\n'):
        with socket.create_connection(("127.0.0.1", terminal.port), timeout=10) as link:
            link.sendall(line)
            assert b"error" in link.recv(4096)
    assert isinstance(driver(terminal).charge(REQUEST), Approved)


def test_the_ledger_survives_a_kill_and_a_torn_last_line(start: Start, tmp_path: Path) -> None:
    first = start("payment", "--tap-s", "0")
    answer = driver(first).charge(REQUEST)
    first.child.kill()
    with (tmp_path / "ledger.jsonl").open("a") as ledger:
        ledger.write('{"do": "charge", "attempt_id": "att')
    second = start("payment", "--tap-s", "0")
    assert driver(second).outcome_of(REQUEST) == answer
    driver(second).charge(ChargeRequest("attempt-2", 5, "CNY"))
    assert charged(second) == [("attempt-1", 99300), ("attempt-2", 5)]


@contextmanager
def stranger(answer: bytes) -> Iterator[int]:
    """A server that answers every line with the same bytes and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    link, _ = server.accept()
                except OSError:
                    return
                with link:
                    link.recv(4096)
                    link.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(10)


GOOD = {"attempt_id": "attempt-1", "amount_minor": 99300, "currency": "CNY", "outcome": "approved", "reference": "A1"}


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\n",
        b"null\n",
        b"[1]\n",
        b"\xff\xfe\n",
        b"[" * 50_000 + b"\n",
        b"x" * 70_000 + b"\n",
        json.dumps(GOOD).encode(),  # no end of line: cut off
        json.dumps(GOOD | {"amount_minor": 99300.0}).encode() + b"\n",
        json.dumps(GOOD | {"amount_minor": True}).encode() + b"\n",
        json.dumps(GOOD | {"attempt_id": "attempt-2"}).encode() + b"\n",
        json.dumps(GOOD | {"currency": None}).encode() + b"\n",
        json.dumps(GOOD | {"outcome": "maybe"}).encode() + b"\n",
        json.dumps({k: v for k, v in GOOD.items() if k != "amount_minor"}).encode() + b"\n",
    ],
)
def test_what_is_not_an_answer_for_this_attempt_is_unresolved(answer: bytes) -> None:
    with stranger(answer) as port:
        payment = JsonLinePayment("127.0.0.1", port, 5.0)
        assert isinstance(payment.charge(REQUEST), Unresolved)
        assert isinstance(payment.outcome_of(REQUEST), Unresolved)
        assert not payment.ready()


def test_the_stranger_with_the_right_answer_would_be_believed() -> None:
    with stranger(json.dumps(GOOD).encode() + b"\n") as port:
        assert JsonLinePayment("127.0.0.1", port, 5.0).charge(REQUEST) == Approved("A1", "")


def test_a_provisional_approval_is_final_once_confirmed_and_else_undone(start: Start) -> None:
    device = start("payment", "--tap-s", "0", "--two-phase")
    payment = driver(device)
    first = payment.charge(REQUEST)
    assert isinstance(first, Approved) and first.provisional
    final = Approved(first.reference, first.card)
    assert payment.confirm(REQUEST, first.reference) == final == payment.confirm(REQUEST, first.reference)
    device.order("undo")
    assert payment.outcome_of(REQUEST) == final
    other = ChargeRequest("attempt-2", 500, "CNY")
    assert isinstance(payment.charge(other), Approved)
    device.order("undo")
    assert payment.confirm(other, "whatever") == Declined("not_confirmed") == payment.outcome_of(other)


def test_asking_for_a_refund_nobody_heard_of_does_not_close_its_key(terminal: Device) -> None:
    payment = driver(terminal)
    paid = payment.charge(REQUEST)
    assert isinstance(paid, Approved)
    back = ChargeRequest("refund-1", REQUEST.amount_minor, "CNY", refund_of=paid.reference)
    assert payment.outcome_of(back) == Declined("not_started")
    given = payment.refund(back, paid.reference)
    assert isinstance(given, Approved) and payment.outcome_of(back) == given
