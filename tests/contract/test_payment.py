"""The payment port: the JSON-lines driver against the simulated terminal, whose ledger is the truth about money."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devices.payment.jsonline import JsonLinePayment
from kiosk.ports import Approved, ChargeRequest, Declined, PaymentOutcome, Unresolved

from .conftest import Device, Start

REQUEST = ChargeRequest("attempt-1", 99300, "CNY")


def driver(device: Device, timeout_s: float = 10.0) -> JsonLinePayment:
    return JsonLinePayment("127.0.0.1", device.port, timeout_s)


def charged(device: Device) -> list[tuple[str, int]]:
    """What the acquirer took: (attempt, amount)."""
    return [
        (line["attempt_id"], line["amount_minor"])
        for line in device.ledger("ledger.jsonl")
        if line["do"] == "charge" and line["outcome"] == "approved"
    ]


def in_background(call: Callable[[], PaymentOutcome]) -> Callable[[], PaymentOutcome]:
    """Start it; the returned call waits for its answer."""
    answers: list[PaymentOutcome] = []
    thread = threading.Thread(target=lambda: answers.append(call()))
    thread.start()

    def wait() -> PaymentOutcome:
        thread.join(20)
        return answers[0]

    return wait


@pytest.fixture
def terminal(start: Start) -> Device:
    """A card is held to the reader at once."""
    return start("payment", "--tap-s", "0")


def test_a_charge_is_approved_and_booked_once_however_often_it_is_sent(terminal: Device) -> None:
    payment = driver(terminal)
    assert payment.ready()
    answers = {payment.charge(REQUEST) for _ in range(3)} | {payment.outcome_of(REQUEST)}
    [answer] = answers
    assert isinstance(answer, Approved) and answer.reference and answer.card.endswith("4417")
    assert charged(terminal) == [("attempt-1", 99300)]
    payment.close()
    payment.close()


def test_a_declined_card_is_declined_and_stays_so(terminal: Device) -> None:
    terminal.order("decline")
    payment = driver(terminal)
    assert payment.charge(REQUEST) == Declined("declined")
    assert payment.outcome_of(REQUEST) == payment.charge(REQUEST) == Declined("declined")
    assert charged(terminal) == []


@pytest.mark.parametrize("fault", ["silence", "drop_after_approval", "wrong_amount", "late_answer"])
def test_an_answer_that_does_not_come_right_is_unresolved_and_found_out_later(terminal: Device, fault: str) -> None:
    terminal.order(fault, s=30)
    payment = driver(terminal, timeout_s=0.4)
    assert isinstance(payment.charge(REQUEST), Unresolved)
    assert charged(terminal) == [("attempt-1", 99300)]
    assert isinstance(payment.outcome_of(REQUEST), Approved)
    assert charged(terminal) == [("attempt-1", 99300)]


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


def test_cancel_ends_the_wait_for_the_card(start: Start) -> None:
    device = start("payment", "--tap-s", "600")
    payment = driver(device, timeout_s=20)
    answer = in_background(lambda: payment.charge(REQUEST))
    while not device.order("state")["waiting"]:
        pass
    assert isinstance(payment.outcome_of(REQUEST), Unresolved)  # still at it
    assert payment.charge(ChargeRequest("attempt-2", 100, "CNY")) == Declined("busy")
    assert isinstance(payment.charge(REQUEST), Unresolved)  # sent again: still at it, and not declined
    payment.cancel("somebody else's")
    payment.cancel("attempt-1")
    assert answer() == Declined("cancelled")
    assert charged(device) == []


def test_nobody_there_is_never_an_exception() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    for host in ("127.0.0.1", "terminal..box", "t" * 70):
        payment = JsonLinePayment(host, port, 1.0)
        assert not payment.ready()
        assert payment.charge(REQUEST) == Declined("unreachable")  # nothing was sent, so nothing was charged
        assert isinstance(payment.outcome_of(REQUEST), Unresolved)
        assert isinstance(payment.refund(REQUEST, "A1"), Unresolved)
        payment.cancel("attempt-1")


@pytest.mark.parametrize("mood", ["unreachable", "busy", "mute"])
def test_a_terminal_in_trouble_is_not_ready_and_takes_no_money(terminal: Device, mood: str) -> None:
    terminal.order(mood)
    payment = driver(terminal, timeout_s=0.4)
    assert not payment.ready()
    outcome = payment.charge(REQUEST)
    assert outcome == Declined("busy") if mood == "busy" else isinstance(outcome, Unresolved)
    terminal.order("ready")
    assert payment.ready()
    assert payment.outcome_of(REQUEST) == Declined("not_started")
    assert charged(terminal) == []


def test_a_refund_is_given_once_and_only_for_what_was_paid(terminal: Device) -> None:
    payment = driver(terminal)
    paid = payment.charge(REQUEST)
    assert isinstance(paid, Approved)
    back = ChargeRequest("refund-1", 33100, "CNY")
    first, again = payment.refund(back, paid.reference), payment.refund(back, paid.reference)
    assert isinstance(first, Approved) and first == again
    assert payment.refund(ChargeRequest("refund-2", 99301, "CNY"), paid.reference) == Declined("amount")
    assert payment.refund(ChargeRequest("refund-3", 100, "CNY"), "A999999") == Declined("unknown_original")
    assert terminal.order("state")["refunded"] == 1


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


def test_the_approval_of_a_charge_is_not_taken_for_its_refund(terminal: Device) -> None:
    payment = driver(terminal)
    paid = payment.charge(REQUEST)
    assert isinstance(paid, Approved)
    assert payment.refund(REQUEST, paid.reference) == Declined("key_used")
    assert terminal.order("state")["refunded"] == 0


def test_a_late_answer_within_the_time_is_an_answer(terminal: Device) -> None:
    terminal.order("late_answer", s=0.3)
    assert isinstance(driver(terminal, timeout_s=20).charge(REQUEST), Approved)


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


def test_a_kiosk_that_dies_while_the_card_is_read_finds_its_charge_later(start: Start) -> None:
    device = start("payment", "--tap-s", "600")
    with socket.create_connection(("127.0.0.1", device.port)) as link:
        link.sendall(
            json.dumps({"do": "charge", "attempt_id": "a", "amount_minor": 5, "currency": "CNY"}).encode() + b"\n"
        )
        while not device.order("state")["waiting"]:
            pass
    device.order("tap_s", s=0)
    request = ChargeRequest("a", 5, "CNY")
    assert isinstance(driver(device).outcome_of(request), Unresolved)
    driver(device).cancel("a")
    while device.order("state")["waiting"]:
        pass
    assert driver(device).outcome_of(request) == Declined("cancelled")


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
