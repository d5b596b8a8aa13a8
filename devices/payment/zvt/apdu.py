"""An APDU: two control bytes, a length, data. The length is one byte, or FF and two bytes with the low one first."""

from __future__ import annotations

from dataclasses import dataclass

LONG = 0xFF  # as the length: two more bytes say it
DATA_MAX = 0xFFFF


class Garbled(ValueError):
    """What came is not ZVT, or is cut off."""


@dataclass(frozen=True)
class Apdu:
    """`control`: class and instruction (0x0601), or 0x80 or 0x84 and the return code."""

    control: int
    data: bytes = b""

    def packed(self) -> bytes:
        size = len(self.data)
        if size > DATA_MAX:
            raise Garbled(f"{size} bytes do not fit into an APDU")
        length = bytes((size,)) if size < LONG else bytes((LONG, size & 0xFF, size >> 8))
        return self.control.to_bytes(2, "big") + length + self.data

    def __str__(self) -> str:
        return f"{self.control >> 8:02X} {self.control & 0xFF:02X}"


def size_of(head: bytes) -> int | None:
    """How many bytes the APDU has that begins so; None = too little is there to say."""
    if len(head) < 3:
        return None
    if head[2] != LONG:
        return 3 + head[2]
    return 5 + head[3] + (head[4] << 8) if len(head) >= 5 else None


def read(raw: bytes) -> Apdu:
    """Exactly one APDU; Garbled when there is less or more."""
    size = size_of(raw)
    if size is None or size != len(raw):
        raise Garbled(f"{len(raw)} bytes are no APDU")
    return Apdu(int.from_bytes(raw[:2], "big"), raw[5 if raw[2] == LONG else 3 :])


def bcd(number: int, size: int) -> bytes:
    """A number as packed decimal digits in so many bytes."""
    if not 0 <= number < 100**size:
        raise Garbled(f"{number} does not fit into {2 * size} digits")
    return bytes.fromhex(f"{number:0{2 * size}d}")


def number_of(packed: bytes) -> int:
    """The number that packed decimal digits say; Garbled when one is no digit."""
    digits = packed.hex()
    if not digits.isdecimal():
        raise Garbled(f"{digits} is no decimal number")
    return int(digits)
