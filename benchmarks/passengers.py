"""Passengers of the endurance run: each begins at the first screen and leaves it as it was found."""

from __future__ import annotations

from collections.abc import Callable

from tests.ui.world import Session

LANGUAGES = ("en", "zh-Hans")


def buys(kiosk: Session) -> None:
    _to_summary(kiosk, "more-adult")
    _pays(kiosk)


def buys_alone(kiosk: Session) -> None:
    kiosk.to_summary()
    _pays(kiosk)


def is_refused_then_pays(kiosk: Session) -> None:
    kiosk.world.acquirer.moods = ["decline"]
    _to_summary(kiosk, "more-child")
    kiosk.tap("next")
    kiosk.driver.wait_until(lambda: kiosk.kiosk.sale.pay.warning != "", "the refused card")
    _pays(kiosk)


def is_refused_and_leaves(kiosk: Session) -> None:
    kiosk.world.acquirer.moods = ["decline"]
    kiosk.to_summary()
    kiosk.tap("next")
    kiosk.driver.wait_until(lambda: kiosk.kiosk.sale.pay.warning != "", "the refused card")
    kiosk.tap("cancel")


def stops_paying(kiosk: Session) -> None:
    kiosk.world.acquirer.moods = ["wait"]
    kiosk.to_summary()
    kiosk.tap("next")
    kiosk.stage("paying")
    kiosk.tap("back")
    kiosk.stage("summary")
    kiosk.world.acquirer.stopped = False
    kiosk.tap("cancel")


def never_hears_from_the_bank(kiosk: Session) -> None:
    world = kiosk.world
    world.acquirer.moods = ["silence"]
    kiosk.to_summary()
    kiosk.tap("next")
    kiosk.stage("problem")
    kiosk.tap("next")
    kiosk.stage("attract")
    world.acquirer.later = "approve"
    world.desk.resolve_unresolved()
    world.acquirer.later = "silence"


def finds_no_paper(kiosk: Session) -> None:
    kiosk.world.paper.out = True
    try:
        kiosk.to_summary()
        _pays(kiosk)
    finally:
        kiosk.world.paper.out = False


def takes_another_seat(kiosk: Session) -> None:
    _to_summary(kiosk, "more-student")
    kiosk.tap("back", "otherSeats")
    kiosk.stage("plan")
    seats = kiosk.kiosk.sale.seats
    free = [row.place for row in seats.seats.rows if row.condition == "free"]
    if free:
        kiosk.tap(f"seat-{free[-1]}")
        kiosk.driver.wait_until(lambda: free[-1] in seats.places, "the seat to be taken")
    kiosk.tap("next")
    kiosk.stage("summary")
    _pays(kiosk)


def goes_to_a_concert(kiosk: Session) -> None:
    kiosk.tap("events", "event-0")
    kiosk.stage("travellers")
    kiosk.tap("next")
    kiosk.stage("seats", "summary")
    if kiosk.kiosk.sale.stage == "seats":
        kiosk.tap("next")
        kiosk.stage("summary")
    _pays(kiosk)


def searches_and_goes_back(kiosk: Session) -> None:
    kiosk.tap("searchField")
    kiosk.driver.type("shang")
    kiosk.tap("to-AOH")
    kiosk.stage("departures")
    kiosk.tap("otherDay")
    kiosk.stage("when")
    kiosk.tap("back")
    kiosk.stage("departures")
    kiosk.tap("next")
    kiosk.stage("travellers")
    for before in ("departures", "search", "attract"):
        kiosk.tap("back")
        kiosk.stage(before)


def looks_around(kiosk: Session) -> None:
    kiosk.tap("access", "large", "mode-dark", "closeOverlay", "to-AOH")
    kiosk.stage("departures")
    kiosk.tap("language", f"use-{LANGUAGES[0]}", "language", f"use-{LANGUAGES[1]}", "cancel")


def walks_away(kiosk: Session) -> None:
    kiosk.to_summary()
    for seconds in (kiosk.kiosk.terminal.idle_s - 10, 30):
        kiosk.world.clock.forward(seconds)
        kiosk.kiosk.terminal.tick()


def _to_summary(kiosk: Session, another: str) -> None:
    """With one more traveller, unless the train has only one seat left."""
    kiosk.tap("to-AOH")
    kiosk.stage("departures")
    kiosk.tap("next")
    kiosk.stage("travellers")
    kiosk.driver.wait_until(lambda: "next" in kiosk.driver.names(), "the blue button")
    if another in kiosk.driver.names():
        kiosk.tap(another)
    kiosk.tap("next")
    kiosk.stage("seats")
    kiosk.tap("next")
    kiosk.stage("summary")


def _pays(kiosk: Session) -> None:
    kiosk.tap("next")
    kiosk.stage("thanks")
    kiosk.tap("next")


PASSENGERS: tuple[Callable[[Session], None], ...] = (
    buys, buys_alone, is_refused_then_pays, is_refused_and_leaves, stops_paying, never_hears_from_the_bank,
    finds_no_paper, takes_another_seat, goes_to_a_concert, searches_and_goes_back, looks_around, walks_away,
)  # fmt: skip
