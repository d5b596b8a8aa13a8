"""Taking the money of a sale, and giving it back: intent on disk, then the payment terminal, then the outcome.

At most one attempt of a sale is open at a time, and at an exclusive terminal at most one at all. Whatever a terminal
does not answer is asked for later, under the same attempt, and never charged or given back a second time.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from kiosk.domain import paying
from kiosk.domain.errors import DeviceFault, StoreFault, WrongState
from kiosk.domain.events import (
    Event,
    PaymentApproved,
    PaymentDeclined,
    PaymentRequested,
    PaymentUnresolved,
    TicketIssued,
)
from kiosk.domain.paying import Attempt
from kiosk.domain.sale import Sale
from kiosk.ports import (
    Approved,
    ChargeRequest,
    Declined,
    PaymentOutcome,
    PaymentTerminal,
)
from kiosk.services.refunds import Refunds


class Payments(Refunds):
    """The money side of the desk; its caller carries one sale at a time. `on_prompt` hears what to do now."""

    # taking

    def request(self, sale: Sale, means: str, amount_minor: int | None = None) -> None:
        """P3b: the intent is durable, and the counter past it, before the terminal hears anything.

        `amount_minor`: a part of what is left; None = all of it. DeviceFault: nothing was charged.
        """
        left = sale.left.amount_minor
        amount = left if amount_minor is None else amount_minor
        if amount > left or (amount <= 0 and left):
            raise WrongState(f"{amount} cannot be paid: {left} {sale.currency} in minor units are left.")
        terminal = self._ready(means) if amount else None
        attempt_id = self._ids.next()
        intent = PaymentRequested(
            sale_id=sale.sale_id,
            attempt_id=attempt_id,
            amount_minor=amount,
            currency=sale.currency,
            means=means,
            mark=terminal.mark() if terminal else "",
        )

        def build(_: int) -> Sequence[Event]:
            found = self._store.sale(sale.sale_id)
            if found is None or found.stage != "held":
                raise WrongState(f"The sale is {found.stage if found else 'unknown'}, not held.")
            if terminal is not None and terminal.exclusive and self.in_the_way(means):
                raise DeviceFault(
                    f"What became of an earlier payment ({means}) is not known yet, so another one cannot start. "
                    "Nothing was charged; please choose another way to pay or ask staff."
                )
            return [intent]

        self._append(build)

    def charge(self, sale: Sale, presented: str = "") -> None:
        """Charge the open attempt and record what came of it. `presented`: the code the passenger held up."""
        attempt = _unclear(sale)[0]

        def call(terminal: PaymentTerminal, request: ChargeRequest) -> PaymentOutcome:
            shown = dataclasses.replace(request, presented=presented)
            return terminal.charge(shown, lambda prompt: self.on_prompt(sale.sale_id, prompt))

        self._settle(sale, attempt, self._answer(attempt, attempt.attempt_id, call))

    def ask(self, sale: Sale, *, insist: bool = False) -> None:
        """What became of what is open? Never charges. A terminal that is away leaves the sale as it is. Where one
        said a clear no to giving back, only a person asks again (`insist`)."""
        for attempt in _unclear(sale):
            if attempt.state == "reversing":
                if insist or not attempt.refused:
                    self._give_back(sale, attempt)
            elif attempt.provisional:
                self._confirm(self._store.sale(sale.sale_id) or sale, attempt)
            else:
                asked = self._answer(
                    attempt, attempt.attempt_id, lambda terminal, request: terminal.outcome_of(request)
                )
                self._settle(sale, attempt, asked)

    def cancel(self, sale: Sale) -> None:
        """Ask the terminal to stop waiting for the passenger; the charge answers."""
        for attempt in paying.unclear(sale.attempts):
            terminal = self._means.get(attempt.means)
            if attempt.state == "open" and terminal is not None:
                terminal.cancel(attempt.attempt_id)

    def issue(self, sale: Sale) -> None:
        """Tickets of a sale whose approval is recorded without them."""
        self._append(lambda seq: self._tickets(sale, seq))

    def confirm(self, sale: Sale) -> None:
        """The tickets are on disk: provisional approvals become final, before anything is handed out."""
        for attempt in sale.attempts:
            if attempt.provisional and not sale.cancelled:  # once one is undone, the others go back
                self._confirm(sale, attempt)
                sale = self._store.sale(sale.sale_id) or sale

    def _settle(self, sale: Sale, attempt: Attempt, outcome: PaymentOutcome) -> None:
        ids: dict[str, Any] = {"sale_id": sale.sale_id, "attempt_id": attempt.attempt_id}
        try:
            match outcome:
                case Approved():
                    self.approved(sale, attempt, _approval(ids, outcome))
                case Declined(reason, pieces):
                    self._store.journal.append(PaymentDeclined(**ids, reason=reason, pieces=pieces))
                case _:
                    if attempt.state != "unresolved":
                        self._store.journal.append(PaymentUnresolved(**ids))
        except StoreFault as fault:
            raise type(fault)(
                f"{fault} The payment terminal has answered, but the answer could not be recorded: it is asked again "
                "as soon as the disk works, and never charged twice. Please ask staff."
            ) from fault

    def approved(self, sale: Sale, attempt: Attempt, *facts: Event) -> None:
        """P3c: approval and tickets in one transaction, so a paid sale always has its tickets."""
        whole = paying.paid_minor(sale.attempts) + attempt.amount_minor >= sale.total.amount_minor
        self._append(lambda seq: [*facts, *(self._tickets(sale, seq + len(facts)) if whole else ())])

    def _tickets(self, sale: Sale, first_seq: int) -> Sequence[Event]:
        now = self._clock.now()
        issued = []
        for item_no, item in enumerate(sale.items):
            payload, code = self._issuer.finish(item.draft, first_seq + item_no, now)
            issued.append(TicketIssued(sale_id=sale.sale_id, item_no=item_no, payload=payload, code=code))
        return issued


def _approval(ids: Mapping[str, Any], outcome: Approved) -> PaymentApproved:
    return PaymentApproved(
        **ids,
        reference=outcome.reference,
        card=outcome.card,
        provisional=outcome.provisional,
        pieces=outcome.pieces,
        short_minor=outcome.short_minor,
    )


def _unclear(sale: Sale) -> tuple[Attempt, ...]:
    attempts = paying.unclear(sale.attempts)
    if not attempts:
        raise WrongState(f"A sale that is {sale.stage} has no open payment.")
    return attempts
