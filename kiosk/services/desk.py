"""The desk: what a passenger, a restart and the staff ask of a sale. How it is carried forward: `carry`."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Literal

from kiosk.domain import cells
from kiosk.domain.allotment import Gid
from kiosk.domain.codes import human_code_of
from kiosk.domain.errors import NoPlaces, PrinterFault, WrongState
from kiosk.domain.events import (
    Event,
    PaymentApproved,
    PaymentDeclined,
    PaymentReversed,
    PaymentSettled,
    PlacesHeld,
    SaleClosed,
)
from kiosk.domain.offers import Quote
from kiosk.domain.offline import OfflinePolicy
from kiosk.domain.paying import Attempt
from kiosk.domain.sale import UNCLEAR, PageJob, Sale, copies_on_paper, next_page, tickets_on_paper
from kiosk.ports import Clock, Ids, Prompt, TicketPrinter
from kiosk.services.carry import PRINT_TRIES_MAX, FreeReason, Listener
from kiosk.services.issuing import CatalogueFacts, Issuer, items_of
from kiosk.services.on_screen import OnScreen
from kiosk.services.printing import Draw
from kiosk.services.terminals import Means
from kiosk.services.ticket_returns import TicketReturns
from kiosk.store.selling import check_may_sell
from kiosk.store.store import Store

log = logging.getLogger(__name__)
Said = Literal["approved", "declined", "reversed", "change"]


class Desk(TicketReturns, OnScreen):
    """One sale at a time is carried; every verb may block on a device, so never on the UI thread.

    `on_change` hears every step, `on_rest` each sale that came to rest, `on_prompt` what the passenger is to do at a
    payment terminal; all on the caller's thread.
    """

    def __init__(
        self,
        store: Store,
        catalogue: CatalogueFacts,
        issuer: Issuer,
        means: Means,
        printer: TicketPrinter | None,
        draw: Draw,
        clock: Clock,
        ids: Ids,
        on_rest: Listener | None = None,
    ) -> None:
        super().__init__(store, issuer, means, printer, draw, clock, ids, on_rest)
        self._catalogue = catalogue

    @property
    def on_prompt(self) -> Callable[[str, Prompt], None]:
        return self._payments.on_prompt

    @on_prompt.setter
    def on_prompt(self, listener: Callable[[str, Prompt], None]) -> None:
        self._payments.on_prompt = listener

    @property
    def offline(self) -> OfflinePolicy:
        """What a card terminal may approve without its bank: nothing, unless it is said here."""
        return self._payments.offline

    @offline.setter
    def offline(self, policy: OfflinePolicy) -> None:
        self._payments.offline = policy

    # verbs of the passenger

    def hold(self, quote: Quote, language: str = "en") -> Sale:
        """P3a: take the quoted places into a cart; NoPlaces when somebody was faster, StoreFault when nothing may
        be sold."""
        check_may_sell(self._store)
        self._issuer.check(self._clock.now())
        if quote.offer.place_class and len(set(quote.places)) != len(quote.categories):
            raise NoPlaces("There is not a place for everybody. Please choose again.")
        sale_id = self._ids.next()
        with self._store.lock:  # between looking and taking nobody else may take
            items = items_of(quote, self._cover(quote), self._catalogue)
            self._append(PlacesHeld(sale_id=sale_id, items=items, currency=quote.currency, language=language))
        self._begun.add(sale_id)
        return self._changed(sale_id)

    def _cover(self, quote: Quote) -> list[tuple[tuple[Gid, int, int], ...]]:
        if not quote.places:
            return [() for _ in quote.categories]
        departure, now = quote.departure, self._clock.now()
        holdings = self._store.holdings(departure.journey_id)
        return [cells.cover(holdings, p, departure.from_call, departure.to_call, now) for p in quote.places]

    def free(self, sale_id: str, reason: FreeReason = "cancelled") -> Sale:
        """Give the held places back, and first what was paid towards them: `reversing` when that has to wait."""
        with self._one_at_a_time:
            sale = self._must(sale_id)
            if sale.stage != "held":
                raise WrongState(f"The sale is {sale.stage}, not held.")
            return self._carry(sale, after_restart=True, reason=reason)

    def pay(self, sale_id: str, means: str = "card", amount_minor: int | None = None, presented: str = "") -> Sale:
        """Take the money, or a part of it. Ends issued (paid, with tickets), held (declined, or a part is left to be
        paid) or unresolved.

        `presented`: the code a passenger held to the reader. DeviceFault, StoreFault before the charge: nothing was
        charged and the places stay held.
        """
        with self._one_at_a_time:
            check_may_sell(self._store)
            for earlier in self._payments.in_the_way(means):
                self._resolve(earlier)
            self._paying = sale_id
            try:
                self._payments.request(self._must(sale_id), means, amount_minor)
                return self._carry(self._changed(sale_id), to_paper=False, presented=presented)
            finally:
                self._paying = ""

    def cancel_payment(self, sale_id: str) -> None:
        """Ask the payment terminal to stop waiting for the passenger; `pay` answers. Callable while `pay` blocks."""
        sale = self._store.sale(sale_id)
        if sale is not None:
            self._payments.cancel(sale)

    def deliver(self, sale_id: str) -> Sale:
        """Print what is owed: tickets, then the receipt. Ends done, or undelivered when the printer is dead."""
        with self._one_at_a_time:
            sale = self._must(sale_id)
            if sale.stage == "undelivered":
                return self._carry_late(sale)
            if sale.stage not in ("issued", "printing", "done"):
                raise WrongState(f"A sale that is {sale.stage} has nothing to print.")
            return self._carry(sale)

    def ask(self, sale_id: str, *, insist: bool = False) -> Sale:
        """Ask what became of an open charge; never charges. `insist`: also where a terminal said a clear no."""
        with self._one_at_a_time:
            sale = self._must(sale_id)
            if sale.stage not in UNCLEAR:
                return sale
            ask = self._payments.pay_back if sale.stage == "refunding" else self._payments.ask
            ask(sale, insist=insist)
            return self._changed(sale_id)

    # verbs of the staff

    def reprint(self, code: str, sale_id: str = "") -> Sale:
        """Another page of the ticket with this code, marked as a copy. PrinterFault when it did not come out.

        `sale_id` is needed only when two tickets share the code.
        """
        with self._one_at_a_time:
            found = [s for s in self.find_by_code(code) if sale_id in ("", s.sale_id) and _stands(s, code)]
            if len(found) != 1:
                raise WrongState(f"{len(found)} sales of this terminal have a ticket {code}; name one that has.")
            sale = found[0]
            item_no = next(t.item_no for t in sale.tickets if t.code == human_code_of(code))
            copy = max(1, copies_on_paper(sale, "ticket", item_no))
            printed = self._page(sale, PageJob("ticket", item_no, copy))
            sale = self._changed(sale.sale_id)
            if not printed:
                raise PrinterFault(f"The ticket was not printed: {sale.jobs[-1].reason}")
            if sale.stage == "undelivered" and tickets_on_paper(sale):
                self._append(SaleClosed(sale_id=sale.sale_id, outcome="delivered"))
            return self._changed(sale.sale_id)

    def settle(self, sale_id: str, outcome: Said, who: str, reason: str, attempt_id: str = "") -> Sale:
        """A person says what became of a payment the machine cannot clear: approved, declined, reversed (paid back by
        hand) or change (owed change was handed over). `who` and `reason` are kept for good. `attempt_id` is needed
        only when several of the sale wait."""
        if not who.strip() or not reason.strip():
            raise WrongState("Who settles a payment, and why, must be said.")
        with self._one_at_a_time:
            sale = self._must(sale_id)
            wanted = _SETTLED_FROM.get(outcome, ())
            named = [a for a in sale.attempts if attempt_id in ("", a.attempt_id)]
            open_ = [a for a in named if a.state in wanted and (outcome != "change" or a.short_minor)]
            if not open_:
                raise WrongState(f"The sale is {sale.stage}: there is no payment of it to be called {outcome}.")
            attempt = open_[0]
            ids: dict[str, Any] = {"sale_id": sale_id, "attempt_id": attempt.attempt_id}
            word = PaymentSettled(**ids, outcome=outcome, who=who, reason=reason)
            if outcome == "approved":
                self._payments.approved(sale, attempt, word, PaymentApproved(**ids, reference=f"said by {who}"))
            else:
                self._append(word, *_said(outcome, ids, attempt, who))
            sale = self._changed(sale_id)
            return sale if sale.resting else self._rest(sale)

    def ask_again(self, sale_id: str) -> Sale:
        """A person asks, and insists; what is clear then comes to rest."""
        with self._one_at_a_time:
            sale = self.ask(sale_id, insist=True)
            return sale if sale.resting or sale.stage in UNCLEAR else self._rest(sale)

    # after a restart, and in the background

    def recover(self) -> list[Sale]:
        """Finish or undo what an earlier run left; returns the sales it carried on.

        At the start, and again when a device or the disk came back. What a passenger of this run still holds
        is left alone. Paid sales wait at `issued` while the printer is away.
        """
        carried = []
        with self._one_at_a_time:
            for sale in self._store.open_sales():
                if (sale.stage == "held" or sale.shown) and sale.sale_id in self._begun:
                    continue
                log.info("recovering sale %s at stage %s", sale.sale_id, sale.stage)
                carried.append(self._carry(sale, after_restart=True))
        return carried

    def resolve_unresolved(self) -> list[Sale]:
        """Ask again about every payment nobody knows the outcome of; returns those that are settled now.

        The passenger has left: tickets wait with the staff, places without money are free again. Does nothing while
        a sale is carried, so it may be called at any time from a background thread.
        """
        if not self._one_at_a_time.acquire(blocking=False):
            return []
        try:
            return [after for sale in self._store.open_sales() if (after := self._resolve(sale)) is not None]
        finally:
            self._one_at_a_time.release()

    def _resolve(self, sale: Sale) -> Sale | None:
        if sale.stage not in UNCLEAR:
            return None
        sale = self._rest(sale)
        return sale if sale.resting else None

    def _rest(self, sale: Sale) -> Sale:
        """Its passenger has left: paid tickets wait with the staff, and what is not paid is given back and freed."""
        sale = self._carry(sale, after_restart=True, to_paper=False, reason="declined")
        if sale.stage == "issued":
            self._append(SaleClosed(sale_id=sale.sale_id, outcome="undelivered"))
            sale = self._changed(sale.sale_id)
        return sale

    # questions

    def sale(self, sale_id: str) -> Sale:
        return self._must(sale_id)

    def find_by_code(self, typed: str) -> list[Sale]:
        """Sales with a ticket of this human code; [] when mistyped or unknown."""
        code = human_code_of(typed)
        return self._store.sale_by_code(code) if code else []

    def unresolved(self) -> list[Sale]:
        """The staff's list: nobody knows whether money moved, also when the answer could not be recorded, or it is
        still to be given back."""
        return [s for s in self._store.open_sales() if s.stage in UNCLEAR and s.sale_id != self._paying]

    def ticket_text(self, sale: Sale, item_no: int) -> str:
        """What the QR code of a ticket says, for a screen when there is no paper."""
        return self._issuer.text(next(t.payload for t in sale.tickets if t.item_no == item_no))

    def _carry_late(self, sale: Sale) -> Sale:
        """The paper of a sale that was closed without it."""
        refusals = 0
        while refusals < PRINT_TRIES_MAX and (page := next_page(sale)) is not None:
            refusals = 0 if self._page(sale, page) else refusals + 1
            sale = self._changed(sale.sale_id)
        if tickets_on_paper(sale):
            self._close(sale.sale_id)
        return self._changed(sale.sale_id)


def _stands(sale: Sale, code: str) -> bool:
    """A ticket that was given back is not printed again."""
    return any(each.code == human_code_of(code) and each.item_no in sale.standing for each in sale.tickets)


_SETTLED_FROM = {
    "approved": ("open", "unresolved"),
    "declined": ("open", "unresolved"),
    "reversed": ("reversing",),
    "change": ("approved",),
}


def _said(outcome: str, ids: dict[str, Any], attempt: Attempt, who: str) -> tuple[Event, ...]:
    match outcome:
        case "declined":
            return (PaymentDeclined(**ids, reason=f"said by {who}"),)
        case "reversed":
            return (PaymentReversed(**ids, refund_id=attempt.refund_id, reference=f"paid back by {who}"),)
        case _:
            return ()
