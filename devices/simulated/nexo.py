"""A card terminal that speaks nexo (Adyen's Terminal API, local) with its acquirer, as a process.

    python -m devices.simulated.nexo --ledger FILE [--passphrase WORDS] [--tap-s 1.5] [--notify HOST:PORT]

HTTPS with a certificate made at start; the ready line names its root (`root`), its fingerprint and the `poi_id`.
Orders on the control port, each for the next charge, or for what "on" names (charge, refund, status): decline,
condition (name), silence, late_answer (s), drop_after_approval, duplicate, replay, wrong_amount, wrong_id, partial
(minor), offline (approved alone, even if that was forbidden), forget (the terminal starts anew and the request is
lost), bad_mac, in_the_open, die_after_bytes (n);
in_progress (n: so many questions are answered so). Lasting: busy, host_down, unreachable, mute, ready (none of these).
Also tap_s (s), clear, state. The ledger is read again at start.
"""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any

from devices.simulated.control import Ledger, Script, options_of, run
from devices.simulated.nexo_bank import Bank, Message
from devices.simulated.nexo_wire import Secret, certificate, request, response

_LASTING = ("ready", "busy", "host_down", "unreachable", "mute")
_ONCE = (
    "decline", "condition", "silence", "late_answer", "drop_after_approval", "duplicate", "replay", "wrong_amount",
    "wrong_id", "partial", "offline", "forget", "bad_mac", "in_the_open", "die_after_bytes",
)  # fmt: skip
_MOVES = {"Payment": "charge", "Reversal": "refund", "TransactionStatus": "status"}


