"""What people do at the kiosk, by tapping: buy, be refused, change their mind, change the language, walk away."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from tests.ui.world import Session, World
from ui.driver import Driver, NotOnScreen


def sales(world: World) -> list[str]:
    """Kinds of the facts in the journal after enrolment and grants."""
    return [
        r.kind for r in world.store.journal.records(0, 100_000) if r.kind not in ("TerminalEnrolled", "GrantAccepted")
    ]


def test_two_people_buy_two_seats_side_by_side_and_take_paper(kiosk: Session) -> None:
    kiosk.to_summary(("more-adult",))
    kiosk.says("Coach 2, seats 1D and 1F")
    assert kiosk.driver.text("next") == "Pay ¥\u00a01106 by card"
    kiosk.tap("next")
    kiosk.stage("thanks")
    kiosk.says("Printed")
    assert list(kiosk.world.acquirer.charged.values()) == [110_600]
    assert kiosk.world.paper.pages == 3  # two tickets and the receipt
    assert sales(kiosk.world).count("TicketIssued") == 2
    kiosk.tap("next")
    kiosk.stage("attract")


def test_a_refused_card_takes_nothing_and_another_card_pays(kiosk: Session) -> None:
    kiosk.world.acquirer.moods = ["decline"]
    kiosk.to_summary()
    kiosk.tap("next")
    kiosk.says("The card was declined. No money was taken.")
    kiosk.stage("summary")
    assert kiosk.world.acquirer.charged == {}
    kiosk.tap("next")
    kiosk.stage("thanks")
    assert sales(kiosk.world).count("PlacesHeld") == 1, "the same seats were kept for the second card"
    assert len(kiosk.world.acquirer.charged) == 1


def test_without_paper_the_ticket_is_on_the_screen(kiosk: Session) -> None:
    kiosk.world.paper.out = True
    kiosk.to_summary()
    kiosk.tap("next")
    kiosk.stage("thanks")
    kiosk.says("No paper came out. The code on this screen is your ticket.")
    assert kiosk.kiosk.sale.pay.codes.rowCount() == 1
    assert bytes.fromhex(kiosk.kiosk.sale.pay.codes.rows[0].hex).decode().startswith("T1:")
    assert "SaleClosed" in sales(kiosk.world)


def test_an_unclear_payment_keeps_the_seats_and_never_asks_for_a_second_one(kiosk: Session) -> None:
    kiosk.world.acquirer.moods = ["silence"]
    kiosk.to_summary()
    kiosk.tap("next")
    kiosk.stage("problem")
    kiosk.says("Please do not pay a second time.")
    assert kiosk.driver.find("back") is None
    assert "PlacesFreed" not in sales(kiosk.world)
    kiosk.world.acquirer.later = "approve"
    kiosk.kiosk.sale._checkout.ask_again()
    kiosk.stage("thanks")
    assert kiosk.world.paper.pages == 2
    assert len(kiosk.world.acquirer.charged) == 1


def test_stopping_the_payment_leads_back_without_loss(kiosk: Session) -> None:
    kiosk.world.acquirer.moods = ["wait"]
    kiosk.to_summary()
    kiosk.tap("next")
    kiosk.stage("paying")
    kiosk.tap("back")
    kiosk.stage("summary")
    kiosk.says("You stopped the payment. No money was taken.")
    kiosk.tap("cancel")
    kiosk.stage("attract")
    kiosk.driver.wait_until(lambda: sales(kiosk.world)[-1] == "PlacesFreed", "the seats to be free again")


def test_a_stop_that_came_before_the_reader_listened_is_said_again(kiosk: Session) -> None:
    kiosk.world.acquirer.moods, kiosk.world.acquirer.unheard = ["wait"], 2
    kiosk.to_summary()
    kiosk.tap("next")
    kiosk.stage("paying")
    kiosk.tap("back")
    kiosk.stage("summary")
    kiosk.says("You stopped the payment. No money was taken.")


def test_the_language_changes_on_the_way_and_the_basket_stays(kiosk: Session) -> None:
    kiosk.to_summary(("more-child",))
    before = kiosk.kiosk.sale.total
    kiosk.tap("language", "use-zh-Hans")
    kiosk.says("核对并支付")
    kiosk.says("2 车，1D 和 1F 座")
    assert kiosk.kiosk.sale.total == before
    kiosk.tap("next")
    kiosk.stage("thanks")
    held = next(r for r in kiosk.world.store.journal.records(0, 100_000) if r.kind == "PlacesHeld")
    assert '"language":"zh-Hans"' in held.body
    kiosk.tap("next")
    kiosk.says("Where to?")


def test_back_leads_through_every_step_and_forgets_nothing(kiosk: Session) -> None:
    kiosk.tap("searchField", "key-s", "key-h")
    kiosk.tap("to-AOH")
    kiosk.stage("departures")
    kiosk.tap("next")
    kiosk.stage("travellers")
    kiosk.tap("more-student", "next")
    kiosk.stage("seats")
    kiosk.tap("otherSeats")
    kiosk.stage("plan")
    kiosk.tap("back")
    kiosk.stage("seats")
    kiosk.tap("next")
    kiosk.stage("summary")
    for stage in ("seats", "travellers", "departures", "search", "attract"):
        kiosk.tap("back")
        kiosk.stage(stage)
        if stage == "travellers":
            kiosk.says("2 people")
    assert sales(kiosk.world) == []


def test_the_plan_moves_the_party_seat_by_seat(kiosk: Session) -> None:
    kiosk.to_summary()
    kiosk.tap("back", "otherSeats")
    kiosk.stage("plan")
    free = [row for row in kiosk.kiosk.sale.seats.seats.rows if row.condition == "free"]
    kiosk.tap(f"seat-{free[3].place}")
    kiosk.driver.wait_until(lambda: kiosk.kiosk.sale.seats.places == (free[3].place,), "the seat to move")
    kiosk.tap("coach-4", "coach-2", "next")
    kiosk.stage("summary")
    assert kiosk.kiosk.sale._choice.quote.places == (free[3].place,)


def test_sold_out_trains_are_there_but_cannot_be_touched(kiosk: Session) -> None:
    kiosk.tap("to-AOH")
    kiosk.stage("departures")
    kiosk.says("Sold out")
    sold_out = next(row for row in kiosk.kiosk.sale.trip.departures.rows if row.departs == "08:00")
    assert not sold_out.available
    kiosk.kiosk.sale.trip.choose(sold_out.key)
    assert kiosk.kiosk.sale.stage == "departures"
    assert f"departure-{sold_out.key}" not in kiosk.driver.names()


def test_another_day_and_later_pages(kiosk: Session) -> None:
    kiosk.tap("to-AOH", "otherDay")
    kiosk.stage("when")
    assert "day-2026-11-25" not in kiosk.driver.names(), "nothing runs on that day"
    kiosk.tap("day-2026-11-27")
    kiosk.stage("departures")
    kiosk.says("G1, 27 Nov 07:00")
    kiosk.tap("later")
    kiosk.says("8–14 of 17")
    kiosk.tap("departure-5012-0")
    kiosk.stage("travellers")
    kiosk.says("G13")


def test_no_more_people_than_seats(kiosk: Session) -> None:
    kiosk.tap("to-AOH", "departure-1008-0")
    kiosk.stage("travellers")
    kiosk.tap("more-adult", "more-adult")
    kiosk.driver.wait_until(lambda: "more-adult" not in kiosk.driver.names(), "the plus to lose its plate")
    assert kiosk.kiosk.sale.party.people.rows[0].count == 3


def test_letters_that_lead_nowhere_lose_their_plate(kiosk: Session) -> None:
    kiosk.tap("searchField", "key-n")
    kiosk.driver.wait_until(lambda: "key-a" in kiosk.driver.names() and "key-q" not in kiosk.driver.names(), "the keys")
    kiosk.driver.type("anjing")
    kiosk.tap("next")
    kiosk.stage("departures")
    kiosk.says("Beijing South to Nanjing South")


def test_a_concert_with_standing_room_needs_no_seat(kiosk: Session) -> None:
    kiosk.tap("events", "event-0")
    kiosk.stage("travellers")
    kiosk.tap("next")
    kiosk.stage("names")
    kiosk.tap("withoutNames")
    kiosk.stage("summary")
    kiosk.says("Beethoven: Symphony No. 7")
    kiosk.says("Standing")
    kiosk.tap("next")
    kiosk.stage("thanks")


def test_whoever_walks_away_is_warned_and_then_forgotten(kiosk: Session) -> None:
    kiosk.to_summary()
    terminal, clock = kiosk.kiosk.terminal, kiosk.world.clock
    clock.forward(41)
    terminal.tick()
    kiosk.says("Everything is kept for 19 more seconds.")
    kiosk.tap("stillHere")
    kiosk.driver.wait_until(lambda: kiosk.driver.find("stillHere") is None, "the warning to go")
    kiosk.stage("summary")
    clock.forward(41)
    terminal.tick()
    clock.forward(20)
    terminal.tick()
    kiosk.stage("attract")
    kiosk.says("Where to?")


def test_nobody_is_timed_out_while_paying(kiosk: Session) -> None:
    kiosk.world.acquirer.moods = ["wait"]
    kiosk.to_summary()
    kiosk.tap("next")
    kiosk.stage("paying")
    kiosk.world.clock.forward(300)
    kiosk.kiosk.terminal.tick()
    assert kiosk.kiosk.terminal.state.overlay == ""
    kiosk.world.acquirer.card_held.set()
    kiosk.stage("thanks")


def test_a_hasty_second_tap_does_not_reach_the_next_screen(kiosk: Session) -> None:
    kiosk.tap("to-AOH")
    kiosk.stage("departures")
    place = Driver.centre(kiosk.driver.get("next"))
    kiosk.tap("next")
    kiosk.stage("travellers")
    kiosk.driver.tap_at(place)
    with pytest.raises(NotOnScreen):
        kiosk.driver.wait_until(lambda: kiosk.kiosk.sale.stage != "travellers", "another stage", wait_s=0.5)


def test_two_taps_on_take_these_seats_do_not_begin_the_payment(kiosk: Session) -> None:
    kiosk.tap("to-AOH", "next")
    kiosk.stage("travellers")
    kiosk.tap("next")
    kiosk.stage("seats")
    kiosk.driver.wait_until(lambda: "next" in kiosk.driver.names(), "the blue button")
    place = Driver.centre(kiosk.driver.get("next"))
    kiosk.driver.tap_at(place)
    kiosk.driver.tap_at(place)
    kiosk.stage("summary")
    with pytest.raises(NotOnScreen):
        kiosk.driver.wait_until(lambda: kiosk.kiosk.sale.stage != "summary", "another stage", wait_s=0.5)
    assert sales(kiosk.world) == []


def test_the_screen_stays_alive_while_the_reader_waits(kiosk: Session) -> None:
    kiosk.world.acquirer.moods = ["wait"]
    kiosk.to_summary()
    kiosk.tap("next")
    kiosk.stage("paying")
    kiosk.tap("access", "mode-dark", "closeOverlay")
    assert kiosk.kiosk.terminal.state.mode == "dark"
    assert threading.current_thread() is threading.main_thread()
    kiosk.world.acquirer.card_held.set()
    kiosk.stage("thanks")


def test_the_card_reader_is_missing_and_the_screen_says_so_before_anyone_starts(kiosk: Session) -> None:
    kiosk.world.health = type(kiosk.world.health)(printer=True)
    kiosk.world.clock.forward(11)
    kiosk.kiosk.terminal.tick()
    kiosk.says("No cards now")
    kiosk.to_summary()
    kiosk.says("Card: not at this machine now")
    assert "next" not in kiosk.driver.names()


def test_an_unexpected_error_closes_the_machine_for_the_next_passenger(kiosk: Session) -> None:
    kiosk.kiosk.terminal.break_down("ValueError")
    kiosk.stage("outOfOrder")
    kiosk.says("This machine is out of order")


def test_a_full_disk_is_said_in_words_and_takes_no_money(screen_app: QGuiApplication, tmp_path: Path) -> None:
    world = World(tmp_path, free_min_bytes=1 << 62)
    kiosk = Session(world)
    try:
        kiosk.to_summary()
        kiosk.tap("next")
        kiosk.says("This machine cannot sell now. No money was taken.")
        kiosk.stage("summary")
        assert world.acquirer.charged == {}
    finally:
        kiosk.close()
        world.close()


def test_every_touchable_thing_has_a_name_for_a_screen_reader(kiosk: Session, screen_app: QGuiApplication) -> None:
    kiosk.tap("to-AOH", "next")
    kiosk.stage("travellers")
    kiosk.tap("more-child")
    names = {name: str(kiosk.driver.get(name).property("label")) for name in kiosk.driver.names()}
    assert names["more-child"] == "One more: Child"
    assert all(names.values()), names
