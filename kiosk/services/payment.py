"""Taking the money of a sale, and giving it back: intent on disk, then the payment terminal, then the outcome.

At most one attempt of a sale is open at a time, and at an exclusive terminal at most one at all. Whatever a terminal
does not answer is asked for later, under the same attempt, and never charged or given back a second time.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from kiosk.domain import paying
from kiosk.domain.errors import DeviceFault, StoreFault, WrongState
from kiosk.domain.events import (
    Event,
    PaymentApproved,
    PaymentConfirmed,
    PaymentDeclined,
    PaymentRequested,
    PaymentReversalRequested,
    PaymentReversed,
    PaymentUnresolved,
    TicketIssued,
    TicketVoided,
)
from kiosk.domain.paying import Attempt
from kiosk.domain.sale import Sale
from kiosk.ports import (
    Approved,
    ChargeRequest,
    Clock,
    Declined,
    Ids,
    PaymentOutcome,
    PaymentTerminal,
    Prompt,
    Unresolved,
)
from kiosk.services.issuing import Issuer
from kiosk.store.store import Store

log = logging.getLogger(__name__)

Means = Mapping[str, PaymentTerminal]
"""The ways to pay here, by name: card, qr, scan, cash, voucher."""
Ask = Callable[[PaymentTerminal, ChargeRequest], PaymentOutcome]


class Payments:
    """The money side of the desk; its caller carries one sale at a time. `on_prompt` hears what to do now."""

    def __init__(self, store: Store, issuer: Issuer, means: Means, clock: Clock, ids: Ids) -> None:
        self._store = store
        self._issuer = issuer
        self._means = means
        self._clock = clock
        self._ids = ids
        self.on_prompt: Callable[[str, Prompt], None] = lambda sale_id, prompt: None

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

    def in_the_way(self, means: str) -> list[Sale]:
        """Sales whose payment by these means is not clear: a terminal that knows only its latest must wait."""
        return [
            sale
            for sale in self._store.open_sales()
            if any(each.means == means and each.amount_minor for each in paying.unclear(sale.attempts))
        ]

    def charge(self, sale: Sale, presented: str = "") -> None:
        """Charge the open attempt and record what came of it. `presented`: the code the passenger held up."""
        attempt = _unclear(sale)[0]

        def call(terminal: PaymentTerminal, request: ChargeRequest) -> PaymentOutcome:
            shown = dataclasses.replace(request, presented=presented)
            return terminal.charge(shown, lambda prompt: self.on_prompt(sale.sale_id, prompt))

        self._settle(sale, attempt, self._answer(attempt, attempt.attempt_id, call))

    def ask(self, sale: Sale) -> None:
        """What became of what is open? Never charges. A terminal that is away leaves the sale as it is."""
        for attempt in _unclear(sale):
            if attempt.state == "reversing":
                self._give_back(sale, attempt)
            elif attempt.provisional:
                self._confirm(sale, attempt)
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
            if attempt.provisional:
                self._confirm(sale, attempt)

    # giving back

    def give_back(self, sale: Sale) -> None:
        """Everything that was taken for a sale that does not come about. What a terminal does not do now stays
        `reversing`: on the staff's list, and tried again."""
        parts = [each for each in sale.attempts if each.state == "approved"]
        wills = [
            PaymentReversalRequested(sale_id=sale.sale_id, attempt_id=each.attempt_id, refund_id=self._ids.next())
            for each in parts
        ]
        self._store.journal.append(*wills)
        for part, will in zip(parts, wills, strict=True):
            self._give_back(sale, msgspec.structs.replace(part, state="reversing", refund_id=will.refund_id))

    def _give_back(self, sale: Sale, attempt: Attempt) -> None:
        if attempt.begun:
            asked = self._answer(attempt, attempt.refund_id, _outcome)
            if asked != Declined("not_started"):
                self._returned(sale, attempt, asked)
                return
        terminal = self._means.get(attempt.means)
        try:
            mark = terminal.mark() if terminal and attempt.amount_minor else ""
        except DeviceFault as fault:
            log.warning("payment %s is not given back yet: %s", attempt.attempt_id, fault)
            return
        again = PaymentReversalRequested(
            sale_id=sale.sale_id, attempt_id=attempt.attempt_id, refund_id=attempt.refund_id, mark=mark, begun=True
        )
        self._append(lambda _: [again])
        marked = msgspec.structs.replace(attempt, mark=mark)
        refund: Ask = lambda terminal, request: terminal.refund(request, attempt.reference)  # noqa: E731
        self._returned(sale, marked, self._answer(marked, attempt.refund_id, refund))

    def _returned(self, sale: Sale, attempt: Attempt, outcome: PaymentOutcome) -> None:
        if isinstance(outcome, Approved):
            reversal = PaymentReversed(
                sale_id=sale.sale_id,
                attempt_id=attempt.attempt_id,
                refund_id=attempt.refund_id,
                reference=outcome.reference,
                pieces=outcome.pieces,
            )
            self._store.journal.append(reversal)
        else:
            log.warning("payment %s is not given back yet: %s", attempt.attempt_id, outcome)

    # outcomes

    def _confirm(self, sale: Sale, attempt: Attempt) -> None:
        ids: dict[str, Any] = {"sale_id": sale.sale_id, "attempt_id": attempt.attempt_id}
        match self._answer(attempt, attempt.attempt_id, lambda t, request: t.confirm(request, attempt.reference)):
            case Approved():
                self._store.journal.append(PaymentConfirmed(**ids))
            case Declined(reason):
                # Undone while we issued: nothing was handed out, so the tickets end before anyone has them.
                gone = [
                    TicketVoided(
                        sale_id=sale.sale_id,
                        item_no=item_no,
                        refund_id=self._ids.next(),
                        amount_minor=item.price_minor,
                        reason=f"the payment was undone: {reason}",
                    )
                    for item_no, item in enumerate(sale.items)
                ]
                self._store.journal.append(*gone, PaymentReversed(**ids, refund_id="", reference=reason))
            case _ if attempt.state != "unresolved":
                self._store.journal.append(PaymentUnresolved(**ids))

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

    def _answer(self, attempt: Attempt, key: str, call: Ask) -> PaymentOutcome:
        if attempt.amount_minor == 0:
            return Approved("free of charge")
        terminal = self._means.get(attempt.means)
        if terminal is None:
            return Unresolved(f"there is no terminal for {attempt.means} here")
        try:
            outcome = call(terminal, ChargeRequest(key, attempt.amount_minor, attempt.currency, attempt.mark))
        except Exception as error:  # a driver's mistake must not leave money unaccounted for
            log.exception("the payment driver failed in attempt %s", key)
            return Unresolved(f"the payment driver failed: {error}")
        if isinstance(outcome, Approved) and outcome.pieces and key == attempt.attempt_id:
            came = sum(value * count for value, count in outcome.pieces)
            if came != attempt.amount_minor + outcome.short_minor:
                return Unresolved(f"pieces worth {came} for a payment of {attempt.amount_minor}")
        return outcome

    def _ready(self, means: str) -> PaymentTerminal:
        terminal = self._means.get(means)
        if terminal is None or not terminal.ready():
            raise DeviceFault(
                f"The {_NAMES.get(means, means)} does not answer. Nothing was charged; please try again or ask staff."
            )
        return terminal

    def _append(self, build: Callable[[int], Sequence[Event]]) -> None:
        records = self._store.journal.append_built(build)
        self._store.counter.advance(records[-1].seq)

    def _tickets(self, sale: Sale, first_seq: int) -> Sequence[Event]:
        now = self._clock.now()
        issued = []
        for item_no, item in enumerate(sale.items):
            payload, code = self._issuer.finish(item.draft, first_seq + item_no, now)
            issued.append(TicketIssued(sale_id=sale.sale_id, item_no=item_no, payload=payload, code=code))
        return issued


_NAMES = {"card": "card terminal", "cash": "cash machine", "qr": "way to pay by code", "scan": "way to pay by code"}


def _outcome(terminal: PaymentTerminal, request: ChargeRequest) -> PaymentOutcome:
    return terminal.outcome_of(request)


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
