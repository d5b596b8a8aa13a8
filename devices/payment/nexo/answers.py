"""Reads what a terminal answers. What is not exactly an answer to our question is `Strange`, and never believed."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from devices.payment.nexo.messages import Ends, amount
from kiosk.ports import Approved, ChargeRequest, Declined

Body = dict[str, Any]


class Strange(Exception):
    """Not an answer to this question."""


REASONS = {
    "Aborted": "cancelled",
    "Busy": "busy",
    "Cancel": "cancelled",
    "DeviceOut": "device",
    "InsertedCard": "card_inserted",
    "InvalidCard": "invalid_card",
    "LoggedOut": "logged_out",
    "MessageFormat": "format",
    "NotAllowed": "not_allowed",
    "NotFound": "not_found",
    "PaymentRestriction": "restricted",
    "Refusal": "declined",
    "UnavailableDevice": "device",
    "UnavailableService": "unavailable",
    "UnreachableHost": "offline",
    "WrongPIN": "wrong_pin",
}
"""Each condition with which nothing moved, in our words. InProgress is none of them."""


def message_of(plain: bytes) -> Body:
    """The response in a JSON document; numbers with decimals stay exact."""
    try:
        document = json.loads(plain, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError, ArithmeticError):
        raise Strange("an answer that is no JSON document") from None
    if isinstance(document, dict) and isinstance(document.get("SaleToPOIRequest"), dict):
        raise Strange(f"the terminal refuses the message: {_details(document['SaleToPOIRequest'])}")
    return _part(document, "SaleToPOIResponse")


def body_of(message: Body, ends: Ends, category: str, service: str) -> Body:
    """The body of the response to this very request."""
    header = _part(message, "MessageHeader")
    for name, value in {**ends.header(category, service), "MessageType": "Response"}.items():
        if header.get(name) != value and not (name == "ProtocolVersion" and name not in header):
            raise Strange(f"an answer with {name} {header.get(name)!r}, not {value!r}")
    return _part(message, f"{category}Response")


def result_of(body: Body) -> tuple[str, str]:
    """Result and condition: Success, Partial or Failure."""
    response = _part(body, "Response")
    result, condition = response.get("Result"), response.get("ErrorCondition", "")
    if result not in ("Success", "Partial", "Failure") or not isinstance(condition, str):
        raise Strange(f"an answer with the result {result!r}")
    return str(result), condition


def payment(body: Body, asked: ChargeRequest) -> Approved | Declined | None:
    """What a payment's answer says; None = a part of the amount was taken."""
    result, condition = result_of(body)
    if result == "Failure":
        _ours(body, asked.attempt_id, may_be_missing=True)
        return failure(condition)
    _ours(body, asked.attempt_id)
    paid = _part(body, "PaymentResult")
    amounts = _part(paid, "AmountsResp")
    if amounts.get("Currency") != asked.currency:
        raise Strange(f"an approval in {amounts.get('Currency')!r}, not in {asked.currency}")
    wanted, taken = amount(asked.amount_minor, asked.currency), _number(amounts.get("AuthorizedAmount"))
    if result == "Partial" and taken is not None and 0 < taken < wanted:
        return None
    if taken != wanted or result != "Success":
        raise Strange(f"an approval of {taken!r}, not of {wanted}")
    notes = _notes(body)
    offline = paid.get("OnlineFlag") is False or notes.get("offline") == "true"
    count = notes.get("unconfirmedBatchCount", "")
    stored = int(count) if count.isascii() and count.isdecimal() and len(count) < 6 else -1
    return Approved(reference(body), _card(paid), offline=offline, stored=stored)


def reversal(body: Body, asked: ChargeRequest | None) -> Approved | Declined:
    """What a reversal's answer says; `asked` when it was for an amount."""
    result, condition = result_of(body)
    if result == "Failure":
        return failure(condition)
    back = body.get("ReversedAmount")
    if asked is not None and back is not None:
        wanted = amount(asked.amount_minor, asked.currency)
        if _number(back) != wanted:
            raise Strange(f"a reversal of {back!r}, not of {wanted}")
    if result != "Success":
        raise Strange("a reversal in part")
    return Approved(reference(body))


