"""WeChat Pay, API v3, by the SDK `wechatpayv3`: Native orders, payment codes, reversal, refunds, notifications."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from wechatpayv3 import WeChatPay, WeChatPayType

from central.payments.provider import Back, Found, Kind, NotGenuine, Order, believed

log = logging.getLogger(__name__)

GATEWAY = "https://api.mch.weixin.qq.com"
HELD_CODE = re.compile(r"1[0-5][0-9]{16}")
TIMEOUT_S = (3.0, 8.0)  # to connect, to answer
CLOCK_OFF_MAX_S = 300.0  # of a notification
_STATES = {
    "SUCCESS": "paid",
    "REFUND": "paid",  # refunds are records of their own
    "NOTPAY": "waiting",
    "USERPAYING": "waiting",
    "ACCEPT": "waiting",
    "PAYERROR": "failed",
    "CLOSED": "closed",
    "REVOKED": "closed",
}
_ABSENT = {"ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS"}
_REFUSALS = {
    "NOT_ENOUGH", "NOTENOUGH", "AUTH_CODE_INVALID", "AUTH_CODE_ERROR", "AUTH_CODE_EXPIRED", "AUTHCODEEXPIRE",
    "PARAM_ERROR", "INVALID_REQUEST", "NO_AUTH", "NOAUTH", "RULE_LIMIT", "RULELIMIT", "ACCOUNT_ERROR", "TRADE_ERROR",
}  # fmt: skip


@dataclass(frozen=True)
class WeChatSettings:
    mchid: str
    appid: str
    serial: str  # of the merchant's certificate
    private_key: str = field(repr=False)  # PEM
    apiv3_key: str = field(repr=False)
    platform_key: str  # PEM, the platform's public key
    platform_key_id: str
    notify_url: str
    subject: str = "Tickets"
    base_url: str = GATEWAY


class WeChat:
    """One merchant's account."""

    name = "wechat"
    currencies: tuple[str, ...] = ("CNY",)
    kinds: tuple[Kind, ...] = ("qr", "scan")
    query_every_s = 5.0
    reverse_after_s = 15.0
    scan_wait_s = 30.0

    def __init__(self, settings: WeChatSettings) -> None:
        self._settings = settings
        self._sdk = WeChatPay(
            wechatpay_type=WeChatPayType.NATIVE,
            mchid=settings.mchid,
            private_key=settings.private_key,
            cert_serial_no=settings.serial,
            appid=settings.appid,
            apiv3_key=settings.apiv3_key,
            notify_url=settings.notify_url,
            timeout=TIMEOUT_S,
            public_key=settings.platform_key,
            public_key_id=settings.platform_key_id,
        )
        self._sdk._core._gate_way = settings.base_url.rstrip("/")  # the SDK has no setting for it

    def takes_code(self, presented: str) -> bool:
        return HELD_CODE.fullmatch(presented) is not None

    def begin(self, order: Order) -> Found:
        amount = {"total": order.amount_minor, "currency": order.currency}
        place = {"device_id": order.terminal, "store_info": {"id": order.terminal}}
        if order.kind == "scan":
            status, said = self._call(
                self._sdk.pay, self._settings.subject, order.number, amount,
                payer={"auth_code": order.presented}, scene_info=place, pay_type=WeChatPayType.CODEPAY,
            )  # fmt: skip
            return self._order(order, said) if status == 200 and "trade_state" in said else _refusal(status, said)
        ends = datetime.fromtimestamp(order.expires_at, UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")
        status, said = self._call(
            self._sdk.pay, self._settings.subject, order.number, amount, time_expire=ends, pay_type=WeChatPayType.NATIVE
        )
        if status == 200 and isinstance(code := said.get("code_url"), str) and code:
            return Found("waiting", code=code)
        return _refusal(status, said)

    def query(self, order: Order) -> Found:
        status, said = self._call(self._sdk.query, out_trade_no=order.number)
        return self._order(order, said) if status == 200 else _absent(said)

    def find(self, reference: str) -> tuple[str, int, str] | None:
        status, said = self._call(self._sdk.query, transaction_id=reference)
        amount = said.get("amount")
        mine = (said.get("mchid"), said.get("appid"), said.get("transaction_id"))
        if status != 200 or mine != (self._settings.mchid, self._settings.appid, reference):
            return None
        if _STATES.get(str(said.get("trade_state"))) != "paid" or not isinstance(amount, dict):
            return None
        return str(said.get("out_trade_no")), int(amount["total"]), str(amount.get("currency", "CNY"))

    def close(self, order: Order) -> Found:
        """Whatever the gateway answers to closing, what counts is what it then says of the order."""
        if order.kind == "scan":
            self._call(self._sdk.codepay_reverse, order.number)
        else:
            self._call(self._sdk.close, order.number)
        return self.query(order)

    def refund(self, back: Back) -> Found:
        amount = {"refund": back.amount_minor, "total": back.total_minor, "currency": back.currency}
        status, said = self._call(self._sdk.refund, back.number, amount, out_trade_no=back.order)
        if status == 200:
            return self._refund(back, said)
        if said.get("code") in ("PARAM_ERROR", "INVALID_REQUEST", *_ABSENT):
            return Found("failed", reason=str(said.get("code", "")).lower())
        return Found("unknown", reason=str(said.get("code", "")).lower())

    def query_refund(self, back: Back) -> Found:
        status, said = self._call(self._sdk.query_refund, back.number)
        return self._refund(back, said) if status == 200 else _absent(said)

    def notified(self, headers: Mapping[str, str], body: bytes) -> str:
        if headers.get("wechatpay-serial") != self._settings.platform_key_id:
            raise NotGenuine("signed by another key")  # the SDK would go and look for it
        try:
            if abs(time.time() - int(headers.get("wechatpay-timestamp", "0"))) > CLOCK_OFF_MAX_S:
                raise NotGenuine("its time is off")
            told = self._sdk.callback(dict(headers), body)
        except NotGenuine:
            raise
        except Exception as error:  # whatever the SDK makes of a stranger's bytes
            raise NotGenuine(type(error).__name__) from None
        resource = told.get("resource") if isinstance(told, dict) else None
        if not isinstance(resource, dict) or resource.get("mchid") != self._settings.mchid:
            raise NotGenuine("not signed, or not for this merchant")
        return str(resource.get("out_trade_no", ""))

    def _order(self, order: Order, said: Mapping[str, Any]) -> Found:
        """An order as the gateway tells it, if it is this one."""
        mine = (said.get("mchid"), said.get("appid"), said.get("out_trade_no"))
        if mine != (self._settings.mchid, self._settings.appid, order.number):
            return Found("unknown", reason="another order")
        amount = said.get("amount") if isinstance(said.get("amount"), dict) else {}
        assert isinstance(amount, dict)
        state: Any = _STATES.get(str(said.get("trade_state")), "unknown")
        reason = str(said.get("trade_state", "")).lower() if state in ("failed", "unknown") else ""
        found = Found(state, reference=str(said.get("transaction_id", "")), reason=reason)
        if found.said == "paid" and not found.reference:
            return Found("unknown", reason="no number")
        return believed(order, found, amount.get("total"), str(amount.get("currency", "CNY")))

    def _refund(self, back: Back, said: Mapping[str, Any]) -> Found:
        if (said.get("out_refund_no"), said.get("out_trade_no")) != (back.number, back.order):
            return Found("unknown", reason="another refund")
        status = said.get("status")
        if status in ("CLOSED", "ABNORMAL"):
            return Found("failed", reason=str(status).lower())
        amount = said.get("amount") if isinstance(said.get("amount"), dict) else {}
        assert isinstance(amount, dict)
        found = Found("paid" if status == "SUCCESS" else "waiting", reference=str(said.get("refund_id", "")))
        return believed(back, found, amount.get("refund"), str(amount.get("currency", "CNY")))

    def _call(self, call: Any, *arguments: Any, **options: Any) -> tuple[int, dict[str, Any]]:
        """(status, answer); (0, {}) when there is none that can be believed. Never logs what was sent."""
        try:
            status, text = call(*arguments, **options)
            said = json.loads(text) if text else {}
        except Exception as error:  # the SDK raises what it likes: no link, a wrong signature, not JSON
            log.warning("WeChat Pay did not answer %s: %s", call.__name__, type(error).__name__)
            return 0, {}
        return status, said if isinstance(said, dict) else {}


def _refusal(status: int, said: Mapping[str, Any]) -> Found:
    code = str(said.get("code", ""))
    if 400 <= status < 500 and code in _REFUSALS:
        return Found("failed", reason="declined" if "ENOUGH" in code else code.lower())
    return Found("waiting" if code == "USERPAYING" else "unknown", reason=code.lower())


def _absent(said: Mapping[str, Any]) -> Found:
    code = str(said.get("code", ""))
    return Found("absent" if code in _ABSENT else "unknown", reason=code.lower())
