"""RTSP as a camera speaks it: JPEG pictures over the connection itself (interleaved), enough for a viewer.

RTSP 1.0 (RFC 2326): OPTIONS, DESCRIBE, SETUP with RTP/AVP/TCP, PLAY, GET_PARAMETER, TEARDOWN. Pictures go as RTP (RFC
3550) with the JPEG payload of RFC 2435: type 1 (4:2:0, standard Huffman tables), quantization tables in the packet.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Iterator

PAYLOAD_BYTES = 1400
CLOCK_HZ = 90_000  # RFC 2435: the timestamp's clock
SSRC = 0x4B494F53
SESSION = "20250101"


class NotAnRtspViewer(ConnectionError):
    """Something else knocked, or it wants what this camera has not (UDP)."""


async def serve(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pictures: AsyncIterator[bytes], size: tuple[int, int]
) -> None:
    """One viewer: answers its requests, and from PLAY on sends `pictures` (JPEG of `size`) until they or it end."""
    player: asyncio.Task[None] | None = None
    try:
        while True:
            method, url, sequence, headers = await _request(reader)
            head = f"RTSP/1.0 200 OK\r\nCSeq: {sequence}\r\n"
            if method == "OPTIONS":
                reply = head + "Public: OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN\r\n\r\n"
            elif method == "DESCRIBE":
                told = _description(*size)
                reply = f"{head}Content-Base: {url}/\r\nContent-Type: application/sdp\r\n"
                reply += f"Content-Length: {len(told)}\r\n\r\n{told}"
            elif method == "SETUP":
                if "TCP" not in headers.get("transport", ""):
                    reply = f"RTSP/1.0 461 Unsupported Transport\r\nCSeq: {sequence}\r\n\r\n"
                else:
                    reply = f"{head}Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: {SESSION}\r\n\r\n"
            else:
                reply = f"{head}Session: {SESSION}\r\n\r\n"
            writer.write(reply.encode())
            await writer.drain()
            if method == "TEARDOWN":
                return
            if method == "PLAY" and player is None:
                player = asyncio.create_task(_play(writer, pictures, size))
    finally:
        if player:
            player.cancel()
            await asyncio.gather(player, return_exceptions=True)


async def _play(writer: asyncio.StreamWriter, pictures: AsyncIterator[bytes], size: tuple[int, int]) -> None:
    sequence, clock = 0, asyncio.get_running_loop()
    begin = clock.time()
    try:
        async for jpeg in pictures:
            stamp = int((clock.time() - begin) * CLOCK_HZ) & 0xFFFFFFFF
            for packet in packets(jpeg, size, sequence, stamp):
                writer.write(b"$\x00" + struct.pack(">H", len(packet)) + packet)
                sequence = (sequence + 1) & 0xFFFF
            await writer.drain()
    finally:
        writer.close()  # the stream is over: a viewer that waits for more must notice


async def _request(reader: asyncio.StreamReader) -> tuple[str, str, str, dict[str, str]]:
    """(method, url, CSeq, headers) of the next request; what the viewer reports on the stream is passed over."""
    while True:
        first = await reader.readexactly(1)
        if first != b"$":
            break
        _, length = struct.unpack(">BH", await reader.readexactly(3))
        await reader.readexactly(length)
    text = (first + await reader.readuntil(b"\r\n\r\n")).decode("ascii", "replace")
    line, *lines = text.strip().split("\r\n")
    if line.count(" ") != 2 or not line.endswith("RTSP/1.0"):
        raise NotAnRtspViewer(line)
    method, url, _ = line.split(" ")
    headers = {name.strip().lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
    await reader.readexactly(int(headers.get("content-length", "0")))
    return method, url.rstrip("/"), headers.get("cseq", "0"), headers


def _description(width: int, height: int) -> str:
    lines = (
        "v=0",
        "o=- 0 0 IN IP4 127.0.0.1",
        "s=camera",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "m=video 0 RTP/AVP 26",
        "a=rtpmap:26 JPEG/90000",
        f"a=x-dimensions:{width},{height}",
        "a=control:track",
    )
    return "\r\n".join(lines) + "\r\n"


def packets(jpeg: bytes, size: tuple[int, int], sequence: int, stamp: int) -> Iterator[bytes]:
    """RTP packets of one picture (RFC 2435, 3.1)."""
    tables, scan = _parts(jpeg)
    offset = 0
    while offset < len(scan):
        head = struct.pack(">BBHBBBB", 0, offset >> 16, offset & 0xFFFF, 1, 255, size[0] // 8, size[1] // 8)
        if not offset:
            head += struct.pack(">BBH", 0, 0, len(tables)) + tables
        piece = scan[offset : offset + PAYLOAD_BYTES]
        offset += len(piece)
        marker = 0x80 if offset == len(scan) else 0
        yield struct.pack(">BBHII", 0x80, marker | 26, sequence & 0xFFFF, stamp, SSRC) + head + piece
        sequence += 1


def _parts(jpeg: bytes) -> tuple[bytes, bytes]:
    """(the two quantization tables, the scan's data) of a baseline JPEG."""
    at, tables = 2, dict[int, bytes]()
    while True:
        marker, length = struct.unpack_from(">HH", jpeg, at)
        body = jpeg[at + 4 : at + 2 + length]
        at += 2 + length
        if marker == 0xFFDB:  # DQT, one or more tables
            while body:
                tables[body[0] & 15] = body[1:65]
                body = body[65:]
        elif marker == 0xFFDA:  # SOS: the data follows, up to the end marker
            return tables[0] + tables[1], jpeg[at:-2]
