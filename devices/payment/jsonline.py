"""A payment terminal that speaks JSON lines over TCP: one request, one answer, a connection each.

    {"do": "charge"|"outcome"|"refund", "attempt_id": ..., "amount_minor": ..., "currency": ...}
      -> {"attempt_id": ..., "amount_minor": ..., "currency": ..., "outcome": "approved"|"declined"|"pending", ...}
    {"do": "cancel", "attempt_id": ...} -> {"ok": true}        {"do": "ready"} -> {"ready": true}

Rules of this wire: an attempt_id is charged once, ever; asking for the outcome of an attempt the terminal has not heard
of closes that attempt ("not_started"), so that a request still on its way can no longer be charged.
"""

from __future__ import annotations

import json
import socket
from typing import Any

from kiosk.ports import Approved, ChargeRequest, Declined, PaymentOutcome, Unresolved

CONNECT_TIMEOUT_S = 3.0
QUERY_TIMEOUT_S = 5.0


class JsonLinePayment:
    """The driver. Nothing is ever sent twice by itself: who wants to know asks for the outcome."""

    def __init__(self, host: str, port: int, timeout_s: float = 90.0) -> None:
        self._address = (host, port)
        self._timeout_s = timeout_s

    def ready(self) -> bool:
        try:
            return bool(self._ask({"do": "ready"}, CONNECT_TIMEOUT_S).get("ready"))
        except (OSError, ValueError):
            return False

    def charge(self, request: ChargeRequest) -> PaymentOutcome:
        """Waits for the card, up to the configured time."""
        try:
            link = socket.create_connection(self._address, timeout=CONNECT_TIMEOUT_S)
        except OSError:
            return Declined("unreachable")  # nothing was sent, so no money can have moved
        return self._exchange(link, {"do": "charge", **_fields(request)}, request, self._timeout_s)

    def outcome_of(self, request: ChargeRequest) -> PaymentOutcome:
        return self._query({"do": "outcome", **_fields(request)}, request)

    def cancel(self, attempt_id: str) -> None:
        """Best effort: the charge itself answers what became of it."""
        try:
            self._ask({"do": "cancel", "attempt_id": attempt_id}, QUERY_TIMEOUT_S)
        except (OSError, ValueError):
            return

    def refund(self, request: ChargeRequest, original_reference: str) -> PaymentOutcome:
        return self._query({"do": "refund", "original": original_reference, **_fields(request)}, request)

    def close(self) -> None:
        """Nothing is kept open."""

    def _query(self, message: dict[str, Any], request: ChargeRequest) -> PaymentOutcome:
        try:
            link = socket.create_connection(self._address, timeout=CONNECT_TIMEOUT_S)
        except OSError as error:
            return Unresolved(f"the payment terminal cannot be reached: {error}")
        return self._exchange(link, message, request, QUERY_TIMEOUT_S)

    def _exchange(
        self, link: socket.socket, message: dict[str, Any], request: ChargeRequest, timeout_s: float
    ) -> PaymentOutcome:
        try:
            answer = _talk(link, message, timeout_s)
        except (OSError, ValueError) as error:
            return Unresolved(f"no answer from the payment terminal: {error}")
        if {name: answer.get(name) for name in _fields(request)} != _fields(request):
            return Unresolved("the payment terminal answered for another attempt or amount")
        match answer.get("outcome"):
            case "approved":
                return Approved(str(answer.get("reference", "")), str(answer.get("card", "")))
            case "declined":
                return Declined(str(answer.get("reason", "declined")))
            case _:
                return Unresolved("the payment terminal is still at it")

    def _ask(self, message: dict[str, Any], timeout_s: float) -> dict[str, Any]:
        return _talk(socket.create_connection(self._address, timeout=CONNECT_TIMEOUT_S), message, timeout_s)


def _fields(request: ChargeRequest) -> dict[str, Any]:
    return {
        "attempt_id": request.attempt_id,
        "amount_minor": request.amount_minor,
        "currency": request.currency,
    }


def _talk(link: socket.socket, message: dict[str, Any], timeout_s: float) -> dict[str, Any]:
    with link:
        link.settimeout(timeout_s)
        link.sendall(json.dumps(message).encode() + b"\n")
        with link.makefile("rb") as answers:
            line = answers.readline(65_536)
    if not line.endswith(b"\n"):
        raise OSError("it hung up")
    answer = json.loads(line)
    if not isinstance(answer, dict):
        raise ValueError("the answer is not an object")
    return answer