def failure(condition: str) -> Declined:
    """Nothing moved, and why; Strange for a condition that does not say so."""
    if condition not in REASONS:
        raise Strange(f"a failure with the condition {condition!r}")
    return Declined(REASONS[condition])


def repeated(body: Body, ends: Ends, category: str, service: str) -> Body | str:
    """From a status answer: the body of the earlier response, or "InProgress" or "NotFound"."""
    result, condition = result_of(body)
    if result == "Failure":
        if condition == "Busy":  # with the payment that is asked about, or with another
            return "InProgress"
        if condition not in ("InProgress", "NotFound"):
            raise Strange(f"a status with the condition {condition!r}")
        return condition
    again = _part(body, "RepeatedMessageResponse")
    inner = {"MessageHeader": again.get("MessageHeader"), **_part(again, "RepeatedResponseMessageBody")}
    return body_of(inner, ends, category, service)


def original(body_or_reference: Body | str) -> tuple[str, str]:
    """Id and time of the terminal's own transaction; Strange when there is none."""
    if isinstance(body_or_reference, str):
        name, at, stamp = body_or_reference.rpartition("@")
        if not (name and at and stamp):
            raise Strange(f"{body_or_reference!r} is no payment of this kind of terminal")
        return name, stamp
    found = _part(_part(body_or_reference, "POIData"), "POITransactionID")
    name, stamp = found.get("TransactionID", ""), found.get("TimeStamp", "")
    if not (isinstance(name, str) and isinstance(stamp, str) and name and stamp and "@" not in name + stamp):
        raise Strange("an answer without the terminal's transaction")
    return name, stamp


def reference(body: Body) -> str:
    """The terminal's transaction as one word, for the journal and for giving it back."""
    return "@".join(original(body))


def works(body: Body) -> tuple[bool, bool]:
    """From a diagnosis: (it can take cards now, its bank is reached)."""
    if result_of(body)[0] != "Success":
        return False, False
    state = _part(body, "POIStatus")
    well = state.get("GlobalStatus") == "OK" and all(
        state.get(flag, True) is True for flag in ("CardReaderOKFlag", "PEDOKFlag", "SecurityOKFlag")
    )
    hosts = body.get("HostStatus") or []
    reached = [isinstance(host, dict) and host.get("IsReachableFlag", True) is True for host in hosts]
    return well, state.get("CommunicationOKFlag", True) is True and (not reached or any(reached))


def _ours(body: Body, attempt_id: str, *, may_be_missing: bool = False) -> None:
    sale = body.get("SaleData")
    if sale is None and may_be_missing:
        return
    found = _part(_part(body, "SaleData"), "SaleTransactionID").get("TransactionID")
    if found != attempt_id:
        raise Strange(f"an answer for the transaction {found!r}, not {attempt_id!r}")


def _card(paid: Body) -> str:
    """Its last four digits, whatever else was said."""
    try:
        shown = paid["PaymentInstrumentData"]["CardData"]["MaskedPan"]
    except (KeyError, TypeError):
        return ""
    digits = "".join(sign for sign in str(shown) if sign.isascii() and sign.isdigit())
    return f"**** **** **** {digits[-4:]}" if len(digits) >= 4 else ""


def _notes(body: Body) -> dict[str, str]:
    """What else the terminal says: a form, or the same as JSON in Base64."""
    text = body["Response"].get("AdditionalResponse", "")
    if not isinstance(text, str):
        return {}
    if "=" in text.rstrip("="):
        return dict(parse_qsl(text))
    try:
        found = json.loads(base64.b64decode(text, validate=True))["additionalData"]
        return {name: value for name, value in found.items() if isinstance(value, str)}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _details(refused: Body) -> str:
    note = refused.get("EventNotification")
    return str(note.get("EventDetails", "no reason given"))[:200] if isinstance(note, dict) else "no reason given"


def _part(whole: Any, name: str) -> Body:
    found = whole.get(name) if isinstance(whole, dict) else None
    if not isinstance(found, dict):
        raise Strange(f"an answer without {name}")
    return found


def _number(value: Any) -> Decimal | None:
    """100 and 100.00, but neither true nor "100"."""
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def _no_number(text: str) -> Any:
    raise ValueError(text)
