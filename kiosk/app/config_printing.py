"""The sections [printer] and [ticket] of a configuration: what is wrong with them, and the model they mean."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from devices.printer.address import AddressWrong, address_of
from devices.printer.models import PrinterModel, PrinterModelFault, changed, model_named
from kiosk.domain.errors import KioskError

CODES = ("qr", "qr+uic-aztec", "uic-aztec")


@dataclass(frozen=True)
class PrinterSection:
    address: str = ""
    model: str = "escpos-80"
    width_dots: int = 0  # 0 = as the model says
    timeout_s: float = 5.0
    proof: str = ""  # "" = as the model says


@dataclass(frozen=True)
class TicketSection:
    layouts: str = ""
    code: str = "qr"  # qr, qr+uic-aztec, uic-aztec
    uic_rics: int = 0
    uic_name: str = ""
    uic_key: str = ""  # file with the private key, PEM
    uic_key_name: str = ""

    @property
    def own_layouts(self) -> Path | None:
        return Path(self.layouts).expanduser() if self.layouts else None


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
    return _code_mistakes(section) + _layout_mistakes(section)


def _code_mistakes(section: TicketSection) -> list[str]:
    if section.code not in CODES:
        return [f"[ticket] code = {section.code!r} must be {', '.join(CODES)}"]
    if section.code == "qr":
        return []
    mistakes = []
    if not 1 <= section.uic_rics <= 9999:
        mistakes.append(f"[ticket] uic_rics = {section.uic_rics} must be your company code, 1 to 9999")
    if len(section.uic_key_name) != 5 or not section.uic_key_name.isascii():
        mistakes.append(f"[ticket] uic_key_name = {section.uic_key_name!r} must have five characters")
    if not section.uic_name:
        mistakes.append("[ticket] uic_name is missing: your company as other railways know it")
    from kiosk.app.uic import signing_key

    try:
        signing_key(section.uic_key)
    except KioskError as error:
        mistakes.append(f"[ticket] uic_key = {section.uic_key!r}: {error}")
    return mistakes


def _layout_mistakes(section: TicketSection) -> list[str]:
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
