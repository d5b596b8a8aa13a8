"""Putting one page of a sale on paper: intent, printer, outcome; nothing is printed before the store agreed."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.domain.errors import DeviceFault, PrinterFault
from kiosk.domain.events import PrintFailed, PrintFinished, PrintStarted
from kiosk.domain.sale import PageJob, Sale
from kiosk.ports import Bitmap, TicketPrinter
from kiosk.store.store import Store

Draw = Callable[[Sale, PageJob], Bitmap]  # the page a job asks for, with its copy mark


class Printing:
    """The paper side of the desk."""

    def __init__(self, store: Store, printer: TicketPrinter | None, draw: Draw) -> None:
        self._store = store
        self._printer = printer
        self._draw = draw

    def ready(self) -> bool:
        """Can a page be printed now? Asks the printer."""
        return self._printer is not None and self._printer.status().ready

    def page(self, sale: Sale, job: PageJob, started: Callable[[], object]) -> bool:
        """One page; True when it is proven on paper. `started` is called once the intent is on disk."""
        bitmap = self._draw(sale, job)
        sale_id, what, item_no, copy = sale.sale_id, job.what, job.item_no, job.copy
        append = self._store.journal.append
        records = append(PrintStarted(sale_id=sale_id, what=what, item_no=item_no, copy=copy))
        # Also after a restart between a commit and its counter: caught up before any paper moves.
        self._store.counter.advance(records[-1].seq)
        started()
        try:
            if self._printer is None:
                raise PrinterFault("there is no printer")
            proof = self._printer.print(bitmap)
        except DeviceFault as fault:
            certain = isinstance(fault, PrinterFault)
            append(
                PrintFailed(sale_id=sale_id, what=what, item_no=item_no, copy=copy, reason=str(fault), certain=certain)
            )
            return False
        append(PrintFinished(sale_id=sale_id, what=what, item_no=item_no, copy=copy, proof=proof))
        return True