class Terminal:
    """One card reader: what comes over the wire, and what goes wrong with it."""

    def __init__(
        self, bank: Bank, script: Script, secret: Secret | None, tap_s: float, notify: str, *, offline: bool
    ) -> None:
        self._bank, self._script, self._secret = bank, script, secret
        self._tap_s, self._notify, self._offline = tap_s, notify, offline
        self._next: list[dict[str, Any]] = []
        self._in_progress = 0
        self._mood = "ready"
        self._waiting: dict[str, asyncio.Event] = {}  # payments that wait for the card; set = aborted
        self._last = b""

    def order(self, message: dict[str, Any]) -> dict[str, Any]:
        """Obey one order."""
        what = message.get("do", "")
        if what in _ONCE:
            self._next.append(message)
        elif what in _LASTING:
            self._mood = what
        elif what == "in_progress":
            self._in_progress = int(message["n"])
        elif what == "tap_s":
            self._tap_s = float(message["s"])
        elif what == "clear":
            self._next.clear()
            self._mood, self._in_progress = "ready", 0
        elif what != "state":
            return {"error": f"unknown order {what!r}"}
        return {"ok": True, "waiting": len(self._waiting), "mood": self._mood, **self._bank.totals()}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One HTTP request."""
        if self._mood == "unreachable":
            writer.transport.abort()
            return
        try:
            method, body = await request(reader)
        except (ValueError, asyncio.LimitOverrunError):
            writer.write(response("400 Bad Request", b""))
            return
        if method != "POST":
            writer.write(response("404 Not Found", b""))
            return
        try:
            asked, answer, faults = await self._heard(body)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            writer.write(response("200 OK", json.dumps(_rejected(repr(error))).encode()))
            await writer.drain()
            return
        if answer is None:  # hold the line until the other side gives up
            await reader.read()
            return
        await self._answer(writer, asked, answer, faults)

    async def _heard(self, body: bytes) -> tuple[Message, Message | None, dict[str, dict[str, Any]]]:
        """The header, the body of the response or None = silence, the faults."""
        document = json.loads(body)["SaleToPOIRequest"]
        if self._secret is not None:
            document = self._secret.unlock(document)["SaleToPOIRequest"]
        header = document["MessageHeader"]
        category = header["MessageCategory"]
        if header["POIID"] != self._bank.poi_id:
            raise ValueError(f"this is {self._bank.poi_id}, not {header['POIID']}")
        if self._mood == "mute":
            return header, None, {}
        faults = self._faults(_MOVES.get(category, category))
        asked = document.get(f"{category}Request", {})
        match category:
            case "Payment":
                return header, await self._payment(header, asked, faults), faults
            case "Reversal":
                return header, self._lost(faults) or self._bank.reversal(header, asked), faults
            case "TransactionStatus":
                return header, self._status(asked["MessageReference"]), faults
            case "Abort":
                if event := self._waiting.get(asked["MessageReference"]["ServiceID"]):
                    event.set()
                return header, {}, faults
            case "Diagnosis":
                return header, self._diagnosis(), faults
        raise ValueError(f"{category} is not understood")

    def _faults(self, occasion: str) -> dict[str, dict[str, Any]]:
        now = [each for each in self._next if each.get("on", "charge") == occasion][:1]
        self._next = [each for each in self._next if each not in now]
        return {each["do"]: each for each in [*self._script.due(occasion), *now]}

    def _lost(self, faults: dict[str, dict[str, Any]]) -> Message | None:
        return {"lost": True} if "forget" in faults else None

    async def _payment(self, header: Message, asked: Message, faults: dict[str, dict[str, Any]]) -> Message | None:
        service = header["ServiceID"]
        if (known := self._bank.known("Payment", service)) is not None:
            return known
        if service in self._waiting:
            return _failure("InProgress")
        if self._mood == "busy" or self._waiting:
            return _failure("Busy")
        if "forget" in faults:
            return {"lost": True}
        await self._tell(asked, "TENDER_CREATED")
        aborted = self._waiting[service] = asyncio.Event()
        try:
            await asyncio.wait_for(aborted.wait(), self._tap_s)
            return self._bank.payment(header, asked, condition="Aborted")
        except TimeoutError:
            pass  # the card was held to the reader in time
        finally:
            del self._waiting[service]
        await self._tell(asked, "CARD_INSERTED", "WAIT_FOR_PIN", "PIN_ENTERED")
        condition = "Refusal" if "decline" in faults else faults.get("condition", {}).get("name", "")
        alone = self._mood == "host_down" and not condition
        forced = asked["PaymentTransaction"].get("TransactionConditions", {}).get("ForceOnlineFlag", False)
        if alone and not (self._offline and not forced) and "offline" not in faults:
            condition = "UnreachableHost"
        offline = "offline" in faults or (alone and not condition)
        part = faults.get("partial", {}).get("minor")
        answer = self._bank.payment(header, asked, condition=condition, part=part, offline=offline)
        if "silence" in faults:
            return None
        if "late_answer" in faults:
            await asyncio.sleep(float(faults["late_answer"]["s"]))
        return answer

    def _status(self, reference: Message) -> Message:
        category, service = reference["MessageCategory"], reference["ServiceID"]
        if service in self._waiting:
            return _failure("InProgress")
        known = self._bank.known(category, service)
        if known is not None and self._in_progress:
            self._in_progress -= 1
            return _failure("InProgress")
        return _failure("NotFound") if known is None else self._bank.again(category, reference, known)

    def _diagnosis(self) -> Message:
        return {
            "Response": {"Result": "Success"},
            "LoggedSaleID": [],
            "POIStatus": {
                "GlobalStatus": "Busy" if self._mood == "busy" or self._waiting else "OK",
                "CommunicationOKFlag": True,
            },
            "HostStatus": [{"AcquirerID": "acquirer", "IsReachableFlag": self._mood != "host_down"}],
        }

    async def _answer(
        self, writer: asyncio.StreamWriter, asked: Message, body: Message, faults: dict[str, dict[str, Any]]
    ) -> None:
        if body.get("lost") or "drop_after_approval" in faults:
            writer.transport.abort()
            return
        answer = response("200 OK", self._sealed(asked, body, faults) if body else b"ok")
        if "replay" in faults:
            answer = self._last
        elif asked["MessageCategory"] == "Payment":
            self._last = answer
        if "die_after_bytes" in faults:
            writer.write(answer[: int(faults["die_after_bytes"]["n"])])
            await writer.drain()
            os._exit(9)  # the power is gone
        writer.write(answer * (2 if "duplicate" in faults else 1))
        await writer.drain()

    def _sealed(self, asked: Message, body: Message, faults: dict[str, dict[str, Any]]) -> bytes:
        category = asked["MessageCategory"]
        header = {**asked, "MessageType": "Response"}
        if "wrong_id" in faults:
            header["ServiceID"] = "ANOTHER1"
        if "wrong_amount" in faults:
            body = json.loads(json.dumps(body))
            body["PaymentResult"]["AmountsResp"]["AuthorizedAmount"] += 1
        message: Message = {"MessageHeader": header, f"{category}Response": body}
        if self._secret is None or "in_the_open" in faults:
            return json.dumps({"SaleToPOIResponse": message}).encode()
        locked = self._secret.lock("SaleToPOIResponse", header, message)
        if "bad_mac" in faults:
            trailer = locked["SaleToPOIResponse"]["SecurityTrailer"]
            trailer["Hmac"] = ("A" if trailer["Hmac"][0] != "A" else "B") + trailer["Hmac"][1:]
        return json.dumps(locked).encode()

    async def _tell(self, asked: Message, *events: str) -> None:
        """Display notifications, each in the order of the events; nobody waits long for a till that is away."""
        host, _, port = self._notify.rpartition(":")
        transaction = asked.get("SaleData", {}).get("SaleTransactionID", {}).get("TransactionID", "")
        for event in events if port else ():
            words = f"TransactionID={transaction}&TimeStamp=2020-01-01T00%3a00%3a00.000Z&event={event}"
            output = {
                "Device": "CashierDisplay",
                "InfoQualify": "Status",
                "OutputContent": {"OutputFormat": "MessageRef", "PredefinedContent": {"ReferenceID": words}},
            }
            header = {
                "MessageClass": "Device", "MessageCategory": "Display", "MessageType": "Request",
                "ProtocolVersion": "3.0", "POIID": self._bank.poi_id, "DeviceID": "1",
            }  # fmt: skip
            message: Message = {"MessageHeader": header, "DisplayRequest": {"DisplayOutput": [output]}}
            document = {"SaleToPOIRequest": message}
            if self._secret is not None:
                document = self._secret.lock("SaleToPOIRequest", header, message)
            text = json.dumps(document).encode()
            try:
                reader, writer = await asyncio.wait_for(asyncio.open_connection(host, int(port)), 2)
                writer.write(b"POST / HTTP/1.1\r\nHost: till\r\nContent-Type: application/json\r\n")
                writer.write(f"Content-Length: {len(text)}\r\nConnection: close\r\n\r\n".encode() + text)
                await asyncio.wait_for(reader.read(), 5)
                writer.close()
            except (OSError, TimeoutError):
                return


def _failure(condition: str) -> Message:
    return {"Response": {"Result": "Failure", "ErrorCondition": condition, "AdditionalResponse": "message=simulated"}}


def _rejected(why: str) -> Message:
    note = {"EventToNotify": "Reject", "EventDetails": f"message={why}", "TimeStamp": "2020-01-01T00:00:00.000Z"}
    header = {"MessageClass": "Event", "MessageCategory": "Event", "MessageType": "Notification"}
    return {"SaleToPOIRequest": {"MessageHeader": header, "EventNotification": note}}


def main(arguments: list[str] | None = None) -> None:
    parser = options_of("nexo", "A card terminal (nexo, Adyen local).", "--ledger", "--script", "--tap-s")
    parser.add_argument("--poi-id", default="V400m-346403161", help="model and serial number")
    parser.add_argument("--passphrase", default="", help='shared with the till; "" = messages are not sealed')
    parser.add_argument("--key-id", default="till")
    parser.add_argument("--key-version", type=int, default=1)
    parser.add_argument("--offline", action="store_true", help="with host_down it approves alone, unless forbidden")
    parser.add_argument("--notify", default="", help="HOST:PORT that hears display notifications")
    options = parser.parse_args(arguments)
    folder = options.ledger.parent
    tls, root, fingerprint = certificate(folder, f"{options.poi_id}.test.terminal.adyen.com")
    secret = Secret(options.key_id, options.key_version, options.passphrase) if options.passphrase else None
    bank = Bank(Ledger(options.ledger), options.poi_id)
    terminal = Terminal(bank, Script(options.script), secret, options.tap_s, options.notify, offline=options.offline)
    known = {"root": str(root), "fingerprint": fingerprint, "poi_id": options.poi_id}
    run(terminal.serve, options.port, terminal.order, options.control, tls=tls, **known)


if __name__ == "__main__":
    main()
