"""Codes that people read, type and say: no 0 O 1 I L U, groups of four, the last character is a check.

A ticket's human code is a short name made from its id by a hash. It is neither a secret nor a proof, and two of many
millions of tickets may share one: whoever looks a ticket up by it must be ready for more than one answer.
"""

from __future__ import annotations

import re
from hashlib import sha256

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # 30 characters
_BASE = len(ALPHABET)
SHOWN_MAX = 24  # letters of a code of another system
_TICKET_ID = re.compile("[0-9a-f]{16}")
SHOWN_MAX = 24  # letters of a code of another system


def human_code(ticket_id: str) -> str:
    """ "7QK4-MX29" of a ticket id (16 hex digits), or of the code of another system: seven characters and a check."""
    whole = bytes.fromhex(ticket_id) if is_ticket_id(ticket_id) else ticket_id.encode()
    digits = _digits(int.from_bytes(sha256(whole).digest()[:8], "big") % _BASE**7, 7)
    return _grouped(digits + _check(digits))


def is_ticket_id(code: str) -> bool:
    """Does a ticket that we signed go by it? Codes of other systems never look like this."""
    return _TICKET_ID.fullmatch(code) is not None


def shown_code(code: str) -> str:
    """What people compare with the paper: our human code, or of another system's code as much as fits."""
    if is_ticket_id(code):
        return human_code(code)
    return code if len(code) <= SHOWN_MAX else f"{code[: SHOWN_MAX - 1]}…"


def human_code_of(typed: str) -> str | None:
    """A typed code in its printed form; None when it is mistyped."""
    digits = normalise(typed)
    if len(digits) != 8 or any(c not in ALPHABET for c in digits) or _check(digits[:-1]) != digits[-1]:
        return None
    return _grouped(digits)


def enrolment_code(random: bytes) -> str:
    """A one-time code "XXXX-XXXX-XXXX" from at least 8 random bytes (11 characters, one check)."""
    digits = _digits(int.from_bytes(random, "big") % _BASE**11, 11)
    return _grouped(digits + _check(digits))


def enrolment_code_is_typed_right(code: str) -> bool:
    """Length, alphabet and check character; says nothing about whether it was ever given out."""
    digits = normalise(code)
    return len(digits) == 12 and all(c in ALPHABET for c in digits) and _check(digits[:-1]) == digits[-1]


def voucher_code(random: bytes) -> str:
    """A voucher's code "XXXX-XXXX-XXXX" from at least 8 random bytes (11 characters, one check): a secret."""
    return enrolment_code(random)


def voucher_code_of(typed: str) -> str | None:
    """A typed or scanned voucher code in its printed form; None when it is mistyped."""
    return _grouped(normalise(typed)) if enrolment_code_is_typed_right(typed) else None


def normalise(code: str) -> str:
    """Upper case without spaces and dashes."""
    return "".join(code.upper().replace("-", " ").split())


def _digits(value: int, count: int) -> str:
    digits = ""
    for _ in range(count):
        value, digit = divmod(value, _BASE)
        digits = ALPHABET[digit] + digits
    return digits


def _check(digits: str) -> str:
    # Weights 1, 2, 3 ... modulo 31 would need 31 signs; a Luhn-like scheme in base 30 finds every single
    # wrong character and nearly all swaps of neighbours.
    total = 0
    for position, character in enumerate(reversed(digits)):
        value = ALPHABET.index(character) * (2 if position % 2 == 0 else 1)
        total += value // _BASE + value % _BASE
    return ALPHABET[-total % _BASE]


def _grouped(digits: str) -> str:
    return "-".join(digits[i : i + 4] for i in range(0, len(digits), 4))
