"""A ccTalk hopper: pays out coins of one value, and counts them in a memory that outlives a power cut.

What was paid is always told from the life-long count before and after, never from what was asked for.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Literal

from devices.cash import cctalk
from devices.cash.cctalk import Bus
from devices.cash.line import CashFault, CashRefused

Variant = Literal["serial", "cipher", "plain"]
VARIANTS = ("serial", "cipher", "plain")
"""What a dispense command carries before the count: the serial number, 8 bytes after a cipher key was asked for (models
"without encryption" ignore their value; the secret ciphers are not public), or nothing."""
COUNT_MAX = 255
TOTAL_MAX = 1 << 24
COIN_S = 2.0  # longest time between two coins before the hopper itself gives up
POLL_S = 0.05  # a hopper answers, and tells nothing by itself: about a coin's time
_FLAGS = (
    "motor current too high", "no coin came in time", "motor reversed to clear a jam", "exit blocked while idle",
    "exit short-circuited while idle", "exit blocked during a payout", "", "",
    "exit short-circuited during a payout", "", "other hopper is meant", "", "motor reversed too often",
    "coil fault", "memory fault", "",
)  # fmt: skip
_STOPPING = frozenset(_FLAGS) - {"", "no coin came in time", "motor reversed to clear a jam"}


@dataclass(frozen=True)
class Payout:
    """The latest payout as the hopper tells it."""

    event: int
    remaining: int
    paid: int
    unpaid: int


@dataclass(frozen=True)
class Level:
    """Its sensors; None = it has none."""

    low: bool | None = None
    full: bool | None = None


class Hopper:
    """One hopper with coins of one value."""

    def __init__(self, bus: Bus, address: int, value: int, variant: Variant = "serial") -> None:
        self._bus, self.address, self.value, self._variant = bus, address, value, variant
        self._serial = b"\0\0\0"

    def connect(self) -> str:
        """Ask who it is; returns its serial number."""
        self._bus.ask(self.address, cctalk.SIMPLE_POLL)
        self._serial = self._bus.ask(self.address, cctalk.SERIAL)[:3]
        return str(int.from_bytes(self._serial, "little"))

    def trouble(self) -> tuple[str, ...]:
        """What its self-test says, in words; () = well."""
        bits = int.from_bytes(self._bus.ask(self.address, cctalk.TEST)[:2], "little")
        return tuple(word for n, word in enumerate(_FLAGS) if word and bits >> n & 1)

    def works(self) -> bool:
        """Nothing that keeps it from paying."""
        return not _STOPPING & set(self.trouble())

    def total(self) -> int:
        """Coins it paid out in all its life, round at 2^24."""
        answer = self._bus.ask(self.address, cctalk.DISPENSE_COUNT)
        if len(answer) != 3:
            raise CashFault(f"hopper {self.address}: its count makes no sense: {answer.hex(' ')}")
        return int.from_bytes(answer, "little")

    def payout(self) -> Payout:
        """How the latest payout stands."""
        answer = self._bus.ask(self.address, cctalk.HOPPER_STATUS)
        if len(answer) != 4:
            raise CashFault(f"hopper {self.address}: its status makes no sense: {answer.hex(' ')}")
        return Payout(*answer)

    def level(self) -> Level:
        """Low and full, where it has sensors for them."""
        try:
            bits = self._bus.ask(self.address, cctalk.LEVELS)[0]
        except (CashRefused, IndexError):
            return Level()
        return Level(bool(bits & 1) if bits & 0x10 else None, bool(bits & 2) if bits & 0x20 else None)

    def pay(self, count: int) -> None:
        """Pay out up to `count` coins and wait until it rests. How many came is told by `total` before and after.

        CashFault: it fell silent, or refused; the count still tells. Never asks a second time by itself.
        """
        if not 1 <= count <= COUNT_MAX:
            raise ValueError("a hopper pays 1 to 255 coins at a time")
        self._bus.ask(self.address, cctalk.ENABLE, b"\xa5")
        before = self.payout()
        try:
            self._bus.ask(self.address, cctalk.DISPENSE, self._leave() + bytes((count,)))
        except CashRefused:
            raise
        except CashFault:
            if self.payout() == before:  # it never heard the command
                raise
        self.rest(time.monotonic() + count * COIN_S + 5.0)
        self._bus.ask(self.address, cctalk.ENABLE, b"\0")

    def rest(self, until: float) -> None:
        """Wait until no payout is under way; CashFault when it does not come to rest."""
        while self.payout().remaining:
            if time.monotonic() > until:
                self.stop()
                raise CashFault(f"hopper {self.address} does not come to an end")
            time.sleep(POLL_S)

    def stop(self) -> int:
        """Stop a payout now; returns the coins it still owed."""
        answer = self._bus.ask(self.address, cctalk.EMERGENCY_STOP)
        return answer[0] if answer else 0

    def purge(self) -> None:
        """Let everything out, for staff who empty it."""
        self._bus.ask(self.address, cctalk.ENABLE, b"\xa5")
        self._bus.ask(self.address, cctalk.PURGE, b"\0\0")

    def _leave(self) -> bytes:
        """What it wants to hear before it pays."""
        if self._variant == "serial":
            return self._serial
        if self._variant == "plain":
            return b""
        self._bus.ask(self.address, cctalk.PUMP_RNG, secrets.token_bytes(8))
        self._bus.ask(self.address, cctalk.CIPHER_KEY)
        return bytes(8)


def since(before: int, after: int) -> int:
    """Coins between two life-long counts."""
    return (after - before) % TOTAL_MAX
