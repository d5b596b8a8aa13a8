"""SSP packets: stuffed bytes, a CRC, and a sequence bit by which a device knows a question it has answered before.

Source: Innovative Technology, SSP protocol manual GA138 (public). 7F, sequence bit and address, length, data, CRC low,
CRC high; a 7F after the first is doubled. A question sent again with the same bit is answered again and not done again,
so a lost answer costs nothing.
"""

from __future__ import annotations

import threading
import time

from devices.cash.essp_key import Key, negotiate
from devices.cash.line import CashFault, CashRefused, Line

STX, STEX = 0x7F, 0x7E
BAUD = 9600
TRIES = 4
_IS_THERE = 2  # tries of the first question

RESET, SET_INHIBITS, SETUP, PROTOCOL, POLL, REJECT, DISABLE, ENABLE = 1, 2, 5, 6, 7, 8, 9, 10
SERIAL, SYNC, LAST_REJECT, HOLD, FIRMWARE = 0x0C, 0x11, 0x17, 0x18, 0x20
SET_GENERATOR, SET_MODULUS, KEY_EXCHANGE = 0x4A, 0x4B, 0x4C
POLL_WITH_ACK, EVENT_ACK, COUNTERS = 0x56, 0x57, 0x58

OK, NOT_KNOWN, WRONG_COUNT, OUT_OF_RANGE, NOT_NOW, SOFTWARE, FAIL, NO_KEY = (
    0xF0, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF8, 0xFA,
)  # fmt: skip
_WORDS = {
    NOT_KNOWN: "does not know it", WRONG_COUNT: "wants other parameters", OUT_OF_RANGE: "finds it out of range",
    NOT_NOW: "cannot do it now", SOFTWARE: "has a software fault", FAIL: "failed", NO_KEY: "wants a key first",
}  # fmt: skip


class KeyLost(CashFault):
    """The device wants a new key (it restarted), or counts other than we do."""


def crc(data: bytes) -> int:
    """CRC-16, polynomial 0x8005, from 0xFFFF, not reflected."""
    value = 0xFFFF
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1 ^ 0x8005 if value & 0x8000 else value << 1) & 0xFFFF
    return value


def packet(sequence: bool, data: bytes, address: int = 0) -> bytes:
    """A whole packet as it goes over the line."""
    body = bytes((0x80 * sequence | address, len(data))) + data
    body += crc(body).to_bytes(2, "little")
    return bytes((STX,)) + body.replace(b"\x7f", b"\x7f\x7f")


def sealed(key: Key, count: int, data: bytes) -> bytes:
    """Data under the key: length, count, data, noise up to blocks of 16, CRC."""
    inner = bytes((len(data),)) + count.to_bytes(4, "little") + data
    inner += key.noise(-(len(inner) + 2) % 16)
    return bytes((STEX,)) + key.encrypt(inner + crc(inner).to_bytes(2, "little"))


def opened(key: Key, data: bytes) -> tuple[int, bytes]:
    """(count, data) of sealed data; KeyLost when it was not sealed with this key."""
    inner = key.decrypt(data[1:]) if len(data) % 16 == 1 and len(data) > 16 else b""
    if len(inner) < 16 or crc(inner[:-2]) != int.from_bytes(inner[-2:], "little") or inner[0] > len(inner) - 7:
        raise KeyLost("the note validator answers under another key")
    return int.from_bytes(inner[1:5], "little"), inner[5 : 5 + inner[0]]


class Conversation:
    """Questions and answers with one device; begins anew by itself whenever the line was opened anew."""

    def __init__(self, line: Line, address: int = 0, fixed_key: int = 0, timeout_s: float = 1.0) -> None:
        self._line, self._address, self._fixed, self._timeout_s = line, address, fixed_key, timeout_s
        self._lock = threading.RLock()
        self._bit = True
        self._key: Key | None = None
        self._count = 0
        self._begun_with = 0

    @property
    def where(self) -> str:
        return self._line.address

    @property
    def has_key(self) -> bool:
        return self._key is not None

    def begin(self) -> None:
        """Agree on the sequence bit, and on a key when a fixed part is known."""
        with self._lock:
            self._key = None
            self._bit = True
            self._question(bytes((SYNC,)), _IS_THERE)
            self._bit = False
            if self._fixed:
                self._key, self._count = negotiate(self._plain, self._fixed), 0
            self._begun_with = self._line.opened

    def ask(self, command: int, data: bytes = b"") -> bytes:
        """What follows the OK. CashRefused: it said no. KeyLost: `begin` again. CashFault: silent or nonsense."""
        with self._lock:
            if not self._begun_with or self._begun_with != self._line.opened:
                raise KeyLost("the line was opened anew")
            return self._checked(command, self._sealed_question(bytes((command,)) + data))

    def close(self) -> None:
        self._line.close()

    def _plain(self, command: int, data: bytes) -> bytes:
        return self._checked(command, self._question(bytes((command,)) + data))

    def _checked(self, command: int, answer: bytes) -> bytes:
        if answer[:1] == bytes((NO_KEY,)):
            self._begun_with = 0
            raise KeyLost("the note validator wants a new key")
        if answer[:1] != bytes((OK,)):
            word = _WORDS.get(answer[0], f"answers {answer.hex(' ')}") if answer else "answers nothing"
            raise CashRefused(f"the note validator at {self._line.address} was asked 0x{command:02X} and {word}")
        return answer[1:]

    def _sealed_question(self, data: bytes) -> bytes:
        if self._key is None:
            return self._question(data)
        try:
            answer = self._question(sealed(self._key, self._count, data))
            if answer[:1] != bytes((STEX,)):
                return answer
            count, inner = opened(self._key, answer)
            self._count += 1
            if count != self._count:
                raise KeyLost("the note validator counts other than we do")
        except CashFault:
            self._begun_with = 0  # whatever was lost, bit, key or count: agree anew
            raise
        return inner

    def _question(self, data: bytes, tries: int = TRIES) -> bytes:
        """The data of the answer; the same packet again until there is one."""
        sent, bit = packet(self._bit, data, self._address), self._bit
        self._bit = not self._bit
        for left in reversed(range(tries)):
            try:
                return self._exchange(sent, bit)
            except CashFault:
                if not left:
                    self._begun_with = 0
                    raise
        raise AssertionError("not reached")

    def _exchange(self, sent: bytes, bit: bool) -> bytes:
        until = time.monotonic() + self._timeout_s
        self._line.send(sent)
        while True:
            data = self._packet(until)
            if data[0] == 0x80 * bit | self._address:
                return data[2:-2]

    def _packet(self, until: float) -> bytes:
        """The next packet with a right CRC, without stuffing."""
        while self._line.read(1, until)[0] != STX:
            pass
        data = b""
        while len(data) < 2 or len(data) < data[1] + 4:
            byte = self._line.read(1, until)
            if byte[0] == STX:
                byte = self._line.read(1, until)
                if byte[0] != STX:  # a lone STX begins a packet
                    data = b""
            data += byte
        if crc(data[:-2]) != int.from_bytes(data[-2:], "little"):
            raise CashFault(f"the note validator at {self._line.address} answers with a wrong CRC")
        return data
