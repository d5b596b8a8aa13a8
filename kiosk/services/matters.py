"""What waits for a person at this terminal: unclear money, money to give back, owed change, tickets not on paper.

The staff page shows the list. Whoever acts has given number and PIN; what was decided is kept with name and reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kiosk.domain.errors import KioskError
from kiosk.domain.paying import Attempt, unclear
from kiosk.domain.sale import Sale
from kiosk.services.desk import Desk, Said
from kiosk.services.staff import Member, Staff
from kiosk.store.store import Store

Kind = Literal["charge", "reversal", "change", "tickets"]


class NotAllowed(KioskError):
    """The role does not decide this."""


@dataclass(frozen=True)
class Matter:
    """One thing to do. charge: did money move? reversal: money is to go back. change: it is owed. tickets: paid, and
    not on paper."""

    kind: Kind
    sale: Sale
    attempt: Attempt | None = None

    @property
    def key(self) -> str:
        return f"{self.kind}/{self.attempt.attempt_id if self.attempt else self.sale.sale_id}"

    @property
    def amount_minor(self) -> int:
        if self.kind == "change" and self.attempt is not None:
            return self.attempt.short_minor
        return self.attempt.amount_minor if self.attempt else self.sale.total.amount_minor

    @property
    def began_at(self) -> float | None:
        """Unix s: the ids are made in order of time (UUIDv7) and say when."""
        digits = (self.attempt.attempt_id if self.attempt else self.sale.sale_id).replace("-", "")
        return int(digits[:12], 16) / 1000 if len(digits) == 32 and digits[12] == "7" else None


class Matters:
    """The list and its verbs; they may block on a device."""

    def __init__(self, store: Store, desk: Desk, staff: Staff) -> None:
        self._store, self._desk, self._staff = store, desk, staff

    def check(self, number: str, pin: str) -> Member:
        """Who this is; StaffRefused."""
        return self._staff.check(number, pin)

    def open(self) -> list[Matter]:
        """Everything that waits, money first, each kind in the order it came up."""
        clouded = [
            Matter("reversal" if each.state == "reversing" else "charge", sale, each)
            for sale in self._desk.unresolved()
            for each in unclear(sale.attempts)
        ]
        owed = [
            Matter("change", sale, each)
            for sale in self._store.sales_with_owed_change()
            for each in sale.attempts
            if each.short_minor
        ]
        return [*clouded, *owed, *(Matter("tickets", sale) for sale in self._store.sales_in("undelivered"))]

    def ask(self, matter: Matter) -> Sale:
        """Ask the payment terminal once more; it never charges."""
        self._desk.resolve_unresolved()
        return self._desk.sale(matter.sale.sale_id)

    def settle(self, matter: Matter, outcome: Said, who: Member, reason: str) -> Sale:
        """A supervisor says what became of it; NotAllowed for anybody else, but owed change anybody hands over."""
        if outcome != "change" and who.role != "supervisor":
            raise NotAllowed(f"{who.name} is {who.role}; what became of a payment only a supervisor says")
        attempt_id = matter.attempt.attempt_id if matter.attempt else ""
        return self._desk.settle(matter.sale.sale_id, outcome, who.signature, reason, attempt_id)

    def print(self, matter: Matter) -> Sale:
        """Print what is missing of a paid sale; what may be on paper already comes as a marked copy."""
        return self._desk.deliver(matter.sale.sale_id)
