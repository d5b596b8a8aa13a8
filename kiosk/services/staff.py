"""Who may do what a passenger may not: staff numbers and PINs of this terminal, with patience for no guesser.

The file lies in the terminal's folder and holds no PIN, only what one is checked against (Argon2id). It is read anew at
each check, so that `kiosk staff` takes effect at once.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from pathlib import Path
from typing import Literal

import msgspec
from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from kiosk.domain.errors import KioskError
from kiosk.ports import Clock
from kiosk.store.database import durable_write

log = logging.getLogger(__name__)

FILE = "staff.json"
WRONG_FILE = "staff.wrong"  # how many wrong PINs came in a row: switching off and on does not help a guesser
PIN_DIGITS_MIN, PIN_DIGITS_MAX = 6, 12
FREE_TRIES = 3  # wrong PINs in a row before one has to wait
WAIT_S, WAIT_MAX_S = 30.0, 1800.0  # doubled with each further wrong one

Role = Literal["attendant", "supervisor"]


class Member(msgspec.Struct, frozen=True):
    """One person. An attendant hands out and asks; a supervisor also decides about money and overrides a gate."""

    number: str  # digits
    name: str
    role: Role
    pin: str  # PHC string

    @property
    def signature(self) -> str:
        """As it is kept with what was decided."""
        return f"{self.name} ({self.number})"


class StaffRefused(KioskError):
    """Not let in. `wait_s`: how long nobody is; 0 = try again."""

    def __init__(self, message: str, wait_s: float = 0.0) -> None:
        super().__init__(message)
        self.wait_s = wait_s


class Staff:
    """The people of one terminal. Calls may come from any thread; a check takes some 50 ms of one core."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._path, self._clock = folder / FILE, clock
        self._lock = threading.Lock()
        self._wrong_path, self._wrong = folder / WRONG_FILE, 0
        with contextlib.suppress(OSError, ValueError):
            self._wrong = int(self._wrong_path.read_text())
        self._shut_until = clock.monotonic() + self._wait()

    def members(self) -> list[Member]:
        """Everybody, by number. KioskError: the file cannot be read."""
        try:
            found = msgspec.json.decode(self._path.read_bytes(), type=list[Member])
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as error:
            raise KioskError(f"{self._path} cannot be read ({error}); remove it and use kiosk staff add") from None
        return sorted(found, key=lambda each: (len(each.number), each.number))

    def add(self, number: str, name: str, role: Role, pin: str) -> None:
        """A new person, or a known number with another PIN, name or role."""
        if not (number.isascii() and number.isdecimal() and 1 <= len(number) <= 8):
            raise KioskError(f"the staff number {number!r} must be 1 to 8 digits")
        if not name.strip():
            raise KioskError("a name is needed: it is kept with what the person decides")
        if not (pin.isascii() and pin.isdecimal() and PIN_DIGITS_MIN <= len(pin) <= PIN_DIGITS_MAX):
            raise KioskError(f"a PIN must be {PIN_DIGITS_MIN} to {PIN_DIGITS_MAX} digits")
        if len(set(pin)) == 1 or pin in "01234567890" or pin in "09876543210":
            raise KioskError("this PIN is among the first that anybody would try; choose another")
        person = Member(number, name.strip(), role, _hasher(os.urandom(16)).derive_phc_encoded(pin.encode()))
        self._write([*(each for each in self.members() if each.number != number), person])

    def remove(self, number: str) -> None:
        """KioskError when nobody has this number."""
        members = self.members()
        if all(each.number != number for each in members):
            raise KioskError(f"nobody here has the staff number {number}")
        self._write([each for each in members if each.number != number])

    def check(self, number: str, pin: str) -> Member:
        """Who this is. StaffRefused after a wrong number or PIN, which it does not tell apart, and while too many
        were wrong."""
        with self._lock:
            if (wait := self._shut_until - self._clock.monotonic()) > 0:
                raise StaffRefused("too many wrong PINs", wait)
            found = next((each for each in self.members() if each.number == number), None)
            if found is not None and _fits(pin, found.pin):
                self._count(0)
                return found
            self._count(self._wrong + 1)
            if wait := self._wait():
                self._shut_until = self._clock.monotonic() + wait
                raise StaffRefused("too many wrong PINs", wait)
            raise StaffRefused("this staff number and PIN do not belong together")

    def _wait(self) -> float:
        over = self._wrong - FREE_TRIES
        return min(WAIT_MAX_S, WAIT_S * 2 ** min(over, 10)) if over >= 0 else 0.0

    def _count(self, wrong: int) -> None:
        if wrong == self._wrong:
            return
        self._wrong = wrong
        try:
            self._wrong_path.write_text(str(wrong))
        except OSError as error:  # a full disk must not shut staff out; the count in memory still holds
            log.warning("%s cannot be written: %s", self._wrong_path, error)

    def _write(self, members: list[Member]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        durable_write(self._path, msgspec.json.format(msgspec.json.encode(members), indent=1))


def _hasher(salt: bytes) -> Argon2id:
    # 19 MiB and two passes: OWASP's smallest for Argon2id. A PIN is short, so waiting protects it, not this.
    return Argon2id(salt=salt, length=32, iterations=2, lanes=1, memory_cost=19 * 1024)


def _fits(pin: str, kept: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(pin.encode(), kept)
    except (InvalidKey, ValueError):
        return False
    return True
