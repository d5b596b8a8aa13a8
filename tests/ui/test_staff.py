"""The staff page, by tapping: who gets in, what waits, what may be said of it, and what the journal keeps."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QElapsedTimer, QEvent

from kiosk.domain.sale import Sale
from tests.ui.test_journeys import sales
from tests.ui.world import Session
from ui.driver import LEFT, NONE


@pytest.fixture(autouse=True)
def people(kiosk: Session) -> None:
    kiosk.world.staff.add("12", "Li Wei", "supervisor", "481516")
    kiosk.world.staff.add("7", "Wang Fang", "attendant", "271828")


def sign_in(kiosk: Session, number: str, pin: str) -> None:
    kiosk.kiosk.terminal.callStaff()
    kiosk.stage("staff")
    for figures in (number, pin):
        kiosk.tap(*(f"key-{each}" for each in figures), "next")


def leave_an_unclear_payment(kiosk: Session) -> None:
    kiosk.world.acquirer.moods = ["silence"]
    kiosk.to_summary()
    kiosk.tap("next")
    kiosk.stage("problem")
    kiosk.tap("next")
    kiosk.stage("attract")


def test_holding_the_clock_asks_who_it_is_and_a_tap_does_not(kiosk: Session) -> None:
    kiosk.driver.wait_until(kiosk.driver.settled, "the screen to take touches")
    clock = next(item for item in kiosk.driver.items() if item.property("text") == kiosk.kiosk.terminal.state.time)
    point = kiosk.driver.centre(clock)
    kiosk.driver.tap_at(point)
    kiosk.driver._mouse(QEvent.Type.MouseButtonPress, point, LEFT, LEFT)
    held = QElapsedTimer()
    held.start()
    kiosk.stage("staff")
    assert held.elapsed() > 1500
    kiosk.driver._mouse(QEvent.Type.MouseButtonRelease, point, LEFT, NONE)
    kiosk.says("Your staff number")
    kiosk.tap("back")
    kiosk.stage("attract")


def test_nothing_waits_and_a_wrong_pin_shows_nothing(kiosk: Session) -> None:
    sign_in(kiosk, "12", "471108")
    kiosk.says("do not belong together")
    kiosk.says("Your staff number")
    kiosk.tap("back")
    kiosk.stage("attract")
    sign_in(kiosk, "12", "481516")
    kiosk.says("Nothing waits here.")
    kiosk.tap("back")
    kiosk.stage("attract")
    kiosk.kiosk.terminal.callStaff()
    kiosk.says("Your staff number")  # whoever comes next has to say who they are


def test_a_supervisor_says_no_money_was_taken_and_the_places_are_free(kiosk: Session) -> None:
    leave_an_unclear_payment(kiosk)
    sign_in(kiosk, "12", "481516")
    kiosk.tap("matter-0", "say-2", "next")
    kiosk.says("How do you know?")
    kiosk.tap("say-1", "next")
    kiosk.says("Nothing waits here.")
    kiosk.says("kept in the journal")
    assert sales(kiosk.world)[-3:] == ["PaymentSettled", "PaymentDeclined", "PlacesFreed"]
    said = next(r for r in kiosk.world.store.journal.records(0, 100_000) if r.kind == "PaymentSettled")
    assert "Li Wei (12)" in said.body and "the bank's list of payments" in said.body


def test_a_supervisor_says_it_was_taken_and_the_tickets_are_printed(kiosk: Session) -> None:
    leave_an_unclear_payment(kiosk)
    sign_in(kiosk, "12", "481516")
    kiosk.tap("matter-0", "say-1", "next", "say-0", "next")
    kiosk.says("no paper")
    kiosk.tap("matter-0", "next")
    kiosk.says("Nothing waits here.")
    assert kiosk.world.paper.pages == 2
    assert sales(kiosk.world)[-1] == "SaleClosed"


def test_an_attendant_asks_but_does_not_decide(kiosk: Session) -> None:
    leave_an_unclear_payment(kiosk)
    sign_in(kiosk, "7", "271828")
    kiosk.tap("matter-0")
    kiosk.says("Only a supervisor says this")
    assert kiosk.driver.find("say-1") is None
    kiosk.tap("next")
    kiosk.says("Still as it was.")
    kiosk.world.acquirer.later = "approve"
    kiosk.tap("matter-0", "next")
    kiosk.says("no paper")  # the bank said yes: now the tickets wait to be printed
    assert "PaymentSettled" not in sales(kiosk.world)


def test_it_is_shut_when_nobody_touches_it(kiosk: Session) -> None:
    sign_in(kiosk, "12", "481516")
    kiosk.says("Nothing waits here.")
    kiosk.world.clock.forward(kiosk.kiosk.terminal.idle_s * 4)
    kiosk.kiosk.terminal.tick()
    kiosk.stage("attract")


def buy(kiosk: Session) -> Sale:
    kiosk.to_summary()
    kiosk.tap("next")
    kiosk.stage("thanks")
    kiosk.tap("next")
    kiosk.stage("attract")
    return kiosk.world.store.sales_in("done")[-1]


def type_code(kiosk: Session, code: str) -> None:
    """Figures are on a page of their own."""
    figures = False
    for letter in code.replace("-", "").lower():
        if letter.isdigit() != figures:
            kiosk.tap("key-figures")
            figures = not figures
        kiosk.tap(f"key-{letter}")


def test_a_supervisor_takes_a_ticket_back_and_the_card_gets_its_price(kiosk: Session) -> None:
    sale = buy(kiosk)
    sign_in(kiosk, "12", "481516")
    kiosk.tap("next")
    type_code(kiosk, "2222-2222")
    kiosk.tap("next")
    kiosk.says("No ticket that counts was sold here with this code.")
    kiosk.tap("back", "next")
    type_code(kiosk, sale.tickets[0].code)
    kiosk.tap("next")
    kiosk.says("Take this ticket back?")
    kiosk.says(sale.tickets[0].code)
    kiosk.tap("next", "say-0", "next")
    kiosk.says("kept in the journal")
    assert kiosk.world.acquirer.given_back == [sale.items[0].price_minor]
    assert kiosk.world.store.sale(sale.sale_id).voided[0].reference  # type: ignore[union-attr]


def test_a_refund_the_card_terminal_does_not_answer_waits_and_is_paid_by_hand(kiosk: Session) -> None:
    sale = buy(kiosk)
    kiosk.world.acquirer.refunds = False
    sign_in(kiosk, "12", "481516")
    kiosk.tap("next")
    type_code(kiosk, sale.tickets[0].code)
    kiosk.tap("next", "next", "say-2", "next")
    kiosk.says("for a ticket that came back")
    kiosk.tap("matter-0", "say-1", "next", "say-0", "next")
    kiosk.says("Nothing waits here.")
    last = kiosk.world.store.journal.records(0, 100_000)[-1]
    assert last.kind == "RefundPaid" and "Li Wei (12)" in last.body


def test_an_attendant_takes_no_ticket_back(kiosk: Session) -> None:
    sale = buy(kiosk)
    sign_in(kiosk, "7", "271828")
    kiosk.tap("next")
    type_code(kiosk, sale.tickets[0].code)
    kiosk.tap("next")
    kiosk.says("Only a supervisor says this")
    assert kiosk.kiosk.sale.nextReady is False
