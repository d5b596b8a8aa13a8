"""A ccTalk bus as a process: a coin acceptor with a sorter, and hoppers, on a pseudo-terminal and on TCP.

    python -m devices.simulated.cctalk --ledger FILE [--currency CNY] [--hopper 3:100:50] [--device-link PATH]
        [--coin-s 0.02] [--crc] [--no-echo] [--recycle] [--passenger-s 0]

--hopper ADDRESS:VALUE:COINS, as often as wanted; --recycle: coins of its value can fall into it (path = address).
--passenger-s n: somebody puts in a coin that is taken every n seconds. The ledger has every coin that moved: "in" (to
"box" or "hopper 3"), "returned", "paid" (from hopper 3 to the passenger), "filled", "purged". It is also the device's
memory: a hopper's coins and life-long counts are read back from it.

Orders: {"do": "insert", "value": 100, "count": 1}, {"do": "string"} (fraud), {"do": "lever", "on": true},
{"do": "fill", "address": 3, "count": 50}, {"do": "jam", "address": 3, "after": 2}, {"do": "unjam", "address": 3},
{"do": "power_cut", "address": 3, "after": 2} (the whole machine, in the payout), {"do": "power", "on": false},
{"do": "count_off", "address": 3, "by": 7} (a wrong life-long count), {"do": "forget"} (the acceptor restarts),
{"do": "fault", ...} (see serial_port), {"do": "unplug"}, {"do": "replug"}, {"do": "anew"} (as if
nothing had ever happened), {"do": "state"}.
"""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from devices.simulated.cash_machines import Acceptor, Hopper, Machine
from devices.simulated.control import Ledger, options_of, run
from devices.simulated.serial_port import Faults, SerialPort

MASTER = 1
COINS = {
    "EUR": (5, 10, 20, 50, 100, 200),
    "CNY": (10, 50, 100),
    "GBP": (5, 10, 20, 50, 100, 200),
}
COUNTRY = {"EUR": "EU", "CNY": "CN", "GBP": "GB"}


