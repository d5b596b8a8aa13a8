"""What is asked of a terminal, and what it says of a transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from devices.payment.zvt import fields
from devices.payment.zvt.apdu import Apdu, Garbled, bcd, number_of

REGISTRATION, AUTHORISATION, COMPLETION, ABORT = 0x0600, 0x0601, 0x060F, 0x061E
TOTALS, REPEAT, REVERSAL, REFUND, END_OF_DAY = 0x0610, 0x0620, 0x0630, 0x0631, 0x0650
STOP, STATUS_ENQUIRY, STATUS, STEP = 0x06B0, 0x0501, 0x040F, 0x04FF
PRINT_LINE, PRINT_BLOCK = 0x06D1, 0x06D3

ACK = Apdu(0x8000)
NOT_ISSUED = Apdu(0x8466)  # to a status: the goods cannot be issued, give the money back
ASK_AGAIN = Apdu(0x849C)  # to a status: not yet, repeat it
NOT_POSSIBLE = Apdu(0x8483)

CURRENCIES = {
    "EUR": 978, "CNY": 156, "CHF": 756, "GBP": 826, "USD": 840, "SEK": 752, "NOK": 578, "DKK": 208, "PLN": 985,
    "CZK": 203, "HUF": 348, "RON": 946, "CAD": 124, "JPY": 392, "HKD": 344, "TWD": 901, "AUD": 36, "KRW": 410,
}  # fmt: skip
"""ISO 4217 code -> number."""

AMOUNT, CONTAINER, TRACE, TIME, DATE, RESULT = 0x04, 0x06, 0x0B, 0x0C, 0x0D, 0x27
CARD_NUMBER, TERMINAL, ORIGINAL_TRACE, CURRENCY = 0x22, 0x29, 0x37, 0x49
SINGLE_TOTALS, RECEIPT, SERVICE = 0x60, 0x87, 0x03

CONTROL = 0x08 | 0x10 | 0x20  # it tells its steps; payments and administration begin here only
RECEIPTS = 0x02 | 0x04 | 0x80  # we take its receipts
DIGITS_SHOWN = 4


def registration(password: str, currency: str, *, receipts: bool) -> Apdu:
    """06 00: what this terminal shall do for us, and that it may send texts as blocks."""
    may = fields.tlv(0x26, fields.tlv(0x0A, PRINT_BLOCK.to_bytes(2, "big")))
    config = CONTROL | (RECEIPTS if receipts else 0)
    more = fields.packed({SERVICE: b"\x01", CONTAINER: may})
    return Apdu(REGISTRATION, _password(password) + bytes((config,)) + bcd(_iso(currency), 2) + more)


def authorisation(amount_minor: int, currency: str) -> Apdu:
    return Apdu(AUTHORISATION, _money(amount_minor, currency))


def reversal(password: str, receipt: int) -> Apdu:
    return Apdu(REVERSAL, _password(password) + fields.packed({RECEIPT: bcd(receipt, 2)}))


def refund(password: str, amount_minor: int, currency: str) -> Apdu:
    return Apdu(REFUND, _password(password) + _money(amount_minor, currency))


def with_password(control: int, password: str) -> Apdu:
    """Repeat receipt, totals, end of day."""
    return Apdu(control, _password(password))


def status_enquiry(password: str) -> Apdu:
    """05 01: how is it?"""
    return Apdu(STATUS_ENQUIRY, _password(password))


def _money(amount_minor: int, currency: str) -> bytes:
    return fields.packed({AMOUNT: bcd(amount_minor, 6), CURRENCY: bcd(_iso(currency), 2)})


def _iso(currency: str) -> int:
    if currency not in CURRENCIES:
        raise Garbled(f"the currency {currency} has no number here")
    return CURRENCIES[currency]


def _password(digits: str) -> bytes:
    return bcd(int(digits), 3)


class Totals(NamedTuple):
    """Of a day."""

    payments: int
    sum_minor: int
    first_receipt: int = 0
    last_receipt: int = 0


@dataclass(frozen=True)
class Status:
    """A status information (04 0F): a transaction, or the totals of a day."""

    result: int
    amount_minor: int | None = None
    currency: int | None = None  # ISO number
    receipt: int | None = None
    trace: int | None = None
    date: str = ""  # MMDD
    time: str = ""  # HHMMSS
    terminal: str = ""
    original_trace: int | None = None  # of what a reversal gives back
    card: str = ""  # masked
    totals: Totals | None = None

    @property
    def at(self) -> str:
        return self.date + self.time

    @property
    def is_empty_day(self) -> bool:
        """The totals of a day without any payment."""
        return self.totals is not None and (self.totals.payments, self.totals.sum_minor) == (0, 0)


def status_of(apdu: Apdu) -> Status:
    """Garbled when a number in it is none. A result that is not told is no success."""
    found = fields.read(apdu.data)

    def number(field: int) -> int | None:
        return number_of(found[field]) if field in found else None

    return Status(
        result=found[RESULT][0] if RESULT in found else 0xFF,
        amount_minor=number(AMOUNT),
        currency=number(CURRENCY),
        receipt=number(RECEIPT),
        trace=number(TRACE),
        date=found.get(DATE, b"").hex(),
        time=found.get(TIME, b"").hex(),
        terminal=found.get(TERMINAL, b"").hex(),
        original_trace=number(ORIGINAL_TRACE),
        card=masked(found.get(CARD_NUMBER, b"").hex()),
        totals=_totals(found[SINGLE_TOTALS]) if SINGLE_TOTALS in found else None,
    )


def masked(digits: str) -> str:
    """The end of a card's number; whatever a terminal sends, no more is ever kept."""
    shown = digits.rstrip("f")[-DIGITS_SHOWN:]
    return f"**** **** **** {shown}" if len(shown) == DIGITS_SHOWN and shown.isdecimal() else ""


def _totals(data: bytes) -> Totals:
    """First and last receipt, then seven times (how many, their sum) by kind of card."""
    kinds = [data[at : at + 7] for at in range(4, len(data) - 6, 7)]
    count, total = sum(kind[0] for kind in kinds), sum(number_of(kind[1:]) for kind in kinds)
    return Totals(count, total, number_of(data[:2] or b"\0"), number_of(data[2:4] or b"\0"))


def state_of(completion: Apdu) -> int:
    """The state a completion of a status enquiry ends with: behind the version (a text of a length in digits), or
    alone. Garbled when there is none."""
    data = completion.data
    if len(data) >= 4 and all(byte & 0xF0 == 0xF0 for byte in data[:3]):
        size, at = fields.length_of(data, 0, 3)
        data = data[at + size :]
    if not data:
        raise Garbled("it does not say how it is")
    return data[0]


def step_of(apdu: Apdu) -> tuple[int, str]:
    """(code, the terminal's own text) of an intermediate status."""
    if not apdu.data:
        return 0xFF, ""
    try:
        found = fields.read(apdu.data[2:]) if apdu.data[2:3] == bytes((CONTAINER,)) else {}
        return apdu.data[0], " ".join(lines_of(found.get(CONTAINER, b"")))
    except Garbled:
        return apdu.data[0], ""


def lines_of(content: bytes, levels: int = 2) -> list[str]:
    """The lines of text in a container, in the terminal's usual code page; texts stand in texts, not deeper."""
    lines: list[str] = []
    for tag, data in fields.tags(content):
        if tag == 0x07:
            lines += data.decode("cp437", "replace").splitlines()
        elif tag in (0x24, 0x25) and levels:
            lines += lines_of(data, levels - 1)
    return lines
