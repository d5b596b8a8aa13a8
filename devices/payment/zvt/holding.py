"""An approval that waits for the goods: the terminal asks, and is told "not yet" until it is said what became of them.

The terminal sends its status information again every few seconds and gives the money back by itself when it hears
that the goods were not issued, when nobody answers, or when it has asked often enough.
"""

from __future__ import annotations

import threading

from devices.payment.zvt import messages as say
from devices.payment.zvt.apdu import Apdu, Garbled
from devices.payment.zvt.messages import Status
from devices.payment.zvt.session import End, Talk
from kiosk.ports import ChargeRequest

THINK_S = 1.5  # how long an answer is held back before it is "not yet"; far below the terminal's five seconds
HOLD_S = 600.0
FINISH_S = 60.0


class Held:
    """Keeps the line from the approval to the end; a thread of its own answers meanwhile."""

    def __init__(self, talk: Talk, end: End, request: ChargeRequest, status: Status) -> None:
        self.request, self.status = request, status
        self._talk, self._end = talk, end
        self._said = threading.Event()
        self._issued = False
        self._keeper = threading.Thread(target=self._keep, name="zvt approval", daemon=True)
        self._keeper.start()

    def settle(self, *, issued: bool) -> End:
        """Say what became of the goods; returns how the terminal ended, or `trouble`."""
        self._issued = issued
        self._said.set()
        self._keeper.join(FINISH_S)
        if self._keeper.is_alive():
            self._talk.line.close()
            return End(trouble="the terminal did not finish in time", sent=True)
        return self._end

    def abandon(self) -> None:
        """The program ends: the line is let go of, and the terminal decides by itself."""
        self._talk.line.close()
        self._keeper.join(FINISH_S)

    def _keep(self) -> None:
        try:
            self._talk.line.send(self._word(self.status))
            self._talk.hear(self._end, HOLD_S, answer=self._word)
        except (OSError, Garbled) as fault:
            self._end.trouble = str(fault)

    def _word(self, status: Status) -> Apdu:
        if not self._said.wait(THINK_S):
            return say.ASK_AGAIN
        return say.ACK if self._issued else say.NOT_ISSUED
