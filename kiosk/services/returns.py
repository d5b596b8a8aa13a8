"""Giving back what was taken for a sale that does not come about, and making final what was taken for one that does."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from kiosk.domain.errors import DeviceFault
from kiosk.domain.events import (
    Event,
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
from kiosk.services.terminals import Terminals, is_clear_no, outcome_of

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
        ids = {"sale_id": sale.sale_id, "attempt_id": attempt.attempt_id, "refund_id": attempt.refund_id}
        outcome = self._asked_back(attempt) if attempt.begun else None
        if outcome is None:
            outcome = self._begin_back(
                attempt, attempt.attempt_id, lambda mark: PaymentReversalRequested(**ids, mark=mark, begun=True)
            )
        self._write_back(outcome, ids, PaymentReversed, PaymentReversalDeclined)

    def _asked_back(self, part: Attempt) -> PaymentOutcome | None:
        """What became of a refund that was begun, under its own key; None: it never started."""
        asked = self._answer(part, part.refund_id, outcome_of)
        return asked if asked != Declined("not_started") else None

    def _begin_back(self, part: Attempt, but: str, intent: Callable[[str], Event]) -> PaymentOutcome:
        """Mark, intent, terminal. Declined("busy") and ("unreachable"): the terminal has heard nothing. `but`: whose
        own silence is not in the way."""
        terminal = self._means.get(part.means)
        if terminal is not None and terminal.exclusive and self.in_the_way(part.means, but):
            return Declined("busy")
        try:
            mark = terminal.mark() if terminal and part.amount_minor else ""
        except DeviceFault as fault:
            log.warning("%s: %s", part.means, fault)
            return Declined("unreachable")
        self._append(lambda _: [intent(mark)])
        marked = msgspec.structs.replace(part, mark=mark)
        return self._answer(marked, part.refund_id, lambda t, request: t.refund(request, part.reference))

    def _write_back(
        self, outcome: PaymentOutcome, ids: Mapping[str, Any], yes: Callable[..., Event], no: Callable[..., Event]
    ) -> None:
        if isinstance(outcome, Approved):
            self._store.journal.append(yes(**ids, reference=outcome.reference, pieces=outcome.pieces))
            return
        log.warning("refund %s is not paid yet: %s", ids["refund_id"], outcome)
        if isinstance(outcome, Declined) and is_clear_no(outcome):
            self._store.journal.append(no(**ids, reason=outcome.reason))

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
