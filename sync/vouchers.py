"""The client's calls about vouchers. Each may be repeated: central moves nothing twice under the same key."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from sync.wire import VoucherAsk, VoucherGiveBack, VoucherMove, VoucherRedeem, VoucherValue

T = TypeVar("T")


class Vouchers:
    """Part of CentralClient."""

    def _json(self, method: str, path: str, kind: type[T], request: msgspec.Struct | None = None) -> T:
        raise NotImplementedError

    def voucher_look(self, request: VoucherAsk) -> VoucherValue:
        """What is on it; CentralRefused "unknown_voucher", "too_many_tries"."""
        return self._json("POST", "/vouchers/look", VoucherValue, request)

    def voucher_redeem(self, request: VoucherRedeem) -> VoucherMove:
        """Pay with it, once for the key."""
        return self._json("POST", "/vouchers/redeem", VoucherMove, request)

    def voucher_redeem_ask(self, request: VoucherRedeem) -> VoucherMove:
        """What became of it; a key nobody has heard of is closed."""
        return self._json("POST", "/vouchers/redeem/ask", VoucherMove, request)

    def voucher_give_back(self, request: VoucherGiveBack) -> VoucherMove:
        """Back on it, once for the key."""
        return self._json("POST", "/vouchers/give_back", VoucherMove, request)

    def voucher_give_back_ask(self, request: VoucherGiveBack) -> VoucherMove:
        """What became of it; begins nothing."""
        return self._json("POST", "/vouchers/give_back/ask", VoucherMove, request)
