"""A note validator as a process: SSP, plain and encrypted, on a pseudo-terminal and on TCP.

    python -m devices.simulated.essp --ledger FILE [--currency CNY] [--device-link PATH] [--escrow-s 10] [--move-s 0.05]
        [--plain] [--no-counters] [--full-at 600] [--passenger-s 0]

--plain: it knows no keys. --passenger-s n: somebody puts in the greatest note that is taken every n seconds. The ledger
has every note that moved: "in" (it fell into the cash box), "returned" (out at the front, and why), "taken_away" (the
cash box was emptied). It is also the device's memory.

Orders: {"do": "insert", "value": 2000}, {"do": "jam", "on": true} (the next note sticks on its way to the box, until it
is off), {"do": "fraud"}, {"do": "box", "out": true}, {"do": "full", "on": true}, {"do": "open", "on": true}, {"do":
"power", "on": false} (a note under way stays where it is), {"do": "count_off", "by": 3}, {"do": "fault", ...} (see
serial_port; "command" is the first byte of the data), {"do": "unplug"}, {"do": "replug"}, {"do": "state"}, {"do":
"anew"} (as if nothing had ever happened).
"""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from devices.simulated.control import Ledger, options_of, run
from devices.simulated.essp_wire import Wire
from devices.simulated.note_path import NotePath
from devices.simulated.serial_port import SerialPort

NOTES = {
    "CNY": (1, 5, 10, 20, 50, 100),
    "EUR": (5, 10, 20, 50, 100),
    "GBP": (5, 10, 20, 50),
}


class Orders:
    """What the control port may ask for."""

    def __init__(self, build: Callable[[], tuple[NotePath, Wire]], link: Path | None) -> None:
        self._build = build
        self.path, self._wire = build()
        self.port = SerialPort(self._wire.hear, link)

    def _begin_anew(self) -> NotePath:
        self.path.ledger.begin_anew()
        self.path, self._wire = self._build()
        self.port.hear = self._wire.hear
        self.port.plug()
        return self.path

    def order(self, message: dict[str, Any]) -> dict[str, Any]:
        """Obey one order."""
        path = self.path
        done: dict[str, Any] = {}
        match message.get("do"):
            case "insert":
                done = {"drawn_in": path.insert(int(message["value"]))}
            case "power":
                path.power(bool(message["on"]))
                self._wire.forget()
            case "count_off":
                path.stacked += int(message["by"])
            case "fault":
                self._wire.faults.plan(message)
            case "no_faults":
                self._wire.faults.clear()
            case "unplug" | "replug" as plug:
                (self.port.plug if plug == "replug" else self.port.unplug)()
            case "jam" | "fraud" | "box" | "full" | "open" as trouble:
                path.trouble(trouble, bool(message.get("on", message.get("out", True))))
            case "anew":
                path = self._begin_anew()
            case "state":
                pass
            case other:
                return {"error": f"unknown order {other!r}"}
        path.look()
        return {
            "ok": True, "device": self.port.device, "at": path.at, "accepts": path.accepts(), "box": path.box(),
            "encrypted": self._wire.encrypted, "stacked": path.stacked, **done,
        }  # fmt: skip


def _passenger(orders: Orders, every_s: float) -> None:
    while True:
        time.sleep(every_s)
        if (accepted := orders.path.accepts()) and not orders.path.at:
            orders.path.insert(max(accepted))


def _build(options: argparse.Namespace, ledger: Ledger) -> tuple[NotePath, Wire]:
    path = NotePath(ledger, NOTES[options.currency], options.escrow_s, options.move_s, options.full_at)
    counters = not options.no_counters
    return path, Wire(path, options.currency, options.fixed_key, plain=options.plain, counters=counters)


def main(arguments: list[str] | None = None) -> None:
    parser = options_of("essp", "A note validator (SSP, eSSP).")
    parser.add_argument("--ledger", type=Path, default=Path("notes.jsonl"))
    parser.add_argument("--device-link", type=Path, help="a name for the pseudo-terminal that stays")
    parser.add_argument("--currency", choices=sorted(NOTES), default="CNY")
    parser.add_argument("--escrow-s", type=float, default=10.0, help="a held note goes back after so long without word")
    parser.add_argument("--move-s", type=float, default=0.05, help="time of each way of a note")
    parser.add_argument("--fixed-key", type=lambda text: int(text, 16), default=0x0123456701234567)
    parser.add_argument("--plain", action="store_true", help="a device without encryption")
    parser.add_argument("--no-counters", action="store_true")
    parser.add_argument("--full-at", type=int, default=600, help="notes the cash box holds")
    parser.add_argument("--passenger-s", type=float, default=0.0, help="a note every n seconds while notes are taken")
    options = parser.parse_args(arguments)
    ledger = Ledger(options.ledger)
    orders = Orders(lambda: _build(options, ledger), options.device_link)
    if options.passenger_s:
        threading.Thread(target=_passenger, args=(orders, options.passenger_s), daemon=True).start()
    run(orders.port.serve, options.port, orders.order, options.control, device=orders.port.device)


if __name__ == "__main__":
    main()
