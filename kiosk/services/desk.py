"""The desk carries a sale forward, one durable fact at a time, until it rests. After a restart it does the same.

Order of every step (rule P3): the intent is on disk, the device acts, the outcome is on disk. So at any moment the
journal says either "nothing outside happened" or "ask what happened".
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from kiosk.domain import cells
from kiosk.domain.codes import human_code_of
from kiosk.domain.errors import DeviceFault, NoPlaces, PrinterFault, PrintUncertain, WrongState
from kiosk.domain.events import (
    Event,
    PaymentApproved,
    PaymentDeclined,
    PaymentRequested,
    PaymentUnresolved,
    PlacesFreed,
    PlacesHeld,
    PrintFailed,
    PrintFinished,
    PrintStarted,
    SaleClosed,
    TicketIssued,
)
from kiosk.domain.offers import Quote
from kiosk.domain.sale import PageJob, Sale, copies_on_paper, next_page
from kiosk.ports import (
    Approved,
    Bitmap,
    ChargeRequest,
    Clock,
    Declined,
    Ids,
    PaymentOutcome,
    PaymentTerminal,
    TicketPrinter,
)
from kiosk.services.issuing import CatalogueFacts, Issuer, items_of
from kiosk.store.store import Store

log = logging.getLogger(__name__)

PRINT_TRIES_MAX = 2  # of a page whose printer said for sure that nothing came out
Draw = Callable[[Sale, PageJob], Bitmap]


class Desk:
    """One sale at a time for each caller; every method may block on a device, so never on the UI thread."""

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
        on_change: Callable[[Sale], None] = lambda sale: None,
    ) -> None:
        self._store = store
        self._catalogue = catalogue
        self._issuer = issuer
        self._payment = payment
        self._printer = printer
        self._draw = draw
        self._clock = clock
        self._ids = ids
        self.on_change = on_change

    # verbs of the passenger

    def hold(self, quote: Quote, language: str = "en") -> Sale:
        """P3a: take the quoted places into a cart; NoPlaces when somebody was faster."""
        self._store.check_room()
        if quote.offer.place_class and len(set(quote.places)) != len(quote.categories):
            raise NoPlaces("There is not a place for everybody. Please choose again.")
        sale_id = self._ids.next()
        with self._store.lock:  # between looking and taking nobody else may take
            items = items_of(quote, self._cover(quote), self._catalogue)
            self._append(PlacesHeld(sale_id=sale_id, items=items, currency=quote.currency, language=language))
        return self._changed(sale_id)

    def _cover(self, quote: Quote) -> list[tuple[object, ...]]:
        if not quote.places:
            return [() for _ in quote.categories]
        departure, now = quote.departure, self._clock.now()
        holdings = self._store.holdings(departure.journey_id)
        return [cells.cover(holdings, p, departure.from_call, departure.to_call, now) for p in quote.places]

    def free(self, sale_id: str, reason: str = "cancelled") -> Sale:
        """Give the held places back; only while no money is involved."""
        sale = self._in(sale_id, "held")
        self._append(PlacesFreed(sale_id=sale.sale_id, reason=reason))  # type: ignore[arg-type]
        return self._changed(sale_id)

    def pay(self, sale_id: str, means: str = "card") -> Sale:
        """Take the money. Ends issued (paid, with tickets), held (declined, may try again) or unresolved."""
        sale = self._in(sale_id, "held")
        if self._payment is None:
            raise DeviceFault("There is no payment terminal here. Please use another machine.")
        if not self._store.healthy:
            self._store.check_room()
        attempt_id = self._ids.next()
        total = sale.total
        self._append(
            PaymentRequested(
                sale_id=sale_id,
                attempt_id=attempt_id,
                amount_minor=total.amount_minor,
                currency=total.currency,
                means=means,
            )
        )
        self._changed(sale_id)
        if total.amount_minor == 0:
            outcome: PaymentOutcome = Approved("free of charge")
        else:
            outcome = self._payment.charge(ChargeRequest(attempt_id, total.amount_minor, total.currency))
        return self._settle(sale_id, outcome)

    def cancel_payment(self, sale_id: str) -> None:
        """Ask the payment terminal to stop waiting for the card; `pay` answers. Callable while `pay` blocks."""
        sale = self._store.sale(sale_id)
        if self._payment and sale and sale.stage == "paying" and sale.attempt:
            self._payment.cancel(sale.attempt.attempt_id)

    def deliver(self, sale_id: str) -> Sale:
        """Print what is owed: tickets, then the receipt. Ends done, or undelivered when the printer is dead."""
        sale = self._must(sale_id)
        if sale.stage not in ("issued", "printing", "undelivered"):
            raise WrongState(f"A sale that is {sale.stage} has nothing to print.")
        refusals = 0
        while (page := next_page(sale)) is not None:
            if self._print(sale, page):
                refusals = 0
            else:
                refusals += 1
            sale = self._changed(sale_id)
            if refusals >= PRINT_TRIES_MAX:
                if sale.stage != "undelivered":
                    self._append(SaleClosed(sale_id=sale_id, outcome="undelivered"))
                return self._changed(sale_id)
        self._append(SaleClosed(sale_id=sale_id, outcome="delivered"))
        return self._changed(sale_id)

    def reprint(self, sale_id: str, item_no: int) -> Sale:
        """Another page of a ticket, marked as a copy when an original is or may be on paper (staff)."""
        sale = self._must(sale_id)
        if not any(ticket.item_no == item_no for ticket in sale.tickets):
            raise WrongState("This sale has no such ticket.")
        if not self._print(sale, PageJob("ticket", item_no, copies_on_paper(sale, "ticket", item_no))):
            job = self._must(sale_id).jobs[-1]
            raise PrinterFault(f"The ticket was not printed: {job.reason}")
        return self._changed(sale_id)

    # after a restart, and in the background

    def recover(self) -> list[Sale]:
        """Finish or undo what a power cut interrupted; returns the sales it carried on."""
        carried = []
        for sale in self._store.open_sales():
            log.info("recovering sale %s at stage %s", sale.sale_id, sale.stage)
            carried.append(self._recover(sale))
        return carried

    def _recover(self, sale: Sale) -> Sale:
        if sale.stage == "held":
            # The passenger saw the machine go dark: nothing was paid, so nothing is owed.
            return self.free(sale.sale_id, "restarted")
        if sale.stage in ("paying", "unresolved"):
            sale = self.ask(sale.sale_id)
            if sale.stage == "held":
                return self.free(sale.sale_id, "restarted")
        if sale.stage in ("issued", "printing"):
            return self.deliver(sale.sale_id)
        return sale

    def ask(self, sale_id: str) -> Sale:
        """Ask what became of an open charge; never charges."""
        sale = self._must(sale_id)
        attempt = sale.attempt
        if sale.stage not in ("paying", "unresolved") or attempt is None:
            raise WrongState(f"A sale that is {sale.stage} has no open payment.")
        if self._payment is None:
            return sale
        request = ChargeRequest(attempt.attempt_id, attempt.amount_minor, attempt.currency)
        return self._settle(sale_id, self._payment.outcome_of(request))

    def resolve(self) -> list[Sale]:
        """Ask again about every unresolved payment. The passenger has left, so tickets wait with the staff."""
        settled = []
        for sale in self._store.open_sales():
            if sale.stage != "unresolved":
                continue
            after = self.ask(sale.sale_id)
            if after.stage == "issued":
                self._append(SaleClosed(sale_id=sale.sale_id, outcome="undelivered"))
            elif after.stage == "held":
                self._append(PlacesFreed(sale_id=sale.sale_id, reason="declined"))
            if after.stage != "unresolved":
                settled.append(self._changed(sale.sale_id))
        return settled

    # questions

    def sale(self, sale_id: str) -> Sale:
        return self._must(sale_id)

    def find_by_code(self, typed: str) -> list[Sale]:
        """Sales with a ticket of this human code; [] when mistyped or unknown."""
        code = human_code_of(typed)
        return self._store.sale_by_code(code) if code else []

    def unresolved(self) -> list[Sale]:
        """The staff's list: nobody knows whether money moved."""
        return [sale for sale in self._store.open_sales() if sale.stage == "unresolved"]

    def ticket_text(self, sale: Sale, item_no: int) -> str:
        """What the QR code of a ticket says, for a screen when there is no paper."""
        return self._issuer.text(next(t.payload for t in sale.tickets if t.item_no == item_no))

    # steps

    def _settle(self, sale_id: str, outcome: PaymentOutcome) -> Sale:
        sale = self._must(sale_id)
        assert sale.attempt is not None
        attempt_id = sale.attempt.attempt_id
        match outcome:
            case Approved(reference, card):
                # P3c: approval and tickets in one transaction, so a paid sale always has its tickets.
                records = self._store.journal.append_built(
                    lambda seq: [
                        PaymentApproved(sale_id=sale_id, attempt_id=attempt_id, reference=reference, card=card),
                        *self._tickets(sale, seq + 1),
                    ]
                )
                self._store.counter.advance(records[-1].seq)
            case Declined(reason):
                self._append(PaymentDeclined(sale_id=sale_id, attempt_id=attempt_id, reason=reason))
            case _:
                if sale.stage != "unresolved":
                    self._append(PaymentUnresolved(sale_id=sale_id, attempt_id=attempt_id))
        return self._changed(sale_id)

    def _tickets(self, sale: Sale, first_seq: int) -> Sequence[Event]:
        now = self._clock.now()
        issued = []
        for item_no, item in enumerate(sale.items):
            payload, code = self._issuer.finish(item.draft, first_seq + item_no, now)
            issued.append(TicketIssued(sale_id=sale.sale_id, item_no=item_no, payload=payload, code=code))
        return issued

    def _print(self, sale: Sale, page: PageJob) -> bool:
        """One page; True when it is proven on paper. Nothing is printed before the store agreed."""
        # The counter may lag when the power went between commit and counter: catch up before any effect.
        self._store.counter.advance(max((ticket.seq for ticket in sale.tickets), default=0))
        bitmap = self._draw(sale, page)
        where = {"sale_id": sale.sale_id, "what": page.what, "item_no": page.item_no, "copy": page.copy}
        self._append(PrintStarted(**where))  # type: ignore[arg-type]
        self._changed(sale.sale_id)
        try:
            if self._printer is None:
                raise PrinterFault("there is no printer")
            proof = self._printer.print(bitmap)
        except PrinterFault as fault:
            self._append(PrintFailed(**where, reason=str(fault), certain=True))  # type: ignore[arg-type]
            return False
        except (PrintUncertain, DeviceFault) as fault:
            self._append(PrintFailed(**where, reason=str(fault), certain=False))  # type: ignore[arg-type]
            return False
        self._append(PrintFinished(**where, proof=proof))  # type: ignore[arg-type]
        return True

    def _append(self, event: Event) -> None:
        self._store.journal.append(event)

    def _changed(self, sale_id: str) -> Sale:
        sale = self._must(sale_id)
        self.on_change(sale)
        return sale

    def _must(self, sale_id: str) -> Sale:
        sale = self._store.sale(sale_id)
        if sale is None:
            raise WrongState(f"There is no sale {sale_id} at this terminal.")
        return sale

    def _in(self, sale_id: str, stage: str) -> Sale:
        sale = self._must(sale_id)
        if sale.stage != stage:
            raise WrongState(f"The sale is {sale.stage}, not {stage}.")
        return sale
