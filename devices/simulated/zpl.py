"""A label printer as a process: reads ZPL II, draws each label as a PNG, answers ~HS, obeys faults.

    python -m devices.simulated.zpl --out DIR [--port 0] [--control 0] [--script FILE] [--width 832]

Understands ^XA ^XZ ^PW ^LL ^LH ^FO ^FS ^GF (A: plain, with repeats, :B64:, :Z64:) ^GB ^PQ ^MM, and ~HS ~JA; other
commands are passed over.

Orders on the control port (one JSON object a line, answered by the state):
<<<<<<< HEAD
    paper_out paper_in head_open head_close ribbon_out ribbon_in hot cool pause resume   it stops after the row
=======
    paper_out paper_in head_open head_close ribbon_out ribbon_in hot cool pause resume    it stops at its row
>>>>>>> f9d39e7 (Printers behind CUPS queues by IPP, PDF files as a printer, and an operator's own layouts are used)
    silent      accepts, never answers          power_off power_on     hangs up at once
    slow (rows_per_s)                           0 = full speed
    die_after_bytes (n)  of the next label: the line drops, nothing of it is on paper
    die_after_rows (n)   of the next label: the paper is torn there, the line drops
    power_cycle          what is not on paper is gone       clear    all faults gone       state
Ledger: DIR/printed.jsonl with file, rows, complete. Files: label-NNNN.png, torn-NNNN.png. Script: occasions "label".
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from PIL import Image

from devices.simulated.control import Ledger, Script, options_of, run
from devices.simulated.zpl_label import Label, drawn

_SWITCHES = {
    "paper_out": ("paper_out", True), "paper_in": ("paper_out", False),
    "head_open": ("head_open", True), "head_close": ("head_open", False),
    "ribbon_out": ("ribbon_out", True), "ribbon_in": ("ribbon_out", False),
    "hot": ("hot", True), "cool": ("hot", False),
    "pause": ("pause", True), "resume": ("pause", False),
    "silent": ("silent", True),
    "power_off": ("power_off", True), "power_on": ("power_off", False),
}  # fmt: skip
_NUMBERS = {"slow": "rows_per_s", "die_after_bytes": "n", "die_after_rows": "n"}
_VERBS = {"power_cycle", "clear", "state"}
_STOPS = {"paper_out", "head_open", "ribbon_out", "hot", "pause"}
_ROWS = 64  # printed at a time


class LabelPrinter:
    """State of the machine: formats wait in one buffer, whoever sent them."""

    def __init__(self, out: Path, width: int, script: Script) -> None:
        out.mkdir(parents=True, exist_ok=True)
        self._out, self._width, self._script = out, width, script
        self._ledger = Ledger(out / "printed.jsonl")
        self._pages = len(self._ledger.lines())
        self._waiting: list[Label] = []
        self._left = 0  # labels of the batch that is being printed
        self._writers: set[asyncio.StreamWriter] = set()
        self._moved = asyncio.Event()
        self._head: asyncio.Task[None] | None = None
        self._clear()

    def _clear(self) -> None:
        self._on: set[str] = set()
        self._numbers = {"slow": 0, "die_after_bytes": -1, "die_after_rows": -1}
        self._moved.set()

    def order(self, message: dict[str, Any]) -> dict[str, Any]:
        """Obey one order."""
        what = message.get("do", "")
        if what in _SWITCHES:
            name, on = _SWITCHES[what]
            (self._on.add if on else self._on.discard)(name)
        elif what in _NUMBERS:
            self._numbers[what] = int(message[_NUMBERS[what]])
        elif what not in _VERBS:
            return {"error": f"unknown order {what!r}"}
        if what in ("power_off", "power_cycle"):
            self._lose_power()
        elif what == "clear":
            self._clear()
        self._moved.set()
        return {"ok": True, "pages": self._pages, "on": sorted(self._on), "held": len(self._waiting) + self._left}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client: commands in the order they come."""
        if "power_off" in self._on:
            writer.transport.abort()
            return
        if self._head is None:
            self._head = asyncio.create_task(self._print())
        self._writers.add(writer)
        held, label_bytes = b"", 0
        try:
            while data := await reader.read(4096):
                if "silent" in self._on:
                    continue
                begun, held = held, held + data
                if b"^XA" in held and b"^XA" not in begun:
                    for fault in self._script.due("label"):
                        self.order(fault)
                label_bytes = label_bytes + len(data) if b"^XA" in held else 0
                if 0 <= self._numbers["die_after_bytes"] <= label_bytes:
                    self._lose_power()
                    return
                held = self._understood(held, writer)
                await writer.drain()
        finally:
            self._writers.discard(writer)

    def _understood(self, data: bytes, writer: asyncio.StreamWriter) -> bytes:
        """Carry out what is whole; returns the rest."""
        while True:
            tilde, begin = data.find(b"~"), data.find(b"^XA")
            if tilde >= 0 and (begin < 0 or tilde < begin):
                if len(data) < tilde + 3:
                    return data[tilde:]
                self._at_once(data[tilde : tilde + 3], writer)
                data = data[tilde + 3 :]
            elif begin >= 0:
                end = data.find(b"^XZ", begin)
                if end < 0:
                    return data[begin:]
                self._waiting.append(drawn(data[begin:end].decode("latin-1"), self._width))
                self._moved.set()
                data = data[end + 3 :]
            else:
                return data[-2:] if b"^" in data[-2:] else b""

    def _at_once(self, command: bytes, writer: asyncio.StreamWriter) -> None:
        if command == b"~HS":
            writer.write(self._host_status())
        elif command == b"~JA":
            self._waiting.clear()
            self._left = 0
            self._moved.set()

    def _host_status(self) -> bytes:
        on, count = self._on, len(self._waiting)
        stopped = bool(on & (_STOPS - {"hot"}))
        one = f"030,{'paper_out' in on:d},{stopped:d},1218,{count:03d},0,0,0,000,0,0,{'hot' in on:d}"
        two = f"000,0,{'head_open' in on:d},{'ribbon_out' in on:d},1,2,4,0,{self._left:08d},1,000"
        return b"".join(b"\x02" + line.encode() + b"\x03\r\n" for line in (one, two, "1234,0"))

    async def _print(self) -> None:
        """The head."""
        while True:
            while not self._waiting or self._on & _STOPS:
                self._moved.clear()
                await self._moved.wait()
            label = self._waiting.pop(0)
            self._left = label.copies
            while self._left:
                if await self._rows(label.picture):
                    self._left = max(0, self._left - 1)
                else:
                    break
            self._left = 0

    async def _rows(self, picture: Image.Image) -> bool:
        """One label, row by row; False when it was torn off."""
        row, number = 0, self._pages
        while row < picture.height:
            if 0 <= self._numbers["die_after_rows"] <= row:
                self._lose_power()
                self._save(picture.crop((0, 0, picture.width, row)), "torn", complete=False)
                return False
            if self._on & _STOPS:
                self._moved.clear()
                await self._moved.wait()
                if not self._left or self._pages != number:  # cancelled meanwhile: what is printed is torn off
                    self._save(picture.crop((0, 0, picture.width, row)), "torn", complete=False)
                    return False
                continue
            row += _ROWS
            speed = self._numbers["slow"]
            await asyncio.sleep(_ROWS / speed if speed else 0)
        self._save(picture, "label", complete=True)
        return True

    def _save(self, picture: Image.Image, name: str, *, complete: bool) -> None:
        if picture.height and picture.width:
            self._pages += 1
            path = self._out / f"{name}-{self._pages:04d}.png"
            picture.save(path)
            self._ledger.write(file=path.name, rows=picture.height, complete=complete)

    def _lose_power(self) -> None:
        self._numbers["die_after_bytes"] = self._numbers["die_after_rows"] = -1
        self._waiting.clear()
        self._left = 0
        self._on.discard("pause")
        for writer in list(self._writers):
            writer.transport.abort()


def main(arguments: list[str] | None = None) -> None:
    parser = options_of("zpl", "A label printer (ZPL II over TCP).", "--script")
    parser.add_argument("--out", type=Path, required=True, help="folder for the printed labels")
    parser.add_argument("--width", type=int, default=832, help="dots of the head")
    options = parser.parse_args(arguments)
    printer = LabelPrinter(options.out, options.width, Script(options.script))
    run(printer.serve, options.port, printer.order, options.control)


if __name__ == "__main__":
    main()
