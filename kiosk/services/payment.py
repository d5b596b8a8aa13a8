"""Taking the money of a sale, and giving it back: intent on disk, then the payment terminal, then the outcome.

At most one attempt of a sale is open at a time, and at an exclusive terminal at most one at all. Whatever a terminal
does not answer is asked for later, under the same attempt, and never charged or given back a second time.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from kiosk.domain import paying
from kiosk.domain.errors import DeviceFault, StoreFault, WrongState
from kiosk.domain.events import (
    Event,
    PaymentApproved,
    PaymentDeclined,
    PaymentRequested,
    PaymentReversalRequested,
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

log = logging.getLogger(__name__)


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
            offline_ok = not self._offline_no(attempt)
            about = paying.short_reference(sale.sale_id)
            shown = dataclasses.replace(request, presented=presented, offline_ok=offline_ok, about=about)
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
                case Approved(offline=True) if why := self._offline_no(attempt):
                    self._refuse_offline(sale, attempt, outcome, why)
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

    def _offline_no(self, attempt: Attempt) -> str:
        """Why the terminal may not approve this without its bank; "" = it may."""
        stored = [each for each in self._store.stored_payments().values() if each.means == attempt.means]
        return self.offline.refusal(attempt.amount_minor, attempt.currency, stored, self._clock.now())

    def _refuse_offline(self, sale: Sale, attempt: Attempt, outcome: Approved, why: str) -> None:
        """The terminal went further than it may: no tickets for it, and the approval is taken back at once."""
        log.warning("payment %s was approved without the bank, and is given back: %s", attempt.attempt_id, why)
        ids: dict[str, Any] = {"sale_id": sale.sale_id, "attempt_id": attempt.attempt_id}
        will = PaymentReversalRequested(**ids, refund_id=self._ids.next())
        self._append(lambda _: [_approval(ids, outcome), will])
        part = msgspec.structs.replace(
            attempt, state="reversing", refund_id=will.refund_id, reference=outcome.reference
        )
        self._give_back(self._store.sale(sale.sale_id) or sale, part)

    def approved(self, sale: Sale, attempt: Attempt, *facts: Event) -> None:
        """P3c: approval and tickets in one transaction, so a paid sale always has its tickets."""
        whole = paying.paid_minor(sale.attempts) + attempt.amount_minor >= sale.total.amount_minor
        self._append(lambda seq: [*facts, *(self._tickets(sale, seq + len(facts)) if whole else ())])

    def _tickets(self, sale: Sale, first_seq: int) -> Sequence[Event]:
        now = self._clock.now()
        issued = []
        for item_no, item in enumerate(sale.items):
            payload, code = self._issuer.finish(item.draft, first_seq + item_no, now, item.holder)
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
        offline=outcome.offline,
        stored=outcome.stored,
    )


def _unclear(sale: Sale) -> tuple[Attempt, ...]:
    attempts = paying.unclear(sale.attempts)
    if not attempts:
        raise WrongState(f"A sale that is {sale.stage} has no open payment.")
    return attempts
