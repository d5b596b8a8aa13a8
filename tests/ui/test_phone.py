"""Tickets on a phone, by tapping: chosen, or because there is no paper, which is said before anybody pays."""

from __future__ import annotations

from dataclasses import replace

from tests.ui.test_journeys import sales
from tests.ui.world import Session, World
from ui.services import Way


def paper(kiosk: Session, works: bool) -> None:
    """The devices are asked again, and what they say is on screen."""
    terminal = kiosk.kiosk.terminal
    kiosk.world.health = replace(kiosk.world.health, printer=works)
    kiosk.world.clock.forward(6)
    terminal.tick()
    kiosk.driver.wait_until(lambda: terminal.health.printer == works, "the terminal hears of the paper")


def closed(world: World) -> str:
    records = [r for r in world.store.journal.records(0, 100_000) if r.kind == "SaleClosed"]
    return records[-1].body if records else ""


def test_two_tickets_are_taken_along_one_after_the_other(kiosk: Session) -> None:
    kiosk.to_summary(("more-adult",))
    kiosk.tap("hand-phone", "next")
    kiosk.stage("phone")
    pay = kiosk.kiosk.sale.pay
    kiosk.says("Ticket 1 of 2")
    assert kiosk.driver.text("next") == "Next ticket" and kiosk.driver.find("back") is None
    assert bytes.fromhex(pay.codes.rows[0].hex).decode().startswith("T1:")
    kiosk.tap("next")
    kiosk.says("Ticket 2 of 2")
    kiosk.tap("back")
    kiosk.says("Ticket 1 of 2")
    kiosk.tap("next", "next")
    kiosk.stage("attract")
    kiosk.driver.wait_until(lambda: '"delivered"' in closed(kiosk.world), "the sale is closed")
    assert kiosk.world.paper.pages == 0 and sales(kiosk.world).count("TicketsShown") == 1


def test_without_paper_nothing_is_sold_before_the_passenger_agrees_to_the_phone(kiosk: Session) -> None:
    paper(kiosk, False)
    kiosk.says("No paper: tickets on your phone")
    kiosk.to_summary()
    kiosk.says("No paper: tickets on your phone")
    assert kiosk.driver.find("hand-paper") is None
    kiosk.tap("next")
    kiosk.stage("hand")
    kiosk.says("Take a picture of it: the gate takes it like paper.")
    assert sales(kiosk.world) == [], "nothing is held and nothing is paid before the answer"
    kiosk.tap("back")
    kiosk.stage("summary")
    kiosk.tap("next")
    kiosk.stage("hand")
    kiosk.tap("next")
    kiosk.stage("phone")
    assert kiosk.driver.text("next") == "I have my ticket"
    assert '"no_paper"' in next(r.body for r in kiosk.world.store.journal.records(0, 9999) if r.kind == "TicketsShown")


def test_paper_that_is_back_may_be_chosen_again(kiosk: Session) -> None:
    paper(kiosk, False)
    kiosk.to_summary()
    kiosk.tap("hand-phone")
    paper(kiosk, True)
    kiosk.tap("hand-paper", "next")
    kiosk.stage("thanks")
    assert kiosk.world.paper.pages == 2 and "TicketsShown" not in sales(kiosk.world)


def test_who_walks_away_from_the_code_is_left_to_the_staff(kiosk: Session) -> None:
    kiosk.to_summary()
    kiosk.tap("hand-phone", "next")
    kiosk.stage("phone")
    terminal = kiosk.kiosk.terminal
    kiosk.world.clock.forward(terminal.idle_s * 2 + 1)
    terminal.tick()
    kiosk.stage("attract")
    kiosk.driver.wait_until(lambda: '"undelivered"' in closed(kiosk.world), "the sale is closed")


def test_an_unclear_payment_that_turns_out_well_still_goes_to_the_phone(kiosk: Session) -> None:
    kiosk.world.acquirer.moods = ["silence"]
    kiosk.to_summary()
    kiosk.tap("hand-phone", "next")
    kiosk.stage("problem")
    kiosk.world.acquirer.later = "approve"
    kiosk.kiosk.sale._checkout.ask_again()
    kiosk.stage("phone")
    assert kiosk.world.paper.pages == 0


def test_with_many_ways_to_pay_the_phone_is_asked_for_on_a_page_of_its_own(kiosk: Session) -> None:
    ways = tuple(Way(means) for means in ("card", "qr.wechat", "qr.alipay", "cash", "voucher"))
    kiosk.world.health = replace(kiosk.world.health, ways=ways)
    kiosk.kiosk.terminal.toggleLarge()
    paper(kiosk, False)
    kiosk.to_summary(("more-adult", "more-child"))
    assert kiosk.driver.find("hand-phone") is None, "there is no room"
    kiosk.tap("next")
    kiosk.stage("hand")
    kiosk.tap("next")
    kiosk.stage("phone")
