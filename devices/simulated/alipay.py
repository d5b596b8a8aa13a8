"""Alipay's gateway as a process: precreate, pay with the payer's code, query, cancel, refund, notifications.

    python -m devices.simulated.alipay --ledger FILE --keys FOLDER [--port 0] [--control 0] [--script FILE] [--auto-s S]

`--keys`: what a merchant would have is made there once: app_private.pem (PKCS#1, as the SDK wants it), alipay.pem (the
gateway's public key), ids.json. Form requests with an RSA2 signature over the sorted parameters; JSON answers with one
over their own text; notifications are signed forms. Which faults and payers can be ordered: see `gateway`.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from devices.simulated.books import Books, Order
from devices.simulated.control import Ledger, Script, run
from devices.simulated.gateway import HELD, Call, Gateway, gateway_options, http, text_of
from devices.simulated.gateway_keys import make_private, new_key, private, proves, sign, write_public

METHOD = re.compile(r"alipay\.trade\.(precreate|pay|query|cancel|refund|fastpay\.refund\.query)")
HELD_CODE = re.compile(r"(2[5-9]|30)\d{14,22}")
GOOD = {"code": "10000", "msg": "Success"}
STATES = {"asking": "WAIT_BUYER_PAY", "paid": "TRADE_SUCCESS", "closed": "TRADE_CLOSED", "back": "TRADE_CLOSED"}


def refused(sub_code: str, words: str) -> dict[str, Any]:
    return {"code": "40004", "msg": "Business Failed", "sub_code": sub_code, "sub_msg": words}


class Keys:
    """Both sides' keys; made once."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "ids.json").exists():
            for name in ("app_private.pem", "alipay_private.pem"):
                make_private(folder / name, traditional=True)
            write_public(folder / "alipay.pem", private(folder / "alipay_private.pem"))
            ids = {"app_id": "2021000000000001", "seller_id": "2088000000000001"}
            (folder / "ids.json").write_text(json.dumps(ids))
        ids = json.loads((folder / "ids.json").read_text())
        self.app_id, self.seller_id = ids["app_id"], ids["seller_id"]
        self.app = private(folder / "app_private.pem").public_key()
        self._own, self._stranger = private(folder / "alipay_private.pem"), new_key()

    def sign(self, message: str, *, forged: bool = False) -> str:
        return sign(self._stranger if forged else self._own, message)

    def is_apps(self, message: str, signature: str) -> bool:
        return proves(self.app, message, signature)


def sorted_text(fields: dict[str, str], *without: str) -> str:
    return "&".join(f"{name}={fields[name]}" for name in sorted(fields) if fields[name] and name not in without)


