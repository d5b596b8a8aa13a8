"""A scanner that types: tells a scan from a person's typing by its speed, and keeps the scan off the page.

A scanner types a character every few milliseconds and ends with Enter; nobody types ten characters at that pace. Keys
are held until it is clear what they are: a scan is given out whole, a person's keys are given back in their order.
"""

from __future__ import annotations

from dataclasses import dataclass, field

BETWEEN_S = 0.05
"""Slower than this is a person."""
SCAN_LENGTH_MIN = 6
SCAN_LENGTH_MAX = 4096


@dataclass(frozen=True)
class Verdict:
    """`keys` go on to the page (they were typed); `scan` is a whole code, or None."""

    keys: str = ""
    scan: str | None = None


@dataclass
class Burst:
    """Feed every key with its time (monotonic s); call `quiet` when no key came for BETWEEN_S."""

    between_s: float = BETWEEN_S
    length_min: int = SCAN_LENGTH_MIN
    _held: list[str] = field(default_factory=list)
    _last: float = 0.0

    def key(self, character: str, at: float) -> Verdict:
        """One character, "\\r" or "\\n" for Enter."""
        slow = bool(self._held) and at - self._last > self.between_s
        released = self._let_go() if slow else ""
        self._last = at
        if character in ("\r", "\n"):
            if len(self._held) >= self.length_min:
                scan = self._let_go()
                return Verdict(released, scan)
            return Verdict(released + self._let_go() + character)
        self._held.append(character)
        if len(self._held) > SCAN_LENGTH_MAX:
            return Verdict(released + self._let_go())
        return Verdict(released)

    def quiet(self, now: float) -> Verdict:
        """Time has passed: what is held and did not become a scan was typed."""
        if self._held and now - self._last > self.between_s:
            return Verdict(self._let_go())
        return Verdict()

    def _let_go(self) -> str:
        text = "".join(self._held)
        self._held.clear()
        return text
