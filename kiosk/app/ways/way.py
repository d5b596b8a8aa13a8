"""What the demonstration and the tour ask of a way to pay; the tour also of the ledger on its other side."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from kiosk.app.children import Child, Control
from kiosk.domain.errors import KioskError


class Way:
    """One means of payment with its simulators. A subclass fills in what is below; `Control`s and children end with
    the stack."""

    means = "card"  # the word of the journal and of the screens
    offline = True  # it works while the link to central is cut
    words_when_out = "No card"  # on the first screen
    central_arguments: tuple[str, ...] = ()  # more of `kiosk central serve`

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self._stack = stack
        self._controls: dict[str, Control] = {}

    def start(self) -> None:
        """Start the simulators; they write their ledgers into the folder."""
        raise NotImplementedError

    def sections(self, timeout_s: float = 90.0) -> dict[str, dict[str, Any]]:
        """The sections of a terminal's configuration; `timeout_s`: the longest wait for the passenger."""
        raise NotImplementedError

    def present(self, due_minor: int, tap: Callable[[str], None]) -> None:
        """What the passenger does while the screen says "pay". `tap` touches an item of the screen by its name."""

    def lose_next_answer(self) -> None:
        """The next payment is taken, and the terminal never hears of it."""
        raise NotImplementedError

    def out_of_order(self) -> None:
        """It cannot take payments, and says so or is silent."""
        raise NotImplementedError

    def in_order(self) -> None:
        """It can again."""
        raise NotImplementedError

    def taken_minor(self) -> int:
        """What the other side's ledger says was taken and not given back."""
        raise NotImplementedError

    def at_the_end(self) -> dict[str, Any]:
        """More to say in the report, after the last sale. KioskError when something does not hold."""
        return {}

    # for subclasses

    def child(self, name: str, *arguments: str) -> dict[str, Any]:
        """Start `devices.simulated.NAME`, connect to its control socket, return its ready line."""
        child = Child(name, f"devices.simulated.{name}", *arguments, log=self.folder / "log" / f"{name}.log")
        self._stack.callback(child.stop)
        ready = child.wait_ready(30)
        self._controls[name] = Control(int(ready["control"]))
        self._stack.callback(self._controls[name].close)
        return ready

    def order(self, name: str, **message: Any) -> dict[str, Any]:
        """An order to one of its simulators."""
        return self._controls[name].ask(**message)


def lines_of(ledger: Path) -> list[dict[str, Any]]:
    """Lines of a simulator's ledger; [] before there is one."""
    if not ledger.exists():
        return []
    lines = [json.loads(line) for line in ledger.read_text().splitlines() if line]
    if not all(isinstance(line, dict) for line in lines):
        raise KioskError(f"{ledger} is not a ledger")
    return lines
