"""The inside of a note validator: where the note is, what a poll says of it, and the cash box."""

from __future__ import annotations

import threading
import time

from devices.simulated.control import Ledger

RESET, READ, CREDIT, STACKED, STACKING = 0xF1, 0xEF, 0xEE, 0xEB, 0xCC
REJECTING, REJECTED, JAM, DISABLED, FRAUD, FULL = 0xED, 0xEC, 0xE9, 0xE8, 0xE6, 0xE7
FROM_FRONT, INTO_BOX, BOX_OUT, BOX_IN, OPEN, INITIALISING = 0xE1, 0xE2, 0xE3, 0xE4, 0xE0, 0xB6


class NotePath:
    """`at`: "" (empty), reading, escrow, stacking, rejecting, jam. Time moves it, and so do polls."""

    def __init__(self, ledger: Ledger, notes: tuple[int, ...], escrow_s: float, move_s: float, full_at: int) -> None:
        self.ledger, self._escrow_s, self._move_s, self._full_at = ledger, escrow_s, move_s, full_at
        self.notes = notes  # whole units by channel - 1
        self.lock = threading.RLock()
        self.at = ""
        self._channel = 0
        self._until = 0.0  # monotonic s: when this stage is over
        self._mask, self._enabled, self._powered = 0, False, True
        self._events: list[bytes] = [bytes([RESET])]
        self._unacknowledged: bytes | None = None
        self._jam = self._open = self._box_is_out = False
        self.last_reject = 0
        lines = ledger.lines()
        self.stacked = sum(line["event"] == "in" for line in lines)
        self.rejected = sum(line["event"] == "returned" for line in lines)
        self._box: dict[int, int] = {}
        for line in lines:
            if line["event"] == "in":
                self._box[line["value"]] = self._box.get(line["value"], 0) + 1
            elif line["event"] == "taken_away":
                self._box.clear()

    # the passenger, the staff, the mains

    def accepts(self) -> list[int]:
        """Values in minor units that are drawn in and kept now."""
        ready = self._enabled and self._powered and not (self._open or self._box_is_out or self._is_full())
        return [note * 100 for n, note in enumerate(self.notes) if ready and self._mask >> n & 1]

    def insert(self, value: int) -> bool:
        """A note is put to the bezel; False: it does not even move."""
        with self.lock:
            self._go_on()
            if not self._enabled or not self._powered or self.at or value // 100 not in self.notes:
                return False
            self.at, self._channel = "reading", self.notes.index(value // 100) + 1
            self._until = time.monotonic() + self._move_s
            return True

    def trouble(self, what: str, on: bool) -> None:
        with self.lock:
            match what:
                case "jam":
                    self._jam = on
                    if not on and self.at == "jam":
                        self._back("jam")
                case "fraud":
                    self._events.append(bytes([FRAUD, 0]))
                case "box":
                    self._box_is_out = on
                    self._events.append(bytes([BOX_OUT if on else BOX_IN]))
                    if on:
                        self.ledger.write(event="taken_away", notes=sum(self._box.values()))
                        self._box.clear()
                case "full":
                    self._full_at = 0 if on else 600
                    if on:
                        self._events.append(bytes([FULL]))
                case _:
                    self._open = on

    def power(self, on: bool) -> None:
        """A note that lies in the path when the power comes back is moved out of it, and that is told."""
        with self.lock:
            if not on:
                self._go_on()
            self._powered, self._enabled, self._mask = on, False, 0
            if not on:
                return
            self._events = [bytes([RESET])]  # a credit nobody acknowledged outlives a power cut
            if self.at == "stacking":
                self._fall(bytes([INTO_BOX, self._channel]))
            elif self.at:
                channel = self._channel if self.at in ("escrow", "told") else 0
                self._back("power")
                self._events.append(bytes([FROM_FRONT, channel]))

    # the host

    def poll(self, *, with_ack: bool) -> bytes:
        """What happened; a note in escrow that was told of before is taken."""
        with self.lock:
            self._go_on()
            if self._unacknowledged is not None and with_ack:
                return self._unacknowledged
            events = [*([self._unacknowledged] if self._unacknowledged else []), *self._events]
            self._events, self._unacknowledged = [], None
            if with_ack and (owed := next((e for e in events if e[0] in (CREDIT, FRAUD, INTO_BOX)), None)) is not None:
                at = events.index(owed)
                self._unacknowledged, self._events = owed, events[at + 1 :]
                return b"".join(events[:at]) + owed
            return b"".join(events) + self._now()

    def _now(self) -> bytes:
        match self.at:
            case "reading":
                return bytes([READ, 0])
            case "told":  # the host has seen it, and asks again: yes
                self.at, self._until = "stacking", time.monotonic() + self._move_s
                return bytes([STACKING])
            case "escrow":
                self.at, self._until = "told", time.monotonic() + self._escrow_s
                return bytes([READ, self._channel])
            case "stacking":
                return bytes([STACKING])
            case "rejecting":
                return bytes([REJECTING])
            case "jam":
                return bytes([JAM])
        if self._open:
            return bytes([OPEN])
        return b"" if self._enabled else bytes([DISABLED])

    def acknowledge(self) -> bool:
        with self.lock:
            owed, self._unacknowledged = self._unacknowledged, None
            return owed is not None

    def touch(self) -> None:
        """Any word but a poll keeps a held note for longer."""
        with self.lock:
            self.look()
            if self.at in ("escrow", "told"):
                self._until = time.monotonic() + self._escrow_s

    def look(self) -> None:
        """Let time pass."""
        with self.lock:
            self._go_on()

    def hold(self) -> bool:
        with self.lock:
            self._go_on()
            if self.at not in ("escrow", "told"):
                return False
            self.at, self._until = "told", time.monotonic() + self._escrow_s
            return True

    def reject(self) -> bool:
        with self.lock:
            self._go_on()
            if self.at not in ("escrow", "told"):
                return False
            self.last_reject = 8
            self.at, self._until = "rejecting", time.monotonic() + self._move_s
            return True

    def inhibits(self, mask: int) -> None:
        with self.lock:
            self._mask = mask

    def enable(self, on: bool) -> None:
        with self.lock:
            self._go_on()
            self._enabled = on
            if not on and self.at in ("reading", "escrow", "told"):
                self.at, self._until = "rejecting", time.monotonic() + self._move_s

    def reset(self) -> None:
        with self.lock:
            self.power(False)
            self.power(True)

    # time

    def _go_on(self) -> None:
        if not self._powered or not self.at or time.monotonic() < self._until:
            return
        match self.at:
            case "reading":
                if self.notes[self._channel - 1] * 100 in self.accepts():
                    self.at, self._until = "escrow", time.monotonic() + self._escrow_s
                else:
                    self.last_reject = 6
                    self.at, self._until = "rejecting", time.monotonic() + self._move_s
            case "escrow" | "told":
                self._back("nobody said yes in time")
                self._events.append(bytes([REJECTED]))
            case "stacking":
                if self._jam:
                    self.at = "jam"
                else:
                    self._fall(bytes([CREDIT, self._channel]))
                    self._events.append(bytes([STACKED]))
            case "rejecting":
                self._back("rejected")
                self._events.append(bytes([REJECTED]))

    def _fall(self, event: bytes) -> None:
        value = self.notes[self._channel - 1] * 100
        self._box[value] = self._box.get(value, 0) + 1
        self.ledger.write(event="in", value=value, to="box")
        self.stacked += 1
        self._events.append(event)
        self.at = ""
        if self._is_full():
            self._events.append(bytes([FULL]))

    def _back(self, why: str) -> None:
        self.ledger.write(event="returned", value=self.notes[self._channel - 1] * 100, why=why)
        self.rejected += 1
        self.at = ""

    def _is_full(self) -> bool:
        return sum(self._box.values()) >= self._full_at

    def box(self) -> dict[str, int]:
        return {str(value): count for value, count in self._box.items()}

    @property
    def powered(self) -> bool:
        return self._powered
