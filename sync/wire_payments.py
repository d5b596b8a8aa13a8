"""The messages of scan-to-pay, part of `sync.wire`.

GET  /v1/payments     -> PaymentOffers   (scan-to-pay that central can do)
POST /v1/payments             PaymentBegin  -> PaymentState
POST /v1/payments/ask         PaymentAsk    -> PaymentState   (closes an attempt nobody has heard of)
POST /v1/payments/cancel      PaymentAsk    -> PaymentState
POST /v1/payments/refund      PaymentRefund -> PaymentState   (begins, once)
POST /v1/payments/refund/ask  PaymentRefund -> PaymentState   (begins nothing)
"""

from __future__ import annotations

import msgspec


class PaymentWay(msgspec.Struct, frozen=True):
    """One way to pay through central."""

    kind: str  # qr (our code is shown), scan (the passenger's is read)
    provider: str  # wechat, alipay
    currencies: tuple[str, ...]


class PaymentOffers(msgspec.Struct, frozen=True):
    ways: tuple[PaymentWay, ...]


class PaymentBegin(msgspec.Struct, frozen=True):
    """Take money once for this attempt_id, ever. `presented`: the passenger's code, for kind scan; it is not kept."""

    attempt_id: str  # 6 to 32 letters and digits, dashes not counted; the provider knows it as its order number
    kind: str
    provider: str
    amount_minor: int
    currency: str
    presented: str = ""


class PaymentAsk(msgspec.Struct, frozen=True):
    """What became of it? All facts again: an answer counts only for these. `provider` "": whichever it began with."""

    attempt_id: str
    kind: str
    provider: str
    amount_minor: int
    currency: str


class PaymentRefund(msgspec.Struct, frozen=True):
    """Give back a part or all of an approved attempt, once for this refund_id, ever."""

    refund_id: str
    reference: str  # of the approval
    amount_minor: int
    currency: str


class PaymentState(msgspec.Struct, frozen=True):
    """How an attempt or a refund stands; `approved` and `declined` are final.

    waiting: for the payer. closing: it is being ended, and may still turn out approved. approved: exactly this amount
    moved. declined: no money moved, or all of it is back. A refund is closing until it is approved, or declined.
    """

    key: str  # attempt_id or refund_id
    amount_minor: int
    currency: str
    state: str  # created, waiting, closing, approved, declined
    code: str = ""  # what our QR says
    reference: str = ""  # <provider>:<its number>
    payer: str = ""  # masked
    reason: str = ""
