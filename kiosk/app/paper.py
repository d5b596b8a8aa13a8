"""A sale's pages as dots: the desk's `draw`."""

from __future__ import annotations

from kiosk.domain.pages import receipt_page, ticket_page
from kiosk.domain.sale import PageJob, Sale
from kiosk.ports import Bitmap, Renderer
from kiosk.services.issuing import Issuer


class Paper:
    """Draws a sale's pages: the desk's `draw`."""

    issuer: Issuer

    def __init__(self, renderer: Renderer, width_dots: int, machine: str) -> None:
        self._renderer = renderer
        self._width_dots = width_dots
        self._machine = machine

    def draw(self, sale: Sale, job: PageJob) -> Bitmap:
        if job.what == "receipt":
            number = f"{self._machine}-{sale.tickets[0].seq:07d}"
            page: object = receipt_page(sale, job.copy, machine=self._machine, receipt_no=number)
        else:
            payload = next(each.payload for each in sale.tickets if each.item_no == job.item_no)
            code = self.issuer.text(payload)
            page = ticket_page(sale, job.item_no, job.copy, code=code, machine=self._machine)
        return self._renderer.render(page, self._width_dots)
