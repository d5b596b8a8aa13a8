"""SSP as a note validator speaks it: packets, the bit that tells a question heard before, keys and commands."""

from __future__ import annotations

import random

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from devices.simulated.note_path import NotePath
from devices.simulated.serial_port import Faults

COUNTRY = {"CNY": b"CNY", "EUR": b"EUR", "GBP": b"GBP"}
YES, UNKNOWN, PARAMETERS, RANGE, NOT_NOW, FAILED, KEYLESS = 0xF0, 0xF2, 0xF3, 0xF4, 0xF5, 0xF8, 0xFA
MUST_BE_SEALED = (0x56, 0x57)


def check(data: bytes) -> bytes:
    """x^16 + x^15 + x^2 + 1 over the bits in their order, beginning with ones; low byte first."""
    register = 0xFFFF
    for byte in data:
        for bit in range(7, -1, -1):
            feedback = (register >> 15) ^ (byte >> bit & 1)
            register = (register << 1) & 0xFFFF
            if feedback:
                register ^= 0x8005
    return bytes([register % 256, register // 256])


class Wire:
    """One conversation, as the slave."""

    def __init__(self, path: NotePath, currency: str, fixed_key: int, *, plain: bool, counters: bool) -> None:
        self._path, self._currency, self._fixed = path, currency, fixed_key
        self._plain, self._counters = plain, counters
        self.faults = Faults()
        self._held = bytearray()
        self._chance = random.SystemRandom()
        self.forget()

    def forget(self) -> None:
        """As after power-up: no key, no last answer, protocol version 6."""
        self._last: tuple[int, bytes] | None = None
        self._generator = self._modulus = 0
        self._cipher: Cipher[modes.ECB] | None = None
        self._count = 0
        self._version = 6

    @property
    def encrypted(self) -> bool:
        return self._cipher is not None

    def hear(self, data: bytes) -> list[tuple[float, bytes]]:
        out: list[tuple[float, bytes]] = []
        for packet in self._packets(data):
            out += self._answer(packet[0], packet[2:-2])
        return out

    def _packets(self, data: bytes) -> list[bytes]:
        """Whole packets without their STX and stuffing, whose check is right."""
        found = []
        for byte in data:
            self._held.append(byte)
            plain, at, whole = bytearray(), 1, False
            if self._held[0] != 0x7F:
                self._held.clear()
                continue
            while at < len(self._held):
                if self._held[at] == 0x7F:
                    if at + 1 >= len(self._held):
                        break
                    if self._held[at + 1] != 0x7F:  # a lone one: a packet begins here
                        del self._held[:at]
                        plain, at = bytearray(), 1
                        continue
                    at += 1
                plain.append(self._held[at])
                at += 1
                whole = len(plain) >= 2 and len(plain) == plain[1] + 4
            if whole:
                self._held.clear()
                if check(bytes(plain[:-2])) == bytes(plain[-2:]):
                    found.append(bytes(plain))
        return found

    def _answer(self, head: int, data: bytes) -> list[tuple[float, bytes]]:
        if not self._path.powered or head & 0x7F:
            return []
        if self._last is not None and self._last[0] == head and data != b"\x11":
            reply = self._last[1]  # heard before: the same again, and nothing is done
            kind, seconds = self.faults.next(-1)
        else:
            sealed = data[:1] == b"\x7e"
            inner = self._unsealed(data) if sealed else data
            kind, seconds = self.faults.next(inner[0] if inner else 0)
            if kind == "deaf":
                return []
            reply = self._packet(head, self._sealed(self._obey(inner, sealed)) if sealed else self._obey(inner, False))
            self._last = (head, reply)
            if inner == b"\x11":
                self._last = (0x80, reply)  # the next one has the bit at 0
        if kind == "silent" or not self._path.powered:
            return []
        if kind == "garbage":
            reply = reply[:-1] + bytes([reply[-1] ^ 0x55])
        return [(seconds if kind == "late" else 0.0, reply)]

    @staticmethod
    def _packet(head: int, data: bytes) -> bytes:
        body = bytes([head, len(data)]) + data
        body += check(body)
        return b"\x7f" + body.replace(b"\x7f", b"\x7f\x7f")

    # keys

    def _unsealed(self, data: bytes) -> bytes:
        if self._cipher is None or (len(data) - 1) % 16:
            return b""
        inner = self._cipher.decryptor().update(data[1:])
        if check(inner[:-2]) != inner[-2:] or int.from_bytes(inner[1:5], "little") != self._count:
            return b""
        self._count += 1
        return inner[5 : 5 + inner[0]]

    def _sealed(self, data: bytes) -> bytes:
        if self._cipher is None:
            return data
        inner = bytes([len(data)]) + self._count.to_bytes(4, "little") + data
        inner += self._chance.randbytes((14 - len(inner)) % 16)
        return b"\x7e" + self._cipher.encryptor().update(inner + check(inner))

    def _exchange(self, theirs: int) -> bytes:
        if not self._generator or not self._modulus:
            return bytes([FAILED])
        secret = self._chance.randrange(1, self._modulus)
        key = pow(theirs, secret, self._modulus)
        raw = self._fixed.to_bytes(8, "little") + key.to_bytes(8, "little")
        self._cipher, self._count = Cipher(algorithms.AES(raw), modes.ECB()), 0
        return bytes([YES]) + pow(self._generator, secret, self._modulus).to_bytes(8, "little")

    # commands

    def _obey(self, data: bytes, sealed: bool) -> bytes:
        if not data:
            return bytes([KEYLESS])
        command, rest = data[0], data[1:]
        if command in MUST_BE_SEALED and not sealed:
            return bytes([UNKNOWN if self._plain else KEYLESS])
        if command in (0x4A, 0x4B, 0x4C):
            return self._key_command(command, rest)
        if command in (0x08, 0x18, 0x57):
            done = {0x08: self._path.reject, 0x18: self._path.hold, 0x57: self._path.acknowledge}[command]()
            return bytes([YES if done else NOT_NOW])
        if command in (0x07, 0x56):
            return bytes([YES]) + self._path.poll(with_ack=command == 0x56)
        self._path.touch()
        return self._simple(command, rest)

    def _key_command(self, command: int, rest: bytes) -> bytes:
        if self._plain:
            return bytes([UNKNOWN])
        if len(rest) != 8:
            return bytes([PARAMETERS])
        number = int.from_bytes(rest, "little")
        if command == 0x4C:
            return self._exchange(number)
        if not _is_prime(number):
            return bytes([RANGE])
        if command == 0x4A:
            self._generator = number
        else:
            self._modulus = number
        return bytes([YES])

    def _simple(self, command: int, rest: bytes) -> bytes:
        match command:
            case 0x11:
                pass
            case 0x01:
                self._path.reset()
                self.forget()
            case 0x06:
                if not rest or rest[0] > 8:
                    return bytes([FAILED])
                self._version = rest[0]
            case 0x02 if rest:
                self._path.inhibits(int.from_bytes(rest[:2], "little"))
            case 0x0A | 0x09:
                self._path.enable(command == 0x0A)
            case _:
                told = self._tell(command)
                return bytes([UNKNOWN]) if told is None else bytes([YES]) + told
        return bytes([YES])

    def _tell(self, command: int) -> bytes | None:
        match command:
            case 0x0C:
                return (1_873_452).to_bytes(4, "big")
            case 0x05:
                return self._setup()
            case 0x20:
                return b"SIM0200414149800"
            case 0x17:
                return bytes([self._path.last_reject])
            case 0x58 if self._counters:
                counts = (self._path.stacked, 0, 0, 0, self._path.rejected)
                return b"\x05" + b"".join((count % 2**32).to_bytes(4, "little") for count in counts)
            case _:
                return None

    def _setup(self) -> bytes:
        notes, country = self._path.notes, COUNTRY[self._currency]
        n = len(notes)
        if self._version < 6:
            middle = b"\0\0\x01" + bytes([n, *notes]) + bytes([2] * n) + b"\0\0\x64"
            return b"\x000414" + country + middle + bytes([self._version])
        middle = b"\0\0\0" + bytes([n]) + bytes(n) + bytes(n) + b"\0\0\x64" + bytes([self._version])
        values = b"".join(note.to_bytes(4, "little") for note in notes)
        return b"\x000414" + country + middle + country * n + values


def _is_prime(number: int) -> bool:
    """Fermat with a few bases: enough to refuse what a careless host sends."""
    return number > 1 and all(number == base or pow(base, number - 1, number) == 1 for base in (2, 3, 5, 7, 11))
