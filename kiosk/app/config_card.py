"""The configuration of cards and vouchers, [payment], [nexo], [zvt], [offline], [voucher], and its mistakes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from kiosk.domain.offline import HOUR_S, OfflinePolicy

PROTOCOLS = ("jsonline", "nexo", "zvt")
OFFLINE_PROTOCOLS = ("nexo",)


@dataclass(frozen=True)
class PaymentSection:
    protocol: str = "jsonline"
    address: str = ""
    timeout_s: float = 90.0

    @property
    def serial(self) -> bool:
        """On a serial line."""
        return self.protocol == "zvt" and self.address.startswith("/")


@dataclass(frozen=True)
class ZvtSection:
    password: str = field(default="000000", repr=False)
    currency: str = "EUR"
    receipts: bool = True
    two_phase: bool = True
    card_refunds: bool = False


@dataclass(frozen=True)
class NexoSection:
    poi_id: str = ""
    sale_id: str = ""
    key_file: str = ""
    ca_file: str = ""
    fingerprint: str = ""
    notices: str = ""


@dataclass(frozen=True)
class VoucherSection:
    accepted: bool = False


@dataclass(frozen=True)
class OfflineSection:
    each_max: float = 0.0
    total_max: float = 0.0
    count_max: int = 0
    age_max_h: float = 0.0

    def policy(self) -> OfflinePolicy:
        each, total = Decimal(str(self.each_max)), Decimal(str(self.total_max))
        return OfflinePolicy(each, total, self.count_max, self.age_max_h * HOUR_S)


def offline_mistakes(offline: OfflineSection, payment: PaymentSection) -> list[str]:
    """All or none, and only where a terminal says which approvals it made alone."""
    values = {name: getattr(offline, name) for name in ("each_max", "total_max", "count_max", "age_max_h")}
    mistakes = [f"[offline] {name} = {value:g} must not be negative" for name, value in values.items() if value < 0]
    missing = [name for name, value in values.items() if value == 0]
    if 0 < len(missing) < len(values):
        mistakes.append(f"[offline] {' and '.join(missing)} must be set too: a policy has all four caps, or none")
    if not missing and payment.protocol not in OFFLINE_PROTOCOLS:
        mistakes.append(
            f"[offline] is for {' and '.join(OFFLINE_PROTOCOLS)}: a terminal that speaks {payment.protocol} "
            "does not say which payments it approved without its bank"
        )
    return mistakes


def card_mistakes(payment: PaymentSection, nexo: NexoSection, zvt: ZvtSection) -> list[str]:
    """What a protocol needs to know of its terminal."""
    if payment.protocol not in PROTOCOLS:
        return [f"[payment] protocol = {payment.protocol!r} must be {' or '.join(PROTOCOLS)}"]
    mistakes = _zvt(payment, zvt)
    if payment.protocol == "nexo" and not nexo.poi_id:
        mistakes.append("[nexo] poi_id is missing: model and serial number, such as V400m-346403161")
    if payment.protocol == "nexo" and bool(nexo.ca_file) == bool(nexo.fingerprint):
        mistakes.append("[nexo] needs ca_file (who made the terminal's certificate) or fingerprint, and not both")
    digits = nexo.fingerprint.replace(":", "")
    if digits and not (len(digits) == 64 and all(sign in "0123456789abcdefABCDEF" for sign in digits)):
        mistakes.append("[nexo] fingerprint must be the certificate's SHA-256, 64 hexadecimal digits")
    return mistakes


def _zvt(payment: PaymentSection, zvt: ZvtSection) -> list[str]:
    from devices.payment.zvt.messages import CURRENCIES

    mistakes = []
    if payment.serial and not re.fullmatch(r"/[^@]+(@[1-9][0-9]{2,6})?", payment.address):
        mistakes.append(f"[payment] address = {payment.address!r} must be a device, or DEVICE@BAUD")
    if not re.fullmatch("[0-9]{6}", zvt.password):
        mistakes.append("[zvt] password must be six digits in quotes")  # and is not shown
    if zvt.currency not in CURRENCIES:
        mistakes.append(f"[zvt] currency = {zvt.currency!r} must be one of {', '.join(sorted(CURRENCIES))}")
    return mistakes
