"""The ticket's own proof: layout T1, 114 bytes with its signature, as text for a QR code.

Layout, big endian (field notes "reliability" D.3):

    off len field
      0   1 format 0x01
      1   1 flags: 1 test, 2 issued offline, 4 named, 8 dynamic, 16 return, 32 group
      2   4 key id: first 4 bytes of SHA-256 of the terminal certificate
      6   2 tenant
      8   8 ticket id: terminal 16 bit, incarnation 8 bit, seq 40 bit
     16   4 issued, unix s
     20   4 journey id
     24   2 validity start: minutes from the departure of the journey's first call, signed
     26   2 validity length, minutes
     28   1 from call        29 1 to call
     30   2 coach 6 bit, seat 10 bit, ordinals from 1; 0 = unreserved
     32   1 product class: ordinal of the place class, 255 = unreserved
     33   1 persons (high 4 bits), rider category ordinal (low 4 bits)
     34   3 price, minor units; 0xFFFFFF = not stated    37 1 currency index
     38   1 gate group      39 1 reserved, 0
     40   8 holder binding (kiosk.domain.holder), or 0; not 0 exactly where flag 4 is set
     48   1 extensions: number of entries    49 1 reserved, 0
     50 n   extensions: type 1, length 1, value; high bit of the type = critical; n <= 32
   50+n  64 Ed25519 over b"TKT1" + everything before it

Anything unknown is refused: format, flag, critical extension, trailing byte, non-canonical length.
"""

from __future__ import annotations

import struct

import base45
import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kiosk.domain.errors import BadTicket

FORMAT = 0x01
PREFIX = "T1:"
CONTEXT = b"TKT1"
SIGNATURE_LENGTH = 64
EXTENSIONS_LENGTH_MAX = 32
PRICE_NOT_STATED = 0xFFFFFF
UNRESERVED_CLASS = 255

FLAG_TEST, FLAG_OFFLINE, FLAG_NAMED, FLAG_DYNAMIC, FLAG_RETURN, FLAG_GROUP = 1, 2, 4, 8, 16, 32
# Dynamic tickets need a second level that this format does not carry yet, so the flag is refused.
_KNOWN_FLAGS = FLAG_TEST | FLAG_OFFLINE | FLAG_NAMED | FLAG_RETURN | FLAG_GROUP

# Index in the ticket -> ISO 4217 code. Append only: printed tickets hold the index.
# fmt: off
CURRENCIES = (
    "XXX", "AED", "ARS", "AUD", "BDT", "BGN", "BHD", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EGP",
    "EUR", "GBP", "GEL", "HKD", "HRK", "HUF", "IDR", "ILS", "INR", "IRR", "ISK", "JOD", "JPY", "KES", "KRW", "KWD",
    "KZT", "LKR", "MAD", "MOP", "MXN", "MYR", "NGN", "NOK", "NPR", "NZD", "OMR", "PEN", "PHP", "PKR", "PLN", "QAR",
    "RON", "RSD", "RUB", "SAR", "SEK", "SGD", "THB", "TND", "TRY", "TWD", "TZS", "UAH", "UGX", "USD", "UYU", "UZS",
    "VND", "XAF", "XOF", "ZAR",
    "AFN", "ALL", "AMD", "AOA", "AWG", "AZN", "BAM", "BBD", "BIF", "BMD", "BND", "BOB", "BSD", "BTN", "BWP", "BYN",
    "BZD", "CDF", "CRC", "CUP", "CVE", "DJF", "DOP", "DZD", "ERN", "ETB", "FJD", "FKP", "GHS", "GIP", "GMD", "GNF",
    "GTQ", "GYD", "HNL", "HTG", "IQD", "JMD", "KGS", "KHR", "KMF", "KPW", "KYD", "LAK", "LBP", "LRD", "LSL", "LYD",
    "MDL", "MGA", "MKD", "MMK", "MNT", "MRU", "MUR", "MVR", "MWK", "MZN", "NAD", "NIO", "PAB", "PGK", "PYG", "RWF",
    "SBD", "SCR", "SDG", "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "TJS", "TMT", "TOP", "TTD",
    "VED", "VES", "VUV", "WST", "XCD", "XCG", "XPF", "YER", "ZMW", "ZWG",
)
# fmt: on

