"""Builds the ways to pay of a terminal from its configuration, by name: card, qr, scan, cash, voucher."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from kiosk.app.config import Config
from kiosk.ports import PaymentTerminal, PrinterStatus
from ui.services import Way

log = logging.getLogger(__name__)


def ways_to_pay(config: Config) -> dict[str, PaymentTerminal]:
    """Every means whose section names an address; drivers are imported only when they are used."""
    means: dict[str, PaymentTerminal] = {}
    if config.payment.address and config.payment.protocol == "nexo":
        from kiosk.app.nexo import nexo_terminal

        means["card"] = nexo_terminal(config)
    elif config.payment.address and config.payment.protocol == "zvt":
        from kiosk.app.zvt import zvt_terminal

        means["card"] = zvt_terminal(config)
    elif config.payment.address:
        from devices.payment.jsonline import JsonLinePayment

        host, _, port = config.payment.address.rpartition(":")
        means["card"] = JsonLinePayment(host, int(port), config.payment.timeout_s)
    if config.cash.present:
        from kiosk.app.cash import machine

        means["cash"] = machine(config).till
    elif config.cash.drawer:
        from kiosk.app.cash import drawer_of

        means["cash"] = drawer_of(config)
    if config.transfer.format:
        from devices.payment.transfer import TransferPay
        from kiosk.app.transfer import code

        account = config.transfer
        means["transfer"] = TransferPay(
            lambda minor, reference: code(account, minor, reference), account.currency, account.timeout_s
        )
    return means


def exact_only(terminal: PaymentTerminal) -> bool:
    """Cash without change to give; asked of those that know of change at all."""
    ask = getattr(terminal, "exact_only", None)
    return bool(ask is not None and ask())


def offered(terminal: PaymentTerminal) -> bool:
    """Is it to be had here at all? Asked of those that depend on what central has contracts for."""
    ask = getattr(terminal, "offered", None)
    return ask is None or bool(ask())


def how(terminal: PaymentTerminal) -> tuple[bool, str]:
    """(can it take a payment, in words); some know more of themselves than yes and no."""
    ask = getattr(terminal, "how", None)
    if ask is not None:
        works, state = ask()
        return bool(works), str(state)
    works = terminal.ready()
    return works, "ready" if works else "does not answer"


def way_now(name: str, terminal: PaymentTerminal, waits: bool) -> Way:
    """How it is, before anybody chooses it. `waits`: an earlier payment must become clear first."""
    return Way(name, terminal.ready() and not waits, exact_only(terminal))


class ToldOnce:
    """Says once that a device is lost, and once that it is back."""

    def __init__(self) -> None:
        self._well: dict[str, bool] = {}
        self._low = False

    def paper(self, status: PrinterStatus | None) -> None:
        """How the paper is: that it ends soon is told once, until there is a new roll."""
        low = status is not None and status.online and status.paper_low
        if low and not self._low:
            log.warning("the printer's paper ends soon: have a new roll at hand")
        if status is not None and status.online:
            self._low = low

    def hear(self, well: Mapping[str, bool]) -> None:
        """How the devices are now, by name."""
        for name, is_well in well.items():
            before = self._well.get(name, True)
            if before and not is_well:
                log.warning("the %s does not work now", name)
            elif is_well and not before:
                log.warning("the %s works again", name)
        self._well.update(well)
