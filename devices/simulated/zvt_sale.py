"""A payment at the simulated ZVT terminal: the card, the acquirer, and whether the register answers for it."""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

from devices.simulated.control import Script
from devices.simulated.zvt_book import Book, Entry
from devices.simulated.zvt_wire import Peer, digits, frame, split

ACK = frame(0x8000)
CARD_ENDS, TERMINAL_ID = "4417", "52001234"
ASKED_MAX = 10  # how often a register may ask for more time
Faults = dict[str, dict[str, Any]]


class Payments:
    """What the terminal says, and what it waits for."""

    def __init__(self, book: Book, script: Script, options: argparse.Namespace) -> None:
        self.book, self._script = book, script
        self.unattended: bool = options.unattended
        self._tap_s, self._answer_s, self._again_s = options.tap_s, options.answer_s, options.again_s
        self.mood = "ready"
        self._next: list[dict[str, Any]] = []
        self._receipts = False
        self._waiting = False  # for a card
        self._card = asyncio.Event()
        self._stop = asyncio.Event()

    async def _say(self, peer: Peer, message: bytes) -> bytes | None:
        """Say something and hear what the register says to it; None = nothing in time, or it is gone."""
        await peer.put(message)
        until = asyncio.get_running_loop().time() + self._answer_s
        while (left_s := until - asyncio.get_running_loop().time()) > 0:
            answer = await peer.get(left_s)
            if answer is None:
                return None
            control, _ = split(answer)
            if control == 0x06B0:
                self._stop.set()
                await peer.put(ACK)
            elif control >> 8 in (0x80, 0x84):
                return answer
        return None

    async def _step(self, peer: Peer, code: int, text: str = "") -> None:
        shown = text.encode("cp437")
        line = bytes([0x07, len(shown)]) + shown
        container = bytes([0x24, len(line)]) + line
        more = bytes([0x01, 0x06, len(container)]) + container if text else b""
        await self._say(peer, frame(0x04FF, bytes([code]) + more))

    async def _end(self, peer: Peer, code: int | None = None, body: bytes = b"") -> None:
        """Completion, or an abort with a code: the register has the word again."""
        await self._say(peer, frame(0x060F, body) if code is None else frame(0x061E, bytes([code])))

    async def _no(self, peer: Peer, code: int) -> None:
        await self._say(peer, frame(0x040F, bytes([0x27, code])))
        await self._end(peer, code)

    async def _authorise(self, peer: Peer, body: bytes) -> None:
        amount, currency = int(body[1:7].hex()), int(body[8:10].hex()) if len(body) >= 10 else 978
        faults = self._faults("charge")
        if self.mood == "end_of_day_required":
            await self._end(peer, 0xF0)
            return
        if not await self._card_comes(peer, faults):
            return
        await self._step(peer, 0x01)
        await self._step(peer, 0x04)
        if "decline" in faults:
            code = int(faults["decline"].get("code", 0x05))
            self.book.refuse(amount, code)
            await self._no(peer, code)
            return
        taken = int(faults["partial"]["n"]) if "partial" in faults else amount
        entry = self.book.take("charge", taken, currency, final=not self.unattended)
        await self._tell(peer, entry, faults)

    async def _card_comes(self, peer: Peer, faults: Faults) -> bool:
        """Wait for the card; False = stopped first, and the register has been told."""
        self._card.clear()
        self._waiting = True
        await self._step(peer, 0x0A, "Bitte Karte vorhalten")
        card = asyncio.ensure_future(self._card.wait())
        stop = asyncio.ensure_future(self._stop.wait())
        heard = asyncio.ensure_future(self._hear_stop(peer))
        try:
            wait_s = None if "wait" in faults else self._tap_s
            done, _ = await asyncio.wait({card, stop}, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._waiting = False
            for task in (card, stop, heard):
                task.cancel()
            await asyncio.gather(card, stop, heard, return_exceptions=True)
        if stop not in done:
            return True
        await self._no(peer, 0x6C)
        return False

    async def _hear_stop(self, peer: Peer) -> None:
        """While a card is awaited, only a wish to stop is heard. A register that hangs up stops nothing."""
        while (message := await peer.get()) is not None:
            if split(message)[0] == 0x06B0:
                self._stop.set()
                await peer.put(ACK)

    def _faults(self, occasion: str) -> Faults:
        due = self._script.due(occasion)
        ordered = [fault for fault in self._next if fault.get("on", "charge") == occasion][:1]
        for fault in ordered:
            self._next.remove(fault)
        due = [*due, *ordered]
        return {fault["do"]: fault for fault in due}

    async def _tell(self, peer: Peer, entry: Entry, faults: Faults) -> None:
        """Say that money moved, and hear whether it stays so."""
        if "silence" in faults:
            await self._unheard(entry)
            while await peer.get() is not None:  # it may say what it likes until it hangs up
                pass
            return
        if "late_answer" in faults:
            await asyncio.sleep(float(faults["late_answer"]["s"]))
        if "drop_after_approval" in faults:
            peer.drop()
            await self._unheard(entry)
            return
        message = status(entry, more=1 if "wrong_amount" in faults else 0)
        if "duplicate" in faults:
            await peer.put(message)
        if entry.do == "charge" and not await self._answered(peer, entry, message):
            await self._step(peer, 0x05)
            self.book.reverse(entry)
            await self._end(peer, 0x66)
            return
        if entry.do != "charge":
            await self._say(peer, message)
        await self._receipt(peer, entry)
        if "duplicate" in faults:
            await peer.put(frame(0x060F))
        await self._end(peer)

    async def _unheard(self, entry: Entry) -> None:
        """Nobody answers for an approval."""
        if self.unattended and entry.do == "charge":
            self.book.reverse(entry)

    async def _answered(self, peer: Peer, entry: Entry, message: bytes) -> bool:
        """Whether the approval stays: the register answers for it, or nobody has to."""
        for _ in range(ASKED_MAX):
            answer = await self._say(peer, message)
            if answer is None:
                return not self.unattended
            control, _body = split(answer)
            if control in (0x8000, 0x8400):
                self.book.make_final(entry)
                return True
            if control != 0x849C:
                return False
            await asyncio.sleep(self._again_s)
        return False

    async def _receipt(self, peer: Peer, entry: Entry) -> None:
        if not self._receipts:
            return
        for kind in (1, 2):
            lines = (
                f"*** {'MERCHANT' if kind == 1 else 'CUSTOMER'} ***",
                f"{entry.do.upper()} {entry.amount_minor / 100:.2f}",
                f"TERMINAL {TERMINAL_ID}  TRACE {entry.trace:06d}  RECEIPT {entry.receipt:04d}",
                f"CARD ############{CARD_ENDS}",
            )
            texts = b"".join(bytes([0x07, len(line)]) + line.encode("cp437") for line in lines)
            inner = bytes([0x1F, 0x07, 0x01, kind, 0x25, 0x81, len(texts)]) + texts
            await self._say(peer, frame(0x06D3, bytes([0x06, 0x81, len(inner)]) + inner))


def status(entry: Entry, more: int = 0) -> bytes:
    """Status information of a transaction."""
    masked = bytes.fromhex("eeeeeeeeeeee" + CARD_ENDS)
    name = b"Mastercard"
    parts = [
        b"\x27\x00\x04" + digits(entry.amount_minor + more, 12),
        b"\x0b" + digits(entry.trace, 6),
        b"\x0c" + bytes.fromhex(entry.at[4:]) + b"\x0d" + bytes.fromhex(entry.at[:4]),
        b"\x22\xf0\xf8" + masked + b"\x17\x00\x01",
        b"\x29" + bytes.fromhex(TERMINAL_ID) + b"\x49" + digits(entry.currency, 4),
        b"\x87" + digits(entry.receipt, 4) + b"\x8a\x06\x8b\xf1\xf0" + name,
        b"\x37" + digits(entry.original, 6) if entry.original else b"",
    ]
    return frame(0x040F, b"".join(parts))
