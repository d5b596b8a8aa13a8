"""The simulated terminal's side of the wire: TCP and serial peers, and how its messages are put together."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tty
from collections.abc import Callable
from pathlib import Path

ACK, NAK, DLE = 0x06, 0x15, 0x10
SERIAL_TRIES = 3
Spend = Callable[[bytes], bytes]
"""Called with what is to be sent; returns what really goes out (a power cut ends it in the middle)."""


def frame(control: int, body: bytes = b"") -> bytes:
    size = len(body)
    length = bytes([size]) if size < 255 else b"\xff" + size.to_bytes(2, "little")
    return control.to_bytes(2, "big") + length + body


def whole(data: bytes) -> int:
    """Bytes of the first message in here, 0 when it is not all there yet."""
    if len(data) < 3 or (data[2] == 255 and len(data) < 5):
        return 0
    size = 3 + data[2] if data[2] != 255 else 5 + int.from_bytes(data[3:5], "little")
    return size if len(data) >= size else 0


def split(message: bytes) -> tuple[int, bytes]:
    """(control, body)."""
    return int.from_bytes(message[:2], "big"), message[5 if message[2] == 255 else 3 :]


def digits(number: int, count: int) -> bytes:
    return bytes.fromhex(str(number).zfill(count)[-count:])


def checksum(data: bytes) -> bytes:
    value = 0
    for byte in data + b"\x03":
        for bit in range(8):
            odd = (value ^ (byte >> bit)) & 1
            value >>= 1
            if odd:
                value ^= 0x8408
    return value.to_bytes(2, "little")


class Peer:
    """One cash register on the other end. `get` gives its messages, None once it is gone."""

    def __init__(self, spend: Spend) -> None:
        self._spend = spend
        self.alive = True
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue()

    async def get(self, timeout_s: float | None = None) -> bytes | None:
        """Its next message; None = it is gone, or silent for so long."""
        if not self.alive and self._queue.empty():
            return None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                return await self._queue.get()
        return None

    def heard(self, message: bytes | None) -> None:
        if message is None:
            self.alive = False
        self._queue.put_nowait(message)

    async def put(self, message: bytes) -> None:
        raise NotImplementedError

    def drop(self) -> None:
        """Hang up as a broken line does."""
        raise NotImplementedError


class TcpPeer(Peer):
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, spend: Spend) -> None:
        super().__init__(spend)
        self._reader, self._writer = reader, writer

    async def read(self) -> None:
        """Until it hangs up."""
        data = b""
        try:
            while more := await self._reader.read(4096):
                data += more
                while size := whole(data):
                    self.heard(data[:size])
                    data = data[size:]
        except (ConnectionError, OSError):
            pass
        finally:
            self.heard(None)

    async def put(self, message: bytes) -> None:
        if not self.alive:
            return
        try:
            self._writer.write(self._spend(message))
            await self._writer.drain()
        except (ConnectionError, OSError):
            self.alive = False

    def drop(self) -> None:
        self._writer.transport.abort()


class SerialPeer(Peer):
    """A pseudo-terminal; `link` is a name that stays the same when it is plugged in again."""

    def __init__(self, link: Path, spend: Spend) -> None:
        super().__init__(spend)
        self._link = link
        self._acks: asyncio.Queue[int] = asyncio.Queue()
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._data = b""
        self.lose_acks = 0  # acknowledgements that do not get through
        self.damage = 0  # blocks that arrive damaged
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(self._slave))
        asyncio.get_running_loop().add_reader(self._master, self._readable)

    def _readable(self) -> None:
        try:
            self._data += os.read(self._master, 4096)
        except BlockingIOError:
            return
        except OSError:
            self.drop()
            return
        while self._data:
            if self._data[0] in (ACK, NAK):
                self._acks.put_nowait(self._data[0])
                self._data = self._data[1:]
            elif self._data[0] != DLE:
                self._data = self._data[1:]
            elif not self._take():
                return

    def _take(self) -> bool:
        """The block at the beginning; False when its end has not come."""
        body, at = bytearray(), 2
        if self._data[1:2] not in (b"\x02", b""):
            self._data = self._data[1:]
            return True
        while at + 1 < len(self._data):
            byte = self._data[at]
            if byte == DLE and self._data[at + 1] == 0x03:
                if len(self._data) < at + 4:
                    return False
                good = self._data[at + 2 : at + 4] == checksum(bytes(body))
                self._data = self._data[at + 4 :]
                if not good:
                    self._raw(bytes([NAK]))
                    return True
                if self.lose_acks:
                    self.lose_acks -= 1
                else:
                    self._raw(bytes([ACK]))
                self.heard(bytes(body))
                return True
            body.append(byte)
            at += 2 if byte == DLE else 1
        return False

    def _raw(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            os.write(self._master, self._spend(data))

    async def put(self, message: bytes) -> None:
        while not self._acks.empty():
            self._acks.get_nowait()
        block = b"\x10\x02" + message.replace(b"\x10", b"\x10\x10") + b"\x10\x03" + checksum(message)
        for _ in range(SERIAL_TRIES):
            if not self.alive:
                return
            spoilt = bytes([block[0], block[1], block[2] ^ 0x40]) + block[3:]
            self._raw(spoilt if self.damage else block)
            self.damage = max(0, self.damage - 1)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(2.0):
                    if await self._acks.get() == ACK:
                        return

    def drop(self) -> None:
        """Pulled out."""
        if self.alive:
            asyncio.get_running_loop().remove_reader(self._master)
            os.close(self._master)
            os.close(self._slave)
            self._link.unlink(missing_ok=True)
            self.heard(None)
