"""A note validator on SSP: which notes it takes, and what happens to each, from the bezel to the cash box.

A note that was read waits until the next poll takes it or a reject gives it back; a poll asked for nothing is a yes.
Credits are repeated by the device until they are acknowledged (where it can), so a program that dies in between hears
them again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from devices.cash import essp
from devices.cash.essp import Conversation, KeyLost
from devices.cash.line import CashFault, CashRefused
from kiosk.domain.money import exponent

What = Literal[
    "restarted", "reading", "held", "credit", "stacked", "rejecting", "rejected", "returned", "unknown", "jam", "fraud",
    "full", "closed", "box_out", "box_in", "busy", "open",
]  # fmt: skip
PROTOCOLS = (8, 7, 6)  # the newest we know first


@dataclass(frozen=True)
class NoteEvent:
    """`value` in minor units: of a held note, of a credit. "returned": out at the front after a power cut; "unknown": a
    note of no known value went to the cash box; "busy": a note is on its way; "closed": it takes none now."""

    what: What
    value: int = 0


@dataclass(frozen=True)
class Counters:
    """Its life-long counts."""

    stacked: int
    rejected: int


_EVENTS: dict[int, tuple[What, int]] = {
    0xF1: ("restarted", 0), 0xEF: ("held", 1), 0xEE: ("credit", 1), 0xEB: ("stacked", 0), 0xED: ("rejecting", 0),
    0xEC: ("rejected", 0), 0xCC: ("busy", 0), 0xE9: ("jam", 0), 0xEA: ("jam", 0), 0xE8: ("closed", 0),
    0xE6: ("fraud", 1), 0xE7: ("full", 0), 0xE1: ("returned", 1), 0xE2: ("credit", 1), 0xE3: ("box_out", 0),
    0xE4: ("box_in", 0), 0xE0: ("open", 0), 0xB5: ("closed", 0), 0xB6: ("busy", 0), 0xDB: ("stacked", 0),
}  # fmt: skip
"""What each means, and how many bytes follow it (protocol versions 6 to 8)."""
_TO_BE_ACKNOWLEDGED = frozenset({0xEE, 0xE6, 0xE2})


class Validator:
    """`currency`: channels of other currencies stay closed. Every call may raise CashFault."""

    def __init__(self, conversation: Conversation, currency: str) -> None:
        self._said, self._currency = conversation, currency
        self.pieces: dict[int, int] = {}  # value in minor units by channel
        self._acks = True
        self._owed = False  # an acknowledgement

    @property
    def where(self) -> str:
        return self._said.where

    def connect(self) -> str:
        """Begin the conversation; fills `pieces`; returns its serial number."""
        self._said.begin()
        self._owed = False
        for version in PROTOCOLS:
            try:
                self._said.ask(essp.PROTOCOL, bytes((version,)))
                break
            except KeyLost:
                raise
            except CashRefused:
                continue
        self.pieces = read_setup(self._said.ask(essp.SETUP), self._currency)
        self._acks = self._said.has_key
        return str(int.from_bytes(self._said.ask(essp.SERIAL)[:4], "big"))

    def about(self) -> str:
        return self._said.ask(essp.FIRMWARE).decode("ascii", "replace")

    def accept(self, values: frozenset[int]) -> None:
        """Take notes of these values and return all others; none = closed."""
        bits = sum(1 << channel - 1 for channel, value in self.pieces.items() if value in values)
        self._said.ask(essp.SET_INHIBITS, bits.to_bytes(2, "little"))
        self._said.ask(essp.ENABLE if bits else essp.DISABLE)

    def events(self) -> tuple[NoteEvent, ...]:
        """What happened since the last time; takes a note that is held. Call `acknowledge` once it is written down."""
        if self._acks:
            try:
                answer = self._said.ask(essp.POLL_WITH_ACK)
            except KeyLost:
                raise
            except CashRefused:
                self._acks = False
        if not self._acks:
            answer = self._said.ask(essp.POLL)
        self._owed = self._acks and any(code in _TO_BE_ACKNOWLEDGED for code, _ in _split(answer))
        return tuple(self._meant(code, data) for code, data in _split(answer))

    def acknowledge(self) -> None:
        """The events heard last are on disk: the device may forget them."""
        if self._owed:
            self._said.ask(essp.EVENT_ACK)
            self._owed = False

    def hold(self) -> bool:
        """Keep the held note for another ten seconds; False when there is none any more."""
        return self._yes(essp.HOLD)

    def reject(self) -> bool:
        """Give the held note back; False when there is none any more."""
        return self._yes(essp.REJECT)

    def counters(self) -> Counters | None:
        """None when it does not count."""
        try:
            answer = self._said.ask(essp.COUNTERS)
        except KeyLost:
            raise
        except CashRefused:
            return None
        if len(answer) < 21:
            return None
        return Counters(*(int.from_bytes(answer[at : at + 4], "little") for at in (1, 17)))

    def close(self) -> None:
        self._said.close()

    def _yes(self, command: int) -> bool:
        try:
            self._said.ask(command)
        except KeyLost:
            raise
        except CashRefused:
            return False
        return True

    def _meant(self, code: int, data: bytes) -> NoteEvent:
        what = _EVENTS[code][0]
        channel = data[0] if data else 0
        value = self.pieces.get(channel, 0)
        if what == "held" and not channel:
            return NoteEvent("reading")
        if what == "credit" and not value:
            return NoteEvent("unknown")
        return NoteEvent(what, value)


def _split(answer: bytes) -> list[tuple[int, bytes]]:
    """Events with their data; CashFault at one we do not know, because its length is not known either."""
    found, at = [], 0
    while at < len(answer):
        code = answer[at]
        if code not in _EVENTS:
            raise CashFault(f"the note validator tells of something unknown: 0x{code:02X}")
        length = _EVENTS[code][1]
        found.append((code, answer[at + 1 : at + 1 + length]))
        at += 1 + length
    return found


def read_setup(answer: bytes, currency: str) -> dict[int, int]:
    """Value in minor units by channel, for the channels in this currency; CashFault when it makes no sense.

    Channels are told in whole units of the currency (5 = five euros); the further multiplier is for displays.
    """
    try:
        count = answer[11]
        times = int.from_bytes(answer[8:11], "big") or 1
        values = [value * times for value in answer[12 : 12 + count]]
        version = answer[15 + 2 * count]
        currencies = [answer[5:8].decode("ascii")] * count
        if version >= 6:
            at = 16 + 2 * count
            currencies = [answer[at + 3 * n : at + 3 * n + 3].decode("ascii") for n in range(count)]
            at += 3 * count
            values = [int.from_bytes(answer[at + 4 * n : at + 4 * n + 4], "little") for n in range(count)]
            if len(answer) < at + 4 * count:
                raise IndexError
    except (IndexError, UnicodeDecodeError):
        raise CashFault(f"the note validator's setup makes no sense: {answer.hex(' ')}") from None
    minor = 10 ** exponent(currency)
    pairs = enumerate(zip(values, currencies, strict=True), 1)
    return {channel: value * minor for channel, (value, of) in pairs if value and of == currency}
