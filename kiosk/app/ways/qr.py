"""Scan-to-pay: our code on the screen, paid at a simulated WeChat Pay through central, which has the contract."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from kiosk.app.ways.way import Way, lines_of
from kiosk.domain.errors import KioskError

SCAN_WITHIN_S = 30.0
AUTO_S = 8.0  # in the demonstration nobody has a phone that could: the code is scanned by itself
MUTE_S = 4.0  # longer than it takes to cut the power of a kiosk


class Here(Way):
    """Somebody scans each code that is shown; the gateway's ledger is `wechat.jsonl`. Central must be reached: without
    it the first screen says so."""

    means = "qr.wechat"
    offline = False
    words_when_out = "No payment by phone"

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        super().__init__(folder, stack)
        self._ledger, self._keys = folder / "wechat.jsonl", folder.absolute() / "wechat"
        self._lose = False
        contracts = folder / "payments.toml"
        self.central_arguments = ("--payments", str(contracts))
        own = ("--ledger", str(self._ledger), "--keys", str(self._keys), "--auto-s", str(AUTO_S))
        self._ready = self.child("wechat", *own)
        contracts.parent.mkdir(parents=True, exist_ok=True)
        contracts.write_text(self._contract())

    def _contract(self) -> str:
        """Central reads it at its start, so the gateway is there before."""
        ids = json.loads((self._keys / "ids.json").read_text())
        values = {
            "mchid": ids["mchid"],
            "appid": ids["appid"],
            "serial": ids["serial"],
            "private_key": str(self._keys / "merchant.pem"),
            "apiv3_key": str(self._keys / "apiv3.txt"),
            "platform_key": str(self._keys / "platform.pem"),
            "platform_key_id": ids["key_id"],
            "notify_url": "http://127.0.0.1:9/notify/wechat",  # nobody: central asks
            "base_url": f"http://127.0.0.1:{self._ready['port']}",
        }
        return "[wechat]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())

    def start(self) -> None:
        """It runs already."""

    def sections(self, timeout_s: float = 90.0) -> dict[str, dict[str, Any]]:
        return {"scanpay": {"timeout_s": timeout_s}}

    def present(self, due_minor: int, tap: Callable[[str], None]) -> None:
        """A phone scans the code that is shown."""
        until = time.monotonic() + SCAN_WITHIN_S
        while not (codes := self.order("wechat", do="state")["codes"]):
            if time.monotonic() > until:
                raise KioskError(f"no code was shown for {SCAN_WITHIN_S:g} s")
            time.sleep(0.05)  # another process; it wakes nobody here
        if self._lose:
            self._lose = False
            self.order("wechat", do="mute", s=MUTE_S)
        self.order("wechat", do="scan", code=codes[-1])

    def lose_next_answer(self) -> None:
        self._lose = True

    def out_of_order(self) -> None:
        """The tour cuts the link to central; that is enough."""

    def in_order(self) -> None:
        """The link is the tour's."""

    def taken_minor(self) -> int:
        sign = {"charge": 1, "refund": -1, "refund_all": -1}
        return sum(sign.get(line["do"], 0) * line.get("amount_minor", 0) for line in lines_of(self._ledger))

    def at_the_end(self) -> dict[str, Any]:
        """Every order is paid once, or closed, and its number was used once."""
        lines = lines_of(self._ledger)
        charged = [line["attempt_id"] for line in lines if line["do"] == "charge"]
        opened = [line["order"]["number"] for line in lines if line["do"] == "order"]
        if len(set(charged)) != len(charged) or len(set(opened)) != len(opened) or not set(charged) <= set(opened):
            raise KioskError("an order at the gateway was paid twice, or its number used again")
        return {"orders": len(opened), "paid": len(charged)}
