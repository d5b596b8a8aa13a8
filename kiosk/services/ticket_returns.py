"""Tickets that come back: the desk's verbs for staff, and what becomes of refunds a machine did not pay."""

from __future__ import annotations

from kiosk.domain.codes import human_code_of
from kiosk.domain.errors import WrongState
from kiosk.domain.events import RefundPaid
from kiosk.domain.sale import Sale
from kiosk.services.carry import Carrier
from kiosk.services.refunds import VoidAtCentral


class TicketReturns(Carrier):
    """One at a time, as everything at the desk."""

    def ask_central_to_void(self, ask: VoidAtCentral) -> None:
        """How sales that were sent are voided; without it they cannot be given back here."""
        self._payments.void_at_central = ask

    def give_back_ticket(self, code: str, who: str, reason: str) -> Sale:
        """Void the ticket with this code and pay its price back to the payment it came from.

        WrongState, DeviceFault, CentralFault: nothing happened. Ends done, or refunding while the money is owed.
        """
        if not who.strip() or not reason.strip():
            raise WrongState("Who gives a ticket back, and why, must be said.")
        with self._one_at_a_time:
            wanted = human_code_of(code)
            found = self._store.sale_by_code(wanted) if wanted else []
            if len(found) != 1:
                raise WrongState(f"{len(found) or 'No'} sales of this terminal have a ticket {code}.")
            sale = found[0]
            item_no = next(each.item_no for each in sale.tickets if each.code == wanted)
            self._payments.give_back_ticket(sale, item_no, f"{reason}, said by {who}")
            return self._changed(sale.sale_id)

    def paid_by_hand(self, sale_id: str, refund_id: str, who: str, reason: str) -> Sale:
        """A person paid the owed money of a voided ticket; `who` and `reason` are kept for good."""
        if not who.strip() or not reason.strip():
            raise WrongState("Who paid it back, and how, must be said.")
        with self._one_at_a_time:
            sale = self._must(sale_id)
            owed = [each for each in sale.voided if each.refund_id == refund_id and not each.reference]
            if sale.stage != "refunding" or not owed:
                raise WrongState("Nothing is owed for this ticket.")
            self._append(
                RefundPaid(
                    sale_id=sale_id,
                    item_no=owed[0].item_no,
                    refund_id=refund_id,
                    reference=f"{reason}, said by {who}",
                    by_hand=True,
                )
            )
            return self._changed(sale_id)
