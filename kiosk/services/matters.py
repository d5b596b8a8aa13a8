"""What waits for a person at this terminal: unclear money, money to give back, owed change, tickets not on paper; and
tickets that their holders give back.

The staff page shows the list. Whoever acts has given number and PIN; what was decided is kept with name and reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kiosk.domain.codes import human_code_of
from kiosk.domain.errors import KioskError
from kiosk.domain.paying import Attempt, unclear
from kiosk.domain.sale import Sale
from kiosk.services.desk import Desk, Said
from kiosk.services.staff import Member, Staff
from kiosk.store.store import Store

Kind = Literal["charge", "reversal", "refund", "change", "tickets", "ticket"]
Outcome = Said | Literal["given_back"]


class NotAllowed(KioskError):
    """The role does not decide this."""


@dataclass(frozen=True)
class Matter:
    """One thing to do. charge: did money move? reversal, refund: money is to go back, of a sale that did not come about
    or of a ticket that came back. change: it is owed. tickets: paid, and not on paper. ticket: one that was sold."""

    kind: Kind
    sale: Sale
    attempt: Attempt | None = None
    item_no: int = -1  # of a ticket or its refund

    @property
    def key(self) -> str:
        return f"{self.kind}/{self.attempt.attempt_id if self.attempt else self.sale.sale_id}/{self.item_no}"

    @property
    def code(self) -> str:
        """Of the ticket, as it is printed; "" = it is not about one."""
        return next((each.code for each in self.sale.tickets if each.item_no == self.item_no), "")

    @property
    def amount_minor(self) -> int:
        if self.item_no >= 0:
            return self.sale.items[self.item_no].price_minor
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
        open_ = self._desk.unresolved()
        clouded = [
            Matter("reversal" if each.state == "reversing" else "charge", sale, each)
            for sale in open_
            for each in unclear(sale.attempts)
        ]
        refunds = [
            Matter("refund", sale, item_no=each.item_no)
            for sale in open_
            if sale.stage == "refunding"
            for each in sale.voided
            if not each.reference
        ]
        owed = [
            Matter("change", sale, each)
            for sale in self._store.sales_with_owed_change()
            for each in sale.attempts
            if each.short_minor
        ]
        return [*clouded, *refunds, *owed, *(Matter("tickets", sale) for sale in self._store.sales_in("undelivered"))]

    def ask(self, matter: Matter) -> Sale:
        """Ask the payment terminal once more; it never charges."""
        return self._desk.ask_again(matter.sale.sale_id)

    def ticket(self, code: str) -> Matter | None:
        """The ticket with this code that was sold here and still counts."""
        wanted = human_code_of(code)
        found = [
            Matter("ticket", sale, item_no=each.item_no)
            for sale in self._desk.find_by_code(code)
            for each in sale.tickets
            if each.code == wanted and each.item_no in sale.standing
        ]
        return found[0] if len(found) == 1 else None

    def settle(self, matter: Matter, outcome: Outcome, who: Member, reason: str) -> Sale:
        """A supervisor says what became of it, or takes a ticket back; NotAllowed for anybody else, but owed change
        anybody hands over."""
        if outcome != "change" and who.role != "supervisor":
            raise NotAllowed(f"{who.name} is {who.role}; what became of a payment only a supervisor says")
        if outcome == "given_back":
            return self._desk.give_back_ticket(matter.code, who.signature, reason)
        if matter.kind == "refund":
            refund_id = next(each.refund_id for each in matter.sale.voided if each.item_no == matter.item_no)
            return self._desk.paid_by_hand(matter.sale.sale_id, refund_id, who.signature, reason)
        attempt_id = matter.attempt.attempt_id if matter.attempt else ""
        return self._desk.settle(matter.sale.sale_id, outcome, who.signature, reason, attempt_id)

    def print(self, matter: Matter) -> Sale:
        """Print what is missing of a paid sale; what may be on paper already comes as a marked copy."""
        return self._desk.deliver(matter.sale.sale_id)
