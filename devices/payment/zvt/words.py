"""What the codes of a terminal mean: results, what it waits for, how it is. Unknown codes have words too."""

from __future__ import annotations

DECLINED, CANCELLED, BUSY, CLOSING, UNREGISTERED, GONE, UNREACHABLE = (
    "declined", "cancelled", "busy", "end_of_day", "not_registered", "already_reversed", "unreachable"
)  # fmt: skip

RESULTS = {
    0x00: "no error",
    0x64: "card not readable",
    0x65: "no data on the card",
    0x66: "processing error",
    0x67: "not possible with girocard or Maestro",
    0x68: "not possible with this kind of card",
    0x6A: "turnover file full",
    0x6B: "terminal not registered",
    0x6C: "stopped by a key or by time",
    0x6E: "card is blocked",
    0x6F: "wrong currency",
    0x71: "not enough credit on the card",
    0x72: "chip error",
    0x73: "card data wrong",
    0x74: "keys of the terminal used up",
    0x75: "text not authentic",
    0x76: "card not on the list of the terminal",
    0x77: "end of day not possible",
    0x78: "card expired",
    0x79: "card not valid yet",
    0x7A: "card unknown",
    0x7B: "magnetic stripe not possible for girocard",
    0x7C: "magnetic stripe not possible",
    0x7D: "communication module does not answer",
    0x7E: "magnetic stripe not possible, debit advice is",
    0x83: "function not possible",
    0x85: "key missing",
    0x89: "PIN pad defective",
    0x9A: "protocol error",
    0x9B: "error on the line to the bank",
    0x9C: "please wait",
    0xA0: "receiver not ready",
    0xA1: "the other side does not answer",
    0xA3: "no connection",
    0xA4: "Geldkarte turnover cannot be handed in",
    0xA5: "not allowed by card security rules",
    0xB1: "memory full",
    0xB2: "merchant journal full",
    0xB4: "already reversed",
    0xB5: "reversal not possible",
    0xB7: "amount wrong or too high",
    0xB8: "error in a reservation",
    0xBF: "supply voltage too low",
    0xC0: "card lock defective",
    0xC1: "merchant card locked",
    0xC2: "diagnosis needed",
    0xC3: "maximum amount exceeded",
    0xC4: "card profiles must be loaded anew",
    0xC5: "way to pay not supported",
    0xC6: "currency not applicable",
    0xC8: "amount too small",
    0xC9: "greatest amount too small",
    0xCB: "possible in euro only",
    0xCC: "printer not ready",
    0xCD: "cashback not possible",
    0xD2: "not possible with service cards",
    0xDC: "a card is inserted",
    0xDD: "card cannot be put out",
    0xDE: "card cannot be taken in",
    0xE0: "remote maintenance",
    0xE2: "card reader does not answer",
    0xE3: "shutter closed",
    0xE4: "terminal must be activated",
    0xE7: "a group of goods is unknown",
    0xE8: "no table of groups of goods",
    0xE9: "restriction code not permitted",
    0xEA: "card code not permitted",
    0xEB: "PIN algorithm unknown",
    0xEC: "PIN not possible",
    0xED: "PIN pad defective",
    0xF0: "end of day is open",
    0xF1: "offline error of girocard or Maestro",
    0xF5: "personalisation error",
    0xF6: "terminal must be personalised",
    0xFA: "offline payments cannot be handed in",
    0xFB: "turnover record defective",
    0xFC: "a device is missing or defective",
    0xFD: "baud rate not supported",
    0xFE: "register unknown",
    0xFF: "system error",
}
"""Error messages of PA00P015; 01 to 63 are the bank's own."""

_REASONS = {
    0x6C: CANCELLED,
    0x6B: UNREGISTERED,
    **dict.fromkeys((0x9C, 0xA0, 0xDC, 0xE0), BUSY),
    **dict.fromkeys((0x6A, 0x77, 0xB1, 0xB2, 0xF0), CLOSING),
    **dict.fromkeys((0x7D, 0x9B, 0xA1, 0xA3), UNREACHABLE),  # its bank
    0xB4: GONE,
}
FOR_NOW = (BUSY, CLOSING, UNREGISTERED, UNREACHABLE)
"""Reasons that say nothing about the card or the payment: later the answer may be another."""


def result(code: int) -> str:
    """The words of a result code."""
    if 0x01 <= code <= 0x63:
        return f"refused by the bank ({code:02d})"
    return RESULTS.get(code, f"unknown result {code:02X}")