_FIXED = struct.Struct(">BB4sHQIIhHBBHBB3sBBB8sBB")
assert _FIXED.size == 50


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """Every field of a T1 ticket."""

    key_id: bytes  # 4 bytes
    tenant: int
    terminal_id: int
    incarnation: int
    seq: int
    issued: int  # unix s
    journey_id: int
    valid_from_min: int  # from the departure of the journey's first call
    valid_for_min: int
    from_call: int
    to_call: int
    coach: int = 0
    seat: int = 0
    product_class: int = UNRESERVED_CLASS
    persons: int = 1
    category: int = 0
    price_minor: int | None = None  # None = not stated
    currency: str = "XXX"
    gate_group: int = 0
    holder: bytes = bytes(8)
    flags: int = 0
    extensions: tuple[tuple[int, bytes], ...] = ()

    @property
    def ticket_id(self) -> str:
        """16 hex digits: terminal, incarnation, seq."""
        return ticket_id(self.terminal_id, self.incarnation, self.seq)

    @property
    def reserved(self) -> bool:
        """Has a place of its own."""
        return self.coach > 0


def ticket_id(terminal_id: int, incarnation: int, seq: int) -> str:
    """The id under which a ticket is known everywhere, 16 hex digits."""
    return f"{(terminal_id << 48) | (incarnation << 40) | seq:016x}"


def pack(ticket: Ticket) -> bytes:
    """The signed part (without signature). ValueError for what `unpack` would not read back.

    A price that does not fit, or whose currency has no index, is not stated: a number alone would mislead.
    """
    if not 0 < ticket.terminal_id < 1 << 16 or not 0 < ticket.incarnation < 1 << 8:
        raise ValueError(f"terminal {ticket.terminal_id}.{ticket.incarnation} does not fit a ticket")
    if not 0 < ticket.seq < 1 << 40:
        raise ValueError(f"seq {ticket.seq} does not fit a ticket")
    if not 0 <= ticket.coach < 1 << 6 or not 0 <= ticket.seat < 1 << 10:
        raise ValueError(f"coach {ticket.coach} seat {ticket.seat} does not fit a ticket")
    if ticket.flags & ~_KNOWN_FLAGS or not 0 <= ticket.persons < 16 or not 0 <= ticket.category < 16:
        raise ValueError("flags, persons or category do not fit a ticket")
    if len(ticket.key_id) != 4 or len(ticket.holder) != 8:
        raise ValueError("key id or holder do not fit a ticket: they have 4 and 8 bytes")
    price, currency = _price(ticket)
    try:
        fixed = _FIXED.pack(
            FORMAT,
            ticket.flags,
            ticket.key_id,
            ticket.tenant,
            int(ticket.ticket_id, 16),
            ticket.issued,
            ticket.journey_id,
            ticket.valid_from_min,
            ticket.valid_for_min,
            ticket.from_call,
            ticket.to_call,
            ticket.coach << 10 | ticket.seat,
            ticket.product_class,
            ticket.persons << 4 | ticket.category,
            price.to_bytes(3, "big"),
            currency,
            ticket.gate_group,
            0,
            ticket.holder,
            len(ticket.extensions),
            0,
        )
    except struct.error as error:
        raise ValueError(f"a field does not fit a ticket: {error}") from None
    extensions = b"".join(bytes((kind, len(value))) + value for kind, value in ticket.extensions)
    if len(extensions) > EXTENSIONS_LENGTH_MAX:
        raise ValueError("extensions are longer than 32 bytes")
    payload = fixed + extensions
    try:
        unpack(payload)  # whatever is sold must be readable: a passenger would learn of it at the gate
    except BadTicket as fault:
        raise ValueError(f"no gate would read this ticket: {fault}") from None
    return payload


def _price(ticket: Ticket) -> tuple[int, int]:
    """(24 bits, currency index)."""
    if ticket.currency not in CURRENCIES:
        return PRICE_NOT_STATED, 0
    price = PRICE_NOT_STATED if ticket.price_minor is None else min(ticket.price_minor, PRICE_NOT_STATED)
    if price < 0:
        raise ValueError(f"a price of {price} does not fit a ticket")
    return price, CURRENCIES.index(ticket.currency)


