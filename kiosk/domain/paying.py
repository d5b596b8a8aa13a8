"""The money of a sale as pure functions: its tries to pay, what they come to, and what that means for the sale.

A sale may be paid in parts by several means. At most one try is open at a time; tickets come when the approved ones
make up the whole. A part whose sale does not come about goes back:

open -> approved -> reversing -> reversed        open -> declined        open -> unresolved -> approved or declined

A provisional approval is confirmed once the tickets are on disk; while nobody knows whether that was heard, the try is
unresolved again, still marked as provisional.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from kiosk.domain.errors import WrongState
from kiosk.domain.events import (
    PaymentApproved,
    PaymentConfirmed,
    PaymentDeclined,
    PaymentRequested,
    PaymentReversalDeclined,
    PaymentReversalRequested,
    PaymentReversed,
    PaymentSettled,
    PaymentUnresolved,
)
from kiosk.domain.money import Pieces

State = Literal["open", "unresolved", "declined", "approved", "reversing", "reversed"]
MoneyStage = Literal["held", "paying", "unresolved", "reversing", "approved"]
MONEY_EVENTS = (
    PaymentRequested | PaymentApproved | PaymentConfirmed | PaymentDeclined | PaymentUnresolved
    | PaymentReversalRequested | PaymentReversalDeclined | PaymentReversed | PaymentSettled
)  # fmt: skip


class Attempt(msgspec.Struct, frozen=True, omit_defaults=True):
    """One try to take money, of the whole sale or a part of it."""

    attempt_id: str
    amount_minor: int
    currency: str
    means: str
    state: State = "open"
    reference: str = ""
    card: str = ""
    reason: str = ""
    mark: str = ""  # of the charge; once it is given back, of the reversal
    provisional: bool = False  # approved, and undone by the other side unless it is confirmed
    refund_id: str = ""
    begun: bool = False  # the terminal may have heard of the reversal
    pieces: Pieces = ()  # all cash that moved for it, there and back
    short_minor: int = 0  # change that is still owed

    @property
    def refused(self) -> bool:
        """The terminal said that it does not give this back: only a person goes on."""
        return self.state == "reversing" and not self.begun and self.reason != ""


Attempts = tuple[Attempt, ...]


def kind_of(means: str) -> str:
    """The way without its provider: "qr" of "qr.alipay"."""
    return means.partition(".")[0]


def short_reference(sale_id: str) -> str:
    """Of a sale, short enough to be read out or typed into a bank's form: the end of its id."""
    return sale_id.replace("-", "")[-8:].upper()


def moved(attempts: Attempts, event: MONEY_EVENTS) -> Attempts:
    """The tries after one more fact; WrongState for a fact about a try that never began."""
    if isinstance(event, PaymentRequested):
        new = Attempt(event.attempt_id, event.amount_minor, event.currency, event.means, mark=event.mark)
        return (*attempts, new)
    if all(each.attempt_id != event.attempt_id for each in attempts):
        raise WrongState(f"{type(event).__name__} for a payment that never began")
    return tuple(_after(each, event) if each.attempt_id == event.attempt_id else each for each in attempts)


def _after(attempt: Attempt, event: MONEY_EVENTS) -> Attempt:
    change = msgspec.structs.replace
    match event:
        case PaymentApproved():
            return change(
                attempt,
                state="approved",
                reference=event.reference,
                card=event.card,
                provisional=event.provisional,
                pieces=attempt.pieces + event.pieces,
                short_minor=event.short_minor,
            )
        case PaymentConfirmed():
            return change(attempt, state="approved", provisional=False)
        case PaymentDeclined():
            return change(attempt, state="declined", reason=event.reason, pieces=attempt.pieces + event.pieces)
        case PaymentUnresolved():
            return change(attempt, state="unresolved")
        case PaymentReversalRequested():
            will = {"refund_id": event.refund_id, "mark": event.mark, "begun": event.begun}
            return change(attempt, state="reversing", reason="", **will)
        case PaymentReversalDeclined():
            return change(attempt, begun=False, reason=event.reason or "declined")
        case PaymentReversed():
            pieces = attempt.pieces + event.pieces
            return change(attempt, state="reversed", provisional=False, refund_id=event.refund_id, pieces=pieces)
        case PaymentSettled(outcome="change"):
            return change(attempt, short_minor=0)
        case _:
            return attempt


def stage_of(attempts: Attempts, total_minor: int) -> MoneyStage:
    """What the tries mean for the sale."""
    states = {each.state for each in attempts}
    if "open" in states:
        return "paying"
    if "unresolved" in states:
        return "unresolved"
    if "reversing" in states:
        return "reversing"
    if "approved" in states and paid_minor(attempts) >= total_minor:
        return "approved"
    return "held"


def paid_minor(attempts: Sequence[Attempt]) -> int:
    """What the approved tries come to."""
    return sum(each.amount_minor for each in attempts if each.state == "approved")


def unclear(attempts: Sequence[Attempt]) -> tuple[Attempt, ...]:
    """The tries whose outcome nobody knows: a charge, a confirmation, or reversals."""
    return tuple(each for each in attempts if each.state in ("open", "unresolved", "reversing"))


def pieces_net(attempts: Sequence[Attempt]) -> dict[int, int]:
    """Notes and coins that stayed, by value: what counters of cash devices must show."""
    net: dict[int, int] = {}
    for each in attempts:
        for value, count in each.pieces:
            net[value] = net.get(value, 0) + count
    return {value: count for value, count in net.items() if count}
