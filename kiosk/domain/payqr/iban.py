"""IBANs and creditor references (ISO 13616, ISO 11649): both are proved modulo 97."""

from __future__ import annotations

import re

from kiosk.domain.payqr.faults import BadPayee

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}")
_BIC = re.compile(r"[A-Z]{6}[0-9A-Z]{2}([0-9A-Z]{3})?")
_REFERENCE = re.compile(r"RF[0-9]{2}[0-9A-Z]{1,21}")
LENGTHS = {
    15: ("NO",),
    16: ("BE",),
    18: ("DK", "FI", "NL"),
    19: ("SI",),
    20: ("AT", "EE", "LT", "LU"),
    21: ("CH", "HR", "LI", "LV"),
    22: ("BG", "DE", "GB", "IE", "VA"),
    24: ("AD", "CZ", "ES", "RO", "SE", "SK"),
    25: ("PT",),
    26: ("IS",),
    27: ("FR", "GR", "IT", "MC", "SM"),
    28: ("CY", "HU", "PL"),
    31: ("MT",),
}
"""Of the countries of SEPA."""


def iban(text: str) -> str:
    """Without spaces; BadPayee when it cannot be an account."""
    found = text.replace(" ", "").upper()
    if not _IBAN.fullmatch(found) or found[:2] not in LENGTHS.get(len(found), ()) or _rest(found) != 1:
        raise BadPayee(f"{text!r} is not an IBAN of SEPA: a digit is wrong, or some are missing")
    return found


def bic(text: str) -> str:
    """ "" stays "": in SEPA the IBAN is enough."""
    found = text.strip().upper()
    if found and not _BIC.fullmatch(found):
        raise BadPayee(f"{text!r} is not a BIC")
    return found


def creditor_reference(own: str) -> str:
    """RF, two check digits, and up to 21 letters and digits of our own."""
    found = own.upper()
    if not re.fullmatch(r"[0-9A-Z]{1,21}", found):
        raise BadPayee(f"{own!r} must have 1 to 21 letters and digits")
    return f"RF{98 - _number(found + 'RF00') % 97:02d}{found}"


def is_creditor_reference(text: str) -> bool:
    return _REFERENCE.fullmatch(text) is not None and _rest(text) == 1


def _rest(text: str) -> int:
    return _number(text[4:] + text[:4]) % 97


def _number(text: str) -> int:
    return int("".join(str(int(sign, 36)) for sign in text))
