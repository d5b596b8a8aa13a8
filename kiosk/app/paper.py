"""A sale's pages as dots: the desk's `draw`."""

from __future__ import annotations

from dataclasses import replace

from kiosk.domain.pages import Page, receipt_page, ticket_page
from kiosk.domain.sale import PageJob, Sale
from kiosk.ports import Bitmap, Renderer, Source
from kiosk.services.issuing import Issuer


class Paper:
    """Draws a sale's pages: the desk's `draw`."""

    issuer: Issuer

    def __init__(self, renderer: Renderer, width_dots: int, machine: str) -> None:
        self._renderer = renderer
        self._width_dots = width_dots
        self._machine = machine

    def draw(self, sale: Sale, job: PageJob) -> Bitmap:
        page = self.page(sale, job)
        name = f"{self._machine}-{sale.tickets[job.item_no].seq:07d}-{job.what}" + (
            f"-copy{job.copy}" if job.copy else ""
        )
        bitmap = self._renderer.render(page, self._width_dots)
        return replace(bitmap, source=Source(page, sale.language, name))

    def page(self, sale: Sale, job: PageJob) -> Page:
        """The page as values."""
        if job.what == "receipt":
            number = f"{self._machine}-{sale.tickets[0].seq:07d}"
            return receipt_page(sale, job.copy, machine=self._machine, receipt_no=number)
        payload = next(each.payload for each in sale.tickets if each.item_no == job.item_no)
        return ticket_page(sale, job.item_no, job.copy, code=self.issuer.text(payload), machine=self._machine)
