"""What the payments in a batch of records do to the table of payments: a row for each try, its last state counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from kiosk.domain import events as facts

Row = dict[str, Any]
_STATES: dict[type, str] = {
    facts.PaymentApproved: "approved",
    facts.PaymentConfirmed: "approved",
    facts.PaymentDeclined: "declined",
    facts.PaymentUnresolved: "unresolved",
    facts.PaymentReversalRequested: "reversing",
    facts.PaymentReversalDeclined: "reversing",
    facts.PaymentReversed: "reversed",
}


class Money:
    """`new` and `changed` are rows of the batch by attempt; the caller writes them. `note` keeps an incident."""

    takes: ClassVar[tuple[type, ...]] = (facts.PaymentRequested, facts.PaymentSettled, *_STATES)

    def __init__(self, new: dict[Any, Row], changed: dict[Any, Row], note: Callable[[str, str, int], None]) -> None:
        self._new = new
        self._changed = changed
        self._note = note

    def took(self, seq: int, event: Any) -> None:
        """One fact about money."""
        if isinstance(event, facts.PaymentRequested):
            self._requested(event)
        elif isinstance(event, facts.PaymentSettled):
            said = f"payment {event.attempt_id} was called {event.outcome} by {event.who}: {event.reason}"
            self._note("payment_settled", said, seq)
        else:
            self._becomes(event.attempt_id, _STATES[type(event)], event)

    def _requested(self, event: facts.PaymentRequested) -> None:
        if event.amount_minor < 0:
            raise ValueError(f"a payment of {event.amount_minor}")
        row = {name: getattr(event, name) for name in ("attempt_id", "sale_id", "amount_minor", "currency", "means")}
        self._new.setdefault(event.attempt_id, {**row, "state": "requested", "reference": ""})

    def _becomes(self, attempt_id: str, state: str, event: Any) -> None:
        """Into the row that this batch writes anyway, else as a change of one that is there. A reference of an
        approval stays what it is."""
        row: Row = {"attempt_id": attempt_id, "state": state, "reference": getattr(event, "reference", "")}
        (self._new.get(attempt_id) or self._changed.setdefault(attempt_id, {})).update(row)