class Alipay(Gateway):
    """The gateway."""

    def __init__(self, books: Books, script: Script, auto_s: float | None, keys: Keys) -> None:
        super().__init__(books, script, auto_s)
        self._keys = keys

    async def answer(self, call: Call, moods: dict[str, dict[str, Any]]) -> bytes:
        fields = dict(parse_qsl(urlsplit(call.target).query)) | dict(parse_qsl(call.body.decode("utf-8", "replace")))
        method = fields.get("method", "")
        name = "error" if not METHOD.fullmatch(method) else method.replace(".", "_")
        self.calls[method] = self.calls.get(method, 0) + 1
        moods |= {fault["do"]: fault for fault in self._script.due(method)}
        signed = fields.get("sign_type") == "RSA2" and self._keys.is_apps(sorted_text(fields, "sign"), fields["sign"])
        if not signed or fields.get("app_id") != self._keys.app_id:
            self.refused += 1
            said: dict[str, Any] = {"code": "40002", "msg": "Invalid Arguments", "sub_code": "isv.invalid-signature"}
        elif name == "error":
            said = {"code": "40004", "msg": "Business Failed", "sub_code": "isv.invalid-method"}
        else:
            try:
                said = self._do(method, json.loads(fields["biz_content"]), fields.get("notify_url", ""), moods)
            except (KeyError, TypeError, ValueError, ArithmeticError) as error:
                said = refused("ACQ.INVALID_PARAMETER", repr(error))
        text = text_of(said)
        sign = self._keys.sign(text, forged="bad_signature" in moods)
        body = f'{{"{name}_response":{text},"sign":"{sign}"}}'
        return await self.weather(moods, http(200, body.encode(), "application/json;charset=utf-8"))

    def _do(
        self, method: str, said: dict[str, Any], notify_url: str, moods: dict[str, dict[str, Any]]
    ) -> dict[str, Any]:
        match method.removeprefix("alipay.trade."):
            case "precreate":
                return self._precreate(said, notify_url, self.faults(moods))
            case "pay":
                return self._pay(said, notify_url, self.faults(moods, *HELD))
            case "query":
                if self.take("wrong_amount"):
                    moods["wrong_amount"] = {}
                return self._query(said, moods)
            case "cancel":
                return self._cancel(said, self.faults(moods, "pay_before_close"))
            case "refund":
                return self._refund(said)
            case _:
                return self._refund_query(said)

    def _new(self, said: dict[str, Any], kind: str, notify_url: str) -> Order | dict[str, Any]:
        number, yuan = said["out_trade_no"], Decimal(str(said["total_amount"]))
        if not re.fullmatch(r"\w{1,64}", number) or not said["subject"] or yuan <= 0 or yuan != round(yuan, 2):
            return refused("ACQ.INVALID_PARAMETER", "out_trade_no, subject or total_amount cannot be used")
        known = self.books.orders.get(number)
        if known is not None:
            if known.state == "paid":
                return refused("ACQ.TRADE_HAS_SUCCESS", "the trade is paid")
            if known.state in ("closed", "back"):
                return refused("ACQ.TRADE_HAS_CLOSE", "the trade is closed")
            if kind == "held" or known.amount_minor != int(yuan * 100):
                return refused("ACQ.CONTEXT_INCONSISTENT", "the trade began with other facts")
            return known
        return Order(number, int(yuan * 100), "CNY", kind, notify_url=notify_url)

    def _precreate(self, said: dict[str, Any], notify_url: str, moods: dict[str, dict[str, Any]]) -> dict[str, Any]:
        if "trouble" in moods:
            return {"code": "20000", "msg": "Service Currently Unavailable", "sub_code": "isp.unknow-error"}
        order = self._new(said, "shown", notify_url)
        if isinstance(order, dict):
            return order
        if order.number not in self.books.orders:
            order.code = f"https://qr.alipay.com/bax{secrets.token_hex(10)}"
            self.books.open(order)
            self.shown(order)
        return GOOD | {"out_trade_no": order.number, "qr_code": order.code}

    def _pay(self, said: dict[str, Any], notify_url: str, moods: dict[str, dict[str, Any]]) -> dict[str, Any]:
        if said["scene"] != "bar_code" or not HELD_CODE.fullmatch(said["auth_code"]):
            return refused("ACQ.PAYMENT_AUTH_CODE_INVALID", "this is no payment code")
        if "trouble" in moods:
            return {"code": "20000", "msg": "Service Currently Unavailable", "sub_code": "ACQ.SYSTEM_ERROR"}
        order = self._new(said, "held", notify_url)
        if isinstance(order, dict):
            return order
        self.books.open(order)
        if "decline" in moods:
            self.books.close(order, "ACQ.BUYER_BALANCE_NOT_ENOUGH")
            return refused("ACQ.BUYER_BALANCE_NOT_ENOUGH", "there is not enough money")
        if "userpaying" in moods:
            order.state = "asking"
            return {"code": "10003", "msg": "order success pay inprocess", "out_trade_no": order.number}
        self.paid(order)
        return GOOD | self._facts(order, moods)

    def _facts(self, order: Order, moods: dict[str, dict[str, Any]]) -> dict[str, Any]:
        cents = order.amount_minor + (1 if "wrong_amount" in moods else 0)
        facts = {"out_trade_no": order.number, "total_amount": f"{cents // 100}.{cents % 100:02d}"}
        return facts | ({"trade_no": order.reference, "buyer_logon_id": "159****5620"} if order.reference else {})

    def _query(self, said: dict[str, Any], moods: dict[str, dict[str, Any]]) -> dict[str, Any]:
        order = self.books.orders.get(said.get("out_trade_no", ""))
        if order is None and said.get("trade_no"):
            order = next((each for each in self.books.orders.values() if each.reference == said["trade_no"]), None)
        if order is None or order.state == "none" or (order.state == "closed" and order.why == "never scanned"):
            return refused("ACQ.TRADE_NOT_EXIST", "the trade does not exist")  # a shown code makes none until scanned
        whole = self.books.back_minor(order) >= order.amount_minor
        state = "TRADE_CLOSED" if whole else STATES[order.state]
        return GOOD | self._facts(order, moods) | {"trade_status": state}

    def _cancel(self, said: dict[str, Any], moods: dict[str, dict[str, Any]]) -> dict[str, Any]:
        order = self.books.orders.get(said["out_trade_no"])
        if "trouble" in moods:
            return refused("ACQ.SYSTEM_ERROR", "try again") | {"retry_flag": "Y"}
        if order is not None:
            self.pays_before(order, moods)
        done = GOOD | {"out_trade_no": said["out_trade_no"], "retry_flag": "N"}
        if order is None:
            return done
        if order.state == "none":
            self.books.close(order, "never scanned")
            return done
        if order.state == "asking":
            self.books.close(order, "cancelled by the merchant")
        elif order.state == "paid":
            if self.books.back_minor(order):
                return refused("ACQ.REASON_TRADE_REFUND_FEE_ERR", "a refund was made") | {"retry_flag": "N"}
            self.books.undo(order, "cancelled by the merchant")
        return done | {"trade_no": order.reference, "action": "refund" if order.state == "back" else "close"}

    def _refund(self, said: dict[str, Any]) -> dict[str, Any]:
        order = self.books.orders.get(said.get("out_trade_no", ""))
        if order is None or order.state not in ("paid",):
            return refused("ACQ.TRADE_NOT_EXIST" if order is None else "ACQ.TRADE_STATUS_ERROR", "not to be refunded")
        amount, number = int(Decimal(str(said["refund_amount"])) * 100), said.get("out_request_no") or order.number
        known = self.books.refunds.get(number)
        if known is None:
            if amount <= 0 or self.books.back_minor(order) + amount > order.amount_minor:
                return refused("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "more than was paid cannot be given back")
            self.books.give_back(number, order, amount)
        elif (known.order, known.amount_minor) != (order.number, amount):
            return refused("ACQ.DISCORDANT_REPEAT_REQUEST", "this refund number was used for something else")
        back = self.books.back_minor(order)
        return GOOD | {
            "trade_no": order.reference,
            "out_trade_no": order.number,
            "fund_change": "Y" if known is None else "N",
            "refund_fee": f"{back // 100}.{back % 100:02d}",
        }

    def _refund_query(self, said: dict[str, Any]) -> dict[str, Any]:
        refund = self.books.refunds.get(said["out_request_no"])
        if refund is None or refund.order != said["out_trade_no"]:
            return GOOD  # as the real one: no refund_status
        cents = refund.amount_minor
        return GOOD | {
            "trade_no": self.books.orders[refund.order].reference,
            "out_trade_no": refund.order,
            "out_request_no": refund.number,
            "refund_amount": f"{cents // 100}.{cents % 100:02d}",
            "refund_status": "REFUND_SUCCESS",
        }

    def notification(self, order: Order, *, forged: bool = False) -> tuple[bytes, dict[str, str]]:
        fields = {
            "notify_type": "trade_status_sync",
            "notify_id": secrets.token_hex(17),
            "notify_time": time.strftime("%Y-%m-%d %H:%M:%S"),
            "charset": "utf-8",
            "version": "1.0",
            "app_id": self._keys.app_id,
            "seller_id": self._keys.seller_id,
            "out_trade_no": order.number,
            "trade_no": order.reference,
            "trade_status": STATES[order.state],
            "subject": "车票",
            "total_amount": f"{order.amount_minor // 100}.{order.amount_minor % 100:02d}",
        }
        fields |= {"sign": self._keys.sign(sorted_text(fields), forged=forged), "sign_type": "RSA2"}
        return urlencode(fields).encode(), {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


def main(arguments: list[str] | None = None) -> None:
    options = gateway_options("alipay", "Alipay's gateway.", arguments)
    books = Books(Ledger(options.ledger), "2026")
    gateway = Alipay(books, Script(options.script), options.auto_s, Keys(options.keys))
    run(gateway.serve, options.port, gateway.order, options.control)


if __name__ == "__main__":
    main()
