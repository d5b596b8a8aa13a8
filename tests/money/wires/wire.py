"""What a lane asks of a driver and its simulator; the simulator is started again, on the same port and ledger, when it
was killed."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from pathlib import Path
from random import Random
from typing import Any

from kiosk.app.children import Child, Control
from kiosk.domain.paying import Attempt
from kiosk.ports import PaymentTerminal


class Wire(ABC):
    """One driver. `faults` are orders for the next payment, one of them now and then."""

    simulator: str  # devices.simulated.NAME
    arguments: tuple[str, ...] = ()
    faults: tuple[dict[str, Any], ...] = ()
    stopper: dict[str, Any] | None = None  # an order after which the passenger has to stop the payment

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ledger = folder / "ledger.jsonl"
        self.port = 0
        self.restarts = -1
        self._child: Child | None = None
        self.control_port = 0

    @abstractmethod
    def driver(self) -> PaymentTerminal:
        """A new one, as after a restart, with short time limits."""

    @abstractmethod
    def taken(self) -> dict[str, int]:
        """What the ledger says was taken and not given back, by the key of each payment."""

    @abstractmethod
    def key(self, attempt: Attempt) -> str:
        """Under which key the ledger has an approved attempt."""

    def moved(self, attempt: Attempt) -> bool:
        """For an attempt that stays unclear: whether the ledger has anything that could be it. If not, asking should
        have found that it never began."""
        return False

    # the process

    def alive(self) -> None:
        """Start it, or start it again."""
        if self._child is not None and self._child.alive:
            return
        if self._child is not None:
            self._child.stop()
        port = ["--port", str(self.port)] if self.port else []
        self._child = Child(
            self.simulator, f"devices.simulated.{self.simulator}", "--ledger", str(self.ledger), *port,
            *self.arguments, log=self.folder / "simulator.log",
        )  # fmt: skip
        ready = self._child.wait_ready(30)
        self.port, self.control_port = int(ready["port"]), int(ready["control"])
        self.restarts += 1

    def kill(self) -> None:
        """The power of the simulator goes."""
        if self._child is not None:
            self._child.kill()

    def order(self, **message: Any) -> dict[str, Any]:
        control = Control(self.control_port, timeout_s=20)
        try:
            return control.ask(**message)
        finally:
            control.close()

    def close(self) -> None:
        if self._child is not None:
            self._child.stop()

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.ledger.read_text().splitlines()] if self.ledger.exists() else []

    def fault(self, chance: Random) -> dict[str, Any]:
        """One of its faults; numbers in ranges are drawn."""
        drawn = chance.choice(self.faults)
        return {name: chance.randrange(*value) if isinstance(value, tuple) else value for name, value in drawn.items()}
