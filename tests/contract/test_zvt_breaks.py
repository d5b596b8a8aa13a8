"""ZVT: power, lines and programs that break at any byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.ports import Approved, Declined, Unresolved

from .conftest import Start
from .zvt_shop import AMOUNT, Shop, asked, in_background, known, until


def test_the_power_of_the_terminal_goes_at_any_byte(zvt_tcp: Shop) -> None:
    device = zvt_tcp.open()
    payment = zvt_tcp.driver()
    payment.ready()
    for n in (0, 2, 30, 75, 110, 140, 200, 330):
        request = asked(payment, f"attempt-{n}")
        before = zvt_tcp.taken()
        device.order("power_cut", n=n)
        outcome = payment.charge(request)
        device.child.process.wait(10)
        device = zvt_tcp.open()
        if isinstance(outcome, Unresolved):
            outcome = known(lambda request=request: payment.outcome_of(request))  # type: ignore[misc]
        assert isinstance(outcome, Approved) == (zvt_tcp.taken() == before + AMOUNT), (n, outcome)
        assert zvt_tcp.taken() in (before, before + AMOUNT)


@pytest.mark.parametrize("n", [0, 5, 60, 130])
def test_the_line_is_cut_at_any_byte(zvt_tcp: Shop, n: int) -> None:
    device = zvt_tcp.open("--unattended")
    payment = zvt_tcp.driver(two_phase=True)
    request = asked(payment)
    device.order("cut", n=n)
    outcome = payment.charge(request)
    if isinstance(outcome, Approved):
        outcome = payment.confirm(request, outcome.reference)
    if isinstance(outcome, Unresolved):
        outcome = known(lambda: payment.outcome_of(request))
    assert isinstance(outcome, Approved) == (zvt_tcp.taken() == AMOUNT), outcome


def test_it_is_unplugged_and_plugged_in_again(zvt: Shop) -> None:
    device = zvt.open(tap_s=600)
    payment = zvt.driver()
    request = asked(payment)
    answer = in_background(lambda: payment.charge(request))
    until(lambda: device.order("state")["waiting"])
    device.order("unplug")
    assert isinstance(answer(), Unresolved)
    assert not payment.ready() and isinstance(payment.outcome_of(request), Unresolved)
    device.order("replug")
    device.order("tap_s", s=0)
    until(payment.ready)
    assert known(lambda: payment.outcome_of(request)) == Declined("not_started")
    assert isinstance(payment.charge(asked(payment, "attempt-2")), Approved) and zvt.taken() == AMOUNT


def test_a_terminal_that_was_restarted_is_registered_again(zvt: Shop) -> None:
    device = zvt.open()
    payment = zvt.driver()
    assert payment.ready() and device.order("state")["registered"]
    device.order("restart") if zvt.line == "tcp" else device.order("forget")
    assert not device.order("state")["registered"]
    request = asked(payment)
    assert isinstance(payment.charge(request), Approved) and device.order("state")["registered"]


def test_blocks_and_acknowledgements_that_are_lost_on_a_serial_line(start: Start, tmp_path: Path) -> None:
    zvt = Shop(start, tmp_path, "serial")
    device = zvt.open()
    payment = zvt.driver()
    assert payment.ready()
    device.order("damage", n=2)  # refused, and sent again
    assert payment.ready()
    device.order("lose_acks", n=1)  # a question is asked again
    assert payment.ready()
    request = asked(payment)
    device.order("lose_acks", n=1)  # a payment is not: it was heard, so it is asked about
    outcome = payment.charge(request)
    if isinstance(outcome, Unresolved):
        outcome = known(lambda: payment.outcome_of(request))
    assert isinstance(outcome, Approved) == (zvt.taken() == AMOUNT) and zvt.charges() <= 1
    zvt.close()
