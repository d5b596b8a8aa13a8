"""ZVT terminals over TCP and over a serial line: charges, lost answers, stops, and terminals in trouble."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from devices.payment.zvt.terminal import ZvtPayment
from kiosk.ports import Approved, ChargeRequest, Declined, Prompt, Unresolved

from .zvt_shop import AMOUNT, QUICK, Shop, asked, in_background, known, until


def test_a_charge_is_approved_exactly_and_found_again(zvt: Shop) -> None:
    zvt.open()
    payment = zvt.driver()
    assert payment.ready()
    request = asked(payment)
    prompts: list[Prompt] = []
    paid = payment.charge(request, prompts.append)
    assert isinstance(paid, Approved) and not paid.provisional and paid.card.endswith("4417")
    assert [prompt.what for prompt in prompts] == ["card", "pin", "wait"]
    assert prompts[0].text == "Bitte Karte vorhalten"
    assert payment.outcome_of(request) == paid == payment.confirm(request, paid.reference)
    assert zvt.driver().outcome_of(request) == paid if zvt.line == "tcp" else True
    assert (zvt.taken(), zvt.charges()) == (AMOUNT, 1)
    assert any("CUSTOMER" in line for line in zvt.printed)
    payment.close()
    payment.close()


@pytest.mark.parametrize("code", [0x05, 0x78])
def test_a_declined_card_takes_no_money(zvt: Shop, code: int) -> None:
    zvt.open().order("decline", code=code)
    payment = zvt.driver()
    request = asked(payment)
    declined = payment.charge(request)
    assert isinstance(declined, Declined) and declined.reason.startswith("declined: ")
    assert payment.outcome_of(request) == Declined("not_started")
    assert zvt.taken() == 0
    assert isinstance(payment.charge(asked(payment, "attempt-2")), Approved)


def test_an_answer_that_comes_too_late_is_found_out(zvt: Shop) -> None:
    zvt.open().order("late_answer", s=1.8)
    lost_and_found(zvt)


@pytest.mark.parametrize("fault", ["silence", "drop_after_approval"])
def test_an_answer_that_does_not_come_is_found_out(zvt_tcp: Shop, fault: str) -> None:
    zvt_tcp.open().order(fault)
    lost_and_found(zvt_tcp)


def lost_and_found(zvt: Shop) -> None:
    payment = zvt.driver(timeout_s=0.3)
    request = asked(payment)
    started = time.monotonic()
    assert isinstance(payment.charge(request), Unresolved)
    assert time.monotonic() - started < 25
    found = known(lambda: payment.outcome_of(request))
    assert isinstance(found, Approved) and (zvt.taken(), zvt.charges()) == (AMOUNT, 1)


def test_a_late_answer_within_the_time_is_an_answer(zvt: Shop) -> None:
    zvt.open().order("late_answer", s=0.3)
    payment = zvt.driver()
    assert isinstance(payment.charge(asked(payment)), Approved)


def test_a_question_about_a_charge_that_never_began(zvt: Shop) -> None:
    zvt.open()
    payment = zvt.driver()
    assert payment.outcome_of(asked(payment)) == Declined("not_started")  # the day is empty
    payment.charge(asked(payment))
    assert payment.outcome_of(asked(payment, "attempt-2")) == Declined("not_started")  # another is last
    assert payment.outcome_of(ChargeRequest("attempt-3", AMOUNT, "CNY", mark="")) == Unresolved(
        "what the terminal knew before was not to be had: only its receipts tell"
    )
    assert zvt.charges() == 1


def test_another_amount_than_was_asked_for_is_given_back(zvt: Shop) -> None:
    device = zvt.open()
    payment = zvt.driver()
    for fault in ("partial", "wrong_amount"):
        device.order(fault, n=500)
        request = asked(payment, fault)
        assert payment.charge(request) == Declined("amount")
        assert zvt.taken() == 0, "none of it may stay"
    assert zvt.charges() == 2


def test_what_is_said_twice_counts_once(zvt: Shop) -> None:
    device = zvt.open()
    payment = zvt.driver()
    device.order("duplicate")
    first = payment.charge(asked(payment))
    assert isinstance(first, Approved)
    second = payment.charge(asked(payment, "attempt-2"))  # what is left on the line is not taken for its answer
    assert isinstance(second, Approved) and second.reference != first.reference
    assert zvt.taken() == 2 * AMOUNT


def test_cancel_ends_the_wait_for_the_card(zvt: Shop) -> None:
    device = zvt.open(tap_s=600)
    payment = zvt.driver(timeout_s=30)
    request = asked(payment)
    answer = in_background(lambda: payment.charge(request))
    until(lambda: device.order("state")["waiting"])
    assert payment.ready() and isinstance(payment.outcome_of(request), Unresolved)  # still at it
    payment.cancel("somebody else's")
    payment.cancel("attempt-1")
    assert answer() == Declined("cancelled")
    assert zvt.taken() == 0


def test_a_program_that_ends_stops_its_payment(zvt_tcp: Shop) -> None:
    device = zvt_tcp.open(tap_s=600)
    payment = zvt_tcp.driver(timeout_s=60)
    request = asked(payment)
    answer = in_background(lambda: payment.charge(request))
    until(lambda: device.order("state")["waiting"])
    started = time.monotonic()
    payment.close()
    assert answer() == Declined("cancelled") and time.monotonic() - started < 10
    assert zvt_tcp.taken() == 0


def test_nobody_comes_with_a_card(zvt: Shop) -> None:
    zvt.open(tap_s=600)
    payment = zvt.driver(timeout_s=0.3)
    assert payment.charge(asked(payment)) == Declined("cancelled")  # the terminal is told to stop


def test_a_kiosk_that_dies_while_the_card_is_read_finds_out(zvt_tcp: Shop) -> None:
    device = zvt_tcp.open(tap_s=600)
    payment = zvt_tcp.driver()
    request = asked(payment)
    answer = in_background(lambda: payment.charge(request))
    until(lambda: device.order("state")["waiting"])
    payment._link.hang_up()  # what a killed program leaves behind
    assert isinstance(answer(), Unresolved)
    later = zvt_tcp.driver()
    assert known(lambda: later.outcome_of(request)) == Declined("not_started")  # and the terminal waits no longer
    assert not device.order("state")["waiting"] and zvt_tcp.taken() == 0


@pytest.mark.parametrize("mood", ["unreachable", "busy", "mute", "end_of_day_required", "service"])
def test_a_terminal_in_trouble_is_not_ready_and_takes_no_money(zvt_tcp: Shop, mood: str) -> None:
    device = zvt_tcp.open()
    payment = zvt_tcp.driver()
    request = asked(payment)
    device.order(mood)
    payment._link.hang_up()
    assert not payment.ready() and payment.how()[1]
    outcome = payment.charge(request)
    if mood in ("busy", "end_of_day_required"):
        assert outcome == Declined({"busy": "busy"}.get(mood, "end_of_day"))
    elif mood != "service":
        assert outcome == Declined("unreachable")
        assert isinstance(payment.outcome_of(request), Unresolved)
        assert zvt_tcp.taken() == 0
    device.order("ready")
    until(payment.ready)


def test_nobody_there_is_never_an_exception(tmp_path: Path) -> None:
    for address in ("127.0.0.1:1", "terminal..box:20007", "t" * 70 + ":20007", str(tmp_path / "no-port")):
        payment = ZvtPayment(address, 1.0, settings=QUICK)
        assert not payment.ready()
        request = ChargeRequest("a", 5, "EUR", mark="")
        assert payment.charge(request) == Declined("unreachable")
        assert isinstance(payment.outcome_of(request), Unresolved)
        assert isinstance(payment.refund(request, "52001234 0001 000001 1130203240 5"), Unresolved)
        payment.cancel("a")
        assert not payment.end_of_day().ok
