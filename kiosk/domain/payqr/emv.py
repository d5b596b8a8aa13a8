"""EMV merchant-presented codes (EMVCo QRCPS-MPM 1.1): fields of two digits, two digits of length, text; CRC at the end.

PIX, PromptPay and their like are templates of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.domain.payqr.faults import BadPayee

Fields = Mapping[str, "str | Fields"]  # by id, in the order of the ids
VALUE_MAX = 99
CRC = "63"


def build(fields: Fields) -> str:
    """The whole code with its CRC. BadPayee for a value that is empty, too long or not plain ASCII."""
    body = _join(dict(sorted(fields.items()))) + f"{CRC}04"
    return body + f"{crc16(body):04X}"


def _join(fields: Fields) -> str:
    parts = []
    for name, value in fields.items():
        text = value if isinstance(value, str) else _join(dict(sorted(value.items())))
        if not text or len(text) > VALUE_MAX:
            raise BadPayee(f"field {name} of the code must have 1 to {VALUE_MAX} characters, not {len(text)}")
        if not text.isascii() or not text.isprintable():
            raise BadPayee(f"{text!r} in the code must be letters, digits and signs of ASCII, without accents")
        parts.append(f"{name}{len(text):02d}{text}")
    return "".join(parts)


def crc16(text: str) -> int:
    """CRC-16/CCITT-FALSE: polynomial 1021, from FFFF."""
    crc = 0xFFFF
    for byte in text.encode("ascii"):
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1
    return crc & 0xFFFF


def amount(minor: int, places: int = 2) -> str:
    """A decimal amount, more than nothing, of at most 13 characters."""
    if minor <= 0:
        raise BadPayee("a payment code needs an amount of more than nothing")
    text = f"{minor // 10**places}.{minor % 10**places:0{places}d}"
    if len(text) > 13:
        raise BadPayee(f"{text} is more than a payment code can ask for")
    return text


def words(text: str, what: str, most: int) -> str:
    """A name for people, as the code can carry it."""
    text = text.strip()
    if not text or len(text) > most or not text.isascii() or not text.isprintable():
        raise BadPayee(f"{what} {text!r} must have 1 to {most} letters, digits or signs of ASCII, without accents")
    return text
