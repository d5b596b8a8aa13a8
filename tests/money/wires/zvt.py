"""ZVT, unattended: approvals are provisional, and the terminal knows only its last receipt."""

from __future__ import annotations

from typing import ClassVar

from devices.payment.zvt.link import Settings
from devices.payment.zvt.memory import mark_of, original
from devices.payment.zvt.terminal import ZvtPayment
from kiosk.domain.paying import Attempt
from kiosk.ports import PaymentTerminal
from tests.money.wires.wire import Wire

SHORT = Settings(answer_s=0.4, stop_s=0.4, query_s=1.0, reversal_s=1.0)


class Here(Wire):
    simulator = "zvt"
    arguments = ("--tap-s", "0", "--unattended", "--answer-s", "0.5", "--again-s", "0.05")
    faults = (
        {"do": "decline"}, {"do": "silence"}, {"do": "late_answer", "s": 1}, {"do": "drop_after_approval"},
        {"do": "wrong_amount"}, {"do": "partial", "n": (1, 250)}, {"do": "duplicate"}, {"do": "cut", "n": (0, 500)},
        {"do": "power_cut", "n": (0, 700)}, {"do": "restart"},
        {"do": "decline", "on": "reversal", "code": 0xA3}, {"do": "drop_after_approval", "on": "reversal"},
        {"do": "silence", "on": "reversal"},
    )  # fmt: skip
    stopper: ClassVar = {"do": "wait"}

    def driver(self) -> PaymentTerminal:
        return ZvtPayment(f"127.0.0.1:{self.port}", 0.6, settings=SHORT, two_phase=True)

    def key(self, attempt: Attempt) -> str:
        paid = original(attempt.reference)
        return f"{paid.receipt} {paid.trace}" if paid else attempt.reference

    def taken(self) -> dict[str, int]:
        lines = self.lines()
        back = {line["original"] for line in lines if line["do"] == "reversal"}
        charges = [line for line in lines if line["do"] == "charge" and line["trace"] not in back]
        return {f"{line['receipt']} {line['trace']}": line["amount_minor"] for line in charges}

    def moved(self, attempt: Attempt) -> bool:
        mark = mark_of(attempt.mark)
        return mark is None or any(line.get("receipt", 0) > mark.receipt for line in self.lines())
