"""Cash over a counter: a drawer that opens, and a record of every opening. A clerk counts; this adds up.

The record is on disk before the drawer opens, under the payment's own id: whoever asks again gets the same answer, and
a drawer that stuck is opened by its key, not by a second payment.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk.domain.errors import DeviceFault
from kiosk.domain.tender import change_due
from kiosk.ports import Approved, ChargeRequest, Declined, PaymentOutcome, Prompt, Tell, Unresolved, untold

log = logging.getLogger(__name__)
SALE, REFUND, CLOSED, FLOAT = "sale", "refund", "closed", "float"


class Drawer:
    """A way to pay. `presented` of a charge is what the customer handed over, in minor units; "" = exactly enough."""

    exclusive = False

    def __init__(self, path: Path, currency: str, kick: Callable[[], None]) -> None:
        self._currency, self._kick = currency, kick
        self._lock = threading.Lock()
        self._known: dict[str, dict[str, Any]] = {}
        self._expected = 0
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = path.read_bytes() if path.exists() else b""
        whole = kept[: kept.rfind(b"\n") + 1]
        try:
            for line in whole.splitlines():
                self._fold(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            raise DeviceFault(f"{path} cannot be read ({error}); move it away and count the drawer anew") from None
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        os.truncate(path, len(whole))

    @property
    def expected_minor(self) -> int:
        """What must be in the drawer: the float, what was taken since, less what was given back."""
        return self._expected

    def begin(self, float_minor: int) -> None:
        """Somebody counted: so much is in the drawer now."""
        with self._lock:
            self._write(what=FLOAT, amount=float_minor)

    def ready(self) -> bool:
        """A drawer has a key."""
        return True

    def mark(self) -> str:
        return ""

    def charge(self, request: ChargeRequest, tell: Tell = untold) -> PaymentOutcome:
        try:
            tendered = int(request.presented or request.amount_minor)
            change = change_due(request.amount_minor, tendered)
        except ValueError:
            return Declined("amount")  # too little, or no number: the drawer stays shut
        if request.currency != self._currency:
            return Declined("currency")
        return self._book(request, SALE, tell, change)

    def outcome_of(self, request: ChargeRequest) -> PaymentOutcome:
        with self._lock:
            known = self._known.get(request.attempt_id)
            if known is None and not request.refund_of:
                try:
                    self._write(what=CLOSED, attempt=request.attempt_id, amount=0)  # it can no longer happen
                except OSError as fault:
                    return Unresolved(f"the drawer's record cannot be written: {fault}")
        return _answer(known) if known else Declined("not_started")

    def cancel(self, attempt_id: str) -> None:
        """Nothing waits."""

    def confirm(self, request: ChargeRequest, reference: str) -> PaymentOutcome:
        return Approved(reference)

    def refund(self, request: ChargeRequest, original_reference: str) -> PaymentOutcome:
        return self._book(request, REFUND, untold, request.amount_minor)

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _book(self, request: ChargeRequest, what: str, tell: Tell, out_minor: int) -> PaymentOutcome:
        with self._lock:
            known = self._known.get(request.attempt_id)
            if known is None:
                try:
                    self._write(what=what, attempt=request.attempt_id, amount=request.amount_minor, out=out_minor)
                except OSError as fault:
                    return Unresolved(f"the drawer's record cannot be written: {fault}")
                self._open(tell, out_minor)
                known = self._known[request.attempt_id]
        return _answer(known) if known["what"] in (what, CLOSED) else Declined("key_used")

    def _open(self, tell: Tell, out_minor: int) -> None:
        tell(Prompt("change", left_minor=out_minor))
        try:
            self._kick()
        except DeviceFault as fault:
            log.warning("%s", fault)

    def _write(self, **line: Any) -> None:
        os.write(self._file, json.dumps({"at": round(time.time(), 3), **line}).encode() + b"\n")
        os.fsync(self._file)
        self._fold(line)

    def _fold(self, line: dict[str, Any]) -> None:
        match line["what"]:
            case "float":
                self._expected = line["amount"]
            case "sale":
                self._expected += line["amount"]
            case "refund":
                self._expected -= line["amount"]
        if "attempt" in line:
            self._known[line["attempt"]] = line


def _answer(known: dict[str, Any]) -> PaymentOutcome:
    return Declined("not_started") if known["what"] == CLOSED else Approved(f"drawer-{known['attempt'][-8:]}")
