"""Builds scan-to-pay of a terminal: ways through central, and the reader of the passenger's code."""

from __future__ import annotations

from collections.abc import Callable

from devices.payment.scanpay import Offers, QrPay, Read, ScanPay
from devices.reader.presented import first_code
from devices.reader.typed import TypedScans
from kiosk.app.config import Config
from kiosk.domain.payqr.wallets import wallet_of
from kiosk.ports import CodeReader, PaymentTerminal
from sync.client import CentralClient

WALLETS = ("wechat", "alipay")  # whose codes we can show, in this order
OFFERS_WITHIN_S = 3.0  # a first screen waits for it

Line = Callable[[float], CentralClient]
"""A client of its own with this time limit; closed with the terminal."""


class ScanToPay:
    """Everything of it. `typed` is to be fed where the scanner types."""

    def __init__(self, config: Config, line: Line) -> None:
        self.typed = TypedScans() if config.scanner.source == "keyboard" else None
        self.means: dict[str, PaymentTerminal] = {}
        if not config.scanpay.accepted:
            return
        timeout_s, wait_s = config.central.timeout_s, config.scanpay.timeout_s
        offers = Offers(line(min(OFFERS_WITHIN_S, timeout_s)))
        for wallet in WALLETS:
            self.means[f"qr.{wallet}"] = QrPay(line(timeout_s), offers, wallet, wait_s)
        if (reader := reader_of(config, self.typed)) is not None:
            read: Read = lambda stop: first_code(reader, lambda text: bool(wallet_of(text)), stop)  # noqa: E731
            self.means["scan"] = ScanPay(line(timeout_s), offers, read, wait_s)


def reader_of(config: Config, typed: TypedScans | None) -> Callable[[], CodeReader] | None:
    """Opens what reads the passenger's code; None = nothing does here."""
    scanner = config.scanner
    if not scanner.source:
        return None
    if typed is not None:
        return typed.reader
    if scanner.serial:
        from devices.reader.serial_scanner import SerialScanner

        return lambda: SerialScanner(scanner.source, scanner.baud)
    from devices.camera.reader import CameraReader

    return lambda: CameraReader(scanner.source)
