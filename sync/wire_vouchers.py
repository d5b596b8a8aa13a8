"""The messages about vouchers; a part of `sync.wire`, which is where everybody finds them."""

from __future__ import annotations

import msgspec


class VoucherAsk(msgspec.Struct, frozen=True):
    code: str  # XXXX-XXXX-XXXX, the last character a check


class VoucherValue(msgspec.Struct, frozen=True):
    """What is on a voucher. `why_not`: it pays nothing now: expired, blocked."""

    balance_minor: int
    currency: str
    why_not: str = ""
    tail: str = ""  # the last four of its code
    valid_until: int = 0  # unix s; 0 = without end


class VoucherRedeem(msgspec.Struct, frozen=True):
    """Take exactly this amount, once for this key, ever. To ask, without the code."""

    key: str  # the attempt's id
    amount_minor: int
    currency: str
    code: str = ""


class VoucherGiveBack(msgspec.Struct, frozen=True):
    """Put an amount back on the voucher it came from, once for this key, ever."""

    key: str  # the refund's id
    amount_minor: int
    currency: str
    reference: str  # of the VoucherMove that took it


class VoucherMove(msgspec.Struct, frozen=True):
    """What became of a key: approved (exactly this amount moved) or declined (nothing did), for good."""

    key: str
    amount_minor: int
    currency: str
    state: str  # approved, declined
    reference: str = ""
    reason: str = ""  # of a decline: balance, expired, blocked, currency, unknown_voucher, not_started, amount ...
    tail: str = ""
