"""A sale's pages as dots: the desk's `draw`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kiosk.app.config import Config
from kiosk.app.printers import width_dots
from kiosk.domain.pages import Page, receipt_page, ticket_page
from kiosk.domain.sale import PageJob, Sale
from kiosk.ports import Bitmap, Renderer, Source
from kiosk.services.issuing import Issuer
from ui.services import Shown

if TYPE_CHECKING:  # the standard of railway codes takes a while to load, and few terminals use it
    from kiosk.services.uic.of_sale import UicCodes


def paper_of(config: Config, renderer: Renderer, machine: str) -> Paper:
    """As the configuration wants tickets to be."""
    uic = None
    if config.ticket.code != "qr":
        from kiosk.app.uic import uic_codes

        uic = uic_codes(config.ticket)
    return Paper(renderer, width_dots(config), machine, uic, qr=config.ticket.code != "uic-aztec")


class Paper:
    """Draws a sale's pages: the desk's `draw`."""

    issuer: Issuer

    def __init__(
        self, renderer: Renderer, width_dots: int, machine: str, uic: UicCodes | None = None, *, qr: bool = True
    ) -> None:
        """`uic`: puts a UIC code on tickets too, or, without `qr`, instead of ours where it can say the ticket."""
        self._uic, self._qr = uic, qr
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
        uic = self.uic_of(sale, job.item_no)
        code = self.issuer.text(payload) if self._qr or not uic else ""
        return ticket_page(sale, job.item_no, job.copy, code=code, machine=self._machine, uic=uic)

    def shown(self, sale: Sale) -> tuple[Shown, ...]:
        """The codes of a sale's tickets, for a screen."""
        found = []
        for ticket in sale.tickets:
            uic = self.uic_of(sale, ticket.item_no)
            found.append(Shown(self.issuer.text(ticket.payload) if self._qr or not uic else "", uic))
        return tuple(found)

    def uic_of(self, sale: Sale, item_no: int) -> bytes:
        """The content of a ticket's UIC code; b"" = it has none."""
        return self._uic.code(sale, item_no) if self._uic else b""
