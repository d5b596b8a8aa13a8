"""The terminal that speaks JSON lines: it keeps every attempt by its id."""

from __future__ import annotations

from devices.payment.jsonline import JsonLinePayment
from kiosk.domain.paying import Attempt
from kiosk.ports import PaymentTerminal
from tests.money.wires.wire import Wire


class Here(Wire):
    simulator = "payment"
    arguments = ("--tap-s", "0")
    faults = (
        {"do": "decline"}, {"do": "silence"}, {"do": "late_answer", "s": 1}, {"do": "drop_after_approval"},
        {"do": "wrong_amount"},
    )  # fmt: skip

    def driver(self) -> PaymentTerminal:
        return JsonLinePayment("127.0.0.1", self.port, timeout_s=0.4)

    def key(self, attempt: Attempt) -> str:
        return attempt.attempt_id

    def taken(self) -> dict[str, int]:
        found: dict[str, int] = {}
        of: dict[str, str] = {}  # reference of a charge -> its attempt
        for line in self.lines():
            if line["outcome"] != "approved":
                continue
            if line["do"] == "charge":
                found[line["attempt_id"]] = found.get(line["attempt_id"], 0) + line["amount_minor"]
                of[line["reference"]] = line["attempt_id"]
            elif line["do"] == "refund":
                found[of[line["original"]]] -= line["amount_minor"]
        return {key: amount for key, amount in found.items() if amount}
