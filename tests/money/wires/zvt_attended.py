"""ZVT at a counter: an approval stays, whoever hears of it, so a lost answer has to be found in the last receipt."""

from __future__ import annotations

from devices.payment.zvt.terminal import ZvtPayment
from kiosk.ports import PaymentTerminal
from tests.money.wires import zvt


class Here(zvt.Here):
    arguments = ("--tap-s", "0", "--answer-s", "0.5")

    def driver(self) -> PaymentTerminal:
        return ZvtPayment(f"127.0.0.1:{self.port}", 0.6, settings=zvt.SHORT, two_phase=False)
