"""A passenger made of taps: walks the kiosk's screens from its first screen to the end of a purchase."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk.app.children import Control
from kiosk.app.tour.plan import Plan, typed
from kiosk.domain.errors import KioskError

Look = Callable[[str], None]  # takes a picture under this name


class Passenger:
    """Drives one kiosk window through its remote control."""

    def __init__(self, control: Control, pictures: Path) -> None:
        self._control = control
        self._pictures = pictures
        self._taken: set[str] = set()

    def ask(self, do: str, **details: Any) -> dict[str, Any]:
        """One request; KioskError when it was not possible."""
        answer = self._control.ask(do=do, **details)
        if not answer.get("ok", True):
            raise KioskError(str(answer.get("error")))
        return answer

    def tap(self, name: str) -> None:
        self.ask("tap", name=name)

    def wait(self, stage: str, seconds: float = 20.0) -> str:
        return str(self.ask("wait", stage=stage, seconds=seconds)["stage"])

    def items(self) -> list[str]:
        return list(self.ask("items")["items"])

    @property
    def stage(self) -> str:
        return str(self.ask("state")["stage"])

    def picture(self, name: str) -> None:
        """Once for each name."""
        if name not in self._taken:
            self._taken.add(name)
            path = self._pictures / f"{len(self._taken):02d}-{name}.png"
            self.ask("picture", path=str(path))

    def look_around(self) -> None:
        """The overlays that can be reached from the first screen."""
        self.ask("wait", name="searchField", seconds=30)
        self.picture("attract")
        for name in ("language", "access"):
            self.tap(name)
            self.ask("wait", name="closeOverlay")
            self.picture(name)
            self.tap("closeOverlay")
        if "events" in self.items():
            self.tap("events")
            self.wait("events")
            self.picture("events")
            self.tap("back")
            self.wait("attract")

    def choose(self, plan: Plan, people: int, *, by_letters: bool = False) -> None:
        """From the first screen to the summary."""
        self.wait("attract", 30)
        self._destination(plan, by_letters)
        self._day_and_departure(plan)
        self._travellers(plan, people)
        self._places()
        self.wait("summary")
        self.picture("summary")

    def pay(self, means: str) -> None:
        """Choose how to pay where there is a choice, tap the blue button of the summary, see what is asked for."""
        if f"way-{means}" in self.items():
            self.tap(f"way-{means}")
        self.tap("next")
        self.wait("paying|printing|thanks|problem")
        self.picture("paying")

    def leave(self) -> None:
        """The end of a purchase: everything is taken."""
        self.tap("next")
        self.wait("attract")

    def _destination(self, plan: Plan, by_letters: bool) -> None:
        tile = f"to-{plan.destination.id}"
        if tile in self.items() and not by_letters:
            self.tap(tile)
            return
        self.tap("searchField")
        self.wait("search")
        self.picture("search")
        spelling = typed(plan.destination)
        for number, letter in enumerate(spelling):
            self._key(letter)
            self._settle(f"key-{spelling[number + 1]}" if number + 1 < len(spelling) else tile, tile)
            if tile in self.items():
                break
        self.picture("search-found")
        self.tap(tile)

    def _key(self, letter: str) -> None:
        if letter == " ":
            self.tap("key-space")
            return
        if letter.isdigit() != ("key-1" in self.items()):
            self.tap("key-figures")
        self.tap(f"key-{letter}")

    def _settle(self, *names: str) -> None:
        """After a letter the keyboard and the list change together; wait until one of these is there."""
        for name in names:
            with contextlib.suppress(KioskError):
                self.ask("wait", name=name, seconds=1)
                return

    def _day_and_departure(self, plan: Plan) -> None:
        self.wait("departures|when")
        if self.stage == "departures" and f"day-{plan.day}" not in self.items():
            self.tap("otherDay")
            self.wait("when")
        self.ask("wait", name=f"day-{plan.day}")
        if self.stage == "departures" and "otherDay" in self.items():
            self.tap("otherDay")
            self.wait("when")
            self.picture("when")
        self.tap(f"day-{plan.day}")
        self.wait("departures")
        wanted = f"departure-{plan.departure.journey_id}-{plan.departure.from_call}"
        self.ask("wait", name="next", seconds=20)
        self._page_to(wanted)
        self.picture("departures")
        self.tap(wanted)  # touching goes on

    def _page_to(self, wanted: str) -> None:
        """Pages back to the first, then on until the departure shows."""
        for button in ("earlier", "later"):
            for _ in range(60):
                items = self.items()
                if wanted in items:
                    return
                if button not in items:
                    break
                self.tap(button)
        self.ask("wait", name=wanted, seconds=10)

    def _travellers(self, plan: Plan, people: int) -> None:
        self.wait("travellers")
        self.ask("wait", name="next")
        chosen = [name for name in self.items() if name in _class_names(plan)]
        if chosen:
            self.tap(chosen[0])
        more = [name for name in self.items() if name.startswith("more-")]
        for _ in range(people - 1):
            self.tap(more[0])
        self.picture("travellers")
        self.tap("next")

    def _places(self) -> None:
        if self.wait("seats|plan|summary") == "summary":
            return
        self.picture("seats")
        if "otherSeats" in self.items():
            self.tap("otherSeats")
            self.wait("plan")
            self.picture("plan")
        self.tap("next")


def _class_names(plan: Plan) -> tuple[str, ...]:
    return tuple(f"class-{key}" for key in (plan.offer.place_class, plan.offer.product_id) if key)
