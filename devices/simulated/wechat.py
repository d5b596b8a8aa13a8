"""WeChat Pay's gateway (API v3) as a process: Native orders, payment codes, reversal, refunds, notifications.

    python -m devices.simulated.wechat --ledger FILE --keys FOLDER [--port 0] [--control 0] [--script FILE] [--auto-s S]

`--keys`: what a merchant would get is made there once: merchant.pem and its serial, platform.pem (the platform's public
key) and its id, apiv3.txt, ids.json. Every request must carry the merchant's signature, every answer has the
platform's; notifications are sealed with AES-GCM. Which faults and payers can be ordered: see `gateway`.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from devices.simulated.books import Books, Order, Refund
from devices.simulated.control import Ledger, Script, run
from devices.simulated.gateway import HELD, Call, Gateway, gateway_options, http, text_of
from devices.simulated.wechat_keys import Keys, china

SCHEME = "WECHATPAY2-SHA256-RSA2048"
NUMBER = re.compile(r"[0-9A-Za-z_\-|*]{6,32}")
HELD_CODE = re.compile(r"1[0-5]\d{16}")
CLOCK_OFF_MAX_S = 300
STATES = {"none": "NOTPAY", "asking": "USERPAYING", "paid": "SUCCESS", "closed": "CLOSED", "back": "REVOKED"}
BASE = "/v3/pay/transactions/"


class Refused(Exception):
    """An error answer: status, code, words."""

    def __init__(self, status: int, code: str, words: str) -> None:
        super().__init__(words)
        self.status, self.code = status, code


class WeChat(Gateway):
    """The gateway."""

    def __init__(self, books: Books, script: Script, auto_s: float | None, keys: Keys) -> None:
        super().__init__(books, script, auto_s)
        self._keys = keys

    async def answer(self, call: Call, moods: dict[str, dict[str, Any]]) -> bytes:
        try:
            self._check(call)
            status, said = self._do(call, moods)
        except Refused as no:
            status, said = no.status, {"code": no.code, "message": str(no)}
            self.refused += no.code == "SIGN_ERROR"
        except (KeyError, TypeError, ValueError) as error:
            status, said = 400, {"code": "PARAM_ERROR", "message": repr(error)}
        body = text_of(said).encode() if said is not None else b""
        signed = self._signed(body.decode(), self._proof(call), forged="bad_signature" in moods)
        return await self.weather(moods, http(status, body, "application/json", signed))

    def _proof(self, call: Call) -> str:
        """A merchant that names the platform's public key is answered under it, any other under the certificate."""
        by_key = call.headers.get("wechatpay-serial") == self._keys.key_id
        return self._keys.key_id if by_key else self._keys.certificate_serial

    def _signed(self, body: str, proof: str, *, forged: bool = False) -> dict[str, str]:
        at, nonce = str(int(time.time())), secrets.token_hex(16)
        return {
            "Wechatpay-Timestamp": at,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": self._keys.sign(f"{at}\n{nonce}\n{body}\n", forged=forged),
            "Wechatpay-Serial": proof,
            "Wechatpay-Signature-Type": SCHEME,
            "Request-ID": secrets.token_hex(16),
        }

    def _check(self, call: Call) -> None:
        scheme, _, rest = call.headers.get("authorization", "").partition(" ")
        said = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        message = "\n".join(
            [call.method, call.target, said.get("timestamp", ""), said.get("nonce_str", ""), call.body.decode(), ""]
        )
        known = said.get("mchid") == self._keys.mchid and said.get("serial_no") == self._keys.serial
        if scheme != SCHEME or not known or not self._keys.is_merchants(message, said.get("signature", "")):
            raise Refused(401, "SIGN_ERROR", "the request does not carry the merchant's signature")
        if abs(time.time() - int(said.get("timestamp", "0"))) > CLOCK_OFF_MAX_S:
            raise Refused(401, "SIGN_ERROR", "the request's time is more than five minutes off")

    def _do(self, call: Call, moods: dict[str, dict[str, Any]]) -> tuple[int, dict[str, Any] | None]:
        path = urlsplit(call.target).path
        said = json.loads(call.body) if call.body else {}
        asked = {name: values[0] for name, values in parse_qs(urlsplit(call.target).query).items()}
        name = path.removeprefix(BASE).partition("/")[0] + (path.rpartition("/")[2] if call.method == "POST" else "")
        self.calls[name] = self.calls.get(name, 0) + 1
        if path == "/v3/certificates":
            return 200, {"data": [self._keys.sealed_certificate()]}
        if call.method == "POST" and path == BASE + "native":
            return 200, self._native(said, self._proof(call), self.faults(moods))
        if call.method == "POST" and path == BASE + "codepay":
            return self._codepay(said, self.faults(moods, *HELD))
        if path.startswith(BASE + "id/") and call.method == "GET":
            return 200, self._by_reference(unquote(path.rpartition("/")[2]))
        if path.startswith(BASE + "out-trade-no/"):
            return self._of_order(call.method, path.removeprefix(BASE + "out-trade-no/"), said | asked, moods)
        if path == "/v3/refund/domestic/refunds" and call.method == "POST":
            return 200, self._refund(said)
        if path.startswith("/v3/refund/domestic/refunds/"):
            refund = self.books.refunds.get(unquote(path.rpartition("/")[2]))
            if refund is None:
                raise Refused(404, "RESOURCE_NOT_EXISTS", "there is no such refund")
            refund.pending = False  # by the time somebody asks, it has arrived
            return 200, self._refund_text(refund)
        raise Refused(404, "NOT_FOUND", f"no such call: {call.method} {path}")

    def _by_reference(self, reference: str) -> dict[str, Any]:
        found = [each for each in self.books.orders.values() if each.reference == reference]
        if not found:
            raise Refused(404, "ORDER_NOT_EXIST", "there is no such order")
        return self._order_text(found[0])

    def _of_order(
        self, method: str, rest: str, said: dict[str, Any], moods: dict[str, dict[str, Any]]
    ) -> tuple[int, dict[str, Any] | None]:
        number, _, verb = rest.partition("/")
        if said.get("mchid") != self._keys.mchid:
            raise Refused(400, "PARAM_ERROR", "mchid is not the one that signs")
        if verb in ("close", "reverse"):
            self.faults(moods, "pay_before_close")
        order = self.books.orders.get(unquote(number))
        if order is None:
            raise Refused(404, "ORDER_NOT_EXIST", "there is no such order")
        if method == "GET" and not verb:
            if self.take("wrong_amount"):
                moods["wrong_amount"] = {}
            return 200, self._order_text(order, more=1 if "wrong_amount" in moods else 0)
        self.pays_before(order, moods)
        return self._end(order, verb)

    def _end(self, order: Order, verb: str) -> tuple[int, dict[str, Any] | None]:
        if verb == "close":
            if order.state == "paid":
                raise Refused(400, "ORDERPAID", "the order is paid")
            if order.state != "closed":
                self.books.close(order, "closed by the merchant")
            return 204, None
        if verb != "reverse" or order.kind != "held":
            raise Refused(400, "INVALID_REQUEST", f"an order of this kind has no {verb!r}")
        if order.state == "paid":
            self.books.undo(order, "reversed by the merchant")
        elif order.state in ("none", "asking"):
            self.books.close(order, "reversed by the merchant")
        return 200, {"recall": "N"}

    def _new(self, said: dict[str, Any], kind: str) -> Order:
        number, amount = said["out_trade_no"], said["amount"]
        if said["appid"] != self._keys.appid or said["mchid"] != self._keys.mchid:
            raise Refused(400, "PARAM_ERROR", "appid or mchid is not the merchant's")
        if not NUMBER.fullmatch(number) or not said["description"]:
            raise Refused(400, "PARAM_ERROR", "out_trade_no or description cannot be used")
        total, currency = amount["total"], amount.get("currency", "CNY")
        if type(total) is not int or total <= 0 or currency != "CNY":
            raise Refused(400, "PARAM_ERROR", "amount must be fen, a whole number, in CNY")
        known = self.books.orders.get(number)
        if known is not None:
            if (known.amount_minor, known.kind) != (total, kind) or known.state != "none":
                raise Refused(403, "OUT_TRADE_NO_USED", "out_trade_no was used before")
            return known
        return Order(number, total, currency, kind)

    def _native(self, said: dict[str, Any], proof: str, moods: dict[str, dict[str, Any]]) -> dict[str, Any]:
        if not said["notify_url"].startswith(("http://", "https://")):
            raise Refused(400, "PARAM_ERROR", "notify_url is missing")
        if "trouble" in moods:
            raise Refused(500, "SYSTEM_ERROR", "try again")
        order = self._new(said, "shown")
        if order.number not in self.books.orders:
            order.notify_url, order.proof = said["notify_url"], proof
            order.code = f"weixin://wxpay/bizpayurl?pr={secrets.token_urlsafe(7)}"
            self.books.open(order)
            self.shown(order)
        return {"code_url": order.code}

    def _codepay(self, said: dict[str, Any], moods: dict[str, dict[str, Any]]) -> tuple[int, dict[str, Any]]:
        code = said["payer"]["auth_code"]
        if not HELD_CODE.fullmatch(code):
            raise Refused(400, "AUTH_CODE_INVALID", "this is no payment code")
        if "trouble" in moods:
            raise Refused(500, "SYSTEM_ERROR", "try again")
        order = self._new(said, "held")
        if order.number in self.books.orders:
            raise Refused(403, "OUT_TRADE_NO_USED", "out_trade_no was used before")
        self.books.open(order)
        if "decline" in moods:
            self.books.close(order, "NOT_ENOUGH")
            raise Refused(403, "NOT_ENOUGH", "there is not enough money")
        if "userpaying" in moods:
            order.state = "asking"
            raise Refused(400, "USERPAYING", "the payer is asked for the password")
        self.books.pay(order)  # for this product nobody is notified
        return 200, self._order_text(order, more=1 if "wrong_amount" in moods else 0)

    def _order_text(self, order: Order, more: int = 0) -> dict[str, Any]:
        text: dict[str, Any] = {
            "appid": self._keys.appid,
            "mchid": self._keys.mchid,
            "out_trade_no": order.number,
            "trade_state": STATES[order.state],
            "trade_state_desc": {"paid": "支付成功", "closed": "订单已关闭"}.get(order.state, "等待支付"),
            "amount": {"total": order.amount_minor + more, "currency": order.currency},
        }
        if order.state == "paid" and self.books.back_minor(order):
            text["trade_state"] = "REFUND"
        if order.reference:
            text |= {
                "transaction_id": order.reference,
                "trade_type": "NATIVE" if order.kind == "shown" else "MICROPAY",
                "bank_type": "OTHERS",
                "success_time": china(),
                "payer": {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
            }
            text["amount"] |= {"payer_total": order.amount_minor + more, "payer_currency": order.currency}
        return text

    def _refund(self, said: dict[str, Any]) -> dict[str, Any]:
        number, amount = said["out_refund_no"], said["amount"]
        orders = self.books.orders.values()
        order = next((o for o in orders if o.number == said.get("out_trade_no") or
                      (o.reference and o.reference == said.get("transaction_id"))), None)  # fmt: skip
        if order is None or order.state != "paid":
            raise Refused(404, "RESOURCE_NOT_EXISTS", "there is no paid order of this number")
        known = self.books.refunds.get(number)
        if known is not None:
            if (known.order, known.amount_minor) != (order.number, amount["refund"]):
                raise Refused(400, "PARAM_ERROR", "this refund number was used for something else")
            return self._refund_text(known)
        if amount["total"] != order.amount_minor or amount.get("currency") != order.currency:
            raise Refused(400, "PARAM_ERROR", "total is not the order's")
        if self.books.back_minor(order) + amount["refund"] > order.amount_minor or amount["refund"] <= 0:
            raise Refused(400, "INVALID_REQUEST", "more than was paid cannot be given back")
        pending = self.take("pending_refund")
        return self._refund_text(self.books.give_back(number, order, amount["refund"], pending=pending))

    def _refund_text(self, refund: Refund) -> dict[str, Any]:
        order = self.books.orders[refund.order]
        return {
            "refund_id": refund.reference,
            "out_refund_no": refund.number,
            "transaction_id": order.reference,
            "out_trade_no": order.number,
            "channel": "ORIGINAL",
            "status": "PROCESSING" if refund.pending else "SUCCESS",
            "amount": {"total": order.amount_minor, "refund": refund.amount_minor, "currency": order.currency},
        }

    def notification(self, order: Order, *, forged: bool = False) -> tuple[bytes, dict[str, str]]:
        nonce, about = secrets.token_hex(6), "transaction"
        sealed = self._keys.seal(nonce, about, text_of(self._order_text(order)))
        body = text_of(
            {
                "id": secrets.token_hex(16),
                "create_time": china(),
                "resource_type": "encrypt-resource",
                "event_type": "TRANSACTION.SUCCESS",
                "summary": "支付成功",
                "resource": {
                    "original_type": about,
                    "algorithm": "AEAD_AES_256_GCM",
                    "ciphertext": sealed,
                    "associated_data": about,
                    "nonce": nonce,
                },
            }
        )
        return body.encode(), {"Content-Type": "application/json"} | self._signed(
            body, order.proof or self._keys.key_id, forged=forged
        )


def main(arguments: list[str] | None = None) -> None:
    options = gateway_options("wechat", "WeChat Pay's gateway, API v3.", arguments)
    books = Books(Ledger(options.ledger), "42000")
    gateway = WeChat(books, Script(options.script), options.auto_s, Keys(options.keys))
    run(gateway.serve, options.port, gateway.order, options.control)


if __name__ == "__main__":
    main()
