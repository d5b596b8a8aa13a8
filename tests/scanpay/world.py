"""A real central with contracts at two simulated gateways, and the drivers of a terminal that pays through it."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from central.context import Context
from central.payments import config
from central.payments.provider import Provider
from devices.payment.scanpay import Offers, QrPay, ScanPay
from kiosk.app.children import Child, Control
from kiosk.domain.errors import KioskError
from kiosk.ports import Approved, ChargeRequest, PaymentOutcome, Prompt
from tests.central.world import Terminal

CODES = {"wechat": "134567890123456789", "alipay": "281234567890123456"}
QUERY_EVERY_S, POLL_S = 0.3, 0.1


class Gateway:
    """A simulated provider as a process."""

    def __init__(self, name: str, folder: Path, *arguments: str) -> None:
        self.name, self.folder = name, folder / name
        self._ledger = folder / f"{name}.jsonl"
        own = ["--ledger", str(self._ledger), "--keys", str(self.folder)]
        self.child = Child(name, f"devices.simulated.{name}", *own, *arguments, log=folder / f"{name}.log")
        ready = self.child.wait_ready(30)
        self.port, self.control_port = int(ready["port"]), int(ready["control"])
        self._control = Control(self.control_port, timeout_s=20)

    def order(self, do: str, **details: Any) -> dict[str, Any]:
        return self._control.ask(do=do, **details)

    def tell(self, do: str) -> None:
        """An order over a line of its own: from any thread."""
        self._alone(do=do)

    def phone(self, do: str, code: str) -> None:
        """A phone reads a code: look, or scan and pay; from any thread."""
        self._alone(do=do, code=code)

    def _alone(self, **message: Any) -> None:
        control = Control(self.control_port, timeout_s=20)
        try:
            control.ask(**message)
        finally:
            control.close()

    def ledger(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._ledger.read_text().splitlines()]

    def net(self) -> dict[str, int]:
        """What it took and kept of each order, in minor units: the truth."""
        kept: dict[str, int] = {}
        for line in self.ledger():
            if line["do"] in ("charge", "refund", "refund_all"):
                sign = 1 if line["do"] == "charge" else -1
                kept[line["attempt_id"]] = kept.get(line["attempt_id"], 0) + sign * line["amount_minor"]
        return {number: minor for number, minor in kept.items() if minor}

    def charges(self) -> list[str]:
        return [line["attempt_id"] for line in self.ledger() if line["do"] == "charge"]

    def close(self) -> None:
        self._control.close()
        self.child.stop()


def contracts(folder: Path, gateways: dict[str, Gateway], notify: str = "http://127.0.0.1:9") -> Path:
    """The operator's file for these gateways."""
    lines = []
    if "wechat" in gateways:
        ids = json.loads((gateways["wechat"].folder / "ids.json").read_text())
        lines += [
            "[wechat]", f'mchid = "{ids["mchid"]}"', f'appid = "{ids["appid"]}"', f'serial = "{ids["serial"]}"',
            'private_key = "wechat/merchant.pem"', 'apiv3_key = "wechat/apiv3.txt"',
            'platform_key = "wechat/platform.pem"', f'platform_key_id = "{ids["key_id"]}"',
            f'notify_url = "{notify}/notify/wechat"', f'base_url = "http://127.0.0.1:{gateways["wechat"].port}"',
        ]  # fmt: skip
    if "alipay" in gateways:
        ids = json.loads((gateways["alipay"].folder / "ids.json").read_text())
        lines += [
            "[alipay]", f'app_id = "{ids["app_id"]}"', f'seller_id = "{ids["seller_id"]}"',
            'private_key = "alipay/app_private.pem"', 'alipay_key = "alipay/alipay.pem"',
            f'notify_url = "{notify}/notify/alipay"',
            f'base_url = "http://127.0.0.1:{gateways["alipay"].port}/gateway.do"',
        ]  # fmt: skip
    path = folder / config.FILE
    path.write_text("\n".join(lines) + "\n")
    path.chmod(0o600)
    return path


def quick(providers: dict[str, Provider]) -> dict[str, Provider]:
    """The same providers, asked more often than they would like."""
    for each in providers.values():
        each.query_every_s, each.reverse_after_s = QUERY_EVERY_S, 0.0
    return providers


class Payer:
    """What a passenger does when the terminal wants something."""

    def __init__(self, gateway: Gateway, do: str = "scan") -> None:
        self.gateway, self.do, self.told = gateway, do, list[Prompt]()

    def __call__(self, prompt: Prompt) -> None:
        self.told.append(prompt)
        if prompt.what == "qr":
            with contextlib.suppress(KioskError):  # somebody else was faster
                self.gateway.phone(self.do, prompt.text)


class World:
    """Everything on one machine; `forward` moves central's clock."""

    def __init__(self, context: Context, url: str, gateways: dict[str, Gateway], clock: list[float]) -> None:
        self.context, self.url, self.gateways, self._clock = context, url, gateways, clock
        self.terminal = Terminal(context, "K1")
        self._drivers: list[QrPay | ScanPay] = []
        self._number = 0
        self.ending_s = 25.0

    def forward(self, seconds: float) -> None:
        self._clock[0] += seconds

    def request(self, amount_minor: int = 1250, currency: str = "CNY", **facts: str) -> ChargeRequest:
        self._number += 1
        return ChargeRequest(f"019a-{time.time_ns():x}-{self._number}", amount_minor, currency, **facts)

    def qr(self, provider: str, wait_s: float = 20.0, url: str = "") -> QrPay:
        client = self.terminal.client(url or self.url)
        return self._kept(QrPay(client, Offers(self.terminal.client(url or self.url, 2.0)), provider, wait_s))

    def scan(self, code: str = "", wait_s: float = 20.0, url: str = "") -> ScanPay:
        def read(stop: Callable[[], bool]) -> str:
            while not code and not stop():
                pass
            return code

        client, offers = self.terminal.client(url or self.url), Offers(self.terminal.client(url or self.url, 2.0))
        return self._kept(ScanPay(client, offers, read, wait_s))

    def _kept(self, driver: Any) -> Any:
        driver.poll_s, driver.ending_s = POLL_S, self.ending_s
        self._drivers.append(driver)
        return driver

    def pay(self, kind: str, provider: str, request: ChargeRequest | None = None) -> PaymentOutcome:
        """One payment as it should go."""
        request = request or self.request()
        if kind == "qr":
            return self.qr(provider).charge(request, Payer(self.gateways[provider]))
        return self.scan(CODES[provider]).charge(request)

    def until(self, request: ChargeRequest, driver: QrPay | ScanPay, wanted: type, within_s: float = 20) -> Any:
        """Ask until the outcome is of this kind."""
        end = time.monotonic() + within_s
        while not isinstance(outcome := driver.outcome_of(request), wanted):
            assert time.monotonic() < end, outcome
        return outcome

    def close(self) -> None:
        for driver in self._drivers:
            driver.close()
            driver._offers.close()


def approved_minor(outcomes: list[tuple[ChargeRequest, PaymentOutcome]]) -> dict[str, int]:
    """What the terminal believes it took, by the provider's order number."""
    return {
        request.attempt_id.replace("-", ""): request.amount_minor
        for request, outcome in outcomes
        if isinstance(outcome, Approved)
    }
