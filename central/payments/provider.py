"""A provider of scan-to-pay as central uses it: what it is asked, and what it can say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

Kind = Literal["qr", "scan"]  # our code is shown; the passenger's is read
Said = Literal["paid", "waiting", "failed", "closed", "absent", "unknown"]


@dataclass(frozen=True)
class Order:
    """One try to take money. `number` is the provider's out_trade_no; it is never used for anything else."""

    number: str
    kind: Kind
    amount_minor: int
    currency: str
    terminal: str  # where it happens, for the provider's books
    expires_at: float  # unix s: nobody can pay it later
    presented: str = field(default="", repr=False)  # the passenger's code; never kept


@dataclass(frozen=True)
class Back:
    """One refund. `number` is its own key at the provider."""

    number: str
    order: str  # the order's number
    amount_minor: int
    total_minor: int  # of the order
    currency: str


@dataclass(frozen=True)
class Found:
    """What the provider said of an order or a refund.

    paid: exactly this amount moved. waiting: it can still be paid. failed: not this time, but it is not closed.
    closed: no money moved or all is back, for good. absent: the provider knows no such number. unknown: no answer, or
    one that is not believed.
    """

    said: Said
    reference: str = ""  # the provider's own number
    code: str = ""  # what our QR says
    payer: str = ""  # masked
    reason: str = ""


class Provider(Protocol):
    """Blocks, with a time limit for every call; says "unknown" instead of raising for a fault of the link."""

    name: str
    currencies: tuple[str, ...]
    kinds: tuple[Kind, ...]
    query_every_s: float
    reverse_after_s: float  # a payment by the passenger's code is not reversed sooner
    scan_wait_s: float  # from then on a payment by the passenger's code is reversed

    def begin(self, order: Order) -> Found: ...

    def query(self, order: Order) -> Found: ...

    def close(self, order: Order) -> Found:
        """Towards a final state: what is not paid is closed; what was paid by the passenger's code goes back."""
        ...

    def find(self, reference: str) -> tuple[str, int, str] | None:
        """(number, amount, currency) of what was paid under the provider's own number; None = it cannot be told."""
        ...

    def refund(self, back: Back) -> Found: ...

    def query_refund(self, back: Back) -> Found: ...

    def takes_code(self, presented: str) -> bool:
        """Is this a payment code of this provider's wallet?"""
        ...

    def notified(self, headers: Mapping[str, str], body: bytes) -> str:
        """The order's number of a genuine notification; NotGenuine otherwise. Nothing else in it is believed."""
        ...


class NotGenuine(Exception):
    """Somebody else's notification, or none."""


def believed(order: Order | Back, found: Found, amount_minor: int | None, currency: str) -> Found:
    """`found`, unless the money is not what was asked for."""
    if found.said == "paid" and (amount_minor != order.amount_minor or currency != order.currency):
        return Found("unknown", reason="amount")
    return found
