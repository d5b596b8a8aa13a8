"""Vouchers as a means of payment: central owns the value, this driver asks it to move some.

A voucher needs the link: without it the driver is not ready, and says so before anybody types a code. Central moves
nothing twice under one key, keeps every answer for good, and closes a key it is asked about before it has heard of it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from kiosk.domain.codes import voucher_code_of
from kiosk.domain.errors import CentralRefused, CentralUnreachable
from kiosk.ports import Approved, ChargeRequest, Declined, PaymentOutcome, Prompt, Tell, Unresolved, untold
from sync.wire import VoucherAsk, VoucherGiveBack, VoucherMove, VoucherRedeem, VoucherValue


class Central(Protocol):
    """`sync.client.CentralClient` as this driver uses it."""

    def voucher_look(self, request: VoucherAsk) -> VoucherValue: ...

    def voucher_redeem(self, request: VoucherRedeem) -> VoucherMove: ...

    def voucher_redeem_ask(self, request: VoucherRedeem) -> VoucherMove: ...

    def voucher_give_back(self, request: VoucherGiveBack) -> VoucherMove: ...

    def voucher_give_back_ask(self, request: VoucherGiveBack) -> VoucherMove: ...

    def close(self) -> None: ...


class VoucherPayment:
    """The driver. `online`: was central reached lately? One call after the other: the client is for one thread."""

    exclusive = False  # central keeps every move by its key

    def __init__(self, central: Central, online: Callable[[], bool]) -> None:
        self._central, self._online = central, online
        self._one_at_a_time = threading.Lock()

    def ready(self) -> bool:
        return self._online()

    def look(self, code: str) -> VoucherValue:
        """What is on a voucher; CentralRefused and CentralUnreachable say why that is not known."""
        with self._one_at_a_time:
            return self._central.voucher_look(VoucherAsk(code))

    def mark(self) -> str:
        """Central keeps every move by its key."""
        return ""

    def charge(self, request: ChargeRequest, tell: Tell = untold) -> PaymentOutcome:
        """Takes exactly the amount off the voucher whose code was presented, or nothing."""
        code = voucher_code_of(request.presented)
        if code is None:
            return Declined("mistyped")  # nothing was sent
        tell(Prompt("wait"))
        asked = VoucherRedeem(request.attempt_id, request.amount_minor, request.currency, code)
        return self._answer(request, lambda: self._central.voucher_redeem(asked), closing=True)

    def outcome_of(self, request: ChargeRequest) -> PaymentOutcome:
        if request.refund_of:
            back = VoucherGiveBack(request.attempt_id, request.amount_minor, request.currency, request.refund_of)
            return self._answer(request, lambda: self._central.voucher_give_back_ask(back))
        asked = VoucherRedeem(request.attempt_id, request.amount_minor, request.currency)
        return self._answer(request, lambda: self._central.voucher_redeem_ask(asked))

    def cancel(self, attempt_id: str) -> None:
        """There is nothing to wait for."""

    def confirm(self, request: ChargeRequest, reference: str) -> PaymentOutcome:
        """What was taken is taken."""
        return Approved(reference)

    def refund(self, request: ChargeRequest, original_reference: str) -> PaymentOutcome:
        """Back on the same voucher."""
        back = VoucherGiveBack(request.attempt_id, request.amount_minor, request.currency, original_reference)
        return self._answer(request, lambda: self._central.voucher_give_back(back))

    def close(self) -> None:
        self._central.close()

    def _answer(
        self, request: ChargeRequest, call: Callable[[], VoucherMove], *, closing: bool = False
    ) -> PaymentOutcome:
        try:
            with self._one_at_a_time:
                move = call()
        except CentralUnreachable as error:
            return Unresolved(f"{error}; it is asked again")
        except CentralRefused as refused:
            if not closing:
                return Unresolved(f"{refused}; it is asked again")
            asked = self.outcome_of(request)  # which closes the key: nothing can come of it later
            return Declined(refused.code) if asked == Declined("not_started") else asked
        if (move.key, move.amount_minor, move.currency) != (
            request.attempt_id,
            request.amount_minor,
            request.currency,
        ):
            return Unresolved("central answered for another move")
        if move.state == "approved" and move.reference:
            return Approved(move.reference, f"**** {move.tail}" if move.tail else "")
        return Declined(move.reason) if move.state == "declined" and move.reason else Unresolved("no answer we know")
