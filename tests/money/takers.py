"""Those who take money, each with a book of what truly happened, and every way of not saying so.

They keep the promises of `kiosk.ports.PaymentTerminal` and no more: `Keyed` knows every attempt by its id, `Marked`
only its latest receipt, `TwoPhase` undoes what nobody confirms, `Box` only counts its notes and coins.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random

from kiosk.domain.errors import DeviceFault
from kiosk.ports import (
    Approved,
    ChargeRequest,
    Declined,
    PaymentOutcome,
    Pieces,
    Tell,
    Unresolved,
    untold,
)
from tests.power.world import Mains

SILENT = Unresolved("no answer")


class Taker:
    """The book: what was taken under which key, what was given back, and whose outcome it owes an answer."""

    exclusive = False

    def __init__(self, chance: Random, fault: float) -> None:
        self.chance, self.fault = chance, fault
        self.mains = Mains()
        self.down = False
        self.net: dict[str, int] = {}  # by the key of the charge
        self.refunds: dict[str, str] = {}  # key of the refund -> key of the charge
        self.questions: set[str] = set()
        self.wrong: list[str] = []

    def ready(self) -> bool:
        return not self.down

    def mark(self) -> str:
        return ""

    def cancel(self, attempt_id: str) -> None: ...

    def close(self) -> None: ...

    def charge(self, request: ChargeRequest, tell: Tell = untold) -> PaymentOutcome:
        return self._say(request, lambda: self._charge(request))

    def outcome_of(self, request: ChargeRequest) -> PaymentOutcome:
        return self._say(request, lambda: SILENT if self.down else self._outcome_of(request))

    def refund(self, request: ChargeRequest, original_reference: str) -> PaymentOutcome:
        return self._say(request, lambda: SILENT if self.down else self._refund(request, original_reference))

    def confirm(self, request: ChargeRequest, reference: str) -> PaymentOutcome:
        return Approved(reference)

    def _say(self, request: ChargeRequest, act: Callable[[], PaymentOutcome]) -> PaymentOutcome:
        self.questions.add(request.attempt_id)  # stays when the power goes in the middle
        self.mains.tick()
        outcome = act()
        self.mains.tick()
        if not isinstance(outcome, Unresolved):
            self.questions.discard(request.attempt_id)
        return outcome

    def _unlucky(self) -> bool:
        return self.chance.random() < self.fault

    def take(self, request: ChargeRequest) -> Approved:
        if request.attempt_id in self.net:
            self.wrong.append(f"{request.attempt_id} was charged twice")
        self.net[request.attempt_id] = request.amount_minor
        return Approved(request.attempt_id)

    def give(self, request: ChargeRequest, charged: str) -> Approved:
        if self.net.get(charged, 0) != request.amount_minor:
            self.wrong.append(f"{request.amount_minor} given back of {charged}, which has {self.net.get(charged)}")
        self.net[charged] = self.net.get(charged, 0) - request.amount_minor
        self.refunds[request.attempt_id] = charged
        return Approved(f"back-{charged}")

    def _charge(self, request: ChargeRequest) -> PaymentOutcome:
        raise NotImplementedError

    def _outcome_of(self, request: ChargeRequest) -> PaymentOutcome:
        raise NotImplementedError

    def _refund(self, request: ChargeRequest, original_reference: str) -> PaymentOutcome:
        raise NotImplementedError


class Keyed(Taker):
    """Knows every attempt by its id. `late`: how often a charge is decided only after the answer was given up."""

    def __init__(self, chance: Random, fault: float, late: float = 0.1) -> None:
        super().__init__(chance, fault)
        self._late = late
        self._refused: set[str] = set()
        self._pending: dict[str, ChargeRequest] = {}

    def _charge(self, request: ChargeRequest) -> PaymentOutcome:
        if self.down or self._unlucky():
            return SILENT  # the message was lost
        if self.chance.random() < self._late:
            self._pending[request.attempt_id] = request
            return SILENT
        outcome = self._decide(request)
        self.mains.tick()
        if self._unlucky():
            raise ConnectionResetError("between the money and the answer")
        return SILENT if self._unlucky() else outcome

    def _decide(self, request: ChargeRequest) -> PaymentOutcome:
        if self.chance.random() < 0.15:
            self._refused.add(request.attempt_id)
            return Declined("declined")
        return self.take(request)

    def _outcome_of(self, request: ChargeRequest) -> PaymentOutcome:
        key = request.attempt_id
        if self._unlucky():
            return SILENT
        if key in self._pending:
            if self.chance.random() < 0.5:
                return SILENT
            return self._decide(self._pending.pop(key))
        if key in self.refunds:
            return Approved(f"back-{self.refunds[key]}")
        if key in self.net:
            return Approved(key)
        if request.refund_of:
            return Declined("not_started")
        known = key in self._refused
        self._refused.add(key)  # it can no longer happen
        return Declined("declined" if known else "not_started")

    def _refund(self, request: ChargeRequest, original_reference: str) -> PaymentOutcome:
        if self._unlucky():
            return SILENT
        if request.attempt_id not in self.refunds:
            self.give(request, original_reference)
        self.mains.tick()
        return SILENT if self._unlucky() else Approved(f"back-{original_reference}")


class TwoPhase(Keyed):
    """Approvals are provisional: what nobody confirms is undone, sometimes before anybody could."""

    def __init__(self, chance: Random, fault: float) -> None:
        super().__init__(chance, fault)
        self._final: set[str] = set()
        self.undone: set[str] = set()

    def charge(self, request: ChargeRequest, tell: Tell = untold) -> PaymentOutcome:
        return _provisional(super().charge(request, tell))

    def outcome_of(self, request: ChargeRequest) -> PaymentOutcome:
        if request.attempt_id in self.undone and not self.down:
            self.questions.discard(request.attempt_id)
            return Declined("undone")
        said = super().outcome_of(request)
        return said if request.attempt_id in self.refunds else _provisional(said)

    def confirm(self, request: ChargeRequest, reference: str) -> PaymentOutcome:
        return self._say(request, lambda: self._confirm(request))

    def _confirm(self, request: ChargeRequest) -> PaymentOutcome:
        key = request.attempt_id
        if self.down or self._unlucky():
            return SILENT
        if key not in self._final and (key in self.undone or self.chance.random() < 0.1):
            self.undone.add(key)
            self.net[key] = 0
            return Declined("undone")
        self._final.add(key)
        self.mains.tick()
        return SILENT if self._unlucky() else Approved(key)

    def give(self, request: ChargeRequest, charged: str) -> Approved:
        return super().give(request, charged) if charged not in self.undone else Approved(f"back-{charged}")


def _provisional(outcome: PaymentOutcome) -> PaymentOutcome:
    return Approved(outcome.reference, provisional=True) if isinstance(outcome, Approved) else outcome


class Marked(Taker):
    """Knows only its latest receipt, so what became of a charge is told by comparing with the one before it."""

    exclusive = True

    def __init__(self, chance: Random, fault: float) -> None:
        super().__init__(chance, fault)
        self._receipts: list[int] = []  # amounts, taken or given back

    def mark(self) -> str:
        if self.down:
            raise DeviceFault("the terminal is silent")
        return str(len(self._receipts))

    def _charge(self, request: ChargeRequest) -> PaymentOutcome:
        if self.down or self._unlucky():
            return SILENT
        if self.chance.random() < 0.15:
            return SILENT if self._unlucky() else Declined("declined")
        self._receipts.append(request.amount_minor)
        outcome = self.take(request)
        self.mains.tick()
        return SILENT if self._unlucky() else outcome

    def _outcome_of(self, request: ChargeRequest) -> PaymentOutcome:
        since = self._receipts[int(request.mark) :]
        if self._unlucky():
            return SILENT
        if not since:
            return Declined("not_started")
        return Approved(request.attempt_id) if since == [request.amount_minor] else Unresolved("other receipts")

    def _refund(self, request: ChargeRequest, original_reference: str) -> PaymentOutcome:
        if self._unlucky():
            return SILENT
        self._receipts.append(request.amount_minor)
        outcome = self.give(request, original_reference)
        self.mains.tick()
        return SILENT if self._unlucky() else outcome


class Box(Taker):
    """Notes and coins. It knows nothing but how many of each are inside."""

    exclusive = True
    VALUES = (2000, 1000, 500, 200, 100, 50)

    def __init__(self, chance: Random, fault: float) -> None:
        super().__init__(chance, fault)
        self.inside = dict.fromkeys(self.VALUES, 20)
        self.owed: dict[str, int] = {}  # change nobody got

    def mark(self) -> str:
        if self.down:
            raise DeviceFault("the cash machine is silent")
        return json.dumps(list(self.inside.values()))

    def worth(self) -> int:
        return sum(value * count for value, count in self.inside.items())

    def _charge(self, request: ChargeRequest) -> PaymentOutcome:
        if self.down:
            return SILENT
        before, paid, key = dict(self.inside), 0, request.attempt_id
        gives_up = self.chance.random() < 0.1
        while paid < request.amount_minor:
            value = self.chance.choice(self.VALUES)
            self.inside[value] += 1
            paid += value
            self.net[key] = paid  # in the box is taken, whatever the machine says of it
            self.mains.tick()
            if self._unlucky():
                return SILENT  # jammed: what is inside stays inside
            if gives_up:
                self.net[key] = self._pay_out(paid)
                return SILENT if self.net[key] else Declined("cancelled", self._moved(before))
        self.owed[key] = short = self._pay_out(paid - request.amount_minor)
        self.net[key] = request.amount_minor
        self.mains.tick()
        if self._unlucky() and not short:
            return SILENT
        return Approved(request.attempt_id, pieces=self._moved(before), short_minor=short)

    def _outcome_of(self, request: ChargeRequest) -> PaymentOutcome:
        before = dict(zip(self.VALUES, json.loads(request.mark), strict=True))
        moved = self._moved(before)
        came = sum(value * count for value, count in moved)
        if not moved:
            return Declined("not_started")
        if abs(came) == request.amount_minor:
            return Approved(request.attempt_id, pieces=moved)
        return Unresolved(f"{came} moved")

    def _refund(self, request: ChargeRequest, original_reference: str) -> PaymentOutcome:
        before = dict(self.inside)
        if short := self._pay_out(request.amount_minor, whole=True):
            self.questions.add(request.attempt_id)
            return Unresolved(f"{short} cannot be paid out")
        outcome = self.give(request, original_reference)
        self.mains.tick()
        return SILENT if self._unlucky() else Approved(outcome.reference, pieces=self._moved(before))

    def _pay_out(self, amount: int, *, whole: bool = False) -> int:
        """What is missing; with `whole` nothing is paid unless everything can be."""
        plan: dict[int, int] = {}
        for value in self.VALUES:
            plan[value] = min(amount // value, self.inside[value])
            amount -= plan[value] * value
        if not (whole and amount):
            for value, count in plan.items():
                self.inside[value] -= count
        return amount

    def _moved(self, before: dict[int, int]) -> Pieces:
        return tuple((v, self.inside[v] - n) for v, n in before.items() if self.inside[v] != n)
