"""The card terminal that speaks nexo: the port's suite, sealed and in the open, and what only this protocol has."""

from __future__ import annotations

import pytest

from devices.payment.nexo.driver import PROCESSING_MAX_S, START_WITHIN_S, NexoPayment
from devices.payment.nexo.line import Line, Trust
from devices.payment.nexo.messages import service_id
from devices.payment.nexo.seal import Key
from devices.payment.nexo.since import mark, seconds_since, uptime
from kiosk.ports import Approved, ChargeRequest, Declined, PaymentTerminal, Unresolved

from .conftest import Device, Start
from .nexo_card import ENDS, KEY, SEALED, asked, sealed
from .payment_suite import PaymentSuite, charged


class TestSealed(PaymentSuite):
    simulator = "nexo"
    arguments = SEALED
    key: Key | None = KEY

    def driver(self, device: Device | int, timeout_s: float = 10.0) -> PaymentTerminal:
        if isinstance(device, int):
            return NexoPayment(Line("127.0.0.1", device, Trust(fingerprint="00" * 32)), ENDS, self.key, timeout_s)
        return sealed(device, timeout_s, self.key)


class TestInTheOpen(TestSealed):
    arguments = ()
    key = None


class Machine:
    """The time since a machine was switched on, as a test says."""

    def __init__(self) -> None:
        self.boot, self.seconds = "boot-1", 1000.0

    def __call__(self) -> tuple[str, float]:
        return self.boot, self.seconds


# what is not heard of


def test_not_heard_of_counts_only_once_the_request_can_no_longer_come(nexo: Device) -> None:
    machine = Machine()
    payment = sealed(nexo, since=machine)
    request = asked(at=payment.mark())
    for age in (0.0, 60.0, START_WITHIN_S + PROCESSING_MAX_S):
        machine.seconds = 1000.0 + age
        assert isinstance(payment.outcome_of(request), Unresolved)
    machine.seconds += 0.1
    assert payment.outcome_of(request) == Declined("not_started")
    assert payment.charge(request) == Declined("too_late")  # and so it stays
    assert charged(nexo) == []


def test_an_intent_that_lay_too_long_is_not_sent_at_all(nexo: Device) -> None:
    machine = Machine()
    payment = sealed(nexo, since=machine)
    request = asked(at=payment.mark())
    machine.seconds += START_WITHIN_S + 0.1
    assert payment.charge(request) == Declined("too_late")
    assert nexo.ledger("ledger.jsonl") == []


def test_after_a_restart_of_the_machine_only_the_time_since_then_is_certain(nexo: Device) -> None:
    machine = Machine()
    request = asked(at=sealed(nexo, since=machine).mark())
    machine.boot, machine.seconds = "boot-2", 100.0
    payment = sealed(nexo, since=machine)
    assert isinstance(payment.outcome_of(request), Unresolved)
    machine.seconds = START_WITHIN_S + PROCESSING_MAX_S + 1
    assert payment.outcome_of(request) == Declined("not_started")


@pytest.mark.parametrize("kept", ["", "nonsense", "boot-1@", "boot-1@soon"])
def test_a_mark_that_says_nothing_is_no_time_at_all(kept: str) -> None:
    assert seconds_since(kept, ("boot-1", 5000.0)) == 0


def test_this_machine_knows_how_long_it_runs() -> None:
    boot, seconds = uptime()
    assert boot and seconds > 0 and 0 <= seconds_since(mark((boot, seconds)), uptime()) < 60


def test_a_request_the_terminal_lost_is_not_charged_and_found_not_started(nexo: Device) -> None:
    machine = Machine()
    nexo.order("forget")
    payment = sealed(nexo, since=machine)
    request = asked(at=payment.mark())
    assert isinstance(payment.charge(request), Unresolved)
    machine.seconds += 200
    assert payment.outcome_of(request) == Declined("not_started")
    assert charged(nexo) == []


def test_a_refund_that_was_lost_is_asked_for_again_once_it_cannot_come_any_more(nexo: Device) -> None:
    machine = Machine()
    payment = sealed(nexo, since=machine)
    paid = payment.charge(asked(at=payment.mark()))
    assert isinstance(paid, Approved)
    nexo.order("forget", on="refund")
    back = ChargeRequest("refund-1", 99300, "CNY", payment.mark(), paid.reference)
    assert isinstance(payment.refund(back, paid.reference), Unresolved)
    assert isinstance(payment.refund(back, paid.reference), Unresolved)  # not sent: it may still be on its way
    assert nexo.order("state")["refunded"] == 0
    machine.seconds += 200
    assert isinstance(payment.refund(back, paid.reference), Approved)
    assert nexo.order("state")["refunded"] == 1


def test_while_the_terminal_is_at_it_nobody_knows(nexo: Device) -> None:
    nexo.order("drop_after_approval")
    nexo.order("in_progress", n=3)
    payment = sealed(nexo)
    request = asked()
    outcomes = [payment.charge(request), *(payment.outcome_of(request) for _ in range(3))]
    assert [type(each) for each in outcomes] == [Unresolved, Unresolved, Unresolved, Approved]


# the power, and the wire


@pytest.mark.parametrize("bytes_", [0, 400])
def test_a_terminal_that_loses_its_power_in_the_answer_knows_afterwards(start: Start, bytes_: int) -> None:
    first = start("nexo", "--tap-s", "0", *SEALED)
    first.order("die_after_bytes", n=bytes_)
    assert isinstance(sealed(first).charge(asked()), Unresolved)
    second = start("nexo", "--tap-s", "0", *SEALED)
    assert isinstance(sealed(second).outcome_of(asked()), Approved)
    assert charged(second) == [("attempt-1", 99300)]


def test_an_answer_that_comes_twice_is_one_payment(nexo: Device) -> None:
    nexo.order("duplicate")
    payment = sealed(nexo)
    assert isinstance(payment.charge(asked()), Approved)
    assert isinstance(payment.charge(asked("attempt-2", 5)), Approved)
    assert charged(nexo) == [("attempt-1", 99300), ("attempt-2", 5)]


def test_a_refund_of_another_kind_of_payment_is_refused_before_anything_is_sent(nexo: Device) -> None:
    payment = sealed(nexo)
    for reference in ("A000001", "said by Kim", "@", ""):
        assert payment.refund(asked("refund-1"), reference) == Declined("unknown_original")


def test_service_ids_are_ten_signs_stable_and_of_their_own() -> None:
    ids = {service_id(f"attempt-{number}", part) for number in range(20_000) for part in ("", "/part")}
    assert len(ids) == 40_000
    assert all(len(each) == 10 and each.isascii() and each.isalnum() and each[0] != "0" for each in ids)
    assert service_id("019ab0c2-7d1e-7000-8000-000000000001") == "QKOZAV5SWP"
