"""A lane behind the gate: whoever is let in goes through a turnstile, one at a time; who does not go is taken back."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from kiosk.domain.errors import DeviceFault
from kiosk.domain.gate.scan import Scan
from kiosk.domain.gate.shown import Verdict
from kiosk.ports import Turnstile
from kiosk.services.gate import Gate

log = logging.getLogger(__name__)

TURNED, NOT_TURNED, FREE = "turned", "not turned", "free"


@dataclass(frozen=True)
class Through:
    """What became of one verdict at the lane. `went`: how many, as far as the turnstile tells."""

    went: int
    of: int
    fault: str = ""  # the turnstile did not obey, so nobody could go

    @property
    def all(self) -> bool:
        return self.went == self.of


class Lane:
    """`let_through` is for one thread; `emergency` and `close` may come from any."""

    def __init__(self, turnstile: Turnstile, gate: Gate, open_s: float) -> None:
        self._turnstile, self._gate, self._open_s = turnstile, gate, open_s

    def let_through(self, verdict: Verdict, text: str, scan: Scan | None = None) -> Through:
        """Open for each person who passes, one after another, and wait until they went or their time is up.

        A board without a contact tells nothing: then all count as gone. What was recorded too much is taken back: the
        passing is annulled, and recorded anew with those of a group who went.
        """
        of, went, fault = verdict.persons, 0, ""
        try:
            for _ in range(of):
                if self._turnstile.open_once(self._open_s) == NOT_TURNED:
                    break
                went += 1
        except DeviceFault as error:
            fault = str(error)
            log.error("the lane does not open: %s", error)
        if went < of:
            self._gate.annul()
            if went and verdict.looked_up:
                self._gate.look_ups.only(went)
            elif went:
                self._gate.scan(text, Scan(persons=went, kind=scan.kind if scan else "entry"))
        return Through(went, of, fault)

    def emergency(self, on: bool) -> None:
        """The lane stands open, and the gate lets nobody in. DeviceFault: the board did not obey; the gate did."""
        self._gate.emergency(on)
        self._turnstile.emergency(on)

    def close(self) -> None:
        self._turnstile.close()
