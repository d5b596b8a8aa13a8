"""What the simulated ZVT terminal does all day: it answers, takes cards, asks its acquirer, gives back, closes."""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from typing import Any

from devices.simulated.control import Script
from devices.simulated.zvt_book import Book
from devices.simulated.zvt_sale import ACK, TERMINAL_ID, Payments, status
from devices.simulated.zvt_wire import Peer, digits, frame, split

_LASTING = ("ready", "busy", "mute", "unreachable", "end_of_day_required", "service")
_ONCE = (
    "decline", "silence", "late_answer", "drop_after_approval", "duplicate", "wrong_amount", "partial", "wait"
)  # fmt: skip


class Terminal(Payments):
    """One card reader. It hears one register at a time; while it works for one, others are told to wait."""

    def __init__(self, book: Book, script: Script, options: argparse.Namespace) -> None:
        super().__init__(book, script, options)
        self._peers: set[Peer] = set()
        self._registered = False
        self._running = False
        self._budget: dict[str, int] = {}  # bytes until a power_cut or a cut

    # orders

    def order(self, message: dict[str, Any]) -> dict[str, Any]:
        what = message.get("do", "")
        if what in _ONCE:
            self._next.append(message)
        elif what in _LASTING:
            self.mood = what
        elif what in ("power_cut", "cut"):
            self._budget[what] = int(message.get("n", 0))
        elif what == "card":
            self._card.set()
        elif what == "tap_s":
            self._tap_s = float(message["s"])
        elif what in ("restart", "forget"):
            self._registered = False
            if what == "restart":
                self.hang_up()
        elif what == "clear":
            self._next.clear()
            self._budget.clear()
            self.mood = "ready"
        elif what != "state":
            return {"error": f"unknown order {what!r}"}
        done = [entry.do for entry in self.book.entries]
        return {
            "ok": True,
            "approved": done.count("charge"),
            "reversed": done.count("reversal"),
            "refunded": done.count("refund"),
            "taken_minor": self.book.taken_minor(),
            "waiting": self._waiting,
            "running": self._running,
            "registered": self._registered,
            "mood": self.mood,
        }

    def hang_up(self) -> None:
        """On everybody; who waits for a card is told to stop."""
        self._stop.set()
        for peer in list(self._peers):
            peer.drop()

    def spend(self, data: bytes) -> bytes:
        """What really goes out of this message."""
        for what, left in list(self._budget.items()):
            if left > len(data):
                self._budget[what] = left - len(data)
                continue
            del self._budget[what]
            if what == "power_cut":
                os._exit(9)
            asyncio.get_running_loop().call_soon(self.hang_up)
            data = data[:left]
        return data

    # the line

    async def serve(self, peer: Peer) -> None:
        """Everything one register asks for."""
        self._peers.add(peer)
        try:
            while (message := await peer.get()) is not None:
                if self.mood != "mute":
                    await self._obey(peer, *split(message))
        finally:
            self._peers.discard(peer)

    async def _obey(self, peer: Peer, control: int, body: bytes) -> None:
        if control == 0x06B0:
            self._stop.set()
            await peer.put(ACK)
            return
        if control >> 8 in (0x80, 0x84):
            return
        if self._running or self.mood == "busy":
            await peer.put(frame(0x849C))
            return
        work = {
            0x0600: self._register, 0x0601: self._authorise, 0x0630: self._reverse, 0x0631: self._refund,
            0x0620: self._repeat, 0x0610: self._totals, 0x0650: self._end_of_day, 0x0501: self._how,
        }.get(control)  # fmt: skip
        if work is None:
            await peer.put(frame(0x8483))
            return
        self._running = True
        self._stop.clear()
        try:
            await peer.put(ACK)
            if control not in (0x0600, 0x0501) and not self._registered:
                await self._end(peer, 0x6B)
            else:
                await work(peer, body)
        except (ValueError, IndexError):  # no digits, or too little of it
            await self._end(peer, 0x9A)
        finally:
            self._running = False

    # what is asked

    async def _register(self, peer: Peer, body: bytes) -> None:
        self._registered, self._receipts = True, bool(body[3] & 0x02)
        currency = body[4:6]
        done = b"\x19\x00\x29" + bytes.fromhex(TERMINAL_ID) + (b"\x49" + currency if len(currency) == 2 else b"")
        await self._end(peer, body=done)

    async def _how(self, peer: Peer, body: bytes) -> None:
        state = {"end_of_day_required": 0xF0, "service": 0xE0}.get(self.mood, 0x00)
        version = b"SIM 1.0"
        await self._end(peer, body=b"\xf0\xf0" + bytes([0xF0 | len(version)]) + version + bytes([state]))

    async def _repeat(self, peer: Peer, body: bytes) -> None:
        last = self.book.last
        if last is None:
            await self._end(peer, 0x83)
            return
        await self._say(peer, status(last))
        await self._receipt(peer, last)
        await self._end(peer)

    async def _totals(self, peer: Peer, body: bytes) -> None:
        await self._say(peer, self._day())
        await self._end(peer)

    async def _end_of_day(self, peer: Peer, body: bytes) -> None:
        await self._step(peer, 0x0E)
        message = self._day()
        self.book.next_trace()
        self.book.close_day()
        if self.mood == "end_of_day_required":
            self.mood = "ready"
        if self._receipts:
            for line in ("END OF DAY", time.strftime("%Y-%m-%d %H:%M")):
                await self._say(peer, frame(0x06D1, b"\x00" + line.encode("cp437")))
        await self._say(peer, message)
        await self._end(peer)

    def _day(self) -> bytes:
        first, last, count, turnover = self.book.totals()
        kinds = bytes(7) * 4 + bytes([count]) + digits(turnover, 12) + bytes(7) * 2  # all of it by the fifth kind
        single = digits(first, 4) + digits(last, 4) + kinds
        size = f"{len(single):03d}"
        body = b"\x27\x00\x04" + digits(turnover, 12) + b"\x0c" + bytes.fromhex(time.strftime("%H%M%S"))
        body += b"\x0d" + bytes.fromhex(time.strftime("%m%d")) + b"\x29" + bytes.fromhex(TERMINAL_ID)
        return frame(0x040F, body + b"\x60" + bytes(0xF0 | int(c) for c in size) + single)

    async def _reverse(self, peer: Peer, body: bytes) -> None:
        receipt, faults = int(body[4:6].hex()), self._faults("reversal")
        found = [entry for entry in self.book.entries if entry.do == "charge" and entry.receipt == receipt]
        if "decline" in faults:
            await self._no(peer, int(faults["decline"].get("code", 0xA3)))
        elif not found or found[-1] not in self.book.day:
            await self._no(peer, 0xB5)
        elif found[-1].reversed:
            await self._no(peer, 0xB4)
        else:
            await self._tell(peer, self.book.reverse(found[-1]), faults)

    async def _refund(self, peer: Peer, body: bytes) -> None:
        amount, currency = int(body[4:10].hex()), int(body[11:13].hex())
        if await self._card_comes(peer, {}):
            await self._tell(peer, self.book.take("refund", amount, currency), self._faults("refund"))
