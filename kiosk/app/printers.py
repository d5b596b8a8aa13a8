"""Builds the printer of a terminal from its configuration."""

from __future__ import annotations

from typing import cast

from kiosk.app.config import Config
from kiosk.ports import TicketPrinter


def ticket_printer(config: Config) -> TicketPrinter | None:
    """None when no address is configured; the driver is imported only when it is used."""
    settings = config.printer
    if not settings.address:
        return None
    from devices.printer.escpos import EscPosPrinter, Proof

    host, _, port = settings.address.rpartition(":")
    return EscPosPrinter(host, int(port), settings.timeout_s, cast(Proof, settings.proof))
