"""PromptPay (Thailand): a code for a telephone, a tax or an e-wallet number, or for a biller with references."""

from __future__ import annotations

import re

from kiosk.domain.payqr import emv
from kiosk.domain.payqr.faults import BadPayee

_PHONE = re.compile(r"0[689][0-9]{8}")
_REFERENCE = re.compile(r"[0-9A-Z]{1,20}")
TRANSFER, BILL = "A000000677010111", "A000000677010112"


def code(payee: str, minor: int, reference: str = "") -> str:
    """What the QR says. `payee`: a mobile number (0812345678), a tax or citizen number (13 digits) or an e-wallet (15
    digits), which carry no reference; or a biller (15 digits) with `reference`, 1 to 20 capitals and digits."""
    if reference:
        if not (payee.isascii() and payee.isdigit() and len(payee) == 15):
            raise BadPayee(f"{payee!r} is no biller's number: it has 15 digits")
        if not _REFERENCE.fullmatch(reference):
            raise BadPayee(f"{reference!r} must have 1 to 20 capital letters and digits")
        account: emv.Fields = {"00": BILL, "01": payee, "02": reference}
        place = "30"
    else:
        account, place = {"00": TRANSFER, **_number(payee)}, "29"
    return emv.build({"00": "01", "01": "12", place: account, "53": "764", "54": emv.amount(minor), "58": "TH"})


def _number(payee: str) -> dict[str, str]:
    if _PHONE.fullmatch(payee):
        return {"01": "0066" + payee[1:]}
    if payee.isascii() and payee.isdigit() and len(payee) == 13 and _is_citizen(payee):
        return {"02": payee}
    if payee.isascii() and payee.isdigit() and len(payee) == 15:
        return {"03": payee}
    raise BadPayee(
        f"{payee!r} is no PromptPay number: a mobile number such as 0812345678, 13 digits of a tax number, or 15 "
        "digits of an e-wallet"
    )


def _is_citizen(number: str) -> bool:
    """The last digit checks the others, modulo 11."""
    total = sum(weight * int(digit) for weight, digit in zip(range(13, 1, -1), number, strict=False))
    return (11 - total % 11) % 10 == int(number[12])
