"""A ticket given back by its holder (P12): void first, by whoever may, then its money goes back the way it came.

Until a sale may have been sent the terminal voids its tickets by itself; from then on only central does, and is asked.
The void is durable before the payment terminal hears anything, and the key of the refund is the void's: asked again and
again it is paid once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from kiosk.domain.errors import DeviceFault, WrongState
from kiosk.domain.events import Event, RefundDeclined, RefundPaid, RefundRequested, TicketVoided
from kiosk.domain.paying import Attempt
from kiosk.domain.protocol import refunds
from kiosk.domain.sale import Sale, Voided
from kiosk.services.returns import Returns

VoidAtCentral = Callable[[int, str, str], str]
"""(seq of the ticket's record, refund id, reason) -> the refund id that counts. CentralFault: it was not voided, or
nobody knows; asking again is safe."""


class _Sent(Exception):
    """The sale may have left: it is central's to void."""


class Refunds(Returns):
    """Tickets come back one at a time."""

    void_at_central: VoidAtCentral | None = None  # None: this terminal has no link to ask over

    def give_back_ticket(self, sale: Sale, item_no: int, reason: str) -> None:
        """Void the ticket and pay its price back to the payment it came from. WrongState, DeviceFault, CentralFault
        before the void: nothing happened. After it the refund is owed until it is paid: see `pay_back`."""
        ticket = next((each for each in sale.tickets if each.item_no == item_no), None)
        if ticket is None or item_no not in sale.standing:
            raise WrongState("This ticket was given back before.")
        if sale.stage not in ("done", "undelivered"):
            raise WrongState(f"The sale is {sale.stage}: its tickets cannot be given back now.")
        facts = sale.items[item_no].facts
        if facts is not None and self._clock.now() >= facts.departs_at:
            raise WrongState("The journey of this ticket has begun; it is not given back any more.")
        amount = sale.items[item_no].price_minor
        source = source_of(sale, amount)
        terminal = self._ready(source.means) if amount else None
        if terminal is not None and terminal.exclusive and self.in_the_way(source.means):
            raise DeviceFault("What became of an earlier payment is not known yet. Nothing was given back; try later.")
        void = TicketVoided(
            sale_id=sale.sale_id,
            item_no=item_no,
            refund_id=self._ids.next(),
            amount_minor=amount,
            reason=reason,
        )
        if not self._void_here(void, ticket.seq):
            self._void_there(void, ticket.seq)
        self.pay_back(self._store.sale(sale.sale_id) or sale)

    def _void_here(self, void: TicketVoided, seq: int) -> bool:
        """The journal's lock keeps the sale from being sent between looking and writing."""

        def build(_: int) -> Sequence[Event]:
            if not refunds.terminal_may(seq, self._store.counter.sent):
                raise _Sent
            return [void]

        try:
            self._append(build)
        except _Sent:
            return False
        return True

    def _void_there(self, void: TicketVoided, seq: int) -> None:
        if self.void_at_central is None:
            raise WrongState("This sale is with central already, and this terminal has no link to give it back over.")
        refund_id = self.void_at_central(seq, void.refund_id, void.reason)
        self._append(lambda _: [msgspec.structs.replace(void, refund_id=refund_id, by="central")])

    def pay_back(self, sale: Sale, *, insist: bool = False) -> None:
        """The money of voided tickets, one after the other; what a terminal does not do now stays owed. After a clear
        no only a person asks again (`insist`)."""
        for gone in sale.voided:
            if not gone.reference and (insist or not gone.refused):
                self._pay_back(sale, gone)
                sale = self._store.sale(sale.sale_id) or sale

    def _pay_back(self, sale: Sale, gone: Voided) -> None:
        ids: dict[str, Any] = {"sale_id": sale.sale_id, "item_no": gone.item_no, "refund_id": gone.refund_id}
        outcome = self._asked_back(_part(sale, gone)) if gone.attempt_id else None
        if outcome is None:
            source = source_of(sale, gone.amount_minor, gone).attempt_id
            part = _part(sale, msgspec.structs.replace(gone, attempt_id=source))
            outcome = self._begin_back(
                part, gone.refund_id, lambda mark: RefundRequested(**ids, attempt_id=source, mark=mark)
            )
        self._write_back(outcome, ids, RefundPaid, RefundDeclined)


def source_of(sale: Sale, amount_minor: int, but: Voided | None = None) -> Attempt:
    """The payment that a ticket's price goes back to: the last one that still holds so much. WrongState when it was
    paid in parts that are each too small. `but`: the refund that asks."""
    for attempt in reversed(sale.attempts):
        back = sum(v.amount_minor for v in sale.voided if v is not but and v.attempt_id == attempt.attempt_id)
        if attempt.state == "approved" and attempt.amount_minor - back >= amount_minor:
            return attempt
    raise WrongState("No single payment of this sale holds the price of this ticket; pay it back at the staff desk.")


def _part(sale: Sale, gone: Voided) -> Attempt:
    """The payment as the terminal is asked about it: this much of it, back."""
    paid = next(each for each in sale.attempts if each.attempt_id == gone.attempt_id)
    return msgspec.structs.replace(paid, amount_minor=gone.amount_minor, refund_id=gone.refund_id, mark=gone.mark)
