"""A bank transfer by a code on the screen: nothing here can tell whether the money came, so a person says it.

Once the code was shown every outcome is unresolved, also when the passenger stops: the transfer may be on its way. The
sale waits on the staff's list, under the reference that stands in the code, until somebody has looked at the account.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from kiosk.domain.payqr.faults import BadPayee
from kiosk.ports import Approved, ChargeRequest, Declined, PaymentOutcome, Prompt, Tell, Unresolved, untold

Draw = Callable[[int, str], str]
"""The code's content for (amount in minor units, reference); BadPayee when it cannot carry them."""
LOOK = Unresolved("staff must look at the account: did the transfer come?")


class TransferPay:
    """One account. `draw` makes the code, for payments in `currency`."""

    exclusive = False

    def __init__(self, draw: Draw, currency: str, wait_s: float) -> None:
        self._draw, self._currency, self._wait_s = draw, currency, wait_s
        self._stops: dict[str, threading.Event] = {}

    def ready(self) -> bool:
        return True

    def mark(self) -> str:
        return ""

    def charge(self, request: ChargeRequest, tell: Tell = untold) -> PaymentOutcome:
        """Shows the code until the time is over, or somebody stops."""
        if request.currency != self._currency:
            return Declined("currency")  # nothing was shown
        stop = self._stops[request.attempt_id] = threading.Event()
        try:
            reference = (request.about or request.attempt_id.replace("-", "")[-8:]).upper()
            tell(Prompt("qr", self._draw(request.amount_minor, reference)))
            stop.wait(self._wait_s)
        except BadPayee:
            return Declined("amount")  # nothing was shown
        finally:
            del self._stops[request.attempt_id]
        return LOOK

    def outcome_of(self, request: ChargeRequest) -> PaymentOutcome:
        return LOOK

    def cancel(self, attempt_id: str) -> None:
        """The code goes off the screen."""
        if (stop := self._stops.get(attempt_id)) is not None:
            stop.set()

    def confirm(self, request: ChargeRequest, reference: str) -> PaymentOutcome:
        return Approved(reference)

    def refund(self, request: ChargeRequest, original_reference: str) -> PaymentOutcome:
        return Unresolved("staff must pay it back, and say so")

    def close(self) -> None:
        for stop in list(self._stops.values()):
            stop.set()