def reason(code: int) -> str:
    """Why no money moved, for `Declined`: one word when the word decides something, else "declined: ..."."""
    return _REASONS.get(code) or f"{DECLINED}: {result(code)}"


CARD, PIN, REMOVE, WAIT = "card", "pin", "remove_card", "wait"

STEPS = {
    0x00: (WAIT, "confirm the amount at the terminal"),
    0x01: (PIN, "look at the PIN pad"),
    0x02: (PIN, "look at the PIN pad"),
    0x03: (WAIT, "not accepted"),
    0x04: (WAIT, "asking the bank"),
    0x05: (WAIT, "giving the money back"),
    0x06: (WAIT, "booking what was left over"),
    0x07: (WAIT, "card not admitted"),
    0x08: (WAIT, "card unknown"),
    0x09: (WAIT, "card expired"),
    0x0A: (CARD, "insert or hold the card"),
    0x0B: (REMOVE, "take the card"),
    0x0C: (CARD, "card not readable"),
    0x0D: (WAIT, "processing error"),
    0x0E: (WAIT, "please wait"),
    0x0F: (WAIT, "end of day begins"),
    0x10: (WAIT, "card not valid"),
    0x11: (WAIT, "balance is shown"),
    0x12: (WAIT, "malfunction"),
    0x13: (WAIT, "payment not possible"),
    0x14: (WAIT, "not enough credit"),
    0x15: (PIN, "wrong PIN"),
    0x16: (WAIT, "limit not sufficient"),
    0x17: (WAIT, "please wait"),
    0x18: (WAIT, "wrong PIN too often"),
    0x19: (WAIT, "card data wrong"),
    0x1A: (WAIT, "service mode"),
    0x1B: (WAIT, "approved, please fill up"),
    0x1C: (WAIT, "approved, please take the goods"),
    0x1D: (WAIT, "declined"),
    0x26: (WAIT, "enter the mobile number"),
    0x27: (WAIT, "repeat the mobile number"),
    0x28: (WAIT, "choose a currency"),
    0x29: (WAIT, "choose a language"),
    0x2A: (CARD, "insert the card to load"),
    0x2B: (WAIT, "emergency transaction"),
    0x2C: (WAIT, "choose an application"),
    0x4A: (REMOVE, "take the card"),
    0x68: (WAIT, "a card was inserted"),
    0x69: (WAIT, "choose the currency to be charged"),
    0xC7: (WAIT, "enter the mileage"),
    0xC8: (WAIT, "waiting for staff"),
    0xC9: (WAIT, "diagnosis begins"),
    0xCA: (WAIT, "initialisation begins"),
    0xCB: (WAIT, "merchant journal full"),
    0xCC: (PIN, "PIN needed"),
    0xD2: (WAIT, "connecting"),
    0xD3: (WAIT, "connected"),
    0xE0: (WAIT, "choose an application"),
    0xE1: (WAIT, "choose a language"),
    0xE2: (WAIT, "cleaning card wanted"),
    0xF1: (WAIT, "offline"),
    0xF2: (WAIT, "online"),
    0xF3: (WAIT, "offline transaction"),
    0xFF: (WAIT, "see the terminal"),
}
"""Intermediate status -> (what the passenger is to do, in words). 41 to 67 are 01 to 27 and "take the card"."""


def step(code: int) -> tuple[str, str]:
    """(what of `Prompt`, words) of an intermediate status."""
    if code in STEPS:
        return STEPS[code]
    if 0x41 <= code <= 0x67 and code - 0x40 in STEPS:
        return REMOVE, f"{STEPS[code - 0x40][1]}; take the card"
    return WAIT, f"step {code:02X}"


STATES = {
    0x00: "ready",
    0x51: "initialisation needed",
    0x62: "date or time wrong",
    0x9C: "please wait",
    0x9D: "goods partly issued",
    0xB1: "memory full: end of day needed",
    0xB2: "merchant journal full: end of day needed",
    0xBF: "supply voltage too low",
    0xC0: "card lock defective",
    0xC1: "merchant card locked",
    0xC2: "diagnosis needed",
    0xC4: "card profiles must be loaded anew",
    0xCC: "printer not ready",
    0xDC: "a card is inserted",
    0xDF: "out of order",
    0xE0: "remote maintenance",
    0xE1: "card not taken out",
    0xE2: "card reader does not answer",
    0xE3: "shutter closed",
    0xE4: "terminal must be activated",
    0xF0: "end of day needed",
    0xF6: "terminal must be personalised",
}
"""How a terminal says it is (status enquiry)."""


def state(code: int) -> str:
    return STATES.get(code, f"unknown state {code:02X}")
