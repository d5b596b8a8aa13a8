"""Builds the printer of a terminal from its configuration."""

from __future__ import annotations

from pathlib import Path

from kiosk.app.config import Config
from kiosk.app.config_printing import printer_model
from kiosk.ports import TicketPrinter
from kiosk.services.paper_layouts import layouts


def ticket_printer(config: Config) -> TicketPrinter | None:
    """None when no address is configured; the driver is imported only when it is used."""
    settings = config.printer
    if not settings.address:
        return None
    from devices.printer.address import address_of, connect_of

    address, model = address_of(settings.address), printer_model(settings)
    if address.kind == "pdf":
        from devices.printer.pdf_folder import PdfFolder

        return PdfFolder(Path(address.name).expanduser(), layouts(config.ticket.own_layouts), model.dpi)
    if address.kind == "cups":
        from devices.printer.cups import CupsPrinter

        return CupsPrinter(address.host, address.port, address.name, model, settings.timeout_s)
    connect = connect_of(address, settings.timeout_s)
    if model.protocol == "zpl":
        from devices.printer.zpl import ZplPrinter

        return ZplPrinter(connect, settings.address, model, settings.timeout_s)
    from devices.printer.escpos import EscPosPrinter

    return EscPosPrinter(connect, settings.address, model, settings.timeout_s)


def width_dots(config: Config) -> int:
    """Dots of a line of the configured printer."""
    return printer_model(config.printer).width_dots
