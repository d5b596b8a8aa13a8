"""Two gates as those before them see them: what is held up, what is touched, what they say."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk.app.children import Control
from kiosk.app.tour.gate_guests import STANDS_FOR
from kiosk.app.tour.gate_queue import A, Holder
from kiosk.app.tour.gate_things import JUNK, Things
from kiosk.app.tour.stage import Stage, wait_until
from kiosk.domain import ticket as tickets
from kiosk.domain.codes import human_code
from kiosk.domain.errors import KioskError

GAP_S = 3.5  # longer than a gate takes the same code for the same person


class Posts:
    """`controls`: the remote control of each gate by its name; their cameras are ordered as "camera NAME"."""

    def __init__(self, stage: Stage, pictures: Path, report: dict[str, Any], say: Callable[[str], None]) -> None:
        self._stage, self._pictures, self._report, self._say = stage, pictures, report, say
        self.controls: dict[str, Control] = {}
        self.texts: dict[str, str] = {}
        self.things = Things(pictures.parent / "things", {})
        self._gone: dict[str, float] = {}

    def open(self, name: str, control: Control) -> None:
        """A gate that was started."""
        self.controls[name] = control

    def ready(self) -> None:
        """Wait until they can judge, and take the picture of an empty gate."""
        for name, control in self.controls.items():
            self._wait_for_lists(name, control)
            (self._pictures / name).mkdir(parents=True, exist_ok=True)
            control.ask(do="picture", path=str(self._pictures / name / "00-waiting.png"))

    def _wait_for_lists(self, name: str, control: Control) -> None:
        wait_until(lambda: control.ask(do="state").get("lists"), f"{name} has its lists", 60)

    def hold_up(self, holder: Holder) -> None:
        """Before the gate's camera until it says something; then it is taken away."""
        control, camera = self.controls[holder.gate], f"camera {holder.gate}"
        text = self.texts[holder.what]
        gap_s = GAP_S if holder.gap else 0.0

        def ready() -> bool:
            gone_s = time.monotonic() - self._gone.get(holder.gate, 0.0)
            return control.ask(do="state")["stage"] == "waiting" and gone_s > gap_s

        wait_until(ready, f"{holder.gate} waits for the next", 20)
        kind = JUNK[holder.what][0] if holder.what in JUNK else "QRCode"
        path = self.things.picture(holder.what, text, holder.on, kind)
        self._stage.order(camera, do="show", path=str(path), **holder.wishes)
        seen: dict[str, Any] = {}

        def judged() -> bool:
            seen.update(control.ask(do="state"))
            return bool(seen["stage"] == "verdict")

        try:
            wait_until(judged, f"{holder.gate} says something about {holder.what}", 20)
            got, _, ticket = str(seen.get("last", "")).partition(" ")
        except KioskError:
            got, ticket = "nothing", ""
        number = len(self._report["queue"]) + 1
        picture = self._pictures / holder.gate / f"{number:02d}-{got}.png"
        control.ask(do="picture", path=str(picture))
        then = self._answer(holder, number) if holder.taps and got == holder.expected else ""
        self._stage.order(camera, do="empty")
        self._gone[holder.gate] = time.monotonic()
        entry = {"no": number, "gate": holder.gate, "what": holder.what, "on": holder.on, "expected": holder.expected}
        right = got == holder.expected and then == holder.then and (not ticket or self._is_of(text, ticket))
        self._report["queue"].append({**entry, "said": got, "then": then, "ticket": ticket, "right": right})
        mark = "" if right else f"  NOT {holder.expected} {holder.then}"
        self._say(f"{number:2d}  {holder.gate}  {holder.what:22} {holder.on:10} {got} {then}{mark}".rstrip())

    def _is_of(self, text: str, ticket: str) -> bool:
        """Of our own by its id, of another system by its code, of a wristband by the ticket that it stands for."""
        if text.startswith(tickets.PREFIX):
            return ticket == tickets.read(text)[0].ticket_id
        return ticket == STANDS_FOR.get(text, text)

    def tap(self, gate: str, names: tuple[str, ...]) -> None:
        for name in names:
            answer = self.controls[gate].ask(do="tap", name=name)
            if not answer.get("ok"):
                raise KioskError(f"{gate}: {answer.get('error')}")

    def _answer(self, holder: Holder, number: int) -> str:
        """Staff touch what they have to; what the gate says then."""
        control, seen = self.controls[holder.gate], ""
        self.tap(holder.gate, holder.taps)

        def said() -> bool:
            nonlocal seen
            state = control.ask(do="state")
            seen = state["stage"] if state["stage"] != "verdict" else str(state["last"]).partition(" ")[0]
            return seen == holder.then

        with contextlib.suppress(KioskError):
            wait_until(said, f"{holder.gate} says {holder.then}", 10)
        if holder.words and not self._reads(holder.gate, holder.words):
            seen = f"{seen} without {holder.words!r}"
        picture = self._pictures / holder.gate / f"{number:02d}-then-{seen}.png"
        control.ask(do="picture", path=str(picture))
        return seen

    def _reads(self, gate: str, words: str) -> bool:
        """Do these words come up on the screen?"""
        control = self.controls[gate]
        with contextlib.suppress(KioskError):
            wait_until(lambda: any(words in each for each in control.ask(do="texts")["texts"]), words, 10)
            return True
        return False

    def type_in(self, gate: str, text: str) -> None:
        """On the pad, which has pages."""
        for letter in text.upper():
            while f"pad-{letter}" not in self.controls[gate].ask(do="items")["items"]:
                self.tap(gate, ("pad-page",))
            self.tap(gate, (f"pad-{letter}",))

    def look_up(self) -> None:
        """Staff type the code of a ticket that was used here."""
        text, control = self.texts["good 1"], self.controls[A]
        code = human_code(tickets.read(text)[0].ticket_id)
        wait_until(lambda: control.ask(do="state")["stage"] == "waiting", f"{A} waits", 20)
        self.tap(A, ("key-lookup",))
        self.type_in(A, code.replace("-", ""))
        self.tap(A, ("key-search", "line-0"))
        self._report["looked_up"] = self._reads(A, "This ticket is already used")
        control.ask(do="picture", path=str(self._pictures / A / "look-up.png"))
        self.tap(A, ("key-back", "key-back", "key-back", "key-counts"))
        control.ask(do="picture", path=str(self._pictures / A / "counts.png"))
        self._report["counts"] = control.ask(do="texts")["texts"]
        self.tap(A, ("key-back",))
        self._say(f"{A} says what became of {code}")
