"""PIX (Brazil): a static code with an amount and an identifier, by the BR Code manual of the Banco Central."""

from __future__ import annotations

import re

from kiosk.domain.payqr import emv
from kiosk.domain.payqr.faults import BadPayee

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_MAIL = re.compile(r"[a-z0-9.!#$&'*+/=?^_`{|}~-]+@[a-z0-9-]+(\.[a-z0-9-]+)+")
_PHONE = re.compile(r"\+55[1-9][0-9]9?[0-9]{8}")
_TXID = re.compile(r"[0-9A-Za-z]{1,25}")
KEY_MAX = 77


def code(key: str, name: str, city: str, minor: int, reference: str) -> str:
    """What the QR says. `key`: random (UUID), e-mail, telephone (+55...), CPF or CNPJ (digits). `reference`: 1 to 25
    letters and digits, by which the payment is found on the account. BadPayee says what cannot be used."""
    if not is_key(key):
        raise BadPayee(f"{key!r} is no PIX key: a random key, an e-mail, +55 and a telephone number, a CPF or a CNPJ")
    if not _TXID.fullmatch(reference):
        raise BadPayee(f"{reference!r} must have 1 to 25 letters and digits")
    return emv.build(
        {
            "00": "01",
            "26": {"00": "br.gov.bcb.pix", "01": key},
            "52": "0000",
            "53": "986",
            "54": emv.amount(minor),
            "58": "BR",
            "59": emv.words(name, "the payee's name", 25),
            "60": emv.words(city, "the payee's city", 15),
            "62": {"05": reference},
        }
    )


def is_key(key: str) -> bool:
    if len(key) > KEY_MAX:
        return False
    if key.isascii() and key.isdigit():
        return _cpf(key) or _cnpj(key)
    return any(pattern.fullmatch(key) for pattern in (_UUID, _MAIL, _PHONE))


def _cpf(key: str) -> bool:
    return _checked(key, 11, (range(10, 1, -1), range(11, 1, -1)))


def _cnpj(key: str) -> bool:
    first = (5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
    return _checked(key, 14, (first, (6, *first)))


def _checked(key: str, length: int, weights: tuple[range | tuple[int, ...], ...]) -> bool:
    """Two check digits, modulo 11; the same digit throughout is nobody's."""
    if len(key) != length or len(set(key)) == 1:
        return False
    for each in weights:
        rest = sum(weight * int(digit) for weight, digit in zip(each, key, strict=False)) * 10 % 11 % 10
        if rest != int(key[len(each)]):
            return False
    return True
