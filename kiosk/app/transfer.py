"""Builds bank transfers by code from the configuration: whose account, in which country's format."""

from __future__ import annotations

from kiosk.app.config_scanpay import CURRENCIES, TransferSection
from kiosk.domain.payqr import epc, iban, pix, promptpay, swiss
from kiosk.domain.payqr.faults import BadPayee


def code(account: TransferSection, minor: int, reference: str) -> str:
    """What the QR says; BadPayee names what cannot be used."""
    match account.format:
        case "epc":
            rf = iban.creditor_reference(reference)
            return epc.code(account.name, account.payee, minor, reference=rf, bic=account.bic)
        case "pix":
            return pix.code(account.payee, account.name, account.town, minor, reference)
        case "promptpay":
            return promptpay.code(account.payee, minor, reference if account.biller else "")
        case _:
            creditor = swiss.Creditor(
                account.name, account.postcode, account.town, account.country, account.street, account.house
            )
            return swiss.code(creditor, account.payee, minor, account.currency, reference=_swiss(account, reference))


def _swiss(account: TransferSection, reference: str) -> str:
    """For a QR-IBAN 27 digits, which say the same; else a creditor reference."""
    if not 30000 <= int(iban.iban(account.payee)[4:9]) <= 31999:
        return iban.creditor_reference(reference)
    digits = f"{int(reference, 36):026d}"
    return digits + swiss.check_digit(digits)


def transfer_mistakes(account: TransferSection) -> list[str]:
    """What is wrong with [transfer]: tried with a small amount."""
    if not account.format:
        return []
    if account.format not in CURRENCIES:
        return [f"[transfer] format = {account.format!r} must be {', '.join(CURRENCIES)}"]
    mistakes = []
    if not account.attended:
        mistakes.append(
            "[transfer] attended must be true: only a person can tell whether a transfer came, so staff must stand by"
        )
    if account.currency not in CURRENCIES[account.format]:
        mistakes.append(f"[transfer] currency must be {' or '.join(CURRENCIES[account.format])} for {account.format}")
    try:
        code(account, 100, "AB12CD34")
    except BadPayee as bad:
        mistakes.append(f"[transfer] {bad}")
    return mistakes
