"""One TCP line to another gate: the handshake, then sealed frames; every wait has a limit, every size too."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable

from sync.lan.discovery import Bucket
from sync.lan.members import Member, Members
from sync.lan.session import (
    FINISH_BYTES,
    HELLO_BYTES,
    WELCOME_BYTES,
    Credentials,
    Dialer,
    LineBroken,
    Listener,
    Sealed,
)
from sync.lan.wire import FRAME_MAX, Message, decode, encode

HANDSHAKE_S = 3.0
SILENT_S = 5.0  # a gate says something every second; one that is silent for longer is gone
MESSAGES_A_SECOND = 400
WAITING_MAX_BYTES = 4 << 20  # towards a gate that does not read
_LENGTH = struct.Struct(">I")
_TAG_BYTES = 16


class Line:
    """A proven line."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        sealed: Sealed,
        member: Member,
        dialed: bool,
    ) -> None:
        self._reader, self._writer, self._sealed = reader, writer, sealed
        self.member = member
        self.dialed = dialed
        self._bucket = Bucket(MESSAGES_A_SECOND, 4 * MESSAGES_A_SECOND)

    def send(self, message: Message) -> None:
        """Never blocks; a line whose other end does not read is given up."""
        if self._writer.is_closing():
            return
        frame = self._sealed.seal(encode(message))
        self._writer.write(_LENGTH.pack(len(frame)) + frame)
        if self._writer.transport.get_write_buffer_size() > WAITING_MAX_BYTES:
            self._writer.transport.abort()

    async def receive(self) -> Message | None:
        """The next message; None for one of a kind that is not known. LineBroken, BadMessage, OSError end the line."""
        try:
            async with asyncio.timeout(SILENT_S):
                (length,) = _LENGTH.unpack(await self._reader.readexactly(_LENGTH.size))
                if not _TAG_BYTES < length <= FRAME_MAX + _TAG_BYTES:
                    raise LineBroken(f"a frame of {length} bytes")
                frame = await self._reader.readexactly(length)
        except TimeoutError:
            raise LineBroken(f"silent for {SILENT_S:.0f} s") from None
        except asyncio.IncompleteReadError:
            raise LineBroken("the other gate closed the line") from None
        if not self._bucket.take(asyncio.get_running_loop().time()):
            raise LineBroken(f"more than {MESSAGES_A_SECOND} messages a second")
        return decode(self._sealed.open(frame))

    def close(self) -> None:
        self._writer.transport.abort()


async def dial(address: tuple[str, int], me: Credentials, members: Members) -> Line:
    """Call a gate. OSError, LineBroken, NotAGate when it is none."""
    try:
        async with asyncio.timeout(HANDSHAKE_S):
            reader, writer = await asyncio.open_connection(*address)
            return await _guarded(writer, lambda: _dialed(reader, writer, me, members))
    except (TimeoutError, asyncio.IncompleteReadError):
        raise LineBroken(f"{address[0]}:{address[1]} does not answer as a gate") from None


async def _dialed(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, me: Credentials, members: Members
) -> Line:
    dialer = Dialer(me, members)
    writer.write(dialer.hello)
    sealed, member, finish = dialer.welcomed(await reader.readexactly(WELCOME_BYTES))
    writer.write(finish)
    return Line(reader, writer, sealed, member, True)


async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, me: Credentials, members: Members) -> Line:
    """Somebody called: a gate, or LineBroken, NotAGate, OSError."""
    try:
        async with asyncio.timeout(HANDSHAKE_S):
            return await _guarded(writer, lambda: _listened(reader, writer, me, members))
    except (TimeoutError, asyncio.IncompleteReadError):
        raise LineBroken("a caller that does not speak as a gate") from None


async def _listened(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, me: Credentials, members: Members
) -> Line:
    listener = Listener(me, members)
    writer.write(listener.hello(await reader.readexactly(HELLO_BYTES)))
    sealed, member = listener.finished(await reader.readexactly(FINISH_BYTES))
    return Line(reader, writer, sealed, member, False)


async def _guarded(writer: asyncio.StreamWriter, step: Callable[[], Awaitable[Line]]) -> Line:
    """The connection is closed when the handshake fails in any way."""
    try:
        return await step()
    except BaseException:
        writer.transport.abort()
        raise
