"""A simulated card terminal that speaks nexo, and its driver."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.payment.nexo.driver import NexoPayment
from devices.payment.nexo.line import Line, Trust
from devices.payment.nexo.messages import Ends
from devices.payment.nexo.seal import Key
from devices.payment.nexo.since import Uptime, mark, uptime
from kiosk.ports import ChargeRequest

from .simulators import Device, Start

POI = "V400m-346403161"
KEY = Key("till", 1, "mockingbird at dawn")
SEALED = ("--passphrase", KEY.passphrase)
ENDS = Ends("K14", POI)
NAME = f"{POI}.test.terminal.adyen.com"


def trust(device: Device) -> Trust:
    return Trust(Path(device.ready["root"]), (NAME,))


def sealed(device: Device, timeout_s: float = 10.0, key: Key | None = KEY, since: Uptime = uptime) -> NexoPayment:
    line = Line("127.0.0.1", device.port, trust(device))
    query_s = 1.0 if timeout_s < 1 else 5.0  # who waits little for the card waits little for all
    return NexoPayment(line, ENDS, key, timeout_s, query_s=query_s, since_start=since)


@pytest.fixture
def nexo(start: Start) -> Device:
    return start("nexo", "--tap-s", "0", *SEALED)


def asked(key: str = "attempt-1", amount: int = 99300, currency: str = "CNY", at: str = "") -> ChargeRequest:
    return ChargeRequest(key, amount, currency, at or mark(uptime()))
