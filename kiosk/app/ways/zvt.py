"""A card terminal that speaks ZVT: an approval is answered for when the tickets are issued."""

from __future__ import annotations

from typing import Any

from kiosk.app.ways.way import Way, lines_of
from kiosk.domain.errors import KioskError


class Here(Way):
    """A card is held to the reader by itself; its acquirer's ledger is `zvt.jsonl`."""

    def start(self) -> None:
        self._ledger = self.folder / "zvt.jsonl"
        self._ready = self.child("zvt", "--ledger", str(self._ledger))

    def sections(self, timeout_s: float = 90.0) -> dict[str, dict[str, Any]]:
        address = f"127.0.0.1:{self._ready['port']}"
        return {
            "payment": {"protocol": "zvt", "address": address, "timeout_s": timeout_s},
            "zvt": {"currency": "CNY"},
        }

    def lose_next_answer(self) -> None:
        self.order("zvt", do="silence")

    def out_of_order(self) -> None:
        self.order("zvt", do="end_of_day_required")

    def in_order(self) -> None:
        self.order("zvt", do="ready")

    def taken_minor(self) -> int:
        sign = {"charge": 1, "reversal": -1, "refund": -1}
        return sum(sign.get(line["do"], 0) * line.get("amount_minor", 0) for line in lines_of(self._ledger))

    def at_the_end(self) -> dict[str, Any]:
        """Every receipt number is given once, and the day's totals are those of the ledger."""
        lines = [line for line in lines_of(self._ledger) if "receipt" in line]
        if [line["receipt"] for line in lines] != list(range(1, len(lines) + 1)):
            raise KioskError("the card terminal's receipts are not numbered one by one")
        return {"receipts": len(lines), "reversed": sum(line["do"] == "reversal" for line in lines)}
