"""A ticket printer as a process: interprets ESC/POS into PNG pages, answers status requests, obeys faults.

    python -m devices.simulated.printer --out DIR [--port 0] [--control 0] [--script FILE] [--width 576]

Orders on the control port (one JSON object a line, answered by the state):
    paper_out paper_in paper_low cover_open cover_close jam offline online    as a real one: it stops in the middle,
        still answers DLE EOT and, where GS a asked for it, tells each change by itself, keeps what it received, and
        goes on when the cause is gone
    unblock                   what jammed the cutter is taken out; the printer waits for DLE ENQ before it goes on
    paper_mm (n)              so much is left on the roll
    silent                    accepts, never answers        power_off power_on    hangs up at once
    slow (bytes_per_s)        0 = full speed
    die_after_bytes (n)       of the next page: the paper is torn there, the line drops
    stall_after_bytes (n)     of the next page: stops there, neither reads nor answers, until clear or power_cycle
    power_cycle               what is not on paper is gone        clear    all faults gone        state
    unplug replug             with --pty LINK (also on a serial line, whose name LINK leads to): it is gone, there again
Ledger: DIR/printed.jsonl with file, bytes, complete. Files: ticket-NNNN.png, torn-NNNN.png. Every answer has "drawer".
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

from devices.simulated.control import Ledger, Script, options_of, run
from devices.simulated.escpos import Interpreter
from devices.simulated.paper import Page
from devices.simulated.serial_line import SerialLine, free_port

DOTS_PER_MM = 8
LOW_MM = 30
_SLICE = 512  # bytes worked through at a time
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
    "power_off": ("power_off", True),
    "power_on": ("power_off", False),
}
_NUMBERS = {
    "paper_mm": ("_roll_dots", "n", DOTS_PER_MM),
    "slow": ("_bytes_per_s", "bytes_per_s", 1),
    "die_after_bytes": ("_die_after", "n", 1),
    "stall_after_bytes": ("_stall_after", "n", 1),
}
_VERBS = {"power_cycle", "clear", "state", "unblock", "unplug", "replug"}
_STOPS = {"paper_out", "cover_open", "jam", "offline"}
_REAL_TIME = re.compile(rb"\x10\x04([\x01-\x04])|\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08|\x10\x05[\x01\x02]")
_QUESTIONS = (b"\x10", b"\x1dr", b"\x1dI", b"\x1d(H", b"\x1da", b"\x1bp")  # do not begin a page


class _Job:
    """What one client sent, worked through in its own time; it outlives the client."""

    def __init__(self, writer: asyncio.StreamWriter, machine: Printer, width: int) -> None:
        self.writer = writer
        self.pending = bytearray()
        self.closed = self.lost = False
        self.interpreter = Interpreter(width, self.answer, lambda: machine.status(0), machine.page_done)
        self.interpreter.tell_changes, self.interpreter.pulse = self.tell_changes, machine.pulses.append
        self._machine = machine
        self._told = b""  # the last automatic status; "" = not wanted

    def tell_changes(self, mask: int) -> None:
        """GS a: the status now, and again whenever it changes."""
        self._told = b""
        if mask:
            self.tell(first=True)

    def tell(self, *, first: bool = False) -> None:
        now = self._machine.automatic_status()
        if first or (self._told and now != self._told):
            self._told = now
            self.answer(now)

    def answer(self, data: bytes) -> None:
        if not self.closed:
            self.writer.write(data)


class Printer:
    """State of the machine."""

    def __init__(self, out: Path, width: int, script: Script) -> None:
        out.mkdir(parents=True, exist_ok=True)
        self._out, self._width, self._script = out, width, script
        self._ledger = Ledger(out / "printed.jsonl")
        self._pages = len(self._ledger.lines())
        self._on: set[str] = set()
        self._clear_faults()
        self._jobs: set[_Job] = set()
        self.pulses: list[int] = []  # to the cash drawer, by its pin
        self.line: SerialLine | None = None
        self._receiving, self._moved = 0, asyncio.Event()  # bytes of the page that is coming in; something changed

    def _clear_faults(self) -> None:
        self._on.clear()
        self._blocked = False
        self._die_after = self._stall_after = -1
        self._roll_dots = -1  # -1 = plenty
        self._bytes_per_s = 0
        self._stalled = False

    def order(self, message: dict[str, Any]) -> dict[str, Any]:
        """Obey one order."""
        what = message.get("do", "")
        if what in _SWITCHES:
            name, on = _SWITCHES[what]
            (self._on.add if on else self._on.discard)(name)
        elif what in _NUMBERS:
            setattr(self, *_number(message))
        elif what not in _VERBS:
            return {"error": f"unknown order {what!r}"}
        if what == "paper_in":
            self._on.discard("paper_low")
            self._roll_dots = -1
        elif what in ("power_off", "power_cycle"):
            self._lose_power()
        elif what == "clear":
            self._clear_faults()
        elif what in ("jam", "unblock"):
            self._blocked = what == "jam"
        elif what in ("unplug", "replug"):
            if self.line is None:
                return {"error": "there is no line to unplug: start with --pty"}
            self.line.plug(what == "replug")
        self._changed()
        said = {"held": sum(len(job.pending) for job in self._jobs), "drawer": self.pulses, "on": sorted(self._on)}
        return {"ok": True, "pages": self._pages, "receiving": self._receiving, **said}

    def status(self, n: int) -> int:
        """Answers to DLE EOT n; n = 0: to GS r 1."""
        on = self._on
        low = "paper_low" in on or 0 <= self._roll_dots < LOW_MM * DOTS_PER_MM
        if n == 0:
            return (0x03 if low else 0) | (0x0C if "paper_out" in on else 0)
        if n == 1:
            return 0x12 | (0x08 if on & _STOPS else 0)
        if n == 2:
            cover, paper = 0x04 if "cover_open" in on else 0, 0x20 if "paper_out" in on else 0
            return 0x12 | cover | paper | (0x40 if "jam" in on else 0)
        if n == 3:
            return 0x12 | (0x08 if "jam" in on else 0)
        return 0x12 | (0x0C if low else 0) | (0x60 if "paper_out" in on else 0)

    def automatic_status(self) -> bytes:
        """The four bytes of GS a."""
        on = self._on
        low = self.status(0) & 0x03
        first = 0x10 | (0x08 if on & _STOPS else 0) | (0x20 if "cover_open" in on else 0)
        return bytes((first, 0x08 if "jam" in on else 0, low | (0x0C if "paper_out" in on else 0), 0x00))

    def _changed(self) -> None:
        for job in list(self._jobs):
            job.tell()
        self._moved.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client: real-time commands are answered at once, all else is queued for the head."""
        for fault in self._script.due("connection"):
            self.order(fault)
        if "power_off" in self._on:
            writer.transport.abort()
            return
        job = _Job(writer, self, self._width)
        self._jobs.add(job)
        worker = asyncio.create_task(self._work(job))
        tail = b""
        try:
            while data := await reader.read(4096):
                while self._stalled:
                    await self._change()
                if job.lost or "silent" in self._on:
                    continue
                tail = self._in_real_time(job, tail, data)
                await writer.drain()
        finally:
            job.closed = True
            self._moved.set()
            await asyncio.shield(worker)
            self._jobs.discard(job)

    def _in_real_time(self, job: _Job, tail: bytes, data: bytes) -> bytes:
        """Answer what is in there; returns the end that may be the beginning of a command."""
        job.pending += data
        seen, end = tail + data, 0
        for found in _REAL_TIME.finditer(seen):
            end = found.end()
            if found[1]:
                job.answer(bytes((self.status(found[1][0]),)))
                continue
            if found[0][1] == 0x05 and not self._blocked:  # DLE ENQ: try the cutter again
                self._on.discard("jam")
            if found[0][1] == 0x14 or found[0][2] == 2:  # DLE DC4 8, DLE ENQ 2: forget what was received
                job.pending[: len(job.pending) - (len(seen) - end)] = b""
                self._torn(job)
            self._changed()
        self._moved.set()
        return seen[max(end, len(seen) - 9) :]

    async def _work(self, job: _Job) -> None:
        """The head: works through a job as long as nothing stops it."""
        interpreter = job.interpreter
        while not job.lost and not (job.closed and not job.pending):
            if not job.pending or self._on & _STOPS or self._stalled:
                await self._change()
                continue
            if not interpreter.page_bytes and not job.pending.startswith(_QUESTIONS):
                for fault in self._script.due("page"):
                    self.order(fault)
            faults = [n for n in (self._die_after, self._stall_after) if n >= 0]
            most = 3 if job.pending.startswith(b"\x1da") else _SLICE  # a page may follow at once
            count = max(0, min([most, *(n - interpreter.page_bytes for n in faults)]))
            data = bytes(job.pending[:count])
            del job.pending[:count]
            before = interpreter.page.height
            interpreter.feed(data)
            self._receiving = interpreter.page_bytes
            self._use_paper(interpreter.page.height - before)
            if 0 <= self._die_after <= interpreter.page_bytes:
                self._die_after = -1
                self._kill(job)
            elif 0 <= self._stall_after <= interpreter.page_bytes:
                self._stall_after, self._stalled = -1, True
            await asyncio.sleep(count / self._bytes_per_s if self._bytes_per_s else 0)
        if not job.lost:
            self._torn(job)

    def _use_paper(self, dots: int) -> None:
        if self._roll_dots >= 0:
            self._roll_dots = max(0, self._roll_dots - max(0, dots))
            if not self._roll_dots:
                self._on.add("paper_out")
            self._changed()

    async def _change(self) -> None:
        self._moved.clear()
        await self._moved.wait()

    def _lose_power(self) -> None:
        self._die_after = self._stall_after = -1
        self._stalled = False
        for job in list(self._jobs):
            self._kill(job)

    def _kill(self, job: _Job) -> None:
        job.lost = True
        job.pending.clear()
        self._torn(job)
        job.writer.transport.abort()

    def page_done(self, page: Page, count: int) -> None:
        """Cut."""
        if not page.empty:
            self._save(page, "ticket", count, complete=True)

    def _torn(self, job: _Job) -> None:
        page, count = job.interpreter.tear()
        if not page.empty:
            self._save(page, "torn", count, complete=False)

    def _save(self, page: Page, name: str, count: int, *, complete: bool) -> None:
        self._pages += 1
        path = self._out / f"{name}-{self._pages:04d}.png"
        page.save(path)
        self._ledger.write(file=path.name, bytes=count, complete=complete)


def _number(message: dict[str, Any]) -> tuple[str, int]:
    name, key, factor = _NUMBERS[message["do"]]
    return name, int(message[key]) * factor


def main(arguments: list[str] | None = None) -> None:
    parser = options_of("printer", "A ticket printer (ESC/POS over TCP).", "--script")
    parser.add_argument("--out", type=Path, required=True, help="folder for the printed pages")
    parser.add_argument("--width", type=int, default=576, help="dots of a line")
    parser.add_argument("--pty", type=Path, help="also on a serial line: a link to make")
    options = parser.parse_args(arguments)
    printer, port = Printer(options.out, options.width, Script(options.script)), options.port
    if options.pty:
        port = port or free_port()
        printer.line = SerialLine(options.pty, port)
    run(printer.serve, port, printer.order, options.control)


if __name__ == "__main__":
    main()
