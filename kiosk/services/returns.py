"""Giving back what was taken for a sale that does not come about, and making final what was taken for one that does."""

from __future__ import annotations

import logging
from typing import Any

import msgspec

from kiosk.domain.errors import DeviceFault
from kiosk.domain.events import (
    PaymentConfirmed,
    PaymentReversalDeclined,
    PaymentReversalRequested,
    PaymentReversed,
    PaymentUnresolved,
    TicketVoided,
)
from kiosk.domain.paying import Attempt
from kiosk.domain.sale import Sale
from kiosk.ports import Approved, Declined, PaymentOutcome
from kiosk.services.terminals import Ask, Terminals, is_clear_no, outcome_of

log = logging.getLogger(__name__)


class Returns(Terminals):
    """The way back, with the same order: will and intent on disk, then the terminal, then the outcome."""

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
            asked = self._answer(attempt, attempt.refund_id, outcome_of)
            if asked != Declined("not_started"):
                self._returned(sale, attempt, asked)
                return
        terminal = self._means.get(attempt.means)
        if terminal is not None and terminal.exclusive and self.in_the_way(attempt.means, attempt.attempt_id):
            return
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
            return
        log.warning("payment %s is not given back yet: %s", attempt.attempt_id, outcome)
        if isinstance(outcome, Declined) and is_clear_no(outcome):
            no = PaymentReversalDeclined(
                sale_id=sale.sale_id, attempt_id=attempt.attempt_id, refund_id=attempt.refund_id, reason=outcome.reason
            )
            self._store.journal.append(no)

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
                    for item_no, item in enumerate(sale.items if not sale.cancelled else ())
                ]
                self._store.journal.append(*gone, PaymentReversed(**ids, refund_id="", reference=reason))
            case _ if attempt.state != "unresolved":
                self._store.journal.append(PaymentUnresolved(**ids))
