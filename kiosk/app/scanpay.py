"""Builds scan-to-pay of a terminal: ways through central, and the reader of the passenger's code."""

from __future__ import annotations

from collections.abc import Callable

from devices.payment.scanpay import Offers, QrPay, Read, ScanPay
from devices.reader.presented import first_code
from devices.reader.typed import TypedScans
from kiosk.app import identity as identities
from kiosk.app.config import Config
from kiosk.app.identity import NotEnrolled
from kiosk.domain.errors import CentralFault, CentralRefused, ReaderFault
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


def at_hand(config: Config) -> tuple[bool, str, str] | None:
    """(well, in words, the way out) of scan-to-pay at an enrolled terminal; None = it is not meant to be here."""
    if not config.scanpay.accepted:
        return None
    try:
        who = identities.load(config.folder)
    except NotEnrolled:
        return None
    client = CentralClient(config.central.url, timeout_s=OFFERS_WITHIN_S, reply=who.reply, sign=who.sign)
    try:
        ways = client.payment_offers().ways
    except CentralRefused as no:
        return None if no.code == "not_found" else (False, str(no), "")  # an older central has none of it
    except CentralFault as fault:
        return False, str(fault), "it works again when central is reached"
    finally:
        client.close()
    if not ways:
        return None
    shown = [each.provider for each in ways if each.kind == "qr"]
    words = f"our code for {', '.join(shown)}" if shown else "no code of ours"
    return True, words + (f"; payment codes at {config.scanner.source}" if config.scanner.source else ""), ""


def scanner_fault(config: Config) -> str:
    """Why the scanner of payment codes cannot be used; "" = it can, as far as that can be told without a code."""
    if not config.scanner.serial:
        return ""
    from devices.reader.serial_scanner import SerialScanner

    scanner = SerialScanner(config.scanner.source, config.scanner.baud)
    try:
        scanner.frames().close()  # type: ignore[attr-defined]  # a generator: it opened the line
    except ReaderFault as fault:
        return str(fault)
    finally:
        scanner.close()
    return ""
