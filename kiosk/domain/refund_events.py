"""Facts of tickets that come back: void first, then the money."""

from __future__ import annotations

from typing import Literal

from kiosk.domain.event import Event
from kiosk.domain.money import Pieces


class TicketVoided(Event, frozen=True, kw_only=True):
    """P12: the ticket no longer counts and its money is owed; durable before anyone is asked to pay it back.

    By the terminal only for a sale that was never sent; after that central does it, and here it is written down.
    """

    sale_id: str
    item_no: int
    refund_id: str  # idempotency key of the refund
    amount_minor: int
    reason: str = ""
    by: Literal["terminal", "central"] = "terminal"


class RefundRequested(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Intent, durable before the payment terminal hears of it: the money of a voided ticket goes back to the payment
    it came from. `attempt_id` names that payment."""

    sale_id: str
    item_no: int
    refund_id: str
    attempt_id: str
    mark: str = ""


class RefundDeclined(Event, frozen=True, kw_only=True):
    """The terminal said a clear no: nothing went back. It is owed as before, for a person to pay or to ask again."""

    sale_id: str
    item_no: int
    refund_id: str
    reason: str


class RefundPaid(Event, frozen=True, kw_only=True):
    """The money of a voided ticket went back: by the payment terminal, or by hand as a person says."""

    sale_id: str
    item_no: int
    refund_id: str
    reference: str
    pieces: Pieces = ()
    by_hand: bool = False  # by a person, past every machine
