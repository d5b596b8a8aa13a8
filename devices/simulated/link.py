"""The link between a terminal and central as a process: forwards TCP until told to cut, delay or lose answers.

    python -m devices.simulated.link --listen PORT --to HOST:PORT --control PORT

Port 0 picks a free one; the ready line names them: {"ready": true, "port": ..., "control": ...}.
The control port takes a JSON object a line and answers one:
    {"do": "cut"}           open connections are reset, new ones too
    {"do": "heal"}          everything passes again, without delay
    {"do": "drop_replies"}  requests arrive, answers are lost (with "count": only so many of them)
    {"do": "delay_ms", "n": 300}       one way, both ways
    {"do": "bits_per_s", "n": 1000000}  each way; 0 = as fast as it goes
    {"do": "state"}         {"mode": ..., "connections": ..., "dropped": ...}
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import socket
import struct
from typing import Any

PIECE = 2048  # bytes of a slow line that go on together
IN_FLIGHT = 64  # pieces between the ends


class Link:
    """A TCP forwarder with faults."""

    def __init__(self, target_host: str, target_port: int) -> None:
        self._target = (target_host, target_port)
        self._mode = "open"  # open, cut, drop_replies
        self._drops_left = 0
        self._dropped = 0
        self._delay_s = 0.0
        self._bits_per_s = 0
        self._open: set[asyncio.StreamWriter] = set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the terminal."""
        if self._mode == "cut":
            _reset(writer)
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            _reset(writer)
            return
        self._open |= {writer, far_writer}
        try:
            # as soon as one side is gone, so is the other: no half-open connection outlives a cut
            pumps = [
                asyncio.ensure_future(self._pump(reader, far_writer, reply=False)),
                asyncio.ensure_future(self._pump(far_reader, writer, reply=True)),
            ]
            _, pending = await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            for pump in pending:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
        finally:
            self._open -= {writer, far_writer}
            for each in (writer, far_writer):
                each.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, reply: bool) -> None:
        """One direction: what is read goes on when a line of this speed and length would have brought it."""
        loop = asyncio.get_running_loop()
        on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(IN_FLIGHT)

        async def deliver() -> None:
            while True:
                due, data = await on_the_way.get()
                if (wait_s := due - loop.time()) > 0:
                    await asyncio.sleep(wait_s)
                if not data:
                    return
                writer.write(data)
                await writer.drain()

        async with asyncio.TaskGroup() as tasks:
            delivery = tasks.create_task(deliver())
            sent_at = 0.0
            while not delivery.done() and (data := await reader.read(PIECE if self._bits_per_s else 65_536)):
                if reply and self._mode == "drop_replies":
                    self._dropped += 1
                    self._drops_left -= 1
                    if self._drops_left == 0:
                        self._mode = "open"
                    break
                sent_at = max(sent_at, loop.time())
                if self._bits_per_s:
                    sent_at += len(data) * 8 / self._bits_per_s
                await on_the_way.put((sent_at + self._delay_s, data))
            await on_the_way.put((0.0, b""))

    def order(self, message: dict[str, Any]) -> dict[str, Any]:
        """Obey one control message."""
        what = message.get("do")
        if what == "cut":
            self._mode = what
            for writer in list(self._open):
                _reset(writer)
        elif what == "heal":
            self._mode, self._delay_s, self._bits_per_s = "open", 0.0, 0
        elif what == "drop_replies":
            self._mode, self._drops_left = what, int(message.get("count", -1))
        elif what == "delay_ms":
            self._delay_s = float(message["n"]) / 1000
        elif what == "bits_per_s":
            self._bits_per_s = int(message["n"])
        elif what != "state":
            return {"error": f"unknown order {what!r}; known: cut, heal, drop_replies, delay_ms, bits_per_s, state"}
        return {"ok": True, "mode": self._mode, "connections": len(self._open) // 2, "dropped": self._dropped}

    async def obey(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One control connection."""
        try:
            while line := await reader.readline():
                try:
                    answer = self.order(json.loads(line))
                except (ValueError, KeyError, TypeError, AttributeError) as error:
                    answer = {"error": f"not an order: {error!r}"}
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    """End a connection as a broken line does: the other side gets an error, not a tidy end."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def serve(listen: int, host: str, port: int, control: int) -> None:
    """Run until SIGTERM or SIGINT."""
    link = Link(host, port)
    stop = asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    carrier = await asyncio.start_server(link.carry, "127.0.0.1", listen)
    controller = await asyncio.start_server(link.obey, "127.0.0.1", control)
    ports = [server.sockets[0].getsockname()[1] for server in (carrier, controller)]
    print(json.dumps({"ready": True, "port": ports[0], "control": ports[1]}), flush=True)
    await stop.wait()
    link.order({"do": "cut"})
    carrier.close()
    controller.close()


def main(words: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="kiosk simulate link", description="A link that can fail.")
    parser.add_argument("--listen", type=int, default=0, help="port for the terminal")
    parser.add_argument("--to", required=True, metavar="HOST:PORT", help="central")
    parser.add_argument("--control", type=int, default=0, help="port for orders")
    arguments = parser.parse_args(words)
    host, _, port = arguments.to.rpartition(":")
    if not port.isdigit():
        parser.error(f"--to {arguments.to} must be HOST:PORT")
    asyncio.run(serve(arguments.listen, host or "127.0.0.1", int(port), arguments.control))


if __name__ == "__main__":
    main()
