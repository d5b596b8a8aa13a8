"""The code of a Swiss QR-bill (SIX, version 2.3), without a debtor: whoever scans it fills in who pays."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.domain.payqr import iban as ibans
from kiosk.domain.payqr.faults import BadPayee

_LINE = {"name": 70, "street": 70, "house": 16, "postcode": 16, "town": 35}
AMOUNT_MAX = 99_999_999_999  # rappen
_CARRY = (0, 9, 4, 6, 8, 2, 7, 1, 3, 5)


@dataclass(frozen=True)
class Creditor:
    """Who is paid, with a structured address."""

    name: str
    postcode: str
    town: str
    country: str
    street: str = ""
    house: str = ""


def code(creditor: Creditor, iban: str, minor: int, currency: str, *, reference: str = "", words: str = "") -> str:
    """What the QR says. `reference`: 27 digits for a QR-IBAN, else a creditor reference (RF...) or none."""
    account = ibans.iban(iban)
    if account[:2] not in ("CH", "LI"):
        raise BadPayee(f"{iban!r}: a QR-bill is paid to an account in Switzerland or Liechtenstein")
    if currency not in ("CHF", "EUR") or not 0 < minor <= AMOUNT_MAX:
        raise BadPayee("a QR-bill is of 0.01 to 999999999.99 CHF or EUR")
    if len(words) > 140 or "\n" in words:
        raise BadPayee(f"the words {words!r} must be one line of at most 140 characters")
    nobody = [""] * 7
    lines = ["SPC", "0200", "1", account, *_address(creditor), *nobody, f"{minor // 100}.{minor % 100:02d}", currency]
    return "\n".join([*lines, *nobody, _kind(account, reference), reference, words, "EPD"])


def _address(creditor: Creditor) -> list[str]:
    for field, most in _LINE.items():
        text = getattr(creditor, field)
        needed = field in ("name", "postcode", "town")
        if (needed and not text.strip()) or len(text) > most or "\n" in text:
            raise BadPayee(f"the payee's {field} {text!r} must be one line of at most {most} characters")
    if len(creditor.country) != 2 or not creditor.country.isascii() or not creditor.country.isupper():
        raise BadPayee(f"the payee's country {creditor.country!r} must be two capital letters")
    return ["S", creditor.name, creditor.street, creditor.house, creditor.postcode, creditor.town, creditor.country]


def _kind(account: str, reference: str) -> str:
    """QRR, SCOR or NON; the account and the reference must fit each other."""
    if 30000 <= int(account[4:9]) <= 31999:
        if len(reference) != 27 or not reference.isdigit() or check_digit(reference[:26]) != reference[26]:
            raise BadPayee(f"a QR-IBAN needs a reference of 27 digits with its check digit, not {reference!r}")
        return "QRR"
    if not reference:
        return "NON"
    if not ibans.is_creditor_reference(reference):
        raise BadPayee(f"{reference!r} is not a creditor reference (RF and two check digits)")
    return "SCOR"


def check_digit(digits: str) -> str:
    """Modulo 10, recursive."""
    carry = 0
    for digit in digits:
        carry = _CARRY[(carry + int(digit)) % 10]
    return str((10 - carry) % 10)
