"""A ZVT card terminal with its acquirer as a process: TCP, and a serial line on a pseudo-terminal.

    python -m devices.simulated.zvt --ledger FILE [--port 0] [--control 0] [--serial LINK] [--script FILE] [--tap-s 1.5]

`--unattended`: an approval is reversed unless the register answers for it (issue of goods). Orders on the control
port. For the next payment, or what "on" names (reversal, refund): decline (code), silence (approved, and not a word
more on this line), late_answer (s), drop_after_approval, duplicate (what it says it says twice), wrong_amount (it says
one more than it took), partial (n: it takes only so much), wait (for the order "card"). At once: card, power_cut (n:
the process ends after so many more bytes), cut (n: the line does), forget (the registration), restart (that, and it
hangs up), unplug, replug, lose_acks (n), damage (n). Lasting: ready, busy, mute, unreachable, end_of_day_required,
service; also tap_s (s), clear, state.

The ledger (JSON lines, each flushed to the disk) has every transaction: charge, final, reversal, refund,
charge_refused, end_of_day. It is read again at the start.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from devices.simulated.control import Ledger, Script, options_of, run
from devices.simulated.zvt_book import Book
from devices.simulated.zvt_day import Terminal
from devices.simulated.zvt_wire import SerialPeer, TcpPeer


class Device:
    """The terminal on its lines."""

    def __init__(self, terminal: Terminal, serial: Path | None) -> None:
        self._terminal = terminal
        self._serial_link = serial
        self._serial: SerialPeer | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self) -> None:
        """On its serial line before the ready line is out."""
        if self._serial_link is not None:
            self._plug()

    def _plug(self) -> None:
        assert self._serial_link is not None
        self._serial = SerialPeer(self._serial_link, self._terminal.spend)
        self._keep(self._terminal.serve(self._serial))

    def _keep(self, coroutine: Any) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One TCP connection."""
        peer = TcpPeer(reader, writer, self._terminal.spend)
        if self._terminal.mood == "unreachable":
            peer.drop()
            return
        self._keep(peer.read())
        await self._terminal.serve(peer)

    def order(self, message: dict[str, Any]) -> dict[str, Any]:
        """Obey one order."""
        what = message.get("do", "")
        if what == "unplug":
            self._terminal.mood = "unreachable"
            self._terminal.hang_up()
        elif what == "replug":
            self._terminal.mood = "ready"
            if self._serial_link is not None:
                self._plug()
        elif what in ("lose_acks", "damage"):
            if self._serial is None:
                return {"error": "there is no serial line"}
            setattr(self._serial, what, int(message.get("n", 1)))
        else:
            return self._terminal.order(message)
        return self._terminal.order({"do": "state"})


def main(arguments: list[str] | None = None) -> None:
    parser = options_of("zvt", "A card terminal that speaks ZVT.", "--ledger", "--script", "--tap-s")
    parser.add_argument("--serial", type=Path, metavar="LINK", help="also a serial line, by this name")
    parser.add_argument("--unattended", action="store_true", help="approvals are reversed unless they are answered for")
    parser.add_argument("--answer-s", type=float, default=5.0, help="how long the register may think")
    parser.add_argument("--again-s", type=float, default=2.0, help="until a status is repeated on request")
    options = parser.parse_args(arguments)
    book = Book(Ledger(options.ledger), unattended=options.unattended)
    terminal = Terminal(book, Script(options.script), options)
    device = Device(terminal, options.serial)
    run(device.serve, options.port, device.order, options.control, begin=device.begin, device=str(options.serial or ""))


if __name__ == "__main__":
    main()
