"""The sections [printer] and [ticket] of a configuration: what is wrong with them, and the model they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devices.printer.address import AddressWrong, address_of
from devices.printer.models import PrinterModel, PrinterModelFault, changed, model_named
from kiosk.domain.errors import KioskError

if TYPE_CHECKING:
    from kiosk.app.config import PrinterSection, TicketSection


def printer_mistakes(section: PrinterSection) -> list[str]:
    """What is wrong with [printer], in words."""
    if section.address:
        try:
            address_of(section.address)
        except AddressWrong as error:
            return [f"[printer] address = {section.address!r}: {error}"]
    if section.width_dots and (section.width_dots % 8 or not 200 <= section.width_dots <= 2400):
        return ["[printer] width_dots must be a multiple of 8 between 200 and 2400, or 0: as the model says"]
    try:
        printer_model(section)
    except PrinterModelFault as error:
        return [f"[printer] model = {section.model!r}, proof = {section.proof!r}: {error}"]
    return []


def ticket_mistakes(section: TicketSection) -> list[str]:
    """What is wrong with [ticket], in words."""
    if section.own_layouts is None:
        return []
    if not section.own_layouts.is_dir():
        return [f"[ticket] layouts = {section.layouts!r} is not a folder"]
    from kiosk.services.paper_layouts import layouts  # only when there are some: the first picture waits for us

    try:
        layouts(section.own_layouts)
    except KioskError as error:
        return [f"[ticket] layouts: {error}"]
    return []


def printer_model(section: PrinterSection) -> PrinterModel:
    """The model with what the configuration says otherwise; PrinterModelFault."""
    return changed(model_named(section.model), width_dots=section.width_dots, proof=section.proof)
