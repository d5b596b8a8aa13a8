"""Builds the ways to pay of a terminal from its configuration, by name: card, qr, scan, cash, voucher."""

from __future__ import annotations

from kiosk.app.config import Config
from kiosk.ports import PaymentTerminal


def ways_to_pay(config: Config) -> dict[str, PaymentTerminal]:
    """Every means whose section names an address; drivers are imported only when they are used."""
    means: dict[str, PaymentTerminal] = {}
    if config.payment.address:
        from devices.payment.jsonline import JsonLinePayment

        host, _, port = config.payment.address.rpartition(":")
        means["card"] = JsonLinePayment(host, int(port), config.payment.timeout_s)
    return means


def exact_only(terminal: PaymentTerminal) -> bool:
    """Cash without change to give; asked of those that know of change at all."""
    ask = getattr(terminal, "exact_only", None)
    return bool(ask is not None and ask())
