"""A device's serial line as a pseudo-terminal (and TCP), with everything a line can do to bytes.

`hear` gets what came and says what goes back, as (seconds to wait, bytes). A link at --device-link keeps its name when
the device is unplugged and plugged in again.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path

Hear = Callable[[bytes], list[tuple[float, bytes]]]


class SerialPort:
    """The device's end of the line."""

    def __init__(self, hear: Hear, link: Path | None) -> None:
        self.hear, self._link = hear, link
        self._lock = threading.Lock()  # one speaker at a time
        self._pulled = threading.Event()
        self._thread = threading.Thread()
        self._viewers: set[asyncio.StreamWriter] = set()
        self.plugged = False
        self.device = ""
        self.plug()

    def plug(self) -> None:
        """A new pseudo-terminal, read on a thread of its own."""
        if self.plugged:
            return
        ours, theirs = os.openpty()
        tty.setraw(theirs)
        self.device, self._pulled, self.plugged = os.ttyname(theirs), threading.Event(), True
        if self._link is not None:
            with contextlib.suppress(FileNotFoundError):
                self._link.unlink()
            self._link.symlink_to(self.device)
            self.device = str(self._link)
        self._thread = threading.Thread(target=self._listen, args=(ours, theirs, self._pulled), daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """Everybody is hung up on."""
        self.plugged = False
        for viewer in self._viewers:
            viewer.transport.abort()
        self._pulled.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()
        if self._link is not None:
            with contextlib.suppress(FileNotFoundError):
                self._link.unlink()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The same device over TCP."""
        self._viewers.add(writer)
        try:
            while self.plugged and (data := await reader.read(4096)):
                with self._lock:
                    answers = self.hear(data)
                for wait_s, answer in answers:
                    await asyncio.sleep(wait_s)
                    writer.write(answer)
                    await writer.drain()
        finally:
            self._viewers.discard(writer)

    def _listen(self, ours: int, theirs: int, pulled: threading.Event) -> None:
        while not pulled.is_set():
            if not select.select([ours], [], [], 0.02)[0]:
                continue
            with self._lock:
                answers = self.hear(os.read(ours, 4096))
            for wait_s, answer in answers:
                if wait_s:
                    time.sleep(wait_s)
                if not pulled.is_set():
                    os.write(ours, answer)
        os.close(theirs)
        os.close(ours)


class Faults:
    """What is to go wrong with the next answers: {"kind": "silent" | "late" | "garbage" | "deaf" | "nak", "times": n,
    "command": n, "s": seconds}. "deaf" does not even hear the question."""

    def __init__(self) -> None:
        self._planned: list[dict[str, object]] = []

    def plan(self, order: dict[str, object]) -> None:
        self._planned += [order] * int(str(order.get("times", 1)))

    def clear(self) -> None:
        self._planned.clear()

    def next(self, command: int) -> tuple[str, float]:
        """(kind, seconds) for the answer to this command; "" = none."""
        for order in self._planned:
            if order.get("command", command) == command:
                self._planned.remove(order)
                return str(order["kind"]), float(str(order.get("s", 1.0)))
        return "", 0.0
