"""What the simulated payment gateways share: HTTP by hand, faults and payers by order, notifications."""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from devices.simulated.books import Books, Order
from devices.simulated.control import Script, options_of

HEAD_MAX, BODY_MAX = 65_536, 1 << 20
NOTIFY_TRIES, NOTIFY_AGAIN_S = 5, 1.0
ONCE = (
    "decline", "userpaying", "silence", "late_answer", "drop_after_approval", "wrong_amount", "bad_signature",
    "duplicate_notification", "no_notification", "forged_notification", "pay_before_close", "pending_refund", "trouble",
)  # fmt: skip
LINE = ("silence", "late_answer", "drop_after_approval", "bad_signature", "trouble")  # of any answer
HELD = ("decline", "userpaying", "wrong_amount")  # when the payer's code comes
MOODS = ("ready", "unreachable", "mute")


@dataclass(frozen=True)
class Call:
    """One HTTP request."""

    method: str
    target: str  # path and query, as sent
    headers: dict[str, str]  # names in small letters
    body: bytes


class Dropped(Exception):
    """Hang up without an answer."""


class Gateway:
    """One provider. A subclass has the protocol: `answer` and `notification`."""

    def __init__(self, books: Books, script: Script, auto_s: float | None) -> None:
        self.books, self._script, self._auto_s = books, script, auto_s
        self._next: list[dict[str, Any]] = []
        self._mood, self._until = "ready", 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self.calls: dict[str, int] = {}
        self.notified = self.refused = 0  # notifications somebody took, requests that were not the merchant's

    # the protocol, of a subclass

    async def answer(self, call: Call, moods: dict[str, dict[str, Any]]) -> bytes:
        """The whole HTTP answer."""
        raise NotImplementedError

    def notification(self, order: Order, *, forged: bool = False) -> tuple[bytes, dict[str, str]]:
        """Body and headers that tell the merchant of a payment."""
        raise NotImplementedError

    # requests

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request."""
        if self._mood == "unreachable":
            writer.transport.abort()
            return
        call = await read_call(reader)
        if call is None:
            return
        if self._mood == "mute":
            await self._nothing_heard(reader, writer)
            return
        moods = {fault["do"]: fault for fault in self._script.due(occasion_of(call))}
        try:
            answer = await self.answer(call, moods)
        except Dropped:
            writer.transport.abort()
            return
        if not answer:  # silence: hold the line until the other side gives up
            await reader.read()
            return
        writer.write(answer)
        await writer.drain()

    async def _nothing_heard(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hold the line until the other side gives up, or the time is over."""
        if not self._until:
            await reader.read()
            return
        await asyncio.sleep(max(0.0, self._until - time.monotonic()))
        writer.transport.abort()

    async def _well_again(self, after_s: float) -> None:
        await asyncio.sleep(after_s)
        if self._mood == "mute":
            self._mood = "ready"

    def faults(self, moods: dict[str, dict[str, Any]], *kinds: str) -> dict[str, dict[str, Any]]:
        """What is due at this occasion: of the script, and the first order that is one of `kinds` or of the line."""
        if (fault := self._first(*kinds, *LINE)) is not None:
            moods[fault["do"]] = fault
        return moods

    def _first(self, *names: str) -> dict[str, Any] | None:
        found = next((number for number, fault in enumerate(self._next) if fault["do"] in names), None)
        return None if found is None else self._next.pop(found)

    def take(self, *names: str) -> bool:
        """Is one of these ordered? Then it is used up."""
        return self._first(*names) is not None

    async def weather(self, moods: dict[str, dict[str, Any]], answer: bytes) -> bytes:
        """The answer, after what the faults do to it."""
        if "silence" in moods:
            return b""
        if "late_answer" in moods:
            await asyncio.sleep(float(moods["late_answer"]["s"]))
        if "drop_after_approval" in moods:
            raise Dropped
        return answer

    # payers

    def order(self, message: dict[str, Any]) -> dict[str, Any]:
        """Obey one order of the control port."""
        what = message.get("do", "")
        if what in ONCE:
            self._next.append(message)
        elif what in MOODS:
            self._mood, self._until = what, 0.0
            if what == "mute" and "s" in message:
                self._until = time.monotonic() + float(message["s"])
                self.in_background(self._well_again(float(message["s"])))
        elif what == "clear":
            self._next.clear()
            self._mood = "ready"
        elif what == "new_day":
            self.books.forget()
            self._next.clear()
            self._mood, self.calls, self.notified, self.refused = "ready", {}, 0, 0
        elif what in ("look", "scan", "agree", "refuse"):
            return self._payer(what, str(message.get("code", "")))
        elif what != "state":
            return {"error": f"unknown order {what!r}"}
        return self.state()

    def state(self) -> dict[str, Any]:
        states = [each.state for each in self.books.orders.values()]
        return {
            "ok": True,
            "mood": self._mood,
            "paid": states.count("paid"),
            "waiting": [each.number for each in self.books.orders.values() if each.state in ("none", "asking")],
            "codes": [each.code for each in self.books.orders.values() if each.state == "none" and each.code],
            "asking": states.count("asking"),
            "closed": states.count("closed"),
            "refunded": len(self.books.refunds),
            "notified": self.notified,
            "refused": self.refused,
            "calls": self.calls,
        }

    def _payer(self, what: str, code: str) -> dict[str, Any]:
        """look: a phone reads a shown code; scan: and pays; agree, refuse: the payer's answer to what it asks."""
        by_code = what in ("look", "scan")
        wanted = ("none", "asking") if by_code else ("asking",)
        found = [
            each for each in self.books.orders.values()
            if each.state in wanted and (each.code == code if by_code else code in ("", each.number))
        ]  # fmt: skip
        if not found:
            return {"error": f"no order waits for this: {what} {code!r}"}
        for order in found:
            if what == "look":
                order.seen = True
            elif what == "refuse":
                self.books.close(order, "the payer refused")
            elif what == "scan" and self.take("userpaying"):
                order.state = "asking"
            elif what == "scan" and self.take("decline"):
                self.books.close(order, "declined")
            else:
                self.paid(order)
        return self.state()

    def pays_before(self, order: Order, moods: dict[str, dict[str, Any]]) -> None:
        """The payer agrees at the very moment when the merchant ends it; a code that nobody read cannot be paid."""
        could = order.state == "asking" or (order.state == "none" and (order.kind == "held" or order.seen))
        if "pay_before_close" in moods and could:
            self.paid(order)

    def paid(self, order: Order) -> None:
        """Take the money and tell the merchant."""
        self.books.pay(order)
        if not order.notify_url or self.take("no_notification"):
            return
        forged, times = self.take("forged_notification"), 2 if self.take("duplicate_notification") else 1
        for _ in range(times):
            self.in_background(self._notify(order, forged=forged))

    def shown(self, order: Order) -> None:
        """An order whose code the merchant shows now; with --auto-s somebody scans it after a while."""
        if self._auto_s is not None:
            self.in_background(self._scanned(order, self._auto_s))

    async def _scanned(self, order: Order, after_s: float) -> None:
        await asyncio.sleep(after_s)
        if order.state in ("none", "asking"):
            self.paid(order)

    def in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _notify(self, order: Order, *, forged: bool) -> None:
        for _ in range(NOTIFY_TRIES):
            body, headers = self.notification(order, forged=forged)
            try:
                status, said = await asyncio.wait_for(post(order.notify_url, body, headers), 10)
            except (OSError, ValueError, TimeoutError, EOFError):
                status, said = 0, b""
            if status in (200, 204) and b"fail" not in said.lower():
                self.notified += 1
                return
            if forged:
                return
            await asyncio.sleep(NOTIFY_AGAIN_S)


