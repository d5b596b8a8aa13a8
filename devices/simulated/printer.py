"""A ticket printer as a process: interprets ESC/POS into PNG pages, answers status requests, obeys faults.

    python -m devices.simulated.printer --out DIR [--port 0] [--control 0] [--script FILE] [--width 576]

Orders on the control port: paper_out, paper_in, paper_low, cover_open, cover_close, jam, offline, online, silent,
die_after_bytes (n), stall_after_bytes (n), power_cycle, clear, state. `die_...` and `stall_...` concern the next page.
Ledger: DIR/printed.jsonl with file, bytes, complete.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

from devices.simulated.control import Ledger, Script, run
from devices.simulated.paper import Interpreter, Page

_SWITCHES = {
    "paper_out": ("paper_out", True),
    "paper_in": ("paper_out", False),
    "paper_low": ("paper_low", True),
    "cover_open": ("cover_open", True),
    "cover_close": ("cover_open", False),
    "jam": ("jam", True),
    "offline": ("offline", True),
    "online": ("offline", False),
    "silent": ("silent", True),
}


class Printer:
    """State of the machine; each connection has an interpreter of its own."""

    def __init__(self, out: Path, width: int, script: Script) -> None:
        out.mkdir(parents=True, exist_ok=True)
        self._out = out
        self._width = width
        self._script = script
        self._ledger = Ledger(out / "printed.jsonl")
        self._pages = len(self._ledger.lines())
        self._on: set[str] = set()
        self._die_after = self._stall_after = -1
        self._power_cuts = 0
        self._receiving = 0  # bytes of the page that is coming in
        self._moved = asyncio.Event()

    def order(self, message: dict[str, Any]) -> dict[str, Any]:
        """Obey one order."""
        what = message.get("do", "")
        if what in _SWITCHES:
            name, on = _SWITCHES[what]
            (self._on.add if on else self._on.discard)(name)
        elif what == "die_after_bytes":
            self._die_after = int(message["n"])
        elif what == "stall_after_bytes":
            self._stall_after = int(message["n"])
        elif what == "power_cycle":
            self._power_cuts += 1
            self._die_after = self._stall_after = -1
        elif what == "clear":
            self._on.clear()
            self._die_after = self._stall_after = -1
        elif what != "state":
            return {"error": f"unknown order {what!r}"}
        self._moved.set()
        return {"ok": True, "pages": self._pages, "on": sorted(self._on), "receiving": self._receiving}

    def status(self, n: int) -> int:
        """Real-time status bytes (DLE EOT n), and 101/149 for GS r 1."""
        on = self._on
        stopped = bool(on & {"paper_out", "cover_open", "jam", "offline"})
        if n == 1:
            return 0x12 | (0x08 if stopped else 0)
        if n == 2:
            return (
                0x12
                | (0x04 if "cover_open" in on else 0)
                | (0x20 if "paper_out" in on else 0)
                | (0x40 if "jam" in on else 0)
            )
        if n == 3:
            return 0x12 | (0x08 if "jam" in on else 0)
        if n == 4:
            return 0x12 | (0x0C if "paper_low" in on else 0) | (0x60 if "paper_out" in on else 0)
        return (0x03 if "paper_low" in on else 0) | (0x0C if "paper_out" in on else 0)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client."""
        for fault in self._script.due("connection"):
            self.order(fault)
        interpreter = Interpreter(self._width, lambda data: self._reply(writer, data), self.status, self._page_done)
        begun, life = False, self._power_cuts
        while data := await reader.read(4096):
            if "silent" in self._on:
                continue
            if not begun and b"\x1b@" in data:
                begun = True
                for fault in self._script.due("page"):
                    self.order(fault)
            interpreter.feed(data)
            self._receiving = interpreter.page.byte_count
            if 0 <= self._die_after <= interpreter.page.byte_count:
                self._die_after = -1
                self._torn(interpreter.page)
                writer.transport.abort()
                return
            while 0 <= self._stall_after <= interpreter.page.byte_count:
                self._moved.clear()
                await self._moved.wait()
            if life != self._power_cuts:  # what was not on paper yet is gone
                self._torn(interpreter.page)
                writer.transport.abort()
                return
            await writer.drain()
        if not interpreter.page.empty:
            self._torn(interpreter.page)

    def _reply(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        if "silent" not in self._on:
            writer.write(data)

    def _page_done(self, page: Page) -> None:
        if self._on & {"paper_out", "cover_open", "jam"}:
            self._torn(page)
            return
        if not page.empty:
            self._save(page, "ticket", complete=True)

    def _torn(self, page: Page) -> None:
        self._save(page, "torn", complete=False)

    def _save(self, page: Page, name: str, *, complete: bool) -> None:
        self._pages += 1
        path = self._out / f"{name}-{self._pages:04d}.png"
        page.save(path)
        self._ledger.write(file=path.name, bytes=page.byte_count, complete=complete)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="kiosk simulate printer", description="A ticket printer (ESC/POS over TCP).")
    parser.add_argument("--out", type=Path, required=True, help="folder for the printed pages")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--control", type=int, default=0, help="port for orders")
    parser.add_argument("--script", type=Path, help="JSON list of faults")
    parser.add_argument("--width", type=int, default=576, help="dots of a line")
    options = parser.parse_args(arguments)
    printer = Printer(options.out, options.width, Script(options.script))
    run(printer.serve, options.port, printer.order, options.control)


if __name__ == "__main__":
    main()
