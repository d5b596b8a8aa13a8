"""What every simulator shares: a control port for orders, a fault script, a ready line, a tidy end."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import ssl
import time
import tomllib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

Order = Callable[[dict[str, Any]], dict[str, Any]]
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Script:
    """Faults by occasion: [{"on": "page", "nth": 2, "do": "die_after_bytes", "n": 3000}, ...].

    JSON, or TOML with tables [[fault]]. Without "nth" a fault comes every time.
    """

    def __init__(self, path: Path | None) -> None:
        self._faults: list[dict[str, Any]] = _faults_of(path) if path else []
        self._counts: dict[str, int] = {}

    def due(self, occasion: str) -> list[dict[str, Any]]:
        """Faults that belong to this occurrence, counted from 1."""
        self._counts[occasion] = count = self._counts.get(occasion, 0) + 1
        return [fault for fault in self._faults if fault.get("on") == occasion and fault.get("nth", count) == count]


def _faults_of(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".toml":
        found: Any = tomllib.loads(path.read_text()).get("fault", [])
    else:
        found = json.loads(path.read_text())
    if not isinstance(found, list) or not all(
        isinstance(each, dict) and "on" in each and "do" in each for each in found
    ):
        raise SystemExit(f'{path}: a script is a list of faults such as {{"on": "page", "nth": 2, "do": "jam"}}')
    return found


class Ledger:
    """JSON lines, each on the disk when `write` returns: what really happened."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        if path.exists() and not (kept := path.read_bytes()).endswith(b"\n"):  # the last line lost its end to a kill
            os.truncate(path, kept.rfind(b"\n") + 1)
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def write(self, **line: Any) -> None:
        text = json.dumps({"at": round(time.time(), 3), **line}, ensure_ascii=False)
        os.write(self._file, text.encode() + b"\n")
        os.fsync(self._file)

    def empty(self) -> None:
        """Forget all of it."""
        os.truncate(self.path, 0)

    def begin_anew(self) -> None:
        """As if nothing had ever happened."""
        os.ftruncate(self._file, 0)

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.path.read_text().splitlines() if line]


_SHARED: dict[str, dict[str, Any]] = {
    "--port": {"type": int, "default": 0},
    "--control": {"type": int, "default": 0, "help": "port for orders"},
    "--ledger": {"type": Path, "required": True},
    "--script": {"type": Path, "help": "JSON or TOML list of faults"},
    "--tap-s": {"type": float, "default": 1.5, "help": "time until the card is held to the reader"},
}


def options_of(device: str, about: str, *more: str) -> argparse.ArgumentParser:
    """The options of a simulator: its ports, and `more` of those that several have."""
    parser = argparse.ArgumentParser(prog=f"kiosk simulate {device}", description=about)
    for flag in ("--port", "--control", *more):
        parser.add_argument(flag, **_SHARED[flag])
    return parser


def run(
    serve: Serve,
    port: int,
    order: Order,
    control: int,
    *,
    tls: ssl.SSLContext | None = None,
    begin: Callable[[], None] | None = None,
    **ready: Any,
) -> None:
    """Serve a device port and a control port on the loopback until SIGTERM; prints one JSON ready line.

    `begin` is called first, in the loop that serves.
    """
    asyncio.run(_run(serve, port, order, control, tls, begin, ready))


async def _run(
    serve: Serve,
    port: int,
    order: Order,
    control: int,
    tls: ssl.SSLContext | None,
    begin: Callable[[], None] | None,
    ready: dict[str, Any],
) -> None:
    stop = asyncio.Event()
    if begin is not None:
        begin()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    open_writers: set[asyncio.StreamWriter] = set()

    async def tracked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_writers.add(writer)
        try:
            await serve(reader, writer)
        except (ConnectionError, EOFError, asyncio.LimitOverrunError, asyncio.CancelledError):
            pass  # the client left, was no client of this device, or this program ends
        finally:
            open_writers.discard(writer)
            writer.close()

    async def obey(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_writers.add(writer)
        try:
            while line := await reader.readline():
                try:
                    answer = order(json.loads(line))
                except Exception as error:  # whatever is asked for, the device stays there
                    answer = {"error": f"not an order: {error!r}"}
                writer.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, asyncio.CancelledError):  # the client left, or this program ends
            pass
        finally:
            open_writers.discard(writer)
            writer.close()

    device = await asyncio.start_server(tracked, "127.0.0.1", port, ssl=tls)
    controller = await asyncio.start_server(obey, "127.0.0.1", control)
    ports = [server.sockets[0].getsockname()[1] for server in (device, controller)]
    print(json.dumps({"ready": True, "port": ports[0], "control": ports[1], **ready}), flush=True)
    await stop.wait()
    device.close()
    controller.close()
    for writer in list(open_writers):
        writer.transport.abort()
