"""Bitmaps (one byte that says what follows) and TLV containers: reading and writing them.

Unlike TLV, a bitmap that is not known cannot be skipped; what stands behind it is not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from devices.payment.zvt.apdu import Garbled

CONTAINER = 0x06
TAG_MAX = 4  # bytes
FIXED = {
    0x01: 1, 0x02: 1, 0x03: 1, 0x04: 6, 0x05: 1, 0x0B: 3, 0x0C: 3, 0x0D: 2, 0x0E: 2, 0x17: 2, 0x19: 1, 0x27: 1,
    0x29: 4, 0x2A: 15, 0x37: 3, 0x3A: 2, 0x3B: 8, 0x3D: 3, 0x49: 2, 0x70: 4, 0x71: 4, 0x72: 1, 0x73: 1, 0x74: 1,
    0x75: 1, 0x76: 1, 0x87: 2, 0x88: 3, 0x8A: 1, 0x8C: 1, 0xA0: 1, 0xAA: 3, 0xBA: 5, 0xD0: 1, 0xD2: 1, 0xD3: 1,
    0xE0: 1, 0xE9: 1, 0xEA: 1, 0xEB: 8, 0xF0: 1, 0xF9: 1, 0xFA: 1, 0xFB: 1, 0xFC: 1, 0xFD: 1,
}  # fmt: skip
"""Bitmap -> bytes of its data (PA00P015, chapter "Summary of utilised BMPs")."""
DIGITS = {
    **dict.fromkeys((0x22, 0x23, 0x2D, 0x8B, 0xA7, 0xD1, *range(0xE1, 0xE9), *range(0xF1, 0xF9)), 2),
    **dict.fromkeys((0x24, 0x2E, 0x3C, 0x60, 0x9A, 0xAF), 3),
}
"""Bitmap -> digits of its length: each in the low half of a byte (F1 F2 = 12)."""


def read(data: bytes) -> dict[int, bytes]:
    """Bitmap -> its data; of the container its content. Garbled when one is cut off or comes twice."""
    found: dict[int, bytes] = {}
    at = 0
    while at < len(data):
        bitmap, at = data[at], at + 1
        if bitmap in FIXED:
            size = FIXED[bitmap]
        elif bitmap in DIGITS:
            size, at = length_of(data, at, DIGITS[bitmap])
        elif bitmap == CONTAINER:
            size, at = tlv_length(data, at)
        else:
            break
        if bitmap in found or at + size > len(data):
            raise Garbled(f"the field {bitmap:02X} is cut off or comes twice")
        found[bitmap] = data[at : at + size]
        at += size
    return found


def length_of(data: bytes, at: int, digits: int) -> tuple[int, int]:
    """(length, where the data begins) of a length in digits."""
    said = data[at : at + digits]
    if len(said) < digits or any(byte & 0x0F > 9 for byte in said):
        raise Garbled("a length is cut off or no number")
    return int("".join(str(byte & 0x0F) for byte in said)), at + digits


def tlv_length(data: bytes, at: int) -> tuple[int, int]:
    """(length, where the data begins): below 80 the length itself, 81 and 82 are followed by one or two bytes."""
    if at >= len(data):
        raise Garbled("a length is cut off")
    more = data[at] - 0x80
    if more < 0:
        return data[at], at + 1
    if more not in (1, 2) or at + more >= len(data):
        raise Garbled("a length is cut off or too long")
    return int.from_bytes(data[at + 1 : at + 1 + more], "big"), at + 1 + more


def tags(content: bytes) -> Iterator[tuple[int, bytes]]:
    """(tag, data) of a container, one after the other; Garbled when one is cut off."""
    at = 0
    while at < len(content):
        begin, at = at, at + 1
        if content[begin] & 0x1F == 0x1F:
            while at < len(content) and content[at] & 0x80 and at - begin < TAG_MAX:
                at += 1
            at += 1
        tag = int.from_bytes(content[begin:at], "big")
        size, at = tlv_length(content, at)
        if at + size > len(content):
            raise Garbled(f"the tag {tag:X} is cut off")
        yield tag, content[at : at + size]
        at += size


def tlv(tag: int, data: bytes) -> bytes:
    """A data object."""
    size = len(data)
    more = 0 if size < 0x80 else 1 if size <= 0xFF else 2
    length = (bytes((0x80 + more,)) if more else b"") + size.to_bytes(max(more, 1), "big")
    return tag.to_bytes(max(1, (tag.bit_length() + 7) // 8), "big") + length + data


def packed(fields: Mapping[int, bytes]) -> bytes:
    """Bitmaps in the order given."""
    parts = []
    for bitmap, data in fields.items():
        if bitmap == CONTAINER:
            parts.append(tlv(CONTAINER, data))
        elif bitmap in DIGITS:
            size = f"{len(data):0{DIGITS[bitmap]}d}"
            parts.append(bytes((bitmap, *(0xF0 | int(digit) for digit in size))) + data)
        elif FIXED.get(bitmap) == len(data):
            parts.append(bytes((bitmap,)) + data)
        else:
            raise Garbled(f"{len(data)} bytes are not the size of field {bitmap:02X}")
    return b"".join(parts)
