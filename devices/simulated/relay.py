"""A turnstile with its relay board as a process: Modbus TCP on a port, and an LCUS board on a pseudo-terminal.

    python -m devices.simulated.relay [--port 0] [--control 0] [--ledger FILE] [--turn-s 0.1]

Relay 1 (coil 0) unlocks the arm for one person each time it comes on, until it goes off; relay 2 (coil 1) is free
passage. Discrete input 0 closes for --turn-s on each turn. The ready line has "device", the terminal's name.

Orders: {"do": "walk"} (a person pushes once: passes or is stopped), {"do": "queue", "people": n} (they pass as soon as
they can), {"do": "lean"} and {"do": "let go"} (the contact stays closed, opens), {"do": "state"}, {"do": "unplug"} and
{"do": "replug"} (the Modbus board hangs up on everybody; the terminal is another one after "replug"), and faults for
the next answer: {"do": "fault", "kind": "silent" | "late" | "exception" | "other" | "drop", "times": n, "s": seconds}.
"drop" obeys and hangs up without an answer, "other" answers with another transaction. The ledger has every change of a
relay and every passage: what really happened at the lane.
"""

from __future__ import annotations

import asyncio
import os
import select
import struct
import threading
import time
import tty
from pathlib import Path
from typing import Any

from devices.simulated.control import Ledger, options_of, run

UNIT = 1


class Lane:
    """The turnstile behind both boards."""

    def __init__(self, ledger: Ledger, turn_s: float) -> None:
        self._ledger, self._turn_s = ledger, turn_s
        self.relays = {1: False, 2: False}
        self._unlocked = self._leaning = False
        self._turning_until = 0.0  # monotonic s
        self._waiting = 0
        self._lock = threading.RLock()  # the terminal is read on a thread of its own
        self.passed = self.stopped = self.looks = 0

    def look(self) -> bool:
        """Whether the contact is closed."""
        self.looks += 1
        return self._leaning or time.monotonic() < self._turning_until

    def switch(self, channel: int, on: bool) -> None:
        with self._lock:
            if self.relays[channel] == on:
                return
            self.relays[channel] = on
            self._ledger.write(event="relay", channel=channel, on=on)
            if channel == 1:
                self._unlocked = on
            self._pass()

    def walk(self) -> bool:
        with self._lock:
            if self._push():
                return True
            self.stopped += 1
            self._ledger.write(event="stopped")
            return False

    def queue(self, people: int) -> None:
        with self._lock:
            self._waiting += people
            self._pass()

    def _pass(self) -> None:
        while self._waiting and self._push():
            self._waiting -= 1

    def lean(self, on: bool) -> None:
        self._leaning = on

    def _push(self) -> bool:
        if not (self._unlocked or self.relays[2]):
            return False
        free, self._unlocked = self.relays[2], False
        self.passed += 1
        self._ledger.write(event="passed", free=free)
        self._turning_until = time.monotonic() + self._turn_s
        return True


class Boards:
    """The two boards and their faults."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._faults: list[dict[str, Any]] = []
        self._viewers: set[asyncio.StreamWriter] = set()
        self._unplugged = False
        self.device = ""
        self._pulled = threading.Event()
        self._terminal = threading.Thread()
        self._plug()

    def order(self, message: dict[str, Any]) -> dict[str, Any]:
        """Obey one order."""
        lane = self._lane
        match message.get("do"):
            case "walk":
                return {"ok": True, "passed": lane.walk()}
            case "queue":
                lane.queue(int(message["people"]))
            case "lean":
                lane.lean(True)
            case "let go":
                lane.lean(False)
            case "fault":
                self._faults += [message] * int(message.get("times", 1))
            case "unplug":
                self._unplugged = True
                self._pull()
            case "replug":
                self._unplugged = False
                self._plug()
            case "state":
                pass
            case other:
                return {"error": f"unknown order {other!r}"}
        return {
            "ok": True,
            "relays": {str(channel): on for channel, on in lane.relays.items()},
            "passed": lane.passed,
            "stopped": lane.stopped,
            "looks": lane.looks,
            "device": self.device,
        }

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One Modbus TCP client."""
        self._viewers.add(writer)
        try:
            while not self._unplugged:
                transaction, protocol, length, unit = struct.unpack(">HHHB", await reader.readexactly(7))
                request = await reader.readexactly(length - 1)
                if protocol != 0 or unit != UNIT:
                    return
                fault = self._faults.pop(0) if self._faults else {}
                kind = fault.get("kind")
                if kind == "late":
                    await asyncio.sleep(float(fault["s"]))
                answer = bytes((request[0] | 0x80, 4)) if kind == "exception" else self._answer(request)
                if kind == "drop":
                    return
                if kind != "silent":
                    number = transaction ^ 0x0F0F if kind == "other" else transaction
                    writer.write(struct.pack(">HHHB", number, 0, len(answer) + 1, UNIT) + answer)
                    await writer.drain()
        finally:
            self._viewers.discard(writer)

    def _answer(self, request: bytes) -> bytes:
        function = request[0]
        if function not in (2, 5):
            return bytes((function | 0x80, 1))
        if len(request) != 5:
            return bytes((function | 0x80, 3))
        address, value = struct.unpack(">HH", request[1:])
        if function == 2:
            if address != 0 or value != 1:
                return bytes((0x82, 2))
            return bytes((2, 1, int(self._lane.look())))
        if address + 1 not in self._lane.relays:
            return bytes((0x85, 2))
        if value not in (0, 0xFF00):
            return bytes((0x85, 3))
        self._lane.switch(address + 1, bool(value))
        return request

    def _plug(self) -> None:
        """A new pseudo-terminal, read on a thread of its own."""
        ours, theirs = os.openpty()
        tty.setraw(theirs)
        self.device, self._pulled = os.ttyname(theirs), threading.Event()
        self._terminal = threading.Thread(target=self._listen, args=(ours, theirs, self._pulled), daemon=True)
        self._terminal.start()

    def _pull(self) -> None:
        for viewer in self._viewers:
            viewer.transport.abort()
        self._pulled.set()
        self._terminal.join()

    def _listen(self, ours: int, theirs: int, pulled: threading.Event) -> None:
        held = bytearray()
        while not pulled.is_set():
            if select.select([ours], [], [], 0.02)[0]:
                held += os.read(ours, 4096)
                self._obey(held)
        os.close(theirs)
        os.close(ours)

    def _obey(self, held: bytearray) -> None:
        while len(held) >= 4:
            start, channel, on, check = held[:4]
            if start != 0xA0 or check != (start + channel + on) & 0xFF or on > 1:
                del held[0]  # look for the next command
                continue
            del held[:4]
            if channel in self._lane.relays:
                self._lane.switch(channel, bool(on))


def main(arguments: list[str] | None = None) -> None:
    parser = options_of("relay", "A turnstile (Modbus TCP, LCUS serial).")
    parser.add_argument("--ledger", type=Path, default=Path("turnstile.jsonl"))
    parser.add_argument("--turn-s", type=float, default=0.1, help="how long the contact is closed on a turn")
    options = parser.parse_args(arguments)
    boards = Boards(Lane(Ledger(options.ledger), options.turn_s))
    run(boards.serve, options.port, boards.order, options.control, device=boards.device)


if __name__ == "__main__":
    main()
