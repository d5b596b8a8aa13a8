"""The insides of a coin acceptor and of hoppers: coins, motors, memories; what each ccTalk command does to them."""

from __future__ import annotations

import threading
import time

from devices.simulated.control import Ledger

KEPT_EVENTS = 5


class Machine:
    """What the devices share: power, the cash box, the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.hoppers: dict[int, Hopper] = {}
        self.powered = True
        self.box: dict[int, int] = {}
        self.lock = threading.RLock()
        self.accepted_before = 0

    def power(self, on: bool) -> None:
        with self.lock:
            self.powered = on
            for hopper in self.hoppers.values():
                hopper.power(on)

    def remember(self) -> None:
        """Coins and life-long counts outlive the process: they are what the ledger says."""
        for line in self.ledger.lines():
            match line:
                case {"event": "in", "value": value, "to": "box"}:
                    self.box[value] = self.box.get(value, 0) + 1
                    self.accepted_before += 1
                case {"event": "in", "hopper": address} if address in self.hoppers:
                    self.hoppers[address].coins += 1
                    self.accepted_before += 1
                case {"event": "paid", "hopper": address} if address in self.hoppers:
                    self.hoppers[address].coins -= 1
                    self.hoppers[address].count += 1
                case {"event": "filled", "hopper": address, "count": count} if address in self.hoppers:
                    self.hoppers[address].coins += count
                case {"event": "purged", "hopper": address} if address in self.hoppers:
                    self.hoppers[address].coins = 0
                case _:
                    pass


class Acceptor:
    """Coins by position, a gate, a sorter, five remembered events."""

    def __init__(self, machine: Machine, country: str, values: tuple[int, ...], *, recycle: bool) -> None:
        self._machine, self._country = machine, country
        self._values = dict(enumerate(values, 1))
        self._recycle = recycle
        self._paths: dict[int, int] = {}
        self._mask, self._open = 0, False
        self._events: list[tuple[int, int]] = []
        self._counter = 0
        self.lever = False
        self.counts = True
        self.accepted = 0

    def forget(self) -> None:
        """A restart: the gate is shut, events are gone."""
        with self._machine.lock:
            self._mask, self._open, self._events, self._counter = 0, False, [], 0

    def accepts(self) -> list[int]:
        return [v for n, v in self._values.items() if self._open and self._machine.powered and self._mask >> n - 1 & 1]

    def insert(self, value: int) -> bool:
        """A passenger puts a coin in: True = taken."""
        with self._machine.lock:
            position = next((n for n, v in self._values.items() if v == value), 0)
            if value not in self.accepts() or self.lever:
                self._machine.ledger.write(event="returned", value=value)
                if self._machine.powered:
                    self.event(0, 2 if position else 1)
                return False
            path = self._paths.get(position, 0)
            hopper = self._machine.hoppers.get(path)
            if hopper is None:
                self._machine.box[value] = self._machine.box.get(value, 0) + 1
                self._machine.ledger.write(event="in", value=value, to="box")
            else:
                hopper.coins += 1
                self._machine.ledger.write(event="in", value=value, to=f"hopper {path}", hopper=path)
            self.accepted += 1
            self.event(position, path)
            return True

    def event(self, a: int, b: int) -> None:
        with self._machine.lock:
            self._counter = self._counter % 255 + 1
            self._events = [(a, b), *self._events][:KEPT_EVENTS]

    def command(self, header: int, data: bytes) -> bytes | None:
        """The answer's data; None = it refuses."""
        with self._machine.lock:
            if (said := _IDENTITY.get(header)) is not None:
                return said
            if header in (230, 229, 225, 248, 232):
                return self._tell(header)
            return self._obey(header, data)

    def _tell(self, header: int) -> bytes | None:
        match header:
            case 230:
                return bytes([self._mask % 256, self._mask // 256])
            case 229:
                pairs = (self._events + [(0, 0)] * KEPT_EVENTS)[:KEPT_EVENTS]
                return bytes([self._counter, *(number for pair in pairs for number in pair)])
            case 225:
                return self.accepted.to_bytes(3, "little") if self.counts else None
            case 248:
                return bytes([1 if self.lever else 0])
            case _:
                return b"\0"

    def _obey(self, header: int, data: bytes) -> bytes | None:
        match header:
            case 184 if data:
                value = self._values.get(data[0])
                return b"......" if value is None else f"{self._country}{value:03d}A".encode()
            case 231 if len(data) == 2:
                self._mask = data[0] + 256 * data[1]
            case 228 if len(data) == 1:
                self._open = bool(data[0] & 1)
            case 210 if len(data) == 2 and self._recycle:
                self._paths[data[0]] = data[1]
            case 1:
                self.forget()
            case _:
                return None
        return b""


_HOPPER_IDENTITY = {254: b"", 246: b"SIM", 245: b"Payout", 244: b"HO-1", 241: b"1.0"}
_IDENTITY = {254: b"", 246: b"SIM", 245: b"Coin Acceptor", 244: b"CA-1", 242: bytes([21, 0, 0]), 241: b"1.0"}


class Hopper:
    """Coins of one value behind a motor. Its counts are kept in a memory that needs no power."""

    def __init__(self, machine: Machine, address: int, value: int, coins: int, coin_s: float, variant: str) -> None:
        self._machine, self.address, self.value, self._coin_s = machine, address, value, coin_s
        self._variant = variant
        self.coins, self.count = coins, 0
        self.event = self.remaining = self.paid = self.unpaid = 0
        self._enabled = False
        self._flags = 0b1100_0000  # has been powered up, payout disabled
        self._key = b""
        self._stop = False
        self.jam_after: int | None = None
        self.cut_after: int | None = None
        self._serial = (4660 + address).to_bytes(3, "little")

    def power(self, on: bool) -> None:
        if not on:
            self._stop = True
            if self.remaining:
                self.unpaid, self.remaining = self.remaining, 0
        else:
            self._enabled, self.event, self._flags = False, 0, 0b1100_0000

    def fill(self, count: int) -> None:
        with self._machine.lock:
            self.coins += count
            self._machine.ledger.write(event="filled", hopper=self.address, value=self.value, count=count)

    def command(self, header: int, data: bytes) -> bytes | None:
        """The answer's data; None = it refuses."""
        with self._machine.lock:
            told = self._tell(header)
            return self._obey(header, data) if told is None else told

    def _tell(self, header: int) -> bytes | None:
        match header:
            case 242:
                return self._serial
            case 163:
                return bytes([self._flags & 0x7F | (0 if self._enabled else 0x80), 0])
            case 160:
                self._key = bytes(range(8))
                return self._key
            case 168:
                return (self.count % 2**24).to_bytes(3, "little")
            case 166:
                return bytes([self.event, self.remaining, self.paid, self.unpaid])
            case 217:
                return bytes([0x10 | (1 if self.coins < 10 else 0)])
            case _:
                return _HOPPER_IDENTITY.get(header)

    def _obey(self, header: int, data: bytes) -> bytes | None:
        match header:
            case 164 if len(data) == 1:
                self._enabled = data[0] == 165
            case 161 if len(data) == 8:
                pass
            case 172:
                left, self._stop = self.remaining, True
                return bytes([left])
            case 121:
                self._machine.ledger.write(event="purged", hopper=self.address, value=self.value, count=self.coins)
                self.count += self.coins
                self.coins = 0
            case 167:
                return self._dispense(data)
            case 1:
                self._enabled, self.event = False, 0
            case _:
                return None
        return b""

    def _dispense(self, data: bytes) -> bytes | None:
        before = {"serial": self._serial, "cipher": b"", "plain": b""}[self._variant]
        size = {"serial": 4, "cipher": 9, "plain": 1}[self._variant]
        right = len(data) == size and data.startswith(before) and (self._variant != "cipher" or bool(self._key))
        self._key = b""
        if not right or not self._enabled or self.remaining or not data[-1]:
            return None
        self.event = self.event % 255 + 1
        self.remaining, self.paid, self.unpaid, self._stop = data[-1], 0, 0, False
        self._flags = 0
        threading.Thread(target=self._run_motor, daemon=True).start()
        return bytes([self.event])

    def _run_motor(self) -> None:
        while True:
            time.sleep(self._coin_s)
            with self._machine.lock:
                if self._stop or not self.remaining:
                    self._rest(0)
                    return
                if self.coins <= 0 or self.jam_after == 0:
                    self._rest(0b0010_0000 if self.jam_after == 0 else 0b10)
                    return
                self.coins -= 1
                self.count += 1
                self.paid += 1
                self.remaining -= 1
                self._machine.ledger.write(event="paid", hopper=self.address, value=self.value)
                if self.jam_after is not None:
                    self.jam_after -= 1
                if self.cut_after is not None:
                    self.cut_after -= 1
                    if self.cut_after == 0:
                        self.cut_after = None
                        self._machine.power(False)
                        return

    def _rest(self, flags: int) -> None:
        self.unpaid, self.remaining = self.unpaid + self.remaining, 0
        self._flags = flags
