"""A payment terminal with its acquirer as a process; its ledger is the truth about money.

    python -m devices.simulated.payment --ledger FILE [--port 0] [--control 0] [--script FILE] [--tap-s 1.5]

Orders on the control port, each for the next charge: decline, silence (approved, never answered), late_answer (s),
drop_after_approval, wrong_amount; lasting: busy, unreachable (hangs up at once), mute (answers nothing), ready (none of
these); also tap_s (s), undo (with --two-phase: what nobody confirmed), clear, state. The ledger (JSON lines, each
flushed to the disk) holds attempt_id, amount_minor, currency, outcome, reference; it is read again at start.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from devices.simulated.control import Ledger, Script, options_of, run

_LASTING = ("ready", "busy", "unreachable", "mute")
_ONCE = ("decline", "silence", "late_answer", "drop_after_approval", "wrong_amount")
Answer = dict[str, Any]


class Terminal:
    """One card reader, one acquirer."""

    def __init__(self, ledger: Ledger, script: Script, tap_s: float, *, two_phase: bool = False) -> None:
        self._ledger = ledger
        self._script = script
        self._tap_s = tap_s
        self._two_phase = two_phase
        self._known: dict[str, Answer] = {}
        for line in ledger.lines():
            self._learn(line)
        self._waiting: dict[str, asyncio.Event] = {}  # attempts that wait for the card; set = cancelled
        self._next: list[dict[str, Any]] = []
        self._mood = "ready"

    def order(self, message: dict[str, Any]) -> dict[str, Any]:
        """Obey one order."""
        what = message.get("do", "")
        if what in _ONCE:
            self._next.append(message)
        elif what in _LASTING:
            self._mood = what
        elif what == "tap_s":
            self._tap_s = float(message["s"])
        elif what == "undo":
            self._undo()
        elif what == "clear":
            self._next.clear()
            self._mood = "ready"
        elif what != "state":
            return {"error": f"unknown order {what!r}"}
        done = [line["do"] for line in self._known.values() if line["outcome"] == "approved"]
        return {
            "ok": True,
            "approved": done.count("charge"),
            "refunded": done.count("refund"),
            "waiting": len(self._waiting),
            "mood": self._mood,
        }

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request."""
        if self._mood == "unreachable":
            writer.transport.abort()
            return
        try:
            message = json.loads(await reader.readline())
            answer = await self._answer(message)
        except (ValueError, KeyError, TypeError) as error:
            answer = {"error": repr(error)}
        if answer is None:
            await reader.read()  # silence: hold the line until the other side gives up
            return
        if answer.get("drop"):
            writer.transport.abort()
            return
        writer.write(json.dumps(answer).encode() + b"\n")
        await writer.drain()

    async def _answer(self, message: dict[str, Any]) -> Answer | None:
        if self._mood == "mute":
            return None
        match message["do"]:
            case "ready":
                return {"ready": self._mood == "ready"}
            case "charge":
                return await self._charge(message)
            case "outcome":
                return self._outcome(message)
            case "cancel":
                if event := self._waiting.get(message["attempt_id"]):
                    event.set()
                return {"ok": True}
            case "refund":
                return self._refund(message)
            case "confirm":
                return self._confirm(message)
            case other:
                return {"error": f"unknown request {other!r}"}

    def _outcome(self, message: dict[str, Any]) -> Answer:
        attempt_id = message["attempt_id"]
        if attempt_id in self._waiting:
            return {**_fields(message), "outcome": "pending"}
        if "original" in message and attempt_id not in self._known:  # a refund may still be asked for
            return {**_fields(message), "outcome": "declined", "reason": "not_started"}
        # An attempt nobody has heard of is closed by the question: it can never be charged later.
        return self._known.get(attempt_id) or self._book(message, "declined", reason="not_started")

    def _confirm(self, message: dict[str, Any]) -> Answer:
        """The goods were issued. What was undone meanwhile stays undone."""
        known = self._known[message["attempt_id"]]
        if known.get("provisional"):
            self._book(message, "approved")
        return self._known[message["attempt_id"]]

    def _undo(self) -> None:
        """What a bank does with approvals nobody confirmed in time."""
        for line in [line for line in self._known.values() if line.get("provisional")]:
            self._book({**line, "do": "undo"}, "declined", reason="not_confirmed")

    def _refund(self, message: dict[str, Any]) -> Answer:
        if known := self._known.get(message["attempt_id"]):
            same = known["do"] == "refund" or known["outcome"] != "approved"
            return known if same else {**_fields(message), "outcome": "declined", "reason": "key_used"}
        paid = [line for line in self._known.values() if line["do"] == "charge" and line["outcome"] == "approved"]
        original = next((line for line in paid if line["reference"] == message["original"]), None)
        if original is None:
            return self._book(message, "declined", reason="unknown_original")
        back = sum(
            line["amount_minor"]
            for line in self._known.values()
            if line.get("original") == message["original"] and line["outcome"] == "approved"
        )
        if original["currency"] != message["currency"] or original["amount_minor"] < back + message["amount_minor"]:
            return self._book(message, "declined", reason="amount")
        number = len(self._known) + 1
        return self._book(message, "approved", reference=f"R{number:06d}", original=message["original"])

    async def _charge(self, message: dict[str, Any]) -> Answer | None:
        attempt_id = message["attempt_id"]
        if attempt_id in self._known:
            return self._known[attempt_id]
        if attempt_id in self._waiting:  # the same request again is no other customer
            return {**_fields(message), "outcome": "pending"}
        if self._mood == "busy" or self._waiting:
            return {**_fields(message), "outcome": "declined", "reason": "busy"}
        faults = [*self._script.due("charge"), *self._next[:1]]
        del self._next[:1]
        moods = {fault["do"]: fault for fault in faults}
        cancelled = self._waiting[attempt_id] = asyncio.Event()
        try:
            await asyncio.wait_for(cancelled.wait(), self._tap_s)
            return self._book(message, "declined", reason="cancelled")
        except TimeoutError:
            pass  # the card was held to the reader in time
        finally:
            del self._waiting[attempt_id]
        if "decline" in moods:
            return self._book(message, "declined", reason="declined")
        phase = {"provisional": True} if self._two_phase else {}
        reference = f"A{len(self._known) + 1:06d}"
        answer = self._book(message, "approved", reference=reference, card="**** **** **** 4417", **phase)
        if "silence" in moods:
            return None
        if "late_answer" in moods:
            await asyncio.sleep(float(moods["late_answer"]["s"]))
        if "drop_after_approval" in moods:
            return {"drop": True}
        if "wrong_amount" in moods:
            return {**answer, "amount_minor": answer["amount_minor"] + 1}
        return answer

    def _book(self, message: dict[str, Any], outcome: str, **details: Any) -> Answer:
        answer = {"do": message["do"], **_fields(message), "outcome": outcome, **details}
        self._ledger.write(**answer)
        self._learn(answer)
        return answer

    def _learn(self, line: Answer) -> None:
        known = self._known.get(line["attempt_id"], {})
        match line["do"]:
            case "confirm":
                known.pop("provisional")
            case "undo":
                self._known[line["attempt_id"]] = {**line, "do": "charge"}
            case _:
                self._known[line["attempt_id"]] = dict(line)


def _fields(message: dict[str, Any]) -> Answer:
    return {name: message[name] for name in ("attempt_id", "amount_minor", "currency")}


def main(arguments: list[str] | None = None) -> None:
    parser = options_of("payment", "A payment terminal (JSON lines).", "--ledger", "--script", "--tap-s")
    parser.add_argument("--two-phase", action="store_true", help="approvals must be confirmed, or are undone by order")
    options = parser.parse_args(arguments)
    terminal = Terminal(Ledger(options.ledger), Script(options.script), options.tap_s, two_phase=options.two_phase)
    run(terminal.serve, options.port, terminal.order, options.control)


if __name__ == "__main__":
    main()
