"""The simulated card terminal that speaks JSON lines."""

from __future__ import annotations

from typing import Any

from kiosk.app.ways.way import Way, lines_of


class Here(Way):
    """A card is held to the reader by itself; its acquirer's ledger is `ledger.jsonl`."""

    def start(self) -> None:
        self._ready = self.child("payment", "--ledger", str(self.folder / "ledger.jsonl"))

    def sections(self, timeout_s: float = 90.0) -> dict[str, dict[str, Any]]:
        return {"payment": {"address": f"127.0.0.1:{self._ready['port']}", "timeout_s": timeout_s}}

    def lose_next_answer(self) -> None:
        self.order("payment", do="silence")

    def out_of_order(self) -> None:
        self.order("payment", do="busy")

    def in_order(self) -> None:
        self.order("payment", do="ready")

    def taken_minor(self) -> int:
        sign = {"charge": 1, "refund": -1}
        booked = [line for line in lines_of(self.folder / "ledger.jsonl") if line["outcome"] == "approved"]
        return sum(sign.get(line["do"], 0) * line["amount_minor"] for line in booked)
