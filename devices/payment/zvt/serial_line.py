"""The line to a terminal on a serial port: DLE STX APDU DLE ETX CRC, each block answered with ACK or NAK.

A DLE in the APDU is doubled. The CRC (polynomial 8408 reversed, begun with 0, low byte first) is over the APDU, not
doubled, and the ETX. A block that came twice is not recognised as such here: who reads must bear it.
"""

from __future__ import annotations

import contextlib
import termios
import time

import serial  # type: ignore[import-untyped]

from devices.payment.zvt.apdu import Apdu, Garbled, read, size_of

STX, ETX, ACK, DLE, NAK = 0x02, 0x03, 0x06, 0x10, 0x15
BAUD = 9600
CHARACTER_S = 0.5  # the longest silence inside a block (the specification says 200 ms; adapters are slower)
ACK_S = 5.0  # until a block is answered
LOOK_S = 0.05  # how long one look for bytes takes
SENDS_MAX = 3
BLOCK_MAX = 2 * 65_540


def crc(apdu: bytes) -> int:
    """Of an APDU and the ETX behind it."""
    value = 0
    for byte in (*apdu, ETX):
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0x8408 if value & 1 else value >> 1
    return value


def block(apdu: bytes) -> bytes:
    """A block as it goes over the line."""
    doubled = apdu.replace(bytes((DLE,)), bytes((DLE, DLE)))
    return bytes((DLE, STX)) + doubled + bytes((DLE, ETX)) + crc(apdu).to_bytes(2, "little")


class SerialLine:
    """One open port. OSError: it is gone, or nobody answers; Garbled: what came is no ZVT."""

    def __init__(self, device: str, baud: int = BAUD, ack_s: float = ACK_S) -> None:
        self._ack_s = ack_s
        try:
            self._port = serial.Serial(
                device, baud, stopbits=serial.STOPBITS_TWO, timeout=LOOK_S, write_timeout=ack_s, exclusive=True
            )
        except (serial.SerialException, termios.error, ValueError) as fault:
            raise OSError(f"no serial port {device}: {fault}") from None
        self._come = b""

    def send(self, apdu: Apdu, *, again: bool = True) -> None:
        """Until it is acknowledged. A block the other side refused (NAK) is always sent again; one that it says
        nothing about only if `again`: it may have been heard."""
        data, heard = block(apdu.packed()), None
        for _ in range(SENDS_MAX):
            self._write(data)
            heard = self._answer()
            if heard == ACK:
                return
            if heard is None and not again:
                break
        raise OSError("the block was refused" if heard == NAK else "the block was not acknowledged")

    def _answer(self) -> int | None:
        """ACK, NAK, or None when neither came. A block that comes instead is kept: it is the other side's turn again
        when it missed our last acknowledgement."""
        until = time.monotonic() + self._ack_s
        while (left_s := until - time.monotonic()) > 0:
            self._fill(left_s)
            if self._come[:1] in (bytes((ACK,)), bytes((NAK,))):
                heard, self._come = self._come[0], self._come[1:]
                return heard
            if self._come and self._come[0] != DLE:
                self._come = self._come[1:]  # noise
            elif self._come:
                self._again()
        return None

    def _again(self) -> None:
        """The other side repeats its block before it has seen ours: acknowledge it once more."""
        raw = self._block(CHARACTER_S)
        self._write(bytes((ACK if raw is not None else NAK,)))

    def receive(self, wait_s: float) -> Apdu | None:
        """The next block's APDU, acknowledged; None = none came in this time. A damaged one is refused and awaited
        again."""
        until = time.monotonic() + wait_s
        for _ in range(SENDS_MAX):
            while not self._come.startswith(bytes((DLE,))):
                self._come = self._come[1:]  # noise between blocks, late acknowledgements
                left_s = until - time.monotonic()
                if not self._come and (left_s <= 0 or not self._fill(left_s)) and time.monotonic() >= until:
                    return None
            raw = self._block(CHARACTER_S)
            if raw is not None and size_of(raw) == len(raw):
                self._write(bytes((ACK,)))
                return read(raw)
            self._come = b""
            self._write(bytes((NAK,)))
            until = max(until, time.monotonic() + self._ack_s)
        raise Garbled("no whole block came")

    def _block(self, pause_s: float) -> bytes | None:
        """The APDU of the block that begins here; None when it is damaged or cut off."""
        if self._byte(pause_s) != DLE or self._byte(pause_s) != STX:
            return None
        apdu = bytearray()
        while len(apdu) < BLOCK_MAX:
            byte = self._byte(pause_s)
            if byte == DLE:
                byte = self._byte(pause_s)
                if byte == ETX:
                    low, high = self._byte(pause_s), self._byte(pause_s)
                    good = low is not None and high is not None and low | high << 8 == crc(bytes(apdu))
                    return bytes(apdu) if good else None
                if byte != DLE:
                    return None
            if byte is None:
                return None
            apdu.append(byte)
        return None

    def _byte(self, wait_s: float) -> int | None:
        if not self._come and not self._fill(wait_s):
            return None
        byte, self._come = self._come[0], self._come[1:]
        return byte

    def _fill(self, wait_s: float) -> bool:
        """Wait for more; False when nothing came."""
        until = time.monotonic() + wait_s
        try:
            while not (more := self._port.read(1)):
                if time.monotonic() >= until:
                    return False
            more += self._port.read(self._port.in_waiting)
        except (serial.SerialException, OSError, termios.error, TypeError) as fault:  # TypeError: closed meanwhile
            raise OSError(f"the serial port is gone: {fault}") from None
        self._come += more
        return True

    def _write(self, data: bytes) -> None:
        try:
            self._port.write(data)
            self._port.flush()
        except (serial.SerialException, OSError, termios.error) as fault:
            raise OSError(f"the serial port is gone: {fault}") from None

    def close(self) -> None:
        with contextlib.suppress(serial.SerialException, OSError, termios.error):
            self._port.close()
