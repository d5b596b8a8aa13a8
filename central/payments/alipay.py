"""Alipay by its official SDK: precreate, pay with the passenger's code, query, cancel, refunds, notifications.

The SDK makes and signs the requests and proves the signatures; the HTTP is ours, because its own cannot reach a gateway
on another port and has no time limit for connecting.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qsl

import requests
from alipay.aop.api.AlipayClientConfig import AlipayClientConfig
from alipay.aop.api.DefaultAlipayClient import DefaultAlipayClient
from alipay.aop.api.request.AlipayTradeCancelRequest import AlipayTradeCancelRequest
from alipay.aop.api.request.AlipayTradeFastpayRefundQueryRequest import AlipayTradeFastpayRefundQueryRequest
from alipay.aop.api.request.AlipayTradePayRequest import AlipayTradePayRequest
from alipay.aop.api.request.AlipayTradePrecreateRequest import AlipayTradePrecreateRequest
from alipay.aop.api.request.AlipayTradeQueryRequest import AlipayTradeQueryRequest
from alipay.aop.api.request.AlipayTradeRefundRequest import AlipayTradeRefundRequest
from alipay.aop.api.util.SignatureUtils import get_sign_content, verify_with_rsa

from central.payments.provider import Back, Found, Kind, NotGenuine, Order, believed

log = logging.getLogger(__name__)

GATEWAY = "https://openapi.alipay.com/gateway.do"
HELD_CODE = re.compile(r"(2[5-9]|30)[0-9]{14,22}")
TIMEOUT_S = (3.0, 8.0)
_PAID = ("TRADE_SUCCESS", "TRADE_FINISHED")
_LATER = {"ACQ.SYSTEM_ERROR", "AQC.SYSTEM_ERROR", "aop.ACQ.SYSTEM_ERROR", "isp.unknow-error"}
_SIGNED = re.compile(r'^\s*\{\s*"\w+_response"\s*:\s*(\{.*\})\s*,\s*"sign"\s*:\s*"([^"]+)"', re.DOTALL)


@dataclass(frozen=True)
class AlipaySettings:
    app_id: str
    private_key: str = field(repr=False)  # PKCS#1 PEM
    alipay_key: str  # PEM, the gateway's public key
    notify_url: str = ""
    seller_id: str = ""
    subject: str = "Tickets"
    base_url: str = GATEWAY


class Alipay:
    """One application of a merchant."""

    name = "alipay"
    currencies: tuple[str, ...] = ("CNY",)
    kinds: tuple[Kind, ...] = ("qr", "scan")
    query_every_s = 3.0
    reverse_after_s = 0.0
    scan_wait_s = 60.0

    def __init__(self, settings: AlipaySettings) -> None:
        self._settings = settings
        config = AlipayClientConfig()
        config.server_url, config.app_id = settings.base_url, settings.app_id
        config.app_private_key, config.alipay_public_key = settings.private_key, settings.alipay_key
        self._sdk = DefaultAlipayClient(config)  # without a logger: it would write what it signs

    def takes_code(self, presented: str) -> bool:
        return HELD_CODE.fullmatch(presented) is not None

    def begin(self, order: Order) -> Found:
        wish = {
            "out_trade_no": order.number,
            "total_amount": yuan(order.amount_minor),
            "subject": self._settings.subject,
            "store_id": order.terminal,
            "terminal_id": order.terminal,
            "timeout_express": "3m",
        }
        if order.kind == "scan":
            wish |= {"scene": "bar_code", "auth_code": order.presented}
            said = self._call(AlipayTradePayRequest(), wish)
            return self._order(order, said | {"trade_status": "TRADE_SUCCESS"}) if _good(said) else _not_yet(said)
        said = self._call(AlipayTradePrecreateRequest(), wish | {"qr_code_timeout_express": "3m"})
        code = said.get("qr_code")
        if _good(said) and said.get("out_trade_no") == order.number and isinstance(code, str) and code:
            return Found("waiting", code=code)
        return _not_yet(said)

    def query(self, order: Order) -> Found:
        said = self._call(AlipayTradeQueryRequest(), {"out_trade_no": order.number})
        if _good(said):
            return self._order(order, said)
        absent = said.get("sub_code") == "ACQ.TRADE_NOT_EXIST"
        return Found("absent" if absent else "unknown", reason=_why(said))

    def find(self, reference: str) -> tuple[str, int, str] | None:
        said = self._call(AlipayTradeQueryRequest(), {"trade_no": reference})
        minor = cents(said.get("total_amount"))
        if not _good(said) or said.get("trade_no") != reference or said.get("trade_status") not in _PAID or not minor:
            return None
        return str(said.get("out_trade_no")), minor, "CNY"

    def close(self, order: Order) -> Found:
        """A cancel closes what is not paid and gives back what is."""
        said = self._call(AlipayTradeCancelRequest(), {"out_trade_no": order.number})
        if _good(said) and said.get("retry_flag", "N") == "N" and said.get("out_trade_no") == order.number:
            # Without an action there is no trade: nobody has scanned our code yet, or the request never arrived.
            action = said.get("action")
            return Found("closed" if action else "absent", reason="refunded" if action == "refund" else "")
        found = self.query(order)
        return found if found.said in ("paid", "closed") else Found("unknown", reason=_why(said))

    def refund(self, back: Back) -> Found:
        wish = {
            "out_trade_no": back.order,
            "refund_amount": yuan(back.amount_minor),
            "out_request_no": back.number,
        }
        said = self._call(AlipayTradeRefundRequest(), wish)
        if _good(said):  # fund_change N: it was done before; what counts is what the books say
            return self.query_refund(back)
        again = not said or said.get("code") != "40004" or said.get("sub_code") in _LATER
        return Found("unknown" if again or "BALANCE" in _why(said).upper() else "failed", reason=_why(said))

    def query_refund(self, back: Back) -> Found:
        wish = {"out_trade_no": back.order, "out_request_no": back.number}
        said = self._call(AlipayTradeFastpayRefundQueryRequest(), wish)
        if not _good(said):
            return Found("unknown", reason=_why(said))
        if "refund_amount" not in said:
            return Found("absent")
        if (said.get("out_trade_no"), said.get("out_request_no")) != (back.order, back.number):
            return Found("unknown", reason="another refund")
        found = Found("paid" if said.get("refund_status", "REFUND_SUCCESS") == "REFUND_SUCCESS" else "waiting",
                      reference=back.number)  # fmt: skip
        return believed(back, found, cents(said.get("refund_amount")), "CNY")

    def notified(self, headers: Mapping[str, str], body: bytes) -> str:
        try:
            fields = dict(parse_qsl(body.decode(), strict_parsing=True))
            sign, kind = fields.pop("sign"), fields.pop("sign_type")
            genuine = kind == "RSA2" and verify_with_rsa(
                self._settings.alipay_key, get_sign_content(fields).encode(), sign
            )
        except Exception as error:  # whatever the SDK makes of a stranger's bytes
            raise NotGenuine(type(error).__name__) from None
        seller = self._settings.seller_id
        if not genuine or fields.get("app_id") != self._settings.app_id:
            raise NotGenuine("not signed, or not for this application")
        if seller and fields.get("seller_id") != seller:
            raise NotGenuine("for another seller")
        return fields.get("out_trade_no", "")

    def _order(self, order: Order, said: Mapping[str, Any]) -> Found:
        if said.get("out_trade_no") != order.number:
            return Found("unknown", reason="another order")
        state, reference = said.get("trade_status"), str(said.get("trade_no", ""))
        if state in _PAID and reference:
            found = Found("paid", reference=reference, payer=str(said.get("buyer_logon_id", "")))
            return believed(order, found, cents(said.get("total_amount")), "CNY")
        if state == "TRADE_CLOSED":
            return Found("closed")
        return Found("waiting" if state == "WAIT_BUYER_PAY" else "unknown", reason=str(state).lower())

    def _call(self, request: Any, wish: Mapping[str, Any]) -> dict[str, Any]:
        """The answer's fields; {} when there is none that can be believed. Never logs what was sent."""
        request.biz_content = dict(wish)
        if self._settings.notify_url:
            request.notify_url = self._settings.notify_url
        try:
            form = self._sdk.sdk_execute(request)
            kind = "application/x-www-form-urlencoded;charset=utf-8"
            answer = requests.post(
                self._settings.base_url, data=form.encode(), headers={"Content-Type": kind}, timeout=TIMEOUT_S
            )
            found = _SIGNED.match(answer.content.decode())
            if answer.status_code != 200 or found is None:
                raise ValueError("not an answer")
            if not verify_with_rsa(self._settings.alipay_key, found[1].encode(), found[2]):
                raise ValueError("not signed by the gateway")
            said = json.loads(found[1])
        except Exception as error:  # the SDK raises what it likes: no link, a wrong signature, not JSON
            log.warning("Alipay did not answer %s: %s", type(request).__name__, type(error).__name__)
            return {}
        return said if isinstance(said, dict) else {}


def yuan(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


def cents(text: object) -> int | None:
    """12.34 as 1234; None when it is no such amount."""
    try:
        value = Decimal(str(text)) * 100
        return int(value) if value == value.to_integral_value() else None
    except (InvalidOperation, ValueError):
        return None


def _good(said: Mapping[str, Any]) -> bool:
    return said.get("code") == "10000"


def _why(said: Mapping[str, Any]) -> str:
    return str(said.get("sub_code") or said.get("code") or "no answer")


def _not_yet(said: Mapping[str, Any]) -> Found:
    """Anything but success: the payer is asked, it was refused, or nobody knows."""
    if said.get("code") == "10003":
        return Found("waiting")
    if said.get("code") == "40004" and said.get("sub_code") not in _LATER:
        why = _why(said)
        return Found("failed", reason="declined" if "BALANCE" in why else why)
    return Found("unknown", reason=_why(said))
