"""Orders and refunds of a simulated payment gateway, in a ledger that is the truth about money."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field
from typing import Any

from devices.simulated.control import Ledger


@dataclass
class Order:
    """state: none (announced, nobody scanned it), asking (the payer must agree), paid, closed, back (refunded whole by
    a reversal)."""

    number: str  # the merchant's
    amount_minor: int
    currency: str
    kind: str  # shown (the merchant's code), held (the payer's code)
    code: str = ""
    notify_url: str = ""
    state: str = "none"
    reference: str = ""
    why: str = ""
    seen: bool = False  # a phone has read the code, and its payer thinks about it
    proof: str = ""  # what the merchant proves our signatures with: certificate or key, where there are both


@dataclass
class Refund:
    number: str
    order: str
    amount_minor: int
    reference: str
    pending: bool = False


@dataclass
class Books:
    """Orders and refunds; each change is a line on the disk before anybody hears of it, and is read again at start."""

    ledger: Ledger
    prefix: str
    orders: dict[str, Order] = field(default_factory=dict)
    refunds: dict[str, Refund] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for line in self.ledger.lines():
            match line["do"]:
                case "order":
                    self.orders[line["order"]["number"]] = Order(**line["order"])
                case "charge":
                    self._set(line["attempt_id"], "paid", line["reference"])
                case "close" | "refund_all":
                    order = self.orders[line["attempt_id"]]
                    order.state, order.why = ("back" if line["do"] == "refund_all" else "closed"), line["why"]
                case "refund":
                    self.refunds[line["refund_id"]] = Refund(
                        line["refund_id"], line["attempt_id"], line["amount_minor"], line["reference"]
                    )

    def forget(self) -> None:
        """Another day: empty books."""
        self.ledger.empty()
        self.orders.clear()
        self.refunds.clear()

    def _set(self, number: str, state: str, reference: str) -> None:
        self.orders[number].state, self.orders[number].reference = state, reference

    def open(self, order: Order) -> Order:
        self.ledger.write(do="order", order=asdict(order))
        self.orders[order.number] = order
        return order

    def pay(self, order: Order) -> None:
        """The money moves, once."""
        reference = f"{self.prefix}{secrets.randbelow(10**20):020d}"
        self._write("charge", order, outcome="approved", reference=reference)
        order.state, order.reference = "paid", reference

    def close(self, order: Order, why: str) -> None:
        self._write("close", order, outcome="declined", why=why)
        order.state, order.why = "closed", why

    def undo(self, order: Order, why: str) -> None:
        """A reversal of what was paid."""
        self._write("refund_all", order, outcome="approved", why=why)
        order.state, order.why = "back", why

    def give_back(self, number: str, order: Order, amount_minor: int, *, pending: bool = False) -> Refund:
        reference = f"{self.prefix}9{secrets.randbelow(10**19):019d}"
        self.ledger.write(
            do="refund", refund_id=number, attempt_id=order.number, amount_minor=amount_minor,
            currency=order.currency, outcome="approved", reference=reference,
        )  # fmt: skip
        self.refunds[number] = Refund(number, order.number, amount_minor, reference, pending)
        return self.refunds[number]

    def back_minor(self, order: Order) -> int:
        return sum(each.amount_minor for each in self.refunds.values() if each.order == order.number)

    def _write(self, do: str, order: Order, **more: Any) -> None:
        self.ledger.write(
            do=do, attempt_id=order.number, amount_minor=order.amount_minor, currency=order.currency, **more
        )
