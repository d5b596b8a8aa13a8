"""Carries a sale forward, one durable fact at a time, until it rests. After a restart it does the same.

Order of every step (rule P3): the intent is on disk, the device acts, the outcome is on disk. So at any moment the
journal says either "nothing outside happened" or "ask what happened". `kiosk.domain.sale.owed` names the next step;
the loop here that takes it is the only one, for selling and for recovery.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Literal

from kiosk.domain.errors import WrongState
from kiosk.domain.events import Event, PlacesFreed, RefundPaid, SaleClosed, SaleUndone
from kiosk.domain.sale import PageJob, Sale, Step, next_page, owed, tickets_on_paper
from kiosk.ports import Clock, Ids, TicketPrinter
from kiosk.services.issuing import Issuer
from kiosk.services.payment import Payments
from kiosk.services.printing import Draw, Printing
from kiosk.services.terminals import Means
from kiosk.store.store import Store

log = logging.getLogger(__name__)

PRINT_TRIES_MAX = 2  # in a row, of pages that did not come out for sure
FreeReason = Literal["cancelled", "timed_out", "declined", "restarted", "device"]
Listener = Callable[[Sale], None]


class Carrier:
    """One sale at a time is carried; every step may block on a device, so never on the UI thread."""

    def __init__(
        self,
        store: Store,
        issuer: Issuer,
        means: Means,
        printer: TicketPrinter | None,
        draw: Draw,
        clock: Clock,
        ids: Ids,
        on_rest: Listener | None,
    ) -> None:
        self._store = store
        self._issuer = issuer
        self._payments = Payments(store, issuer, means, clock, ids)
        self._printing = Printing(store, printer, draw)
        self._clock = clock
        self._ids = ids
        self._one_at_a_time = threading.RLock()
        self._begun: set[str] = set()  # sales of this run of the program: their passengers may still be here
        self._paying = ""  # the sale whose charge is under way
        self.on_change: Listener | None = None
        self._on_rest = on_rest

    def waits(self, means: str) -> bool:
        """What became of an earlier payment by these means is not clear, and the terminal knows only its latest: no
        other can start. A payment that is under way is no reason."""
        return self._payments.knows_latest_only(means) and any(
            sale.sale_id != self._paying for sale in self._payments.in_the_way(means)
        )

    def _carry(
        self,
        sale: Sale,
        *,
        after_restart: bool = False,
        to_paper: bool = True,
        presented: str = "",
        reason: FreeReason = "restarted",
    ) -> Sale:
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
                self._take(step, sale, presented, reason)
            sale = self._changed(sale_id)
            if sale.stage in ("unresolved", "reversing", "refunding"):
                break
        return sale

    def _take(self, step: Step, sale: Sale, presented: str, reason: FreeReason) -> None:
        match step:
            case "charge":
                self._payments.charge(sale, presented)
            case "ask":
                self._payments.ask(sale)
            case "give_back":
                self._payments.give_back(sale)
            case "issue":
                self._payments.issue(sale)
            case "confirm":
                self._payments.confirm(sale)
            case "refund":
                self._payments.pay_back(sale)
            case "free":
                self._append(PlacesFreed(sale_id=sale.sale_id, reason=reason))
            case _:
                self._close(sale.sale_id)

    def _page(self, sale: Sale, page: PageJob) -> bool:
        return self._printing.page(sale, page, lambda: self._changed(sale.sale_id))

    def _close(self, sale_id: str) -> None:
        """Delivered when every ticket is on paper; a missing receipt can be had from staff."""
        sale = self._must(sale_id)
        if sale.cancelled:
            back = [
                RefundPaid(sale_id=sale_id, item_no=each.item_no, refund_id=each.refund_id, reference="undone")
                for each in sale.voided
                if not each.reference
            ]
            self._append(*back, SaleUndone(sale_id=sale_id))
            return
        delivered = tickets_on_paper(sale)
        self._append(SaleClosed(sale_id=sale_id, outcome="delivered" if delivered else "undelivered"))

    def _append(self, *events: Event) -> None:
        self._store.journal.append(*events)

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
