"""Taking the money of a sale: intent on disk, then the payment terminal, then the outcome with its tickets.

At most one attempt of a sale is open or approved, ever. Whatever the terminal does not answer is asked for later,
under the same attempt, and never charged a second time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from kiosk.domain.errors import DeviceFault, StoreFault, WrongState
from kiosk.domain.events import (
    Event,
    PaymentApproved,
    PaymentDeclined,
    PaymentRequested,
    PaymentUnresolved,
    TicketIssued,
)
from kiosk.domain.sale import Attempt, Sale
from kiosk.ports import Approved, ChargeRequest, Clock, Declined, Ids, PaymentOutcome, PaymentTerminal, Unresolved
from kiosk.services.issuing import Issuer
from kiosk.store.store import Store

log = logging.getLogger(__name__)


class Payments:
    """The money side of the desk; its caller carries one sale at a time."""

    def __init__(self, store: Store, issuer: Issuer, terminal: PaymentTerminal | None, clock: Clock, ids: Ids) -> None:
        self._store = store
        self._issuer = issuer
        self._terminal = terminal
        self._clock = clock
        self._ids = ids

    def request(self, sale: Sale, means: str) -> None:
        """P3b: the intent is durable, and the counter past it, before the terminal hears anything."""
        total = sale.total
        if total.amount_minor and not self._ready():
            raise DeviceFault("The card terminal does not answer. Nothing was charged; please try again or ask staff.")
        attempt_id = self._ids.next()

        def intent(_: int) -> Sequence[Event]:
            found = self._store.sale(sale.sale_id)
            if found is None or found.stage != "held":
                raise WrongState(f"The sale is {found.stage if found else 'unknown'}, not held.")
            return [
                PaymentRequested(
                    sale_id=sale.sale_id,
                    attempt_id=attempt_id,
                    amount_minor=total.amount_minor,
                    currency=total.currency,
                    means=means,
                )
            ]

        records = self._store.journal.append_built(intent)
        self._store.counter.advance(records[-1].seq)

    def charge(self, sale: Sale) -> None:
        """Charge the open attempt and record what came of it."""
        attempt = _open_attempt(sale)
        self._settle(sale, attempt, self._answer(attempt, lambda terminal, request: terminal.charge(request)))

    def ask(self, sale: Sale) -> None:
        """What became of the open attempt? Never charges. A terminal that is away leaves the sale as it is."""
        attempt = _open_attempt(sale)
        self._settle(sale, attempt, self._answer(attempt, lambda terminal, request: terminal.outcome_of(request)))

    def cancel(self, sale: Sale) -> None:
        """Ask the terminal to stop waiting for the card; the charge answers."""
        if self._terminal is not None and sale.stage == "paying" and sale.attempt is not None:
            self._terminal.cancel(sale.attempt.attempt_id)

    def issue(self, sale: Sale) -> None:
        """Tickets of a sale whose approval is recorded without them."""
        records = self._store.journal.append_built(lambda seq: self._tickets(sale, seq))
        self._store.counter.advance(records[-1].seq)

    def _ready(self) -> bool:
        return self._terminal is not None and self._terminal.ready()

    def _answer(
        self, attempt: Attempt, call: Callable[[PaymentTerminal, ChargeRequest], PaymentOutcome]
    ) -> PaymentOutcome:
        if attempt.amount_minor == 0:
            return Approved("free of charge")
        if self._terminal is None:
            return Unresolved("there is no payment terminal")
        try:
            return call(self._terminal, ChargeRequest(attempt.attempt_id, attempt.amount_minor, attempt.currency))
        except Exception as error:  # a driver's mistake must not leave money unaccounted for
            log.exception("the payment driver failed in attempt %s", attempt.attempt_id)
            return Unresolved(f"the payment driver failed: {error}")

    def _settle(self, sale: Sale, attempt: Attempt, outcome: PaymentOutcome) -> None:
        sale_id, attempt_id = sale.sale_id, attempt.attempt_id
        journal = self._store.journal
        try:
            match outcome:
                case Approved(reference, card):
                    # P3c: approval and tickets in one transaction, so a paid sale always has its tickets.
                    paid = PaymentApproved(sale_id=sale_id, attempt_id=attempt_id, reference=reference, card=card)
                    records = journal.append_built(lambda seq: [paid, *self._tickets(sale, seq + 1)])
                    self._store.counter.advance(records[-1].seq)
                case Declined(reason):
                    journal.append(PaymentDeclined(sale_id=sale_id, attempt_id=attempt_id, reason=reason))
                case _:
                    if sale.stage != "unresolved":
                        journal.append(PaymentUnresolved(sale_id=sale_id, attempt_id=attempt_id))
        except StoreFault as fault:
            raise type(fault)(
                f"{fault} The card terminal has answered, but the answer could not be recorded: it is asked again "
                "as soon as the disk works, and never charged twice. Please ask staff."
            ) from fault

    def _tickets(self, sale: Sale, first_seq: int) -> Sequence[Event]:
        now = self._clock.now()
        issued = []
        for item_no, item in enumerate(sale.items):
            payload, code = self._issuer.finish(item.draft, first_seq + item_no, now)
            issued.append(TicketIssued(sale_id=sale.sale_id, item_no=item_no, payload=payload, code=code))
        return issued


def _open_attempt(sale: Sale) -> Attempt:
    attempt = sale.attempt
    if attempt is None or sale.stage not in ("paying", "unresolved"):
        raise WrongState(f"A sale that is {sale.stage} has no open payment.")
    return attempt
