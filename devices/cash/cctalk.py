"""ccTalk: frames on a half-duplex bus where every sender hears itself, and who may be asked twice.

Source: ccTalk generic specification 4.7, parts 1 to 3 (public). Frame: destination, length, source, header, data,
checksum (all bytes add up to 0). With CRC the source's place holds the CRC's low byte and the checksum's the high one.
"""

from __future__ import annotations

import threading
import time

from devices.cash.line import CashFault, CashRefused, Line

HOST = 1
ACK, NAK, BUSY = 0, 5, 6
BAUD = 9600
TRIES = {True: 3, False: 1}  # of what may be asked again, and of what may not

RESET, PURGE, DISPENSE, EMERGENCY_STOP = 1, 121, 167, 172
SIMPLE_POLL, MAKER, CATEGORY, PRODUCT, SERIAL, REVISION = 254, 246, 245, 244, 242, 241
STATUS, SELF_CHECK, ACCEPT_COUNT, CREDITS = 248, 232, 225, 229
INHIBIT, MASTER_INHIBIT, SORTER_PATH, COIN_ID = 231, 228, 210, 184
LEVELS, DISPENSE_COUNT, HOPPER_STATUS, ENABLE, TEST, PUMP_RNG, CIPHER_KEY = 217, 168, 166, 164, 163, 161, 160

_ONCE = frozenset({RESET, PURGE, DISPENSE})
"""Commands that move money or forget things: sent again they may do it again."""
QUIET_S = 0.05  # after a fault: what is still on its way belongs to no question
_IS_THERE = 2  # tries of the question whether it is there at all: many devices may be silent at once


def crc(data: bytes) -> int:
    """CRC-CCITT, polynomial 0x1021, from 0."""
    value = 0
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1 ^ 0x1021 if value & 0x8000 else value << 1) & 0xFFFF
    return value


def frame(to: int, header: int, data: bytes = b"", *, source: int = HOST, with_crc: bool = False) -> bytes:
    """A whole frame."""
    if len(data) > 252:
        raise ValueError("a ccTalk frame holds at most 252 bytes of data")
    if with_crc:
        value = crc(bytes((to, len(data), header)) + data)
        return bytes((to, len(data), value & 0xFF, header)) + data + bytes((value >> 8,))
    body = bytes((to, len(data), source, header)) + data
    return body + bytes((-sum(body) & 0xFF,))


def is_whole(found: bytes, *, with_crc: bool = False) -> bool:
    """Whether a frame is what its sender sent."""
    if len(found) < 5 or len(found) != found[1] + 5:
        return False
    if with_crc:
        value = crc(found[:2] + found[3:-1])
        return found[2] == value & 0xFF and found[-1] == value >> 8
    return sum(found) & 0xFF == 0


class Bus:
    """One line with several devices; one question at a time, from any thread."""

    def __init__(self, line: Line, *, with_crc: bool = False, timeout_s: float = 0.5) -> None:
        self._line, self._with_crc, self._timeout_s = line, with_crc, timeout_s
        self._lock = threading.Lock()
        self._hears_itself = False  # learned: then an answer only counts after our own words

    @property
    def address(self) -> str:
        return self._line.address

    def ask(self, device: int, header: int, data: bytes = b"") -> bytes:
        """The data of the answer. CashRefused: it said no. CashFault: nobody knows what it did; commands that move
        money are never sent again by themselves."""
        with self._lock:
            return self._ask(device, header, data, _IS_THERE if header == SIMPLE_POLL else TRIES[header not in _ONCE])

    def close(self) -> None:
        self._line.close()

    def _ask(self, device: int, header: int, data: bytes, tries: int) -> bytes:
        while True:
            tries -= 1
            try:
                answer = self._exchange(frame(device, header, data, with_crc=self._with_crc), device)
            except CashFault:
                self._line.drain(QUIET_S)
                if not tries:
                    raise
                continue
            if answer[3] == ACK:
                return answer[4:-1]
            if answer[3] != BUSY or not tries:
                raise CashRefused(f"device {device} at {self._line.address} refuses ccTalk command {header}")

    def _exchange(self, sent: bytes, device: int) -> bytes:
        until = time.monotonic() + self._timeout_s
        self._line.send(sent)
        answer = self._frame(until)
        while self._hears_itself and answer != sent:  # a late answer to an earlier question
            answer = self._frame(until)
        if answer == sent:  # our own words: the bus has one wire (some adapters swallow them)
            self._hears_itself = True
            answer = self._frame(until)
        whole = is_whole(answer, with_crc=self._with_crc)
        if not whole or answer[0] != HOST or not (self._with_crc or answer[2] == device):
            raise CashFault(f"device {device} at {self._line.address} answers nonsense: {answer.hex(' ')}")
        return answer

    def _frame(self, until: float) -> bytes:
        head = self._line.read(2, until)
        return head + self._line.read(head[1] + 3, until)
