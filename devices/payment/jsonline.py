"""A payment terminal that speaks JSON lines over TCP: one request, one answer, a connection each.

    {"do": "charge"|"outcome"|"refund", "attempt_id": ..., "amount_minor": ..., "currency": ...}
      -> {"attempt_id": ..., "amount_minor": ..., "currency": ..., "outcome": "approved"|"declined"|"pending",
          "reference": ..., "card": masked, "reason": of a decline}
    {"do": "cancel", "attempt_id": ...} -> {"ok": true}        {"do": "ready"} -> {"ready": true}

A refund has an attempt_id of its own and names the approval it gives back in "original". Rules of this wire: an
attempt_id is charged once, ever, and answered the same each time; asking for the outcome of an attempt the terminal has
not heard of closes that attempt ("not_started"), so that a request still on its way can no longer be charged. An answer
counts only for the attempt, amount and currency it repeats.
"""

from __future__ import annotations

import json
import socket
import time
from typing import Any

from kiosk.ports import Approved, ChargeRequest, Declined, PaymentOutcome, Tell, Unresolved, untold

CONNECT_TIMEOUT_S = 3.0
QUERY_TIMEOUT_S = 5.0
ANSWER_MAX = 65_536  # bytes


class JsonLinePayment:
    """The driver. Nothing is ever sent twice by itself: who wants to know asks for the outcome."""

    exclusive = False  # it keeps every attempt by its id

    def __init__(self, host: str, port: int, timeout_s: float = 90.0) -> None:
        self._address = (host, port)
        self._timeout_s = timeout_s

    def ready(self) -> bool:
        try:
            return self._ask({"do": "ready"}, min(CONNECT_TIMEOUT_S, self._timeout_s)).get("ready") is True
        except (OSError, ValueError):
            return False

    def mark(self) -> str:
        """It keeps every attempt by its id."""
        return ""

    def charge(self, request: ChargeRequest, tell: Tell = untold) -> PaymentOutcome:
        """Waits for the card, up to the configured time."""
        try:
            link = self._connect()
        except OSError:
            return Declined("unreachable")  # nothing was sent, so no money can have moved
        return self._exchange(link, {"do": "charge", **_fields(request)}, request, self._timeout_s)

    def outcome_of(self, request: ChargeRequest) -> PaymentOutcome:
        refund = {"original": request.refund_of} if request.refund_of else {}
        return self._query({"do": "outcome", **refund, **_fields(request)}, request)

    def cancel(self, attempt_id: str) -> None:
        """Best effort: the charge itself answers what became of it."""
        try:
            self._ask({"do": "cancel", "attempt_id": attempt_id}, QUERY_TIMEOUT_S)
        except (OSError, ValueError):
            return

    def confirm(self, request: ChargeRequest, reference: str) -> PaymentOutcome:
        return self._query({"do": "confirm", **_fields(request)}, request)

    def refund(self, request: ChargeRequest, original_reference: str) -> PaymentOutcome:
        return self._query({"do": "refund", "original": original_reference, **_fields(request)}, request)

    def close(self) -> None:
        """Nothing is kept open."""

    def _connect(self) -> socket.socket:
        try:
            return socket.create_connection(self._address, timeout=CONNECT_TIMEOUT_S)
        except UnicodeError:  # an empty or too long part between dots
            raise OSError(f"{self._address[0]!r} cannot be the name of a device") from None

    def _query(self, message: dict[str, Any], request: ChargeRequest) -> PaymentOutcome:
        try:
            link = self._connect()
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
        if not _is_for(request, answer):
            return Unresolved("the payment terminal answered for another attempt or amount")
        match answer.get("outcome"):
            case "approved":
                provisional = answer.get("provisional") is True
                return Approved(str(answer.get("reference", "")), str(answer.get("card", "")), provisional)
            case "declined":
                return Declined(str(answer.get("reason", "declined")))
            case _:
                return Unresolved("the payment terminal is still at it")

    def _ask(self, message: dict[str, Any], timeout_s: float) -> dict[str, Any]:
        return _talk(self._connect(), message, timeout_s)


def _fields(request: ChargeRequest) -> dict[str, Any]:
    return {
        "attempt_id": request.attempt_id,
        "amount_minor": request.amount_minor,
        "currency": request.currency,
    }


def _is_for(request: ChargeRequest, answer: dict[str, Any]) -> bool:
    """Repeats attempt, amount and currency exactly; 100.0 and true are not amounts."""
    return all(
        type(answer.get(name)) is type(value) and answer[name] == value for name, value in _fields(request).items()
    )


def _talk(link: socket.socket, message: dict[str, Any], timeout_s: float) -> dict[str, Any]:
    with link:
        link.settimeout(timeout_s)
        link.sendall(json.dumps(message).encode() + b"\n")
        line = _line(link, time.monotonic() + timeout_s)
    try:
        answer = json.loads(line)
    except RecursionError:
        raise ValueError("the answer is nested too deeply") from None
    if not isinstance(answer, dict):
        raise ValueError("the answer is not an object")
    return answer


def _line(link: socket.socket, until: float) -> bytes:
    """One whole line; the time limit is for all of it, not for each byte."""
    line = b""
    while not line.endswith(b"\n"):
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        link.settimeout(left)
        more = link.recv(4096)
        if not more:
            raise OSError("it hung up")
        line += more
        if len(line) > ANSWER_MAX:
            raise ValueError("the answer is too long")
    return line
