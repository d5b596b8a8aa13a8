"""The configuration of cards and vouchers: [payment], [nexo], [voucher], and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass

PROTOCOLS = ("jsonline", "nexo")


@dataclass(frozen=True)
class PaymentSection:
    protocol: str = "jsonline"
    address: str = ""
    timeout_s: float = 90.0


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


def card_mistakes(payment: PaymentSection, nexo: NexoSection) -> list[str]:
    """What a protocol needs to know of its terminal."""
    if payment.protocol not in PROTOCOLS:
        return [f"[payment] protocol = {payment.protocol!r} must be {' or '.join(PROTOCOLS)}"]
    mistakes = []
    if payment.protocol == "nexo" and not nexo.poi_id:
        mistakes.append("[nexo] poi_id is missing: model and serial number, such as V400m-346403161")
    if payment.protocol == "nexo" and bool(nexo.ca_file) == bool(nexo.fingerprint):
        mistakes.append("[nexo] needs ca_file (who made the terminal's certificate) or fingerprint, and not both")
    digits = nexo.fingerprint.replace(":", "")
    if digits and not (len(digits) == 64 and all(sign in "0123456789abcdefABCDEF" for sign in digits)):
        mistakes.append("[nexo] fingerprint must be the certificate's SHA-256, 64 hexadecimal digits")
    return mistakes
