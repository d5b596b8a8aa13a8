"""A card terminal that speaks nexo, sealed: Adyen's Terminal API on the local network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kiosk.app.ways.way import Way, lines_of
from kiosk.domain.errors import KioskError

PASSPHRASE = "the demonstration's words"


class Here(Way):
    """A card is held to the reader by itself; its acquirer's ledger is `nexo/ledger.jsonl`."""

    def start(self) -> None:
        folder = self.folder / "nexo"
        self._ledger, self._key = folder / "ledger.jsonl", folder / "key.toml"
        self._ready = self.child("nexo", "--ledger", str(self._ledger), "--passphrase", PASSPHRASE)
        self._key.write_text(f'identifier = "till"\nversion = 1\npassphrase = "{PASSPHRASE}"\n')

    def sections(self, timeout_s: float = 90.0) -> dict[str, dict[str, Any]]:
        address = f"127.0.0.1:{self._ready['port']}"
        return {
            "payment": {"protocol": "nexo", "address": address, "timeout_s": timeout_s},
            "nexo": {
                "poi_id": self._ready["poi_id"],
                "key_file": str(self._key.resolve()),
                "ca_file": str(Path(self._ready["root"]).resolve()),
            },
        }

    def lose_next_answer(self) -> None:
        self.order("nexo", do="silence")

    def out_of_order(self) -> None:
        self.order("nexo", do="busy")

    def in_order(self) -> None:
        self.order("nexo", do="ready")

    def taken_minor(self) -> int:
        sign = {"charge": 1, "refund": -1}
        booked = [line for line in lines_of(self._ledger) if line["outcome"] != "declined"]
        return sum(sign[line["do"]] * line["amount_minor"] for line in booked)

    def at_the_end(self) -> dict[str, Any]:
        """Every message that moved money had a ServiceID of its own."""
        ids = [line["service_id"] for line in lines_of(self._ledger)]
        if len(set(ids)) != len(ids):
            raise KioskError("two messages to the card terminal had one ServiceID")
        return {"messages": len(ids)}
