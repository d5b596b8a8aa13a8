"""What people without a readable code want from the gate's staff: to be found by name or booking, or to ride on.

Played at the first gate, with pictures; what the gate shows and what its record keeps is held against what is expected.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kiosk.app.tour.gate_posts import Posts
from kiosk.app.tour.gate_queue import NUMBER, PIN, A, Holder
from kiosk.app.tour.stage import Stage, wait_until
from kiosk.domain import ticket as tickets
from kiosk.domain.codes import human_code
from kiosk.domain.events import Admitted
from kiosk.store.explained import explained

GUEST = {"code": "XK-99812", "holder": "Mei Lindqvist", "booking": "ORD-4471"}
SIGN_ON = (f"pad-{NUMBER}", "key-enter", *(f"pad-{figure}" for figure in PIN), "key-enter")
PEOPLE_OF_THE_SALE = 9
RIDES_ON = Holder(A, "short", "paper", "admit", taps=("key-beyond", "line-0", "key-fare", *SIGN_ON), then="admit")


def invite(stage: Stage) -> None:
    """A guest list at central, which tells the gates."""
    path = stage.folder / "guests.json"
    path.write_text(json.dumps({"tickets": [GUEST]}))
    stage.central.command("guests", "import", str(path))


def promises(report: dict[str, Any]) -> dict[str, bool]:
    """What has to come of it, by the gate's screen and by its record."""
    booked, fare = report.get("by booking", {}), report.get("fare", {})
    return {
        "a guest is found by name, with code and booking": report.get("by name") is True,
        "a booking shows all its tickets, with what became of each": booked == {"Used": PEOPLE_OF_THE_SALE},
        "who rides on pays, and it is on record with a name": bool(
            fare.get("fare_minor", 0) > 0 and fare.get("alight") and fare.get("by")
        ),
    }


class Desk:
    """The first gate's staff."""

    def __init__(self, posts: Posts, folder: Path, pictures: Path) -> None:
        """`folder`: of the gate's terminal."""
        self._posts, self._folder, self._pictures = posts, folder, pictures
        self.report: dict[str, Any] = {}

    def play(self) -> None:
        """Somebody without a ticket in hand, a party that knows its booking, and one who rides on."""
        wait_until(lambda: self._state()["stage"] == "waiting", f"{A} waits", 20)
        self._posts.tap(A, ("key-lookup",))
        wait_until(lambda: self._searched("mei l") == "hits", f"{A} finds {GUEST['holder']}", 60)
        self._picture("look-up-name")
        self._posts.tap(A, ("line-0",))
        self._picture("look-up-guest")
        self.report["by name"] = {GUEST["holder"], GUEST["booking"], GUEST["code"]} <= set(self._texts())
        self._posts.tap(A, ("key-back", "key-back"))
        code = human_code(tickets.read(self._posts.texts["good 1"])[0].ticket_id)
        self._searched(code.replace("-", ""))
        self._picture("look-up-booking")
        self.report["by booking"] = self._states()
        self._posts.tap(A, ("key-back", "key-back"))
        self._posts.hold_up(RIDES_ON)
        self.report["fare"] = self._fare()

    def _searched(self, text: str) -> str:
        """Type it anew and search; the sheet that is open then."""
        control = self._posts.controls[A]
        while self._can("pad-erase"):
            self._posts.tap(A, ("pad-erase",))
        self._posts.type_in(A, text)
        before = control.ask(do="texts")["texts"]
        self._posts.tap(A, ("key-search",))
        wait_until(lambda: control.ask(do="texts")["texts"] != before, f"{A} answers", 20)
        return str(self._state()["sheet"])

    def _states(self) -> dict[str, int]:
        """What stands at the end of the lines, on all pages."""
        found: dict[str, int] = {}
        while True:
            lines = [each for each in self._texts() if each == "Not used" or each.startswith("Used ")]
            for each in lines:
                word = "Used" if each.startswith("Used ") else each
                found[word] = found.get(word, 0) + 1
            if not self._can("key-older"):
                return found
            self._posts.tap(A, ("key-older",))

    def _can(self, key: str) -> bool:
        return key in self._posts.controls[A].ask(do="items")["items"]

    def _fare(self) -> dict[str, Any]:
        """As the gate's own record has it."""
        ticket = tickets.read(self._posts.texts["short"])[0].ticket_id
        for each in explained(self._folder, 0, 1e11):
            fact = each.fact
            if isinstance(fact, Admitted) and fact.ticket_id == ticket:
                return {"alight": fact.alight, "fare_minor": fact.fare_minor, "by": fact.by}
        return {}

    def _picture(self, name: str) -> None:
        self._posts.controls[A].ask(do="picture", path=str(self._pictures / A / f"{name}.png"))

    def _texts(self) -> list[str]:
        return [str(each) for each in self._posts.controls[A].ask(do="texts")["texts"]]

    def _state(self) -> dict[str, Any]:
        return self._posts.controls[A].ask(do="state")