class Frames:
    """Bytes into messages and back."""

    def __init__(self, with_crc: bool) -> None:
        self._with_crc = with_crc
        self._held = bytearray()
        self._since = 0.0

    def feed(self, data: bytes) -> list[bytes]:
        """Whole messages; a gap of more than 0.1 s begins anew, and so does a wrong checksum."""
        now = time.monotonic()
        if now - self._since > 0.1:
            self._held.clear()
        self._since = now
        self._held += data
        whole = []
        while len(self._held) >= 2 and len(self._held) >= self._held[1] + 5:
            message = bytes(self._held[: self._held[1] + 5])
            del self._held[: len(message)]
            if self._right(message):
                whole.append(message)
        return whole

    def make(self, source: int, header: int, data: bytes) -> bytes:
        if self._with_crc:
            value = _crc16(bytes([MASTER, len(data), header]) + data)
            return bytes([MASTER, len(data), value % 256, header]) + data + bytes([value // 256])
        message = bytes([MASTER, len(data), source, header]) + data
        return message + bytes([(256 - sum(message) % 256) % 256])

    def _right(self, message: bytes) -> bool:
        if self._with_crc:
            value = _crc16(message[:2] + message[3:-1])
            return message[2] + 256 * message[-1] == value
        return sum(message) % 256 == 0


def _crc16(data: bytes) -> int:
    """x^16 + x^12 + x^5 + 1, bit by bit over the whole message as one number."""
    register = 0
    for byte in data:
        for bit in range(7, -1, -1):
            top = register >> 15
            register = (register << 1) & 0xFFFF
            if top != byte >> bit & 1:
                register ^= 0x1021
    return register


class Bus:
    """All devices on the wire."""

    def __init__(self, machine: Machine, acceptor: Acceptor, with_crc: bool, echo: bool) -> None:
        self._machine, self._acceptor, self._echo = machine, acceptor, echo
        self._frames = Frames(with_crc)
        self.faults = Faults()
        self.heard: dict[int, int] = {}

    def hear(self, data: bytes) -> list[tuple[float, bytes]]:
        out: list[tuple[float, bytes]] = [(0.0, data)] if self._echo else []
        for message in self._frames.feed(data):
            out += self._answer(message)
        return out

    def _answer(self, message: bytes) -> list[tuple[float, bytes]]:
        target, header, data = message[0], message[3], message[4:-1]
        device = self._machine.hoppers.get(target) or (self._acceptor if target == 2 else None)
        if device is None or not self._machine.powered:
            return []
        self.heard[header] = self.heard.get(header, 0) + 1
        kind, seconds = self.faults.next(header)
        if kind == "deaf":
            return []
        said = (5, b"") if kind == "nak" else self._say(device, header, data)
        if kind == "silent" or not self._machine.powered:
            return []
        answer = self._frames.make(target, *said)
        if kind == "garbage":
            answer = answer[:-1] + bytes([(answer[-1] + 1) % 256])
        return [(seconds if kind == "late" else 0.0, answer)]

    @staticmethod
    def _say(device: Acceptor | Hopper, header: int, data: bytes) -> tuple[int, bytes]:
        """(header of the answer, data): 0 = here it is, 5 = no."""
        found = device.command(header, data)
        return (5, b"") if found is None else (0, found)


class Orders:
    """What the control port may ask for."""

    def __init__(self, build: Callable[[], tuple[Machine, Acceptor, Bus]], link: Path | None) -> None:
        self._build = build
        self._machine, self.acceptor, self._bus = build()
        self.port = SerialPort(self._bus.hear, link)

    def _begin_anew(self) -> None:
        self._machine.ledger.begin_anew()
        self._machine, self.acceptor, self._bus = self._build()
        self.port.hear = self._bus.hear
        self.port.plug()

    def order(self, message: dict[str, Any]) -> dict[str, Any]:
        """Obey one order."""
        what, machine, acceptor = message.get("do"), self._machine, self.acceptor
        done: dict[str, Any] = {}
        if "address" in message and what in ("fill", "jam", "unjam", "power_cut", "count_off"):
            self._at_hopper(str(what), machine.hoppers[int(message["address"])], message)
        elif what == "insert":
            done = {"taken": sum(acceptor.insert(int(message["value"])) for _ in range(int(message.get("count", 1))))}
        elif what == "string":
            acceptor.event(0, 20)
        elif what == "lever":
            acceptor.lever = bool(message["on"])
        elif not self._to_machine(str(what), message):
            return {"error": f"unknown order {what!r}"}
        machine, acceptor = self._machine, self.acceptor
        return {
            "ok": True, "device": self.port.device, "powered": machine.powered, "accepts": acceptor.accepts(),
            "hoppers": {str(address): hopper.coins for address, hopper in machine.hoppers.items()},
            "box": {str(value): count for value, count in machine.box.items()},
            "paying": any(hopper.remaining for hopper in machine.hoppers.values()),
            "heard": {str(header): count for header, count in self._bus.heard.items()}, **done,
        }  # fmt: skip

    @staticmethod
    def _at_hopper(what: str, hopper: Hopper, message: dict[str, Any]) -> None:
        match what:
            case "fill":
                hopper.fill(int(message["count"]))
            case "jam":
                hopper.jam_after = int(message["after"])
            case "unjam":
                hopper.jam_after = hopper.cut_after = None
            case "power_cut":
                hopper.cut_after = int(message["after"])
            case _:
                hopper.count += int(message["by"])

    def _to_machine(self, what: str, message: dict[str, Any]) -> bool:
        match what:
            case "power":
                self._machine.power(bool(message["on"]))
                self.acceptor.forget()
            case "forget":
                self.acceptor.forget()
            case "fault":
                self._bus.faults.plan(message)
            case "no_faults":
                self._bus.faults.clear()
            case "unplug":
                self.port.unplug()
            case "replug":
                self.port.plug()
            case "anew":
                self._begin_anew()
            case "state":
                pass
            case _:
                return False
        return True


def _passenger(orders: Orders, every_s: float) -> None:
    while True:
        time.sleep(every_s)
        if accepted := orders.acceptor.accepts():
            orders.acceptor.insert(max(accepted))


def _build(options: argparse.Namespace, ledger: Ledger) -> tuple[Machine, Acceptor, Bus]:
    machine = Machine(ledger)
    for text in options.hopper:
        address, value, coins = map(int, text.split(":"))
        machine.hoppers[address] = Hopper(machine, address, value, coins, options.coin_s, options.variant)
    acceptor = Acceptor(machine, COUNTRY[options.currency], COINS[options.currency], recycle=options.recycle)
    acceptor.counts = not options.no_count
    machine.remember()
    acceptor.accepted = machine.accepted_before
    return machine, acceptor, Bus(machine, acceptor, options.crc, not options.no_echo)


def main(arguments: list[str] | None = None) -> None:
    parser = options_of("cctalk", "Coin acceptor and hoppers (ccTalk).")
    parser.add_argument("--ledger", type=Path, default=Path("coins.jsonl"))
    parser.add_argument("--device-link", type=Path, help="a name for the pseudo-terminal that stays")
    parser.add_argument("--currency", choices=sorted(COINS), default="CNY")
    parser.add_argument("--hopper", action="append", default=[], metavar="ADDRESS:VALUE:COINS")
    parser.add_argument("--variant", choices=["serial", "cipher", "plain"], default="serial")
    parser.add_argument("--recycle", action="store_true", help="coins fall into the hopper of their value")
    parser.add_argument("--coin-s", type=float, default=0.02, help="time a hopper takes for a coin")
    parser.add_argument("--crc", action="store_true", help="frames with CRC instead of a checksum")
    parser.add_argument("--no-echo", action="store_true", help="an adapter that swallows one's own words")
    parser.add_argument("--no-count", action="store_true", help="an acceptor without a life-long count")
    parser.add_argument("--passenger-s", type=float, default=0.0, help="a coin every n seconds while coins are taken")
    options = parser.parse_args(arguments)
    ledger = Ledger(options.ledger)
    orders = Orders(lambda: _build(options, ledger), options.device_link)
    if options.passenger_s:
        threading.Thread(target=_passenger, args=(orders, options.passenger_s), daemon=True).start()
    run(orders.port.serve, options.port, orders.order, options.control, device=orders.port.device)


if __name__ == "__main__":
    main()
