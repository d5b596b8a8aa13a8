"""The suite of the payment port on the JSON-lines driver."""

from __future__ import annotations

from devices.payment.jsonline import JsonLinePayment
from kiosk.ports import PaymentTerminal

from .conftest import Device
from .payment_suite import PaymentSuite


class TestJsonLines(PaymentSuite):
    simulator = "payment"

    def driver(self, device: Device | int, timeout_s: float = 10.0) -> PaymentTerminal:
        return JsonLinePayment("127.0.0.1", device if isinstance(device, int) else device.port, timeout_s)
