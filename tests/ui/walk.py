"""A walk past every screen of the kiosk, by tapping; `see` is called on each with its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.ui.world import Session

SCREENS = (
    "01-attract", "02-search", "03-departures", "04-when", "05-travellers", "06-seats", "07-plan", "08-summary",
    "09-declined", "10-paying", "11-printing", "12-thanks", "13-events", "14-event-tickets", "15-event-seats",
    "16-event-plan", "16a-name", "16b-name-typed", "16c-name-wrong", "17-event-summary",
    "18-problem", "18a-no-paper", "18b-no-paper-summary", "18b-hand", "18c-phone", "18d-phone-last",
    "19-access", "20-languages", "21-timeout",
    "22-without-paper", "23-out-of-order", "24-staff-number", "25-staff-pin", "26-staff-list", "27-staff-matter",
    "28-staff-reason", "29-staff-code", "30-staff-ticket",
)  # fmt: skip


def walk(kiosk: Session, see: Callable[[str], None]) -> None:
    """Buy two tickets to Shanghai (one refused card), one concert ticket (the bank silent), look at the rest."""
    _to_shanghai(kiosk, see)
    _concert(kiosk, see)
    _phone(kiosk, see)
    _around(kiosk, see)
    _staff(kiosk, see)


def _to_shanghai(kiosk: Session, see: Callable[[str], None]) -> None:
    world, driver = kiosk.world, kiosk.driver
    see("01-attract")
    kiosk.tap("searchField", "key-s", "key-h")
    driver.get("to-AOH")
    see("02-search")
    kiosk.tap("to-AOH")
    kiosk.stage("departures")
    driver.get("next")
    see("03-departures")
    kiosk.tap("otherDay")
    kiosk.stage("when")
    see("04-when")
    kiosk.tap("back", "next")
    kiosk.stage("travellers")
    kiosk.tap("more-child")
    see("05-travellers")
    kiosk.tap("next")
    kiosk.stage("seats")
    driver.get("otherSeats")
    kiosk.says("1D")
    see("06-seats")
    kiosk.tap("otherSeats")
    kiosk.stage("plan")
    see("07-plan")
    kiosk.tap("next")
    kiosk.stage("summary")
    see("08-summary")
    world.acquirer.moods = ["decline", "wait"]
    kiosk.tap("next")
    driver.wait_until(lambda: kiosk.kiosk.sale.pay.warning != "", "the refused card")
    see("09-declined")
    world.paper.go_on.clear()
    kiosk.tap("next")
    kiosk.stage("paying")
    see("10-paying")
    world.acquirer.card_held.set()
    kiosk.stage("printing")
    see("11-printing")
    world.paper.go_on.set()
    kiosk.stage("thanks")
    see("12-thanks")
    kiosk.tap("next")
    kiosk.stage("attract")


def _concert(kiosk: Session, see: Callable[[str], None]) -> None:
    kiosk.tap("events")
    kiosk.stage("events")
    see("13-events")
    kiosk.tap("event-0")
    kiosk.stage("travellers")
    kiosk.tap("class-stalls")
    see("14-event-tickets")
    kiosk.tap("next")
    kiosk.stage("seats")
    kiosk.says("A2")
    see("15-event-seats")
    kiosk.tap("otherSeats")
    kiosk.stage("plan")
    see("16-event-plan")
    kiosk.tap("next")
    kiosk.stage("names")
    see("16a-name")
    kiosk.tap("key-l", "accent-Ł")
    kiosk.driver.type("ukasz o'neill-mu")
    see("16b-name-typed")
    names = kiosk.kiosk.sale.names
    names.write("R2D2")
    kiosk.tap("next")
    see("16c-name-wrong")
    names.write("Łukasz O'Neill-Müller")
    kiosk.tap("next")
    kiosk.stage("summary")
    see("17-event-summary")
    kiosk.world.acquirer.moods = ["silence"]
    kiosk.tap("next")
    kiosk.stage("problem")
    see("18-problem")
    kiosk.tap("next")
    kiosk.stage("attract")


def _phone(kiosk: Session, see: Callable[[str], None]) -> None:
    """There is no paper, it is said before anybody starts, and two tickets go to a phone."""
    world, terminal = kiosk.world, kiosk.kiosk.terminal
    world.health = replace(world.health, printer=False)
    world.clock.forward(6)
    terminal.tick()
    kiosk.driver.wait_until(lambda: not terminal.health.printer, "the terminal hears of the paper")
    see("18a-no-paper")
    kiosk.to_summary(("more-adult",))
    see("18b-no-paper-summary")
    kiosk.tap("next")
    kiosk.stage("hand")
    see("18b-hand")
    kiosk.tap("next")
    kiosk.stage("phone")
    see("18c-phone")
    kiosk.tap("next")
    see("18d-phone-last")
    kiosk.tap("next")
    kiosk.stage("attract")
    world.health = replace(world.health, printer=True)
    world.clock.forward(6)
    terminal.tick()
    kiosk.driver.wait_until(lambda: terminal.health.printer, "the terminal hears of the paper")


def _around(kiosk: Session, see: Callable[[str], None]) -> None:
    world, terminal = kiosk.world, kiosk.kiosk.terminal
    kiosk.tap("access")
    kiosk.driver.get("large")
    see("19-access")
    kiosk.tap("closeOverlay", "language")
    kiosk.driver.get("use-en")
    see("20-languages")
    kiosk.tap("closeOverlay", "searchField")
    kiosk.stage("search")
    world.clock.forward(terminal.idle_s * (2 if terminal.state.large else 1) - 15)
    terminal.tick()
    kiosk.driver.get("stillHere")
    see("21-timeout")
    kiosk.tap("stillHere", "cancel")
    kiosk.stage("attract")
    world.paper.out = True
    kiosk.to_summary()
    kiosk.tap("next")
    kiosk.stage("thanks")
    see("22-without-paper")
    kiosk.tap("next")
    kiosk.stage("attract")
    terminal.break_down("RuntimeError")
    kiosk.stage("outOfOrder")
    see("23-out-of-order")


def _staff(kiosk: Session, see: Callable[[str], None]) -> None:
    """Also on a machine that is out of order: the concert's payment is not clear, the last tickets are not on paper."""
    kiosk.world.staff.add("12", "Li Wei", "supervisor", "481516")
    kiosk.kiosk.terminal.callStaff()
    kiosk.stage("staff")
    kiosk.tap("key-1", "key-2")
    see("24-staff-number")
    kiosk.tap("next", *(f"key-{figure}" for figure in "481516"))
    see("25-staff-pin")
    kiosk.tap("next")
    kiosk.driver.get("matter-1")
    see("26-staff-list")
    kiosk.tap("matter-0", "say-1")
    see("27-staff-matter")
    kiosk.tap("next", "say-0")
    see("28-staff-reason")
    kiosk.tap("back", "back", "next", *(f"key-{letter}" for letter in "mxqh"))
    see("29-staff-code")
    sale = kiosk.world.store.sales_in("done")[0]
    kiosk.tap(*["key-erase"] * 4)
    for letter in sale.tickets[0].code.replace("-", "").lower():
        kiosk.kiosk.sale.staff.type(letter)
    kiosk.tap("next")
    kiosk.says(sale.tickets[0].code)
    see("30-staff-ticket")
