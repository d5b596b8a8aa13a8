"""The desk carries a sale forward, one durable fact at a time, until it rests. After a restart it does the same.

Order of every step (rule P3): the intent is on disk, the device acts, the outcome is on disk. So at any moment the
journal says either "nothing outside happened" or "ask what happened". `kiosk.domain.sale.owed` names the next step;
the loop here that takes it is the only one, for selling and for recovery.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Literal

from kiosk.domain import cells
from kiosk.domain.allotment import Gid
from kiosk.domain.codes import human_code_of
from kiosk.domain.errors import NoPlaces, PrinterFault, WrongState
from kiosk.domain.events import Event, PlacesFreed, PlacesHeld, SaleClosed
from kiosk.domain.offers import Quote
from kiosk.domain.sale import PageJob, Sale, Step, copies_on_paper, next_page, owed, tickets_on_paper
from kiosk.ports import Clock, Ids, PaymentTerminal, TicketPrinter
from kiosk.services.issuing import CatalogueFacts, Issuer, items_of
from kiosk.services.payment import Payments
from kiosk.services.printing import Draw, Printing
from kiosk.store.selling import check_may_sell
from kiosk.store.store import Store

log = logging.getLogger(__name__)

PRINT_TRIES_MAX = 2  # in a row, of pages that did not come out for sure
FreeReason = Literal["cancelled", "timed_out", "declined", "restarted", "device"]


class Desk:
    """One sale at a time is carried; every verb may block on a device, so never on the UI thread.

    `on_change` hears every step, `on_rest` each sale that came to rest, on the caller's thread.
    """

    def __init__(
        self,
        store: Store,
        catalogue: CatalogueFacts,
        issuer: Issuer,
        payment: PaymentTerminal | None,
        printer: TicketPrinter | None,
        draw: Draw,
        clock: Clock,
        ids: Ids,
        on_change: Callable[[Sale], None] | None = None,
        on_rest: Callable[[Sale], None] | None = None,
    ) -> None:
        self._store = store
        self._catalogue = catalogue
        self._issuer = issuer
        self._payments = Payments(store, issuer, payment, clock, ids)
        self._printing = Printing(store, printer, draw)
        self._clock = clock
        self._ids = ids
        self._one_at_a_time = threading.RLock()
        self._begun: set[str] = set()  # sales of this run of the program: their passengers may still be here
        self._paying = ""  # the sale whose charge is under way
        self.on_change = on_change
        self._on_rest = on_rest

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
        """Give the held places back; only while no money is involved."""
        with self._one_at_a_time:
            if self._must(sale_id).stage != "held":
                raise WrongState(f"The sale is {self._must(sale_id).stage}, not held.")
            self._append(PlacesFreed(sale_id=sale_id, reason=reason))
            return self._changed(sale_id)

    def pay(self, sale_id: str, means: str = "card") -> Sale:
        """Take the money. Ends issued (paid, with tickets), held (declined, may try again) or unresolved.

        DeviceFault, StoreFault before the charge: nothing was charged and the places stay held.
        """
        with self._one_at_a_time:
            check_may_sell(self._store)
            self._paying = sale_id
            try:
                self._payments.request(self._must(sale_id), means)
                return self._carry(self._changed(sale_id), to_paper=False)
            finally:
                self._paying = ""

    def cancel_payment(self, sale_id: str) -> None:
        """Ask the payment terminal to stop waiting for the card; `pay` answers. Callable while `pay` blocks."""
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

    def ask(self, sale_id: str) -> Sale:
        """Ask what became of an open charge; never charges. A sale with nothing to ask comes back as it is."""
        with self._one_at_a_time:
            sale = self._must(sale_id)
            if sale.stage not in ("paying", "unresolved"):
                return sale
            self._payments.ask(sale)
            return self._changed(sale_id)

    # verbs of the staff

    def reprint(self, code: str, sale_id: str = "") -> Sale:
        """Another page of the ticket with this code, marked as a copy. PrinterFault when it did not come out.

        `sale_id` is needed only when two tickets share the code.
        """
        with self._one_at_a_time:
            found = [sale for sale in self.find_by_code(code) if sale_id in ("", sale.sale_id)]
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

    # after a restart, and in the background

    def recover(self) -> list[Sale]:
        """Finish or undo what an earlier run left; returns the sales it carried on.

        At the start, and again when a device or the disk came back. What a passenger of this run still holds
        is left alone. Paid sales wait at `issued` while the printer is away.
        """
        carried = []
        with self._one_at_a_time:
            for sale in self._store.open_sales():
                if sale.stage == "held" and sale.sale_id in self._begun:
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
        if sale.stage not in ("paying", "unresolved"):
            return None
        stage = self.ask(sale.sale_id).stage
        if stage == "issued":
            self._append(SaleClosed(sale_id=sale.sale_id, outcome="undelivered"))
        elif stage == "held":
            self._append(PlacesFreed(sale_id=sale.sale_id, reason="declined"))
        return self._changed(sale.sale_id) if stage != "unresolved" else None

    # questions

    def sale(self, sale_id: str) -> Sale:
        return self._must(sale_id)

    def find_by_code(self, typed: str) -> list[Sale]:
        """Sales with a ticket of this human code; [] when mistyped or unknown."""
        code = human_code_of(typed)
        return self._store.sale_by_code(code) if code else []

    def unresolved(self) -> list[Sale]:
        """The staff's list: nobody knows whether money moved; also when the answer could not be recorded."""
        return [
            sale
            for sale in self._store.open_sales()
            if sale.stage == "unresolved" or (sale.stage == "paying" and sale.sale_id != self._paying)
        ]

    def ticket_text(self, sale: Sale, item_no: int) -> str:
        """What the QR code of a ticket says, for a screen when there is no paper."""
        return self._issuer.text(next(t.payload for t in sale.tickets if t.item_no == item_no))

    # the loop

    def _carry(self, sale: Sale, *, after_restart: bool = False, to_paper: bool = True) -> Sale:
        """Take the step that is owed until none is, or until it has to wait for a person or a device."""
        sale_id, refusals = sale.sale_id, 0
        while (step := owed(sale, after_restart=after_restart)) is not None:
            if step == "page":
                page = next_page(sale)
                if page is None or not to_paper or (after_restart and not self._printing.ready()):
                    break
                refusals = 0 if self._page(sale, page) else refusals + 1
                if refusals >= PRINT_TRIES_MAX:
                    self._close(sale_id)
            else:
                self._take(step, sale)
            sale = self._changed(sale_id)
            if sale.stage == "unresolved":
                break
        return sale

    def _take(self, step: Step, sale: Sale) -> None:
        match step:
            case "charge":
                self._payments.charge(sale)
            case "ask":
                self._payments.ask(sale)
            case "issue":
                self._payments.issue(sale)
            case "free":
                self._append(PlacesFreed(sale_id=sale.sale_id, reason="restarted"))
            case _:
                self._close(sale.sale_id)

    def _carry_late(self, sale: Sale) -> Sale:
        """The paper of a sale that was closed without it."""
        refusals = 0
        while refusals < PRINT_TRIES_MAX and (page := next_page(sale)) is not None:
            refusals = 0 if self._page(sale, page) else refusals + 1
            sale = self._changed(sale.sale_id)
        if tickets_on_paper(sale):
            self._close(sale.sale_id)
        return self._changed(sale.sale_id)

    def _page(self, sale: Sale, page: PageJob) -> bool:
        return self._printing.page(sale, page, lambda: self._changed(sale.sale_id))

    def _close(self, sale_id: str) -> None:
        """Delivered when every ticket is on paper; a missing receipt can be had from staff."""
        delivered = tickets_on_paper(self._must(sale_id))
        self._append(SaleClosed(sale_id=sale_id, outcome="delivered" if delivered else "undelivered"))

    def _append(self, event: Event) -> None:
        self._store.journal.append(event)

    def _changed(self, sale_id: str) -> Sale:
        sale = self._must(sale_id)
        if sale.resting:
            self._begun.discard(sale_id)
        for listener in (self.on_change, self._on_rest if sale.resting else None):
            try:
                if listener is not None:
                    listener(sale)
            except Exception:  # who listens must not be able to stop a sale in the middle
                log.exception("a listener failed on sale %s at %s", sale_id, sale.stage)
        return sale

    def _must(self, sale_id: str) -> Sale:
        sale = self._store.sale(sale_id)
        if sale is None:
            raise WrongState(f"There is no sale {sale_id} at this terminal.")
        return sale
