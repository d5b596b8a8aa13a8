"""The payment port on ZVT terminals, over TCP and over a serial line: the driver against the simulated terminal, whose
ledger is the truth about money."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from devices.payment.zvt.link import Settings
from devices.payment.zvt.terminal import ZvtPayment
from kiosk.ports import Approved, ChargeRequest, Declined, PaymentOutcome, Prompt, Unresolved

from .conftest import Device, Start

AMOUNT = 99300
QUICK = Settings(currency="CNY", answer_s=1.0, stop_s=0.8)


class Shop:
    """A terminal, a driver at one of its lines, and the order in which a desk asks."""

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
def shop(request: pytest.FixtureRequest, start: Start, tmp_path: Path) -> Iterator[Shop]:
    found = Shop(start, tmp_path, request.param)
    yield found
    found.close()


@pytest.fixture
def tcp(start: Start, tmp_path: Path) -> Iterator[Shop]:
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


def test_a_charge_is_approved_exactly_and_found_again(shop: Shop) -> None:
    shop.open()
    payment = shop.driver()
    assert payment.ready()
    request = asked(payment)
    prompts: list[Prompt] = []
    paid = payment.charge(request, prompts.append)
    assert isinstance(paid, Approved) and not paid.provisional and paid.card.endswith("4417")
    assert [prompt.what for prompt in prompts] == ["card", "pin", "wait"]
    assert prompts[0].text == "Bitte Karte vorhalten"
    assert payment.outcome_of(request) == paid == payment.confirm(request, paid.reference)
    assert shop.driver().outcome_of(request) == paid if shop.line == "tcp" else True
    assert (shop.taken(), shop.charges()) == (AMOUNT, 1)
    assert any("CUSTOMER" in line for line in shop.printed)
    payment.close()
    payment.close()


@pytest.mark.parametrize("code", [0x05, 0x78])
def test_a_declined_card_takes_no_money(shop: Shop, code: int) -> None:
    shop.open().order("decline", code=code)
    payment = shop.driver()
    request = asked(payment)
    declined = payment.charge(request)
    assert isinstance(declined, Declined) and declined.reason.startswith("declined: ")
    assert payment.outcome_of(request) == Declined("not_started")
    assert shop.taken() == 0
    assert isinstance(payment.charge(asked(payment, "attempt-2")), Approved)


def test_an_answer_that_comes_too_late_is_found_out(shop: Shop) -> None:
    shop.open().order("late_answer", s=1.8)
    lost_and_found(shop)


@pytest.mark.parametrize("fault", ["silence", "drop_after_approval"])
def test_an_answer_that_does_not_come_is_found_out(tcp: Shop, fault: str) -> None:
    tcp.open().order(fault)
    lost_and_found(tcp)


def lost_and_found(shop: Shop) -> None:
    payment = shop.driver(timeout_s=0.3)
    request = asked(payment)
    started = time.monotonic()
    assert isinstance(payment.charge(request), Unresolved)
    assert time.monotonic() - started < 25
    found = known(lambda: payment.outcome_of(request))
    assert isinstance(found, Approved) and (shop.taken(), shop.charges()) == (AMOUNT, 1)


def test_a_late_answer_within_the_time_is_an_answer(shop: Shop) -> None:
    shop.open().order("late_answer", s=0.3)
    payment = shop.driver()
    assert isinstance(payment.charge(asked(payment)), Approved)


def test_a_question_about_a_charge_that_never_began(shop: Shop) -> None:
    shop.open()
    payment = shop.driver()
    assert payment.outcome_of(asked(payment)) == Declined("not_started")  # the day is empty
    payment.charge(asked(payment))
    assert payment.outcome_of(asked(payment, "attempt-2")) == Declined("not_started")  # another is last
    assert payment.outcome_of(ChargeRequest("attempt-3", AMOUNT, "CNY", mark="")) == Unresolved(
        "what the terminal knew before was not to be had: only its receipts tell"
    )
    assert shop.charges() == 1


def test_another_amount_than_was_asked_for_is_given_back(shop: Shop) -> None:
    device = shop.open()
    payment = shop.driver()
    for fault in ("partial", "wrong_amount"):
        device.order(fault, n=500)
        request = asked(payment, fault)
        assert payment.charge(request) == Declined("amount")
        assert shop.taken() == 0, "none of it may stay"
    assert shop.charges() == 2


def test_what_is_said_twice_counts_once(shop: Shop) -> None:
    device = shop.open()
    payment = shop.driver()
    device.order("duplicate")
    first = payment.charge(asked(payment))
    assert isinstance(first, Approved)
    second = payment.charge(asked(payment, "attempt-2"))  # what is left on the line is not taken for its answer
    assert isinstance(second, Approved) and second.reference != first.reference
    assert shop.taken() == 2 * AMOUNT


def test_cancel_ends_the_wait_for_the_card(shop: Shop) -> None:
    device = shop.open(tap_s=600)
    payment = shop.driver(timeout_s=30)
    request = asked(payment)
    answer = in_background(lambda: payment.charge(request))
    until(lambda: device.order("state")["waiting"])
    assert payment.ready() and isinstance(payment.outcome_of(request), Unresolved)  # still at it
    payment.cancel("somebody else's")
    payment.cancel("attempt-1")
    assert answer() == Declined("cancelled")
    assert shop.taken() == 0


def test_a_program_that_ends_stops_its_payment(tcp: Shop) -> None:
    device = tcp.open(tap_s=600)
    payment = tcp.driver(timeout_s=60)
    request = asked(payment)
    answer = in_background(lambda: payment.charge(request))
    until(lambda: device.order("state")["waiting"])
    started = time.monotonic()
    payment.close()
    assert answer() == Declined("cancelled") and time.monotonic() - started < 10
    assert tcp.taken() == 0


def test_nobody_comes_with_a_card(shop: Shop) -> None:
    shop.open(tap_s=600)
    payment = shop.driver(timeout_s=0.3)
    assert payment.charge(asked(payment)) == Declined("cancelled")  # the terminal is told to stop


def test_a_kiosk_that_dies_while_the_card_is_read_finds_out(tcp: Shop) -> None:
    device = tcp.open(tap_s=600)
    payment = tcp.driver()
    request = asked(payment)
    answer = in_background(lambda: payment.charge(request))
    until(lambda: device.order("state")["waiting"])
    payment._link.hang_up()  # what a killed program leaves behind
    assert isinstance(answer(), Unresolved)
    later = tcp.driver()
    assert known(lambda: later.outcome_of(request)) == Declined("not_started")  # and the terminal waits no longer
    assert not device.order("state")["waiting"] and tcp.taken() == 0


@pytest.mark.parametrize("mood", ["unreachable", "busy", "mute", "end_of_day_required", "service"])
def test_a_terminal_in_trouble_is_not_ready_and_takes_no_money(tcp: Shop, mood: str) -> None:
    device = tcp.open()
    payment = tcp.driver()
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
        assert tcp.taken() == 0
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


def test_a_whole_charge_is_reversed_once(shop: Shop) -> None:
    shop.open()
    payment = shop.driver()
    paid = payment.charge(asked(payment))
    assert isinstance(paid, Approved)
    back = ChargeRequest("refund-1", AMOUNT, "CNY", mark=payment.mark(), refund_of=paid.reference)
    assert payment.outcome_of(back) == Declined("not_started")
    given = payment.refund(back, paid.reference)
    assert isinstance(given, Approved) and payment.outcome_of(back) == given
    assert shop.taken() == 0
    again = payment.refund(ChargeRequest("refund-2", AMOUNT, "CNY", mark=payment.mark()), paid.reference)
    assert isinstance(again, Approved) and shop.taken() == 0  # it has been reversed before
    more = ChargeRequest("refund-3", AMOUNT + 1, "CNY", mark=payment.mark())
    assert payment.refund(more, paid.reference) == Declined("amount")
    assert payment.refund(more, "A1") == Declined("unknown_original")


def test_a_reversal_that_is_refused_or_not_answered_for_now_is_tried_again(tcp: Shop) -> None:
    device = tcp.open()
    payment = tcp.driver()
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
    assert tcp.taken() == 0


def test_what_cannot_be_reversed_goes_to_a_card_only_where_that_is_wanted(tcp: Shop) -> None:
    device = tcp.open()
    kiosk, counter = tcp.driver(), tcp.driver(card_refunds=True)
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
    assert device.order("state")["refunded"] == 1 and tcp.taken() == 0


def test_a_provisional_approval_is_final_once_confirmed(shop: Shop) -> None:
    shop.open("--unattended")
    payment = shop.driver(two_phase=True)
    request = asked(payment)
    first = payment.charge(request)
    assert isinstance(first, Approved) and first.provisional
    assert payment.outcome_of(request) == first and payment.ready()
    final = payment.confirm(request, first.reference)
    assert final == Approved(first.reference, first.card) == payment.confirm(request, first.reference)
    assert shop.taken() == AMOUNT


def test_a_sale_that_takes_its_time_keeps_its_approval(shop: Shop) -> None:
    """Longer than an answer may be held back: the terminal is told "not yet", and asks again."""
    device = shop.open("--unattended", "--answer-s", "4")
    payment = shop.driver(two_phase=True)
    request = asked(payment)
    paid = payment.charge(request)
    assert isinstance(paid, Approved)
    begun = time.monotonic()
    until(lambda: time.monotonic() - begun > 2.0)
    assert device.order("state")["running"]
    assert isinstance(payment.confirm(request, paid.reference), Approved) and shop.taken() == AMOUNT


def test_goods_that_are_not_issued_are_not_paid(shop: Shop) -> None:
    shop.open("--unattended")
    payment = shop.driver(two_phase=True)
    request = asked(payment)
    paid = payment.charge(request)
    assert isinstance(paid, Approved)
    back = ChargeRequest("refund-1", AMOUNT, "CNY", mark=payment.mark(), refund_of=paid.reference)
    assert isinstance(payment.refund(back, paid.reference), Approved)
    assert isinstance(payment.outcome_of(back), Approved)
    assert shop.taken() == 0


def test_an_approval_nobody_answers_for_is_undone(tcp: Shop) -> None:
    tcp.open("--unattended")
    payment = tcp.driver(two_phase=True)
    request = asked(payment)
    paid = payment.charge(request)
    assert isinstance(paid, Approved)
    payment.close()  # the power goes before the tickets are on the disk
    later = tcp.driver(two_phase=True)
    assert known(lambda: later.outcome_of(request)) == Declined("undone")
    assert later.confirm(request, paid.reference) == Declined("undone")
    assert tcp.taken() == 0


def test_a_second_payment_makes_the_first_final(tcp: Shop) -> None:
    tcp.open("--unattended")
    payment = tcp.driver(two_phase=True)
    first, second = asked(payment, "part-1", 500), None
    assert isinstance(payment.charge(first), Approved)
    second = asked(payment, "part-2", 700)
    paid = payment.charge(second)
    assert isinstance(paid, Approved) and isinstance(payment.confirm(second, paid.reference), Approved)
    assert tcp.taken() == 1200


def test_the_power_of_the_terminal_goes_at_any_byte(tcp: Shop) -> None:
    device = tcp.open()
    payment = tcp.driver()
    payment.ready()
    for n in (0, 2, 30, 75, 110, 140, 200, 330):
        request = asked(payment, f"attempt-{n}")
        before = tcp.taken()
        device.order("power_cut", n=n)
        outcome = payment.charge(request)
        device.child.process.wait(10)
        device = tcp.open()
        if isinstance(outcome, Unresolved):
            outcome = known(lambda request=request: payment.outcome_of(request))  # type: ignore[misc]
        assert isinstance(outcome, Approved) == (tcp.taken() == before + AMOUNT), (n, outcome)
        assert tcp.taken() in (before, before + AMOUNT)


@pytest.mark.parametrize("n", [0, 5, 60, 130])
def test_the_line_is_cut_at_any_byte(tcp: Shop, n: int) -> None:
    device = tcp.open("--unattended")
    payment = tcp.driver(two_phase=True)
    request = asked(payment)
    device.order("cut", n=n)
    outcome = payment.charge(request)
    if isinstance(outcome, Approved):
        outcome = payment.confirm(request, outcome.reference)
    if isinstance(outcome, Unresolved):
        outcome = known(lambda: payment.outcome_of(request))
    assert isinstance(outcome, Approved) == (tcp.taken() == AMOUNT), outcome


def test_it_is_unplugged_and_plugged_in_again(shop: Shop) -> None:
    device = shop.open(tap_s=600)
    payment = shop.driver()
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
    assert isinstance(payment.charge(asked(payment, "attempt-2")), Approved) and shop.taken() == AMOUNT


def test_a_terminal_that_was_restarted_is_registered_again(shop: Shop) -> None:
    device = shop.open()
    payment = shop.driver()
    assert payment.ready() and device.order("state")["registered"]
    device.order("restart") if shop.line == "tcp" else device.order("forget")
    assert not device.order("state")["registered"]
    request = asked(payment)
    assert isinstance(payment.charge(request), Approved) and device.order("state")["registered"]


def test_blocks_and_acknowledgements_that_are_lost_on_a_serial_line(start: Start, tmp_path: Path) -> None:
    shop = Shop(start, tmp_path, "serial")
    device = shop.open()
    payment = shop.driver()
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
    assert isinstance(outcome, Approved) == (shop.taken() == AMOUNT) and shop.charges() <= 1
    shop.close()
