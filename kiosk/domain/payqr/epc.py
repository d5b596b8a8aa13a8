"""The code for a SEPA credit transfer (EPC069-12, version 002), known as Girocode."""

from __future__ import annotations

from kiosk.domain.payqr import iban as ibans
from kiosk.domain.payqr.faults import BadPayee

BYTES_MAX = 331
NAME_MAX, WORDS_MAX = 70, 140
AMOUNT_MAX = 99_999_999_999  # cents


def code(name: str, iban: str, cents: int, *, reference: str = "", words: str = "", bic: str = "") -> str:
    """What the QR says (error correction M, as the rule wants it). `reference`: a creditor reference (RF...); or
    `words` for the account's statement. BadPayee says what cannot be used."""
    name = name.strip()
    if not name or len(name) > NAME_MAX or "\n" in name:
        raise BadPayee(f"the payee's name {name!r} must be one line of 1 to {NAME_MAX} characters")
    if not 0 < cents <= AMOUNT_MAX:
        raise BadPayee("a transfer is of 0.01 to 999999999.99 euros")
    if reference and words:
        raise BadPayee("a transfer has a reference or words, not both")
    if reference and not ibans.is_creditor_reference(reference):
        raise BadPayee(f"{reference!r} is not a creditor reference (RF and two check digits)")
    if len(words) > WORDS_MAX or "\n" in words:
        raise BadPayee(f"the words {words!r} must be one line of at most {WORDS_MAX} characters")
    lines = [
        "BCD", "002", "1", "SCT", ibans.bic(bic), name, ibans.iban(iban), f"EUR{cents // 100}.{cents % 100:02d}", "",
        reference, words,
    ]  # fmt: skip
    text = "\n".join(lines).rstrip("\n")
    if len(text.encode()) > BYTES_MAX:
        raise BadPayee(
            f"the code has {len(text.encode())} bytes; {BYTES_MAX} is the most: shorten the name or the words"
        )
    return text