def occasion_of(call: Call) -> str:
    return f"{call.method} {urlsplit(call.target).path}"


async def read_call(reader: asyncio.StreamReader) -> Call | None:
    """One HTTP/1.1 request; None when it is none."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        method, target, _ = first.split(" ", 2)
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", "0"))
        if len(head) > HEAD_MAX or not 0 <= length <= BODY_MAX:
            return None
        return Call(method, target, headers, await reader.readexactly(length))
    except (ValueError, EOFError):
        return None


def http(status: int, body: bytes, kind: str, headers: dict[str, str] | None = None) -> bytes:
    """A whole answer; the line is closed after it."""
    lines = [f"HTTP/1.1 {status} {'OK' if status < 300 else 'No'}", f"Content-Length: {len(body)}", "Connection: close"]
    if body:
        lines.append(f"Content-Type: {kind}")
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    """Status and body of a POST over plain HTTP."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
    try:
        lines = [f"POST {parts.path or '/'} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Length: {len(body)}"]
        lines += ["Connection: close", *(f"{name}: {value}" for name, value in headers.items())]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        await writer.drain()
        answer = await reader.read()
        head, _, said = answer.partition(b"\r\n\r\n")
        return int(head.split(b" ", 2)[1]), said
    except IndexError:
        return 0, b""
    finally:
        writer.close()


def text_of(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def gateway_options(device: str, about: str, arguments: list[str] | None) -> argparse.Namespace:
    parser = options_of(device, about, "--ledger", "--script")
    parser.add_argument("--keys", type=Path, required=True, help="folder for the merchant's keys and ids")
    parser.add_argument("--auto-s", type=float, help="somebody scans each shown code after this time")
    return parser.parse_args(arguments)
