"""ZVT: money that goes back, and approvals that are undone unless they are confirmed."""

from __future__ import annotations

import time

from kiosk.ports import Approved, ChargeRequest, Declined, Unresolved

from .zvt_shop import AMOUNT, Shop, asked, known, until


def test_a_whole_charge_is_reversed_once(zvt: Shop) -> None:
    zvt.open()
    payment = zvt.driver()
    paid = payment.charge(asked(payment))
    assert isinstance(paid, Approved)
    back = ChargeRequest("refund-1", AMOUNT, "CNY", mark=payment.mark(), refund_of=paid.reference)
    assert payment.outcome_of(back) == Declined("not_started")
    given = payment.refund(back, paid.reference)
    assert isinstance(given, Approved) and payment.outcome_of(back) == given
    assert zvt.taken() == 0
    again = payment.refund(ChargeRequest("refund-2", AMOUNT, "CNY", mark=payment.mark()), paid.reference)
    assert isinstance(again, Approved) and zvt.taken() == 0  # it has been reversed before
    more = ChargeRequest("refund-3", AMOUNT + 1, "CNY", mark=payment.mark())
    assert payment.refund(more, paid.reference) == Declined("amount")
    assert payment.refund(more, "A1") == Declined("unknown_original")


def test_a_reversal_that_is_refused_or_not_answered_for_now_is_tried_again(zvt_tcp: Shop) -> None:
    device = zvt_tcp.open()
    payment = zvt_tcp.driver()
    paid = payment.charge(asked(payment))
    assert isinstance(paid, Approved)

    def back(key: str) -> ChargeRequest:
        return ChargeRequest(key, AMOUNT, "CNY", mark=payment.mark(), refund_of=paid.reference)

    device.order("decline", on="reversal", code=0xA3)  # its bank cannot be reached: later it may be
    assert payment.refund(back("r"), paid.reference) == Declined("busy")
    device.order("drop_after_approval", on="reversal")
    asked_for = back("r")
    assert isinstance(payment.refund(asked_for, paid.reference), Unresolved)
    assert isinstance(known(lambda: payment.outcome_of(asked_for)), Approved)
    assert zvt_tcp.taken() == 0


def test_what_cannot_be_reversed_goes_to_a_card_only_where_that_is_wanted(zvt_tcp: Shop) -> None:
    device = zvt_tcp.open()
    kiosk, counter = zvt_tcp.driver(), zvt_tcp.driver(card_refunds=True)
    paid = kiosk.charge(asked(kiosk))
    assert isinstance(paid, Approved)
    part = ChargeRequest("refund-1", 100, "CNY", mark=kiosk.mark())
    assert kiosk.refund(part, paid.reference) == Declined("not_reversible: only a part is to be given back")
    day = kiosk.end_of_day()
    assert (day.ok, day.count, day.sum_minor) == (True, 1, AMOUNT)
    whole = ChargeRequest("refund-2", AMOUNT, "CNY", mark=kiosk.mark())
    assert kiosk.refund(whole, paid.reference) == Declined("not_reversible: reversal not possible")
    kiosk.close()
    assert isinstance(counter.refund(whole, paid.reference), Approved)
    assert device.order("state")["refunded"] == 1 and zvt_tcp.taken() == 0


def test_a_provisional_approval_is_final_once_confirmed(zvt: Shop) -> None:
    zvt.open("--unattended")
    payment = zvt.driver(two_phase=True)
    request = asked(payment)
    first = payment.charge(request)
    assert isinstance(first, Approved) and first.provisional
    assert payment.outcome_of(request) == first and payment.ready()
    final = payment.confirm(request, first.reference)
    assert final == Approved(first.reference, first.card) == payment.confirm(request, first.reference)
    assert zvt.taken() == AMOUNT


def test_a_sale_that_takes_its_time_keeps_its_approval(zvt: Shop) -> None:
    """Longer than an answer may be held back: the terminal is told "not yet", and asks again."""
    device = zvt.open("--unattended", "--answer-s", "4")
    payment = zvt.driver(two_phase=True)
    request = asked(payment)
    paid = payment.charge(request)
    assert isinstance(paid, Approved)
    begun = time.monotonic()
    until(lambda: time.monotonic() - begun > 2.0)
    assert device.order("state")["running"]
    assert isinstance(payment.confirm(request, paid.reference), Approved) and zvt.taken() == AMOUNT


def test_goods_that_are_not_issued_are_not_paid(zvt: Shop) -> None:
    zvt.open("--unattended")
    payment = zvt.driver(two_phase=True)
    request = asked(payment)
    paid = payment.charge(request)
    assert isinstance(paid, Approved)
    back = ChargeRequest("refund-1", AMOUNT, "CNY", mark=payment.mark(), refund_of=paid.reference)
    assert isinstance(payment.refund(back, paid.reference), Approved)
    assert isinstance(payment.outcome_of(back), Approved)
    assert zvt.taken() == 0


def test_an_approval_nobody_answers_for_is_undone(zvt_tcp: Shop) -> None:
    zvt_tcp.open("--unattended")
    payment = zvt_tcp.driver(two_phase=True)
    request = asked(payment)
    paid = payment.charge(request)
    assert isinstance(paid, Approved)
    payment.close()  # the power goes before the tickets are on the disk
    later = zvt_tcp.driver(two_phase=True)
    assert known(lambda: later.outcome_of(request)) == Declined("undone")
    assert later.confirm(request, paid.reference) == Declined("undone")
    assert zvt_tcp.taken() == 0


def test_a_second_payment_makes_the_first_final(zvt_tcp: Shop) -> None:
    zvt_tcp.open("--unattended")
    payment = zvt_tcp.driver(two_phase=True)
    first, second = asked(payment, "part-1", 500), None
    assert isinstance(payment.charge(first), Approved)
    second = asked(payment, "part-2", 700)
    paid = payment.charge(second)
    assert isinstance(paid, Approved) and isinstance(payment.confirm(second, paid.reference), Approved)
    assert zvt_tcp.taken() == 1200
