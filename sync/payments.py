"""The client's calls for scan-to-pay. Each may be repeated: central begins nothing twice under the same key."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from sync.wire import PaymentAsk, PaymentBegin, PaymentOffers, PaymentRefund, PaymentState

T = TypeVar("T")


class Payments:
    """Part of CentralClient."""

    def _json(self, method: str, path: str, kind: type[T], request: msgspec.Struct | None = None) -> T:
        raise NotImplementedError

    def payment_offers(self) -> PaymentOffers:
        """What central can do."""
        return self._json("GET", "/payments", PaymentOffers)

    def payment_begin(self, request: PaymentBegin) -> PaymentState:
        """Take money, once for the attempt."""
        return self._json("POST", "/payments", PaymentState, request)

    def payment_ask(self, request: PaymentAsk) -> PaymentState:
        """What became of it; an attempt nobody has heard of is closed."""
        return self._json("POST", "/payments/ask", PaymentState, request)

    def payment_cancel(self, request: PaymentAsk) -> PaymentState:
        """No more of it; the answer may still be that it was paid."""
        return self._json("POST", "/payments/cancel", PaymentState, request)

    def payment_refund(self, request: PaymentRefund) -> PaymentState:
        """Give money back, once for the refund."""
        return self._json("POST", "/payments/refund", PaymentState, request)

    def payment_refund_ask(self, request: PaymentRefund) -> PaymentState:
        """What became of a refund; CentralRefused "not_started" when none was asked for."""
        return self._json("POST", "/payments/refund/ask", PaymentState, request)
