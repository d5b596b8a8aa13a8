"""The books of the simulated nexo terminal: payments and reversals by their ServiceID, and the answers they got."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from devices.simulated.control import Ledger

Message = dict[str, Any]
_PLACES = {"JPY": 0, "KRW": 0, "VND": 0, "KWD": 3, "BHD": 3}
_DO = {"Payment": "charge", "Reversal": "refund"}


class Bank:
    """What an acquirer keeps of one terminal; each line of the ledger is one answer that was given."""

    def __init__(self, ledger: Ledger, poi_id: str) -> None:
        self._ledger, self.poi_id = ledger, poi_id
        self._lines: dict[tuple[str, str], Message] = {
            (each["do"], each["service_id"]): each for each in ledger.lines()
        }

    def totals(self) -> dict[str, int]:
        done = [do for (do, _), line in self._lines.items() if line["outcome"] != "declined"]
        return {"approved": done.count("charge"), "refunded": done.count("refund")}

    def known(self, category: str, service: str) -> Message | None:
        """The body of the answer this message got."""
        line = self._lines.get((_DO.get(category, category), service))
        if line is None:
            return None
        return self._paid(line) if line["do"] == "charge" else self._reversed(line)

    def again(self, category: str, reference: Message, body: Message) -> Message:
        header = {
            "MessageClass": "Service", "MessageCategory": category, "MessageType": "Response", "ProtocolVersion": "3.0",
            "ServiceID": reference["ServiceID"], "SaleID": reference["SaleID"], "POIID": self.poi_id,
        }  # fmt: skip
        repeated = {"MessageHeader": header, "RepeatedResponseMessageBody": {f"{category}Response": body}}
        return {
            "Response": {"Result": "Success"},
            "MessageReference": reference,
            "RepeatedMessageResponse": repeated,
        }

    def payment(
        self, header: Message, asked: Message, *, condition: str = "", part: int | None = None, offline: bool = False
    ) -> Message:
        wanted = asked["PaymentTransaction"]["AmountsReq"]
        currency = wanted["Currency"]
        amount = _minor(wanted["RequestedAmount"], currency)
        outcome = "declined" if condition else "approved" if part is None else "partial"
        line = self._book(
            do="charge",
            service_id=header["ServiceID"],
            sale_id=header["SaleID"],
            attempt_id=asked["SaleData"]["SaleTransactionID"]["TransactionID"],
            amount_minor=part if part is not None else amount,
            currency=currency,
            outcome=outcome,
            condition=condition,
            offline=offline,
        )
        return self._paid(line)

    def _kept(self) -> int:
        """Approved alone since the bank was last spoken with, which is told all of them."""
        count = 0
        for line in self._lines.values():
            if line["do"] == "charge" and line["outcome"] == "approved":
                count = count + 1 if line["offline"] else 0
        return count

    def reversal(self, header: Message, asked: Message) -> Message:
        if (known := self.known("Reversal", header["ServiceID"])) is not None:
            return known
        named = asked["OriginalPOITransaction"]["POITransactionID"]
        paid = next(
            (
                line
                for line in self._lines.values()
                if line["do"] == "charge" and line["outcome"] != "declined"
                if (line["transaction"], line["stamp"]) == (named["TransactionID"], named["TimeStamp"])
            ),
            None,
        )
        currency = paid["currency"] if paid else ""
        given = asked.get("ReversedAmount")
        wanted = (paid["amount_minor"] if paid else 0) if given is None else _minor(given, currency)
        back = sum(
            line["amount_minor"]
            for line in self._lines.values()
            if line["do"] == "refund" and line["outcome"] == "approved" and line["original"] == named["TransactionID"]
        )
        words = asked.get("SaleData", {}).get("SaleToAcquirerData", f"currency={currency}")
        condition = ""
        if paid is None:
            condition = "NotFound"
        elif wanted <= 0 or back + wanted > paid["amount_minor"] or words != f"currency={currency}":
            condition = "NotAllowed"
        line = self._book(
            do="refund",
            service_id=header["ServiceID"],
            attempt_id=asked.get("SaleData", {}).get("SaleTransactionID", {}).get("TransactionID", ""),
            amount_minor=wanted,
            currency=currency,
            original=named["TransactionID"],
            outcome="declined" if condition else "approved",
            condition=condition,
        )
        return self._reversed(line)

    def _book(self, **line: Any) -> Message:
        count = len(self._lines) + 1
        line["transaction"] = f"BV0q{count:012d}.SIM{count:013d}"
        line["stamp"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        self._ledger.write(**line)
        self._lines[line["do"], line["service_id"]] = line
        return line

    def _paid(self, line: Message) -> Message:
        refused, part = line["outcome"] == "declined", line["outcome"] == "partial"
        offline, word = str(line["offline"]).lower(), line["condition"] or "APPROVED"
        notes = f"tid=1&offline={offline}&unconfirmedBatchCount={self._kept()}&message={word}"
        answer: Message = {
            "Response": {
                "Result": "Failure" if refused else "Partial" if part else "Success",
                "AdditionalResponse": notes,
            },
            "SaleData": {"SaleTransactionID": {"TransactionID": line["attempt_id"], "TimeStamp": line["stamp"]}},
            "POIData": {"POITransactionID": {"TransactionID": line["transaction"], "TimeStamp": line["stamp"]}},
        }
        if refused:
            answer["Response"]["ErrorCondition"] = line["condition"]
            return answer
        answer["PaymentResult"] = {
            "AmountsResp": {
                "Currency": line["currency"],
                "AuthorizedAmount": _major(line["amount_minor"], line["currency"]),
            },
            "OnlineFlag": not line["offline"],
            "PaymentInstrumentData": {
                "PaymentInstrumentType": "Card",
                "CardData": {"MaskedPan": "411111 **** 4417", "PaymentBrand": "visa", "EntryMode": ["Contactless"]},
            },
            "PaymentAcquirerData": {"AcquirerPOIID": self.poi_id, "ApprovalCode": "123456", "MerchantID": "Simulated"},
        }
        return answer

    def _reversed(self, line: Message) -> Message:
        if line["outcome"] == "declined":
            return {"Response": {"Result": "Failure", "ErrorCondition": line["condition"]}}
        return {
            "Response": {"Result": "Success"},
            "ReversedAmount": _major(line["amount_minor"], line["currency"]),
            "POIData": {"POITransactionID": {"TransactionID": line["transaction"], "TimeStamp": line["stamp"]}},
        }


def _minor(value: float, currency: str) -> int:
    """ValueError for more decimals than the currency has."""
    exact = Decimal(str(value)).scaleb(_PLACES.get(currency, 2))
    if exact != int(exact):
        raise ValueError(f"{value} {currency}")
    return int(exact)


def _major(minor: int, currency: str) -> float | int:
    places = _PLACES.get(currency, 2)
    return minor / 10**places if places else minor
