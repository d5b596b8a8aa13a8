"""nexo, sealed: the terminal keeps every message by its ServiceID, and "not heard of" counts once its time is over."""

from __future__ import annotations

import time
from pathlib import Path

from devices.payment.nexo.driver import NexoPayment
from devices.payment.nexo.line import Line, Trust
from devices.payment.nexo.messages import Ends
from devices.payment.nexo.seal import Key
from kiosk.domain.paying import Attempt
from kiosk.ports import PaymentTerminal
from tests.money.wires.wire import Wire

KEY, POI = Key("till", 1, "mockingbird at dawn"), "V400m-346403161"
BETWEEN_LIVES_S = 200.0  # on the machine's clock, which the next life finds so much later
DRAIN = 5  # orders after which the simulator has read whatever a killed kiosk had sent


class Here(Wire):
    simulator = "nexo"
    arguments = ("--tap-s", "0", "--passphrase", KEY.passphrase)
    faults = (
        {"do": "decline"}, {"do": "silence"}, {"do": "late_answer", "s": 1}, {"do": "drop_after_approval"},
        {"do": "wrong_amount"}, {"do": "wrong_id"}, {"do": "replay"}, {"do": "duplicate"}, {"do": "bad_mac"},
        {"do": "in_the_open"}, {"do": "forget"}, {"do": "partial", "minor": (1, 250)}, {"do": "offline"},
        {"do": "condition", "name": "WrongPIN"}, {"do": "in_progress", "n": (1, 4)},
        {"do": "die_after_bytes", "n": (0, 900)}, {"do": "drop_after_approval", "on": "refund"},
        {"do": "silence", "on": "refund"}, {"do": "forget", "on": "refund"}, {"do": "bad_mac", "on": "status"},
        {"do": "die_after_bytes", "on": "refund", "n": (0, 900)},
    )  # fmt: skip

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._later_s = 0.0

    def alive(self) -> None:
        super().alive()
        for _ in range(DRAIN):
            self.order(do="state")
        self._later_s += BETWEEN_LIVES_S

    def driver(self) -> PaymentTerminal:
        later_s = self._later_s
        trust = Trust(self.folder / "nexo-root.pem", (f"{POI}.test.terminal.adyen.com",))
        return NexoPayment(
            Line("127.0.0.1", self.port, trust),
            Ends("K14", POI),
            KEY,
            0.8,
            query_s=0.8,
            since_start=lambda: ("one start", time.monotonic() + later_s),
        )

    def key(self, attempt: Attempt) -> str:
        return attempt.attempt_id

    def taken(self) -> dict[str, int]:
        found: dict[str, int] = {}
        of: dict[str, str] = {}  # the terminal's transaction -> our attempt
        for line in (line for line in self.lines() if line["outcome"] != "declined"):
            if line["do"] == "charge":
                found[line["attempt_id"]] = found.get(line["attempt_id"], 0) + line["amount_minor"]
                of[line["transaction"]] = line["attempt_id"]
            else:
                found[of[line["original"]]] -= line["amount_minor"]
        return {key: amount for key, amount in found.items() if amount}
