"""What we say to a terminal: requests as the dictionaries that go out as JSON, amounts as decimal numbers.

A message pair has a ServiceID of at most ten letters and digits that no other message of the terminal had for two days.
That of a payment or a reversal is made from the attempt's id by a hash, so that what became of it can be asked for
after any restart; two of ten thousand payments share one about once in a hundred million such days, and then the whole
attempt id, which goes along as the transaction's, tells them apart. Ours begin with anything but 0, passing messages
with 0, so the two kinds never meet.
"""

from __future__ import annotations

import hashlib
import secrets
import string
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

from kiosk.domain.money import Money
from kiosk.ports import ChargeRequest

Message = dict[str, Any]
_SIGNS = string.digits + string.ascii_uppercase
_encode = msgspec.json.Encoder(decimal_format="number").encode


def service_id(attempt_id: str, part: str = "") -> str:
    """Of the message that moves money for this attempt. `part`: a second message about the same attempt."""
    number = int.from_bytes(hashlib.sha256(f"{attempt_id}{part}".encode()).digest(), "big")
    number, first = divmod(number, 35)
    return _SIGNS[1 + first] + "".join(_SIGNS[number // 36**place % 36] for place in range(9))


def passing_id() -> str:
    """Of a message that moves nothing."""
    return "0" + "".join(secrets.choice(_SIGNS) for _ in range(9))


def amount(minor: int, currency: str) -> Decimal:
    """As a number in whole units, all its decimals written."""
    return Decimal(Money(minor, currency).decimal())


def encoded(message: Message) -> bytes:
    return _encode(message)


@dataclass(frozen=True)
class Ends:
    """Both ends of the line: this till (`sale_id`) and the terminal (`poi_id`, model and serial number)."""

    sale_id: str
    poi_id: str

    def header(self, category: str, service: str) -> dict[str, str]:
        return {
            "ProtocolVersion": "3.0",
            "MessageClass": "Service",
            "MessageCategory": category,
            "MessageType": "Request",
            "SaleID": self.sale_id,
            "ServiceID": service,
            "POIID": self.poi_id,
        }

    def payment(self, asked: ChargeRequest) -> Message:
        return self._message(
            "Payment",
            service_id(asked.attempt_id),
            {
                "SaleData": _sale_data(asked.attempt_id),
                "PaymentTransaction": {
                    "AmountsReq": {
                        "Currency": asked.currency,
                        "RequestedAmount": amount(asked.amount_minor, asked.currency),
                    },
                    "TransactionConditions": {"ForceOnlineFlag": not asked.offline_ok},
                },
            },
        )

    def reversal(
        self, service: str, sale_transaction: str, original: tuple[str, str], *, part: ChargeRequest | None
    ) -> Message:
        """Gives back what `original` (id and time of the terminal) took; `part`: this amount of it."""
        data = _sale_data(sale_transaction)
        body: Message = {
            "OriginalPOITransaction": {"POITransactionID": {"TransactionID": original[0], "TimeStamp": original[1]}},
            "ReversalReason": "MerchantCancel",
            "SaleData": data,
        }
        if part is not None:
            body["ReversedAmount"] = amount(part.amount_minor, part.currency)
            data["SaleToAcquirerData"] = f"currency={part.currency}"
        return self._message("Reversal", service, body)

    def status(self, category: str, service: str) -> Message:
        """What became of a message of ours?"""
        body = {"MessageReference": self._reference(category, service), "ReceiptReprintFlag": False}
        return self._message("TransactionStatus", passing_id(), body)

    def abort(self, service: str) -> Message:
        body = {"AbortReason": "MerchantAbort", "MessageReference": self._reference("Payment", service)}
        return self._message("Abort", passing_id(), body)

    def diagnosis(self) -> Message:
        return self._message("Diagnosis", passing_id(), {"HostDiagnosisFlag": True})

    def _reference(self, category: str, service: str) -> dict[str, str]:
        return {
            "MessageCategory": category,
            "ServiceID": service,
            "SaleID": self.sale_id,
            "POIID": self.poi_id,
        }

    def _message(self, category: str, service: str, body: Message) -> Message:
        return {"SaleToPOIRequest": {"MessageHeader": self.header(category, service), f"{category}Request": body}}


def _sale_data(transaction: str) -> Message:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"SaleTransactionID": {"TransactionID": transaction, "TimeStamp": now}}