def unpack(payload: bytes) -> Ticket:
    """Inverse of `pack`; BadTicket for anything this program does not know."""
    if not 50 <= len(payload) <= 50 + EXTENSIONS_LENGTH_MAX:
        raise BadTicket(f"a ticket has 50 to 82 bytes, this has {len(payload)}")
    (
        version,
        flags,
        key_id,
        tenant,
        whole_id,
        issued,
        journey_id,
        valid_from_min,
        valid_for_min,
        from_call,
        to_call,
        place,
        product_class,
        persons_category,
        price_bytes,
        currency_index,
        gate_group,
        reserved_a,
        holder,
        extension_count,
        reserved_b,
    ) = _FIXED.unpack_from(payload)
    if version != FORMAT:
        raise BadTicket(f"unknown ticket format {version}")
    if flags & ~_KNOWN_FLAGS:
        raise BadTicket(f"unknown ticket flags {flags:#04x}")
    if reserved_a or reserved_b:
        raise BadTicket("reserved bytes are in use")
    if currency_index >= len(CURRENCIES):
        raise BadTicket(f"unknown currency {currency_index}")
    coach, seat = place >> 10, place & 0x3FF
    if bool(coach) != bool(seat):
        raise BadTicket("a coach without a seat, or a seat without a coach")
    if from_call >= to_call:
        raise BadTicket("the ride ends before it begins")
    if bool(flags & FLAG_NAMED) != any(holder):
        raise BadTicket("a name that is bound without its flag, or a flag without a name")
    price = int.from_bytes(price_bytes, "big")
    return Ticket(
        key_id=key_id,
        tenant=tenant,
        terminal_id=whole_id >> 48,
        incarnation=whole_id >> 40 & 0xFF,
        seq=whole_id & (1 << 40) - 1,
        issued=issued,
        journey_id=journey_id,
        valid_from_min=valid_from_min,
        valid_for_min=valid_for_min,
        from_call=from_call,
        to_call=to_call,
        coach=coach,
        seat=seat,
        product_class=product_class,
        persons=persons_category >> 4,
        category=persons_category & 0x0F,
        price_minor=None if price == PRICE_NOT_STATED else price,
        currency=CURRENCIES[currency_index],
        gate_group=gate_group,
        holder=holder,
        flags=flags,
        extensions=_extensions(payload[50:], extension_count),
    )


def _extensions(data: bytes, count: int) -> tuple[tuple[int, bytes], ...]:
    found = []
    for _ in range(count):
        if len(data) < 2 or len(data) < 2 + data[1]:
            raise BadTicket("a ticket extension is cut off")
        kind, length = data[0], data[1]
        if kind & 0x80:
            raise BadTicket(f"unknown critical extension {kind}")
        found.append((kind, data[2 : 2 + length]))
        data = data[2 + length :]
    if data:
        raise BadTicket("bytes after the last extension")
    return tuple(found)


def sign(payload: bytes, key: Ed25519PrivateKey) -> str:
    """Text for the QR code. Ed25519 is deterministic: the same payload gives the same code."""
    return PREFIX + str(base45.b45encode(payload + key.sign(CONTEXT + payload)), "ascii")


def read(text: str) -> tuple[Ticket, bytes, bytes]:
    """(ticket, payload, signature) of a scanned text; the signature is NOT checked here."""
    if not text.startswith(PREFIX):
        raise BadTicket("not a ticket of this system")
    body = text[len(PREFIX) :]
    if len(body) > 220:
        raise BadTicket("longer than any ticket")
    try:
        data = base45.b45decode(body)
    except ValueError:
        raise BadTicket("the code is damaged: not Base45") from None
    if base45.b45encode(data).decode("ascii") != body:
        raise BadTicket("the code is not in its canonical form")
    payload, signature = data[:-SIGNATURE_LENGTH], data[-SIGNATURE_LENGTH:]
    return unpack(payload), payload, signature


def verified(payload: bytes, signature: bytes, key: Ed25519PublicKey) -> bool:
    """Was this payload signed by that terminal?"""
    try:
        key.verify(signature, CONTEXT + payload)
    except InvalidSignature:
        return False
    return True
