"""A real driver under a signal: steps before and after everything that is asked of it, and one at which all ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from kiosk.ports import ChargeRequest, PaymentOutcome, PaymentTerminal, Prompt, Tell, untold
from tests.power.world import Mains


class Killer(Mains):
    """At one of the steps the process is gone."""

    def tick(self) -> None:
        self.step += 1
        if self.step == self._cut_at:
            os.kill(os.getpid(), signal.SIGKILL)


class Plugged:
    """A driver with steps before and after everything that is asked of it, and at every prompt."""

    def __init__(self, driver: PaymentTerminal, mains: Mains) -> None:
        self._driver, self._mains = driver, mains
        self.exclusive = driver.exclusive
        self.stop_next = False

    def _around(self, call: Callable[[], Any]) -> Any:
        self._mains.tick()
        answer = call()
        self._mains.tick()
        return answer

    def ready(self) -> bool:
        return self._driver.ready()

    def mark(self) -> str:
        return str(self._around(self._driver.mark))

    def charge(self, request: ChargeRequest, tell: Tell = untold) -> PaymentOutcome:
        def told(prompt: Prompt) -> None:
            self._mains.tick()
            if self.stop_next:
                self.stop_next = False
                self._driver.cancel(request.attempt_id)
            tell(prompt)

        outcome: PaymentOutcome = self._around(lambda: self._driver.charge(request, told))
        self.stop_next = False
        return outcome

    def outcome_of(self, request: ChargeRequest) -> PaymentOutcome:
        answer: PaymentOutcome = self._around(lambda: self._driver.outcome_of(request))
        return answer

    def cancel(self, attempt_id: str) -> None:
        self._driver.cancel(attempt_id)

    def confirm(self, request: ChargeRequest, reference: str) -> PaymentOutcome:
        answer: PaymentOutcome = self._around(lambda: self._driver.confirm(request, reference))
        return answer

    def refund(self, request: ChargeRequest, original_reference: str) -> PaymentOutcome:
        answer: PaymentOutcome = self._around(lambda: self._driver.refund(request, original_reference))
        return answer

    def close(self) -> None:
        self._driver.close()
